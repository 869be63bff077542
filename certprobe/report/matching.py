"""Matching: what a store comes to, held against one certificate request; text and JSON are written from it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.report import words
from certprobe.report.model import Cause, Outcome, Weight
from certprobe.report.refusals import why_nothing_sent

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.report.model import ProbeReport, RequestRecord, StoreFacts
    from certprobe.selection.select import Candidate

CLEAN = 0
FINDING = 1


class Kind(enum.Enum):
    """Where a certificate request is from."""

    SERVER = "server"
    REPORT = "report"
    CA_LIST = "ca-list"


class Origin(NamedTuple):
    """A request's origin: the server's URL, and the name of the file that told of it, if one did.

    `path` and `attempt`, counted from 1, say which connection it is from, `requests` how many there were to pick from.
    """

    kind: Kind
    url: str | None = None
    file: str | None = None
    path: str | None = None
    attempt: int | None = None
    requests: int = 1


class Found(enum.Enum):
    """What came of it; the words of the contract."""

    FITS = "fits"
    NONE_FITS = "none-fits"
    NOT_ASKED = "not-asked"
    NOT_REACHED = "not-reached"


class Matching(NamedTuple):
    """One run. `record` is the request with its selection; None where none came, and `causes` say why.

    `at` is the time against which certificates were judged.
    """

    version: str
    at: datetime
    origin: Origin
    store: StoreFacts
    record: RequestRecord | None
    found: Found
    causes: tuple[Cause, ...]
    exit_code: int

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every certificate of the store against the request; empty if there is none."""
        selection = self.record.selection if self.record is not None else None
        return selection.candidates if selection is not None else ()


def matched(version: str, at: datetime, origin: Origin, store: StoreFacts, record: RequestRecord) -> Matching:
    """Say which certificate of a selection fits, or what would have to change."""
    assert record.selection is not None
    fitting = [candidate for candidate in record.selection.candidates if candidate.fits]
    if fitting:
        return Matching(version, at, origin, store, record, Found.FITS, (_fits(fitting),), CLEAN)
    why = why_nothing_sent(record, store)
    title = why.title.removeprefix("no client certificate was sent: ")
    cause = Cause(why.code, Weight.PROBLEM, title, why.detail, why.advice)
    return Matching(version, at, origin, store, record, Found.NONE_FITS, (cause,), FINDING)


def unmatched(report: ProbeReport, origin: Origin, store: StoreFacts) -> Matching:
    """Say why a server that was asked what it wants gave no certificate request."""
    if report.conclusion.outcome in _NOT_REACHED:
        causes = report.conclusion.causes[:1]
        return Matching(report.version, report.at, origin, store, None, Found.NOT_REACHED, causes, report.exit_code)
    return unasked(report.version, report.at, origin, store, words.how_to_be_asked(report.attempts[-1]))


def unasked(version: str, at: datetime, origin: Origin, store: StoreFacts, advice: str) -> Matching:
    """Say that there is nothing to hold the store against."""
    title = "the server did not ask for a client certificate: none of yours would be sent"
    cause = Cause(Found.NOT_ASKED.value, Weight.PROBLEM, title, advice=advice)
    return Matching(version, at, origin, store, None, Found.NOT_ASKED, (cause,), FINDING)


_NOT_REACHED: Final = (Outcome.NOT_REACHED, Outcome.UNANSWERED, Outcome.UNUSABLE_INPUT, Outcome.INTERRUPTED)
_MOST_NAMED: Final = 3


def _fits(fitting: list[Candidate]) -> Cause:
    first, *others = fitting
    title = f"{_named(first)} fits"
    detail = ""
    if others:
        also = "; ".join(map(_named, others[:_MOST_NAMED]))
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        detail = f"So {'does' if len(others) == 1 else 'do'} {also}{more}; the first is the one that is sent."
    return Cause(Found.FITS.value, Weight.NOTE, title, detail, _hint(first))


def _named(candidate: Candidate) -> str:
    return f"{candidate.number}: {words.subject(candidate.credential.certificate)}"


def _hint(candidate: Candidate) -> str:
    cautions = candidate.cautions
    return words.sentence(f"{cautions[0].detail}: {cautions[0].change}") if cautions else ""
