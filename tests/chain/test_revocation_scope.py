"""Of which certificates, and for which reasons, a CRL speaks (RFC 5280 6.3.3 (b) and (d), 5.2.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, KeyUsageName, Options, common_name_only
from certprobe.lab.revocation import crl, distribution_point, distribution_points, issuing_distribution_point, revoked
from certprobe.pki.distribution import ALL_REASONS, Contents, ReasonFlags
from tests.chain.evidence import BELOW_ROOT, asked, revocation, status, why
from tests.chain.judging import AT, CA, ROOT

HERE, THERE = "http://crl.test/here", "http://crl.test/there"
DIRECTORY = tlv(0xA4, sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, b"Point")))))
DIRECTORY_IN_CAPITALS = tlv(0xA4, sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x13, b"POINT")))))
ISSUER = tlv(0xA4, common_name_only("CA"))
RELATIVE = sequence(oid("2.5.4.3"), tlv(0x0C, b"part"))
BELOW_ISSUER = tlv(0xA4, sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, b"CA"))), tlv(0x31, RELATIVE)))
KEYS, REST = ReasonFlags.keyCompromise, ALL_REASONS & ~ReasonFlags.keyCompromise
INDIRECT = issuing_distribution_point(contents=Contents.indirectCRL)
CRLS: tuple[KeyUsageName, ...] = ("cRLSign",)
AUDITOR = ROOT.intermediate("Auditor", key_usage=CRLS, basic_constraints=None)


def with_points(*points: bytes) -> Options:
    return {"extensions": [distribution_points(*points)]}


@pytest.mark.parametrize(("points", "names", "expected"), [
    ((), (HERE,), "unknown"),
    ((), (ISSUER,), "good"),
    ((distribution_point(HERE),), (HERE,), "good"),
    ((distribution_point(HERE),), (THERE,), "unknown"),
    ((distribution_point(HERE),), (THERE, HERE), "good"),
    ((distribution_point(HERE, THERE),), (THERE,), "good"),
    ((distribution_point(HERE), distribution_point(THERE)), (THERE,), "good"),
    ((distribution_point(HERE),), (HERE.upper(),), "unknown"),
    ((distribution_point(HERE),), (ISSUER,), "unknown"),
    ((distribution_point(DIRECTORY),), (DIRECTORY_IN_CAPITALS,), "good"),
    ((b"\x05\x00",), (ISSUER,), "good"),
    ((sequence(tlv(0xA0, tlv(0xA1, RELATIVE))),), (BELOW_ISSUER,), "good"),
    ((sequence(tlv(0xA0, tlv(0xA1, RELATIVE))),), (DIRECTORY,), "unknown"),
])  # fmt: skip
def test_name_of_the_point(points: tuple[bytes, ...], names: tuple[str | bytes, ...], expected: str) -> None:
    server = CA.server("www.lab.test", **(with_points(*points) if points else {}))
    made = crl(CA, scope=issuing_distribution_point(*names))
    assert status(asked(server, CA, crls=[made])) == expected


@pytest.mark.parametrize("points", [(), (distribution_point(HERE),)])
def test_a_crl_without_scope_speaks_of_all(points: tuple[bytes, ...]) -> None:
    server = CA.server("www.lab.test", **(with_points(*points) if points else {}))
    assert status(asked(server, CA, crls=[crl(CA)])) == "good"
    assert status(asked(server, CA, crls=[crl(CA, scope=issuing_distribution_point())])) == "unknown"


@pytest.mark.parametrize(("contents", "end_entity", "ca"), [
    (Contents.onlyContainsUserCerts, True, False),
    (Contents.onlyContainsCACerts, False, True),
    (Contents.onlyContainsAttributeCerts, False, False),
    (Contents.onlyContainsUserCerts | Contents.onlyContainsCACerts, False, False),
    (Contents.indirectCRL, True, True),
])  # fmt: skip
def test_kind_of_certificate(contents: Contents, end_entity: bool, ca: bool) -> None:
    below = CA.intermediate("Below")
    leaf = below.server("www.lab.test")
    scope = issuing_distribution_point(contents=contents)
    crls = [crl(authority, scope=scope) for authority in (ROOT, CA, below)]
    bits = revocation(asked(leaf, below, CA, crls=crls, flags=BELOW_ROOT))
    assert [bit == 0 for bit in bits] == [end_entity, ca, ca, True]


@pytest.mark.parametrize(("contents", "expected"), [
    (Contents.indirectCRL, "good"), (Contents.onlyContainsUserCerts, "unknown"),
    (Contents.onlyContainsCACerts, "unknown"),
])  # fmt: skip
def test_old_certificates_are_in_no_crl_of_one_kind(contents: Contents, expected: str) -> None:
    old = CA.issue(subject="CN=old", version=1)
    assert status(asked(old, CA, crls=[crl(CA, scope=issuing_distribution_point(contents=contents))])) == expected


@pytest.mark.parametrize(("partitions", "expected"), [
    ([(KEYS, False)], "unknown"),
    ([(KEYS, False), (REST, False)], "good"),
    ([(KEYS, True), (REST, False)], "revoked"),
    ([(KEYS, False), (REST, True)], "revoked"),
    ([(KEYS, True)], "revoked"),
    ([(ALL_REASONS, False)], "good"),
])  # fmt: skip
def test_reasons_add_up(partitions: list[tuple[ReasonFlags, bool]], expected: str) -> None:
    server = CA.server("www.lab.test")
    crls = [
        crl(CA, *([revoked(server)] if listed else []), scope=issuing_distribution_point(reasons=reasons))
        for reasons, listed in partitions
    ]
    assert status(asked(server, CA, crls=crls)) == expected
    assert status(asked(server, CA, crls=crls[::-1])) == expected


def test_reasons_of_the_point_and_of_the_crl_are_intersected() -> None:
    server = CA.server("www.lab.test", **with_points(distribution_point(HERE, reasons=KEYS), distribution_point(THERE)))
    here = crl(CA, scope=issuing_distribution_point(HERE))
    there = crl(CA, scope=issuing_distribution_point(THERE, reasons=REST))
    assert [status(asked(server, CA, crls=crls)) for crls in ([here], [there], [here, there])] == [
        "unknown", "unknown", "good",
    ]  # fmt: skip
    assert "keyCompromise" not in why(asked(server, CA, crls=[here]))
    assert "do not cover these reasons: keyCompromise" in why(asked(server, CA, crls=[there]))


def test_a_stale_partition_is_none() -> None:
    server = CA.server("www.lab.test")
    stale = crl(CA, scope=issuing_distribution_point(reasons=KEYS), next_update=AT - timedelta(days=1))
    current = crl(CA, scope=issuing_distribution_point(reasons=REST))
    assert status(asked(server, CA, crls=[stale, current])) == "unknown"


# -- indirect CRLs


def audited(*points: bytes) -> Options:
    return with_points(*(points or (distribution_point(crl_issuer="CN=Auditor"),)))


@pytest.mark.parametrize(("scope", "expected"), [
    ((), "good"),
    (("CN=CA",), "revoked"),
    (("CN=ca",), "revoked"),
    (("CN=Other",), "good"),
    ((None,), "good"),  # an entry of the auditor's own certificates
])  # fmt: skip
def test_indirect(scope: tuple[str | None, ...], expected: str) -> None:
    """Each entry is of the certificate issuer in effect."""
    server = CA.server("www.lab.test", **audited())
    entries = [revoked(server, issuer=issuer) for issuer in scope]
    assert status(asked(server, CA, AUDITOR, crls=[crl(AUDITOR, *entries, scope=INDIRECT)])) == expected


def test_the_certificate_issuer_stays_in_effect() -> None:
    server, other = (CA.server(host, **audited()) for host in ("www.lab.test", "other.lab.test"))
    made = crl(AUDITOR, revoked(other, issuer="CN=CA"), revoked(server), scope=INDIRECT)
    assert status(asked(server, CA, AUDITOR, crls=[made])) == "revoked"


@pytest.mark.parametrize(("points", "scope", "expected"), [
    (distribution_point(HERE), INDIRECT, "unknown"),  # nobody named the auditor
    (distribution_point(crl_issuer="CN=Auditor"), None, "unknown"),
    (distribution_point(crl_issuer="CN=Auditor"),
     issuing_distribution_point(contents=Contents.onlyContainsUserCerts), "unknown"),
    (distribution_point(crl_issuer="CN=Other"), INDIRECT, "unknown"),
    (distribution_point(HERE, crl_issuer="CN=Auditor"),
     issuing_distribution_point(HERE, contents=Contents.indirectCRL), "good"),
    (distribution_point(HERE, crl_issuer="CN=Auditor"),
     issuing_distribution_point(THERE, contents=Contents.indirectCRL), "unknown"),
    (distribution_point(crl_issuer="CN=Auditor"),
     issuing_distribution_point(tlv(0xA4, common_name_only("Auditor")), contents=Contents.indirectCRL), "good"),
])  # fmt: skip
def test_whom_the_certificate_names(points: bytes, scope: Extension | None, expected: str) -> None:
    server = CA.server("www.lab.test", **audited(points))
    made = crl(AUDITOR, scope=scope) if scope else crl(AUDITOR)
    assert status(asked(server, CA, AUDITOR, crls=[made])) == expected


def test_a_certificate_that_names_another_is_not_covered_by_its_issuer() -> None:
    server = CA.server("www.lab.test", **audited())
    assert status(asked(server, CA, AUDITOR, crls=[crl(CA)])) == "unknown"


def test_an_auditor_of_another_root_is_none() -> None:
    server = CA.server("www.lab.test", **audited())
    stranger = Authority.root("Stranger", at=AT).intermediate("Auditor", key_usage=CRLS)
    assert status(asked(server, CA, stranger, crls=[crl(stranger, scope=INDIRECT)])) == "unknown"


def test_an_auditor_does_not_speak_of_itself() -> None:
    points = [distribution_points(distribution_point(crl_issuer="CN=Auditor"))]
    auditor = CA.intermediate("Auditor", key_usage=CRLS, basic_constraints=None, extensions=points)
    made = crl(auditor, scope=INDIRECT)
    assert status(asked(auditor, CA, auditor, crls=[made])) == "unknown"
