"""The rim: the clock, name resolution and sockets, and the one loop between a byte channel and a sans-IO machine."""

from __future__ import annotations

import enum
import errno
import select
import socket
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from certprobe.endpoint import HostPort, is_ip
from certprobe.errors import FailureKind, NotReached, Party, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

RECEIVE_SIZE: Final = 64 * 1024
RECEIVE_LIMIT: Final = 16 * 1024 * 1024
"""Octets that one connection may bring; the longest honest answer is a thousandth of it."""
ADDRESS_LIMIT: Final = 16

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)

# A failure with one of these is of this machine, whatever the address.
_OUR_ERRORS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM})


class Address(NamedTuple):
    """One address of a host: its family, and what `socket.connect` takes, an IP literal and a port first."""

    family: int
    sockaddr: tuple[Any, ...]

    @property
    def ip(self) -> str:
        """The IP literal."""
        return str(self.sockaddr[0])


class Ended(enum.Enum):
    """How a peer ended the connection."""

    CLOSED = "closed"
    RESET = "reset"


class Channel(Protocol):
    """A byte stream to one peer."""

    @property
    def peer(self) -> str:
        """The peer's address, "127.0.0.1:636"."""

    @property
    def ended(self) -> Ended | None:
        """None until `receive` returned b"" once."""

    def send(self, data: bytes) -> None:
        """Take `data` for sending, without waiting; what the peer does not take now goes out while we receive.

        Never fails: a peer that hung up may have said why before, so the failure shows as `ended`, after all is read.
        """

    def receive(self, timeout: float, limit: int = RECEIVE_SIZE) -> bytes:
        """Return at most `limit` octets as soon as there are any, b"" at the end; raises TimeoutError, StageError."""

    def fileno(self) -> int:
        """A descriptor for select(2), readable as soon as `receive` would not wait."""

    def close(self) -> None:
        """Let go of the connection; may be called more than once."""


class Machine(Protocol[E_co]):
    """A sans-IO protocol machine; `receive_eof` may come more than once."""

    def receive_data(self, data: bytes, /) -> None: ...

    def receive_eof(self) -> None: ...

    def next_event(self) -> E_co | None: ...

    def data_to_send(self) -> bytes: ...


class Deadline:
    """How long one connection, each step of it, and a run of several connections may take, in seconds."""

    __slots__ = ("_clock", "_end", "_last_end", "_step", "_uncounted", "_whole")

    def __init__(
        self, whole: float, step: float, clock: Callable[[], float] = time.monotonic, run: float | None = None
    ) -> None:
        """`whole` is for one connection, `run` for all of them; without it they share the time of one."""
        now = clock()
        self._clock = clock
        self._whole = whole
        self._step = step
        self._uncounted = 0.0
        self._last_end = now + (whole if run is None else run)
        self._end = min(now + whole, self._last_end)

    def renew(self) -> None:
        """Give the next connection as long as the first had; the end of the run stays where it is."""
        self._end = min(self.now() + self._whole, self._last_end)

    def is_over(self) -> bool:
        """Whether the time of the run is over."""
        return self.now() >= self._last_end

    def step(self, name: str) -> Step:
        """Begin a step; its name ("the TLS handshake") is what a timeout is told with."""
        now = self.now()
        return Step(self, name, now, min(now + self._step, self._end))

    def paused(self) -> Pause:
        """Time inside `with deadline.paused():` is not counted: a person at a prompt is no slow server."""
        return Pause(self)

    def now(self) -> float:
        """The clock without the pauses."""
        return self._clock() - self._uncounted

    def uncount(self, seconds: float) -> None:
        """Move every end later by `seconds`."""
        self._uncounted += seconds


class Step(NamedTuple):
    """One step of a run: every wait in it shares the time that is left for it."""

    deadline: Deadline
    name: str
    start: float
    end: float

    def left(self) -> float:
        """Seconds until the end of this step or of the connection; not above 0 when the time is up."""
        return self.end - self.deadline.now()

    def overrun(self, party: Party) -> NotReached:
        """The failure to raise when no time is left."""
        seconds = max(0.0, self.end - self.start)
        words = f"{self.name} was not finished within {seconds:.3g} seconds"
        return NotReached(words, kind=FailureKind.TIMEOUT, party=party)


