"""Explanations of codes for people: one by one, or between the lines of a log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from certprobe.explain.families import HOMES
from certprobe.explain.lookup import Explained
from certprobe.explain.reading import Reading
from certprobe.render.escape import LENGTH_LIMIT, escape
from certprobe.render.page import Page, Tone
from certprobe.wincrypt.entry import Entry
from certprobe.wincrypt.hresult import HResult

_INDENT: Final = 4


def render_explanations(explained: Sequence[Explained], file: TextIO) -> None:
    """Write everything that is known of each code; raises what writing raises."""
    page = Page(file)
    for number, each in enumerate(explained):
        if number:
            page.line()
        _write_code(page, each)


class AnnotatedLog:
    """A log written line by line, with a short explanation under the first line that has a code."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._page = Page(file)
        self._encoding = file.encoding or "utf-8"

    def line(self, text: str, explained: Iterable[Explained]) -> None:
        """Write a line, in full and harmless, and what is new in it; flushes, as somebody may be watching."""
        self._file.write(_harmless(text, self._encoding) + "\n")
        for each in explained:
            reading = each.readings[0]
            self._page.line((f"{_name(reading)}: ", Tone.STRONG), reading.entry.text, indent=_INDENT, hang=2)
            for part in reading.parts or (reading,):
                self._page.line(("Change: ", Tone.STRONG), part.entry.advice, indent=_INDENT + 2, hang=2)
        self._file.flush()


def _harmless(text: str, encoding: str) -> str:
    """Escape piece by piece: a line of a log is not to be shortened, and its tabs are its columns."""
    if len(text) > LENGTH_LIMIT:
        return "".join(_harmless(text[at : at + LENGTH_LIMIT], encoding) for at in range(0, len(text), LENGTH_LIMIT))
    return "\t".join(escape(piece, encoding) for piece in text.split("\t"))


def _write_code(page: Page, explained: Explained) -> None:
    readings = explained.readings
    if not readings:
        page.line((explained.given or "(empty)", Tone.STRONG), ("  is not known", Tone.BAD))
        return
    if len(readings) == 1:
        page.line((explained.given, Tone.STRONG), f"  {_headline(readings[0])}")
        _write_reading(page, readings[0])
        return
    page.line((explained.given, Tone.STRONG), f"  may mean {len(readings)} things, the likeliest first:")
    for number, reading in enumerate(readings, 1):
        page.line((_headline(reading), Tone.STRONG), lead=f"{number}  ")
        _write_reading(page, reading)


def _headline(reading: Reading) -> str:
    """ "CERT_E_EXPIRED, HRESULT 0x800B0101 (2148204801, -2146762495)"."""
    others = f" ({', '.join(reading.spellings)})" if reading.spellings else ""
    return _name(reading) + others


def _name(reading: Reading) -> str:
    place = f"{HOMES[reading.family].title} {reading.code}"
    if reading.parts:
        return f"{len(reading.parts)} bits of {place}"
    return place if reading.entry.symbol.endswith(f" {reading.code}") else f"{reading.entry.symbol}, {place}"


def _write_reading(page: Page, reading: Reading) -> None:
    home = HOMES[reading.family]
    page.field("Where", home.applies)
    for part in reading.parts:
        page.field(part.code, (part.entry.symbol, Tone.STRONG))
        _write_meaning(page, part.entry)
    if not reading.parts:
        _write_meaning(page, reading.entry)
    page.field("Defined in", reading.entry.source or home.source)


def _write_meaning(page: Page, entry: Entry) -> None:
    page.field("Means", entry.text)
    for number, cause in enumerate(entry.causes):
        page.field("" if number else "Usual causes", cause)
    page.field("Change", entry.advice)
    if entry.windows is not None:
        page.field("Windows says", _status(entry.windows))


def _status(code: HResult) -> str:
    return f"{code.symbol} {code.hexadecimal} ({code.signed})"
