from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certprobe.lab.der import bit_string, integer, oid, sequence, time, tlv
from certprobe.lab.pki import Extension, common_name_only, ec_key, rsa_key
from certprobe.pki import extensions
from certprobe.pki.certificate import Certificate
from certprobe.pki.extensions import ExtensionFault
from certprobe.pki.name import EMPTY_NAME
from certprobe.pki.usage import CLIENT_AUTH, KeyUsage
from tests.pki.certificates import AT, ISSUING, ROOT, Fields, encoded, extension, with_extensions

EVERY_PROPERTY = [name for name in dir(Certificate) if not name.startswith("_") and name != "extension"]


def test_a_good_certificate_is_read_whole() -> None:
    issued = ISSUING.client("alice", serial_number=0x80F0, subject_alt_names=("a.test", "127.0.0.1"))
    certificate = Certificate(issued.der)
    strict = x509.load_der_x509_certificate(issued.der)

    assert certificate.fault is None
    assert certificate.strict_fault is None
    assert certificate.extension_faults == ()
    assert certificate.version == 3
    assert (certificate.serial_number, certificate.serial_hex) == (0x80F0, "80f0")
    assert (certificate.issuer.rfc4514, certificate.subject.rfc4514) == ("CN=Lab issuing CA", "CN=alice")
    assert certificate.not_before == strict.not_valid_before_utc
    assert certificate.not_after == strict.not_valid_after_utc
    assert certificate.public_key_info == strict.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert certificate.public_key_algorithm == "id-ecPublicKey"
    assert (certificate.public_key_curve, certificate.public_key_bits) == ("secp256r1", 256)
    assert certificate.signature_algorithm == "ecdsa-with-SHA256"
    assert certificate.signature_algorithm_oid == "1.2.840.10045.4.3.2"
    assert certificate.signature_parameters == b""
    assert certificate.signature_value == strict.signature
    assert certificate.signed_octets == strict.tbs_certificate_bytes
    assert certificate.thumbprint == hashlib.sha1(issued.der).hexdigest()
    assert certificate.sha256 == hashlib.sha256(issued.der).hexdigest()
    assert not certificate.is_self_issued
    assert certificate.basic_constraints is None
    assert certificate.key_usage == KeyUsage.digitalSignature
    assert certificate.extended_key_usage == (CLIENT_AUTH,)
    assert [name.value for name in certificate.subject_alt_names or ()] == ["a.test", "127.0.0.1"]
    identifier = certificate.authority_key_identifier
    assert identifier is not None
    assert identifier.key_identifier == Certificate(ISSUING.issued.der).subject_key_identifier
    assert [e.oid for e in certificate.extensions] == [e.oid.dotted_string for e in strict.extensions]
    assert repr(certificate) == f"<Certificate 'CN=alice' {certificate.thumbprint}>"


def test_authorities() -> None:
    root = Certificate(ROOT.issued.der)
    assert root.is_self_issued
    assert root.basic_constraints == (True, None)
    assert root.key_usage == KeyUsage.keyCertSign | KeyUsage.cRLSign


def test_equality_is_by_der() -> None:
    der = ISSUING.client("alice").der
    assert Certificate(der) == Certificate(bytes(bytearray(der)))
    assert hash(Certificate(der)) == hash(Certificate(bytes(bytearray(der))))
    assert Certificate(der) != Certificate(ISSUING.client("alice").der)
    assert Certificate(der) != der


def test_an_rsa_key() -> None:
    certificate = Certificate(ISSUING.client("alice", key=rsa_key(1024)).der)
    assert certificate.public_key_algorithm == "rsaEncryption"
    assert certificate.public_key_bits == 1024
    assert certificate.public_key_curve is None


def key_info(algorithm: bytes, key: bytes) -> bytes:
    return sequence(algorithm, bit_string(key))


