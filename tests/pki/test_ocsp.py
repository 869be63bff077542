"""The OCSP reader: against `cryptography` on what both read, its faults on what is odd, and any octets at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as foreign
from hypothesis import given, settings
from hypothesis import strategies as st

from certprobe.lab.der import bit_string, oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, Issued
from certprobe.lab.revocation import ResponderId, good, ocsp, ocsp_without_success, revoked, unknown
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.ocsp import (
    ID_PKIX_OCSP_BASIC,
    ID_PKIX_OCSP_NONCE,
    CertStatus,
    OcspResponse,
    OcspResponseStatus,
    ResponseData,
)
from certprobe.pki.signature import SignatureCheck, verify_signature

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CA = Authority.root("CA", at=AT)
OTHER = Authority.root("CA", at=AT)
ALICE = CA.client("alice")
BOB = CA.client("bob")


def read(made: bytes) -> ResponseData:
    response = OcspResponse(made)
    assert response.fault is None
    assert response.data is not None
    return response.data


@pytest.mark.parametrize("status", [foreign.OCSPCertStatus.GOOD, foreign.OCSPCertStatus.REVOKED])
@pytest.mark.parametrize("encoding", [foreign.OCSPResponderEncoding.NAME, foreign.OCSPResponderEncoding.HASH])
@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384()], ids=lambda digest: digest.name)
def test_every_field_is_read_as_cryptography_writes_it(
    status: foreign.OCSPCertStatus, encoding: foreign.OCSPResponderEncoding, digest: hashes.HashAlgorithm
) -> None:
    is_revoked = status is foreign.OCSPCertStatus.REVOKED
    issuer, subject = (x509.load_der_x509_certificate(one.der) for one in (CA.issued, ALICE))
    theirs = (
        foreign.OCSPResponseBuilder()
        .add_response(
            subject, issuer, digest, status, AT - timedelta(days=1), AT + timedelta(days=1),
            AT - timedelta(days=3) if is_revoked else None, x509.ReasonFlags.ca_compromise if is_revoked else None,
        )
        .responder_id(encoding, issuer)
        .certificates([issuer])
        .add_extension(x509.OCSPNonce(b"n" * 16), critical=False)
        .sign(CA.issued.private_key, hashes.SHA256())
    )  # fmt: skip
    ours = OcspResponse(theirs.public_bytes(Encoding.DER))
    data = read(ours.der)
    (single,) = data.responses
    by_name = encoding is foreign.OCSPResponderEncoding.NAME
    assert (ours.status, ours.status_name) == (0, "successful")
    assert ours.signed_octets == theirs.tbs_response_bytes
    assert ours.signature_value == theirs.signature
    assert (data.responder_name.der if data.responder_name else None) == (CA.issued.subject if by_name else None)
    assert data.responder_key_hash == theirs.responder_key_hash
    assert (data.produced_at, data.nonce) == (theirs.produced_at_utc, b"n" * 16)
    assert (single.this_update, single.next_update) == (theirs.this_update_utc, theirs.next_update_utc)
    assert single.status is (CertStatus.revoked if is_revoked else CertStatus.good)
    assert single.revocation_time == theirs.revocation_time_utc
    assert single.reason is (CrlReason.cACompromise if is_revoked else None)
    assert ours.certificates == (Certificate(CA.issued.der),)
    assert single.cert_id.names(Certificate(ALICE.der), Certificate(CA.issued.der))
    assert verify_signature(ours, Certificate(CA.issued.der)) is SignatureCheck.VALID
    assert verify_signature(ours, Certificate(OTHER.issued.der)) is SignatureCheck.INVALID


def test_cryptography_reads_what_the_lab_writes() -> None:
    responder = CA.issue(subject=OTHER.issued.subject)
    theirs = foreign.load_der_ocsp_response(
        ocsp(CA, revoked(ALICE, reason=CrlReason.superseded), responder=responder, responder_id=ResponderId.BY_KEY)
    )
    assert theirs.certificate_status is foreign.OCSPCertStatus.REVOKED
    assert theirs.revocation_reason is x509.ReasonFlags.superseded
    assert theirs.serial_number == Certificate(ALICE.der).serial_number
    assert theirs.certificates[0].public_bytes(Encoding.DER) == responder.der


def test_several_statuses() -> None:
    data = read(ocsp(CA, good(ALICE), revoked(BOB), unknown(BOB), next_update=None))
    assert [single.status for single in data.responses] == [CertStatus.good, CertStatus.revoked, CertStatus.unknown]
    assert [single.reason for single in data.responses] == [None, CrlReason.unspecified, None]
    assert data.responses[0].next_update is None
    assert data.nonce is None


@pytest.mark.parametrize(("certificate", "issuer", "matches"), [
    (ALICE, CA.issued, True),
    (BOB, CA.issued, False),
    (ALICE, OTHER.issued, False),  # the same name, another key
])  # fmt: skip
def test_cert_id_names(certificate: Issued, issuer: Issued, matches: bool) -> None:
    (single,) = read(ocsp(CA, good(ALICE), hash_name="sha256")).responses
    assert single.cert_id.names(Certificate(certificate.der), Certificate(issuer.der)) is matches


def test_a_cert_id_of_an_unknown_hash_names_nothing() -> None:
    (single,) = read(ocsp(CA, good(ALICE))).responses
    odd = single.cert_id._replace(hash_algorithm="1.2.3")
    assert not odd.names(Certificate(ALICE.der), Certificate(CA.issued.der))


@pytest.mark.parametrize("status", list(OcspResponseStatus)[1:])
def test_a_response_without_success(status: OcspResponseStatus) -> None:
    response = OcspResponse(ocsp_without_success(status))
    assert (response.fault, response.status, response.status_name) == (None, status, status.name)
    assert (response.data, response.certificates, response.signed_octets) == (None, (), b"")
    assert (response.signature_algorithm_oid, response.signature_parameters, response.signature_value) == ("", b"", b"")


def test_critical_extensions_that_are_not_known() -> None:
    odd = Extension("1.2.3.4", b"\x05\x00", critical=True)
    timestamps = Extension("1.3.6.1.4.1.11129.2.4.5", b"\x05\x00", critical=True)
    data = read(ocsp(CA, good(ALICE), extensions=[odd], single_extensions=[timestamps, odd._replace(oid="1.2.3.5")]))
    assert data.unknown_critical_extensions == ("1.2.3.4",)
    assert data.responses[0].unknown_critical_extensions == ("1.2.3.5",)


@pytest.mark.parametrize(("value", "nonce"), [(tlv(0x04, b"abc"), b"abc"), (b"abc", b"abc"), (b"", b"")])
def test_nonce(value: bytes, nonce: bytes) -> None:
    """Older responders put the octets there as they are."""
    assert read(ocsp(CA, good(ALICE), extensions=[Extension(ID_PKIX_OCSP_NONCE, value)])).nonce == nonce


def wrapped(response: bytes, kind: str = ID_PKIX_OCSP_BASIC) -> bytes:
    return sequence(tlv(0x0A, b"\x00"), tlv(0xA0, sequence(oid(kind), tlv(0x04, response))))


def basic(*data: bytes) -> bytes:
    return wrapped(sequence(sequence(*data), sequence(oid("1.2.3")), bit_string(b"")))


NOON = tlv(0x18, b"20260301120000Z")
BY_KEY = tlv(0xA2, tlv(0x04, b"k" * 20))


@pytest.mark.parametrize(("octets", "fault"), [
    (b"", "OCSPResponse: data ends at byte 0"),
    (b"garbage", "OCSPResponse: value at byte 0 claims 97 bytes"),
    (sequence(tlv(0x0A, b"\x00")), "OCSPResponse: successful, but without responseBytes"),
    (sequence(tlv(0x0A, b"\x04")), "responseStatus 4 does not exist"),
    (wrapped(b"", "1.2.3"), "responseType 1.2.3 is not the basic one"),
    (wrapped(b""), "BasicOCSPResponse: data ends"),
    (basic(tlv(0xA0, b"\x02\x01\x01"), BY_KEY, NOON, sequence()), "ResponseData: not version 1"),
    (basic(b"\x05\x00"), "ResponderID: unexpected tag 0x05"),
    (basic(BY_KEY, tlv(0x17, b"260301120000Z")), "producedAt: tag 0x17"),
    (basic(BY_KEY, NOON, sequence(), b"\x05\x00"), "extensions: tag 0x05"),
    (basic(BY_KEY, NOON, sequence(sequence(sequence(), b"\x05\x00"))), "CertStatus: unexpected tag 0x05"),
])  # fmt: skip
def test_fault(octets: bytes, fault: str) -> None:
    response = OcspResponse(octets)
    assert (response.fault or "").startswith(fault)
    assert response.data is None


def test_the_version_may_be_written_out() -> None:
    assert read(basic(tlv(0xA0, b"\x02\x01\x00"), BY_KEY, NOON, sequence())).responder_key_hash == b"k" * 20


SEEDS = (ocsp(CA, revoked(ALICE, reason=CrlReason.superseded), good(BOB), extensions=[Extension("1.2.3", b"")]),)


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.tuples(st.sampled_from(SEEDS), st.integers(0, 500), st.binary(max_size=4)).map(
    lambda made: made[0][: made[1]] + made[2] + made[0][made[1] + len(made[2]) :]
))  # fmt: skip
def test_any_octets_have_an_answer_to_everything(octets: bytes) -> None:
    response = OcspResponse(octets)
    assert isinstance(response.fault, str | None)
    assert isinstance(response.status_name, str)
    assert (response.data is None) or response.fault is None
    for single in response.data.responses if response.data else ():
        single.cert_id.names(Certificate(ALICE.der), Certificate(CA.issued.der))
    assert verify_signature(response, Certificate(OTHER.issued.der)) is not SignatureCheck.VALID
    assert "OcspResponse" in repr(response)
