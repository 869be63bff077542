"""The table from which a person picks a client certificate, as the lines of one screen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.render import words
from certprobe.render.candidates import verdict, write_change, write_objections
from certprobe.render.page import Page, Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.render.page import Piece
    from certprobe.report import shape

_HELP: Final = "Up/Down or a number, Enter sends, 0 = anonymous, Esc quits"
_NOBODY: Final = "nobody: stay anonymous"
_EMPTY: Final = "An empty Certificate message is sent; the server then knows of no certificate."
_DATE: Final = len("2027-01-31")
_GAP: Final = 2
_NARROWEST_VERDICT: Final = 14
_WIDEST_VERDICT: Final = 34
_WIDEST_NAME: Final = 60
_FOR_ISSUERS: Final = 72
_FOR_DATES: Final = 46
_FEWEST_ROWS: Final = 3
_FEWEST_LINES: Final = 9
"""Of rows and facts; with less the introduction has to go."""
_INDENT: Final = 5


class Row(NamedTuple):
    """A certificate: what to call it and its issuer in short, and why it cannot be sent, empty if it can."""

    subject: str
    issuer: str
    obstacle: str
    candidate: shape.Candidate


class View(NamedTuple):
    """What is to be seen. Row 0 is nobody; `row` tells of the others, up to and including `last`, when it is asked.

    `typed` is the number as far as it was typed, `complaint` what is wrong with the last key, or empty.
    """

    introduction: str
    last: int
    row: Callable[[int], Row]
    highlighted: int
    typed: str = ""
    complaint: str = ""


class Size(NamedTuple):
    """How much room the terminal has."""

    columns: int
    lines: int


class Screenful(NamedTuple):
    """The lines from the top, with their colours, never more than there is room for; what is typed goes on the last.

    `cursor` is the column after it, counted from 1.
    """

    lines: tuple[str, ...]
    cursor: int


def picker(view: View, size: Size, encoding: str) -> Screenful:
    """Lay out the table, what there is to say of the highlighted row, and the line for the answer.

    Lines are cut or folded to the width, but to no less than 40 columns. Where there are few lines the introduction
    goes first, then rows and facts; the list follows the highlighted row.
    """

    def written(write: Callable[[Page], None]) -> list[str]:
        paper = _Paper(encoding)
        write(Page(paper, size.columns))
        return paper.getvalue().split("\n")[:-1]

    prompt = f"Send which [{view.highlighted}]: {view.typed}"
    foot = written(lambda page: _write_foot(page, view, prompt))[-size.lines :]
    head = written(lambda page: _write_head(page, view))
    detail = written(lambda page: _write_detail(page, view))
    change = written(lambda page: _write_change(page, view))
    room = size.lines - len(foot) - len(head)
    if room < _FEWEST_LINES:
        head, room = [], size.lines - len(foot)
    shown = _window(view, room, len(detail) + len(change))
    rows = written(lambda page: _write_rows(page, view, shown))
    beyond = written(lambda page: _write_beyond(page, view, shown))
    facts = [*_cut([*beyond, *detail], room - len(rows) - len(change)), *change][: room - len(rows)]
    blank = [""] * (room - len(rows) - len(facts))
    return Screenful((*head, *rows, *facts, *blank, *foot), len(prompt) + 1)


class _Paper(io.StringIO):
    """Takes what a terminal would be shown."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


