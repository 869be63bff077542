"""Octets from a terminal, as keys; no terminal is touched here."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias


class Key(enum.Enum):
    """A key that is no character."""

    UP = "up"
    DOWN = "down"
    PAGE_UP = "page up"
    PAGE_DOWN = "page down"
    HOME = "home"
    END = "end"
    ENTER = "enter"
    BACKSPACE = "backspace"
    ESCAPE = "escape"
    INTERRUPT = "interrupt"


Press: TypeAlias = "Key | str"
"""A Key, or the one printable ASCII character that was typed."""

_ESCAPE: Final = 0x1B
_CONTROL: Final = {
    0x03: Key.INTERRUPT,
    0x04: Key.INTERRUPT,
    0x08: Key.BACKSPACE,
    0x0A: Key.ENTER,
    0x0D: Key.ENTER,
    0x0E: Key.DOWN,
    0x10: Key.UP,
    0x7F: Key.BACKSPACE,
}
"""C0 controls: Ctrl-N and Ctrl-P as well, as in every list of this kind."""

# What follows the introducer, CSI (ECMA-48 5.4) or SS3: xterm, the Linux console, screen and tmux, rxvt.
_SEQUENCES: Final = {
    b"A": Key.UP,
    b"B": Key.DOWN,
    b"H": Key.HOME,
    b"F": Key.END,
    b"M": Key.ENTER,
    b"1~": Key.HOME,
    b"4~": Key.END,
    b"5~": Key.PAGE_UP,
    b"6~": Key.PAGE_DOWN,
    b"7~": Key.HOME,
    b"8~": Key.END,
}
_INTRODUCERS: Final = b"[O"
_LONGEST: Final = 32
"""A sequence that does not end by then is dropped, as are those that stand for nothing here."""


class KeyReader:
    """Reads keys out of the octets as they come; at most one unfinished sequence is kept."""

    def __init__(self) -> None:
        self._sequence = b""

    @property
    def is_waiting(self) -> bool:
        """Whether an ESC came that may be the key, or the beginning of another; after a moment call `settle`."""
        return bool(self._sequence)

    def settle(self) -> Iterator[Press]:
        """Say that nothing followed: an ESC alone is the key."""
        sequence, self._sequence = self._sequence, b""
        if len(sequence) == 1:
            yield Key.ESCAPE

    def feed(self, data: bytes) -> Iterator[Press]:
        """Take octets in, and yield each key; what stands for none is passed over. Iterate to the end."""
        for octet in data:
            if self._sequence:
                yield from self._continued(octet)
            elif octet == _ESCAPE:
                self._sequence = b"\x1b"
            elif octet in _CONTROL:
                yield _CONTROL[octet]
            elif 0x20 <= octet < 0x7F:
                yield chr(octet)

    def _continued(self, octet: int) -> Iterator[Press]:
        started, self._sequence = self._sequence, self._sequence + bytes((octet,))
        if len(started) == 1:
            if octet == _ESCAPE:
                # Twice in a hurry is meant as once.
                self._sequence = b""
                yield Key.ESCAPE
            elif octet not in _INTRODUCERS:
                # Alt and a key.
                self._sequence = b""
        elif 0x40 <= octet < 0x7F:
            key = _SEQUENCES.get(self._sequence[2:])
            self._sequence = b""
            if key is not None:
                yield key
        elif not 0x20 <= octet < 0x40 or len(self._sequence) > _LONGEST:
            # An ESC, or another control, breaks a sequence off.
            self._sequence = b"\x1b" if octet == _ESCAPE else b""
