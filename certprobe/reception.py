"""One client's conversation with the listener, sans-IO: asks for its certificate, and rests where its owner decides."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.application.http import PLAIN_TEXT
from certprobe.endpoint import Scheme
from certprobe.errors import FailureKind, Party, ProtocolError, StageError
from certprobe.report.model import Attempt, Stage, StageOutcome, TlsFacts
from certprobe.report.observation import observed_of_client
from certprobe.report.visits import Visit
from certprobe.served import Directory, Website, Wish
from certprobe.tls.acceptor import TlsAcceptor
from certprobe.tls.client_hello import ClientHello
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import ApplicationData, Closure, HandshakeCompleted, Negotiated, PeerClosed, TlsEvent
from certprobe.tls.openssl import Requirement

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.application.http import Headers, HttpRequested
    from certprobe.application.ldap_results import LdapResult
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential
    from certprobe.served import Served
    from certprobe.tls.acceptor import ServerContext

_PLAIN_HTTP: Final = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 39\r\nConnection: close\r\n\r\n"
    b"This port speaks TLS: use https:// here"
)


class Asking(enum.Enum):
    """When a client is asked for its certificate; the last two ask once the request is there."""

    ALWAYS = "always"
    OPTIONAL = "optional"
    POST_HANDSHAKE = "post-handshake"
    PER_PATH = "per-path"

    @property
    def requirement(self) -> Requirement:
        """What the first handshake does about it."""
        return _REQUIREMENTS.get(self, Requirement.NONE)


_REQUIREMENTS: Final = {Asking.ALWAYS: Requirement.REQUIRED, Asking.OPTIONAL: Requirement.OPTIONAL}


class Terms(NamedTuple):
    """What every client meets: what is spoken, what it is shown, when it is asked, and for PER_PATH below which paths.

    `tls` is one for all; it shows `credential`, and asks in the first handshake as `asking` says. LDAPS stands for
    StartTLS as well.
    """

    scheme: Scheme
    tls: ServerContext
    credential: Credential
    asking: Asking
    paths: tuple[str, ...] = ()

    def asks_for(self, target: str) -> bool:
        """Whether a request for that target makes the client be asked."""
        path = target.partition("?")[0]
        return self.asking is Asking.POST_HANDSHAKE or any(_is_below(path, each) for each in self.paths)


def _is_below(path: str, parent: str) -> bool:
    return path == parent or path.startswith(parent.rstrip("/") + "/")


class CertificatesShown(NamedTuple):
    """A handshake is done in which the client sent these, leaf first; the conversation rests until `examined`."""

    certificates: tuple[Certificate, ...]


class ReportDue(NamedTuple):
    """The client waits for an answer to its request; the conversation rests until `answer`."""

    request: HttpRequested


ReceptionEvent = CertificatesShown | ReportDue


class Reception:
    """One connection, from its first octet on; `now` is a clock in seconds.

    Failures raise StageError from `next_event`, after every event that preceded them; `visit` has all that was learned,
    whatever happened. What is due to the client goes out by `data_to_send`, also after the end.
    """

    def __init__(self, terms: Terms, peer: str, now: Callable[[], float]) -> None:
        self.over = False
        self._terms = terms
        self._peer = peer
        self._now = now
        self._stage, self._since = Stage.HANDSHAKE, now()
        self._stages: list[StageOutcome] = []
        self._rests = False
        self._at_eof = False
        self._first: int | None = None
        self._outgoing = b""
        self._tls: TlsAcceptor | None = None
        self._facts: TlsFacts | None = None
        self._hello: ClientHello | None = None
        self._application: Served = Website(terms.asks_for) if terms.scheme is Scheme.HTTPS else Directory()

    @property
    def settled(self) -> bool:
        """Whether a handshake was done."""
        return self._facts is not None and bool(self._facts.completed)

    def receive_data(self, data: bytes) -> None:
        """Hand over octets from the client; what comes after the end is ignored."""
        if self.over or not data:
            return
        if self._first is None:
            self._first = data[0]
            if self._application.begins_in_clear(self._first):
                self._stage = Stage.STARTTLS
            else:
                self._tls = TlsAcceptor(self._terms.tls)
        (self._tls or self._application).receive_data(data)

    def receive_eof(self) -> None:
        """Say that the client's side of the transport has ended."""
        self._at_eof = True
        if self._tls is not None:
            self._tls.receive_eof()

    def next_event(self) -> ReceptionEvent | None:
        """Return the next event, or None: more octets are needed, an answer is awaited, or it is over.

        Raises StageError, once, when the conversation broke.
        """
        try:
            return self._proceed()
        except StageError as error:
            self.break_off(error)
            raise

    def examined(self, identity: str | None, refusal: LdapResult | None = None) -> None:
        """Go on after CertificatesShown; LDAP: as whom EXTERNAL binds ("dn:cn=alice"), or what it is answered."""
        self._rests = False
        self._application.admit(identity, refusal)

    def answer(self, status: int, reason: str, body: bytes, headers: Headers = PLAIN_TEXT) -> None:
        """Answer the request of ReportDue, and end the conversation."""
        self._rests = False
        self._application.answer(status, reason, body, headers)
        self._end()
        self._note_leaving()

    def break_off(self, failure: StageError) -> None:
        """End it for a reason that goes into the facts.

        Once it is over, this is why what was said last did not arrive.
        """
        if self.over:
            if self._stages[-1].kind is not None:
                return
            self._stages.pop()
        seconds = self._now() - self._since
        self._stages.append(StageOutcome(self._stage, seconds, str(failure), failure.kind, failure.party))
        self._close()
        if failure.kind is FailureKind.NOT_TLS and self._terms.scheme is Scheme.HTTPS:
            self._outgoing = _PLAIN_HTTP

    def data_to_send(self) -> bytes:
        """Return and forget the octets that are due to the client."""
        self._pass_on()
        data, self._outgoing = self._outgoing, b""
        return data + (self._tls.data_to_send() if self._tls is not None else b"")

    def visit(self, number: int) -> Visit:
        """Return what was learned so far; nothing of it is judged."""
        served = self._application
        path = served.requested.target if served.requested is not None else None
        attempt = Attempt(path, self._peer, tuple(self._stages), self._facts, None, None, None, None)
        return Visit(number, attempt, self._hello, served.requested, served.status, served.operations)

    # --- the way through ----------------------------------------------------------------------------------------------

    def _proceed(self) -> ReceptionEvent | None:
        while not (self._rests or self.over):
            if self._first is not None and (wish := self._application.next_wish()) is not None:
                if (due := self._fulfil(wish)) is not None:
                    return due
            elif self._tls is None:
                if self._at_eof:
                    raise self._left(Closure.WITHOUT_ALERT)
                return None
            elif (event := self._tls.next_event()) is None:
                return None
            elif (shown := self._take(self._tls, event)) is not None:
                return shown
        return None

    def _fulfil(self, wish: Wish) -> ReportDue | None:
        match wish:
            case Wish.START_TLS:
                self._pass_on()
                self._done()
                self._stage, self._since = Stage.HANDSHAKE, self._now()
                self._tls = TlsAcceptor(self._terms.tls)
                if self._at_eof:
                    self._tls.receive_eof()
            case Wish.ASK:
                if not self._can_ask():
                    self._application.admit(None, None)
            case Wish.ANSWER:
                self._rests = True
                assert self._application.requested is not None
                return ReportDue(self._application.requested)
            case Wish.END:
                self._end()
        return None

    def _can_ask(self) -> bool:
        """Ask after the handshake; False if the client has not offered that it may be asked (RFC 8446 4.2.6)."""
        assert self._tls is not None
        assert self._hello is not None
        if self._tls.negotiated.version == ProtocolVersion.TLS_1_3 and not self._hello.post_handshake_auth:
            return False
        self._tls.request_certificate(Requirement.OPTIONAL)
        return True

    def _take(self, tls: TlsAcceptor, event: TlsEvent) -> CertificatesShown | None:
        if isinstance(event, ClientHello) and self._hello is None:
            self._hello = event
            shown = (self._terms.credential.certificate, *self._terms.credential.intermediates)
            self._facts = TlsFacts(event.server_name, Negotiated(), shown)
        if self._facts is not None:
            self._facts = observed_of_client(self._facts, event)._replace(negotiated=tls.negotiated)
        match event:
            case HandshakeCompleted():
                return self._after_handshake()
            case ApplicationData(data):
                self._application.receive_data(data)
            case PeerClosed(closure):
                if not (self.settled and self._application.may_be_left):
                    raise self._left(closure)
                self._end()
            case _:
                pass
        return None

    def _note_leaving(self) -> None:
        """Take account of a client that was gone before its answer, which no longer goes out then."""
        assert self._tls is not None
        assert self._facts is not None
        try:
            while (event := self._tls.next_event()) is not None:
                self._facts = observed_of_client(self._facts, event)
                if isinstance(event, PeerClosed):
                    self.break_off(self._left(event.closure))
        except StageError as error:
            self.break_off(error)

    def _after_handshake(self) -> CertificatesShown | None:
        assert self._facts is not None
        if self._stage is not Stage.APPLICATION:
            self._done()
            self._stage, self._since = Stage.APPLICATION, self._now()
        if not self._facts.requests or not (sent := self._facts.requests[-1].sent):
            self._application.admit(None, None)
            return None
        self._rests = True
        return CertificatesShown(sent)

    def _left(self, closure: Closure) -> ProtocolError:
        """The failure that it is when the client ends the conversation now."""
        when = self._application.waits if self.settled else "before the TLS handshake was done"
        if self._first is None:
            when = "before it said anything"
        if closure is Closure.ALERT:
            return ProtocolError(f"the client sent an alert {when}", kind=FailureKind.ALERT, party=Party.PEER)
        manner = "with close_notify" if closure is Closure.CLOSE_NOTIFY else "without an alert"
        words = f"the client closed the connection {when}, {manner}"
        return ProtocolError(words, kind=FailureKind.CLOSED, party=Party.PEER)

    # --- bookkeeping --------------------------------------------------------------------------------------------------

    def _done(self) -> None:
        self._stages.append(StageOutcome(self._stage, self._now() - self._since, "done"))

    def _end(self) -> None:
        self._done()
        self._close()

    def _close(self) -> None:
        if self.over:
            return
        self._pass_on()
        self.over = True
        if self._tls is not None:
            self._tls.close()

    def _pass_on(self) -> None:
        """Hand on what the application says, to TLS once there is TLS."""
        said = self._application.data_to_send()
        if self._tls is None:
            self._outgoing += said
        elif not self.over:
            self._tls.send(said)
