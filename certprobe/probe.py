"""probe(): one run over an endpoint, every attempt judged and concluded; the only place that sees the whole road."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from certprobe import __version__, transport
from certprobe.attempt import Journey, Route
from certprobe.chooser import ByGetCert
from certprobe.endpoint import parse_host_port
from certprobe.errors import CallbackError, FailureKind, Party
from certprobe.judging import judge_client, judge_server
from certprobe.pki.store import CertificateStore
from certprobe.report import evidence
from certprobe.report.model import Attempt, ProbeReport, Stage, StageOutcome, StoreFacts
from certprobe.report.nt_auth import certificates
from certprobe.report.verdict import conclude, conclude_run, exit_code, is_refusal
from certprobe.talk import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from certprobe.attempt import Dial
    from certprobe.chooser import Chooser
    from certprobe.endpoint import Endpoint
    from certprobe.gather import Gatherer
    from certprobe.judging import Yardstick
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.decode import Identities
    from certprobe.report.model import Conclusion
    from certprobe.tls.session import ClientOptions
    from certprobe.transport import Deadline


class Probe(NamedTuple):
    """What one run is to do. `endpoints` differ in their path only; each gets a connection of its own.

    `trust` says in words where the yardstick's roots are from; `started` is the wall clock's time. With a `gatherer`
    chains are judged by what it fetches besides. `reading` is for directories.
    """

    endpoints: tuple[Endpoint, ...]
    route: Route
    options: ClientOptions
    identities: Identities
    chooser: Chooser
    yardstick: Yardstick
    trust: str
    started: datetime
    gatherer: Gatherer | None = None
    reading: Reading = Reading.ROOT_DSE


def probe(plan: Probe, deadline: Deadline, dial: Dial = transport.dial) -> ProbeReport:
    """Probe every endpoint of the plan, one after the other, and report all that was learned.

    Raises UsageError for what cannot be done as asked; what servers and certificates do is in the report.
    """
    begun = time.monotonic()
    store = StoreFacts(plan.identities.credentials, plan.identities.notes)
    attempts: list[Attempt] = []
    conclusions: list[Conclusion] = []
    decisive: list[tuple[str | None, Conclusion]] = []
    for endpoint in plan.endpoints:
        for attempt in _attempts(plan, endpoint, deadline, dial):
            attempts.append(attempt)
            conclusions.append(conclude(attempt, store))
        decisive.append((endpoint.path, conclusions[-1]))
    conclusion = conclude_run(tuple(decisive))
    return ProbeReport(
        version=__version__,
        endpoint=plan.endpoints[0],
        at=plan.yardstick.at,
        started=plan.started,
        seconds=time.monotonic() - begun,
        trust=plan.trust,
        store=store,
        attempts=tuple(attempts),
        conclusions=tuple(conclusions),
        conclusion=conclusion,
        exit_code=exit_code(conclusion),
    )


def _attempts(plan: Probe, endpoint: Endpoint, deadline: Deadline, dial: Dial) -> Iterator[Attempt]:
    """One attempt, and a second where the contract of WS_GET_CERT_CALLBACK opens the channel again after a refusal."""
    attempt = _attempt(plan, endpoint, deadline, dial)
    yield attempt
    record = evidence.deciding_request(attempt)
    if isinstance(plan.chooser, ByGetCert) and record is not None and _was_refused(plan, attempt):
        step = deadline.step("the issuer list notification")
        try:
            plan.chooser.tell_issuer_list(record.request, step)
        except CallbackError as error:
            yield _not_opened_again(endpoint, error, deadline.now() - step.start)
        else:
            yield _attempt(plan, endpoint, deadline, dial)


def _not_opened_again(endpoint: Endpoint, error: CallbackError, seconds: float) -> Attempt:
    failed = StageOutcome(Stage.CONNECT, seconds, str(error), FailureKind.CALLBACK, Party.OURSELVES)
    return Attempt(endpoint.path or None, None, (failed,), None, None, None, None, None)


def _was_refused(plan: Probe, attempt: Attempt) -> bool:
    return is_refusal(conclude(attempt, StoreFacts(plan.identities.credentials, ())).outcome)


def _attempt(plan: Probe, endpoint: Endpoint, deadline: Deadline, dial: Dial) -> Attempt:
    attempt = Journey(endpoint, plan.route, plan.options, plan.chooser, deadline, dial, plan.reading).travel()
    if attempt.tls is None:
        return attempt
    record = evidence.deciding_request(attempt)
    sent = record.sent if record is not None else None
    yardstick = _yardstick(plan, attempt)
    return attempt._replace(
        server=judge_server(attempt.tls.certificates, attempt.tls.stapled_ocsp, endpoint.host, yardstick),
        client=judge_client(sent, _issuers(plan.identities), yardstick) if sent else None,
    )


def _yardstick(plan: Probe, attempt: Attempt) -> Yardstick:
    """The plan's, with what may be fetched: from where the server is too, unless only a proxy knows where that is.

    What a directory was found to hold in its NTAuth store belongs to it as well.
    """
    yardstick = plan.yardstick
    store = attempt.ldap.nt_auth if attempt.ldap is not None else None
    if store is not None and store.answer is not None and store.answer.result.success:
        yardstick = yardstick._replace(nt_auth=CertificateStore(certificates(store)))
    gatherer = plan.gatherer
    if gatherer is None:
        return yardstick
    if attempt.peer is not None and plan.route.proxy is None:
        gatherer = gatherer.near(parse_host_port(attempt.peer, 0).host)
    return yardstick._replace(find_chain=gatherer.get_certificate_chain)


def _issuers(identities: Identities) -> Iterator[Certificate]:
    yield from identities.certificates
    for credential in identities.credentials:
        yield from credential.intermediates
