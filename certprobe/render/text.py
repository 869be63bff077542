"""The report for people: the verdict first, then the facts it rests on."""

from __future__ import annotations

from collections import Counter
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from certprobe.render.application import write_answers, write_start_tls
from certprobe.render.candidates import has_selection, write_candidates, write_identities
from certprobe.render.chains import has_faults, write_cert_flags, write_certificates, write_judgement
from certprobe.render.experiments import write_acceptances, write_path_map
from certprobe.render.handshake import write_connection, write_requests, write_sent
from certprobe.render.headline import lead, verdict_word, write_causes
from certprobe.render.mapping import write_mapping
from certprobe.render.page import Page, Tone
from certprobe.render.verbosity import Verbosity
from certprobe.report.document import document

if TYPE_CHECKING:
    from certprobe.report import shape
    from certprobe.report.model import ProbeReport

    _Labelled: TypeAlias = tuple[str, shape.Attempt]

_TITLES: Final = {
    "accepted": "the server accepted the client certificate",
    "accepted-not-mapped": "the server accepted the client certificate, but maps it to no account",
    "accepted-anonymously": "the server let us in without a client certificate",
    "not-asked": "the server did not ask for a client certificate",
    "not-reached": "the server was not reached",
    "unanswered": "the server did not answer",
    "unusable-input": "what was given cannot be used",
    "interrupted": "interrupted from the keyboard",
}
_REFUSED: Final = "the server refused the login"
_WIDEST_LABEL: Final = 30
_MOST_WHOLE: Final = 4


def render_text(report: ProbeReport, file: IO[str], verbosity: Verbosity) -> None:
    """Write the report to `file`, wrapped and coloured only if that is a terminal; raises what writing raises."""
    page = Page(file)
    told = document(report)
    verdict, attempts = told["verdict"], _labelled(told["attempts"])
    _write_headline(page, _url(told), verdict["outcome"], verdict["causes"])
    if verbosity is Verbosity.QUIET:
        return
    write_causes(page, verdict["outcome"], verdict["causes"])
    write_acceptances(page, told)
    write_path_map(page, told, verbosity)
    if len(attempts) > 1 and not told["acceptances"] and told["path_map"] is None:
        _write_overview(page, attempts)
    shown = _shown_whole(told, verbosity)
    for number, (label, attempt) in enumerate(attempts[:shown]):
        which = f": {label}" if len(attempts) > 1 else ""
        _write_attempt(page, attempt, which, verbosity)
        _write_chains(page, attempt, which, attempts[:number], verbosity)
        _write_mapping(page, attempt, which, attempts[:number], verbosity)
    if shown < len(attempts):
        page.heading(f"{len(attempts) - shown} more connections were made; -v shows them.")
    _write_store(page, told)
    _write_circumstances(page, told, report.revocation)


def _shown_whole(told: shape.Document, verbosity: Verbosity) -> int:
    """How many connections are told in full: experiments and long maps have their tables."""
    number = len(told["attempts"])
    is_long = bool(told["acceptances"]) or (told["path_map"] is not None and number > _MOST_WHOLE)
    return 1 if is_long and verbosity is not Verbosity.VERBOSE else number


def _url(told: shape.Document) -> str:
    """The address; without its path where several were probed."""
    endpoint = told["endpoint"]
    several = len({attempt["path"] for attempt in told["attempts"]}) > 1
    return endpoint["url"].removesuffix(endpoint["path"]) if several else endpoint["url"]


def _labelled(attempts: list[shape.Attempt]) -> list[_Labelled]:
    """Each attempt with its path and what was played, and a number where a path has several connections."""
    paths = Counter(attempt["path"] or "" for attempt in attempts)
    return [(_label(number, attempt, paths), attempt) for number, attempt in enumerate(attempts, 1)]


def _label(number: int, attempt: shape.Attempt, paths: Counter[str]) -> str:
    path, played = attempt["path"] or "", attempt["played"]
    if played is not None:
        number_played = played["number"]
        return f"{path} {'anonymous' if number_played is None else f'with {number_played}'}".strip()
    return path if paths[path] == 1 else f"{path} connection {number}".strip()


