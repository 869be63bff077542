"""Point 4: what Windows would say of the server's chain and of the client's, with the place of the fault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from certprobe.lab.pki import (
    CLIENT_AUTH,
    Authority,
    Extension,
    Issued,
    KeyUsageName,
    common_name_only,
)
from certprobe.wincrypt import hresult
from tests.cli.command import certprobe, report
from tests.cli.judged import GOOD, NAMES, answers, below_a_path_length, only, showing
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.site import Site

Hostile = Callable[[str], AbstractContextManager[int]]
PARTIAL = "CERT_TRUST_IS_PARTIAL_CHAIN"


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


def _below_an_expired_ca(site: Site) -> Issued:
    return site.root.intermediate("Lab expired CA", not_after=site.at - timedelta(days=1)).server(*NAMES)


def _below_an_end_entity(site: Site) -> Issued:
    return Authority(site.issuing.server("no.authority.test"), site.at).server(*NAMES)


def _below_a_ca_that_may_not_sign(site: Site) -> Issued:
    usage: tuple[KeyUsageName, ...] = ("cRLSign",)
    return site.root.intermediate("Lab CA that may not sign", key_usage=usage).server(*NAMES)


def _below_a_ca_for_clients(site: Site) -> Issued:
    return site.root.intermediate("Lab CA for clients", extended_key_usage=(CLIENT_AUTH,)).server(*NAMES)


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
        (("CERT_TRUST_IS_NOT_VALID_FOR_USAGE",), ("CERT_TRUST_IS_NOT_VALID_FOR_USAGE",), ()),
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
        below_a_path_length,
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
    # Without an authorityKeyIdentifier a root matches itself by name; 0x2000: it is from the exclusive store.
    assert root["info"]["hex"] == "0x0000200C"
    assert only(document)["server"]["info"]["hex"] == "0x00002000"


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
