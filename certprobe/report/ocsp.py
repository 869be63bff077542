"""A stapled OCSP response, as a part of a document: what it says, whoever signed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.pki.ocsp import OcspResponse
from certprobe.report.spelling import time, time_or_none

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.ocsp import ResponseData, SingleResponse
    from certprobe.report import shape


def ocsp(stapled: bytes, certificates: tuple[Certificate, ...]) -> shape.Ocsp:
    """Everything that a response says; `certificates` are those that the server sent."""
    response = OcspResponse(stapled)
    data = response.data
    return {
        "status": None if response.status is None else response.status_name,
        "fault": response.fault,
        "responder": None if data is None else _responder(data),
        "produced_at": None if data is None else time(data.produced_at),
        "responses": [] if data is None else [_single(each, certificates) for each in data.responses],
    }


def _responder(data: ResponseData) -> str:
    return data.responder_name.rfc4514 if data.responder_name else (data.responder_key_hash or b"").hex()


def _single(single: SingleResponse, certificates: tuple[Certificate, ...]) -> shape.OcspStatus:
    return {
        "serial_number": _hex_digits(single.cert_id.serial_number),
        "of_server": _names_server(single, certificates),
        "status": single.status.name,
        "this_update": time(single.this_update),
        "next_update": time_or_none(single.next_update),
        "revocation_time": time_or_none(single.revocation_time),
        "reason": None if single.reason is None else single.reason.name,
    }


def _names_server(single: SingleResponse, certificates: tuple[Certificate, ...]) -> bool | None:
    """The CertID holds a hash of the issuer's key, so that without the issuer nobody can tell."""
    server = certificates[0] if certificates else None
    issuers = [each for each in certificates if server is not None and each.subject == server.issuer]
    if server is None or not issuers:
        return None
    return any(single.cert_id.names(server, issuer) for issuer in issuers)


def _hex_digits(serial_number: int) -> str:
    """As certificates' serial numbers are spelled: the octets without a leading zero octet."""
    octets = max(1, (serial_number.bit_length() + 7) // 8)
    if serial_number < 0:
        return serial_number.to_bytes(octets + 1, signed=True).removeprefix(b"\xff").hex()
    return serial_number.to_bytes(octets).hex()
