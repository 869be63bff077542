from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from certprobe.errors import DecodeError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import rsa_key
from certprobe.pki import private_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import PrivateKey
from certprobe.pki.pem import split
from tests.peers.exporters import Exporters
from tests.pki.certificates import ISSUING

KEYS: dict[str, PrivateKey] = {
    "EC": ec.generate_private_key(ec.SECP256R1()),
    "RSA": rsa_key(2048),
    "DSA": dsa.generate_private_key(1024),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "Ed448": ed448.Ed448PrivateKey.generate(),
}
TRADITIONAL, PKCS8 = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8
FORMS = [(name, PKCS8) for name in KEYS] + [(name, TRADITIONAL) for name in ("EC", "RSA", "DSA")]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_every_form_with_and_without_a_password(name: str, form: PrivateFormat) -> None:
    key = KEYS[name]
    plain = key.private_bytes(Encoding.DER, form, NoEncryption())
    (block,) = split(key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret")))
    expected = private_key.public_key_octets(key)
    for loaded in (
        private_key.load_der(plain, None),
        private_key.load_der(plain, b"not needed"),
        private_key.load_pem(block, b"secret"),
    ):
        assert private_key.public_key_octets(loaded) == expected
    for missing in (None, b""):
        with pytest.raises(PasswordRequired, match="private key is encrypted"):
            private_key.load_pem(block, missing)
    with pytest.raises(WrongPassword, match="password does not open the private key"):
        private_key.load_pem(block, b"wrong")


OPENSSL = {
    "md5-des": ("-v1", "PBE-MD5-DES"),
    "sha1-des": ("-v1", "PBE-SHA1-DES"),
    "md5-rc2-64": ("-v1", "PBE-MD5-RC2-64"),
    "sha1-rc2-64": ("-v1", "PBE-SHA1-RC2-64"),
    "rc4-128": ("-v1", "PBE-SHA1-RC4-128"),
    "rc4-40": ("-v1", "PBE-SHA1-RC4-40"),
    "3des-of-three-keys": ("-v1", "PBE-SHA1-3DES"),
    "3des-of-two-keys": ("-v1", "PBE-SHA1-2DES"),
    "rc2-128": ("-v1", "PBE-SHA1-RC2-128"),
    "rc2-40": ("-v1", "PBE-SHA1-RC2-40"),
    "pbes2-aes-128-sha1": ("-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"),
    "pbes2-aes-192-sha512": ("-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512"),
    "pbes2-aes-256-sha224": ("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA224"),
    "pbes2-aes-256-sha512-256": ("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512-256"),
    "pbes2-3des": ("-v2", "des3"),
    "pbes2-des": ("-v2", "des-cbc"),
    "pbes2-rc2-128": ("-v2", "rc2"),
    "pbes2-rc2-64": ("-v2", "rc2-64-cbc"),
    "pbes2-rc2-40": ("-v2", "rc2-40-cbc"),
    "pbes2-camellia": ("-v2", "camellia-256-cbc"),
    "scrypt": ("-scrypt",),
}


@pytest.mark.parametrize("options", OPENSSL.values(), ids=OPENSSL)
def test_every_encryption_of_openssl(options: tuple[str, ...], tmp_path: Path) -> None:
    issued = ISSUING.client("alice")
    (block,) = split(Exporters(tmp_path).openssl_pkcs8(issued, "Grüße", *options))
    loaded = private_key.load_pem(block, "Grüße".encode())
    assert private_key.public_key_octets(loaded) == private_key.public_key_octets(issued.private_key)
    with pytest.raises(WrongPassword, match="password does not open the private key"):
        private_key.load_pem(block, b"wrong")


PBES2, PBKDF2, SCRYPT = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"
AES256 = "2.16.840.1.101.3.4.1.42"
SALT = tlv(0x04, bytes(8))


def encrypted(kdf: bytes, cipher: str = AES256) -> bytes:
    scheme = sequence(oid(cipher), tlv(0x04, bytes(16)))
    return sequence(sequence(oid(PBES2), sequence(kdf, scheme)), tlv(0x04, bytes(32)))


def pbkdf2(iterations: int) -> bytes:
    return sequence(oid(PBKDF2), sequence(SALT, integer(iterations)))


CLOSED: list[tuple[bytes, type[InputError], str]] = [
    (encrypted(pbkdf2(1)), WrongPassword, "password does not open the private key"),
    (
        encrypted(pbkdf2(1), "1.2.3"),
        UnsupportedError,
        "private key: cipher 1.2.3 is not supported; PBES2 with AES-256-CBC and PBKDF2 is",
    ),
    (
        encrypted(sequence(oid("1.2.4"), sequence(SALT))),
        UnsupportedError,
        "private key: key derivation function 1.2.4 is not supported; PBES2 with AES-256-CBC and PBKDF2 is",
    ),
    (
        sequence(sequence(oid("1.2.5"), sequence(SALT, integer(1))), tlv(0x04, bytes(16))),
        UnsupportedError,
        "private key: encryption algorithm 1.2.5 is not supported; PBES2 with AES-256-CBC and PBKDF2 is",
    ),
    (
        encrypted(pbkdf2(2**31)),
        UnsupportedError,
        "private key: asks for 2147483648 iterations of its key derivation function",
    ),
    (
        encrypted(sequence(oid(SCRYPT), sequence(SALT, integer(2**40), integer(8), integer(1)))),
        UnsupportedError,
        "private key: asks for scrypt with N=1099511627776, r=8, p=1",
    ),
    (
        sequence(sequence(oid("1.2.840.113549.1.12.1.3"), sequence(SALT, integer(2**31))), tlv(0x04, bytes(16))),
        UnsupportedError,
        "private key: asks for 2147483648 iterations of its key derivation function",
    ),
    (
        sequence(sequence(oid(PBES2), sequence(b"\x05\x00")), tlv(0x04, bytes(16))),
        DecodeError,
        "private key: keyDerivationFunc: tag 0x05 at byte 2 where 0x30 should be",
    ),
    (b"", DecodeError, "private key: PrivateKeyInfo: data ends at byte 0 where a value should begin"),
    (
        KEYS["EC"].private_bytes(Encoding.DER, PKCS8, NoEncryption())[:-1],
        DecodeError,
        "private key: PrivateKeyInfo: value at byte 0 claims 135 bytes, 134 are left",
    ),
    (
        sequence(integer(0), sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), tlv(0x04, b"x")),
        DecodeError,
        "private key is damaged or in no known format",
    ),
    (
        sequence(integer(0), sequence(oid("1.2.3")), tlv(0x04, b"x")),
        UnsupportedError,
        "private key: key algorithm 1.2.3 is not supported",
    ),
    (
        sequence(integer(0), sequence(oid("1.2.840.10045.2.1"), oid("1.2.3")), tlv(0x04, b"x")),
        UnsupportedError,
        "private key: elliptic curve 1.2.3 is not supported",
    ),
    (sequence(integer(0), integer(5)), DecodeError, "private key is damaged or in no known format"),
]


