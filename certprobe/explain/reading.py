"""One code read as one of a certain family: what it is called, how else it is written, what it means."""

from __future__ import annotations

from typing import Final, NamedTuple

from certprobe.explain.catalogue import entries, sentence
from certprobe.explain.families import Family
from certprobe.wincrypt.entry import Entry
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.prose import trust_error_words, trust_info_words
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

MASKS: Final = frozenset({Family.TRUST_ERROR, Family.TRUST_INFO})

_FACILITY_WIN32: Final = 0x8007


class Reading(NamedTuple):
    """`code` is the number as its family writes it, `spellings` are other ways; `parts` are the bits of a mask."""

    family: Family
    code: str
    spellings: tuple[str, ...]
    entry: Entry
    parts: tuple[Reading, ...] = ()

    @property
    def key(self) -> tuple[Family, int]:
        """What tells two codes apart, however they are written."""
        return self.family, self.entry.number


def read(family: Family, number: int) -> Reading | None:
    """Return what `number` means in `family`, or None if that is not known.

    HRESULTs are unsigned here. A mask is known if one of its bits is; what is not known of it is told in its text.
    """
    entry = entries(family).get(number)
    if entry is None and family is Family.HRESULT:
        entry = _from_win32(number)
    if entry is not None:
        return Reading(family, *_spelled(family, number), entry)
    return _mask(family, number) if family in MASKS else None


def has_only_known_bits(family: Family, mask: int) -> bool:
    """Whether each bit of a mask has a name."""
    return mask & ~sum(entries(family)) == 0


def _from_win32(code: int) -> Entry | None:
    """HRESULT_FROM_WIN32: a system error within an HRESULT."""
    entry = entries(Family.WIN32).get(code & 0xFFFF) if code >> 16 == _FACILITY_WIN32 else None
    return entry and entry._replace(number=code, symbol=f"HRESULT_FROM_WIN32({entry.symbol})")


def _mask(family: Family, mask: int) -> Reading | None:
    if mask >> 31:
        return None  # no mask of wincrypt.h has this bit, every failed HRESULT has it
    bits = (read(family, bit) for bit in entries(family) if bit & mask)
    parts = tuple(bit for bit in bits if bit is not None)
    if not parts:
        return None
    words = trust_error_words(TrustError(mask)) if family is Family.TRUST_ERROR else trust_info_words(TrustInfo(mask))
    code, spellings = _spelled(family, mask)
    symbol = " | ".join(part.entry.symbol for part in parts)
    entry = Entry(mask, symbol, sentence(words), "See each bit.")
    return Reading(family, code, spellings, entry, parts)


def _spelled(family: Family, number: int) -> tuple[str, tuple[str, ...]]:
    match family:
        case Family.HRESULT:
            code = HResult(number)
            decimals = (str(number), str(code.signed)) if code.failed else (str(number),)
            return code.hexadecimal, decimals
        case Family.TRUST_ERROR | Family.TRUST_INFO:
            return f"0x{number:08X}", (str(number),)
        case Family.AD_DATA:
            return f"{number:x}", (str(number),)
        case Family.WIN32:
            return str(number), (f"0x{number:X}",)
        case Family.IIS:
            return f"{number // 100}.{number % 100}", ()
        case _:
            return str(number), ()
