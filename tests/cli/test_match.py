"""`certprobe match`: one fits, and the other four are told why not and what to change, wherever the request is from."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from tests.cli import five
from tests.cli.command import Arguments, Document, certprobe
from tests.peers.apache import Apache
from tests.peers.keytool import PASSWORD
from tests.peers.nginx import Nginx
from tests.peers.process import program
from tests.peers.s_server import REQUEST, s_server
from tests.peers.site import Site
from tests.peers.slapd import Slapd


@pytest.fixture(params=["pem", "tree", "keytool"])
def store(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> tuple[Arguments, ...]:
    """The same five identities as a file, a directory and keytool's PKCS#12, with what it takes to read them."""
    (tmp_path / "password").write_bytes(PASSWORD + b"\n")
    return getattr(five, request.param)(site, tmp_path), "--password-file", tmp_path / "password"


@pytest.fixture
def pem(site: Site, tmp_path: Path) -> Path:
    return five.pem(site, tmp_path)


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(files("certprobe.report").joinpath("match.json").read_text()))


def matched(*arguments: Arguments, stdin: bytes | None = None) -> Document:
    """The document, held to its schema; it stands alone on standard output."""
    ran = certprobe("match", *arguments, "--format", "json", stdin=stdin)
    assert ran.stderr == ""
    document: Document = json.loads(ran.stdout)
    validator().validate(document)
    assert document["verdict"]["exit_code"] == ran.exit_code
    return document


def require_the_five(candidates: list[Document]) -> None:
    """Each is told what the store says of it, in whatever order they are."""
    assert len(candidates) == len(five.TOLD)
    for candidate in candidates:
        name = candidate["subject"].removeprefix("CN=").partition(",")[0]
        told = five.TOLD[name]
        assert tuple(each["reason"] for each in candidate["rejections"]) == told.reasons
        change = told.change and told.change.replace("NUMBER", str(candidate["number"]))
        assert candidate["change"] == change
        against = [cell for cell in candidate["cells"] if cell["verdict"] == "rejected"]
        assert [cell["reason"] for cell in against] == list(told.reasons)


# --- the five, at every server, in every form -------------------------------------------------------------------------

PLACES = ["nginx", "apache", "slapd", "slapd-starttls"]


def address(name: str, request: pytest.FixtureRequest) -> str:
    """The URL of a server that lists the site's root."""
    match name:
        case "nginx":
            return f"https://localhost:{request.getfixturevalue('nginx').optional}/"
        case "apache":
            return f"https://localhost:{request.getfixturevalue('apache').require}/"
        case "slapd":
            return f"ldaps://localhost:{request.getfixturevalue('slapd')('demand').ldaps}"
        case _:
            return f"ldap://localhost:{request.getfixturevalue('slapd')('demand').ldap}"


@pytest.mark.parametrize("place", PLACES)
def test_match_names_the_one_that_fits_and_what_the_others_need(
    store: tuple[Arguments, ...], place: str, request: pytest.FixtureRequest
) -> None:
    url = address(place, request)
    document = matched(*store, "--like", url)
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("fits", 0)
    assert document["verdict"]["causes"][0]["title"].endswith(f": {five.ALICE} fits")
    assert (document["origin"]["kind"], document["origin"]["url"]) == ("server", url)
    assert document["certificate_request"]["chosen"]["subject"] == five.ALICE
    require_the_five(document["certificate_request"]["selection"]["candidates"])


@pytest.mark.parametrize("place", PLACES)
def test_https_and_ldap_say_the_same(
    store: tuple[Arguments, ...], site: Site, place: str, request: pytest.FixtureRequest
) -> None:
    url = address(place, request)
    probe = ("https" if place in ("nginx", "apache") else "ldap", url, "--trust", site.root_file, "--cert", *store)
    document = certprobe(*probe, "--format", "json").document
    (asked,) = document["attempts"][-1]["tls"]["certificate_requests"]
    assert asked["chosen"]["subject"] == five.ALICE
    require_the_five(asked["selection"]["candidates"])
    text = certprobe(*probe).stdout
    for candidate in asked["selection"]["candidates"]:
        fits = not candidate["rejections"]
        name = "" if candidate["friendly_name"] is None else f', "{candidate["friendly_name"]}"'
        who = f"{candidate['number']}  {candidate['subject']}{name}"
        assert f"{who}  {'fits, chosen' if fits else 'does not fit: '}" in text
        assert fits or f"\n     Change: {candidate['change']}\n" in text