@pytest.mark.parametrize(("data", "error", "message"), CLOSED, ids=[message for *_, message in CLOSED])
def test_why_a_key_does_not_load(data: bytes, error: type[InputError], message: str) -> None:
    with pytest.raises(InputError) as caught:
        private_key.load_der(data, b"secret")
    assert (type(caught.value), str(caught.value)) == (error, message)


def test_an_old_cipher_of_the_traditional_format() -> None:
    (block,) = split(
        b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: SEED-CBC,00\n\nAAAA\n"
        b"-----END EC PRIVATE KEY-----"
    )
    with pytest.raises(UnsupportedError, match="private key: cipher SEED-CBC is not supported"):
        private_key.load_pem(block, b"secret")


def test_an_inconsistent_rsa_key_is_loaded_without_the_long_check() -> None:
    key = KEYS["RSA"]
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    changed = rsa.RSAPrivateNumbers(
        numbers.p,
        numbers.q,
        numbers.d + 2,
        numbers.dmp1,
        numbers.dmq1,
        numbers.iqmp,
        numbers.public_numbers,
    ).private_key(unsafe_skip_rsa_key_validation=True)
    loaded = private_key.load_der(changed.private_bytes(Encoding.DER, PKCS8, NoEncryption()), None)
    assert private_key.public_key_octets(loaded) == private_key.public_key_octets(KEYS["RSA"])


@pytest.mark.parametrize("name", ["EC", "RSA", "Ed25519"])
def test_public_key_octets_are_those_of_the_certificate(name: str) -> None:
    key = KEYS[name]
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey)
    certificate = Certificate(ISSUING.client("alice", key=key).der)
    assert private_key.public_key_octets(key)[0] == certificate.public_key.subject_public_key


def test_a_compressed_point_is_one_of_the_octets() -> None:
    key = KEYS["EC"]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    compressed = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert private_key.public_key_octets(key)[1] == compressed


def test_messages_hold_no_password() -> None:
    with pytest.raises(InputError) as caught:
        private_key.load_der(encrypted(pbkdf2(1)), b"hunter2")
    assert "hunter2" not in repr(caught.value)
