"""Security identifiers as text and as the octets of objectSid (MS-DTYP 2.4.2)."""

from __future__ import annotations

import re
import struct
from typing import Final

_TEXT: Final = re.compile(r"S-1-(0x[0-9A-F]{1,12}|[0-9]{1,15})((?:-[0-9]{1,10}){1,15})", re.IGNORECASE)
_REVISION: Final = 1
_HEADER: Final = 8
_MOST_SUBAUTHORITIES: Final = 15
_BELOW: Final = 1 << 32
"""What a subauthority is below; from there on the identifier authority is written in hexadecimal."""


def sid_octets(text: str) -> bytes | None:
    """Return a SID, "S-1-5-21-1004336348-1177238915-682003330-1104", as a directory keeps it; None for what is none."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    authority = int(found[1], 16 if found[1][:2] in ("0x", "0X") else 10)
    numbers = [int(number) for number in found[2].split("-")[1:]]
    if authority >> 48 or max(numbers) >= _BELOW:
        return None
    return bytes([_REVISION, len(numbers)]) + authority.to_bytes(6, "big") + struct.pack(f"<{len(numbers)}I", *numbers)


def sid_text(octets: bytes) -> str | None:
    """Return the text of a SID as a directory keeps it; None for what is none."""
    count = (len(octets) - _HEADER) // 4
    if not 0 < count <= _MOST_SUBAUTHORITIES or octets[:2] != bytes([_REVISION, count]):
        return None
    if len(octets) != _HEADER + 4 * count:
        return None
    authority = int.from_bytes(octets[2:_HEADER], "big")
    numbers = struct.unpack(f"<{count}I", octets[_HEADER:])
    return "-".join(("S-1", str(authority) if authority < _BELOW else f"0x{authority:012X}", *map(str, numbers)))