def _window(view: View, room: int, facts: int) -> range:
    """The rows to show in so many lines: more than half of them, and fewer where the facts would not fit below."""
    wanted = min(view.last + 1, max(1, room * 3 // 5), room)
    count = max(min(_FEWEST_ROWS, wanted), min(wanted, room - 1 - facts))
    first = min(max(0, view.highlighted - count // 2), view.last + 1 - count)
    return range(first, first + count)


def _cut(lines: list[str], room: int) -> list[str]:
    if len(lines) <= room or room < 1:
        return lines[: max(0, room)]
    return [*lines[: room - 1], f"  ... {words.count(len(lines) - room + 1, 'more line')}; enlarge the window"]


# --- head and rows ----------------------------------------------------------------------------------------------------


def _write_head(page: Page, view: View) -> None:
    page.line(view.introduction)
    page.line()
    widths = _widths(page, view)
    page.row([(heading, Tone.FAINT) for heading in widths], list(widths.values()), lead=" " * len(_lead(view, 0)))


def _write_rows(page: Page, view: View, shown: range) -> None:
    widths = _widths(page, view)
    for number in shown:
        lead = (_lead(view, number), Tone.STRONG if number == view.highlighted else Tone.PLAIN)
        if number == 0:
            page.row([(_NOBODY, lead[1])], [sum(widths.values())], lead=lead)
        else:
            cells = _cells(view.row(number), lead[1])
            page.row([cells[heading] for heading in widths], list(widths.values()), lead=lead)


def _lead(view: View, number: int) -> str:
    mark = ">" if number == view.highlighted else " "
    return f"{mark}{number:>{max(3, len(str(view.last)))}}  "


def _cells(row: Row, tone: Tone) -> dict[str, Piece]:
    if row.obstacle and tone is Tone.PLAIN:
        tone = Tone.FAINT
    return {
        "certificate": (words.name(row.subject), tone),
        "issuer": (words.name(row.issuer), tone),
        "until": ((row.candidate["not_after"] or "unreadable")[:_DATE], tone),
        "verdict": (row.obstacle, Tone.BAD) if row.obstacle else verdict(row.candidate),
    }


def _widths(page: Page, view: View) -> dict[str, int]:
    """The columns for which there is room, and how wide they are."""
    whole = page.columns or _WIDEST_NAME
    room = whole - len(_lead(view, 0))
    of_verdict = min(max(_NARROWEST_VERDICT, room * 3 // 10), _WIDEST_VERDICT)
    room -= of_verdict + _GAP
    dates = {"until": _DATE} if whole >= _FOR_DATES else {}
    room -= sum(dates.values()) + _GAP * len(dates)
    if whole < _FOR_ISSUERS:
        return {"certificate": min(room, _WIDEST_NAME), **dates, "verdict": of_verdict}
    of_subject = min((room - _GAP) * 11 // 20, _WIDEST_NAME)
    of_issuer = min(room - _GAP - of_subject, _WIDEST_NAME)
    return {"certificate": of_subject, "issuer": of_issuer, **dates, "verdict": of_verdict}


# --- below the rows ---------------------------------------------------------------------------------------------------


def _write_beyond(page: Page, view: View, shown: range) -> None:
    """A line between rows and facts: how much of the list is out of sight."""
    above, below = shown.start, view.last + 1 - shown.stop
    more = [f"{number} more {where}" for number, where in ((above, "above"), (below, "below")) if number]
    page.line((", ".join(more), Tone.FAINT), indent=len(_lead(view, 0)))


def _write_detail(page: Page, view: View) -> None:
    if view.highlighted == 0:
        page.line(_NOBODY, lead=f"{0:>3}  ", hang=2)
        page.line(_EMPTY, indent=_INDENT)
        return
    row = view.row(view.highlighted)
    candidate = row.candidate
    source = (f"  {candidate['source']}", Tone.FAINT)
    page.line(words.identity(candidate), words.until(candidate), source, lead=f"{candidate['number']:>3}  ", hang=2)
    page.line(words.name(candidate["issuer"]), lead=("issued by ", Tone.FAINT), indent=_INDENT)
    write_objections(page, candidate)


def _write_change(page: Page, view: View) -> None:
    """Stays in sight when other facts do not."""
    if view.highlighted:
        write_change(page, view.row(view.highlighted).candidate)


def _write_foot(page: Page, view: View, prompt: str) -> None:
    width = page.columns or len(_HELP)
    page.row([(view.complaint, Tone.BAD) if view.complaint else (_HELP, Tone.FAINT)], [width])
    page.row([prompt], [width])
