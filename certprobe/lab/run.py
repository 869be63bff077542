"""Run a scenario: start its server, probe it as the command line would, and compare the report with what is stated."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.attempt import Route
from certprobe.cache import Cache
from certprobe.chooser import BySelection, Store
from certprobe.endpoint import Endpoint, HostPort, Scheme
from certprobe.fetch import Fetcher, Network
from certprobe.gather import Gatherer, Gathering
from certprobe.judging import Yardstick
from certprobe.lab.publisher import publish
from certprobe.lab.revocation import crl, revoked
from certprobe.lab.scenario import Cast, Expectation, Identity, Option, Scenario, Status
from certprobe.lab.server import HOST, LabServer
from certprobe.lab.service import Service, serve
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.pki.crl import CertificateList
from certprobe.pki.decode import Contents, FoundCertificate, FoundKey
from certprobe.pki.identities import credentials
from certprobe.pki.store import CertificateStore
from certprobe.probe import Probe, probe
from certprobe.report.model import Outcome
from certprobe.selection.select import parse_choice
from certprobe.tls.acceptor import ServerOptions
from certprobe.tls.openssl import Requirement
from certprobe.tls.session import ClientOptions
from certprobe.transport import Deadline
from certprobe.trials import each_identity, each_path
from certprobe.wincrypt.chain_flags import ChainFlags

if TYPE_CHECKING:
    from certprobe.lab.pki import Authority, Issued
    from certprobe.report.model import Judgement, ProbeReport

HTTP_1_1: Final = ("http/1.1",)
_SECONDS: Final = 10.0


class Standing(NamedTuple):
    """A scenario whose server is running: where it is, what it shows, and what its client holds."""

    scenario: Scenario
    cast: Cast
    port: int
    identities: tuple[tuple[Identity, Issued], ...]

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        scenario = self.scenario
        paths = scenario.paths if scenario.scheme is Scheme.HTTPS else ("",)
        return tuple(Endpoint(scenario.scheme, scenario.host, self.port, path) for path in paths)


@contextlib.contextmanager
def standing(scenario: Scenario, cast: Cast) -> Iterator[Standing]:
    """Run the scenario's server to the end of the block, with certificates made for it, and what publishes for them."""
    files: dict[str, bytes] = {}
    with contextlib.ExitStack() as stack:
        if scenario.published is not None:
            publisher = stack.enter_context(LabServer(partial(publish, files)))
            cast = cast._replace(published_at=f"http://{HOST}:{publisher.port}")
        identities = tuple((identity, identity.issue(cast)) for identity in scenario.identities)
        shown = scenario.server(cast)
        if scenario.published is not None:
            files |= scenario.published(cast, shown)
        service = service_of(scenario, cast, shown, identities)
        server = stack.enter_context(LabServer(partial(serve, service)))
        yield Standing(scenario, cast, server.port, identities)


def try_out(running: Standing) -> ProbeReport:
    """Probe the running scenario with its own client, in memory, and report. Raises KeyboardInterrupt as ever."""
    deadline = Deadline(_SECONDS, _SECONDS)
    report = probe(_plan(running)._replace(gatherer=_gatherer(running, deadline)), deadline)
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


def service_of(
    scenario: Scenario, cast: Cast, shown: Issued, identities: tuple[tuple[Identity, Issued], ...] = ()
) -> Service:
    """The server's side of a scenario that shows a certificate; of `identities` it knows which are revoked."""
    tls = ServerOptions(
        credential=_shown(shown),
        requirement=scenario.requirement,
        certificate_authorities=scenario.announced(cast),
        alpn=HTTP_1_1 if scenario.scheme is Scheme.HTTPS else (),
        versions=scenario.versions,
        stapled_ocsp=scenario.staple(cast, shown) if scenario.staple is not None else None,
        compatibility=scenario.compatibility,
    )
    if (host := scenario.virtual_host) is not None:
        other = tls._replace(credential=_shown(host.server(cast)), requirement=Requirement.REQUIRED)
        tls = tls._replace(virtual_hosts=((host.name, other),))
    entries = [revoked(issued) for identity, issued in identities if identity in scenario.revoked]
    return Service(
        scheme=scenario.scheme,
        tls=tls,
        roots=_store(scenario.accepted(cast)),
        at=cast.at,
        asking_paths=scenario.asking_paths,
        acceptor=scenario.acceptor,
        crls=(CertificateList(crl(cast.issuing, *entries)),) if entries else (),
        refusal=scenario.refusal,
        anonymous=scenario.anonymous,
        accounts=scenario.accounts,
        binding=scenario.binding,
        unmapped=scenario.unmapped,
    )


def _plan(running: Standing) -> Probe:
    scenario, at = running.scenario, running.cast.at
    identities = credentials(_contents(identity.name, issued) for identity, issued in running.identities)
    store = Store(identities.credentials, at, identities.certificates)
    chooser = BySelection(store, parse_choice(scenario.select))
    endpoints = running.endpoints
    is_named = scenario.host != HOST
    flags = next((_FLAGS[each] for each in scenario.options if each in _FLAGS), ChainFlags.CERT_CHAIN_DEFAULT)
    return Probe(
        plan=each_identity(endpoints, store) if Option.ACCEPTS in scenario.options else each_path(endpoints, chooser),
        route=Route(HostPort(HOST, running.port) if is_named else None),
        options=ClientOptions(scenario.host if is_named else None, HTTP_1_1 if scenario.scheme is Scheme.HTTPS else ()),
        identities=identities,
        yardstick=Yardstick(_store(running.cast.trusted), at, flags=flags),
        trust="the lab's roots",
        started=datetime.now(UTC),
    )


_FLAGS: Final = {
    Option.REVOCATION: ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT,
    Option.REVOCATION_OF_THE_END: ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT,
}


def _gatherer(running: Standing, deadline: Deadline) -> Gatherer | None:
    """Who fetches what the options of the scenario ask for; what the probe may connect to, it finds out itself."""
    gathering = Gathering(0)
    for option in running.scenario.options:
        if option in _FLAGS:
            gathering |= Gathering.REVOCATION
        if option is Option.FETCH:
            gathering |= Gathering.ISSUERS
    if not gathering:
        return None
    return Gatherer(Fetcher(Cache(None), deadline, Network.ALLOWED, lambda: running.cast.at), gathering)


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
