"""RC2 in CBC mode (RFC 2268), to read what Windows and OpenSSL encrypted with 40 bits for twenty years.

`cryptography` has RC2 with an effective key of 128 bits only. Nothing is encrypted here, and nothing that was could be
called secret: 40 bits are tried out in hours.
"""

from __future__ import annotations

import struct
from typing import Final

BLOCK: Final = 8
_WORD: Final = 0xFFFF
_PITABLE: Final = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)


def decrypt_cbc(key: bytes, effective_bits: int, iv: bytes, data: bytes) -> bytes:
    """Decrypt whole blocks, padding and all; `key` has 1 to 128 octets, `effective_bits` is 1 to 1024.

    A mebibyte takes a second or two.
    """
    words = _expanded(key, effective_bits)
    cipher_blocks = struct.iter_unpack("<4H", data)
    previous: tuple[int, ...] = struct.unpack("<4H", iv)
    plain: list[int] = []
    for block in cipher_blocks:
        plain += (a ^ b for a, b in zip(_decrypted(block, words), previous, strict=True))
        previous = block
    return struct.pack(f"<{len(plain)}H", *plain)


def _expanded(key: bytes, effective_bits: int) -> tuple[int, ...]:
    """Expand the key to 64 words (RFC 2268 2)."""
    table = bytearray(key.ljust(128, b"\x00"))
    for index in range(len(key), 128):
        table[index] = _PITABLE[table[index - 1] + table[index - len(key)] & 0xFF]
    octets = (effective_bits + 7) // 8
    mask = 0xFF >> (8 * octets - effective_bits)
    table[128 - octets] = _PITABLE[table[128 - octets] & mask]
    for index in reversed(range(128 - octets)):
        table[index] = _PITABLE[table[index + 1] ^ table[index + octets]]
    return struct.unpack("<64H", table)


def _decrypted(block: tuple[int, ...], words: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Undo sixteen rounds of mixing, and of mashing after the fifth and the eleventh (RFC 2268 4)."""
    r0, r1, r2, r3 = block
    for at in range(60, -4, -4):
        r3 = (r3 >> 5 | r3 << 11) - words[at + 3] - (r2 & r1) - (~r2 & r0) & _WORD
        r2 = (r2 >> 3 | r2 << 13) - words[at + 2] - (r1 & r0) - (~r1 & r3) & _WORD
        r1 = (r1 >> 2 | r1 << 14) - words[at + 1] - (r0 & r3) - (~r0 & r2) & _WORD
        r0 = (r0 >> 1 | r0 << 15) - words[at] - (r3 & r2) - (~r3 & r1) & _WORD
        if at in (44, 20):
            r3 = r3 - words[r2 & 63] & _WORD
            r2 = r2 - words[r1 & 63] & _WORD
            r1 = r1 - words[r0 & 63] & _WORD
            r0 = r0 - words[r3 & 63] & _WORD
    return r0, r1, r2, r3
