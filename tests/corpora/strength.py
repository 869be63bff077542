"""How strong keys and signatures have to be for some library: its levels as data, and one check for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from certprobe.chain.context import Remark
from certprobe.chain.path import Check, PathView, Result
from certprobe.pki import algorithms
from certprobe.pki.certificate import Certificate
from certprobe.pki.signature import signature_hash

RSA = frozenset({algorithms.RSA_ENCRYPTION, algorithms.RSASSA_PSS})
ECDSA = frozenset({algorithms.EC_PUBLIC_KEY})

# Bits of security against collisions: half of the octets, though less has been shown of the oldest.
_SHA2 = {f"{family}{size}": size // 2 for family in ("sha", "sha3-") for size in (224, 256, 384, 512)}
_HASHES = {"md2": 64, "md4": 64, "md5": 64, "sha1": 80, **_SHA2}


def hashes(bits: int) -> frozenset[str]:
    """The hashes with so many bits of security."""
    return frozenset(name for name, has in _HASHES.items() if has >= bits)


class Strength(NamedTuple):
    """The least sizes of keys in bits, and which hashes, curves and algorithms of keys will do; None is all of them."""

    rsa_bits: int
    ec_bits: int
    hashes: frozenset[str]
    curves: frozenset[str] | None = None
    keys: frozenset[str] | None = None


# By bits of security (NIST SP 800-57 part 1, 5.6.1.1; 96 bits by ECRYPT).
LEVELS = {
    0: Strength(0, 0, hashes(0)),
    80: Strength(1024, 160, hashes(80)),
    96: Strength(1776, 192, hashes(96)),
    112: Strength(2048, 224, hashes(112)),
    128: Strength(3072, 256, hashes(128)),
    192: Strength(7680, 384, hashes(192)),
    256: Strength(15360, 512, hashes(256)),
}

# RFC 6460, at both of its levels.
SUITE_B_128 = Strength(0, 256, frozenset({"sha256", "sha384"}), frozenset({"secp256r1", "secp384r1"}), ECDSA)
SUITE_B_192 = Strength(0, 384, frozenset({"sha384"}), frozenset({"secp384r1"}), ECDSA)


def demanding(strength: Strength) -> Check:
    """A check of every key and of every signature but an anchor's, which proves nothing."""

    def check_strength(path: PathView) -> Iterator[Result]:
        for index, certificate in enumerate(path.certificates):
            if not _has_strong_key(certificate, strength):
                key = certificate.public_key_curve or certificate.public_key_bits
                yield index, Remark("NIST SP 800-57", f"a weak key: {certificate.public_key_algorithm} {key}")
            signed_with = signature_hash(certificate)
            if signed_with is not None and signed_with not in strength.hashes and (index != path.anchor or index == 0):
                yield index, Remark("NIST SP 800-57", f"a weak signature: {certificate.signature_algorithm}")

    return check_strength


def _has_strong_key(certificate: Certificate, strength: Strength) -> bool:
    oid, bits = certificate.public_key.algorithm.oid, certificate.public_key_bits
    if strength.keys is not None and oid not in strength.keys:
        return False
    if oid in RSA or oid == algorithms.DSA:
        return bits is not None and bits >= strength.rsa_bits
    in_curves = strength.curves is None or certificate.public_key_curve in strength.curves
    return in_curves and (bits is None or bits >= strength.ec_bits)