@pytest.mark.parametrize(
    ("spki", "algorithm", "curve", "bits"),
    [
        (key_info(sequence(oid("1.3.101.112")), bytes(32)), "id-Ed25519", None, 256),
        (key_info(sequence(oid("1.3.101.113")), bytes(57)), "id-Ed448", None, 456),
        (key_info(sequence(oid("1.2.3.4")), b"x"), "1.2.3.4", None, None),
        (key_info(sequence(oid("1.2.840.10045.2.1"), oid("1.2.3")), b"x"), "id-ecPublicKey", "1.2.3", None),
        (
            key_info(
                sequence(oid("1.2.840.10045.2.1"), sequence(integer(1), sequence(oid("1.2.3"), integer(2**255 + 1)))),
                b"x",
            ),
            "id-ecPublicKey",
            None,
            256,
        ),
        (key_info(sequence(oid("1.2.840.10045.2.1"), b"\x05\x00"), b"x"), "id-ecPublicKey", None, None),
        (
            key_info(
                sequence(oid("1.2.840.10040.4.1"), sequence(integer(2**1023), integer(7), integer(2))), integer(3)
            ),
            "id-dsa",
            None,
            1024,
        ),
        (key_info(sequence(oid("1.2.840.10040.4.1")), integer(3)), "id-dsa", None, None),
        (key_info(sequence(oid("1.2.840.113549.1.1.1")), b"garbage"), "rsaEncryption", None, None),
    ],
)
def test_keys_of_every_kind(spki: bytes, algorithm: str, curve: str | None, bits: int | None) -> None:
    certificate = Certificate(encoded(subject_public_key_info=spki))
    assert certificate.public_key_algorithm == algorithm
    assert certificate.public_key_curve == curve
    assert certificate.public_key_bits == bits
    assert certificate.fault is None


FAULTS: list[tuple[Fields, str]] = [
    ({"behind": b"xyz"}, "Certificate: 3 bytes after its end"),
    ({"version": tlv(0xA0, integer(3))}, "Version: v4 does not exist"),
    ({"version": tlv(0xA0, b"")}, "Version: data ends at byte 8 where a value should begin"),
    ({"serial_number": b"\x02\x00"}, "CertificateSerialNumber of 0 bytes"),
    ({"serial_number": integer(2**600)}, "CertificateSerialNumber of 76 bytes"),
    ({"serial_number": b""}, "serial_number: tag 0x30 at byte 11 where 0x02 should be"),
    ({"signature": sequence(oid("1.2.3"))}, "signatureAlgorithm differs from the signature field inside"),
    ({"issuer": sequence(b"\x31\x00")}, "issuer: RelativeDistinguishedName is empty"),
    ({"subject": sequence(b"\x31\x00")}, "subject: RelativeDistinguishedName is empty"),
    ({"subject": b"\x31\x00"}, "subject: tag 0x31 at byte 77 where 0x30 should be"),
    ({"validity": sequence(time(AT))}, "Validity: holds 1 values"),
    ({"validity": sequence(time(AT), b"\x17\x02xx")}, "notAfter: time 'xx' is neither UTCTime nor GeneralizedTime"),
    ({"subject_public_key_info": sequence(b"\x05\x00")}, "SubjectPublicKeyInfo: AlgorithmIdentifier: tag 0x05"),
    ({"extensions": tlv(0xA4)}, "TBSCertificate: unexpected tag 0xa4 at byte"),
    ({"extensions": tlv(0xA3, sequence(b"\x05\x00"))}, "extnID: data ends at byte"),
    ({"signature_algorithm": sequence(b"\x05\x00")}, "signatureAlgorithm: AlgorithmIdentifier: tag 0x05"),
    ({"signature_value": b"\x04\x00"}, "signature_value: tag 0x04 at byte"),
    ({"signature_value": bit_string(b"x") + b"\x05\x00"}, "Certificate: 2 bytes after signatureValue"),
]