def test_first_ten_lines(pem: Path, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.optional}/"
    ran = certprobe("match", pem, "--like", url)
    assert ran.stderr == ""
    assert ran.head.startswith(
        f"FITS     {url}  4: {five.ALICE} fits\n"
        "\n"
        "What is asked for\n"
        f"  By             {url}\n"
        "  A certificate  in the first handshake\n"
        "  Issuers        1 name, 80 bytes:\n"
        f"                 {five.LISTED}\n"
    )
    table = ran.stdout.partition("Your certificates\n")[2].splitlines()
    assert table[0].split() == [
        *("certificate", "read", "key", "dates", "keyUsage", "EKU", "type", "scheme", "signed", "issuer", "chain"),
        "filters",
    ]
    marks = [row.split()[2:] for row in table[1:6]]
    assert [
        [column for column, mark in zip(table[0].split()[1:], row, strict=True) if mark == "FAIL"] for row in marks
    ] == [
        ["dates"],
        ["issuer"],
        ["EKU"],
        [],
        ["dates", "keyUsage", "issuer"],
    ]
    assert {mark for row in marks for mark in row} == {"ok", "FAIL", "-"}


def test_everything_with_its_fact(pem: Path, nginx: Nginx) -> None:
    ran = certprobe("match", pem, "--like", f"https://localhost:{nginx.optional}/", "-v")
    assert (
        f"     ok    issuer    issued by CN=Lab issuing CA,O=Lab,DC=lab,DC=test under {five.LISTED}, number 1 of 1"
        in (ran.stdout)
    )
    assert "certprobe: the TLS handshake ...\n" in ran.stderr


def test_the_verdicts_line_alone(pem: Path, site: Site) -> None:
    ran = certprobe("match", pem, "--ca-list", site.root_file, "-q")
    assert (ran.exit_code, ran.stdout) == (0, f"FITS     {site.root_file}  4: {five.ALICE} fits\n")


# --- none fits, none is asked for, nobody is there --------------------------------------------------------------------


def test_none_fits(site: Site) -> None:
    foreign, listed = site.clients.foreign, five.LISTED
    ran = certprobe("match", foreign.chain, "--key", foreign.key, "--ca-list", site.root_file)
    assert (ran.exit_code, ran.stderr) == (1, "")
    title, detail, change = ran.stdout.splitlines()[:3]
    assert title == f"NONE FITS  {site.root_file}  {five.ALICE} is of a CA that the server does not list"
    assert detail.strip() == f"Issued by CN=Foreign root, which the server does not list; it lists {listed}."
    assert change.strip() == (
        f"Change: Use a certificate issued by {listed}; or add the certificate of CN=Foreign root to your --cert file,"
        " if that CA has issued it; --select 1 sends it all the same."
    )


def test_not_asked(pem: Path, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    document = matched(pem, "--like", url)
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("not-asked", 1)
    assert document["certificate_request"] is None
    text = certprobe("match", pem, "--like", url)
    assert text.stdout.startswith(f"NOT ASKED  {url}  the server did not ask for a client certificate: none of yours")
    assert f"  4  {five.ALICE}  until " in text.stdout


def test_not_reached(pem: Path) -> None:
    document = matched(pem, "--like", "https://localhost:1/")
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("not-reached", 3)
    assert certprobe("match", pem, "--like", "https://localhost:1/").stdout.startswith(
        "NOT REACHED  https://localhost:1/"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give one of --like URL, --ca-list FILE and --report FILE"),
        (("--like", "https://localhost/", "--report", "-"), "give one of --like URL"),
        (("--like", "http://localhost/"), "has no TLS"),
        (("--like", "ldapi://%2fvar"), "is a Unix socket"),
        (("--ca-list", "x", "-v", "-q"), "--verbose and --quiet exclude each other"),
    ],
    ids=["none", "two", "http", "ldapi", "both"],
)
def test_what_cannot_be_meant(pem: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = certprobe("match", pem, *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "content", "words"),
    [
        (("--ca-list", "given"), b"hello\n", "given: line 1: no TYPE=VALUE at character 1 of 'hello'"),
        (("--ca-list", "given"), b'{"schema": 1}\n', "--report reads JSON"),
        (("--ca-list", "given"), b"\x30\x82\x01", "given: "),
        (("--ca-list", "absent"), b"", "absent: No such file or directory"),
        (("--report", "given"), b"hello", "given: no JSON: "),
        (("--report", "given"), b'{"tool": "certprobe", "schema": 1}', "given: the document has no endpoint"),
    ],
    ids=["no-name", "json", "cut-der", "absent", "no-json", "no-report"],
)
def test_unusable_input(site: Site, tmp_path: Path, arguments: tuple[str, ...], content: bytes, words: str) -> None:
    (tmp_path / "given").write_bytes(content)
    ran = certprobe("match", site.store_file, *arguments, cwd=tmp_path)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert words in ran.stderr


