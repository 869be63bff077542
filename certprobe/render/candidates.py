"""The user's certificates: held against what a server asks for, as a line each or as the whole table, or alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.page import Tone
from certprobe.render.verbosity import Verbosity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from certprobe.render.page import Page, Piece
    from certprobe.report import shape

_MOST_SHOWN: Final = 20
_KEYS: Final = {"absent": "without its private key", "does-not-fit": "with a private key that does not fit"}
_HEADINGS: Final = {
    "certificate": "read",
    "private key": "key",
    "validity": "dates",
    "keyUsage": "keyUsage",
    "extKeyUsage": "EKU",
    "certificate_types": "type",
    "signature_algorithms": "scheme",
    "signature_algorithms_cert": "signed",
    "certificate_authorities": "issuer",
    "chain": "chain",
    "oid_filters": "filters",
}
_VERDICTS: Final = {
    "met": ("ok", Tone.GOOD),
    "caution": ("note", Tone.ODD),
    "rejected": ("FAIL", Tone.BAD),
    "not-asked": ("-", Tone.FAINT),
}
_AGAINST: Final = ("rejected", "caution")
_WIDEST_NAME: Final = 60
_NARROWEST_NAME: Final = 24
_WIDTHS: Final = tuple(max(4, len(heading)) for heading in _HEADINGS.values())
_INDENT: Final = 5
_TABLE: Final = _INDENT + 2 + sum(_WIDTHS) + 2 * (len(_WIDTHS) - 1)
"""Everything in a row of the table but the name."""


def has_selection(tls: shape.Tls) -> bool:
    """Whether there was a request and something in the store to hold against it."""
    selections = (request["selection"] for request in tls["certificate_requests"])
    return any(selection is not None and selection["candidates"] for selection in selections)


def write_candidates(page: Page, tls: shape.Tls, verbosity: Verbosity) -> None:
    """Every certificate of the store, and what speaks against it, for each request that was answered by selection."""
    requests = tls["certificate_requests"]
    held = [(request, request["selection"]) for request in requests if request["selection"] is not None]
    for request, selection in held:
        if len(held) > 1:
            page.line(f"As asked for {words.PHASES[request['phase']]}:", indent=2)
        chosen = request["chosen"] and request["chosen"]["number"]
        if verbosity is Verbosity.VERBOSE:
            write_table(page, selection["candidates"], chosen, verbosity)
        else:
            _write_lines(page, selection["candidates"], chosen)


def write_identities(page: Page, store: shape.Store) -> None:
    """Every certificate that the user gave, held against nothing."""
    if not store["identities"]:
        page.line("No client certificate; --cert FILE gives one.", indent=2)
    for identity in store["identities"]:
        lacking = _KEYS.get(identity["key_status"], "")
        pieces = (words.identity(identity), words.until(identity), (f"  {lacking}", Tone.BAD))
        page.line(*pieces, lead=_number(identity["number"]), hang=2)


def verdict(candidate: shape.Candidate) -> Piece:
    """ "fits", "fits (note: EKU)" or "FAIL: dates, issuer", in the words of the table's headings."""
    if failed := _headings(candidate, "rejected"):
        return (f"{_VERDICTS['rejected'][0]}: {failed}", Tone.BAD)
    noted = _headings(candidate, "caution")
    return (f"fits ({_VERDICTS['caution'][0]}: {noted})" if noted else "fits", Tone.GOOD)


def write_objections(page: Page, candidate: shape.Candidate) -> None:
    """What speaks against it, each with its fact."""
    for cell in candidate["cells"]:
        if cell["verdict"] in _AGAINST:
            _write_cell(page, cell)


def write_change(page: Page, candidate: shape.Candidate) -> None:
    """The single change that would make it fit, if it does not."""
    if candidate["change"] is not None:
        page.line(candidate["change"], lead=("Change: ", Tone.STRONG), indent=_INDENT)


def _headings(candidate: shape.Candidate, verdict: str) -> str:
    return ", ".join(_HEADINGS[cell["subject"]] for cell in candidate["cells"] if cell["verdict"] == verdict)


# --- a line for each --------------------------------------------------------------------------------------------------


def _write_lines(page: Page, candidates: Sequence[shape.Candidate], chosen: int | None) -> None:
    shown = _first(candidates, chosen)
    for candidate in shown:
        page.line(*_headline(candidate, chosen), *_first_reason(candidate), lead=_number(candidate["number"]), hang=2)
        write_change(page, candidate)
    _write_how_many_more(page, len(candidates) - len(shown))


