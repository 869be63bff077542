"""A matching for people: what fits first, then the table of who does not, why, and what to change."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from certprobe.render import words
from certprobe.render.candidates import write_identities, write_table
from certprobe.render.handshake import write_demands
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity
from certprobe.report.match_document import match_document

if TYPE_CHECKING:
    from certprobe.report import shape_match
    from certprobe.report.matching import Matching

_WORDS: Final = {
    "fits": ("FITS", Tone.GOOD),
    "none-fits": ("NONE FITS", Tone.BAD),
    "not-asked": ("NOT ASKED", Tone.BAD),
    "not-reached": ("NOT REACHED", Tone.BAD),
}


def render_match(matching: Matching, file: IO[str], verbosity: Verbosity) -> None:
    """Write the matching to `file`; raises what writing raises."""
    page = Page(file)
    told = match_document(matching)
    _write_verdict(page, told, verbosity)
    if verbosity is Verbosity.QUIET:
        return
    _write_request(page, told, verbosity)
    request = told["certificate_request"]
    page.heading("Your certificates")
    if request is None or request["selection"] is None:
        write_identities(page, told["store"])
    else:
        chosen = request["chosen"] and request["chosen"]["number"]
        write_table(page, request["selection"]["candidates"], chosen, verbosity)
    for note in told["store"]["notes"]:
        page.field("Note", (note, Tone.ODD))
    page.heading("Judged")
    page.field("At", told["at"])
    page.field("By", f"certprobe {told['version']}")


def _write_verdict(page: Page, told: shape_match.Match, verbosity: Verbosity) -> None:
    word, tone = _WORDS[told["verdict"]["outcome"]]
    lead = word.ljust(7) + "  "
    origin = told["origin"]
    asked_by = origin["file"] if origin["file"] is not None else origin["url"] or ""
    for cause in told["verdict"]["causes"]:
        page.line((asked_by, Tone.STRONG), f"  {cause['title']}", lead=(lead, tone))
        if verbosity is Verbosity.QUIET:
            return
        if cause["detail"]:
            page.line(cause["detail"], indent=len(lead))
        if cause["advice"]:
            label = "Hint: " if told["verdict"]["outcome"] == "fits" else "Change: "
            page.line(cause["advice"], lead=(label, Tone.STRONG), indent=len(lead))


def _write_request(page: Page, told: shape_match.Match, verbosity: Verbosity) -> None:
    origin, request = told["origin"], told["certificate_request"]
    if request is None:
        return
    page.heading("What is asked for")
    page.field("By", *_asked_by(origin))
    if origin["kind"] != "ca-list":
        page.field("A certificate", words.PHASES[request["phase"]])
    if origin["requests"] > 1:
        page.field("Picked", f"one of {origin['requests']} requests, {_which(origin)}; others may differ")
    write_demands(page, request, verbosity)


def _asked_by(origin: shape_match.Origin) -> tuple[str, ...]:
    match origin["kind"]:
        case "report":
            return origin["url"] or "", f", as {origin['file']} has it"
        case "ca-list":
            return (f"whoever lists the CAs in {origin['file']}: of issuers alone",)
        case _:
            return (origin["url"] or "",)


def _which(origin: shape_match.Origin) -> str:
    where = f"connection {origin['attempt']}" if origin["attempt"] is not None else "the deciding one"
    return where + (f" for {origin['path']}" if origin["path"] else "")