class Pause:
    """A stretch of time that does not count."""

    __slots__ = ("_deadline", "_start")

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __enter__(self) -> None:
        self._start = self._deadline.now()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadline.uncount(self._deadline.now() - self._start)


class SocketChannel:
    """A Channel over a connected stream socket, which it owns."""

    def __init__(self, connected: socket.socket, peer: str) -> None:
        connected.setblocking(False)
        self.peer: Final = peer
        self.ended: Ended | None = None
        self._socket = connected
        self._poll = select.poll()
        self._poll.register(connected)
        self._unsent = bytearray()
        self._received = 0
        self._refused_data = False

    def send(self, data: bytes) -> None:
        """Take `data` for sending; see Channel."""
        if data and not self._refused_data:
            self._unsent += data
            self._flush()

    def receive(self, timeout: float, limit: int = RECEIVE_SIZE) -> bytes:
        """Return octets, or b"" at the end; raises TimeoutError, and ProtocolError past RECEIVE_LIMIT octets."""
        end = time.monotonic() + timeout
        while self.ended is None:
            self._poll.modify(self._socket, select.POLLIN | (select.POLLOUT if self._unsent else 0))
            milliseconds = max(0.0, end - time.monotonic()) * 1000
            ready = self._poll.poll(milliseconds)
            if not ready:
                raise TimeoutError
            if ready[0][1] & select.POLLOUT:
                self._flush()
            data = self._read(limit)
            if data is not None:
                return data
        return b""

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Let go of the connection; what the peer did not take yet is lost."""
        self._socket.close()

    def _flush(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._refused_data = True
            self._unsent.clear()

    def _read(self, limit: int) -> bytes | None:
        try:
            data = self._socket.recv(limit)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            self.ended = Ended.RESET
            return b""
        except OSError as error:
            words = f"the connection to {self.peer} broke: {error.strerror}"
            raise NotReached(words, kind=FailureKind.UNREACHABLE, party=Party.NETWORK) from error
        if not data:
            # A reset that already made a send fail reads as an ordinary end.
            self.ended = Ended.RESET if self._refused_data else Ended.CLOSED
        self._received += len(data)
        if self._received > RECEIVE_LIMIT:
            words = f"{self.peer} sent more than {RECEIVE_LIMIT // 2**20} MiB"
            raise ProtocolError(words, kind=FailureKind.TOO_MUCH_DATA, party=Party.PEER)
        return data


def pump(channel: Channel, machine: Machine[E], step: Step) -> Iterator[E]:
    """Carry octets between `channel` and `machine`, and yield the machine's events.

    Ends when the peer ended the connection and the machine has no more events, or when the caller stops. What the
    machine wants sent goes out before each wait, also when it raises. Raises NotReached (TIMEOUT) when the step's time
    is up, and what the machine and the channel raise.
    """
    at_end = False
    while True:
        try:
            event = machine.next_event()
        finally:
            channel.send(machine.data_to_send())
        if event is not None:
            yield event
            continue
        if at_end:
            return
        data = receive(channel, step, Party.PEER)
        if data:
            machine.receive_data(data)
        else:
            at_end = True
            machine.receive_eof()


def receive(channel: Channel, step: Step, party: Party, limit: int = RECEIVE_SIZE) -> bytes:
    """`channel.receive` within the time of `step`; raises NotReached (TIMEOUT), caused by `party`."""
    left = step.left()
    if left <= 0:
        raise step.overrun(party)
    try:
        return channel.receive(left, limit)
    except TimeoutError:
        raise step.overrun(party) from None


def dial(host: str, port: int, step: Step) -> Channel:
    """Connect to `host`, a DNS name or an IP literal, within the time of `step`.

    Raises NotReached, with what became of each address in the message.
    """
    return connect(resolve(host, port, step), HostPort(host, port), step)


def connect(addresses: Sequence[Address], place: HostPort, step: Step) -> Channel:
    """Connect to one of the addresses of `place`, one after the other, each with an equal share of the time left.

    Raises NotReached, with what became of each address in the message.
    """
    failures = []
    for index, address in enumerate(addresses):
        peer = str(HostPort(address.ip, address.sockaddr[1]))
        try:
            return SocketChannel(_connect(address, step.left() / (len(addresses) - index)), peer)
        except OSError as error:
            failures.append((peer, error))
    raise _not_connected(place, failures)


def _connect(address: Address, timeout: float) -> socket.socket:
    if timeout <= 0:
        raise TimeoutError
    connected = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        connected.settimeout(timeout)
        connected.connect(address.sockaddr)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if _answers_itself(connected):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "nobody listens there")
    except OSError:
        connected.close()
        raise
    return connected


def _answers_itself(connected: socket.socket) -> bool:
    """TCP's simultaneous open: an ephemeral port dialled on the loopback can be its own peer."""
    try:
        return bool(connected.getsockname() == connected.getpeername())
    except OSError:
        # The peer has reset the connection already; whoever reads is told.
        return False


