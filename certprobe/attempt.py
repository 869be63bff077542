"""One connection, from the dial to the last answer: walks the rooms and keeps all that was learned, also in failure."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from certprobe import transport
from certprobe.chooser import Question
from certprobe.endpoint import HostPort, Scheme
from certprobe.errors import CallbackError, FailureKind, Party, ProtocolError, StageError
from certprobe.pki.certificate import Certificate
from certprobe.report.model import (
    AlertRecord,
    Attempt,
    HttpFacts,
    LdapFacts,
    RequestRecord,
    Stage,
    StageOutcome,
    TlsFacts,
)
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    ApplicationData,
    CertificateAwaited,
    CertificateRequested,
    CertificateSent,
    Closure,
    HandshakeCompleted,
    PeerCertificates,
    PeerClosed,
    Phase,
    StapledOcsp,
    TlsEvent,
)
from certprobe.tls.session import ClientOptions, TlsSession

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import TypeAlias

    from certprobe.application.ldap import LdapConversation, LdapEvent
    from certprobe.chooser import Chooser
    from certprobe.endpoint import Endpoint, Proxy
    from certprobe.transport import Channel, Deadline, Machine, Step

    Dial: TypeAlias = Callable[[str, int, Step], Channel]
    # Yields what is to be sent, is sent what came (b"" = the end), and returns its last words.
    Talk: TypeAlias = Generator[bytes, bytes, bytes]

E = TypeVar("E")
_END = b""


class Route(NamedTuple):
    """How to get to the endpoint: `address` instead of its own host and port, a proxy and its password."""

    address: HostPort | None = None
    proxy: Proxy | None = None
    proxy_password: str | None = None


class Journey:
    """One attempt under way. Use once: `travel` returns the facts, whatever happens on the way."""

    def __init__(
        self,
        endpoint: Endpoint,
        route: Route,
        options: ClientOptions,
        chooser: Chooser,
        deadline: Deadline,
        dial: Dial = transport.dial,
    ) -> None:
        self._endpoint = endpoint
        self._route = route
        self._options = options
        self._chooser = chooser
        self._deadline = deadline
        self._dial = dial
        self._stages: list[StageOutcome] = []
        self._peer: str | None = None
        self._session: TlsSession | None = None
        self._certificates: tuple[Certificate, ...] = ()
        self._faults: tuple[str, ...] = ()
        self._stapled_ocsp: bytes | None = None
        self._requests: list[RequestRecord] = []
        self._alerts: list[AlertRecord] = []
        self._completed: list[Phase] = []
        self._closure: Closure | None = None
        self._http: HttpFacts | None = None
        self._ldap: LdapFacts | None = None

    def travel(self) -> Attempt:
        """Go as far as it goes. Raises UsageError for what no proxy can carry, nothing for what a peer does."""
        channel: Channel | None = None
        try:
            channel = self._connect()
            if self._endpoint.scheme is Scheme.LDAP_STARTTLS:
                self._start_tls(channel)
            self._converse(channel, self._handshake(channel))
        except StageError:
            pass  # it is the last of self._stages
        finally:
            if channel is not None:
                channel.close()
        return self._facts()

    # --- the stations -------------------------------------------------------------------------------------------------

    def _connect(self) -> Channel:
        target = self._route.address or HostPort(self._endpoint.host, self._endpoint.port)
        proxy = self._route.proxy
        first = HostPort(proxy.host, proxy.port) if proxy is not None else target
        with self._stage(Stage.CONNECT, "connecting") as step:
            channel = self._dial(first.host, first.port, step)
            self._peer = channel.peer
        if proxy is not None:
            from certprobe.proxy import through_proxy

            with self._stage(Stage.PROXY, "the proxy's answer") as step:
                through_proxy(channel, proxy, target.host, target.port, self._route.proxy_password, step)
        return channel

    def _start_tls(self, channel: Channel) -> None:
        from certprobe.application.ldap import LdapConversation, StartTlsAnswered

        with self._stage(Stage.STARTTLS, "the StartTLS answer") as step:
            conversation = LdapConversation()
            conversation.start_tls()
            events: Iterator[LdapEvent] = transport.pump(channel, conversation, step)
            event = next(events, None)
            if not isinstance(event, StartTlsAnswered):
                raise _disconnected(event)
            self._ldap = LdapFacts(start_tls=event)
            if not event.result.success:
                words = f"{event.result.name} ({event.result.code}): {event.result.diagnostic_message}"
                raise ProtocolError(words, kind=FailureKind.STARTTLS_REFUSED, party=Party.PEER)

    def _handshake(self, channel: Channel) -> TlsSession:
        with self._stage(Stage.HANDSHAKE, "the TLS handshake") as step:
            self._open(step)
            self._session = session = TlsSession(self._options)
            for _ in self._tls_events(channel, session, step):
                if self._completed:
                    return session
            raise self._hung_up(channel, "during the TLS handshake")

    def _open(self, step: Step) -> None:
        via_uri = f"//{self._route.address}" if self._route.address is not None else None
        try:
            self._chooser.open(self._endpoint.url, via_uri, step)
        except CallbackError as error:
            raise _callback_failed(error) from error

    def _converse(self, channel: Channel, session: TlsSession) -> None:
        talk = self._http_talk() if self._endpoint.scheme is Scheme.HTTPS else self._ldap_talk()
        with self._stage(Stage.APPLICATION, "the answer") as step, contextlib.closing(talk):
            session.send(next(talk))
            for event in self._tls_events(channel, session, step):
                try:
                    if isinstance(event, ApplicationData):
                        session.send(talk.send(event.data))
                    elif isinstance(event, PeerClosed):
                        talk.send(_END)
                except StopIteration as finished:
                    session.send(finished.value)
                    break
                except StageError as error:
                    # TLS knows better than the application how the conversation ended.
                    raise (self._hung_up(channel, "before it answered") if self._closure else error) from error
            else:
                raise self._hung_up(channel, "before it answered")
        session.close()
        channel.send(session.data_to_send())

    # --- what is said inside ------------------------------------------------------------------------------------------

    def _http_talk(self) -> Talk:
        from certprobe.application.http import HttpExchange

        path = self._endpoint.path
        exchange = HttpExchange(self._endpoint.host_header, path)
        try:
            yield from _next_event(exchange)
        finally:
            self._http = HttpFacts(path, exchange.answer_so_far)
        return exchange.data_to_send()

    def _ldap_talk(self) -> Talk:
        from certprobe.application.ldap import BindAnswered, LdapConversation, RootDseAnswered, WhoAmIAnswered

        conversation = LdapConversation()
        facts = self._ldap = self._ldap or LdapFacts()
        conversation.who_am_i()
        before = yield from _ldap_answer(conversation, WhoAmIAnswered)
        facts = self._ldap = facts._replace(who_am_i_before=before)
        conversation.bind_external()
        bind = yield from _ldap_answer(conversation, BindAnswered)
        facts = self._ldap = facts._replace(bind=bind)
        conversation.who_am_i()
        after = yield from _ldap_answer(conversation, WhoAmIAnswered)
        facts = self._ldap = facts._replace(who_am_i_after=after)
        conversation.search_root_dse()
        root_dse = yield from _ldap_answer(conversation, RootDseAnswered)
        self._ldap = facts._replace(root_dse=root_dse)
        conversation.unbind()
        return conversation.data_to_send()

    # --- what TLS tells -----------------------------------------------------------------------------------------------

    def _tls_events(self, channel: Channel, session: TlsSession, step: Step) -> Iterator[TlsEvent]:
        """Keep every fact, answer every certificate request, and hand each event on, up to the end."""
        events: Iterator[TlsEvent] = transport.pump(channel, session, step)
        for event in events:
            match event:
                case PeerCertificates(certificates, faults):
                    self._certificates, self._faults = tuple(map(Certificate, certificates)), faults
                case StapledOcsp(response):
                    self._stapled_ocsp = response
                case CertificateRequested(request, phase):
                    self._requests.append(RequestRecord(phase, request))
                case CertificateAwaited():
                    self._answer_request(session, step)
                case CertificateSent(certificates):
                    self._requests[-1] = self._requests[-1]._replace(sent=tuple(map(Certificate, certificates)))
                case HandshakeCompleted(phase):
                    self._completed.append(phase)
                case AlertReceived(level, description):
                    self._alerts.append(AlertRecord(Party.PEER, level, description))
                case AlertSent(level, description):
                    self._alerts.append(AlertRecord(Party.OURSELVES, level, description))
                case PeerClosed(closure):
                    self._closure = closure
                case _:
                    pass
            yield event
            if isinstance(event, PeerClosed):
                return

    def _answer_request(self, session: TlsSession, step: Step) -> None:
        record = self._requests[-1]
        try:
            answer = self._chooser.answer(Question(self._endpoint.url, record.phase, record.request, step))
        except CallbackError as error:
            raise _callback_failed(error) from error
        self._requests[-1] = record._replace(selection=answer.selection, credential=answer.credential, note=answer.note)
        session.send_certificate(answer.credential)

    def _hung_up(self, channel: Channel, when: str) -> ProtocolError:
        """The failure that the end of the conversation is, in the words of how it ended."""
        if self._closure is Closure.ALERT:
            return ProtocolError(f"the server sent an alert {when}", kind=FailureKind.ALERT, party=Party.PEER)
        if channel.ended is transport.Ended.RESET:
            return ProtocolError(f"the connection was reset {when}", kind=FailureKind.RESET, party=Party.PEER)
        manner = "with close_notify" if self._closure is Closure.CLOSE_NOTIFY else "without an alert"
        words = f"the server closed the connection {when}, {manner}"
        return ProtocolError(words, kind=FailureKind.CLOSED, party=Party.PEER)

    # --- bookkeeping --------------------------------------------------------------------------------------------------

    def _stage(self, stage: Stage, name: str) -> _StageClock:
        return _StageClock(stage, self._deadline.step(name), self._stages)

    def _facts(self) -> Attempt:
        tls = (
            TlsFacts(
                server_name=self._options.server_name,
                negotiated=self._session.negotiated,
                certificates=self._certificates,
                faults=self._faults,
                stapled_ocsp=self._stapled_ocsp,
                requests=tuple(self._requests),
                alerts=tuple(self._alerts),
                completed=tuple(self._completed),
                closure=self._closure,
            )
            if self._session is not None
            else None
        )
        path = self._endpoint.path or None
        return Attempt(path, self._peer, tuple(self._stages), tls, self._http, self._ldap, server=None, client=None)


class _StageClock:
    """Notes how a stage went, how long it took, and, if it failed, of what."""

    def __init__(self, stage: Stage, step: Step, stages: list[StageOutcome]) -> None:
        self._stage = stage
        self._step = step
        self._stages = stages

    def __enter__(self) -> Step:
        return self._step

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        seconds = self._step.deadline.now() - self._step.start
        if error is None:
            self._stages.append(StageOutcome(self._stage, seconds, "done"))
        elif isinstance(error, StageError):
            self._stages.append(StageOutcome(self._stage, seconds, str(error), error.kind, error.party))


def _next_event(machine: Machine[E]) -> Generator[bytes, bytes, E]:
    """Carry octets for `machine` until it has an event."""
    while (event := machine.next_event()) is None:
        data = yield machine.data_to_send()
        if data:
            machine.receive_data(data)
        else:
            machine.receive_eof()
    return event


def _ldap_answer(conversation: LdapConversation, kind: type[E]) -> Generator[bytes, bytes, E]:
    machine: Machine[LdapEvent] = conversation
    event = yield from _next_event(machine)
    if not isinstance(event, kind):
        raise _disconnected(event)
    return event


def _disconnected(event: LdapEvent | None) -> ProtocolError:
    words = "the server closed the connection"
    if event is not None:
        words = f"{words} with a notice: {event.result.name} ({event.result.code}) {event.result.diagnostic_message}"
    return ProtocolError(words, kind=FailureKind.CLOSED, party=Party.PEER)


def _callback_failed(error: CallbackError) -> ProtocolError:
    return ProtocolError(str(error), kind=FailureKind.CALLBACK, party=Party.OURSELVES)
