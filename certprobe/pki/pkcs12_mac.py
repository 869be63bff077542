"""The MAC of a PKCS#12 file: RFC 7292 4, and PBMAC1 of RFC 9579."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki import der, derivation, encryption, fields
from certprobe.pki.algorithms import HASHES
from certprobe.pki.derivation import Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.pki.derivation import Effort, Password
    from certprobe.pki.fields import AlgorithmIdentifier

PBMAC1 = "1.2.840.113549.1.5.14"


class MacData(NamedTuple):
    """MacData taken apart; PBMAC1 has no use for `salt` and `iterations`."""

    algorithm: AlgorithmIdentifier
    digest: bytes
    salt: bytes
    iterations: int


def mac_data(data: bytes, field: der.Tlv) -> MacData:
    """Decode MacData; raise DerError."""
    info, salt, *count = der.members(data, field, 2, limit=3)
    algorithm, digest = der.members(data, info, 2, limit=2)
    return MacData(
        fields.algorithm_identifier(data, algorithm),
        der.value(data, digest),
        der.value(data, salt),
        der.integer(der.value(data, count[0])) if count else 1,
    )


def password_that_fits(mac: MacData, content: bytes, passwords: Iterable[Password], effort: Effort) -> Password | None:
    """Return the first password that makes this MAC of the content, if one does.

    Raises UnsupportedError, also for an excess of iterations, and DerError.
    """
    compute = _pbmac1 if mac.algorithm.oid == PBMAC1 else _appendix_b
    fitting = (one for one in passwords if hmac.compare_digest(compute(mac, content, one, effort), mac.digest))
    return next(fitting, None)


def _appendix_b(mac: MacData, content: bytes, password: Password, effort: Effort) -> bytes:
    if mac.algorithm.oid not in HASHES:
        raise encryption.unsupported("MAC with hash function", mac.algorithm.oid, "SHA-256")
    hash_name = HASHES[mac.algorithm.oid].replace("-", "_")
    size = hashlib.new(hash_name, usedforsecurity=False).digest_size
    key = derivation.pkcs12(Use.MAC_KEY, hash_name, password.bmp_string, mac.salt, mac.iterations, size, effort)
    return hmac.digest(key, content, hash_name)


def _pbmac1(mac: MacData, content: bytes, password: Password, effort: Effort) -> bytes:
    function, scheme = encryption.two_algorithms(mac.algorithm)
    if scheme.oid not in encryption.PSEUDORANDOM_FUNCTIONS:
        raise encryption.unsupported("MAC with", scheme.oid, "hmacWithSHA256")
    hash_name = encryption.PSEUDORANDOM_FUNCTIONS[scheme.oid]
    key = encryption.derive(function, password.octets, None, effort)
    return hmac.digest(key, content, hash_name)
