"""What a server staples, in the document: decoded, and against whom its CertID speaks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certprobe.lab.pki import Authority, Issued
from certprobe.lab.revocation import ResponderId, Status, good, ocsp, ocsp_without_success, revoked, unknown
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.ocsp import OcspResponseStatus
from certprobe.report.ocsp import ocsp as described
from tests.report.reports import AT

CA = Authority.root("CA", at=AT).intermediate("Issuing CA")
SERVER = CA.server("localhost", serial_number=0x00F1)
OTHER = CA.server("localhost", serial_number=5)


def sent(*issued: Issued) -> tuple[Certificate, ...]:
    return tuple(Certificate(one.der) for one in issued)


def test_everything_of_a_response() -> None:
    entry = revoked(SERVER, AT - timedelta(days=2), CrlReason.superseded)
    made = ocsp(CA, entry, this_update=AT, next_update=None, produced_at=AT)
    assert described(made, sent(SERVER, CA.issued)) == {
        "status": "successful",
        "fault": None,
        "responder": "CN=Issuing CA",
        "produced_at": "2026-11-20T12:00:00Z",
        "responses": [
            {
                "serial_number": "f1",
                "of_server": True,
                "status": "revoked",
                "this_update": "2026-11-20T12:00:00Z",
                "next_update": None,
                "revocation_time": "2026-11-18T12:00:00Z",
                "reason": "superseded",
            }
        ],
    }


@pytest.mark.parametrize(("status", "certificates", "of_server"), [
    (good(SERVER), sent(SERVER, CA.issued), True),
    (good(SERVER), sent(SERVER, SERVER, CA.issued), True),
    (good(OTHER), sent(SERVER, CA.issued), False),
    (good(SERVER), sent(SERVER), None),
    (good(SERVER), sent(SERVER, OTHER), None),
    (unknown(SERVER), (), None),
])  # fmt: skip
def test_of_server(status: Status, certificates: tuple[Certificate, ...], of_server: bool | None) -> None:
    (single,) = described(ocsp(CA, status), certificates)["responses"]
    assert single["of_server"] is of_server


@pytest.mark.parametrize(("number", "digits"), [(0, "00"), (5, "05"), (0x80, "80"), (0x1FF, "01ff"), (-1, "ff")])
def test_serial_numbers_are_spelled_as_certificates_spell_theirs(number: int, digits: str) -> None:
    issued = CA.server("localhost", serial_number=number)
    (single,) = described(ocsp(CA, good(issued)), ())["responses"]
    assert single["serial_number"] == Certificate(issued.der).serial_hex == digits


def test_a_responder_by_its_key() -> None:
    made = described(ocsp(CA, good(SERVER), responder_id=ResponderId.BY_KEY), ())
    assert made["responder"] == (Certificate(CA.issued.der).subject_key_identifier or b"").hex()


@pytest.mark.parametrize(("stapled", "status", "fault"), [
    (ocsp_without_success(OcspResponseStatus.tryLater), "tryLater", None),
    (b"", None, "OCSPResponse: data ends at byte 0 where a value should begin"),
    (ocsp_without_success(OcspResponseStatus.successful), "successful",
     "OCSPResponse: successful, but without responseBytes"),
])  # fmt: skip
def test_nothing_is_said(stapled: bytes, status: str | None, fault: str | None) -> None:
    expected: dict[str, object] = {
        "status": status,
        "fault": fault,
        "responder": None,
        "produced_at": None,
        "responses": [],
    }
    assert described(stapled, ()) == expected
