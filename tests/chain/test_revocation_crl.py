"""Which CRLs count for a certificate, and what they then say (RFC 5280 6.3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from certprobe.chain.path import Profile
from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS
from certprobe.lab.der import sequence
from certprobe.lab.pki import Authority, Extension, KeyUsageName
from certprobe.lab.revocation import (
    CrlOptions,
    Status,
    crl,
    distribution_point,
    issuing_distribution_point,
    revoked,
)
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.distribution import Contents
from tests.chain.evidence import BELOW_ROOT, asked, revocation, status, why
from tests.chain.judging import AT, CA, ROOT, SERVER

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CERTIFICATES: tuple[KeyUsageName, ...] = ("keyCertSign",)
CRLS: tuple[KeyUsageName, ...] = ("cRLSign",)
SIGNATURES: tuple[KeyUsageName, ...] = ("digitalSignature",)
BOTH = CERTIFICATES + CRLS
LISTED = revoked(SERVER)
ODD = Extension("1.2.3.4", b"\x05\x00", critical=True)
SAME_NAME = Authority.root("CA", at=AT)
MUTE = ROOT.intermediate("Mute CA", key_usage=CERTIFICATES)
ANY_USE = ROOT.intermediate("Any CA", key_usage=None)


@pytest.mark.parametrize(("entries", "options", "expected"), [
    ((), {}, "good"),
    ((LISTED,), {}, "revoked"),
    ((revoked(CA.server("other")),), {}, "good"),
    ((revoked(SERVER, reason=CrlReason.certificateHold),), {}, "revoked"),
    ((revoked(SERVER, reason=CrlReason.removeFromCRL),), {}, "good"),
    ((), {"version": 1}, "good"),
    ((LISTED,), {"version": 1}, "revoked"),
    ((), {"next_update": None}, "good"),
    ((), {"next_update": AT}, "good"),
    ((), {"next_update": AT - SECOND}, "unknown"),
    ((LISTED,), {"next_update": AT - DAY}, "revoked"),
    ((), {"this_update": AT}, "good"),
    ((), {"this_update": AT + SECOND}, "unknown"),
    ((), {"extensions": [ODD]}, "unknown"),
    ((LISTED,), {"extensions": [ODD]}, "unknown"),
    ((LISTED,), {"extensions": [ODD._replace(critical=False)]}, "revoked"),
    ((LISTED, revoked(CA.server("other"), extensions=(ODD,))), {}, "unknown"),
    ((LISTED,), {"issuer": "CN=Other"}, "unknown"),
    ((LISTED,), {"issuer": "CN=ca"}, "revoked"),
    ((), {"base": 1, "number": 2}, "unknown"),
    ((revoked(SERVER, issuer="CN=Other"),), {}, "good"),
])  # fmt: skip
@pytest.mark.parametrize("profile", [WINDOWS, RFC_5280, WEBPKI], ids=lambda profile: profile.name)
def test_status(entries: tuple[Status, ...], options: CrlOptions, expected: str, profile: Profile) -> None:
    assert status(asked(SERVER, CA, crls=[crl(CA, *entries, **options)], profile=profile)) == expected


@pytest.mark.parametrize(("date", "this_update", "windows", "rfc5280"), [
    (AT, AT - DAY, "revoked", "revoked"),
    (AT + SECOND, AT - DAY, "good", "revoked"),
    (AT - DAY, AT + DAY, "unknown", "revoked"),
    (AT + 2 * DAY, AT + DAY, "unknown", "revoked"),
])  # fmt: skip
def test_dates_of_entries(date: datetime, this_update: datetime, windows: str, rfc5280: str) -> None:
    """Windows counts an entry from its date on, and none of a CRL to come; RFC 5280 counts what is listed."""
    made = crl(CA, revoked(SERVER, date), this_update=this_update)
    assert status(asked(SERVER, CA, crls=[made])) == windows
    assert status(asked(SERVER, CA, crls=[made], profile=RFC_5280)) == rfc5280


@pytest.mark.parametrize(("at", "expected"), [(AT - 2 * DAY, "revoked"), (AT - 2 * DAY - SECOND, "unknown")])
def test_current_today_while_the_question_is_of_the_past(at: datetime, expected: str) -> None:
    """What is listed since then is revoked even by a CRL that is stale today; what is not, is not known."""
    server = CA.server("www.lab.test", not_before=AT - 9 * DAY)
    made = crl(CA, revoked(server, AT - 2 * DAY), this_update=AT - 5 * DAY, next_update=AT + DAY)
    assert status(asked(server, CA, crls=[made], at=at, current_at=AT + 3 * DAY)) == expected
    current = "good" if expected == "unknown" else expected
    assert status(asked(server, CA, crls=[made], at=at, current_at=AT)) == current


def test_freshness_time() -> None:
    made = crl(CA, this_update=AT - 8 * DAY)
    assert status(asked(SERVER, CA, crls=[made], freshness_time=8 * DAY)) == "good"
    assert status(asked(SERVER, CA, crls=[made], freshness_time=8 * DAY - SECOND)) == "unknown"


# -- who may sign


def test_a_strangers_signature() -> None:
    assert status(asked(SERVER, CA, crls=[crl(SAME_NAME, LISTED)])) == "unknown"
    assert status(asked(SERVER, CA, SAME_NAME, crls=[crl(SAME_NAME, LISTED)])) == "unknown"
    assert status(asked(SERVER, CA, crls=[broken(crl(CA, LISTED))])) == "unknown"


@pytest.mark.parametrize(("authority", "expected"), [(MUTE, "unknown"), (ANY_USE, "revoked")])
@pytest.mark.parametrize("profile", [WINDOWS, RFC_5280, WEBPKI], ids=lambda profile: profile.name)
def test_key_usage_of_the_issuer(authority: Authority, expected: str, profile: Profile) -> None:
    server = authority.server("www.lab.test")
    assert status(asked(server, authority, crls=[crl(authority, revoked(server))], profile=profile)) == expected


def test_key_usage_of_an_anchor_that_is_name_and_key_alone() -> None:
    root = Authority.root("Mute root", at=AT, key_usage=CERTIFICATES)
    server = root.server("www.lab.test")
    chain = asked(server, crls=[crl(root, revoked(server))], roots=(root,), profile=RFC_5280)
    assert status(chain) == "unknown"


SIGNER = ROOT.intermediate("CA", key_usage=CRLS, basic_constraints=None)


@pytest.mark.parametrize(("signer", "expected"), [
    (SIGNER, "revoked"),
    (ROOT.intermediate("CA", key_usage=SIGNATURES, basic_constraints=None), "unknown"),
    (ROOT.intermediate("CA", key_usage=CRLS, basic_constraints=None, not_after=AT - DAY), "unknown"),
    (ROOT.intermediate("CA", key_usage=CRLS), "revoked"),
    (CA.intermediate("CA", key_usage=CRLS, basic_constraints=None), "revoked"),
    (Authority.root("Root", at=AT).intermediate("CA", key_usage=CRLS), "unknown"),
])  # fmt: skip
def test_a_key_for_crls_alone(signer: Authority, expected: str) -> None:
    """Another certificate of the issuer's name counts if its own path leads to the same root."""
    assert status(asked(SERVER, CA, signer, crls=[crl(signer, LISTED)])) == expected


