"""What a server staples, in the report for people."""

from __future__ import annotations

import pytest

from certprobe.lab.pki import Authority
from certprobe.lab.revocation import good, ocsp, ocsp_without_success, revoked, unknown
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.ocsp import OcspResponseStatus
from tests.render.test_text import text_of
from tests.report import reports
from tests.report.reports import AT

CA = Authority.root("CA", at=AT).intermediate("Issuing CA")
SERVER, OTHER = CA.server("localhost"), CA.server("other.lab.test")


@pytest.mark.parametrize(("stapled", "words"), [
    (None, ["none"]),
    (ocsp(CA, good(SERVER)), ["says good, as of 2026-11-19T12:00:00Z, until 2026-11-26T12:00:00Z"]),
    (ocsp(CA, good(SERVER), next_update=None), ["says good, as of 2026-11-19T12:00:00Z"]),
    (ocsp(CA, unknown(SERVER)), ["says unknown, as of 2026-11-19T12:00:00Z, until 2026-11-26T12:00:00Z"]),
    (ocsp(CA, revoked(SERVER, AT, CrlReason.keyCompromise), next_update=None),
     ["says revoked at 2026-11-20T12:00:00Z (keyCompromise), as of 2026-11-19T12:00:00Z"]),
    (ocsp(CA, good(OTHER)), ["speaks of other certificates"]),
    (ocsp(CA, good(OTHER), unknown(SERVER), good(SERVER), next_update=None),
     ["says unknown, as of 2026-11-19T12:00:00Z", "says good, as of 2026-11-19T12:00:00Z"]),
    (ocsp_without_success(OcspResponseStatus.tryLater), ["says nothing but tryLater"]),
    (b"\x05\x00", ["unreadable: OCSPResponse: tag 0x05 at byte 0 where 0x30 should be"]),
])  # fmt: skip
def test_staple(stapled: bytes | None, words: list[str]) -> None:
    report = reports.accepted()
    facts = reports.tls(server=SERVER, stapled_ocsp=stapled)
    text = text_of(report._replace(attempts=(report.attempts[0]._replace(tls=facts),)))
    lines = [line.removeprefix("  OCSP staple").strip() for line in text.splitlines() if "OCSP staple" in line]
    assert lines == words
