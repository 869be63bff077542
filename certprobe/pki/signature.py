"""Does this issuer's key verify that signature? (RFC 5280 4.1.1.3, 5.1.1.3, RFC 6960 4.2.1)"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import ObjectIdentifier

from certprobe.pki import algorithms, der, fields
from certprobe.pki.algorithms import Scheme

if TYPE_CHECKING:
    from typing import Protocol

    from cryptography.hazmat.primitives.asymmetric import mldsa

    from certprobe.pki.certificate import Certificate

    MlDsaKey = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey

    class Signed(Protocol):
        """What carries a signature: a certificate, a CRL, an OCSP response."""

        def __hash__(self) -> int: ...

        @property
        def signed_octets(self) -> bytes:
            """The DER that is signed."""

        @property
        def signature_algorithm_oid(self) -> str:
            """The dotted OID of the algorithm."""

        @property
        def signature_parameters(self) -> bytes:
            """The DER of the algorithm's parameters; b"" if there are none."""

        @property
        def signature_value(self) -> bytes:
            """The signature's octets."""


_LARGEST_MODULUS = 16_384
_LARGEST_EXPONENT = 64
_LEAST_RSA_BITS = 1024
_OMITTED = (b"", b"\x05\x00")
_WEAK_HASHES = ("md2", "md4", "md5")

ClassicalKey = (
    rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
)