def test_a_store_without_an_identity(site: Site) -> None:
    ran = certprobe("match", site.root_file, "--ca-list", site.root_file)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert "no certificate of an end entity in it" in ran.stderr


# --- from a saved report ----------------------------------------------------------------------------------------------


def test_report_from_a_file_and_from_standard_input(pem: Path, nginx: Nginx, tmp_path: Path) -> None:
    url = f"https://localhost:{nginx.optional}/"
    saved = certprobe("https", url, "--trust", "none", "--format", "json").stdout.encode()
    (tmp_path / "saved.json").write_bytes(saved)
    document = matched(pem, "--report", tmp_path / "saved.json")
    require_the_five(document["certificate_request"]["selection"]["candidates"])
    origin = {
        "kind": "report",
        "url": url,
        "file": str(tmp_path / "saved.json"),
        "path": "/",
        "attempt": 1,
        "requests": 1,
    }
    assert document["origin"] == origin
    piped = matched(pem, "--report", "-", stdin=saved)
    assert piped["origin"] == {**origin, "file": "standard input"}
    assert piped["certificate_request"]["selection"] == document["certificate_request"]["selection"] or (
        # The days until a certificate ends are counted to now.
        [each["change"] for each in piped["certificate_request"]["selection"]["candidates"]]
        == [each["change"] for each in document["certificate_request"]["selection"]["candidates"]]
    )


def test_of_several_requests_the_deciding_one_is_named(pem: Path, apache: Apache, tmp_path: Path) -> None:
    """`/` asks for nothing, `/secret/` in a renegotiation."""
    url = f"https://localhost:{apache.location_tls12}/"
    paths = ("--path", "/secret/", "--path", "/", "--path", "/secret/index.txt")
    saved = certprobe("https", url, *paths, "--trust", "none", "--format", "json").stdout
    (tmp_path / "saved.json").write_text(saved)
    document = matched(pem, "--report", tmp_path / "saved.json")
    assert (document["origin"]["requests"], document["origin"]["attempt"]) == (2, 3)
    assert document["certificate_request"]["phase"] == "renegotiation"
    text = certprobe("match", pem, "--report", tmp_path / "saved.json").stdout
    assert "  Picked         one of 2 requests, connection 3 for /secret/index.txt; others may differ\n" in text
    assert "  A certificate  in a renegotiation\n" in text


def test_a_report_in_which_nobody_asked(pem: Path, nginx: Nginx, tmp_path: Path) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    (tmp_path / "saved.json").write_text(certprobe("https", url, "--trust", "none", "--format", "json").stdout)
    assert matched(pem, "--report", tmp_path / "saved.json")["verdict"]["outcome"] == "not-asked"


# --- from a list of CAs -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asking(site: Site) -> Iterator[int]:
    with s_server(site, *REQUEST, "-tls1_2") as port:
        yield port


def s_client(port: int) -> bytes:
    command = (program("openssl", package="openssl"), "s_client", "-connect", f"127.0.0.1:{port}")
    return subprocess.run(command, input=b"", capture_output=True, check=False, timeout=60).stdout


