"""Point 1: what TLS showed, from 1.0 to 1.3, whatever the server then does."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.command import Document, certprobe, report
from tests.peers import malformed
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.process import HOST, program
from tests.peers.s_server import REQUEST, REQUIRE, s_server
from tests.peers.site import Site
from tests.peers.slapd import Slapd

Hostile = Callable[[str], AbstractContextManager[int]]
LAB_ROOT = "CN=Lab root,O=Lab,DC=lab,DC=test"
SIGNING_TYPES = {"rsa_sign", "ecdsa_sign"}


def only(document: Document) -> Document:
    """The one attempt of a run."""
    (attempt,) = document["attempts"]
    return attempt  # type: ignore[no-any-return]


def request_of(document: Document) -> Document:
    (request,) = only(document)["tls"]["certificate_requests"]
    return request  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("option", "version", "suite", "types", "algorithm"),
    [
        ("-tls1", "TLS 1.0", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", SIGNING_TYPES, None),
        ("-tls1_1", "TLS 1.1", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", SIGNING_TYPES, None),
        (
            "-tls1_2",
            "TLS 1.2",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            SIGNING_TYPES,
            {"name": "ecdsa_secp256r1_sha256", "code": 0x0403},
        ),
        (
            "-tls1_3",
            "TLS 1.3",
            "TLS_AES_256_GCM_SHA384",
            None,
            {"name": "ecdsa_secp256r1_sha256", "code": 0x0403},
        ),
    ],
)
def test_every_version(
    site: Site,
    s_server: Callable[..., int],
    option: str,
    version: str,
    suite: str,
    types: set[str] | None,
    algorithm: Document | None,
) -> None:
    port = s_server(option, *REQUIRE)
    document = report("https", f"https://localhost:{port}/", "--legacy", "--cert", site.store_file, "--trust", "none")
    assert document["verdict"]["outcome"] == "accepted"
    tls, request = only(document)["tls"], request_of(document)
    assert (tls["version"], tls["cipher_suite"]["name"], tls["group"]["name"]) == (version, suite, "x25519")
    assert tls["server_name"] == "localhost"
    assert tls["completed"] == ["initial"]
    # s_server sends its certificate before the chain, which begins with it.
    subjects = [certificate["subject"] for certificate in tls["certificates"]]
    assert subjects == ["CN=localhost", "CN=localhost", "CN=Lab issuing CA,O=Lab,DC=lab,DC=test"]
    assert base64.b64decode(tls["certificates"][0]["der"]) == site.servers.good.issued.der
    assert (request["phase"], request["version"], request["state"]) == ("initial", version, "list")
    assert [name["rfc4514"] for name in request["certificate_authorities"]] == [LAB_ROOT]
    name = base64.b64decode(request["certificate_authorities"][0]["der"])
    assert name == site.root.issued.subject
    assert request["certificate_authorities_count"] == 1
    assert request["certificate_authorities_size"] == len(name) + 2
    assert request["faults"] == []
    offered = request["certificate_types"]
    assert offered is None if types is None else types <= {each["name"] for each in offered}
    algorithms = request["signature_algorithms"]
    assert algorithms is None if algorithm is None else algorithm in algorithms


@pytest.mark.parametrize(("option", "version"), [("-tls1", "1.0"), ("-tls1_1", "1.1")])
def test_old_versions_are_not_offered_by_themselves(
    site: Site, s_server: Callable[..., int], option: str, version: str
) -> None:
    port = s_server(option, *REQUIRE)
    ran = certprobe("https", f"https://localhost:{port}/")
    assert ran.exit_code == 3
    assert "the server ended the TLS handshake with the alert protocol_version (70)" in ran.head
    assert "--tls-min 1.0" in ran.head
    bounds = ("--tls-min", "1.0", "--tls-max", version)
    forced = report("https", f"https://localhost:{port}/", *bounds, "--trust", site.root_file)
    assert only(forced)["tls"]["version"] == f"TLS {version}"


@pytest.mark.parametrize(("bound", "version"), [("1.2", "TLS 1.2"), ("1.3", "TLS 1.3")])
def test_alpn_and_bounds_of_versions(site: Site, nginx: Nginx, bound: str, version: str) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    tls = only(report("https", url, "--tls-min", bound, "--tls-max", bound, "--trust", site.root_file))["tls"]
    assert (tls["version"], tls["alpn"]) == (version, "http/1.1")


def test_ldap_offers_no_alpn(site: Site, slapd: Callable[..., Slapd]) -> None:
    tls = only(report("ldap", f"ldaps://localhost:{slapd('demand').ldaps}", "--trust", site.root_file))["tls"]
    assert tls["alpn"] is None
    assert tls["version"] == "TLS 1.3"


@pytest.mark.parametrize(
    ("host", "phase", "version"),
    [("location_tls12", "renegotiation", "TLS 1.2"), ("location_tls13", "post-handshake", "TLS 1.3")],
)
def test_late_requests(site: Site, apache: Apache, host: str, phase: str, version: str) -> None:
    url = f"https://localhost:{getattr(apache, host)}/"
    paths = ("--path", "/", "--path", "/secret/")
    document = report("https", url, *paths, "--cert", site.store_file, "--trust", site.root_file)
    silent, late = document["attempts"]
    assert (silent["path"], silent["asked"], silent["tls"]["certificate_requests"]) == ("/", "not-asked", [])
    assert silent["conclusion"]["outcome"] == "not-asked"
    assert (late["path"], late["asked"], late["conclusion"]["outcome"]) == ("/secret/", "list", "accepted")
    assert late["tls"]["completed"] == ["initial", phase]
    assert late["tls"]["alpn"] == "http/1.1"
    (request,) = late["tls"]["certificate_requests"]
    assert (request["phase"], request["version"], request["state"]) == (phase, version, "list")
    assert request["sent"][0] == request["chosen"]["thumbprint"]
    headers = {field["name"]: field["value"] for field in late["http"]["answer"]["headers"]}
    assert headers["x-client"] == "SUCCESS CN=alice,OU=people,DC=lab,DC=test"


# --- three states -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "options", "state", "count"),
    [
        ("-tls1_3", (), None, 0),
        ("-tls1_2", (), None, 0),
        ("-tls1_3", ("-no_ca_names", *REQUEST), "empty-list", 0),
        ("-tls1_2", ("-no_ca_names", *REQUEST), "empty-list", 0),
        ("-tls1_3", REQUEST, "list", 1),
        ("-tls1_2", REQUEST, "list", 1),
    ],
)
def test_three_states(
    site: Site, s_server: Callable[..., int], server: str, options: tuple[str, ...], state: str | None, count: int
) -> None:
    port = s_server(server, *options)
    url = f"https://localhost:{port}/"
    document = report("https", url, "--trust", site.root_file)
    assert only(document)["asked"] == (state or "not-asked")
    if state is not None:
        assert request_of(document)["state"] == state
        assert request_of(document)["certificate_authorities_count"] == count
    text = certprobe("https", url, "--trust", site.root_file).stdout
    said = {
        None: "Nothing: it did not ask for a client certificate.",
        "empty-list": "any: the list is empty",
        "list": "1 name, 80 bytes",
    }
    assert [words in text for words in said.values()] == [key == state for key in said]


@pytest.mark.parametrize(("version", "state"), [("1.2", "empty-list"), ("1.3", "extension-absent")])
def test_nginx_without_a_ca_file_takes_any_issuer(site: Site, nginx: Nginx, version: str, state: str) -> None:
    url = f"https://localhost:{nginx.optional_no_ca}/"
    document = report("https", url, "--tls-max", version, "--cert", site.store_file, "--trust", site.root_file)
    assert only(document)["asked"] == "empty-list"
    request = request_of(document)
    assert request["state"] == state
    assert request["certificate_authorities"] == ([] if version == "1.2" else None)
    # Any issuer may match: the first certificate of the store that is in time goes out, of whatever CA it is.
    assert request["chosen"]["number"] == 1
    assert "subject=CN=alice" in body(document)


def body(document: Document) -> str:
    return base64.b64decode(only(document)["http"]["answer"]["body"]).decode()


# --- stapled OCSP -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def staple(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OCSP response for the site's good server, made by openssl."""
    place = tmp_path_factory.mktemp("ocsp")
    openssl = program("openssl", package="openssl")
    key = place / "issuing.key"
    key.write_bytes(site.issuing.issued.private_key_pem())
    issuer = place / "issuing.pem"
    issuer.write_bytes(site.issuing.issued.certificate_pem)
    (place / "index.txt").touch()
    response = place / "response.der"
    make = ("ocsp", "-index", "index.txt", "-rsigner", issuer, "-rkey", key, "-CA", issuer, "-ndays", "1", "-noverify")
    about = ("-issuer", issuer, "-cert", site.servers.good.certificate, "-respout", response)
    subprocess.run([openssl, *map(str, (*make, *about))], cwd=place, check=True, capture_output=True)
    return response


