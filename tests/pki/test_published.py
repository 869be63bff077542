"""CRLs, OCSP responses and issuers as servers and files give them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp as x509_ocsp
from hypothesis import given
from hypothesis import strategies as st

from certprobe.errors import DecodeError
from certprobe.lab.der import pem
from certprobe.lab.pki import Authority
from certprobe.lab.revocation import crl, good, ocsp, ocsp_without_success
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.ocsp import OcspResponse, OcspResponseStatus
from certprobe.pki.ocsp_request import ocsp_request
from certprobe.pki.published import Published, decode_crls, decode_issuers, decode_ocsp_responses

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
SERVER = CA.server("www.lab.test")
CRL = crl(CA)
RESPONSE = ocsp(CA, good(SERVER))
DECODERS = (decode_crls, decode_ocsp_responses, decode_issuers)


def block(label: str, der: bytes) -> bytes:
    return pem(der).replace(b"CERTIFICATE", label.encode())


def bundle(encoding: Encoding) -> bytes:
    certificates = [x509.load_der_x509_certificate(authority.issued.der) for authority in (CA, ROOT)]
    return pkcs7.serialize_certificates(certificates, encoding)


BOTH = Published(certificates=(Certificate(CA.issued.der), Certificate(ROOT.issued.der)))


@pytest.mark.parametrize(("decode", "data", "expected"), [
    (decode_crls, CRL, Published(crls=(CertificateList(CRL),))),
    (decode_crls, CRL + b"\r\n", Published(crls=(CertificateList(CRL),))),
    (decode_crls, block("X509 CRL", CRL) + block("X509 CRL", crl(ROOT)), None),
    (decode_ocsp_responses, RESPONSE, Published(ocsp_responses=(OcspResponse(RESPONSE),))),
    (decode_ocsp_responses, block("OCSP RESPONSE", RESPONSE), Published(ocsp_responses=(OcspResponse(RESPONSE),))),
    (decode_issuers, CA.issued.der, Published(certificates=BOTH.certificates[:1])),
    (decode_issuers, CA.issued.certificate_pem + ROOT.issued.certificate_pem, BOTH),
])  # fmt: skip
def test_what_is_published(decode: Callable[[bytes], Published], data: bytes, expected: Published | None) -> None:
    published = decode(data)
    if expected is None:
        assert [each.issuer.rfc4514 for each in published.crls] == ["CN=CA", "CN=Root"]
    else:
        assert published == expected


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_bundle_of_issuers(encoding: Encoding) -> None:
    assert set(decode_issuers(bundle(encoding)).certificates) == set(BOTH.certificates)


def test_a_responder_that_refuses_is_read() -> None:
    (response,) = decode_ocsp_responses(ocsp_without_success(OcspResponseStatus.tryLater)).ocsp_responses
    assert (response.status_name, response.data) == ("tryLater", None)


@pytest.mark.parametrize(("decode", "data", "words"), [
    (decode_crls, b"", "it is empty"),
    (decode_crls, b"<html>404</html>", "neither PEM nor DER"),
    (decode_crls, CA.issued.der, "no CRL: "),
    (decode_crls, CRL[:-1], "neither PEM nor DER"),
    (decode_crls, CA.issued.certificate_pem, "PEM without X509 CRL"),
    (decode_crls, b"-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n", "PEM block 1 is not base64"),
    (decode_ocsp_responses, CRL, "no OCSP response: "),
    (decode_issuers, CRL, "no certificate: "),
    (decode_issuers, block("X509 CRL", CRL), "PEM without a certificate"),
    (decode_issuers, bundle(Encoding.DER)[:40], "neither PEM nor DER"),
    (decode_issuers, b"\x30\x80\x06\x09", "PKCS#7"),
])  # fmt: skip
def test_what_is_nothing_of_the_kind(decode: Callable[[bytes], Published], data: bytes, words: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert words in str(caught.value)


@given(
    st.sampled_from(DECODERS), st.binary(max_size=300), st.sampled_from([b"", b"\x30\x80\x06", CRL[:20], RESPONSE[:9]])
)
def test_no_octets_do_more_than_fail(decode: Callable[[bytes], Published], data: bytes, start: bytes) -> None:
    with contextlib.suppress(DecodeError):
        decode(start + data)


def test_the_request_is_that_of_another_implementation() -> None:
    builder = x509_ocsp.OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(SERVER.der), x509.load_der_x509_certificate(CA.issued.der), SHA1()
    )
    expected = builder.build().public_bytes(Encoding.DER)
    assert ocsp_request(Certificate(SERVER.der), Certificate(CA.issued.der)) == expected


@pytest.mark.parametrize("number", [0, 1, 127, 128, -1, -129, 1 << 159, 1 << 200])
def test_any_serial_number_can_be_asked_for(number: int) -> None:
    certificate = Certificate(CA.server("odd", serial_number=number).der)
    request = ocsp_request(certificate, Certificate(CA.issued.der))
    assert x509_ocsp.load_der_ocsp_request(request).serial_number == number