def test_a_signer_that_is_revoked() -> None:
    crls = [crl(SIGNER), crl(ROOT, revoked(SIGNER))]
    chain = asked(SERVER, CA, SIGNER, crls=crls)
    assert status(chain) == "unknown"
    assert "CN=CA, by whose certificate it is signed, is revoked" in why(chain)
    assert status(asked(SERVER, CA, SIGNER, crls=[crl(SIGNER), crl(ROOT)])) == "good"


def test_a_signer_from_another_trusted_root() -> None:
    other = Authority.root("Other root", at=AT)
    signer = other.intermediate("CA", key_usage=CRLS)
    chain = asked(SERVER, CA, signer, crls=[crl(signer, LISTED)], roots=(ROOT, other))
    assert status(chain) == "unknown"
    assert "does not come from the root of this chain" in why(chain)


def test_a_ca_does_not_vouch_for_itself() -> None:
    """A CRL of the root's name that the CA signed says nothing of the CA."""
    usurper = ROOT.intermediate("Root", key_usage=BOTH)
    below = usurper.server("www.lab.test")
    chain = asked(below, usurper, crls=[crl(usurper)], flags=BELOW_ROOT)
    assert revocation(chain)[1] != 0


# -- several CRLs


def test_the_newest_of_a_scope_replaces_the_others() -> None:
    older, newer = crl(CA, LISTED, this_update=AT - 3 * DAY), crl(CA, this_update=AT - DAY)
    for crls in ([older, newer], [newer, older]):
        assert status(asked(SERVER, CA, crls=crls)) == "good"
    stale = crl(CA, this_update=AT - 2 * DAY, next_update=AT - DAY)
    assert status(asked(SERVER, CA, crls=[older, stale])) == "revoked"
    for listing in (crl(CA, LISTED), crl(CA, LISTED, next_update=AT - SECOND)):
        assert status(asked(SERVER, CA, crls=[listing, crl(CA, this_update=AT + DAY)])) == "revoked"


