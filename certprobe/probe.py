"""probe(): one run, every attempt judged and concluded; the only place that sees the whole road."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe import __version__, transport
from certprobe.attempt import Journey, Route
from certprobe.chooser import ByGetCert
from certprobe.endpoint import parse_host_port
from certprobe.errors import CallbackError, FailureKind, Party
from certprobe.judging import judge_client, judge_server
from certprobe.pki.store import CertificateStore
from certprobe.report import evidence
from certprobe.report.model import (
    Attempt,
    ProbeReport,
    Run,
    Stage,
    StageOutcome,
    StoreFacts,
    Untried,
    WhyUntried,
)
from certprobe.report.nt_auth import certificates
from certprobe.report.verdict import conclude, conclude_run, exit_code, is_refusal
from certprobe.talk import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from certprobe.attempt import Dial
    from certprobe.endpoint import Endpoint
    from certprobe.gather import Gatherer
    from certprobe.judging import Yardstick
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.identities import Identities
    from certprobe.report.model import Conclusion
    from certprobe.tls.session import ClientOptions
    from certprobe.transport import Deadline
    from certprobe.trials import Plan, Trial

_PATIENCE: Final = 2
"""After so many connections in a row that did not come about, the others are not tried."""


class Probe(NamedTuple):
    """What one run is to do. The endpoints of `plan` differ in their path only; each trial gets its own connection.

    `trust` says in words where the yardstick's roots are from; `started` is the wall clock's time. With a `gatherer`
    chains are judged by what it fetches besides. `reading` is for directories. `pause` is how many seconds go by
    between two connections. `accounts` are those of the user's rules, None without any. `revocation` says in words what
    is asked of it, "" if nothing is.
    """

    plan: Plan
    route: Route
    options: ClientOptions
    identities: Identities
    yardstick: Yardstick
    trust: str
    started: datetime
    gatherer: Gatherer | None = None
    reading: Reading = Reading.ROOT_DSE
    pause: float = 0.0
    accounts: AccountStore | None = None
    revocation: str = ""


def probe(wanted: Probe, deadline: Deadline, dial: Dial = transport.dial) -> ProbeReport:
    """Make every connection of the plan, one after the other, and report all that was learned.

    Ctrl-C ends the run, not the report: what was learned so far is in it. Raises UsageError for what cannot be done as
    asked; what servers and certificates do is in the report.
    """
    begun = time.monotonic()
    run = _Conduct(wanted, deadline, dial).run()
    conclusion = conclude_run(run)
    return ProbeReport(
        version=__version__,
        endpoint=wanted.plan.trials[0].endpoint,
        at=wanted.yardstick.at,
        started=wanted.started,
        seconds=time.monotonic() - begun,
        trust=wanted.trust,
        store=run.store,
        attempts=run.attempts,
        conclusions=run.conclusions,
        conclusion=conclusion,
        exit_code=exit_code(conclusion),
        untried=run.untried,
        accounts=wanted.accounts,
        revocation=wanted.revocation,
    )


class _Conduct:
    """A run under way. Use once."""

    def __init__(self, wanted: Probe, deadline: Deadline, dial: Dial) -> None:
        self._wanted = wanted
        self._deadline = deadline
        self._dial = dial
        self._store = StoreFacts(wanted.identities.credentials, wanted.identities.notes)
        self._done: list[tuple[Attempt, Conclusion]] = []
        self._untried = list(wanted.plan.left_out)
        self._ended: WhyUntried | None = None
        self._unreached = 0

    def run(self) -> Run:
        for trial in self._wanted.plan.trials:
            done = len(self._done)
            if (why := self._why_not(trial)) is None:
                try:
                    self._try(trial)
                except KeyboardInterrupt:
                    self._ended = why = WhyUntried.INTERRUPTED
            if len(self._done) == done and why is not None:
                self._untried.append(Untried(trial.endpoint.path or None, trial.played, why))
        attempts, conclusions = tuple(each for each, _ in self._done), tuple(each for _, each in self._done)
        return Run(self._store, attempts, conclusions, tuple(self._untried), self._ended)

    def _why_not(self, trial: Trial) -> WhyUntried | None:
        if self._ended is None and self._deadline.is_over():
            self._ended = WhyUntried.OUT_OF_TIME
        if self._ended is not None:
            return self._ended
        # Who is not asked while anonymous is not asked with a certificate up the sleeve either.
        return WhyUntried.NOT_ASKED if trial.played is not None and self._is_silent(trial) else None

    def _is_silent(self, trial: Trial) -> bool:
        before = (each for each, _ in self._done if each.path == (trial.endpoint.path or None))
        first = next(before, None)
        return first is not None and evidence.was_not_asked(first)

    def _try(self, trial: Trial) -> None:
        if self._done:
            time.sleep(self._wanted.pause)
            self._deadline.renew()
        for attempt in self._made(trial):
            self._done.append((attempt, conclude(attempt, self._store)))
            if self._ended is not None:
                break
        self._unreached = self._unreached + 1 if _came_to_nothing(self._done[-1][0]) else 0
        if self._ended is None and self._unreached == _PATIENCE:
            self._ended = WhyUntried.NOT_REACHED

    def _made(self, trial: Trial) -> Iterator[Attempt]:
        """One attempt, and a second where WS_GET_CERT_CALLBACK's contract opens the channel again after a refusal."""
        attempt = self._attempt(trial)
        yield attempt
        record = evidence.deciding_request(attempt)
        if isinstance(trial.chooser, ByGetCert) and record is not None and self._was_refused(attempt):
            step = self._deadline.step("the issuer list notification")
            try:
                trial.chooser.tell_issuer_list(record.request, step)
            except CallbackError as error:
                yield _not_opened_again(trial.endpoint, error, self._deadline.now() - step.start)
            else:
                yield self._attempt(trial)

    def _was_refused(self, attempt: Attempt) -> bool:
        return is_refusal(conclude(attempt, StoreFacts(self._store.credentials, ())).outcome)

    def _attempt(self, trial: Trial) -> Attempt:
        wanted = self._wanted
        journey = Journey(
            trial.endpoint, wanted.route, wanted.options, trial.chooser, self._deadline, self._dial, wanted.reading
        )
        attempt = journey.travel()._replace(played=trial.played)
        if evidence.was_interrupted(attempt):
            self._ended = WhyUntried.INTERRUPTED
        try:
            return self._judged(attempt, trial.endpoint.host)
        except KeyboardInterrupt:
            self._ended = WhyUntried.INTERRUPTED
            return attempt

    def _judged(self, attempt: Attempt, host: str) -> Attempt:
        if attempt.tls is None:
            return attempt
        record = evidence.deciding_request(attempt)
        sent = record.sent if record is not None else None
        yardstick = self._yardstick(attempt)
        return attempt._replace(
            server=judge_server(attempt.tls.certificates, attempt.tls.stapled_ocsp, host, yardstick),
            client=judge_client(sent, _issuers(self._wanted.identities), yardstick) if sent else None,
        )

    def _yardstick(self, attempt: Attempt) -> Yardstick:
        """The plan's, with what may be fetched: from where the server is too, unless only a proxy knows where that is.

        What a directory was found to hold in its NTAuth store belongs to it as well.
        """
        yardstick = self._wanted.yardstick
        store = attempt.ldap.nt_auth if attempt.ldap is not None else None
        if store is not None and store.answer is not None and store.answer.result.success:
            yardstick = yardstick._replace(nt_auth=CertificateStore(certificates(store)))
        gatherer = self._wanted.gatherer
        if gatherer is None or self._ended is not None:
            return yardstick
        if attempt.peer is not None and self._wanted.route.proxy is None:
            gatherer = gatherer.near(parse_host_port(attempt.peer, 0).host)
        return yardstick._replace(find_chain=gatherer.get_certificate_chain)


def _came_to_nothing(attempt: Attempt) -> bool:
    failed = evidence.failed_stage(attempt)
    return failed is not None and (failed.stage in (Stage.CONNECT, Stage.PROXY) or failed.kind is FailureKind.TIMEOUT)


def _not_opened_again(endpoint: Endpoint, error: CallbackError, seconds: float) -> Attempt:
    failed = StageOutcome(Stage.CONNECT, seconds, str(error), FailureKind.CALLBACK, Party.OURSELVES)
    return Attempt(endpoint.path or None, None, (failed,), None, None, None, None, None)


def _issuers(identities: Identities) -> Iterator[Certificate]:
    yield from identities.certificates
    for credential in identities.credentials:
        yield from credential.intermediates
