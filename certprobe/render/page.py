"""Lines on a terminal or in a file: the one place through which text reaches rich, and where it is made harmless.

On a terminal lines are wrapped to its width; elsewhere a line stays a line, whatever its length, so that tools can read
it. Markup is never interpreted, in text of ours or of others. Our own words are ASCII.
"""

from __future__ import annotations

import enum
import os
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from rich.console import Console
from rich.text import Text

from certprobe.render.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABEL: Final = 15
_NARROWEST: Final = 40
_CUT: Final = "..."


class Tone(enum.Enum):
    """What a piece of text is; the value is its style, readable on light and on dark grounds."""

    PLAIN = ""
    STRONG = "bold"
    GOOD = "green"
    BAD = "bold red"
    ODD = "magenta"
    FAINT = "dim"


Piece: TypeAlias = str | tuple[str, Tone]


class _Console(Console):
    """Rich ends the process when a pipe breaks; what that means is for the caller to say."""

    def on_broken_pipe(self) -> None:
        raise


class Page:
    """A page that is written line by line; any piece of text given to it may come from a stranger.

    Colour follows rich: only on a terminal, and never under NO_COLOR. Raises what writing to `file` raises.
    """

    def __init__(self, file: IO[str], columns: int | None = None) -> None:
        """`columns` is how wide the terminal is, where that is known better than from the environment."""
        self._console = _Console(
            file=file,
            highlight=False,
            markup=False,
            emoji=False,
            color_system=None if os.environ.get("NO_COLOR") else "auto",
        )
        # COLUMNS=0 in the environment would have nothing shown at all.
        self._console.width = max(columns or self._console.width, _NARROWEST)
        self._encoding = getattr(file, "encoding", None) or "utf-8"
        self._width = self._console.width if file.isatty() else None

    def line(self, *pieces: Piece, lead: Piece = "", indent: int = 0, hang: int = 0) -> None:
        """Write a line: `lead` once, what follows wrapped beside it, further lines `hang` columns further in."""
        head, body = self._text((" " * indent, lead)), self._text(pieces)
        if self._width is None:
            self._print(head + body)
            return
        first, *rest = body.wrap(self._console, self._width - head.cell_len - hang) or [body]
        self._print(head + first)
        for part in rest:
            self._print(Text(" " * (head.cell_len + hang)) + part)

    @property
    def columns(self) -> int | None:
        """How wide the terminal is; None where lines may be of any length."""
        return self._width

    def row(self, cells: Sequence[Piece], widths: Sequence[int], *, lead: Piece = "") -> None:
        """Write cells side by side, each in its width, two blanks between; what is too long is cut."""
        row = self._text((lead,))
        for cell, width in zip(cells, widths, strict=True):
            text = self._text((cell,))
            if text.cell_len > width:
                text.truncate(width - len(_CUT))
                text.append(_CUT)
            text.pad_right(width - text.cell_len + 2)
            row += text
        self._print(row)

    def field(self, label: str, *pieces: Piece) -> None:
        """Write a label and its value, values under each other."""
        self.line(*pieces, lead=(label.ljust(_LABEL), Tone.FAINT), indent=2)

    def continued(self, *pieces: Piece) -> None:
        """Write one more line of the last field's value."""
        self.line(*pieces, indent=2 + _LABEL, hang=2)

    def heading(self, title: str) -> None:
        """Begin a section."""
        self._print(Text())
        self.line((title, Tone.STRONG))

    def _text(self, pieces: tuple[Piece, ...]) -> Text:
        text = Text()
        for piece in pieces:
            words, tone = (piece, Tone.PLAIN) if isinstance(piece, str) else piece
            text.append(escape(words, self._encoding), tone.value)
        return text

    def _print(self, text: Text) -> None:
        text.rstrip()
        self._console.print(text, soft_wrap=True)