@pytest.mark.parametrize(("base", "delta", "expected"), [
    ((), (LISTED,), "revoked"),
    ((LISTED,), (), "revoked"),
    ((revoked(SERVER, reason=CrlReason.certificateHold),), (revoked(SERVER, reason=CrlReason.removeFromCRL),), "good"),
    ((), (revoked(SERVER, reason=CrlReason.removeFromCRL),), "good"),
])  # fmt: skip
def test_delta(base: tuple[Status, ...], delta: tuple[Status, ...], expected: str) -> None:
    complete = crl(CA, *base, number=5)
    change = crl(CA, *delta, number=6, base=5)
    assert status(asked(SERVER, CA, crls=[complete, change])) == expected
    assert status(asked(SERVER, CA, crls=[change, complete])) == expected


def broken(made: bytes) -> bytes:
    """The same with a signature that does not verify."""
    return made[:-1] + bytes([made[-1] ^ 1])


BACK = revoked(SERVER, reason=CrlReason.removeFromCRL)


@pytest.mark.parametrize("delta", [
    crl(CA, BACK, number=7, base=6),
    crl(CA, BACK, number=5, base=5),
    crl(CA, BACK, number=6, base=5, next_update=AT - SECOND),
    crl(CA, BACK, number=6, base=5, this_update=AT + SECOND),
    crl(CA, BACK, number=6, base=5, extensions=[ODD]),
    crl(CA, BACK, number=6, base=5, omit=("2.5.29.35",)),
    crl(CA, BACK, number=6, base=5, omit=("2.5.29.20",)),
    crl(CA, BACK, number=6, base=5, issuer="CN=Other"),
    crl(CA, BACK, number=6, base=5, scope=issuing_distribution_point(contents=Contents.onlyContainsUserCerts)),
    crl(SAME_NAME, BACK, number=6, base=5),
    broken(crl(CA, BACK, number=6, base=5)),
])  # fmt: skip
def test_a_delta_that_does_not_count(delta: bytes) -> None:
    """Each would take the entry back if it did."""
    complete = crl(CA, LISTED, number=5, this_update=AT - 2 * DAY)
    assert status(asked(SERVER, CA, crls=[complete, delta])) == "revoked"


FRESHEST = Extension("2.5.29.46", sequence(distribution_point("http://crl.lab.test/delta")))


