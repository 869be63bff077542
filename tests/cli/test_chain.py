"""Point 4: what Windows would say of the server's chain and of the client's, with the place of the fault."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509

from certprobe.lab.pki import (
    CLIENT_AUTH,
    Authority,
    Extension,
    Issued,
    KeyUsageName,
    common_name_only,
)
from certprobe.wincrypt import hresult
from tests.cli.command import Arguments, Document, certprobe, report
from tests.peers import malformed
from tests.peers.channel import Channel, listening
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.site import Identity, Site, write_identity
from tests.peers.tls_server import TlsServer, context

Hostile = Callable[[str], AbstractContextManager[int]]
NAMES = ("localhost", HOST)
NO_PLACE = (-1, -1)
PARTIAL = "CERT_TRUST_IS_PARTIAL_CHAIN"


def only(document: Document) -> Document:
    (attempt,) = document["attempts"]
    return attempt  # type: ignore[no-any-return]


@contextlib.contextmanager
def showing(server: Issued) -> Iterator[str]:
    """A TLS server with that certificate and chain, which answers HTTP and asks for nothing; gives its URL."""
    tls = context(server)
    tls.set_verify(0)

    def serve(channel: Channel) -> None:
        connection = TlsServer(channel, tls)
        connection.handshake()
        connection.receive()
        connection.send(malformed.HTTP_OK)
        connection.close_notify()
        channel.close()

    with listening(serve) as port:
        yield f"https://localhost:{port}/"


def answers(judgement: Document) -> dict[str, tuple[str, int, int]]:
    """Each policy's answer: symbol, chain and element index."""
    return {
        each["policy"]: (each["error"]["symbol"], each["chain_index"], each["element_index"])
        for each in judgement["policies"]
    }


class Case(NamedTuple):
    """A server, the bits of each element (and, after them, those that only the chain has), and both policies' words."""

    name: str
    server: Callable[[Site], Issued]
    elements: tuple[tuple[str, ...], ...]
    chain_only: tuple[str, ...]
    ssl: tuple[str, int, int]
    base: tuple[str, int, int] | None = None
    """None: the same as `ssl`."""


def _missing_intermediate(site: Site) -> Issued:
    return replace(site.servers.good.issued, chain=())


def _with_root_sent(site: Site) -> Issued:
    return replace(site.servers.untrusted.issued, chain=(site.foreign_root.issued.der,))


def _self_signed(site: Site) -> Issued:
    return Authority.root("localhost", at=site.at, subject_alt_names=NAMES).issued


def _below_a_path_length(site: Site) -> Issued:
    above = site.root.intermediate(
        "Lab CA without depth", basic_constraints=x509.BasicConstraints(ca=True, path_length=0)
    )
    return above.intermediate("Lab CA too deep").server(*NAMES)


def _below_an_expired_ca(site: Site) -> Issued:
    return site.root.intermediate("Lab expired CA", not_after=site.at - timedelta(days=1)).server(*NAMES)


def _below_an_end_entity(site: Site) -> Issued:
    return Authority(site.issuing.server("no.authority.test"), site.at).server(*NAMES)


def _below_a_ca_that_may_not_sign(site: Site) -> Issued:
    usage: tuple[KeyUsageName, ...] = ("cRLSign",)
    return site.root.intermediate("Lab CA that may not sign", key_usage=usage).server(*NAMES)


def _below_a_ca_for_clients(site: Site) -> Issued:
    return site.root.intermediate("Lab CA for clients", extended_key_usage=(CLIENT_AUTH,)).server(*NAMES)