@pytest.fixture(scope="module", params=["-tls1_2", "-tls1_3"])
def stapling(request: pytest.FixtureRequest, site: Site, staple: Path) -> Iterator[int]:
    with s_server(site, request.param, "-status_file", str(staple), *REQUIRE) as port:
        yield port


def test_stapled_ocsp(site: Site, stapling: int, staple: Path) -> None:
    url = f"https://localhost:{stapling}/"
    document = report("https", url, "--cert", site.store_file, "--trust", site.root_file)
    tls = only(document)["tls"]
    assert base64.b64decode(tls["stapled_ocsp"]) == staple.read_bytes()
    assert (tls["ocsp"]["status"], tls["ocsp"]["fault"]) == ("successful", None)
    (single,) = tls["ocsp"]["responses"]
    assert (single["of_server"], single["serial_number"]) == (True, tls["certificates"][0]["serial_number"])


def test_stapled_ocsp_is_kept_when_the_server_refuses(site: Site, stapling: int, staple: Path) -> None:
    document = report("https", f"https://localhost:{stapling}/", "--trust", site.root_file)
    assert document["verdict"]["outcome"] == "refused-by-alert"
    assert base64.b64decode(only(document)["tls"]["stapled_ocsp"]) == staple.read_bytes()


def test_no_staple(site: Site, nginx: Nginx) -> None:
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--trust", site.root_file)
    assert (only(document)["tls"]["stapled_ocsp"], only(document)["tls"]["ocsp"]) == (None, None)


