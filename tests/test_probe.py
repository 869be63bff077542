"""A run from its plan to its report: how it ends when it does not come to its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from certprobe.attempt import Route
from certprobe.chooser import BySelection, Store
from certprobe.endpoint import parse_https
from certprobe.errors import FailureKind, NotReached, Party
from certprobe.judging import Yardstick
from certprobe.pki.identities import Identities
from certprobe.pki.issuers import Issuers
from certprobe.pki.store import CertificateStore
from certprobe.probe import Probe, probe
from certprobe.report.model import Outcome, ProbeReport, Stage
from certprobe.tls.session import ClientOptions
from certprobe.transport import Channel, Deadline, Step
from certprobe.trials import each_path

if TYPE_CHECKING:
    from certprobe.attempt import Dial

AT = datetime(2026, 11, 20, tzinfo=UTC)
PATHS = ("/a", "/b", "/c", "/d")


class Clock:
    """Goes only when it is told to."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


class Dialler:
    """Takes so long for each connection, of which none comes about."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self.left: list[float] = []

    def __call__(self, host: str, port: int, step: Step) -> Channel:
        self.left.append(step.left())
        self._clock.time += self._seconds
        raise NotReached("nobody there", kind=FailureKind.CONNECTION_REFUSED, party=Party.NETWORK)


def interrupted(host: str, port: int, step: Step) -> NoReturn:
    raise KeyboardInterrupt


def run(deadline: Deadline, dial: Dial) -> ProbeReport:
    endpoint = parse_https("https://localhost/")
    endpoints = tuple(endpoint._replace(path=path) for path in PATHS)
    wanted = Probe(
        plan=each_path(endpoints, BySelection(Store((), AT))),
        route=Route(),
        options=ClientOptions("localhost"),
        identities=Identities((), (), (), Issuers(CertificateStore())),
        yardstick=Yardstick(CertificateStore(()), AT),
        trust="nothing",
        started=AT,
    )
    return probe(wanted, deadline, dial)


def untried(report: ProbeReport) -> list[tuple[str | None, str]]:
    return [(each.path, each.why.value) for each in report.untried]


def test_every_connection_has_the_time_of_one_until_the_server_is_given_up() -> None:
    clock = Clock()
    dial = Dialler(clock, 7)
    report = run(Deadline(10, 10, clock, run=100), dial)
    assert dial.left == [10, 10]
    assert untried(report) == [("/c", "not-reached"), ("/d", "not-reached")]
    assert (report.conclusion.outcome, report.exit_code) == (Outcome.NOT_REACHED, 3)
    assert report.conclusion.causes[0].detail == "2 of 4 connections were made."


def test_a_run_whose_time_is_over_makes_no_more_connections() -> None:
    clock = Clock()
    dial = Dialler(clock, 7)
    report = run(Deadline(10, 10, clock, run=5), dial)
    assert dial.left == [5]
    assert untried(report) == [(path, "out-of-time") for path in PATHS[1:]]
    assert report.conclusion.causes[0].code == "out-of-time"


def test_a_run_without_any_time_says_so() -> None:
    report = run(Deadline(10, 10, Clock(), run=0), interrupted)
    assert untried(report) == [(path, "out-of-time") for path in PATHS]
    assert (report.attempts, report.exit_code) == ((), 3)


def test_what_an_interrupted_connection_showed_is_kept() -> None:
    report = run(Deadline(10, 10), interrupted)
    (attempt,) = report.attempts
    (stage,) = attempt.stages
    assert (stage.stage, stage.kind, stage.party) == (Stage.CONNECT, FailureKind.INTERRUPTED, Party.OURSELVES)
    assert untried(report) == [(path, "interrupted") for path in PATHS[1:]]
    assert (report.conclusion.outcome, report.exit_code) == (Outcome.INTERRUPTED, 130)
    assert report.conclusion.causes[0].detail == "1 of 4 connections were made."
