"""Which OCSP responses count, and who may sign them."""

from __future__ import annotations

from datetime import timedelta
from typing import Unpack

import pytest

from certprobe.chain.profile import RFC_5280
from certprobe.lab.pki import Authority, Extension, Options
from certprobe.lab.revocation import OcspOptions, ResponderId, good, ocsp, ocsp_without_success, revoked, unknown
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.ocsp import ID_PKIX_OCSP_NOCHECK, ID_PKIX_OCSP_NONCE, OcspResponseStatus
from certprobe.pki.usage import OCSP_SIGNING
from tests.chain.evidence import asked, status, why
from tests.chain.judging import AT, CA, ROOT, SERVER

DAY = timedelta(days=1)
NO_CHECK = Extension(ID_PKIX_OCSP_NOCHECK, b"\x05\x00")
ODD = Extension("1.2.3.4", b"\x05\x00", critical=True)
NONCE = Extension(ID_PKIX_OCSP_NONCE, b"\x04\x10" + bytes(range(16)))
SAME_NAME = Authority.root("CA", at=AT)
OTHER_CA = ROOT.intermediate("Other CA")


def responder(authority: Authority = CA, **changes: Unpack[Options]) -> OcspOptions:
    options: Options = {"subject": "CN=Responder", "extended_key_usage": (OCSP_SIGNING,)}
    return {"responder": authority.issue(**(options | changes))}


@pytest.mark.parametrize(("response", "expected"), [
    (ocsp(CA, good(SERVER)), "good"),
    (ocsp(CA, good(SERVER), responder_id=ResponderId.BY_KEY), "good"),
    (ocsp(CA, good(SERVER), hash_name="sha256"), "good"),
    (ocsp(CA, good(SERVER), next_update=None), "good"),
    (ocsp(CA, good(SERVER), next_update=AT), "good"),
    (ocsp(CA, good(SERVER), this_update=AT, produced_at=AT), "good"),
    (ocsp(CA, revoked(SERVER)), "revoked"),
    (ocsp(CA, unknown(SERVER)), "unknown"),
    (ocsp(CA, good(CA.server("other"))), "unknown"),
    (ocsp(CA, good(SERVER), revoked(SERVER)), "revoked"),
    (ocsp(CA, good(SERVER), unknown(SERVER)), "unknown"),
    (ocsp(CA, good(SERVER), revoked(CA.server("other"))), "good"),
    (ocsp(CA, good(SERVER), next_update=AT - timedelta(seconds=1)), "unknown"),
    (ocsp(CA, good(SERVER), this_update=AT + timedelta(seconds=1)), "unknown"),
    (ocsp(CA, revoked(SERVER), next_update=AT - DAY), "revoked"),
    (ocsp(CA, good(SERVER), produced_at=AT + DAY), "unknown"),
    (ocsp(CA, good(SERVER), produced_at=AT - 40 * DAY), "unknown"),
    (ocsp(CA, good(SERVER), extensions=[ODD]), "unknown"),
    (ocsp(CA, good(SERVER), single_extensions=[ODD]), "unknown"),
    (ocsp(CA, good(SERVER), extensions=[ODD._replace(critical=False)]), "good"),
    (ocsp(CA, good(SERVER), extensions=[NONCE]), "good"),
    (ocsp(CA, good(SERVER), extensions=[NONCE._replace(critical=True)]), "good"),
    (ocsp(CA, revoked(SERVER), extensions=[NONCE]), "revoked"),
    (ocsp(CA, good(SERVER), extensions=[NONCE], next_update=AT - DAY), "unknown"),
    (ocsp(CA, good(SERVER))[:-1], "unknown"),
    (ocsp(CA, good(SERVER))[:-1] + b"\x00\x00", "unknown"),
    (ocsp_without_success(OcspResponseStatus.tryLater), "unknown"),
    (ocsp(SAME_NAME, good(SERVER)), "unknown"),
])  # fmt: skip
def test_status(response: bytes, expected: str) -> None:
    assert status(asked(SERVER, CA, responses=[response])) == expected


@pytest.mark.parametrize(("options", "expected"), [
    (responder(), "good"),
    (responder() | {"responder_id": ResponderId.BY_KEY}, "good"),
    (responder(extensions=[NO_CHECK]), "good"),
    (responder(extended_key_usage=None), "unknown"),
    (responder(extended_key_usage=("1.3.6.1.5.5.7.3.1",)), "unknown"),
    (responder(not_after=AT - DAY), "unknown"),
    (responder(not_before=AT + DAY), "unknown"),
    (responder(ROOT), "unknown"),
    (responder(OTHER_CA), "unknown"),
    (responder(SAME_NAME), "unknown"),
    (responder(issuer="CN=Other"), "unknown"),
    (responder() | {"certificates": ()}, "unknown"),
    (responder() | {"certificates": (CA.issued.der, SERVER.der)}, "unknown"),
])  # fmt: skip
def test_delegated_responder(options: OcspOptions, expected: str) -> None:
    """The issuer itself must have certified it for that."""
    assert status(asked(SERVER, CA, responses=[ocsp(CA, good(SERVER), **options)])) == expected