def _not_connected(place: HostPort, failures: list[tuple[str, OSError]]) -> NotReached:
    errors = [error for _, error in failures]
    party = Party.NETWORK
    if any(isinstance(error, ConnectionRefusedError) for error in errors):
        kind, party = FailureKind.CONNECTION_REFUSED, Party.PEER
    elif any(isinstance(error, ConnectionResetError) for error in errors):
        kind, party = FailureKind.RESET, Party.PEER
    elif any(isinstance(error, TimeoutError) for error in errors):
        kind = FailureKind.TIMEOUT
    else:
        kind = FailureKind.UNREACHABLE
        if all(error.errno in _OUR_ERRORS for error in errors):
            party = Party.OURSELVES
    details = "; ".join(f"{peer}: {error.strerror or 'no answer in time'}" for peer, error in failures)
    return NotReached(f"no connection to {place} ({details})", kind=kind, party=party)


def resolve(host: str, port: int, step: Step) -> list[Address]:
    """Return the addresses of `host`, at most ADDRESS_LIMIT, IPv6 and IPv4 by turns (RFC 8305 4).

    Raises NotReached (NAME_NOT_RESOLVED).
    """
    answer = _ask_resolver(host, port) if is_ip(host) else _ask_resolver_in_thread(host, port, step)
    if isinstance(answer, OSError):
        words = f"the name {host} cannot be resolved: {answer.strerror}"
        raise NotReached(words, kind=FailureKind.NAME_NOT_RESOLVED, party=Party.NETWORK) from answer
    first = [entry for entry in answer if entry.family == answer[0].family]
    second = [entry for entry in answer if entry.family != answer[0].family]
    by_turns = [entry for pair in zip(first, second, strict=False) for entry in pair]
    rest = first[len(second) :] + second[len(first) :]
    return (by_turns + rest)[:ADDRESS_LIMIT]


def _ask_resolver_in_thread(host: str, port: int, step: Step) -> list[Address] | OSError:
    """getaddrinfo knows no timeout: it is left behind in its thread when it takes too long."""
    import threading

    answers: list[list[Address] | OSError] = []
    resolver = threading.Thread(target=lambda: answers.append(_ask_resolver(host, port)), daemon=True)
    resolver.start()
    resolver.join(max(0.0, step.left()))
    return answers[0] if answers else TimeoutError(errno.ETIMEDOUT, "the resolver gave no answer in time")


def _ask_resolver(host: str, port: int) -> list[Address] | OSError:
    try:
        # As octets the name does not pass through Python's IDNA codec, which costs an import and is done already.
        found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    return list(dict.fromkeys(Address(int(family), sockaddr) for family, _, _, _, sockaddr in found))
