"""What a TLS client and a TLS server have in common as sans-IO state machines: octets in, events out.

Modelled on h11: the owner feeds `receive_data`, drains `next_event` until it returns None, and sends `data_to_send`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import ClassVar, Final

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls.enums import AlertDescription, AlertLevel, HandshakeType, ProtocolVersion
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    ApplicationData,
    CertificateAwaited,
    Closure,
    HandshakeCompleted,
    Negotiated,
    PeerClosed,
    Phase,
    TlsEvent,
)
from certprobe.tls.messages import parse_encrypted_extensions, parse_server_hello, parse_server_key_exchange_group
from certprobe.tls.not_tls import BEGINNING_SIZE, TLS_BEGINNING_SIZE, client_words, may_be_tls, server_words
from certprobe.tls.openssl import Direction, Engine, Progress, Record

HANDSHAKE_LIMIT: Final = 32
"""Handshakes on one connection, post-handshake authentications included."""
TRIFLE_LIMIT: Final = 32
"""Warnings and KeyUpdates that a peer may send: they cost it next to nothing, and end nothing."""
_HANDSHAKE_HEADER = 4


class TlsConversation(ABC):
    """One side of a TLS connection over an Engine; `negotiated` is what the server has chosen so far.

    Failures raise ProtocolError from `next_event`, after every event that preceded them; after `PeerClosed` nothing
    follows. While a handshake rests, nothing is told: what the peer sends, its end included, waits for the answer.
    Not checked: anything about the peer's certificates.
    """

    _SERVER_WRITES: ClassVar[Direction]

    def __init__(self, engine: Engine) -> None:
        self.negotiated = Negotiated()
        self._engine = engine
        self._events: deque[TlsEvent] = deque()
        self._failure: ProtocolError | None = None
        self._phase = Phase.INITIAL
        self._finished: set[Direction] = set()
        self._handshakes = 0
        self._trifles = 0
        self._connected = False
        self._shakes_hands = True
        self._resting = False
        self._beginning = b""
        self._unsent: deque[bytes] = deque()
        self._at_eof = False
        self._ended = False
        self._advance()

    @abstractmethod
    def _translate_handshake(self, direction: Direction, kind: int, body: bytes) -> None:
        """Tell what one handshake message brought."""

    def receive_data(self, data: bytes) -> None:
        """Hand over octets from the peer; what comes after the end is ignored."""
        if len(self._beginning) < TLS_BEGINNING_SIZE:
            self._beginning += data[:BEGINNING_SIZE]
            if self._beginning and not may_be_tls(self._beginning):
                words = server_words if self._SERVER_WRITES is Direction.RECEIVED else client_words
                self._fail(ProtocolError(words(self._beginning), kind=FailureKind.NOT_TLS, party=Party.PEER))
        if data and not self._ended:
            self._engine.receive_data(data)
            self._advance()

    def receive_eof(self) -> None:
        """Say that the peer's side of the transport has ended."""
        self._at_eof = True
        self._advance()

    def next_event(self) -> TlsEvent | None:
        """Return the next event, or None: more data is needed. Raises ProtocolError when the conversation broke."""
        if self._events:
            return self._events.popleft()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            try:
                raise failure
            finally:
                # Its traceback leads here: with a name for it, all of this would stay until the collector comes.
                del failure
        return None

    def send(self, plaintext: bytes) -> None:
        """Encrypt application data, after the handshake if one is under way.

        Silently nothing once the conversation has ended, since reading on tells why.
        """
        if plaintext and not self._ended:
            self._unsent.append(plaintext)
            self._write()

    def close(self) -> None:
        """Queue our close_notify; there is none before a handshake is done."""
        self._engine.shut_down()
        self._translate_records()

    def data_to_send(self) -> bytes:
        """Return and forget the octets that are due to the peer."""
        return self._engine.data_to_send()

    def _advance(self) -> None:
        while not self._resting and not self._ended and self._run(self._step):
            pass
        self._write()
        if self._at_eof and not self._resting:
            self._end(Closure.WITHOUT_ALERT)

    def _write(self) -> None:
        # A write would go on with an unfinished handshake, and take the peer's data in between for a mistake.
        while self._unsent and not self._shakes_hands and not self._ended:
            if not self._run(lambda: self._engine.write(self._unsent[0])):
                break
            self._unsent.popleft()

    def _step(self) -> Progress:
        if not self._connected:
            progress = self._engine.handshake()
            self._connected = progress is Progress.DONE
            return progress
        outcome = self._engine.read()
        if isinstance(outcome, Progress):
            return outcome
        self._translate_records()
        self._events.append(ApplicationData(outcome))
        return Progress.DONE

    def _run(self, operation: Callable[[], Progress]) -> bool:
        """Run one operation of the engine, tell what it brought, and return whether another may follow."""
        try:
            progress = operation()
        except ProtocolError as error:
            self._translate_records()
            self._fail(error)
            return False
        self._translate_records()
        if progress is Progress.CERTIFICATE_AWAITED:
            self._resting = True
            self._events.append(CertificateAwaited())
        return progress is Progress.DONE

    def _fail(self, failure: ProtocolError) -> None:
        if not self._ended:
            self._ended = True
            self._failure = failure

    def _end(self, closure: Closure) -> None:
        if not self._ended:
            self._ended = True
            self._events.append(PeerClosed(closure))

    def _translate_records(self) -> None:
        while self._engine.records:
            record = self._engine.records.popleft()
            if record.is_alert:
                self._translate_alert(record)
                continue
            kind = record.data[0]
            body = record.data[_HANDSHAKE_HEADER:]
            self._note_progress(record.direction, kind)
            if record.direction is self._SERVER_WRITES:
                self._note_choice(kind, body)
            self._translate_handshake(record.direction, kind, body)

    def _translate_alert(self, record: Record) -> None:
        level, description = record.data[0], record.data[1]
        if record.direction is Direction.SENT:
            self._events.append(AlertSent(level, description))
            if description == AlertDescription.no_renegotiation:
                self._shakes_hands = False
                self._count_handshake()
            return
        if self._trifles > TRIFLE_LIMIT:
            return
        self._events.append(AlertReceived(level, description))
        if description == AlertDescription.close_notify:
            self._end(Closure.CLOSE_NOTIFY)
        elif level == AlertLevel.fatal or (self._is_tls13 and description != AlertDescription.user_canceled):
            self._end(Closure.ALERT)
        else:
            self._count_trifle()

    @property
    def _version(self) -> int:
        """The negotiated version, TLS 1.2 while it is not known."""
        return self.negotiated.version or ProtocolVersion.TLS_1_2

    @property
    def _is_tls13(self) -> bool:
        return self._version == ProtocolVersion.TLS_1_3

    def _note_choice(self, kind: int, body: bytes) -> None:
        """Keep account of what the server chooses."""
        match kind:
            case HandshakeType.server_hello if (hello := parse_server_hello(body)) is not None:
                # ALPN is agreed on once (RFC 7301 3.1); a renegotiation does not repeat it.
                alpn = hello.alpn or self.negotiated.alpn
                self.negotiated = Negotiated(hello.version, hello.cipher_suite, hello.group, alpn)
                if not hello.is_retry:
                    self._events.append(hello)
            case HandshakeType.encrypted_extensions:
                self.negotiated = self.negotiated._replace(alpn=parse_encrypted_extensions(body))
            case HandshakeType.server_key_exchange:
                self.negotiated = self.negotiated._replace(group=parse_server_key_exchange_group(body))
            case _:
                pass

    def _note_progress(self, direction: Direction, kind: int) -> None:
        """Keep account of where a handshake begins and ends."""
        match kind:
            case HandshakeType.client_hello:
                self._shakes_hands = True
            case HandshakeType.certificate_request if self._phase is Phase.POST_HANDSHAKE:
                # The server's Finished of the first handshake stands for this exchange too (RFC 8446 4.6.2).
                self._finished = {direction}
                self._shakes_hands = direction is Direction.RECEIVED
            case HandshakeType.finished:
                self._note_finished(direction)
            case HandshakeType.key_update if direction is Direction.RECEIVED:
                self._count_trifle()
            case _:
                pass

    def _note_finished(self, direction: Direction) -> None:
        self._finished.add(direction)
        if len(self._finished) < len(Direction):
            return
        self._events.append(HandshakeCompleted(self._phase))
        self._finished.clear()
        self._shakes_hands = False
        self._phase = Phase.POST_HANDSHAKE if self._is_tls13 else Phase.RENEGOTIATION
        self._count_handshake()

    def _count_handshake(self) -> None:
        self._handshakes += 1
        if self._handshakes > HANDSHAKE_LIMIT:
            words = f"the peer began more than {HANDSHAKE_LIMIT} handshakes on one connection"
            self._fail(ProtocolError(words, kind=FailureKind.TOO_MUCH_DATA, party=Party.PEER))

    def _count_trifle(self) -> None:
        self._trifles += 1
        if self._trifles > TRIFLE_LIMIT:
            words = f"the peer sent more than {TRIFLE_LIMIT} warnings and KeyUpdates on one connection"
            self._fail(ProtocolError(words, kind=FailureKind.TOO_MUCH_DATA, party=Party.PEER))
