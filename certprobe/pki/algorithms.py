"""Algorithm identifiers of keys and signatures, by the names of their RFCs (3279, 4055, 5480, 5758, 8410, 9881)."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
DSA: Final = "1.2.840.10040.4.1"
ED25519: Final = "1.3.101.112"
ED448: Final = "1.3.101.113"
ML_DSA_44: Final = "2.16.840.1.101.3.4.3.17"
ML_DSA_65: Final = "2.16.840.1.101.3.4.3.18"
ML_DSA_87: Final = "2.16.840.1.101.3.4.3.19"

PUBLIC_KEY_ALGORITHMS: Final = {
    RSA_ENCRYPTION: "rsaEncryption",
    RSASSA_PSS: "id-RSASSA-PSS",
    EC_PUBLIC_KEY: "id-ecPublicKey",
    DSA: "id-dsa",
    "1.2.840.10046.2.1": "dhpublicnumber",
    "1.3.101.110": "id-X25519",
    "1.3.101.111": "id-X448",
    ED25519: "id-Ed25519",
    ED448: "id-Ed448",
    ML_DSA_44: "id-ml-dsa-44",
    ML_DSA_65: "id-ml-dsa-65",
    ML_DSA_87: "id-ml-dsa-87",
    "1.2.643.7.1.1.1.1": "id-tc26-gost3410-2012-256",
    "1.2.643.7.1.1.1.2": "id-tc26-gost3410-2012-512",
}


# Keys that sign nothing: Diffie-Hellman, X25519, X448.
KEY_AGREEMENT: Final = frozenset({"1.2.840.10046.2.1", "1.3.101.110", "1.3.101.111"})


class Curve(NamedTuple):
    """A named curve: the name of SEC 2 or RFC 5639 and the size of its field in bits."""

    name: str
    bits: int


CURVES: Final = {
    "1.2.840.10045.3.1.1": Curve("secp192r1", 192),
    "1.3.132.0.33": Curve("secp224r1", 224),
    "1.2.840.10045.3.1.7": Curve("secp256r1", 256),
    "1.3.132.0.34": Curve("secp384r1", 384),
    "1.3.132.0.35": Curve("secp521r1", 521),
    "1.3.132.0.10": Curve("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": Curve("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": Curve("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": Curve("brainpoolP512r1", 512),
}

FIXED_KEY_BITS: Final = {"1.3.101.110": 255, "1.3.101.111": 448, ED25519: 256, ED448: 456}


class Scheme(enum.Enum):
    """How a signature algorithm signs."""

    RSASSA_PKCS1_V1_5 = "RSASSA-PKCS1-v1_5"
    RSASSA_PSS = "RSASSA-PSS"
    ECDSA = "ECDSA"
    DSA = "DSA"
    EDDSA = "EdDSA"
    ML_DSA = "ML-DSA"


class SignatureAlgorithm(NamedTuple):
    """A signature algorithm: its RFC name, how it signs, and its hash (None: part of the scheme or its parameters)."""

    name: str
    scheme: Scheme
    hash: str | None


HASHES: Final = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.7": "sha3-224",
    "2.16.840.1.101.3.4.2.8": "sha3-256",
    "2.16.840.1.101.3.4.2.9": "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
}

_RSA = Scheme.RSASSA_PKCS1_V1_5
_ECDSA = Scheme.ECDSA
_DSA = Scheme.DSA

SIGNATURE_ALGORITHMS: Final = {
    "1.2.840.113549.1.1.2": SignatureAlgorithm("md2WithRSAEncryption", _RSA, "md2"),
    "1.2.840.113549.1.1.3": SignatureAlgorithm("md4WithRSAEncryption", _RSA, "md4"),
    "1.2.840.113549.1.1.4": SignatureAlgorithm("md5WithRSAEncryption", _RSA, "md5"),
    "1.2.840.113549.1.1.5": SignatureAlgorithm("sha1WithRSAEncryption", _RSA, "sha1"),
    "1.3.14.3.2.29": SignatureAlgorithm("sha1WithRSASignature", _RSA, "sha1"),
    "1.2.840.113549.1.1.14": SignatureAlgorithm("sha224WithRSAEncryption", _RSA, "sha224"),
    "1.2.840.113549.1.1.11": SignatureAlgorithm("sha256WithRSAEncryption", _RSA, "sha256"),
    "1.2.840.113549.1.1.12": SignatureAlgorithm("sha384WithRSAEncryption", _RSA, "sha384"),
    "1.2.840.113549.1.1.13": SignatureAlgorithm("sha512WithRSAEncryption", _RSA, "sha512"),
    "2.16.840.1.101.3.4.3.13": SignatureAlgorithm("id-rsassa-pkcs1-v1_5-with-sha3-224", _RSA, "sha3-224"),
    "2.16.840.1.101.3.4.3.14": SignatureAlgorithm("id-rsassa-pkcs1-v1_5-with-sha3-256", _RSA, "sha3-256"),
    "2.16.840.1.101.3.4.3.15": SignatureAlgorithm("id-rsassa-pkcs1-v1_5-with-sha3-384", _RSA, "sha3-384"),
    "2.16.840.1.101.3.4.3.16": SignatureAlgorithm("id-rsassa-pkcs1-v1_5-with-sha3-512", _RSA, "sha3-512"),
    RSASSA_PSS: SignatureAlgorithm("id-RSASSA-PSS", Scheme.RSASSA_PSS, None),
    "1.2.840.10045.4.1": SignatureAlgorithm("ecdsa-with-SHA1", _ECDSA, "sha1"),
    "1.2.840.10045.4.3.1": SignatureAlgorithm("ecdsa-with-SHA224", _ECDSA, "sha224"),
    "1.2.840.10045.4.3.2": SignatureAlgorithm("ecdsa-with-SHA256", _ECDSA, "sha256"),
    "1.2.840.10045.4.3.3": SignatureAlgorithm("ecdsa-with-SHA384", _ECDSA, "sha384"),
    "1.2.840.10045.4.3.4": SignatureAlgorithm("ecdsa-with-SHA512", _ECDSA, "sha512"),
    "2.16.840.1.101.3.4.3.9": SignatureAlgorithm("id-ecdsa-with-sha3-224", _ECDSA, "sha3-224"),
    "2.16.840.1.101.3.4.3.10": SignatureAlgorithm("id-ecdsa-with-sha3-256", _ECDSA, "sha3-256"),
    "2.16.840.1.101.3.4.3.11": SignatureAlgorithm("id-ecdsa-with-sha3-384", _ECDSA, "sha3-384"),
    "2.16.840.1.101.3.4.3.12": SignatureAlgorithm("id-ecdsa-with-sha3-512", _ECDSA, "sha3-512"),
    "1.2.840.10040.4.3": SignatureAlgorithm("id-dsa-with-sha1", _DSA, "sha1"),
    "2.16.840.1.101.3.4.3.1": SignatureAlgorithm("id-dsa-with-sha224", _DSA, "sha224"),
    "2.16.840.1.101.3.4.3.2": SignatureAlgorithm("id-dsa-with-sha256", _DSA, "sha256"),
    ED25519: SignatureAlgorithm("id-Ed25519", Scheme.EDDSA, None),
    ED448: SignatureAlgorithm("id-Ed448", Scheme.EDDSA, None),
    ML_DSA_44: SignatureAlgorithm("id-ml-dsa-44", Scheme.ML_DSA, None),
    ML_DSA_65: SignatureAlgorithm("id-ml-dsa-65", Scheme.ML_DSA, None),
    ML_DSA_87: SignatureAlgorithm("id-ml-dsa-87", Scheme.ML_DSA, None),
}