GOOD = ("ERROR_SUCCESS", *NO_PLACE)
CASES = (
    Case("good", lambda site: site.servers.good.issued, ((), (), ()), (), GOOD),
    Case(
        "expired",
        lambda site: site.servers.expired.issued,
        (("CERT_TRUST_IS_NOT_TIME_VALID",), (), ()),
        (),
        ("CERT_E_EXPIRED", 0, 0),
    ),
    Case(
        "not yet valid",
        lambda site: site.issuing.server(*NAMES, not_before=site.at + timedelta(days=1)),
        (("CERT_TRUST_IS_NOT_TIME_VALID",), (), ()),
        (),
        ("CERT_E_EXPIRED", 0, 0),
    ),
    Case(
        "expired issuer",
        _below_an_expired_ca,
        ((), ("CERT_TRUST_IS_NOT_TIME_VALID",), ()),
        (),
        ("CERT_E_EXPIRED", 0, 1),
    ),
    Case(
        "untrusted root that is not sent",
        lambda site: site.servers.untrusted.issued,
        ((),),
        (PARTIAL,),
        ("CERT_E_UNTRUSTEDROOT", 0, -1),
        ("CERT_E_CHAINING", 0, -1),
    ),
    Case(
        "untrusted root that is sent",
        _with_root_sent,
        ((), ("CERT_TRUST_IS_UNTRUSTED_ROOT",)),
        (),
        ("CERT_E_UNTRUSTEDROOT", 0, 1),
    ),
    Case("self-signed", _self_signed, (("CERT_TRUST_IS_UNTRUSTED_ROOT",),), (), ("CERT_E_UNTRUSTEDROOT", 0, 0)),
    Case(
        "missing intermediate",
        _missing_intermediate,
        ((),),
        (PARTIAL,),
        ("CERT_E_UNTRUSTEDROOT", 0, -1),
        ("CERT_E_CHAINING", 0, -1),
    ),
    Case(
        "wrong usage",
        lambda site: site.servers.wrong_usage.issued,
        (("CERT_TRUST_IS_NOT_VALID_FOR_USAGE",), (), ()),
        (),
        ("CERT_E_WRONG_USAGE", 0, 0),
    ),
    Case(
        "issuer for another usage",
        _below_a_ca_for_clients,
        (("CERT_TRUST_IS_NOT_VALID_FOR_USAGE",), (), ()),
        (),
        ("CERT_E_WRONG_USAGE", 0, 0),
    ),
    Case(
        "issuer that may not sign",
        _below_a_ca_that_may_not_sign,
        ((), ("CERT_TRUST_IS_NOT_VALID_FOR_USAGE",), ()),
        (),
        ("CERT_E_WRONG_USAGE", 0, 1),
    ),
    Case(
        "issuer that is no CA",
        _below_an_end_entity,
        ((), ("CERT_TRUST_IS_NOT_VALID_FOR_USAGE", "CERT_TRUST_INVALID_BASIC_CONSTRAINTS"), (), ()),
        (),
        ("CERT_E_WRONG_USAGE", 0, 1),
    ),
    Case(
        "path length",
        _below_a_path_length,
        ((), ("CERT_TRUST_INVALID_BASIC_CONSTRAINTS",), ("CERT_TRUST_INVALID_BASIC_CONSTRAINTS",), ()),
        (),
        ("TRUST_E_BASIC_CONSTRAINTS", 0, 1),
    ),
    Case(
        "name mismatch",
        lambda site: site.servers.wrong_name.issued,
        ((), (), ()),
        (),
        ("CERT_E_CN_NO_MATCH", 0, 0),
        GOOD,
    ),
    Case(
        "unknown critical extension",
        lambda site: site.issuing.server(*NAMES, extensions=(Extension("1.2.3", b"?", critical=True),)),
        (("CERT_TRUST_INVALID_EXTENSION", "CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT"), (), ()),
        (),
        ("CERT_E_CRITICAL", 0, 0),
    ),
    Case(
        "broken signature",
        lambda site: site.issuing.server(*NAMES).with_broken_signature(),
        (("CERT_TRUST_IS_NOT_SIGNATURE_VALID",), (), ()),
        (),
        ("TRUST_E_CERT_SIGNATURE", 0, 0),
    ),
    Case(
        "expired, for another usage and of another name: the first in Windows' order",
        lambda site: site.issuing.server(
            "other.lab.test", extended_key_usage=(CLIENT_AUTH,), not_after=site.at - timedelta(days=1)
        ),
        (("CERT_TRUST_IS_NOT_TIME_VALID", "CERT_TRUST_IS_NOT_VALID_FOR_USAGE"), (), ()),
        (),
        ("CERT_E_EXPIRED", 0, 0),
        ("CERT_E_WRONG_USAGE", 0, 0),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_server_chain(site: Site, case: Case) -> None:
    with showing(case.server(site)) as url:
        document = report("https", url, "--trust", site.root_file)
    judged = only(document)["server"]
    (chain,) = judged["chains"]
    assert tuple(tuple(element["error"]["names"]) for element in chain["elements"]) == case.elements
    for element in chain["elements"]:
        assert {finding["bit"] for finding in element["findings"]} == set(element["error"]["names"])
        assert all(finding["citation"].startswith("RFC ") and finding["detail"] for finding in element["findings"])
    bits = {bit for element in case.elements for bit in element} | set(case.chain_only)
    assert set(chain["error"]["names"]) == set(judged["error"]["names"]) == bits
    assert [finding["bit"] for finding in chain["findings"]] == list(case.chain_only)
    assert answers(judged) == {"ssl": case.ssl, "base": case.base or case.ssl}
    is_good = case.ssl == GOOD
    assert document["verdict"]["exit_code"] == int(not is_good)
    assert document["verdict"]["outcome"] == "not-asked"
    error = judged["deciding"]["error"]
    assert error["symbol"] == case.ssl[0]
    assert error["signed"] == getattr(hresult, case.ssl[0]).signed
    if not is_good:
        cause = document["verdict"]["causes"][0]
        assert (cause["code"], cause["weight"]) == (case.ssl[0], "problem")
        assert judged["reason"] in cause["title"]
        assert f"{error['symbol']} {error['hex']} ({error['signed']})" in cause["detail"]
        assert cause["advice"]


def test_info_bits(site: Site, nginx: Nginx) -> None:
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--trust", site.root_file)
    leaf, issuing, root = only(document)["server"]["chains"][0]["elements"]
    assert leaf["info"] == issuing["info"] == {"names": ["CERT_TRUST_HAS_KEY_MATCH_ISSUER"], "hex": "0x00000002"}
    # Without an authorityKeyIdentifier a root matches itself by name.
    assert root["info"]["hex"] == "0x0000000C"
    assert only(document)["server"]["info"]["hex"] == "0x00000000"


# --- the server's name ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "options", "matches"),
    [
        ("a.lab.test", {"subject_alt_names": ("*.lab.test",)}, True),
        ("A.LAB.TEST", {"subject_alt_names": ("*.lab.test",)}, True),
        ("a.b.lab.test", {"subject_alt_names": ("*.lab.test",)}, False),
        ("lab.test", {"subject_alt_names": ("*.lab.test",)}, False),
        ("lab.test", {"subject_alt_names": (), "subject": common_name_only("lab.test")}, True),
        ("lab.test", {"subject_alt_names": ("other.test",), "subject": common_name_only("lab.test")}, False),
        ("127.0.0.1", {"subject_alt_names": ("127.0.0.1",)}, True),
        ("127.0.0.1", {"subject_alt_names": ("127.0.0.2",)}, False),
        ("bücher.test", {"subject_alt_names": ("xn--bcher-kva.test",)}, True),
    ],
)
def test_server_name(site: Site, host: str, options: dict[str, object], matches: bool) -> None:
    with showing(site.issuing.server("unused", **options)) as url:  # type: ignore[arg-type]
        port = url.rpartition(":")[2].strip("/")
        arguments = (f"https://{host}/", "--connect", f"{HOST}:{port}", "--trust", site.root_file)
        document = report("https", *arguments)
    expected = GOOD if matches else ("CERT_E_CN_NO_MATCH", 0, 0)
    assert answers(only(document)["server"])["ssl"] == expected
    assert document["verdict"]["exit_code"] == int(not matches)


# --- certificates that cannot be parsed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "bits", "said"),
    [
        ("version-9", (), "a strict parser refuses it"),
        ("time-garbage", ("CERT_TRUST_IS_NOT_TIME_VALID",), "until an unreadable time"),
        ("extensions-garbage", ("CERT_TRUST_INVALID_EXTENSION",), "an extension cannot be read"),
    ],
)
def test_certificate_that_is_odd(site: Site, hostile: Hostile, name: str, bits: tuple[str, ...], said: str) -> None:
    with hostile(f"certificate-{name}") as port:
        url = f"https://{HOST}:{port}/"
        document = report("https", url, "--cert", site.store_file, "--trust", site.root_file)
        text = certprobe("https", url, "--cert", site.store_file, "--trust", site.root_file).stdout
    attempt = only(document)
    shown = attempt["tls"]["certificates"][0]
    assert document["verdict"]["outcome"] == "accepted", "the run went on to its end"
    assert shown["fault"] or shown["strict_fault"] or shown["extension_faults"] or shown["not_after"] is None
    assert set(bits) <= set(attempt["server"]["chains"][0]["elements"][0]["error"]["names"])
    assert said in text


