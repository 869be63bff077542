"""Private keys: PKCS#1, SEC 1, PKCS#8, and both ways to encrypt them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.errors import DecodeError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.pki import algorithms, ber, der, encryption, fields
from certprobe.pki.derivation import Effort, readings

if TYPE_CHECKING:
    from certprobe.pki.credential import PrivateKey
    from certprobe.pki.fields import AlgorithmIdentifier, PublicKeyInfo
    from certprobe.pki.pem import PemBlock


def load_pem(block: PemBlock, password: bytes | None) -> PrivateKey:
    """Load the key of a PEM block; raises as `load_der` does."""
    if ("Proc-Type", "4,ENCRYPTED") in block.headers:
        return _load_traditional(block, password)
    return load_der(block.der, password)


def load_der(data: bytes, password: bytes | None) -> PrivateKey:
    """Load a key; a password for a key that is not encrypted is not used.

    RSA keys are not checked for consistency: that takes a thousand times as long as loading.
    Raises PasswordRequired, WrongPassword, UnsupportedError, or DecodeError.
    """
    try:
        if _is_encrypted(data):
            return _load_encrypted(data, password)
    except der.DerError as error:
        raise DecodeError(f"private key: {error}") from None
    return _load_plain(data)


def _load_plain(data: bytes) -> PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if (unknown := _unknown_key_algorithm(data)) is not None:
            raise UnsupportedError(f"private key: {unknown} is not supported") from None
        raise DecodeError("private key is damaged or in no known format") from None


def _is_encrypted(data: bytes) -> bool:
    outer = der.whole(data, der.SEQUENCE, "PrivateKeyInfo")
    return der.read(data, outer.value_start, outer.end).tag == der.SEQUENCE


def encrypted_private_key_info(data: bytes) -> tuple[AlgorithmIdentifier, bytes]:
    """Decode EncryptedPrivateKeyInfo (RFC 5958 3) to its algorithm and the encrypted octets; raise DerError."""
    outer = der.whole(data, der.SEQUENCE, "EncryptedPrivateKeyInfo")
    algorithm = der.expect(data, der.SEQUENCE, outer.value_start, outer.end, "encryptionAlgorithm")
    encrypted = der.read(data, algorithm.end, outer.end)
    return fields.algorithm_identifier(data, algorithm), ber.octets(data, encrypted)


def _load_encrypted(data: bytes, password: bytes | None) -> PrivateKey:
    algorithm, encrypted = encrypted_private_key_info(data)
    if not password:
        raise PasswordRequired("private key is encrypted")
    try:
        plain = encryption.open_sequence(algorithm, encrypted, readings(password), Effort())
    except UnsupportedError as error:
        raise UnsupportedError(f"private key: {error}") from None
    if plain is None:
        raise WrongPassword("password does not open the private key")
    return _load_plain(plain)


def _load_traditional(block: PemBlock, password: bytes | None) -> PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not password:
        raise PasswordRequired("private key is encrypted")
    cipher = dict(block.headers).get("DEK-Info", "").partition(",")[0]
    if cipher.upper() not in encryption.TRADITIONAL_CIPHERS:
        raise UnsupportedError(f"private key: cipher {cipher or 'without a name'} is not supported")
    try:
        return load_pem_private_key(block.text, password, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise WrongPassword("password does not open the private key") from None


def _unknown_key_algorithm(data: bytes) -> str | None:
    """Name what a whole PKCS#8 key has that `_load_plain` cannot load; None if it should have been loaded."""
    try:
        version, algorithm, *_ = der.members(data, der.whole(data, der.SEQUENCE, "PrivateKeyInfo"), 2, limit=8)
        if version.tag != der.INTEGER or algorithm.tag != der.SEQUENCE:
            return None
        key = fields.PublicKeyInfo(fields.algorithm_identifier(data, algorithm), b"")
    except ValueError:
        return None
    if key.algorithm.oid not in algorithms.PUBLIC_KEY_ALGORITHMS:
        return f"key algorithm {key.algorithm.oid}"
    if key.algorithm.oid == algorithms.EC_PUBLIC_KEY and fields.named_curve(key) not in algorithms.CURVES:
        return f"elliptic curve {fields.named_curve(key) or 'without a name'}"
    return None


def public_key_info(key: PrivateKey) -> PublicKeyInfo:
    """Return SubjectPublicKeyInfo of the public key, taken apart."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return fields.public_key_info(info, der.read(info)).value


def public_key_octets(key: PrivateKey) -> tuple[bytes, ...]:
    """Return what subjectPublicKey may hold in a certificate for this key: the octets, and the compressed point."""
    taken_apart = public_key_info(key)
    octets = taken_apart.subject_public_key
    if taken_apart.algorithm.oid != algorithms.EC_PUBLIC_KEY:
        return (octets,)
    half = len(octets) // 2
    return octets, bytes([2 + (octets[-1] & 1)]) + octets[1 : 1 + half]