# --- kept although the server refuses or hangs up ---------------------------------------------------------------------


@pytest.mark.parametrize(("option", "alert"), [("-tls1_2", "handshake_failure"), ("-tls1_3", "certificate_required")])
def test_facts_of_a_server_that_refuses(site: Site, s_server: Callable[..., int], option: str, alert: str) -> None:
    document = report("https", f"https://localhost:{s_server(option, *REQUIRE)}/", "--trust", site.root_file)
    attempt = only(document)
    assert attempt["conclusion"]["outcome"] == "refused-by-alert"
    assert [each["description"]["name"] for each in attempt["tls"]["alerts"] if each["by"] == "peer"] == [alert]
    assert attempt["tls"]["closure"] == "alert"
    assert attempt["tls"]["certificates"][0]["subject"] == "CN=localhost"
    assert request_of(document)["certificate_authorities_count"] == 1
    assert request_of(document)["sent"] == []
    assert attempt["server"]["deciding"]["error"]["symbol"] == "ERROR_SUCCESS"


@pytest.mark.parametrize("word", ["close", "reset"])
@pytest.mark.parametrize(
    ("behaviour", "certificates", "requests", "sent"),
    [
        ("tls12-after-ServerHello", 0, 0, None),
        ("tls12-after-Certificate", 2, 0, None),
        ("tls12-after-CertificateRequest", 2, 1, None),
        ("tls12-after-client-flight", 2, 1, 2),
        ("tls13-after-ServerHello", 0, 0, None),
        ("tls13-after-CertificateRequest", 0, 1, None),
        ("tls13-after-Certificate", 2, 1, None),
        ("after-handshake", 2, 1, 2),
    ],
)
def test_facts_of_a_server_that_hangs_up(
    site: Site, hostile: Hostile, word: str, behaviour: str, certificates: int, requests: int, sent: int | None
) -> None:
    with hostile(f"{word}-{behaviour}") as port:
        url = f"https://{HOST}:{port}/"
        document = report("https", url, "--cert", site.store_file, "--trust", site.root_file, "--timeout", "20")
    attempt = only(document)
    tls = attempt["tls"]
    assert len(tls["certificates"]) == certificates
    assert len(tls["certificate_requests"]) == requests
    assert (attempt["server"] is None) == (certificates == 0)
    if requests:
        carried = request_of(document)["sent"]
        assert carried is None if sent is None else len(carried) == sent
        assert request_of(document)["certificate_authorities"][0]["rfc4514"] == LAB_ROOT


