"""The same CRLs before us and before OpenSSL; where they differ the reason is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from operator import or_

import pytest
from cryptography import x509
from OpenSSL import crypto

from certprobe.chain.profile import RFC_5280
from certprobe.lab.der import sequence
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, Extension, Issued, KeyUsageName
from certprobe.lab.revocation import (
    CrlOptions,
    Status,
    crl,
    distribution_point,
    distribution_points,
    issuing_distribution_point,
    revoked,
)
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.distribution import Contents, ReasonFlags
from tests.chain.evidence import asked, status
from tests.chain.judging import AT, CA, ROOT

# X509_V_FLAG_* of x509_vfy.h, of which pyOpenSSL names the first only.
CRL_CHECK, EXTENDED_CRL_SUPPORT, USE_DELTAS = 0x4, 0x1000, 0x2000

DAY = timedelta(days=1)
HERE, THERE = "http://crl.lab.test/1", "http://crl.lab.test/2"
NULL = b"\x05\x00"
SOME = ReasonFlags.keyCompromise | ReasonFlags.cACompromise
OTHERS = reduce(or_, ReasonFlags) & ~SOME
FRESHEST = Extension("2.5.29.46", sequence(distribution_point(HERE)))
PLAIN = CA.client("alice")
POINTING = CA.client("alice", extensions=(distribution_points(distribution_point(HERE)),))
PARTED = CA.client(
    "alice",
    extensions=(
        distribution_points(distribution_point(HERE, reasons=SOME), distribution_point(THERE, reasons=OTHERS)),
    ),
)
FRESH = CA.client("alice", extensions=(FRESHEST,))
SUB = CA.intermediate("Sub").issued
CRL_SIGN: tuple[KeyUsageName, ...] = ("cRLSign",)
SELF_ISSUED_FOR_CRLS = CA.cross_sign(ROOT.intermediate("CA"), key_usage=CRL_SIGN)

OPTIONS: dict[str, CrlOptions] = {
    "plain": {},
    "of the future": {"this_update": AT + DAY},
    "stale": {"this_update": AT - 9 * DAY, "next_update": AT - DAY},
    "without an end": {"next_update": None},
    "v1": {"version": 1},
    "with an unknown extension": {"extensions": (Extension("1.2.3.4", NULL),)},
    "with an unknown critical extension": {"extensions": (Extension("1.2.3.4", NULL, critical=True),)},
    "of another issuer": {"issuer": "CN=Other"},
    "of the issuer in other case": {"issuer": "CN=ca"},
    "without identifier": {"omit": (AUTHORITY_KEY_IDENTIFIER,)},
    "without number": {"omit": ("2.5.29.20",)},
    "with a long number": {"number": 1 << 200},
    "of users": {"scope": issuing_distribution_point(contents=Contents.onlyContainsUserCerts)},
    "of CAs": {"scope": issuing_distribution_point(contents=Contents.onlyContainsCACerts)},
    "of attribute certificates": {"scope": issuing_distribution_point(contents=Contents.onlyContainsAttributeCerts)},
    "indirect": {"scope": issuing_distribution_point(contents=Contents.indirectCRL)},
    "of a point": {"scope": issuing_distribution_point(HERE)},
    "of another point": {"scope": issuing_distribution_point(THERE)},
    "of an empty scope": {"scope": Extension("2.5.29.28", sequence(), critical=True)},
    "of a damaged scope": {"scope": Extension("2.5.29.28", b"x", critical=True)},
    "of some reasons": {"scope": issuing_distribution_point(reasons=SOME)},
    "a delta alone": {"base": 1, "number": 2},
}

Case = tuple[Issued, tuple[bytes, ...]]


def delta(*entries: Status, number: int = 7, base: int = 5, scope: str | None = None) -> bytes:
    if scope is None:
        return crl(CA, *entries, number=number, base=base)
    return crl(CA, *entries, number=number, base=base, scope=issuing_distribution_point(scope))


def cases() -> Iterator[tuple[str, Case]]:
    for name, options in OPTIONS.items():
        for holder, certificate in {"plain": PLAIN, "pointing": POINTING, "CA": SUB}.items():
            yield f"not on a CRL {name}: {holder}", (certificate, (crl(CA, **options),))
            yield f"on a CRL {name}: {holder}", (certificate, (crl(CA, revoked(certificate), **options),))
    for reason in CrlReason:
        yield f"revoked for {reason.name}", (PLAIN, (crl(CA, revoked(PLAIN, reason=reason)),))
    unknown, critical = (Extension("1.2.3.4", NULL, critical) for critical in (False, True))
    yield "entry with an extension", (PLAIN, (crl(CA, revoked(PLAIN, extensions=(unknown,))),))
    yield "entry with a critical extension", (PLAIN, (crl(CA, revoked(PLAIN, extensions=(critical,))),))
    yield "another entry with one", (PLAIN, (crl(CA, revoked(SUB, extensions=(critical,))),))
    yield "revoked tomorrow", (PLAIN, (crl(CA, revoked(PLAIN, at=AT + DAY)),))
    indirect = issuing_distribution_point(contents=Contents.indirectCRL)
    yield "entry of another issuer", (PLAIN, (crl(CA, revoked(PLAIN, issuer="CN=Other"), scope=indirect),))
    inherited = crl(CA, revoked(SUB, issuer="CN=Other"), revoked(PLAIN), scope=indirect)
    yield "entry below that of another issuer", (PLAIN, (inherited,))
    some, others = (issuing_distribution_point(reasons=reasons) for reasons in (SOME, OTHERS))
    yield "two partitions", (PLAIN, (crl(CA, scope=some), crl(CA, scope=others)))
    listing = crl(CA, revoked(PLAIN, reason=CrlReason.superseded), scope=others)
    yield "on the second partition", (PLAIN, (crl(CA, scope=some), listing))
    points = [issuing_distribution_point(uri, reasons=part) for uri, part in ((HERE, SOME), (THERE, OTHERS))]
    yield "two points", (PARTED, tuple(crl(CA, scope=point) for point in points))
    yield "one of two points", (PARTED, (crl(CA, scope=points[0]),))
    yield "signed by a key for CRLs", (PLAIN, (crl(SELF_ISSUED_FOR_CRLS, revoked(PLAIN)),))
    yield "not listed by a key for CRLs", (PLAIN, (crl(SELF_ISSUED_FOR_CRLS),))
    yield "older one lists", (PLAIN, (crl(CA, revoked(PLAIN), this_update=AT - 2 * DAY), crl(CA, number=2)))
    yield "newer one lists", (PLAIN, (crl(CA, this_update=AT - 2 * DAY), crl(CA, revoked(PLAIN), number=2)))
    yield from deltas()


def deltas() -> Iterator[tuple[str, Case]]:
    complete = crl(CA, number=5, extensions=(FRESHEST,))
    held = crl(CA, revoked(FRESH, reason=CrlReason.certificateHold), number=5, extensions=(FRESHEST,))
    stale = crl(CA, number=5, extensions=(FRESHEST,), this_update=AT - 9 * DAY, next_update=AT - DAY)
    yield "delta without it", (FRESH, (complete, delta()))
    yield "delta with it", (FRESH, (complete, delta(revoked(FRESH))))
    yield "delta takes it back", (FRESH, (held, delta(revoked(FRESH, reason=CrlReason.removeFromCRL))))
    yield "delta to a newer one", (FRESH, (complete, delta(revoked(FRESH), base=6)))
    yield "delta to an older one", (FRESH, (complete, delta(revoked(FRESH), base=3)))
    yield "delta older than the complete one", (FRESH, (complete, delta(revoked(FRESH), number=4, base=3)))
    yield "delta of another scope", (FRESH, (complete, delta(revoked(FRESH), scope=HERE)))
    yield "delta to a stale one", (FRESH, (stale, delta()))


# RFC 5280 6.3.3 (i): whatever is listed is revoked, whatever the dates; OpenSSL does not look into such a CRL.
REVOKED_WHATEVER_THE_DATES = ("on a CRL of the future", "on a CRL stale")


@pytest.mark.parametrize(("name", "case"), [pytest.param(name, case, id=name) for name, case in cases()])
def test_crls(name: str, case: Case) -> None:
    certificate, crls = case
    ours = status(asked(certificate, CA, SELF_ISSUED_FOR_CRLS, crls=crls, profile=RFC_5280))
    expected = (ours, "unknown") if name.startswith(REVOKED_WHATEVER_THE_DATES) else (ours, ours)
    assert (ours, openssl(certificate, crls)) == expected


def openssl(certificate: Issued, crls: tuple[bytes, ...]) -> str:
    """What OpenSSL makes of the end certificate's revocation."""
    store = crypto.X509Store()
    store.add_cert(_loaded(ROOT.issued.der))
    try:
        for each in crls:
            store.add_crl(x509.load_der_x509_crl(each))
    except (ValueError, crypto.Error):
        return "unknown"
    store.set_flags(CRL_CHECK | EXTENDED_CRL_SUPPORT | USE_DELTAS)
    store.set_time(AT)
    others = [_loaded(authority.issued.der) for authority in (CA, SELF_ISSUED_FOR_CRLS)]
    try:
        crypto.X509StoreContext(store, _loaded(certificate.der), others).verify_certificate()
    except crypto.X509StoreContextError as error:
        return "revoked" if "revoked" in str(error) else "unknown"
    return "good"


def _loaded(der: bytes) -> crypto.X509:
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)
