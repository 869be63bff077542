"""Which TLS signature schemes a key can sign with, and which ones a certificate is signed with (RFC 8446 4.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki.algorithms import ED448, ED25519, SIGNATURE_ALGORITHMS, Scheme
from certprobe.tls.enums import ClientCertificateType, ProtocolVersion, SignatureScheme

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate

Schemes = frozenset[SignatureScheme]

_S = SignatureScheme
_RSA_PKCS1: Final[Schemes] = frozenset(scheme for scheme in _S if scheme.name.startswith("rsa_pkcs1_"))
_RSA_PSS_RSAE: Final[Schemes] = frozenset(scheme for scheme in _S if scheme.name.startswith("rsa_pss_rsae_"))
_RSA_PSS_PSS: Final[Schemes] = frozenset(scheme for scheme in _S if scheme.name.startswith("rsa_pss_pss_"))
_DSA: Final[Schemes] = frozenset(scheme for scheme in _S if scheme.name.startswith("dsa_"))
_ECDSA: Final[Schemes] = frozenset(
    {
        _S.ecdsa_sha1,
        _S.ecdsa_sha224,
        _S.ecdsa_secp256r1_sha256,
        _S.ecdsa_secp384r1_sha384,
        _S.ecdsa_secp521r1_sha512,
    }
)
_EDDSA: Final = {"id-Ed25519": frozenset({_S.ed25519}), "id-Ed448": frozenset({_S.ed448})}

_TLS13: Final[dict[str, Schemes]] = {
    "rsaEncryption": _RSA_PSS_RSAE,
    "id-RSASSA-PSS": _RSA_PSS_PSS,
    "id-ml-dsa-44": frozenset({_S.mldsa44}),
    "id-ml-dsa-65": frozenset({_S.mldsa65}),
    "id-ml-dsa-87": frozenset({_S.mldsa87}),
    **_EDDSA,
}
_TLS13_CURVES: Final[dict[str | None, Schemes]] = {
    "secp256r1": frozenset({_S.ecdsa_secp256r1_sha256}),
    "secp384r1": frozenset({_S.ecdsa_secp384r1_sha384}),
    "secp521r1": frozenset({_S.ecdsa_secp521r1_sha512}),
    "brainpoolP256r1": frozenset({_S.ecdsa_brainpoolP256r1tls13_sha256}),
    "brainpoolP384r1": frozenset({_S.ecdsa_brainpoolP384r1tls13_sha384}),
    "brainpoolP512r1": frozenset({_S.ecdsa_brainpoolP512r1tls13_sha512}),
}
_TLS12: Final[dict[str, Schemes]] = {
    "rsaEncryption": _RSA_PKCS1 | _RSA_PSS_RSAE,
    "id-RSASSA-PSS": _RSA_PSS_PSS,
    "id-ecPublicKey": _ECDSA,
    "id-dsa": _DSA,
    **_EDDSA,
}
# Before TLS 1.2 nothing is negotiated: MD5 with SHA-1 for RSA, SHA-1 for the others (RFC 4346 7.4.8, RFC 8422 5.8).
_TLS10: Final[dict[str, Schemes]] = {
    "rsaEncryption": frozenset({_S.rsa_pkcs1_sha1}),
    "id-ecPublicKey": frozenset({_S.ecdsa_sha1}),
    "id-dsa": frozenset({_S.dsa_sha1}),
}

_CERTIFICATE_TYPES: Final = {
    "rsaEncryption": ClientCertificateType.rsa_sign,
    "id-RSASSA-PSS": ClientCertificateType.rsa_sign,
    "id-ecPublicKey": ClientCertificateType.ecdsa_sign,
    "id-Ed25519": ClientCertificateType.ecdsa_sign,
    "id-Ed448": ClientCertificateType.ecdsa_sign,
    "id-dsa": ClientCertificateType.dss_sign,
}

_PREFIXES: Final = {Scheme.RSASSA_PKCS1_V1_5: "rsa_pkcs1_", Scheme.ECDSA: "ecdsa_", Scheme.DSA: "dsa_"}
_WITHOUT_HASH: Final[dict[str, Schemes]] = {
    ED25519: _EDDSA["id-Ed25519"],
    ED448: _EDDSA["id-Ed448"],
    "2.16.840.1.101.3.4.3.17": _TLS13["id-ml-dsa-44"],
    "2.16.840.1.101.3.4.3.18": _TLS13["id-ml-dsa-65"],
    "2.16.840.1.101.3.4.3.19": _TLS13["id-ml-dsa-87"],
}


def signing_schemes(certificate: Certificate, version: int) -> Schemes:
    """Return what the certificate's key can sign a CertificateVerify with in that version of TLS.

    Not checked: whether an RSA modulus is long enough for the scheme, and hashes that RSASSA-PSS parameters pin.
    """
    algorithm = certificate.public_key_algorithm
    if version < ProtocolVersion.TLS_1_2:
        return _TLS10.get(algorithm, frozenset())
    if version < ProtocolVersion.TLS_1_3:
        return _TLS12.get(algorithm, frozenset())
    if algorithm == "id-ecPublicKey":
        return _TLS13_CURVES.get(certificate.public_key_curve, frozenset())
    return _TLS13.get(algorithm, frozenset())


def certificate_type(certificate: Certificate) -> ClientCertificateType | None:
    """Return the type that admits this key before TLS 1.3 (RFC 5246 7.4.4, RFC 8422 5.5); None if none does."""
    return _CERTIFICATE_TYPES.get(certificate.public_key_algorithm)


def signed_with(certificate: Certificate) -> Schemes:
    """Return the schemes that stand for the signature on the certificate; empty if TLS has no code for it.

    The issuer's key is not at hand: every curve of an ECDSA hash, and every hash and key type of RSASSA-PSS, is meant.
    """
    oid = certificate.signature_algorithm_oid
    known = SIGNATURE_ALGORITHMS.get(oid)
    if oid in _WITHOUT_HASH:
        return _WITHOUT_HASH[oid]
    if known is None:
        return frozenset()
    if known.scheme is Scheme.RSASSA_PSS:
        return _RSA_PSS_RSAE | _RSA_PSS_PSS
    prefix, suffix = _PREFIXES[known.scheme], f"_{known.hash}"
    return frozenset(scheme for scheme in _S if scheme.name.startswith(prefix) and scheme.name.endswith(suffix))
