"""Password-based encryption (RFC 8018, RFC 7292 appendix C): which one it is, and whether it can be undone here.

The libraries that decrypt tell a wrong password and an unknown algorithm apart by English text only, and run any
number of iterations that a file asks for; so the algorithm is read before and the answer drawn from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.errors import UnsupportedError
from certprobe.pki import der, fields

if TYPE_CHECKING:
    from collections.abc import Container

    from certprobe.pki.fields import AlgorithmIdentifier

PBES2: Final = "1.2.840.113549.1.5.13"
PBMAC1: Final = "1.2.840.113549.1.5.14"
_PBKDF2 = "1.2.840.113549.1.5.12"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"

_MOST_ITERATIONS = 20_000_000
_MOST_SCRYPT_BLOCKS = 1 << 24

_PBES1: Final = {
    "1.2.840.113549.1.5.3": "pbeWithMD5AndDES-CBC",
    "1.2.840.113549.1.12.1.1": "pbeWithSHAAnd128BitRC4",
    "1.2.840.113549.1.12.1.2": "pbeWithSHAAnd40BitRC4",
    "1.2.840.113549.1.12.1.3": "pbeWithSHAAnd3-KeyTripleDES-CBC",
    "1.2.840.113549.1.12.1.4": "pbeWithSHAAnd2-KeyTripleDES-CBC",
    "1.2.840.113549.1.12.1.5": "pbeWithSHAAnd128BitRC2-CBC",
    "1.2.840.113549.1.12.1.6": "pbeWithSHAAnd40BitRC2-CBC",
}
_CIPHERS: Final = {
    "2.16.840.1.101.3.4.1.2": "aes128-CBC",
    "2.16.840.1.101.3.4.1.22": "aes192-CBC",
    "2.16.840.1.101.3.4.1.42": "aes256-CBC",
    "1.2.840.113549.3.7": "des-EDE3-CBC",
    "1.2.840.113549.3.2": "rc2-CBC",
}
TRADITIONAL_CIPHERS: Final = ("AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "DES-EDE3-CBC")


def unsupported(algorithm: AlgorithmIdentifier, *, and_ciphers: Container[str] = ()) -> str | None:
    """Name the part of an encryption algorithm that is not known to be supported, or None; raises DerError."""
    if algorithm.oid in _PBES1:
        return None
    if algorithm.oid != PBES2:
        return f"encryption algorithm {algorithm.oid}"
    derivation, cipher = pbes2(algorithm)
    if derivation.oid not in (_PBKDF2, _SCRYPT):
        return f"key derivation function {derivation.oid}"
    return None if cipher.oid in _CIPHERS or cipher.oid in and_ciphers else f"cipher {cipher.oid}"


def pbes2(algorithm: AlgorithmIdentifier) -> tuple[AlgorithmIdentifier, AlgorithmIdentifier]:
    """Decode PBES2-params, and PBMAC1-params alike, to their two algorithms; raise DerError."""
    parameters = algorithm.parameters
    sequence = der.expect(parameters, der.SEQUENCE, 0, len(parameters), "PBES2-params")
    derivation = der.expect(parameters, der.SEQUENCE, sequence.value_start, sequence.end, "keyDerivationFunc")
    scheme = der.expect(parameters, der.SEQUENCE, derivation.end, sequence.end, "encryptionScheme")
    return fields.algorithm_identifier(parameters, derivation), fields.algorithm_identifier(parameters, scheme)


def refuse_excess(algorithm: AlgorithmIdentifier) -> None:
    """Raise UnsupportedError if a file asks for more work than any honest one; DerError if that cannot be read."""
    if algorithm.oid in (PBES2, PBMAC1):
        algorithm = pbes2(algorithm)[0]
    parameters = algorithm.parameters
    if not parameters:
        return
    sequence = der.expect(parameters, der.SEQUENCE, 0, len(parameters), "PBEParameter")
    numbers = [
        der.integer(der.value(parameters, child))
        for child in der.children(parameters, sequence)
        if child.tag == der.INTEGER
    ]
    if algorithm.oid == _SCRYPT:
        cost, block_size, parallelization = (*numbers, 0, 0, 0)[:3]
        if cost * block_size * parallelization > _MOST_SCRYPT_BLOCKS:
            raise UnsupportedError(f"asks for scrypt with N={cost}, r={block_size}, p={parallelization}")
    elif numbers:
        refuse_iterations(numbers[0])


def refuse_iterations(count: int) -> None:
    """Raise UnsupportedError for an iteration count beyond 20,000,000 (some ten seconds)."""
    if count > _MOST_ITERATIONS:
        raise UnsupportedError(f"asks for {count} iterations of its key derivation function")