@pytest.mark.parametrize(("given", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_a_fault_is_named_and_the_rest_is_read(given: Fields, fault: str) -> None:
    certificate = Certificate(encoded(**given))
    assert certificate.fault is not None
    assert certificate.fault.startswith(fault)
    for name in EVERY_PROPERTY:
        getattr(certificate, name)
    if "issuer" not in given and "serial_number" not in given:
        assert certificate.issuer.rfc4514 == "CN=issuer"
    if not given.keys() & {"signature_value", "signature_algorithm"}:
        assert certificate.signature_algorithm == "ecdsa-with-SHA256"
        assert certificate.signature_value == b"signature"


def test_an_undecodable_time_does_not_hide_the_other() -> None:
    certificate = Certificate(encoded(validity=sequence(b"\x17\x02xx", time(AT))))
    assert (certificate.not_before, certificate.not_after) == (None, AT)


def test_the_signature_is_read_behind_a_broken_tbs_certificate() -> None:
    certificate = Certificate(encoded(validity=b"\x05\x00"))
    assert certificate.issuer.rfc4514 == "CN=issuer"
    assert certificate.subject == EMPTY_NAME
    assert certificate.public_key_info == b""
    assert certificate.signature_algorithm == "ecdsa-with-SHA256"


@pytest.mark.parametrize("garbage", [b"", b"\x30", b"\x30\x00", b"\x00" * 50, b"-----BEGIN", b"\x30\x80\x00\x00"])
def test_garbage_answers_with_nothing(garbage: bytes) -> None:
    certificate = Certificate(garbage)
    for name in EVERY_PROPERTY:
        getattr(certificate, name)
    assert certificate.fault is not None
    assert certificate.strict_fault is not None
    assert (certificate.issuer, certificate.subject) == (EMPTY_NAME, EMPTY_NAME)
    assert not certificate.is_self_issued
    assert (certificate.not_before, certificate.not_after) == (None, None)
    assert certificate.serial_number == 0
    assert certificate.extensions == ()
    assert certificate.signature_algorithm == ""


@pytest.mark.parametrize(("version", "number"), [(b"", 1), (tlv(0xA0, integer(0)), 1), (tlv(0xA0, integer(1)), 2)])
def test_versions(version: bytes, number: int) -> None:
    assert Certificate(encoded(version=version)).version == number
    assert Certificate(encoded(version=version)).fault is None


def test_unique_identifiers_are_passed_over() -> None:
    identifiers = tlv(0x81, b"\x00a") + tlv(0x82, b"\x00b")
    certificate = Certificate(encoded(extensions=identifiers + tlv(0xA3, sequence(extension("1.2.3", b"x")))))
    assert certificate.fault is None
    assert [e.oid for e in certificate.extensions] == ["1.2.3"]


@pytest.mark.parametrize(
    ("number", "text"), [(0, "00"), (127, "7f"), (128, "80"), (2**64, "010000000000000000"), (-1, "ff")]
)
def test_serial_numbers(number: int, text: str) -> None:
    certificate = Certificate(encoded(serial_number=integer(number)))
    assert (certificate.serial_number, certificate.serial_hex) == (number, text)


@pytest.mark.parametrize(("critical", "expected"), [(b"", False), (b"\x01\x01\xff", True), (b"\x01\x01\x00", False)])
def test_critical(critical: bytes, expected: bool) -> None:
    certificate = Certificate(with_extensions(extension("1.2.3", b"value", critical)))
    assert certificate.extension("1.2.3") == ("1.2.3", expected, b"value")
    assert certificate.extension("1.2.4") is None


def test_extensions_before_a_broken_one_are_kept() -> None:
    certificate = Certificate(with_extensions(extension("1.2.3", b"x"), sequence(oid("1.2.4"), b"\x05\x00")))
    assert certificate.extensions == (("1.2.3", False, b"x"),)
    assert certificate.fault == "extnValue: tag 0x05 at byte 207 where 0x04 should be"


def test_extensions_are_limited() -> None:
    certificate = Certificate(with_extensions(*[extension("1.2.3", b"")] * 1001))
    assert len(certificate.extensions) == 1000
    assert str(certificate.fault).startswith("more than 1000 values")


UNDECODABLE = {
    extensions.BASIC_CONSTRAINTS: "basic_constraints",
    extensions.KEY_USAGE: "key_usage",
    extensions.EXTENDED_KEY_USAGE: "extended_key_usage",
    extensions.SUBJECT_ALT_NAME: "subject_alt_names",
    extensions.OLD_SUBJECT_ALT_NAME: "subject_alt_names",
    extensions.AUTHORITY_KEY_IDENTIFIER: "authority_key_identifier",
    extensions.SUBJECT_KEY_IDENTIFIER: "subject_key_identifier",
}


@pytest.mark.parametrize(("dotted", "attribute"), UNDECODABLE.items())
def test_an_undecodable_extension_is_none_and_a_fault(dotted: str, attribute: str) -> None:
    certificate = Certificate(with_extensions(extension(dotted, b"\x05\x00")))
    assert getattr(certificate, attribute) is None
    (fault,) = certificate.extension_faults
    assert fault.oid == dotted
    assert "tag 0x05 at byte 0 where" in fault.message
    assert certificate.fault is None
    assert (certificate.strict_fault is None) == (dotted == extensions.OLD_SUBJECT_ALT_NAME)


def test_an_extension_that_stands_twice_is_a_fault_and_the_first_counts() -> None:
    twice = [extension(extensions.KEY_USAGE, b"\x03\x02\x07" + bits) for bits in (b"\x80", b"\x04")]
    certificate = Certificate(with_extensions(*twice))
    assert certificate.key_usage == KeyUsage.digitalSignature
    assert certificate.extension_faults == (ExtensionFault(extensions.KEY_USAGE, "stands more than once"),)


def test_an_unknown_extension_is_no_fault() -> None:
    assert Certificate(with_extensions(extension("1.2.3", b"garbage"))).extension_faults == ()


def test_the_old_subject_alt_name_counts_unless_there_is_the_new_one() -> None:
    old = Extension(extensions.OLD_SUBJECT_ALT_NAME, sequence(tlv(0x82, b"old.test")))
    alone = Certificate(ISSUING.server(subject_alt_names=(), extensions=[old]).der)
    beside = Certificate(ISSUING.server("new.test", extensions=[old]).der)
    assert [name.value for name in alone.subject_alt_names or ()] == ["old.test"]
    assert [name.value for name in beside.subject_alt_names or ()] == ["new.test"]


def test_self_issued_is_by_the_comparison_of_names() -> None:
    assert Certificate(encoded(issuer=common_name_only("Lab  CA"), subject=common_name_only("lab ca"))).is_self_issued


@pytest.mark.parametrize("tag", [0xA3, 0xA5])
def test_a_kind_of_name_that_the_strict_parser_does_not_know_is_no_fault(tag: int) -> None:
    names = extension(extensions.SUBJECT_ALT_NAME, sequence(tlv(tag, b"")))
    assert Certificate(with_extensions(names)).strict_fault is None


def test_a_strict_fault_behind_an_unsupported_key_is_found() -> None:
    spki = key_info(sequence(oid("1.2.3.4")), b"x")
    odd = encoded(subject_public_key_info=spki, extensions=tlv(0xA3, sequence(*[extension("1.2.3", b"")] * 2)))
    assert Certificate(odd).strict_fault == "Duplicate 1.2.3 extension found"


def test_an_unsupported_key_alone_is_no_strict_fault() -> None:
    assert Certificate(encoded(subject_public_key_info=key_info(sequence(oid("1.2.3.4")), b"x"))).strict_fault is None


def test_nothing_is_read_before_it_is_asked_for() -> None:
    certificate = Certificate(ISSUING.client("alice", key=ec_key()).der)
    assert vars(certificate) == {}
    assert certificate.subject.rfc4514 == "CN=alice"
    assert vars(certificate).keys() == {"layout", "subject"}


def test_windows_first_second() -> None:
    certificate = Certificate(encoded(validity=sequence(time(datetime(1601, 1, 1, tzinfo=UTC)), time(AT))))
    assert certificate.not_before == datetime(1601, 1, 1, tzinfo=UTC)