def _title(outcome: str, causes: list[shape.Cause]) -> str:
    return causes[0]["title"] if causes else _TITLES.get(outcome, _REFUSED)


def _write_headline(page: Page, url: str, outcome: str, causes: list[shape.Cause]) -> None:
    word, tone = verdict_word(outcome, causes)
    page.line((url, Tone.STRONG), f"  {_title(outcome, causes)}", lead=(lead(word), tone))


def _write_overview(page: Page, attempts: list[_Labelled]) -> None:
    page.heading("Each connection")
    width = min(max(len(label) for label, _ in attempts), _WIDEST_LABEL) + 2
    for label, attempt in attempts:
        conclusion = attempt["conclusion"]
        word, tone = verdict_word(conclusion["outcome"], conclusion["causes"])
        title = _title(conclusion["outcome"], conclusion["causes"])
        page.line(f"{label}  ".ljust(width), title, lead=(lead(word), tone), indent=2)


def _write_attempt(page: Page, attempt: shape.Attempt, which: str, verbosity: Verbosity) -> None:
    page.heading(f"Connection{which}")
    write_connection(page, attempt, verbosity)
    write_start_tls(page, attempt)
    tls = attempt["tls"]
    if tls is not None:
        page.heading(f"What the server asked for{which}")
        write_requests(page, attempt["asked"], tls, verbosity)
        if has_selection(tls):
            page.heading(f"Your certificates{which}")
            write_candidates(page, tls, verbosity)
        page.heading(f"What was sent, and what came of it{which}")
        write_sent(page, tls)
    write_answers(page, attempt, verbosity)
    if tls is None:
        return
    certificates, faults = tls["certificates"], tls["certificate_faults"]
    if verbosity is Verbosity.VERBOSE or attempt["server"] is None or has_faults(certificates, faults):
        page.heading(f"What the server sent{which}")
        write_certificates(page, certificates, faults, verbosity)


def _write_chains(
    page: Page, attempt: shape.Attempt, which: str, earlier: list[_Labelled], verbosity: Verbosity
) -> None:
    """Both judged chains; what an earlier connection showed already is not told again, unless everything is wanted."""
    judgements = (("Server chain", attempt["server"]), ("Client chain", attempt["client"]))
    for title, judgement in judgements:
        if judgement is None:
            continue
        page.heading(f"{title}{which}")
        told = next((label for label, each in earlier if judgement in (each["server"], each["client"])), None)
        if told is None or verbosity is Verbosity.VERBOSE:
            write_judgement(page, judgement, verbosity)
        else:
            page.line(f"The same as for {told}.", indent=2)
        if judgement is attempt["client"] and attempt["cert_flags"] is not None:
            write_cert_flags(page, attempt["cert_flags"])


def _write_mapping(
    page: Page, attempt: shape.Attempt, which: str, earlier: list[_Labelled], verbosity: Verbosity
) -> None:
    """Which account the certificate maps to; not told again, unless everything is wanted."""
    mapping = attempt["mapping"]
    told = any(each["mapping"] == mapping for _, each in earlier)
    if mapping is not None and (not told or verbosity is Verbosity.VERBOSE):
        page.heading(f"Account of the client certificate{which}")
        write_mapping(page, mapping, verbosity)


def _write_store(page: Page, told: shape.Document) -> None:
    """The user's files, as far as no request was there to hold them against."""
    store = told["store"]
    was_asked = any(attempt["tls"] is not None and has_selection(attempt["tls"]) for attempt in told["attempts"])
    if was_asked and not store["notes"]:
        return
    page.heading("What you gave")
    if not was_asked:
        write_identities(page, store)
    for note in store["notes"]:
        page.field("Note", (note, Tone.ODD))


def _write_circumstances(page: Page, told: shape.Document, revocation: str) -> None:
    times = told["times"]
    page.heading("Judged")
    page.field("At", times["at"])
    page.field("Trusting", told["trust"])
    if revocation:
        page.field("Revocation", revocation)
    page.field("Probed", f"{times['started']}, in {times['seconds']:.3f} s, by certprobe {told['version']}")
