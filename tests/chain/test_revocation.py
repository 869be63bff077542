"""Which elements are asked about, and what Windows makes of the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certprobe.chain.context import ChainContext
from certprobe.lab.pki import Authority, Issued
from certprobe.lab.revocation import Status, crl, good, ocsp, revoked, unknown
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.trust_status import TrustError
from tests.chain.evidence import BELOW_ROOT, CACHE_ONLY, CHAIN, END, REVOKED, UNKNOWN, asked, revocation, why
from tests.chain.judging import AT, CA, ROOT, SERVER, errors

NOTHING = ChainFlags.CERT_CHAIN_DEFAULT
DEEP = CA.intermediate("Deep CA")
LEAF = DEEP.server("deep.lab.test")


PLACES: dict[str, tuple[str, Authority | Issued]] = {
    "leaf": ("deep", LEAF), "deep": ("ca", DEEP), "ca": ("root", CA), "root": ("root", ROOT),
}  # fmt: skip


def listing(*names: str) -> list[bytes]:
    """The CRLs of the three authorities above `LEAF`, in which these are listed."""
    entries: dict[str, list[Status]] = {"root": [], "ca": [], "deep": []}
    for issuer, holder in map(PLACES.__getitem__, names):
        entries[issuer].append(revoked(holder))
    return [crl(ROOT, *entries["root"]), crl(CA, *entries["ca"]), crl(DEEP, *entries["deep"])]


@pytest.mark.parametrize(("flags", "listed", "expected"), [
    (NOTHING, ("leaf", "deep", "ca"), [0, 0, 0, 0]),
    (END, (), [0, 0, 0, 0]),
    (END, ("leaf",), [REVOKED, 0, 0, 0]),
    (END, ("deep", "ca"), [0, 0, 0, 0]),
    (BELOW_ROOT, (), [0, 0, 0, 0]),
    (BELOW_ROOT, ("leaf",), [REVOKED, 0, 0, 0]),
    (BELOW_ROOT, ("deep",), [UNKNOWN, REVOKED, 0, 0]),
    (BELOW_ROOT, ("leaf", "deep"), [UNKNOWN, REVOKED, 0, 0]),
    (BELOW_ROOT, ("ca",), [UNKNOWN, UNKNOWN, REVOKED, 0]),
    (BELOW_ROOT, ("leaf", "deep", "ca"), [UNKNOWN, UNKNOWN, REVOKED, 0]),
    (BELOW_ROOT, ("root",), [0, 0, 0, 0]),
    (CHAIN, ("leaf",), [REVOKED, 0, 0, 0]),
    (CHAIN, ("ca",), [UNKNOWN, UNKNOWN, REVOKED, 0]),
    (CHAIN, ("root",), [UNKNOWN, UNKNOWN, UNKNOWN, REVOKED]),
    (END | BELOW_ROOT, ("deep",), [UNKNOWN, REVOKED, 0, 0]),
    (BELOW_ROOT | CACHE_ONLY, ("deep",), [UNKNOWN, REVOKED, 0, 0]),
])  # fmt: skip
def test_revoked(flags: ChainFlags, listed: tuple[str, ...], expected: list[int]) -> None:
    """Below a revoked CA nothing is known; above it, and where nobody asked, everything stays clean."""
    assert revocation(asked(LEAF, DEEP, CA, crls=listing(*listed), flags=flags)) == expected


@pytest.mark.parametrize(("flags", "expected"), [
    (NOTHING, [0, 0, 0]),
    (CACHE_ONLY, [0, 0, 0]),
    (END, [UNKNOWN, 0, 0]),
    (BELOW_ROOT, [UNKNOWN, UNKNOWN, 0]),
    (CHAIN, [UNKNOWN, UNKNOWN, 0]),
])  # fmt: skip
def test_no_evidence(flags: ChainFlags, expected: list[int]) -> None:
    """A root needs none, even where it is asked about."""
    assert revocation(asked(SERVER, CA, flags=flags)) == expected


def test_what_is_unknown_of_a_ca_says_nothing_of_those_below() -> None:
    assert revocation(asked(SERVER, CA, crls=[crl(CA)], flags=BELOW_ROOT)) == [0, UNKNOWN, 0]


def test_a_self_signed_end_certificate_is_its_own_anchor() -> None:
    alone = Authority.root("Alone", at=AT)
    assert revocation(asked(alone, roots=(alone,))) == [0]
    assert revocation(asked(alone, roots=(alone,), crls=[crl(alone, revoked(alone))])) == [REVOKED]


def test_without_an_issuer_nobody_can_tell() -> None:
    chain = asked(SERVER, crls=[crl(CA)], flags=BELOW_ROOT)
    assert revocation(chain) == [UNKNOWN]
    assert why(chain).endswith("who issued it is not known, and so not who may revoke it")


def test_other_faults_stay_beside() -> None:
    expired = CA.server("www.lab.test", not_after=AT - timedelta(days=1))
    chain = asked(expired, CA, crls=[crl(CA, revoked(expired))])
    assert errors(chain) == [0x5, 0x5, 0, 0]


def test_findings_say_both_bits_and_why() -> None:
    chain = asked(LEAF, DEEP, CA, crls=listing("ca"), flags=BELOW_ROOT)
    findings = [finding for finding in chain.elements[0].findings if finding.bit & UNKNOWN]
    assert [finding.bit for finding in findings] == [
        TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN, TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION,
    ]  # fmt: skip
    assert {finding.detail for finding in findings} == {"CN=CA above it is revoked"}


def both(response: bytes, *entries: bytes) -> ChainContext:
    return asked(SERVER, CA, responses=[response], crls=entries)


@pytest.mark.parametrize(("chain", "expected"), [
    (both(ocsp(CA, good(SERVER)), crl(CA, revoked(SERVER))), 0),
    (both(ocsp(CA, revoked(SERVER)), crl(CA)), REVOKED),
    (both(ocsp(CA, unknown(SERVER)), crl(CA, revoked(SERVER))), REVOKED),
    (both(ocsp(CA, unknown(SERVER)), crl(CA)), 0),
    (both(ocsp(CA, unknown(SERVER))), UNKNOWN),
    (both(ocsp(ROOT, good(CA)), crl(CA)), 0),
    (both(b"garbage", crl(CA)), 0),
])  # fmt: skip
def test_ocsp_is_asked_before_crls(chain: ChainContext, expected: int) -> None:
    assert revocation(chain)[0] == expected


def test_every_source_says_why_it_does_not_tell() -> None:
    chain = both(ocsp(CA, unknown(SERVER)), crl(ROOT))
    assert why(chain) == "RFC 5280 6.1.3 (a)(3): the OCSP responder does not know it; none of the CRLs speaks of it"