class SignatureCheck(enum.Enum):
    """What came of it; a key that cannot have made such a signature, or is none, makes it INVALID."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED_ALGORITHM = "unsupported algorithm"


def verify_signature(signed: Signed, issuer: Certificate) -> SignatureCheck:
    """Verify the signature of `signed` with the public key of `issuer`; never raises.

    Names, times and usages of the issuer are not looked at. RSA moduli over 16,384 bits are UNSUPPORTED_ALGORITHM,
    and so are DSA keys that leave their parameters to the CA above.
    """
    algorithm = algorithms.SIGNATURE_ALGORITHMS.get(signed.signature_algorithm_oid)
    if algorithm is None:
        return SignatureCheck.UNSUPPORTED_ALGORITHM
    try:
        if not _is_for(issuer.public_key.algorithm, algorithm, signed.signature_parameters):
            return SignatureCheck.INVALID
        _verify(_public_key(issuer), signed, algorithm)
    except UnsupportedAlgorithm:
        return SignatureCheck.UNSUPPORTED_ALGORITHM
    except (InvalidSignature, ValueError, OverflowError):
        return SignatureCheck.INVALID
    return SignatureCheck.VALID


def signature_hash(signed: Signed) -> str | None:
    """The hash that is signed ("sha256"); None if it is unknown, or part of the algorithm."""
    algorithm = algorithms.SIGNATURE_ALGORITHMS.get(signed.signature_algorithm_oid)
    if algorithm is None or algorithm.scheme is not Scheme.RSASSA_PSS:
        return algorithm.hash if algorithm else None
    try:
        return _pss(signed.signature_parameters).hash
    except (UnsupportedAlgorithm, ValueError):
        return None


def is_weak(certificate: Certificate) -> str | None:
    """Say why the certificate is weak to Windows (MD2, MD4 or MD5 signature, RSA under 1024 bits), else None."""
    algorithm = algorithms.SIGNATURE_ALGORITHMS.get(certificate.signature_algorithm_oid)
    if algorithm is not None and algorithm.hash in _WEAK_HASHES:
        return f"signed with {algorithm.name}"
    is_rsa = certificate.public_key.algorithm.oid in (algorithms.RSA_ENCRYPTION, algorithms.RSASSA_PSS)
    bits = certificate.public_key_bits
    if is_rsa and bits is not None and bits < _LEAST_RSA_BITS:
        return f"RSA key of {bits} bits"
    return None


def _is_for(key: fields.AlgorithmIdentifier, algorithm: algorithms.SignatureAlgorithm, parameters: bytes) -> bool:
    """Whether a key may sign so: one for RSASSA-PSS by nothing else and within its own parameters (RFC 4055 3.3)."""
    if key.oid == algorithms.RSASSA_PSS:
        if algorithm.scheme is not Scheme.RSASSA_PSS:
            return False
        return not key.parameters or _pss(key.parameters).allows(_pss(parameters))
    return key.oid not in algorithms.KEY_AGREEMENT


def _verify(key: ClassicalKey | MlDsaKey, signed: Signed, algorithm: algorithms.SignatureAlgorithm) -> None:
    signature, data = signed.signature_value, signed.signed_octets
    match algorithm.scheme, key:
        case Scheme.RSASSA_PKCS1_V1_5, rsa.RSAPublicKey():
            key.verify(signature, data, padding.PKCS1v15(), _hash(algorithm.hash))
        case Scheme.RSASSA_PSS, rsa.RSAPublicKey():
            pss = _pss(signed.signature_parameters)
            scheme = padding.PSS(padding.MGF1(_hash(pss.mask_hash)), pss.salt_length)
            key.verify(signature, data, scheme, _hash(pss.hash))
        case Scheme.ECDSA, ec.EllipticCurvePublicKey():
            key.verify(signature, data, ec.ECDSA(_hash(algorithm.hash)))
        case Scheme.DSA, dsa.DSAPublicKey():
            key.verify(signature, data, _hash(algorithm.hash))
        case Scheme.EDDSA, ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            key.verify(signature, data)
        case Scheme.ML_DSA, _ if not isinstance(key, ClassicalKey):
            key.verify(signature, data)
        case _:
            raise InvalidSignature


def _hash(name: str | None) -> hashes.HashAlgorithm:
    match name:
        case "md5":
            return hashes.MD5()  # noqa: S303 - an old signature is verified as it was made
        case "sha1":
            return hashes.SHA1()  # noqa: S303
        case "sha224":
            return hashes.SHA224()
        case "sha256":
            return hashes.SHA256()
        case "sha384":
            return hashes.SHA384()
        case "sha512":
            return hashes.SHA512()
        case "sha3-224":
            return hashes.SHA3_224()
        case "sha3-256":
            return hashes.SHA3_256()
        case "sha3-384":
            return hashes.SHA3_384()
        case "sha3-512":
            return hashes.SHA3_512()
        case _:
            raise UnsupportedAlgorithm(f"hash {name}")


class _Pss(NamedTuple):
    hash: str
    mask_hash: str
    salt_length: int

    def allows(self, other: _Pss) -> bool:
        """Whether a key that is bound to these parameters makes signatures with those (RFC 4055 3.3)."""
        return self[:2] == other[:2] and self.salt_length <= other.salt_length


def _pss(parameters: bytes) -> _Pss:
    """Decode RSASSA-PSS-params (RFC 4055 3.1); the mask generation function must be MGF1."""
    digest = mask_digest = "sha1"
    salt_length = 20
    for field in der.children(parameters, der.whole(parameters, der.SEQUENCE, "RSASSA-PSS-params"), limit=4):
        inner = der.read(parameters, field.value_start, field.end)
        match field.tag:
            case 0xA0:
                digest = _hash_name(fields.algorithm_identifier(parameters, inner))
            case 0xA1:
                mask = fields.algorithm_identifier(parameters, inner)
                if mask.oid != _MGF1:
                    raise UnsupportedAlgorithm(f"mask generation function {mask.oid}")
                mask_digest = _hash_name(fields.algorithm_identifier(mask.parameters, der.read(mask.parameters)))
            case 0xA2:
                salt_length = der.integer(der.value(parameters, inner))
    return _Pss(digest, mask_digest, salt_length)


_MGF1 = "1.2.840.113549.1.1.8"


def _hash_name(algorithm: fields.AlgorithmIdentifier) -> str:
    return algorithms.HASHES.get(algorithm.oid, algorithm.oid)


def _public_key(certificate: Certificate) -> ClassicalKey | MlDsaKey:
    """Make a key from its parts: stays clear of the serialization modules, which take longer to import than to use."""
    key = certificate.public_key
    match key.algorithm.oid:
        case algorithms.RSA_ENCRYPTION | algorithms.RSASSA_PSS:
            return _rsa_public_key(key.subject_public_key)
        case algorithms.EC_PUBLIC_KEY:
            curve = fields.named_curve(key)
            if curve is None:
                return _explicit_curve_key(certificate.public_key_info)
            return ec.EllipticCurvePublicKey.from_encoded_point(_curve(curve), key.subject_public_key)
        case algorithms.ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(key.subject_public_key)
        case algorithms.ED448:
            return ed448.Ed448PublicKey.from_public_bytes(key.subject_public_key)
        case algorithms.DSA:
            if key.algorithm.parameters in _OMITTED:
                raise UnsupportedAlgorithm("DSA without parameters")
            y = der.key_integer(der.value(key.subject_public_key, der.read(key.subject_public_key)))
            p, q, g = fields.integers(key.algorithm.parameters, 3)
            return dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
        case algorithms.ML_DSA_44 | algorithms.ML_DSA_65 | algorithms.ML_DSA_87:
            return _ml_dsa_key(key)
        case "":
            raise der.DerError("no key")
        case other:
            raise UnsupportedAlgorithm(f"public key algorithm {other}")


def _ml_dsa_key(key: fields.PublicKeyInfo) -> MlDsaKey:
    """Raise UnsupportedAlgorithm where OpenSSL is older than ML-DSA."""
    from cryptography.hazmat.primitives.asymmetric import mldsa

    match key.algorithm.oid:
        case algorithms.ML_DSA_44:
            return mldsa.MLDSA44PublicKey.from_public_bytes(key.subject_public_key)
        case algorithms.ML_DSA_65:
            return mldsa.MLDSA65PublicKey.from_public_bytes(key.subject_public_key)
        case _:
            return mldsa.MLDSA87PublicKey.from_public_bytes(key.subject_public_key)


def _rsa_public_key(octets: bytes) -> rsa.RSAPublicKey:
    modulus, exponent = fields.integers(octets, 2)
    if modulus.bit_length() > _LARGEST_MODULUS or exponent.bit_length() > _LARGEST_EXPONENT:
        raise UnsupportedAlgorithm(f"RSA modulus of {modulus.bit_length()} bits")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _explicit_curve_key(public_key_info: bytes) -> ec.EllipticCurvePublicKey:
    """Load a key with ECParameters spelled out, which the library takes if they are those of a curve it knows."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(public_key_info)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise UnsupportedAlgorithm("elliptic curve without a name")
    return key


def _curve(oid: str) -> ec.EllipticCurve:
    try:
        return ec.get_curve_for_oid(ObjectIdentifier(oid))()
    except LookupError:
        raise UnsupportedAlgorithm(f"elliptic curve {oid}") from None
