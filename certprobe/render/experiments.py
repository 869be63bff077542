"""The two tables of a run of several connections: what the server accepts, and which path asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.columns import NOTHING, Row, write_columns
from certprobe.render.page import Tone
from certprobe.render.verbosity import Verbosity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from certprobe.render.page import Page, Piece
    from certprobe.report import shape, shape_run

_MOST_NAMES: Final = 10
_SHOWN_PATHS: Final = 3
_LISTED: Final = {"listed": "yes", "not-listed": "no", "any": "any", "not-asked": "not asked", None: NOTHING}
_RECEIVED: Final = {
    "let-in": Tone.GOOD,
    "refused": Tone.BAD,
    "refused-behind-tls": Tone.BAD,
    "not-used": Tone.ODD,
    "not-sent": Tone.ODD,
    "unclear": Tone.ODD,
}
_WHY: Final = {
    "no-private-key": "not tried: its private key is not there",
    "key-does-not-fit": "not tried: its private key does not fit",
    "too-many": "not tried: too many certificates, name fewer",
    "not-asked": "not tried: the server does not ask",
    "not-reached": "not tried: the server was not reached any more",
    "out-of-time": "not tried: the run took too long",
    "interrupted": "not tried: interrupted",
}
_PHASES: Final = {
    "initial": "first handshake",
    "renegotiation": "renegotiation",
    "post-handshake": "post-handshake",
}
_OUTCOMES: Final = {
    "accepted": Tone.GOOD,
    "accepted-not-mapped": Tone.GOOD,
    "accepted-anonymously": Tone.GOOD,
    "not-asked": Tone.PLAIN,
}
_STATES: Final = {"extension-absent": "no list: any issuer may do", "empty-list": "an empty list: any issuer may do"}


# --- what the server accepts ------------------------------------------------------------------------------------------


def write_acceptances(page: Page, told: shape.Document) -> None:
    """A table for each path: every identity, whether its CA is listed, and what the server did with it."""
    for found in told["acceptances"]:
        of_path = f" on {found['path']}" if len(told["acceptances"]) > 1 else ""
        page.heading(f"What the server accepts{of_path}")
        tried = [_tried(each) for each in found["tried"]]
        left_out = [_left_out(each, told["store"]) for each in told["untried"] if each["path"] == found["path"]]
        write_columns(page, ("certificate", "CA listed", "against it", "what the server did"), [*tried, *left_out])
        if any(each["contradicts"] for each in found["tried"]):
            page.line(("! is not what the server announces.", Tone.FAINT), indent=2)


def _tried(tried: shape_run.Tried) -> Row:
    who = "no certificate" if tried["number"] is None else words.name(tried["subject"] or "")
    against = ", ".join(tried["against"]) or (NOTHING if tried["number"] is None else "nothing")
    cells = (who, _LISTED[tried["listed"]], against)
    return Row(
        _mark("!" if tried["contradicts"] else " ", tried["number"]),
        cells,
        (tried["treatment"], _RECEIVED[tried["received"]]),
    )


def _left_out(untried: shape_run.Untried, store: shape.Store) -> Row:
    number = untried["played"] and untried["played"]["number"]
    who = "no certificate" if number is None else words.name(store["identities"][number - 1]["subject"])
    return Row(_mark(" ", number), (who, NOTHING, NOTHING), (_WHY[untried["why"]], Tone.FAINT))


def _mark(flag: str, number: int | None) -> str:
    return f"{flag} {'-' if number is None else number:>2}  "


# --- which path asks --------------------------------------------------------------------------------------------------


def write_path_map(page: Page, told: shape.Document, verbosity: Verbosity) -> None:
    """A row for each path, the lists that they announce, and the paths that were not tried."""
    found = told["path_map"]
    if found is None:
        return
    page.heading("Which path asks for a certificate")
    rows = [Row("", (row["path"], _when(row), _lists(row), _sent(row)), _answer(row, told)) for row in found["paths"]]
    write_columns(page, ("path", "asks", "list", "sent", "answer"), rows)
    for number, announced in enumerate(found["lists"]):
        _write_list(page, announced, number, verbosity)
    untried = [each["path"] or "" for each in told["untried"] if each["played"] is None]
    if untried:
        rest = f" and {len(untried) - _SHOWN_PATHS} more" if len(untried) > _SHOWN_PATHS else ""
        why = next(each["why"] for each in told["untried"] if each["played"] is None)
        page.line(f"{', '.join(untried[:_SHOWN_PATHS])}{rest}  ", (_WHY[why], Tone.ODD), indent=2)


def _when(row: shape_run.PathRow) -> str:
    if row["asks"]:
        return ", ".join(_PHASES[ask["phase"]] for ask in row["asks"])
    return "no" if row["asked"] is not None else "unknown"


def _lists(row: shape_run.PathRow) -> str:
    return ", ".join(dict.fromkeys(ask["list"] for ask in row["asks"])) or NOTHING


def _sent(row: shape_run.PathRow) -> str:
    return "nothing" if row["sent"] is None else f"number {row['sent']}"


def _answer(row: shape_run.PathRow, told: shape.Document) -> Piece:
    return row["answer"], _OUTCOMES.get(told["attempts"][row["attempt"]]["conclusion"]["outcome"], Tone.BAD)


def _write_list(page: Page, announced: shape_run.AnnouncedList, number: int, verbosity: Verbosity) -> None:
    label = f"List {announced['label']}"
    names = announced["names"]
    page.field(label, _STATES.get(announced["state"], words.count(len(names), "name")))
    compared = (("not in it, but in A: ", announced["missing"]), ("in it, but not in A: ", announced["extra"]))
    told = compared if number and announced["state"] == "list" else (("", names),)
    for lead, group in told:
        for name in _cut(group, verbosity):
            page.continued((lead, Tone.FAINT), name)


def _cut(names: Sequence[str], verbosity: Verbosity) -> Iterator[str]:
    shown = len(names) if verbosity is Verbosity.VERBOSE else _MOST_NAMES
    yield from map(words.name, names[:shown])
    if len(names) > shown:
        yield f"... and {len(names) - shown} more (-v shows all)"
