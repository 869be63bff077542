"""From passwords to keys: PBKDF1 and PBKDF2 (RFC 8018), scrypt (RFC 7914), and PKCS#12's own way (RFC 7292 appendix B).

How many iterations that takes is said by a file, which may be anybody's: an Effort is what one file may cost.
"""

from __future__ import annotations

import enum
import hashlib
from typing import Final, NamedTuple

from certprobe.errors import UnsupportedError
from certprobe.pki.der import DerError

MOST_ITERATIONS: Final = 20_000_000
_MOST_SCRYPT_MEMORY: Final = 256 * 1024 * 1024
_LONGEST_KEY: Final = 512


class Effort:
    """What may still be spent on one file: 20,000,000 iterations of a hash function in all, which is some ten seconds.

    Honest exporters ask for 1 to 600,000 iterations for each key and each encrypted part.
    """

    def __init__(self) -> None:
        self._left = MOST_ITERATIONS

    @property
    def is_spent(self) -> bool:
        """Whether more was asked for than there was."""
        return self._left < 0

    def spend(self, iterations: int, times: int = 1) -> None:
        """Take that from what is left, before it is done; raise UnsupportedError for too much, DerError for none."""
        if iterations < 1:
            raise DerError(f"iteration count {iterations}")
        self._left -= iterations * times
        if iterations > MOST_ITERATIONS:
            raise UnsupportedError(f"asks for {iterations} iterations of its key derivation function")
        if self._left < 0:
            raise UnsupportedError(
                f"asks for more than {MOST_ITERATIONS} iterations of its key derivation functions in all"
            )


class Password(NamedTuple):
    """One way to write a password: as `bmp_string` for RFC 7292 appendix B, and as `octets` for everything else."""

    bmp_string: bytes
    octets: bytes

    def __repr__(self) -> str:
        # Never the password.
        return "<Password>"


class Use(enum.IntEnum):
    """What appendix B derives, by its ID octet (RFC 7292 B.3)."""

    KEY = 1
    INITIALIZATION_VECTOR = 2
    MAC_KEY = 3


ABSENT: Final = Password(b"", b"")
EMPTY: Final = Password(b"\x00\x00", b"")


def readings(password: bytes | None) -> tuple[Password, ...]:
    """Return the ways to write a password, the standards' first; none given is tried as absent and as empty.

    It is taken for UTF-8, or for ISO 8859-1 if it cannot be. The second way, for more than ASCII, is that of programs
    that take octets for characters (OpenSSL before 1.1), or run on a terminal that has no UTF-8.
    """
    if not password:
        return (ABSENT, EMPTY) if password is None else (EMPTY, ABSENT)
    octets_as_text = password.decode("latin-1")
    try:
        text = password.decode()
    except UnicodeDecodeError:
        text = octets_as_text
    try:
        latin = text.encode("latin-1")
    except UnicodeEncodeError:
        latin = password
    ways = Password(_bmp_string(text), text.encode()), Password(_bmp_string(octets_as_text), latin)
    return tuple(dict.fromkeys(ways))


def _bmp_string(text: str) -> bytes:
    """Write a password with its two octets of zero (RFC 7292 B.1); beyond the BMP in surrogates, as everybody does."""
    return text.encode("utf-16-be") + b"\x00\x00"


def pkcs12(
    use: Use, hash_name: str, password: bytes, salt: bytes, iterations: int, length: int, effort: Effort
) -> bytes:
    """Derive by RFC 7292 B.2; `password` is a BMPString with its two octets of zero, or b"" for none at all."""
    new = getattr(hashlib, hash_name)  # a third of what hashlib.new() takes
    size = new().block_size
    effort.spend(iterations, -(-length // new().digest_size))
    state = _filled(salt, size) + _filled(password, size)
    derived = b""
    while True:
        block: bytes = bytes([use]) * size + state
        for _ in range(iterations):
            block = new(block).digest()
        derived += block
        if len(derived) >= length:
            return derived[:length]
        state = _added(state, int.from_bytes(_filled(block, size)) + 1, size)


def _filled(text: bytes, size: int) -> bytes:
    """Repeat a text to fill whole blocks of that size; no text fills none."""
    length = -(-len(text) // size) * size
    return (text * (length // len(text) + 1))[:length] if text else b""


def _added(state: bytes, number: int, size: int) -> bytes:
    """Add the number to each block, modulo its size."""
    modulus = 1 << 8 * size
    blocks = (int.from_bytes(state[start : start + size]) for start in range(0, len(state), size))
    return b"".join(((block + number) % modulus).to_bytes(size) for block in blocks)


def pbkdf1(hash_name: str, password: bytes, salt: bytes, iterations: int, effort: Effort) -> bytes:
    """Derive by RFC 8018 5.1, as long as the hash is."""
    effort.spend(iterations)
    new = getattr(hashlib, hash_name)
    block = password + salt
    for _ in range(iterations):
        block = new(block).digest()
    return block


def pbkdf2(hash_name: str, password: bytes, salt: bytes, iterations: int, length: int, effort: Effort) -> bytes:
    """Derive by RFC 8018 5.2 with HMAC."""
    if not 1 <= length <= _LONGEST_KEY:
        raise DerError(f"keyLength {length}")
    effort.spend(iterations, -(-length // hashlib.new(hash_name, usedforsecurity=False).digest_size))
    return hashlib.pbkdf2_hmac(hash_name, password, salt, iterations, length)


def scrypt(password: bytes, salt: bytes, numbers: tuple[int, int, int], length: int, effort: Effort) -> bytes:
    """Derive by RFC 7914, in memory of at most 256 MiB; the numbers are N, r and p."""
    cost, block_size, parallelization = numbers
    if cost < 2 or cost & cost - 1 or block_size < 1 or parallelization < 1:
        raise DerError(f"scrypt with N={cost}, r={block_size}, p={parallelization}")
    work = cost * block_size * parallelization
    if 128 * work > _MOST_SCRYPT_MEMORY:
        raise UnsupportedError(f"asks for scrypt with N={cost}, r={block_size}, p={parallelization}")
    effort.spend(2 * work)
    memory = 2 * _MOST_SCRYPT_MEMORY  # N is only the most of it
    return hashlib.scrypt(password, salt=salt, n=cost, r=block_size, p=parallelization, maxmem=memory, dklen=length)
