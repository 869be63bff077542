"""Writing PFX files (RFC 7292) part by part, right and wrong."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import Issued

DATA, ENCRYPTED_DATA, ENVELOPED_DATA = (f"1.2.840.113549.1.7.{number}" for number in (1, 6, 3))
KEY, SHROUDED_KEY, CERT, CRL, SECRET, SAFE_CONTENTS = (f"1.2.840.113549.1.12.10.1.{number}" for number in range(1, 7))
X509 = "1.2.840.113549.1.9.22.1"
FRIENDLY_NAME, LOCAL_KEY_ID = "1.2.840.113549.1.9.20", "1.2.840.113549.1.9.21"
PBES2, PBKDF2, PBMAC1 = (f"1.2.840.113549.1.5.{number}" for number in (13, 12, 14))
AES_256 = "2.16.840.1.101.3.4.1.42"
HMAC_WITH_SHA256 = sequence(oid("1.2.840.113549.2.9"), b"\x05\x00")
SALT = b"saltsalt"


def octets(contents: bytes) -> bytes:
    return tlv(0x04, contents)


def attribute(kind: str, *values: bytes) -> bytes:
    return sequence(oid(kind), tlv(0x31, *values))


def friendly_name(text: str) -> bytes:
    return attribute(FRIENDLY_NAME, tlv(0x1E, text.encode("utf-16-be")))


def local_key_id(identifier: bytes) -> bytes:
    return attribute(LOCAL_KEY_ID, octets(identifier))


def bag(kind: str, value: bytes, *attributes: bytes) -> bytes:
    return sequence(oid(kind), tlv(0xA0, value), tlv(0x31, *attributes) if attributes else b"")


def cert_bag(issued: Issued, *attributes: bytes, kind: str = X509) -> bytes:
    return bag(CERT, sequence(oid(kind), tlv(0xA0, octets(issued.der))), *attributes)


def key(issued: Issued) -> bytes:
    return issued.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def key_bag(issued: Issued, *attributes: bytes) -> bytes:
    return bag(KEY, key(issued), *attributes)


def shrouded_key_bag(issued: Issued, password: bytes, *attributes: bytes) -> bytes:
    return bag(SHROUDED_KEY, sequence(PBES2_WITH_AES, octets(encrypted(key(issued), password))), *attributes)


def safe(*bags: bytes) -> bytes:
    """SafeContents that lie open."""
    return sequence(oid(DATA), tlv(0xA0, octets(sequence(*bags))))


def pbkdf2(iterations: int, key_length: int | None = None) -> bytes:
    length = integer(key_length) if key_length is not None else b""
    return sequence(oid(PBKDF2), sequence(octets(SALT), integer(iterations), length, HMAC_WITH_SHA256))


PBES2_WITH_AES = sequence(oid(PBES2), sequence(pbkdf2(2), sequence(oid(AES_256), octets(bytes(16)))))


def encrypted(plain: bytes, password: bytes) -> bytes:
    """What PBES2_WITH_AES makes of it."""
    padding = 16 - len(plain) % 16
    secret = hashlib.pbkdf2_hmac("sha256", password, SALT, 2)
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(bytes(16))).encryptor()
    return encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()


def encrypted_safe(*bags: bytes, password: bytes) -> bytes:
    return safe_encrypted_with(PBES2_WITH_AES, encrypted(sequence(*bags), password))


def safe_encrypted_with(algorithm: bytes, contents: bytes = bytes(32)) -> bytes:
    info = sequence(oid(DATA), algorithm, tlv(0x80, contents))
    return sequence(oid(ENCRYPTED_DATA), tlv(0xA0, sequence(integer(0), info)))


def pfx(*safes: bytes, mac_data: bytes = b"") -> bytes:
    return sequence(integer(3), sequence(oid(DATA), tlv(0xA0, octets(sequence(*safes)))), mac_data)


def pfx_with_mac(*safes: bytes, password: bytes) -> bytes:
    """With PBMAC1 (RFC 9579)."""
    secret = hashlib.pbkdf2_hmac("sha256", password, SALT, 2, 32)
    return pfx(*safes, mac_data=mac_data(pbmac1(2), hmac.digest(secret, sequence(*safes), "sha256")))


def mac_data(algorithm: bytes, digest: bytes, iterations: int = 1) -> bytes:
    return sequence(sequence(algorithm, octets(digest)), octets(SALT), integer(iterations))


def pbmac1(iterations: int, key_length: int | None = 32) -> bytes:
    return sequence(oid(PBMAC1), sequence(pbkdf2(iterations, key_length), HMAC_WITH_SHA256))
