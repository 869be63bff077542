"""Octets in, keys out: what terminals send, in whatever pieces, and what nobody should."""

from __future__ import annotations

import pytest

from certprobe.cli.keys import Key, KeyReader, Press

KEYS: dict[str, tuple[bytes, list[Press]]] = {
    "digits": (b"12", ["1", "2"]),
    "letters": (b"jkq", ["j", "k", "q"]),
    "enter of a raw terminal": (b"\r", [Key.ENTER]),
    "enter of a cooked terminal": (b"\n", [Key.ENTER]),
    "enter of the keypad": (b"\x1bOM", [Key.ENTER]),
    "backspace": (b"\x7f", [Key.BACKSPACE]),
    "backspace of old terminals": (b"\x08", [Key.BACKSPACE]),
    "ctrl c": (b"\x03", [Key.INTERRUPT]),
    "ctrl d": (b"\x04", [Key.INTERRUPT]),
    "ctrl n and ctrl p": (b"\x0e\x10", [Key.DOWN, Key.UP]),
    "arrows": (b"\x1b[A\x1b[B", [Key.UP, Key.DOWN]),
    "arrows in application mode": (b"\x1bOA\x1bOB", [Key.UP, Key.DOWN]),
    "home and end of xterm": (b"\x1b[H\x1b[F", [Key.HOME, Key.END]),
    "home and end in application mode": (b"\x1bOH\x1bOF", [Key.HOME, Key.END]),
    "home and end of the console and of tmux": (b"\x1b[1~\x1b[4~", [Key.HOME, Key.END]),
    "home and end of rxvt": (b"\x1b[7~\x1b[8~", [Key.HOME, Key.END]),
    "page up and down": (b"\x1b[5~\x1b[6~", [Key.PAGE_UP, Key.PAGE_DOWN]),
    "two escapes": (b"\x1b\x1b", [Key.ESCAPE]),
    "alt and a letter": (b"\x1bx7", ["7"]),
    "left and right": (b"\x1b[C\x1b[D7", ["7"]),
    "an arrow with shift": (b"\x1b[1;2A7", ["7"]),
    "a function key": (b"\x1b[15~7", ["7"]),
    "the edges of a paste": (b"\x1b[200~7\x1b[201~", ["7"]),
    "an escape in the middle of a sequence": (b"\x1b[1\x1b[A", [Key.UP]),
    "a control in the middle of a sequence": (b"\x1b[1\r7", ["7"]),
    "a sequence without end": (b"\x1b[" + b"1" * 31 + b"7", ["7"]),
    "other controls": (b"\x00\x01\x09\x1f7", ["7"]),
    "letters outside of ASCII": ("äß€\u202e7".encode(), ["7"]),
}


@pytest.mark.parametrize(("octets", "keys"), KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("piece", [1, 2, 100])
def test_keys(octets: bytes, keys: list[Press], piece: int) -> None:
    reader = KeyReader()
    pieces = [octets[start : start + piece] for start in range(0, len(octets), piece)]
    assert [key for each in pieces for key in reader.feed(each)] == keys
    assert not reader.is_waiting


def test_an_escape_alone() -> None:
    """Only time tells it from the beginning of an arrow."""
    reader = KeyReader()
    assert list(reader.feed(b"\x1b")) == []
    assert reader.is_waiting
    assert list(reader.settle()) == [Key.ESCAPE]
    assert not reader.is_waiting
    assert list(reader.feed(b"[A")) == ["[", "A"]


def test_a_sequence_that_breaks_off() -> None:
    reader = KeyReader()
    assert list(reader.feed(b"\x1b[1")) == []
    assert list(reader.settle()) == []
    assert list(reader.feed(b"7")) == ["7"]