# --- long and broken lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["tls12", "tls13"])
def test_a_list_of_64_kib(site: Site, hostile: Hostile, protocol: str) -> None:
    with hostile(f"long-list-{protocol}") as port:
        url = f"https://{HOST}:{port}/"
        document = report("https", url, "--cert", site.store_file, "--trust", site.root_file)
        text = certprobe("https", url, "--cert", site.store_file, "--trust", site.root_file)
    request = request_of(document)
    assert 65_000 < request["certificate_authorities_size"] < 65_536
    assert request["certificate_authorities_count"] == len(request["certificate_authorities"])
    assert request["certificate_authorities"][0]["rfc4514"].startswith("CN=Lab authority 0001 xxx")
    assert request["faults"] == []
    notes = [cause for cause in document["verdict"]["causes"] if cause["code"] == "ca-list-near-limit"]
    assert [note["weight"] for note in notes] == ["note"]
    length = request["certificate_authorities_size"]
    assert f"the CA list is {length} bytes long; TLS 1.2 carries 65535" in notes[0]["title"]
    # Nobody in the store is of these authorities.
    assert request["sent"] == []
    assert f"and {request['certificate_authorities_count'] - 3} more" in text.head
    assert f"... and {request['certificate_authorities_count'] - 10} more (-v shows all)" in text.stdout


FIRST, SECOND = "CN=First,DC=lab,DC=test", "CN=Second,DC=lab,DC=test"


@pytest.mark.parametrize(
    ("name", "names", "fault"),
    [
        ("empty", [], "length of certificate_types: 1 octets declared, 0 left"),
        ("types-cut", [], "certificate_types: 200 octets declared, 2 left"),
        ("algorithms-odd", [], "supported_signature_algorithms"),
        ("algorithms-cut", [], "supported_signature_algorithms: 16 octets declared, 2 left"),
        ("authorities-missing", [], "length of certificate_authorities: 2 octets declared, 0 left"),
        ("authorities-cut", [FIRST], "certificate_authorities: 127 octets declared, 122 follow"),
        ("authority-too-long", [FIRST], "certificate_authorities, name 2: 256 octets declared"),
        ("authority-empty", [FIRST, "#", SECOND], None),
        ("authority-not-der", [FIRST, "#ffffffffffffff", SECOND], None),
        ("authorities-wrapped", ..., "certificate_authorities: "),
        ("trailing-bytes", [FIRST], "certificate_authorities: 63 octets declared, 67 follow"),
    ],
)
def test_malformed_lists(site: Site, hostile: Hostile, name: str, names: object, fault: str | None) -> None:
    with hostile(f"certificate-request-{name}") as port:
        document = report("https", f"https://{HOST}:{port}/", "--cert", site.store_file, "--trust", site.root_file)
    request, (cause, *notes) = request_of(document), document["verdict"]["causes"]
    if names is not ...:
        assert [each["rfc4514"] for each in request["certificate_authorities"]] == names
    assert (document["verdict"]["outcome"], cause["code"]) == ("not-reached", "malformed")
    assert [note["code"] for note in notes] == (["ca-list-near-limit"] if name == "authorities-wrapped" else [])
    if fault is not None:
        assert fault in "; ".join(request["faults"])
        assert cause["title"] == f"the server's CertificateRequest is malformed: {request['faults'][0]}"
    else:
        assert request["faults"] == []
        assert "the server's CertificateRequest is malformed: certificate_authorities, name 2: " in cause["title"]
    assert request["size"] == len(malformed.CERTIFICATE_REQUESTS[name][1])
