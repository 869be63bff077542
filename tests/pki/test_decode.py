"""One file at a time: which format it is, what is in it, and what is said of what cannot be used."""

from __future__ import annotations

import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)

from certprobe.errors import DecodeError, FileError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.lab.der import bit_string, integer, oid, pem, sequence, tlv
from certprobe.lab.pki import Issued
from certprobe.pki.certificate import Certificate
from certprobe.pki.decode import Contents, FoundCertificate, decode
from certprobe.pki.pem import split
from certprobe.pki.private_key import public_key_octets
from tests.pki.certificates import ISSUING

ALICE = ISSUING.client("alice")
KEY_PEM = ALICE.private_key_pem()
KEY_DER = ALICE.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
CERTIFICATES = (Certificate(ALICE.der), Certificate(ISSUING.issued.der))
PKCS7 = pkcs7.serialize_certificates(list(map(x509.load_der_x509_certificate, ALICE.chain)), Encoding.DER)
PBE = PrivateFormat.PKCS12.encryption_builder()
OLD = PBE.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())


def read(data: bytes, password: bytes | None = None) -> Contents:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return decode(data, source="file", password=password)


def holds_the_key(contents: Contents, issued: Issued = ALICE) -> bool:
    (key,) = contents.private_keys
    return public_key_octets(key) == public_key_octets(issued.private_key)


def test_a_certificate_in_der() -> None:
    contents = read(ALICE.der)
    assert contents.found_certificates == (FoundCertificate(CERTIFICATES[0], "file"),)
    assert (contents.private_keys, contents.notes) == ((), ())


def test_what_follows_a_certificate_in_der_is_left_out() -> None:
    assert read(ALICE.der + b"\r\n") == Contents("file", (FoundCertificate(CERTIFICATES[0], "file"),))
    contents = read(ALICE.der + b"trail")
    assert contents.certificates == CERTIFICATES[:1]
    assert contents.notes == ("file: 5 bytes after the certificate are left out",)


def test_a_certificate_that_strict_parsers_refuse_is_taken() -> None:
    odd = ISSUING.client("alice", version=1, serial_number=-5).der
    assert read(odd).certificates == read(pem(odd)).certificates == (Certificate(odd),)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_private_key_in_der(form: PrivateFormat) -> None:
    contents = read(ALICE.private_key.private_bytes(Encoding.DER, form, NoEncryption()))
    assert holds_the_key(contents)
    assert contents.found_keys[0].source == "file"
    assert contents.certificates == ()


def test_a_private_key_encrypted_in_der() -> None:
    (block,) = split(ALICE.private_key_pem(b"secret"))
    assert holds_the_key(read(block.der, b"secret"))
    with pytest.raises(PasswordRequired, match="file: private key is encrypted"):
        read(block.der)


