"""What a run of several connections comes to, and what is said of one that ended before its time."""

from __future__ import annotations

import pytest

from certprobe.errors import FailureKind, Party
from certprobe.report.model import Conclusion, Outcome, Run, Stage, StageOutcome, StoreFacts, Untried, WhyUntried
from certprobe.report.verdict import conclude, conclude_run, exit_code
from certprobe.tls.events import Phase
from tests.report.reports import asked, attempt, credential, http, lab, request, tls

ALICE = StoreFacts((credential(lab().alice, "alice.pem #1"),), ())
NOBODY = StoreFacts((), ())
SENT = asked(request(lab().root.issued.subject), ALICE)
UNSENT = asked(request(lab().root.issued.subject), NOBODY)
INTERRUPTED = StageOutcome(Stage.APPLICATION, 0.1, "interrupted", FailureKind.INTERRUPTED, Party.OURSELVES)


def run(*pairs: tuple[str, Conclusion], untried: tuple[Untried, ...] = (), ended: WhyUntried | None = None) -> Run:
    attempts = tuple(attempt(None, path=path) for path, _ in pairs)
    return Run(NOBODY, attempts, tuple(conclusion for _, conclusion in pairs), untried, ended)


def test_the_gravest_of_several_paths_comes_first_and_every_cause_names_its_path() -> None:
    fine = conclude(attempt(tls(SENT), http=http(200, "OK")), ALICE)
    refused = conclude(attempt(tls(UNSENT), http=http(403, "Forbidden")), NOBODY)
    both = conclude_run(run(("/", fine), ("/admin", refused)))
    assert both.outcome is Outcome.REFUSED_BY_HTTP_STATUS
    assert [cause.title.partition(":")[0] for cause in both.causes] == ["/admin", "/"]
    assert conclude_run(run(("/", fine))) == fine


def test_what_is_the_same_on_several_paths_is_told_once() -> None:
    fine = conclude(attempt(tls(completed=(Phase.INITIAL,)), http=http(200, "OK")), NOBODY)
    conclusion = conclude_run(run(*((f"/{number}", fine) for number in range(5))))
    assert [cause.title for cause in conclusion.causes] == [
        "/0, /1, /2 and 2 more: the server did not ask for a client certificate"
    ]


def test_the_last_connection_of_a_path_counts() -> None:
    fine = conclude(attempt(tls(SENT), http=http(200, "OK")), ALICE)
    refused = conclude(attempt(tls(UNSENT), http=http(403, "Forbidden")), NOBODY)
    assert conclude_run(run(("/", refused), ("/", fine))) == fine


@pytest.mark.parametrize(
    ("ended", "outcome", "code"),
    [
        (WhyUntried.INTERRUPTED, Outcome.INTERRUPTED, 130),
        (WhyUntried.OUT_OF_TIME, Outcome.NOT_ASKED, 1),
        (WhyUntried.NOT_REACHED, Outcome.NOT_ASKED, 1),
    ],
)
def test_a_run_that_ended_early_says_how_far_it_came(ended: WhyUntried, outcome: Outcome, code: int) -> None:
    fine = conclude(attempt(tls(completed=(Phase.INITIAL,)), http=http(200, "OK")), NOBODY)
    untried = (Untried("/b", None, ended), Untried("/c", None, ended), Untried("/d", None, WhyUntried.TOO_MANY))
    conclusion = conclude_run(run(("/a", fine), untried=untried, ended=ended))
    assert (conclusion.outcome, exit_code(conclusion)) == (outcome, code)
    assert (conclusion.causes[0].code, conclusion.causes[0].detail) == (
        ended.value,
        "1 of 3 connections were made.",
    )
    assert conclusion.causes[1:] == fine.causes


def test_a_run_that_was_interrupted_before_its_first_connection() -> None:
    untried = (Untried("/", None, WhyUntried.INTERRUPTED),)
    conclusion = conclude_run(run(untried=untried, ended=WhyUntried.INTERRUPTED))
    assert (conclusion.outcome, [cause.code for cause in conclusion.causes]) == (Outcome.INTERRUPTED, ["interrupted"])


def test_one_interrupted_connection_tells_it_once() -> None:
    broken = conclude(attempt(tls(SENT), stages=(INTERRUPTED,)), ALICE)
    conclusion = conclude_run(run(("/", broken), ended=WhyUntried.INTERRUPTED))
    assert [cause.title for cause in conclusion.causes] == [
        "interrupted from the keyboard after the TLS handshake, before an answer"
    ]