def test_a_responder_of_another_name_is_not_the_one_that_is_meant() -> None:
    signer = CA.issue(subject="CN=Responder", extended_key_usage=(OCSP_SIGNING,))
    other = CA.issue(subject="CN=Other", extended_key_usage=(OCSP_SIGNING,), key=signer.private_key)
    response = ocsp(CA, good(SERVER), responder=signer, certificates=(other.der,))
    assert status(asked(SERVER, CA, responses=[response])) == "unknown"


def test_made_after_the_certificate_had_expired() -> None:
    server = CA.server("www.lab.test", not_after=AT - DAY)
    for produced_at, expected in ((AT, "unknown"), (AT - DAY, "good")):
        response = ocsp(CA, good(server), produced_at=produced_at)
        assert status(asked(server, CA, responses=[response])) == expected


def test_a_responder_may_stand_in_the_store() -> None:
    signer = CA.issue(subject="CN=Responder", extended_key_usage=(OCSP_SIGNING,))
    response = ocsp(CA, good(SERVER), responder=signer, certificates=())
    assert status(asked(SERVER, CA, signer, responses=[response])) == "good"


def test_a_revoked_responder_speaks_no_more_unless_nobody_shall_check() -> None:
    for extensions, expected in (((), "unknown"), ((NO_CHECK,), "good")):
        signer = CA.issue(subject="CN=Responder", extended_key_usage=(OCSP_SIGNING,), extensions=extensions)
        response = ocsp(CA, good(SERVER), responder=signer)
        listed = ocsp(CA, revoked(signer))
        assert status(asked(SERVER, CA, responses=[response, listed])) == expected


def test_a_responder_does_not_vouch_for_itself() -> None:
    signer = CA.issue(subject="CN=Responder", extended_key_usage=(OCSP_SIGNING,))
    itself = ocsp(CA, revoked(signer), good(SERVER), responder=signer)
    assert status(asked(SERVER, CA, responses=[itself])) == "good"


def test_the_newest_response_decides() -> None:
    older, newer = (ocsp(CA, make(SERVER), this_update=AT - days * DAY) for make, days in ((revoked, 3), (good, 1)))
    assert status(asked(SERVER, CA, responses=[older, newer])) == "good"
    assert status(asked(SERVER, CA, responses=[newer, older])) == "good"


def test_a_current_response_beats_a_stale_one() -> None:
    stale = ocsp(CA, revoked(SERVER), this_update=AT - 2 * DAY, next_update=AT - DAY)
    assert status(asked(SERVER, CA, responses=[stale, ocsp(CA, good(SERVER), this_update=AT - 3 * DAY)])) == "good"


def test_revoked_later_than_the_question() -> None:
    """Windows counts from the time of revocation on; RFC 6960 knows no such time."""
    response = ocsp(CA, revoked(SERVER, AT + DAY))
    assert status(asked(SERVER, CA, responses=[response])) == "good"
    assert status(asked(SERVER, CA, responses=[response], profile=RFC_5280)) == "revoked"


def test_freshness_time() -> None:
    response = ocsp(CA, good(SERVER), this_update=AT - 8 * DAY)
    assert status(asked(SERVER, CA, responses=[response], freshness_time=8 * DAY)) == "good"
    assert status(asked(SERVER, CA, responses=[response], freshness_time=7 * DAY)) == "unknown"


@pytest.mark.parametrize(("response", "words"), [
    (ocsp(CA, revoked(SERVER, AT - DAY, CrlReason.keyCompromise)),
     "RFC 6960 2.2: revoked at 2026-02-28T12:00:00Z (keyCompromise), says the OCSP response of 2026-02-28T12:00:00Z"),
    (ocsp(CA, revoked(SERVER), next_update=AT - DAY), ", stale since 2026-02-28T12:00:00Z"),
    (ocsp(CA, good(SERVER), next_update=AT - DAY), "an OCSP response that says it is good is stale since 2026-02-28T"),
    (ocsp(CA, good(CA.server("other"))), "none of the OCSP responses speaks of it"),
    (ocsp_without_success(OcspResponseStatus.tryLater), "does not count: the responder answered tryLater"),
    (b"\x05\x00", "does not count: it cannot be read: OCSPResponse: tag 0x05"),
    (ocsp(CA, good(SERVER), extensions=[ODD]), "critical extensions that are not understood: 1.2.3.4"),
    (ocsp(CA, good(SERVER), produced_at=AT + DAY), "it was not yet made at 2026-03-01T12:00:00Z"),
    (ocsp(CA, good(SERVER), produced_at=AT - 40 * DAY), "it was not made within the validity of the certificate"),
    (ocsp(CA, good(SERVER), **responder(OTHER_CA)), "its responder CN=Responder was not certified by CN=CA"),
    (ocsp(CA, good(SERVER), **responder(extended_key_usage=None)), "is not certified for OCSPSigning"),
    (ocsp(CA, good(SERVER), **responder(not_after=AT - DAY)), "has a certificate that is not valid at this time"),
    (ocsp(CA, good(SERVER), **responder() | {"certificates": ()}), "the certificate of its responder is not at hand"),
    (ocsp(CA, good(SERVER))[:-1] + b"\x00", "its signature does not verify with the key of CN=CA"),
])  # fmt: skip
def test_words(response: bytes, words: str) -> None:
    assert words in why(asked(SERVER, CA, responses=[response]))