def gnutls_cli(port: int, *options: str) -> bytes:
    options = options or ("-V",)
    command = (program("gnutls-cli", package="gnutls-bin"), "--insecure", *options, "-p", str(port), "127.0.0.1")
    return subprocess.run(command, input=b"", capture_output=True, check=False, timeout=60).stdout


@pytest.mark.parametrize("client", [s_client, gnutls_cli])
def test_what_other_clients_print(pem: Path, asking: int, tmp_path: Path, client: Callable[[int], bytes]) -> None:
    (tmp_path / "printed").write_bytes(client(asking))
    document = matched(pem, "--ca-list", tmp_path / "printed")
    assert [name["rfc4514"] for name in document["certificate_request"]["certificate_authorities"]] == [five.LISTED]
    require_the_five(document["certificate_request"]["selection"]["candidates"])


def test_a_client_that_saw_no_list(site: Site, pem: Path, nginx: Nginx, tmp_path: Path) -> None:
    (tmp_path / "printed").write_bytes(s_client(nginx.optional_no_ca))
    document = matched(pem, "--ca-list", tmp_path / "printed")
    assert document["certificate_request"]["certificate_authorities"] == []
    candidates = document["certificate_request"]["selection"]["candidates"]
    assert {candidate["subject"] for candidate in candidates if not candidate["rejections"]} == {
        five.ALICE,
        five.TOLD["foreign"].subject,
    }


def test_gnutls_cli_saw_no_list(pem: Path, nginx: Nginx, asking: int, tmp_path: Path) -> None:
    """Its certificates are the server's, whatever else it printed."""
    printed = tmp_path / "printed"
    printed.write_bytes(gnutls_cli(nginx.optional_no_ca))
    assert matched(pem, "--ca-list", printed)["certificate_request"]["certificate_authorities"] == []
    for output, words in (
        (gnutls_cli(nginx.anonymous), "the server asked gnutls-cli for no certificate"),
        (gnutls_cli(asking, "--no-ca-verification"), "gnutls-cli prints no list of CAs without -V (--verbose)"),
    ):
        printed.write_bytes(output)
        ran = certprobe("match", pem, "--ca-list", printed)
        assert (ran.exit_code, ran.stdout) == (4, "")
        assert words in " ".join(ran.stderr.split())


def test_certificates_stand_for_their_subjects(site: Site, pem: Path, tmp_path: Path) -> None:
    """As in SSLCADNRequestFile and SSLCADNRequestPath of apache."""
    (tmp_path / "root.der").write_bytes(site.root.issued.der)
    (tmp_path / "directory").mkdir()
    (tmp_path / "directory" / "root.pem").write_bytes(site.root.issued.certificate_pem * 2)
    (tmp_path / "p7").write_bytes(
        subprocess.run(
            (program("openssl", package="openssl"), "crl2pkcs7", "-nocrl", "-certfile", str(site.root_file)),
            capture_output=True, check=True, timeout=60,
        ).stdout
    )  # fmt: skip
    for listed in (site.root_file, tmp_path / "root.der", tmp_path / "directory", tmp_path / "p7"):
        document = matched(pem, "--ca-list", listed)
        assert document["origin"]["kind"] == "ca-list"
        assert document["certificate_request"]["certificate_authorities_count"] == 1
        require_the_five(document["certificate_request"]["selection"]["candidates"])


def test_names_a_line(pem: Path) -> None:
    names = f'# what the admin said\n{five.LISTED}\nC = GB, O = "Corp, Inc.", CN = Corp CA\n'
    document = matched(pem, "--ca-list", "-", stdin=names.encode())
    assert [name["rfc4514"] for name in document["certificate_request"]["certificate_authorities"]] == [
        five.LISTED,
        "CN=Corp CA,O=Corp\\, Inc.,C=GB",
    ]
    assert document["verdict"]["outcome"] == "fits"


def test_slapd_by_its_names(pem: Path, slapd: Callable[..., Slapd]) -> None:
    """GnuTLS announces the root alone; DC= names are compared as RFC 5280 7.1 says."""
    url = f"ldaps://localhost:{slapd('try').ldaps}"
    assert matched(pem, "--like", url)["certificate_request"]["certificate_authorities"][0]["rfc4514"] == five.LISTED
