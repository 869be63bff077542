"""Explanations as one document of dictionaries, lists, strings and numbers, contracted in `schema.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypedDict

from certprobe.explain.families import HOMES
from certprobe.explain.log import Annotator
from certprobe.explain.lookup import Explained
from certprobe.explain.reading import Reading
from certprobe.wincrypt.hresult import HResult

SCHEMA: Final = 1


class WindowsShape(TypedDict):
    """An HRESULT in every spelling."""

    symbol: str
    hex: str
    signed: int


class ReadingShape(TypedDict):
    """One meaning of a code."""

    family: str
    title: str
    symbol: str
    code: str
    spellings: list[str]
    text: str
    causes: list[str]
    advice: str
    applies: str
    source: str
    windows: WindowsShape | None
    parts: list[ReadingShape]


class OccurrencesShape(TypedDict):
    """Where in a log a code stands."""

    lines: int
    first_line: int


class CodeShape(TypedDict):
    """A code as it was given or found, with its meanings, the likeliest first."""

    given: str
    readings: list[ReadingShape]
    occurrences: OccurrencesShape | None


class DocumentShape(TypedDict):
    """The whole document."""

    schema: int
    tool: str
    version: str
    codes: list[CodeShape]
    unknown: list[str]


def document(explained: Iterable[Explained], version: str) -> DocumentShape:
    """Return the explanations of codes that were given."""
    codes = tuple(explained)
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": version,
        "codes": [_code(each, None) for each in codes if each.readings],
        "unknown": [each.given for each in codes if not each.readings],
    }


def log_document(annotator: Annotator, version: str) -> DocumentShape:
    """Return the explanations of the codes that were found in a log."""
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": version,
        "codes": [
            _code(each.explained, {"lines": each.lines, "first_line": each.first_line})
            for each in annotator.occurrences
        ],
        "unknown": list(annotator.unknown),
    }


def _code(explained: Explained, occurrences: OccurrencesShape | None) -> CodeShape:
    readings = [_reading(reading) for reading in explained.readings]
    return {"given": explained.given, "readings": readings, "occurrences": occurrences}


def _reading(reading: Reading) -> ReadingShape:
    home, entry = HOMES[reading.family], reading.entry
    return {
        "family": reading.family.value,
        "title": home.title,
        "symbol": entry.symbol,
        "code": reading.code,
        "spellings": list(reading.spellings),
        "text": entry.text,
        "causes": list(entry.causes),
        "advice": entry.advice,
        "applies": home.applies,
        "source": entry.source or home.source,
        "windows": _windows(entry.windows),
        "parts": [_reading(part) for part in reading.parts],
    }


def _windows(code: HResult | None) -> WindowsShape | None:
    return None if code is None else {"symbol": code.symbol, "hex": code.hexadecimal, "signed": code.signed}
