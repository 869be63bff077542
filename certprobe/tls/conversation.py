"""What a TLS client and a TLS server have in common as sans-IO state machines: octets in, events out.

Modelled on h11: the owner feeds `receive_data`, drains `next_event` until it returns None, and sends `data_to_send`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import assert_never

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls.enums import AlertDescription, AlertLevel, HandshakeType, ProtocolVersion
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    ApplicationData,
    CertificateAwaited,
    Closure,
    HandshakeCompleted,
    PeerClosed,
    Phase,
    TlsEvent,
)
from certprobe.tls.openssl import Direction, Engine, EngineError, Progress, Record

_HANDSHAKE_HEADER = 4
_NOT_AN_END = (AlertDescription.user_canceled, AlertDescription.no_renegotiation)


class TlsConversation:
    """One side of a TLS connection over an Engine.

    Failures raise ProtocolError from `next_event`, after every event that preceded them; after `PeerClosed` nothing
    follows. Not checked: anything about the peer's certificates.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._events: deque[TlsEvent] = deque()
        self._failure: ProtocolError | None = None
        self._phase = Phase.INITIAL
        self._finished: set[Direction] = set()
        self._connected = False
        self._resting = False
        self._received_any = False
        self._ended = False
        self._advance()

    @property
    def _version(self) -> int:
        """The negotiated version, TLS 1.2 while it is not known."""
        raise NotImplementedError

    def _translate_handshake(self, direction: Direction, kind: int, body: bytes) -> None:
        """Tell what one handshake message brought."""
        raise NotImplementedError

    def receive_data(self, data: bytes) -> None:
        """Hand over octets from the peer. Raises ProtocolError (NOT_TLS) when the first of them cannot be TLS."""
        if not self._received_any and data:
            self._received_any = True
            _require_tls(data)
        if not self._ended:
            self._engine.receive_data(data)
            self._advance()

    def receive_eof(self) -> None:
        """Say that the peer's side of the transport has ended."""
        self._end(Closure.WITHOUT_ALERT)

    def next_event(self) -> TlsEvent | None:
        """Return the next event, or None: more data is needed. Raises ProtocolError when the conversation broke."""
        if self._events:
            return self._events.popleft()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return None

    def send(self, plaintext: bytes) -> None:
        """Encrypt application data; silently nothing once the conversation has ended, since reading on tells why."""
        if plaintext and not self._ended:
            self._run(lambda: self._engine.write(plaintext))

    def close(self) -> None:
        """Queue our close_notify."""
        self._engine.shut_down()

    def data_to_send(self) -> bytes:
        """Return and forget the octets that are due to the peer."""
        return self._engine.data_to_send()

    def _advance(self) -> None:
        while not self._resting and not self._ended and self._run(self._step):
            pass

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
        except EngineError as error:
            self._translate_records()
            if not self._ended:
                self._ended = True
                self._failure = error
            return False
        self._translate_records()
        match progress:
            case Progress.CERTIFICATE_AWAITED:
                self._resting = True
                self._events.append(CertificateAwaited())
            case Progress.CLOSED:
                self._end(Closure.WITHOUT_ALERT)
            case Progress.DONE | Progress.NEEDS_DATA:
                pass
            case _:
                assert_never(progress)
        return progress is Progress.DONE

    def _end(self, closure: Closure) -> None:
        if not self._ended:
            self._ended = True
            self._events.append(PeerClosed(closure))

    def _translate_records(self) -> None:
        while self._engine.records:
            record = self._engine.records.popleft()
            if record.is_alert:
                self._translate_alert(record)
            elif record.data[0] == HandshakeType.finished:
                self._note_finished(record.direction)
            else:
                self._translate_handshake(record.direction, record.data[0], record.data[_HANDSHAKE_HEADER:])

    def _translate_alert(self, record: Record) -> None:
        level, description = record.data[0], record.data[1]
        if record.direction is Direction.SENT:
            self._events.append(AlertSent(level, description))
            return
        self._events.append(AlertReceived(level, description))
        if description == AlertDescription.close_notify:
            self._end(Closure.CLOSE_NOTIFY)
        elif level == AlertLevel.fatal or (self._version == ProtocolVersion.TLS_1_3 and description not in _NOT_AN_END):
            self._end(Closure.ALERT)

    def _note_finished(self, direction: Direction) -> None:
        self._finished.add(direction)
        if len(self._finished) == len(Direction):
            self._events.append(HandshakeCompleted(self._phase))
            self._finished.clear()
            is_tls13 = self._version == ProtocolVersion.TLS_1_3
            self._phase = Phase.POST_HANDSHAKE if is_tls13 else Phase.RENEGOTIATION


_LOOKS_LIKE = (
    (b"HTTP/", "HTTP without TLS"),
    (b"SSH-", "SSH"),
    (b"220", "SMTP or FTP"),
    (b"+OK", "POP3"),
    (b"* OK", "IMAP"),
    (b"\x30", "LDAP without TLS"),
)


def _require_tls(data: bytes) -> None:
    if data[0] in (0x15, 0x16) and (len(data) == 1 or data[1] == 0x03):
        return
    guess = next((words for prefix, words in _LOOKS_LIKE if data.startswith(prefix)), None)
    looks = f"its answer looks like {guess}" if guess else f"its answer begins with {data[:8].hex(' ')}"
    raise ProtocolError(f"the port does not speak TLS: {looks}", kind=FailureKind.NOT_TLS, party=Party.PEER)