def test_rsa_keys_in_pkcs1() -> None:
    key = rsa.generate_private_key(65537, 1024)
    contents = read(key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    assert public_key_octets(contents.private_keys[0]) == public_key_octets(key)


def test_pem_with_everything_in_any_order() -> None:
    data = b"text\n" + ALICE.chain_pem + KEY_PEM + pem(PKCS7, "PKCS7") + pem(b"\x05\x00", "EC PARAMETERS")
    contents = read(data)
    assert contents.certificates == (*CERTIFICATES, CERTIFICATES[1])
    assert [found.source for found in contents.found_certificates] == ["file #1", "file #2", "file #4 #1"]
    assert contents.found_keys[0].source == "file #3"
    assert holds_the_key(contents)
    assert contents.notes == ()


@pytest.mark.parametrize("label", ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
def test_labels_of_certificates(label: str) -> None:
    assert read(pem(ALICE.der + sequence(b"\x05\x00"), label)).certificates == CERTIFICATES[:1]


BAD_BLOCKS = [
    (
        b"-----BEGIN CERTIFICATE-----\n$\n-----END CERTIFICATE-----\n",
        "CERTIFICATE, not used): PEM block is not base64",
    ),
    (b"-----BEGIN CERTIFICATE-----\n", "CERTIFICATE, not used): PEM block ends nowhere"),
    (pem(ALICE.der[:-1]), "CERTIFICATE, not used): Certificate: value at byte 0 claims"),
    (pem(b"\x05\x00"), "CERTIFICATE, not used): Certificate: tag 0x05 at byte 0 where 0x30 should be"),
    (pem(b"\x30\x00", "PRIVATE KEY"), "PRIVATE KEY, not used): private key: data ends at byte 2"),
    (pem(b"x", "OPENSSH PRIVATE KEY"), "OPENSSH PRIVATE KEY, not used): private key: PrivateKeyInfo: data ends"),
    (pem(b"x", "X509 CRL"), "X509 CRL, not used): neither certificate nor private key"),
    (pem(b"x", "PKCS7"), "PKCS7, not used): PKCS#7: ContentInfo: data ends"),
]


@pytest.mark.parametrize(("bad", "note"), BAD_BLOCKS, ids=[note for _, note in BAD_BLOCKS])
def test_a_bad_block_is_a_note_and_the_others_are_used(bad: bytes, note: str) -> None:
    contents = read(bad + ALICE.certificate_pem + KEY_PEM)
    assert contents.certificates == CERTIFICATES[:1]
    assert holds_the_key(contents)
    (found,) = contents.notes
    assert found.startswith(f"file #1 ({note}")


def test_a_file_without_anything_usable_raises_its_first_failure() -> None:
    with pytest.raises(DecodeError, match="file: PEM block ends nowhere"):
        read(b"-----BEGIN CERTIFICATE-----\n" + pem(b"x", "X509 CRL"))
    with pytest.raises(UnsupportedError, match="file: neither certificate nor private key"):
        read(pem(b"x", "X509 CRL"))
    with pytest.raises(DecodeError, match="file: PEM without certificates or private keys"):
        read(pem(b"\x05\x00", "EC PARAMETERS"))


def test_passwords_of_several_keys_in_pem() -> None:
    bob = ISSUING.client("bob")
    both = ALICE.chain_pem + ALICE.private_key_pem(b"one") + bob.private_key_pem(b"two")
    with pytest.raises(PasswordRequired):
        read(both)
    with pytest.raises(WrongPassword):
        read(both, b"three")
    contents = read(both, b"one")
    assert holds_the_key(contents)
    assert contents.notes == ("file #4 (ENCRYPTED PRIVATE KEY, not used): password does not open the private key",)


def test_pkcs7() -> None:
    contents = read(PKCS7)
    assert contents.found_certificates == (FoundCertificate(CERTIFICATES[1], "file #1"),)


SIGNED_DATA = "1.2.840.113549.1.7.2"


def test_pkcs7_without_certificates() -> None:
    empty = sequence(oid(SIGNED_DATA), tlv(0xA0, sequence(integer(1), tlv(0x31), sequence(oid("1.2.3")), tlv(0x31))))
    with pytest.raises(DecodeError, match="file: PKCS#7 without certificates"):
        read(empty)


def test_pkcs7_with_indefinite_lengths() -> None:
    signed = (integer(1), tlv(0x31), sequence(oid("1.2.840.113549.1.7.1")), tlv(0xA0, ALICE.der), tlv(0x31))
    indefinite = b"\x30\x80" + oid(SIGNED_DATA) + b"\xa0\x80\x30\x80" + b"".join(signed) + bytes(6)
    assert read(indefinite).certificates == CERTIFICATES[:1]
    with pytest.raises(DecodeError, match="file: PKCS#7: data ends at byte"):
        read(indefinite[:-3])


UNKNOWN: list[tuple[bytes, type[InputError], str]] = [
    (b"", DecodeError, "file is empty"),
    (b"hello", DecodeError, "neither PEM nor DER"),
    (b"\x30\x82\x05\x00abc", DecodeError, "damaged DER: value at byte 0 claims 1280 bytes, 3 are left"),
    (b"\x30\x00", DecodeError, "DER, but no certificate: tbs_certificate: data ends at byte 2"),
    (ALICE.der[:-1], DecodeError, "damaged DER: value at byte 0 claims"),
    (
        sequence(sequence(integer(0)), sequence(oid("1.2.3")), bit_string(b"x")),
        DecodeError,
        "DER, but no certificate: signature: data ends at byte 7",
    ),
    (
        ALICE.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        DecodeError,
        "DER, but no certificate: signature_algorithm: tag 0x03",
    ),
    (b"\x30\x80\x02\x01\x03" + bytes(50), DecodeError, "PKCS#12 file is damaged: 1 values inside"),
]


@pytest.mark.parametrize(("data", "error", "message"), UNKNOWN, ids=[message for *_, message in UNKNOWN])
def test_files_that_are_nothing_we_know(data: bytes, error: type[InputError], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data, b"secret")
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"file: {message}")


def test_bounds() -> None:
    with pytest.raises(FileError, match="file: longer than 64 MiB"):
        read(bytes(64 * 1024 * 1024 + 1))
    with pytest.raises(FileError, match="file: more than 100000 PEM blocks"):
        read(pem(b"\x30\x00") * 100_001)
