"""One connection, from the dial to the last answer: walks the rooms and keeps all that was learned, also in failure."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from certprobe import transport
from certprobe.chooser import Question
from certprobe.endpoint import HostPort, Scheme
from certprobe.errors import CallbackError, FailureKind, NotReached, Party, ProtocolError, StageError
from certprobe.report.model import Attempt, Stage, StageOutcome, TlsFacts
from certprobe.report.observation import answered, observed
from certprobe.talk import END, HttpTalk, LdapTalk, Reading
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import ApplicationData, CertificateAwaited, Closure, PeerClosed, TlsEvent
from certprobe.tls.records import RecordHeaders
from certprobe.tls.session import ClientOptions, TlsSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from certprobe.chooser import Chooser
    from certprobe.endpoint import Endpoint, Proxy
    from certprobe.transport import Channel, Deadline, Step

    Dial: TypeAlias = Callable[[str, int, Step], Channel]


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
        reading: Reading = Reading.ROOT_DSE,
    ) -> None:
        self._endpoint = endpoint
        self._route = route
        self._options = options
        self._chooser = chooser
        self._deadline = deadline
        self._dial = dial
        self._stages: list[StageOutcome] = []
        self._at, self._since = Stage.CONNECT, deadline.now()
        self._peer: str | None = None
        self._tls: TlsFacts | None = None
        self._talk = HttpTalk(endpoint) if endpoint.scheme is Scheme.HTTPS else LdapTalk(reading)

    def travel(self) -> Attempt:
        """Go as far as it goes, or until it is interrupted from the keyboard.

        Raises UsageError for what no proxy can carry, nothing for what a peer does.
        """
        try:
            self._travel()
        except StageError:
            pass  # It is in self._stages already, as the last.
        except KeyboardInterrupt:
            self._note_interruption()
        return self._facts()

    def _travel(self) -> None:
        with contextlib.ExitStack() as stack:
            channel = self._connect()
            stack.callback(channel.close)
            if self._endpoint.scheme is Scheme.LDAP_STARTTLS:
                self._start_tls(channel)
            self._converse(channel, self._handshake(channel))

    # --- the stations -------------------------------------------------------------------------------------------------

    def _connect(self) -> Channel:
        target = self._route.address or HostPort(self._endpoint.host, self._endpoint.port)
        proxy = self._route.proxy
        first = HostPort(proxy.host, proxy.port) if proxy is not None else target
        with self._stage(Stage.CONNECT, "connecting") as step:
            try:
                channel = self._dial(first.host, first.port, step)
            except NotReached as error:
                party = Party.PROXY if proxy is not None else error.party
                raise NotReached(str(error), kind=error.kind, party=party) from error
            self._peer = channel.peer
        if proxy is not None:
            from certprobe.proxy import through_proxy

            with self._stage(Stage.PROXY, "the proxy's answer") as step:
                through_proxy(channel, proxy, target.host, target.port, self._route.proxy_password, step)
        return channel

    def _start_tls(self, channel: Channel) -> None:
        assert isinstance(self._talk, LdapTalk)
        with self._stage(Stage.STARTTLS, "the StartTLS answer") as step:
            script = self._talk.start_tls()
            channel.send(next(script))
            while True:
                try:
                    channel.send(script.send(transport.receive(channel, step, Party.PEER)))
                except StopIteration:
                    return

    def _handshake(self, channel: Channel) -> TlsSession:
        with self._stage(Stage.HANDSHAKE, "the TLS handshake") as step:
            self._open(step)
            session = TlsSession(self._options)
            self._tls = TlsFacts(self._options.server_name, session.negotiated)
            for _ in self._tls_events(channel, session, step):
                if self._tls.completed:
                    return session
            raise self._hung_up(channel, "during the TLS handshake")

    def _open(self, step: Step) -> None:
        via_uri = f"//{self._route.address}" if self._route.address is not None else None
        try:
            self._chooser.open(self._endpoint.url, via_uri, step)
        except CallbackError as error:
            raise _callback_failed(error) from error

    def _converse(self, channel: Channel, session: TlsSession) -> None:
        with self._stage(Stage.APPLICATION, "the answer") as step, contextlib.closing(self._talk.script()) as script:
            session.send(next(script))
            for event in self._tls_events(channel, session, step):
                try:
                    if isinstance(event, ApplicationData):
                        session.send(script.send(event.data))
                    elif isinstance(event, PeerClosed):
                        script.send(END)
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

    # --- what TLS tells -----------------------------------------------------------------------------------------------

    def _tls_events(self, channel: Channel, session: TlsSession, step: Step) -> Iterator[TlsEvent]:
        """Keep every fact, answer every certificate request, and hand each event on, up to the end."""
        assert self._tls is not None
        events: Iterator[TlsEvent] = transport.pump(channel, session, step)
        for event in events:
            self._tls = observed(self._tls, event)._replace(negotiated=session.negotiated)
            if isinstance(event, CertificateAwaited):
                self._answer_request(channel, session, step)
            yield event
            if isinstance(event, PeerClosed):
                return

    def _answer_request(self, channel: Channel, session: TlsSession, step: Step) -> None:
        assert self._tls is not None
        record = self._tls.requests[-1]
        server = WaitingServer(channel, session, step.deadline)
        try:
            answer = self._chooser.answer(Question(self._endpoint.url, record.phase, record.request, step, server))
        except CallbackError as error:
            raise _callback_failed(error) from error
        except ProtocolError:
            for event in session.abandon():
                self._tls = observed(self._tls, event)
            raise
        record = record._replace(selection=answer.selection, credential=answer.credential, note=answer.note)
        self._tls = answered(self._tls, record)
        session.send_certificate(answer.credential)

    @property
    def _closure(self) -> Closure | None:
        return self._tls.closure if self._tls is not None else None

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
        self._at, self._since = stage, self._deadline.now()
        return _StageClock(stage, self._deadline.step(name), self._stages)

    def _note_interruption(self) -> None:
        words, seconds = "interrupted from the keyboard", self._deadline.now() - self._since
        self._stages.append(StageOutcome(self._at, seconds, words, FailureKind.INTERRUPTED, Party.OURSELVES))

    def _facts(self) -> Attempt:
        return Attempt(
            path=self._endpoint.path or None,
            peer=self._peer,
            stages=tuple(self._stages),
            tls=self._tls,
            http=self._talk.facts if isinstance(self._talk, HttpTalk) else None,
            ldap=self._talk.facts if isinstance(self._talk, LdapTalk) else None,
            server=None,
            client=None,
        )


class WaitingServer:
    """The peer of a resting handshake: takes in what it says meanwhile, for OpenSSL does not look."""

    def __init__(self, channel: Channel, session: TlsSession, deadline: Deadline) -> None:
        self._channel = channel
        self._session = session
        self._records = RecordHeaders()
        self._deadline = deadline
        self._since = deadline.now()

    def fileno(self) -> int:
        """The channel's descriptor."""
        return self._channel.fileno()

    def look(self) -> None:
        """Take in what is there; see `chooser.Server`."""
        try:
            data = self._channel.receive(0.0)
        except TimeoutError:
            return
        if data:
            self._session.receive_data(data)
        else:
            self._session.receive_eof()
        version = self._session.negotiated.version or ProtocolVersion.TLS_1_2
        # All of them, so that the next octets are taken for what they are.
        alerts = [header.is_alert(version) for header in self._records.feed(data)]
        if not data or any(alerts):
            seconds = self._deadline.now() - self._since
            words = f"the server gave up after it had waited {seconds:.1f} seconds for the answer to its request"
            raise ProtocolError(words, kind=FailureKind.LOST_PATIENCE, party=Party.PEER)


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


def _callback_failed(error: CallbackError) -> ProtocolError:
    return ProtocolError(str(error), kind=FailureKind.CALLBACK, party=Party.OURSELVES)
