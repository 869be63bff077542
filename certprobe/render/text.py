"""The report for people: the verdict first, then the facts it rests on."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from certprobe.render.application import write_answers
from certprobe.render.chains import write_judgement, write_server_certificates
from certprobe.render.handshake import write_certificates, write_connection, write_request, write_sent
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity
from certprobe.report.document import document

if TYPE_CHECKING:
    from certprobe.report import shape
    from certprobe.report.model import ProbeReport

_WORDS: Final = {
    "not-reached": "NOT REACHED",
    "unanswered": "NO ANSWER",
    "unusable-input": "UNUSABLE INPUT",
    "refused-by-alert": "REFUSED",
    "refused-by-close": "REFUSED",
    "refused-by-http-status": "REFUSED",
    "refused-by-ldap-result": "REFUSED",
    "not-mapped": "REFUSED",
    "tls-terminator": "REFUSED",
}
_TITLES: Final = {
    "accepted": "the server accepted the client certificate",
    "accepted-not-mapped": "the server accepted the client certificate, but maps it to no account",
    "accepted-anonymously": "the server let us in without a client certificate",
    "not-asked": "the server did not ask for a client certificate",
    "not-reached": "the server was not reached",
    "unanswered": "the server did not answer",
    "unusable-input": "what was given cannot be used",
}
_REFUSED: Final = "the server refused the login"
_PROBLEM: Final = "problem"
_WIDEST_PATH: Final = 30


def render_text(report: ProbeReport, file: IO[str], verbosity: Verbosity) -> None:
    """Write the report to `file`, wrapped and coloured only if that is a terminal; raises what writing raises."""
    page = Page(file)
    told = document(report)
    verdict = told["verdict"]
    _write_headline(page, told["endpoint"]["url"], verdict["outcome"], verdict["causes"])
    if verbosity is Verbosity.QUIET:
        return
    _write_causes(page, verdict["outcome"], verdict["causes"])
    attempts = told["attempts"]
    if len(attempts) > 1:
        _write_overview(page, attempts)
    for attempt in attempts:
        _write_attempt(page, told, attempt, f" for {attempt['path']}" if len(attempts) > 1 else "", verbosity)
    _write_circumstances(page, told)


def _word(outcome: str, causes: list[shape.Cause]) -> tuple[str, Tone]:
    if outcome in _WORDS:
        return _WORDS[outcome], Tone.BAD
    if any(cause["weight"] == _PROBLEM for cause in causes):
        return "PROBLEM", Tone.BAD
    return "OK", Tone.GOOD


def _title(outcome: str, causes: list[shape.Cause]) -> str:
    return causes[0]["title"] if causes else _TITLES.get(outcome, _REFUSED)


def _lead(word: str) -> str:
    return word.ljust(7) + "  "


def _write_headline(page: Page, url: str, outcome: str, causes: list[shape.Cause]) -> None:
    word, tone = _word(outcome, causes)
    page.line((url, Tone.STRONG), f"  {_title(outcome, causes)}", lead=(_lead(word), tone))


def _write_causes(page: Page, outcome: str, causes: list[shape.Cause]) -> None:
    """The first cause's title stands in the headline already."""
    indent = len(_lead(_word(outcome, causes)[0]))
    for index, cause in enumerate(causes):
        is_problem = cause["weight"] == _PROBLEM
        if index:
            lead = ("PROBLEM" if is_problem else "NOTE").ljust(indent)
            page.line(cause["title"], lead=(lead, Tone.BAD if is_problem else Tone.ODD))
        if cause["detail"]:
            page.line(cause["detail"], indent=indent)
        if cause["advice"]:
            page.line(cause["advice"], lead=("Change: " if is_problem else "Hint: ", Tone.STRONG), indent=indent)


def _write_overview(page: Page, attempts: list[shape.Attempt]) -> None:
    page.heading("Paths")
    width = min(max(len(attempt["path"] or "") for attempt in attempts), _WIDEST_PATH) + 2
    for attempt in attempts:
        conclusion = attempt["conclusion"]
        word, tone = _word(conclusion["outcome"], conclusion["causes"])
        title = _title(conclusion["outcome"], conclusion["causes"])
        lead = (attempt["path"] or "").ljust(width)
        page.line((_lead(word), tone), title, lead=lead, indent=2, hang=2)


def _write_attempt(page: Page, told: shape.Document, attempt: shape.Attempt, which: str, verbosity: Verbosity) -> None:
    page.heading(f"Connection{which}")
    write_connection(page, attempt, verbosity)
    page.heading(f"What the server asked for{which}")
    write_request(page, attempt, verbosity)
    page.heading(f"Your certificates{which}")
    write_certificates(page, attempt, told["store"], verbosity)
    page.heading(f"What was sent, and what came of it{which}")
    write_sent(page, attempt)
    write_answers(page, attempt, verbosity)
    if attempt["tls"] is not None and (verbosity is Verbosity.VERBOSE or attempt["server"] is None):
        write_server_certificates(page, attempt["tls"], f"The server's certificates{which}")
    for title, judgement in (("Server chain", attempt["server"]), ("Client chain", attempt["client"])):
        if judgement is not None:
            page.heading(f"{title}{which}")
            write_judgement(page, judgement, verbosity)


def _write_circumstances(page: Page, told: shape.Document) -> None:
    times = told["times"]
    page.heading("Judged")
    page.field("At", times["at"])
    page.field("Trusting", told["trust"])
    page.field("Probed", f"{times['started']}, in {times['seconds']:.3f} s, by certprobe {told['version']}")