@pytest.mark.parametrize(("extensions", "delta", "expected"), [
    ((FRESHEST,), crl(CA, number=6, base=5), "good"),
    ((FRESHEST,), crl(CA, LISTED, number=6, base=5), "revoked"),
    ((FRESHEST,), crl(CA, number=6, base=5, next_update=AT - SECOND), "unknown"),
    ((FRESHEST,), crl(CA, number=7, base=6), "unknown"),
    ((), crl(CA, number=6, base=5), "unknown"),
])  # fmt: skip
def test_a_current_delta_keeps_a_stale_complete_crl_up(
    extensions: tuple[Extension, ...], delta: bytes, expected: str
) -> None:
    stale = crl(CA, number=5, this_update=AT - 2 * DAY, next_update=AT - SECOND, extensions=extensions)
    assert status(asked(SERVER, CA, crls=[stale, delta])) == expected


def test_a_certificate_may_announce_deltas_too() -> None:
    server = CA.server("www.lab.test", extensions=(FRESHEST,))
    stale = crl(CA, number=5, this_update=AT - 2 * DAY, next_update=AT - SECOND)
    assert status(asked(server, CA, crls=[stale, crl(CA, number=6, base=5)])) == "good"


def test_the_newest_delta_counts() -> None:
    deltas = [crl(CA, BACK, number=7, base=5), crl(CA, LISTED, number=6, base=5)]
    for crls in (deltas, deltas[::-1]):
        assert status(asked(SERVER, CA, crls=[crl(CA, LISTED, number=5), *crls])) == "good"


@pytest.mark.parametrize("other", [
    crl(CA, BACK, number=7, base=5, this_update=AT + SECOND), crl(CA, BACK, number=7, base=5, issuer="CN=Other"),
])  # fmt: skip
def test_a_delta_that_does_not_count_hides_none_that_does(other: bytes) -> None:
    counting = crl(CA, LISTED, number=6, base=5)
    assert status(asked(SERVER, CA, crls=[crl(CA, number=5), counting, other])) == "revoked"


def test_a_delta_that_lists_counts_when_stale() -> None:
    delta = crl(CA, LISTED, number=6, base=5, next_update=AT - SECOND)
    assert status(asked(SERVER, CA, crls=[crl(CA, number=5), delta])) == "revoked"


# -- words


@pytest.mark.parametrize(("made", "words"), [
    (crl(CA, revoked(SERVER, AT - DAY, CrlReason.keyCompromise), number=7),
     "RFC 5280 6.3.3 (i), (j): revoked at 2026-02-28T12:00:00Z (keyCompromise), "
     "says the CRL 7 of CN=CA of 2026-02-28T12:00:00Z"),
    (crl(CA, LISTED, next_update=AT - DAY), "of 2026-02-28T12:00:00Z, stale since 2026-02-28T12:00:00Z"),
    (crl(CA, next_update=AT - DAY), "the CRL 1 of CN=CA of 2026-02-28T12:00:00Z is stale since 2026-02-28T12:00:00Z"),
    (crl(CA, this_update=AT + DAY), "is valid only from 2026-03-02T12:00:00Z on"),
    (crl(CA, extensions=[ODD]), "does not count: it has critical extensions that are not understood: 1.2.3.4"),
    (crl(CA) + b"\x00", "does not count: it is not well-formed: CertificateList: 1 bytes after signatureValue"),
    (crl(SAME_NAME), "does not count: its signature does not verify with the key of CN=CA"),
    (crl(ROOT), "none of the CRLs speaks of it"),
])  # fmt: skip
def test_words(made: bytes, words: str) -> None:
    assert words in why(asked(SERVER, CA, crls=[made]))


def test_words_on_the_issuers_key_usage() -> None:
    server = MUTE.server("www.lab.test")
    words = "the keyUsage of CN=Mute CA does not allow it to sign CRLs (cRLSign)"
    assert words in why(asked(server, MUTE, crls=[crl(MUTE)]))