def _first(candidates: Sequence[shape.Candidate], chosen: int | None) -> Sequence[shape.Candidate]:
    """Of a long store the first, and the chosen one wherever it is."""
    return [each for each in candidates if each["number"] <= _MOST_SHOWN or each["number"] == chosen]


def _write_how_many_more(page: Page, count: int) -> None:
    if count:
        page.line((f"... and {count} more (-v shows all)", Tone.FAINT), indent=_INDENT)


def _number(number: int) -> str:
    return f"{number:>3}  "


def _headline(candidate: shape.Candidate, chosen: int | None) -> Iterable[Piece]:
    verdict = ("does not fit", Tone.BAD) if candidate["rejections"] else ("fits", Tone.GOOD)
    return words.identity(candidate), "  ", verdict, ", chosen" if candidate["number"] == chosen else ""


def _first_reason(candidate: shape.Candidate) -> list[Piece]:
    if candidate["rejections"]:
        first, *more = candidate["rejections"]
        rest = f" (and {words.count(len(more), 'more reason')}, -v shows all)" if more else ""
        return [f": {first['detail']}", (rest, Tone.FAINT)]
    return [f", but {caution['detail']}" for caution in candidate["cautions"][:1]]


# --- the table --------------------------------------------------------------------------------------------------------


def write_table(page: Page, candidates: Sequence[shape.Candidate], chosen: int | None, verbosity: Verbosity) -> None:
    """Every certificate against every demand: where there is room as a table, and below it the facts.

    If not VERBOSE the facts of what is met or not asked are left out, and most of a long store.
    """
    shown = candidates if verbosity is Verbosity.VERBOSE else _first(candidates, chosen)
    has_room = page.columns is None or page.columns >= _TABLE + _NARROWEST_NAME
    if has_room:
        _write_matrix(page, shown)
        page.line()
    for candidate in shown:
        _write_facts(page, candidate, chosen, verbosity)
        if not has_room and verbosity is not Verbosity.VERBOSE:
            _write_rest(page, candidate)
        write_change(page, candidate)
    _write_how_many_more(page, len(candidates) - len(shown))


def _write_matrix(page: Page, candidates: Sequence[shape.Candidate]) -> None:
    longest = max((len(words.identity(candidate)) for candidate in candidates), default=0)
    room = _WIDEST_NAME if page.columns is None else page.columns - _TABLE
    widths = (min(max(longest, _NARROWEST_NAME), room, _WIDEST_NAME), *_WIDTHS)
    headings = ("certificate", *_HEADINGS.values())
    page.row([(heading, Tone.FAINT) for heading in headings], widths, lead=" " * _INDENT)
    for candidate in candidates:
        cells = [_VERDICTS[cell["verdict"]] for cell in candidate["cells"]]
        page.row([words.identity(candidate), *cells], widths, lead=_number(candidate["number"]))


def _write_facts(page: Page, candidate: shape.Candidate, chosen: int | None, verbosity: Verbosity) -> None:
    source = (f"  {candidate['source']}", Tone.FAINT)
    page.line(*_headline(candidate, chosen), source, lead=_number(candidate["number"]), hang=2)
    if verbosity is Verbosity.VERBOSE:
        facts = (f"thumbprint {candidate['thumbprint']}", Tone.FAINT)
        page.line(facts, words.until(candidate), indent=_INDENT)
    for cell in candidate["cells"]:
        if verbosity is Verbosity.VERBOSE or cell["verdict"] in _AGAINST:
            _write_cell(page, cell)


def _write_cell(page: Page, cell: shape.Cell) -> None:
    word, tone = _VERDICTS[cell["verdict"]]
    lead = f"{word:<4}  {_HEADINGS[cell['subject']]:<{max(_WIDTHS)}}  "
    page.line(cell["detail"], (f" ({cell['clause']})", Tone.FAINT), lead=(lead, tone), indent=_INDENT)
    if cell["verdict"] == "caution" and cell["change"] is not None:
        page.line(cell["change"], lead=("Hint: ", Tone.STRONG), indent=_INDENT + len(lead))


def _write_rest(page: Page, candidate: shape.Candidate) -> None:
    """What the table would show beside: everything that nothing more is to be said of."""
    for verdict in ("met", "not-asked"):
        word, tone = _VERDICTS[verdict]
        if found := [_HEADINGS[cell["subject"]] for cell in candidate["cells"] if cell["verdict"] == verdict]:
            page.line((", ".join(found), Tone.FAINT), lead=(f"{word:<4}  ", tone), indent=_INDENT)
