"""Run a scenario: start its server, probe it as the command line would, and compare the report with what is stated."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.attempt import Route
from certprobe.chooser import BySelection, Store
from certprobe.endpoint import Endpoint, Scheme
from certprobe.judging import Yardstick
from certprobe.lab.scenario import Cast, Expectation, Identity, Scenario, Status
from certprobe.lab.server import HOST, LabServer
from certprobe.lab.service import Service
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.pki.decode import Contents, FoundCertificate, FoundKey
from certprobe.pki.identities import credentials
from certprobe.pki.store import CertificateStore
from certprobe.probe import Probe, probe
from certprobe.report.model import Outcome
from certprobe.selection.select import parse_choice
from certprobe.tls.acceptor import ServerOptions
from certprobe.tls.session import ClientOptions
from certprobe.transport import Deadline
from certprobe.trials import each_path

if TYPE_CHECKING:
    from certprobe.lab.pki import Authority, Issued
    from certprobe.report.model import Judgement, ProbeReport

HTTP_1_1: Final = ("http/1.1",)
_SECONDS: Final = 10.0


class Standing(NamedTuple):
    """A scenario whose server is running: where it is, and what its client holds."""

    scenario: Scenario
    cast: Cast
    port: int
    identities: tuple[tuple[Identity, Issued], ...]

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        scenario = self.scenario
        paths = scenario.paths if scenario.scheme is Scheme.HTTPS else ("",)
        return tuple(Endpoint(scenario.scheme, HOST, self.port, path) for path in paths)


@contextlib.contextmanager
def standing(scenario: Scenario, cast: Cast) -> Iterator[Standing]:
    """Run the scenario's server to the end of the block, with certificates made for it."""
    with LabServer(service_of(scenario, cast)) as server:
        identities = tuple((identity, identity.issue(cast)) for identity in scenario.identities)
        yield Standing(scenario, cast, server.port, identities)


def try_out(running: Standing) -> ProbeReport:
    """Probe the running scenario with its own client, in memory, and report. Raises KeyboardInterrupt as ever."""
    report = probe(_plan(running), Deadline(_SECONDS, _SECONDS))
    if report.conclusion.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return report


def deviations(scenario: Scenario, report: ProbeReport) -> tuple[str, ...]:
    """Where the report is not what the scenario states, one line each; empty = as stated."""
    found = _found(scenario, report)
    return tuple(
        f"{field}: stated {_words(stated)}, found {_words(got)}"
        for field, stated, got in zip(Expectation._fields, scenario.expectation, found, strict=True)
        if stated != got
    )


def service_of(scenario: Scenario, cast: Cast) -> Service:
    """The server's side of a scenario, with a certificate made for it."""
    tls = ServerOptions(
        credential=_shown(scenario.server(cast)),
        requirement=scenario.requirement,
        certificate_authorities=tuple(authority.issued.subject for authority in scenario.announced(cast)),
        alpn=HTTP_1_1 if scenario.scheme is Scheme.HTTPS else (),
        versions=scenario.versions,
    )
    return Service(
        scheme=scenario.scheme,
        tls=tls,
        roots=_store(scenario.accepted(cast)),
        at=cast.at,
        asking_paths=scenario.asking_paths,
        refusal=scenario.refusal,
        accounts=scenario.accounts,
        unmapped=scenario.unmapped,
    )


def _plan(running: Standing) -> Probe:
    scenario, at = running.scenario, running.cast.at
    identities = credentials(_contents(identity.name, issued) for identity, issued in running.identities)
    return Probe(
        plan=each_path(
            running.endpoints, BySelection(Store(identities.credentials, at), parse_choice(scenario.select))
        ),
        route=Route(),
        options=ClientOptions(None, HTTP_1_1 if scenario.scheme is Scheme.HTTPS else ()),
        identities=identities,
        yardstick=Yardstick(_store((running.cast.root,)), at),
        trust="the lab's root",
        started=datetime.now(UTC),
    )


def _contents(name: str, issued: Issued) -> Contents:
    """What a file with the identity would be decoded to."""
    certificates = tuple(FoundCertificate(Certificate(der), name) for der in (issued.der, *issued.chain))
    return Contents(name, certificates, (FoundKey(issued.private_key, name),))


def _shown(issued: Issued) -> Credential:
    """What the server sends: exactly the chain of the certificate, in its order, were it wrong or a root."""
    return Credential(
        certificate=Certificate(issued.der),
        intermediates=tuple(map(Certificate, issued.chain)),
        private_key=issued.private_key,
        key_status=KeyStatus.FITS,
        friendly_name=None,
        source="the lab's server",
    )


def _store(authorities: tuple[Authority, ...]) -> CertificateStore:
    return CertificateStore(Certificate(authority.issued.der) for authority in authorities)


def _found(scenario: Scenario, report: ProbeReport) -> Expectation:
    """The report in the terms of an Expectation."""
    last = report.attempts[-1]
    records = [record for attempt in report.attempts if attempt.tls is not None for record in attempt.tls.requests]
    candidates = chain.from_iterable(record.selection.candidates for record in records if record.selection is not None)
    sent = next((record.credential for record in reversed(records) if record.sent), None)
    return Expectation(
        outcome=report.conclusion.outcome,
        causes=tuple(cause.code for cause in report.conclusion.causes),
        exit_code=report.exit_code,
        server=_statuses(last.server),
        client=_statuses(last.client),
        asked=tuple(record.phase for record in records),
        sent=next((identity for identity in scenario.identities if sent and identity.name == sent.source), None),
        rejected=tuple(rejection.reason for candidate in candidates for rejection in candidate.rejections),
    )


def _statuses(judgement: Judgement | None) -> tuple[Status, ...]:
    if judgement is None:
        return ()
    return tuple(
        Status(answer.policy, answer.error.symbol, answer.chain_index, answer.element_index)
        for answer in judgement.statuses
    )


def _words(value: object) -> str:
    match value:
        case tuple() if not isinstance(value, Identity | Status):
            return ", ".join(map(_words, value)) or "nothing"
        case enum.Enum():
            return str(value.value)
        case _:
            return str(value)