def test_certificate_that_is_garbage(site: Site, hostile: Hostile) -> None:
    """OpenSSL breaks off; what came is shown with its fault, and judged as far as it goes."""
    with hostile("certificates-cut-der") as port:
        url = f"https://{HOST}:{port}/"
        document = report("https", url, "--trust", site.root_file)
        ran = certprobe("https", url, "--trust", site.root_file)
    (shown,) = only(document)["tls"]["certificates"]
    assert shown["fault"]
    assert document["verdict"]["exit_code"] == 3
    assert only(document)["server"]["deciding"]["error"]["symbol"] != "ERROR_SUCCESS"
    assert "cannot be read" in ran.stdout


# --- --trust ----------------------------------------------------------------------------------------------------------


def test_trust_nothing(site: Site, nginx: Nginx) -> None:
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--trust", "none")
    assert document["trust"] == "no root at all"
    assert document["verdict"]["causes"][0]["code"] == "CERT_E_UNTRUSTEDROOT"


def test_trust_of_the_system(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    document = report("https", url, env={"SSL_CERT_FILE": str(site.root_file)})
    assert document["trust"] == f"the system's roots ({site.root_file})"
    assert document["verdict"]["exit_code"] == 0
    assert report("https", url)["verdict"]["causes"][0]["code"] == "CERT_E_UNTRUSTEDROOT"


def test_trust_of_certifi(nginx: Nginx) -> None:
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--trust", "certifi")
    assert document["trust"] == "the roots of certifi"
    assert document["verdict"]["causes"][0]["code"] == "CERT_E_UNTRUSTEDROOT"


def test_trust_a_file(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.anonymous}/"
    document = report("https", url, "--trust", site.authorities_file)
    assert document["trust"] == f"{site.authorities_file} (2 certificates)"
    assert document["verdict"]["exit_code"] == 0
    assert report("https", url, "--trust", site.foreign_root_file)["verdict"]["exit_code"] == 1


def test_trust_an_intermediate_is_no_anchor(site: Site, tmp_path: Path) -> None:
    """As Windows has it, only a self-signed certificate ends a chain."""
    issuing = tmp_path / "issuing.pem"
    issuing.write_bytes(site.issuing.issued.certificate_pem)
    with showing(site.servers.good.issued) as url:
        document = report("https", url, "--trust", issuing)
    assert answers(only(document)["server"])["ssl"] == ("CERT_E_UNTRUSTEDROOT", 0, -1)
    assert "only self-signed ones are anchors" in document["verdict"]["causes"][0]["title"]


def test_trust_a_directory(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(site.root.issued.certificate_pem)
    (tmp_path / "other.der").write_bytes(site.foreign_root.issued.der)
    (tmp_path / "README").write_text("not a certificate\n")
    (tmp_path / "below").mkdir()
    url = f"https://localhost:{nginx.anonymous}/"
    ran = certprobe("https", url, "--trust", tmp_path, "--format", "json")
    assert ran.exit_code == 0
    assert ran.document["trust"] == f"{tmp_path} (2 certificates)"
    assert ran.stderr.startswith(f"certprobe: passed over: {tmp_path}/README")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("empty", ["directory", "file", "missing"])
def test_trust_in_nothing_that_can_be_read(nginx: Nginx, tmp_path: Path, empty: str) -> None:
    place = tmp_path / "trust"
    match empty:
        case "directory":
            place.mkdir()
        case "file":
            place.touch()
        case _:
            pass
    ran = certprobe("https", f"https://localhost:{nginx.anonymous}/", "--trust", place)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert str(place) in ran.stderr
    assert "Traceback" not in ran.stderr


# --- --at -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "spelling", "symbol"),
    [
        (0, "%Y-%m-%dT%H:%M:%SZ", "ERROR_SUCCESS"),
        (400, "%Y-%m-%dT%H:%M:%SZ", "CERT_E_EXPIRED"),
        (400, "%Y-%m-%d", "CERT_E_EXPIRED"),
        (400, "%Y-%m-%dT%H:%M:%S+05:30", "CERT_E_EXPIRED"),
        (-2, "%Y-%m-%d", "CERT_E_EXPIRED"),
    ],
)
def test_at(site: Site, nginx: Nginx, days: int, spelling: str, symbol: str) -> None:
    at = (site.at + timedelta(days=days)).strftime(spelling)
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--at", at, "--trust", site.root_file)
    assert only(document)["server"]["deciding"]["error"]["symbol"] == symbol
    assert document["times"]["at"].endswith("Z")


def test_at_reaches_the_selection(site: Site, nginx: Nginx) -> None:
    """Ten days ago the expired certificate was good."""
    at = (site.at - timedelta(days=1, hours=12)).strftime("%Y-%m-%dT%H:%M:%SZ")
    store = ("--cert", site.clients.expired.chain, "--key", site.clients.expired.key)
    document = report("https", f"https://localhost:{nginx.optional}/", *store, "--at", at, "--trust", site.root_file)
    (candidate,) = only(document)["tls"]["certificate_requests"][0]["selection"]["candidates"]
    assert candidate["rejections"] == []


# --- --policy ---------------------------------------------------------------------------------------------------------


def test_policy_decides_the_exit_code(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.wrong_name}/"
    codes = {
        policy: report("https", url, "--policy", policy, "--trust", site.root_file)["verdict"]["exit_code"]
        for policy in ("ssl", "base", "basic-constraints", "nt-auth")
    }
    assert codes == {"ssl": 1, "base": 0, "basic-constraints": 0, "nt-auth": 1}


def test_policy_basic_constraints(site: Site) -> None:
    with showing(_below_a_path_length(site)) as url:
        document = report("https", url, "--policy", "basic-constraints", "--trust", "none")
    judged = only(document)["server"]
    assert answers(judged)["basic-constraints"] == ("TRUST_E_BASIC_CONSTRAINTS", 0, 1)
    assert judged["deciding"]["policy"] == "basic-constraints"
    assert document["verdict"]["causes"][0]["code"] == "TRUST_E_BASIC_CONSTRAINTS"


@pytest.mark.parametrize(
    ("ntauth", "status"),
    [
        ("issuing", GOOD),
        ("root", ("CERT_E_UNTRUSTEDCA", 0, 1)),
        (None, ("CERT_E_UNTRUSTEDCA", 0, 1)),
    ],
)
def test_nt_auth(site: Site, nginx: Nginx, tmp_path: Path, ntauth: str | None, status: tuple[str, int, int]) -> None:
    """NTAuth is the list of CAs that may vouch for users: it is about the client's chain."""
    store: tuple[Arguments, ...] = ()
    if ntauth is not None:
        file = tmp_path / "ntauth.pem"
        file.write_bytes(getattr(site, ntauth).issued.certificate_pem)
        store = ("--ntauth", file)
    url = f"https://localhost:{nginx.on}/"
    options = ("--cert", site.store_file, "--policy", "nt-auth", *store, "--trust", site.root_file)
    document = report("https", url, *options)
    assert document["verdict"]["outcome"] == "accepted"
    assert answers(only(document)["client"])["nt-auth"] == status
    assert "nt-auth" not in answers(only(document)["server"])
    assert document["verdict"]["exit_code"] == int(status != GOOD)


# --- the client's chain -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd_clients(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Identity]:
    """Client identities whose chains have a fault, as files."""
    made = {
        "weak-chain": site.root.intermediate("Lab CA for servers", extended_key_usage=("1.3.6.1.5.5.7.3.1",)),
        "no-ca": Authority(site.issuing.client("no authority"), site.at),
    }
    directory = tmp_path_factory.mktemp("clients")
    return lambda name: write_identity(directory, name, made[name].client("carol"))


@pytest.mark.parametrize(
    ("name", "status"),
    [("weak-chain", ("CERT_E_WRONG_USAGE", 0, 0)), ("no-ca", ("CERT_E_WRONG_USAGE", 0, 1))],
)
def test_client_chain(
    site: Site, nginx: Nginx, odd_clients: Callable[[str], Identity], name: str, status: tuple[str, int, int]
) -> None:
    carol = odd_clients(name)
    url = f"https://localhost:{nginx.on}/"
    options = ("--cert", carol.chain, "--key", carol.key, "--select", "1", "--trust", site.root_file)
    document = report("https", url, *options)
    judged = only(document)["client"]
    assert judged["role"] == "client"
    assert answers(judged)["ssl"] == status
    cause = document["verdict"]["causes"][0]
    assert (document["verdict"]["outcome"], cause["code"]) == ("refused-by-http-status", status[0])
    assert "the client certificate CN=carol is not valid: " in cause["title"]


def test_unknown_root_of_the_client_does_not_decide(site: Site, nginx: Nginx) -> None:
    """Whom the server trusts is the server's matter."""
    options = ("--cert", site.store_file, "--trust", "none")
    document = report("https", f"https://localhost:{nginx.on}/", *options)
    client = only(document)["client"]
    assert answers(client)["ssl"][0] == "CERT_E_UNTRUSTEDROOT"
    assert client["deciding"]["error"]["symbol"] == "ERROR_SUCCESS"
    assert [cause["code"] for cause in document["verdict"]["causes"]] == ["CERT_E_UNTRUSTEDROOT", "accepted"]
