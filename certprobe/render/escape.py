"""Text of servers and certificates made harmless: what a terminal would obey or hide becomes visible."""

from __future__ import annotations

import unicodedata
from typing import Final

LENGTH_LIMIT: Final = 1024
_TAIL: Final = LENGTH_LIMIT // 4

# Printable by their category, yet blank or without width (Default_Ignorable_Code_Point, and blank letters).
_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
# What Python makes of octets in names of files that are not in the encoding of the file system (PEP 383).
_OCTETS: Final = 0xDC00
_FIRST_OCTET: Final = 0xDC80
_LAST_OCTET: Final = 0xDCFF
# Letters of living languages carry at most three marks; a pile of them paints over the neighbouring lines.
_MOST_MARKS: Final = 3


def escape(text: str, encoding: str = "utf-8") -> str:
    """Return `text` as printable characters that `encoding` has; never raises.

    Control characters become `\\x1b`, and octets of a file's name that are no text `\\xff`; bidirectional, invisible,
    unassigned and other unprintable characters, surrogates and what the encoding lacks become `\\u{202e}`. A backslash
    stays as it is. Of a text longer than LENGTH_LIMIT the middle is left out and the length told.
    """
    if len(text) <= LENGTH_LIMIT:
        return _escape(text, encoding)
    head, tail = _escape(text[: LENGTH_LIMIT - _TAIL], encoding), _escape(text[-_TAIL:], encoding)
    return f"{head} ...({len(text)} characters)... {tail}"


def _escape(text: str, encoding: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        harmless = character.isprintable() and character not in _INVISIBLE and marks <= _MOST_MARKS
        shown.append(character if harmless and _has(encoding, character) else _spelled(character))
    return "".join(shown)


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except (UnicodeError, LookupError):
        return character.isascii()
    return True


def _spelled(character: str) -> str:
    code = ord(character)
    if _FIRST_OCTET <= code <= _LAST_OCTET:
        return f"\\x{code - _OCTETS:02x}"
    return f"\\x{code:02x}" if code < 0xA0 else f"\\u{{{code:x}}}"
