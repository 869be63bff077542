"""Rows that become columns where there is room, and lines under each other where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from certprobe.render.escape import escape
from certprobe.render.page import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.render.page import Page, Piece

NOTHING: Final = "-"
"""A cell with nothing to tell; it needs no line of its own."""
_INDENT: Final = 2
_GAP: Final = "  "
_LEAST: Final = 24
"""With fewer columns for the last cell a table is hard to read."""


class Row(NamedTuple):
    """A mark, the cells, and the last cell, which may be long."""

    mark: str
    cells: tuple[str, ...]
    last: Piece


def write_columns(page: Page, headings: Sequence[str], rows: Sequence[Row]) -> None:
    """Write rows whose every cell, the last included, has a heading.

    Side by side the last cell is wrapped. On a narrow terminal the first cell has a line of its own, and the others
    follow below, each after its heading.
    """
    rows = [row._replace(cells=tuple(map(escape, row.cells))) for row in rows]
    marks = max((len(row.mark) for row in rows), default=0)
    widths = [
        max(cell_len(heading), *(cell_len(row.cells[place]) for row in rows))
        for place, heading in enumerate(headings[:-1])
    ]
    needed = _INDENT + marks + sum(widths) + len(_GAP) * len(widths) + _LEAST
    if page.columns is not None and page.columns < needed:
        _write_stacked(page, headings, rows, marks)
        return
    head = Row("", tuple(headings[:-1]), (headings[-1], Tone.FAINT))
    _write_row(page, head, widths, marks, Tone.FAINT)
    for row in rows:
        _write_row(page, row, widths, marks, Tone.PLAIN)


def _write_row(page: Page, row: Row, widths: Sequence[int], marks: int, tone: Tone) -> None:
    cells = (cell + " " * (width - cell_len(cell)) + _GAP for cell, width in zip(row.cells, widths, strict=True))
    page.line(row.last, lead=(row.mark.ljust(marks) + "".join(cells), tone), indent=_INDENT)


def _write_stacked(page: Page, headings: Sequence[str], rows: Sequence[Row], marks: int) -> None:
    for row in rows:
        first, *others = row.cells
        page.line(first, lead=row.mark.ljust(marks), indent=_INDENT, hang=2)
        pairs = zip(headings[1:-1], others, strict=True)
        named = ", ".join(f"{heading}: {cell}" for heading, cell in pairs if cell != NOTHING)
        indent = _INDENT + marks + 2
        if named:
            page.line(named, indent=indent, hang=2)
        page.line(row.last, indent=indent, hang=2)
