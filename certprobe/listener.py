"""The rim of a listener: sockets, deadlines, bounds and the clean stop; what is said on a connection is its guest's."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import resource
import signal
import socket
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from certprobe.endpoint import HostPort
from certprobe.errors import FailureKind, NotReached, Party, ProtocolError, StageError
from certprobe.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    from certprobe.turns import Job

    T = TypeVar("T")

RECEIVE_SIZE: Final = 16 * 1024
RECEIVE_LIMIT: Final = 4 * 1024 * 1024
"""Octets that one client may send; the longest honest request is a thousandth of it."""
_BREATH: Final = 0.1
_FAREWELL: Final = 1.0
_PATIENCE: Final = 5.0
"""Seconds for which a client may be silent after its handshake, where others wait."""
# Of the descriptors of the process: what is no connection, such as those for fetching.
_RESERVED: Final = 64


class Limits(NamedTuple):
    """How many connections there may be at a time, and in seconds how long the first handshake and the whole may take.

    A person may be asked which certificate to send, in the middle of a handshake.
    """

    connections: int = 1024
    handshake: float = 60.0
    whole: float = 120.0


DEFAULT_LIMITS: Final = Limits()


class Guest(Protocol):
    """One connection's conversation; its methods are called one after the other, jobs in a thread."""

    @property
    def over(self) -> bool:
        """Whether nothing more will be said."""

    @property
    def settled(self) -> bool:
        """Whether its handshake is done."""

    def receive_data(self, data: bytes) -> None: ...

    def receive_eof(self) -> None: ...

    def data_to_send(self) -> bytes: ...

    def next_job(self) -> Job | None:
        """What has to be thought through before anything else is done; None: more octets are needed, or it is over."""

    def break_off(self, failure: StageError) -> None:
        """End it from outside; once it is over, this is why what was said last did not arrive."""

    def report(self) -> None:
        """Say what became of it. Raises OSError when nobody reads it any more."""


class _Phase(enum.Enum):
    """Where a connection is; nothing disturbs its report."""

    TALKING = "talking"
    RESTING = "resting"
    """It is we who think."""
    REPORTING = "reporting"
    LEAVING = "leaving"


class _Place:
    """A connection, since when its client is silent, and why it is ended early."""

    def __init__(self, connected: socket.socket, guest: Guest, now: float) -> None:
        self.connected = connected
        self.guest = guest
        self.begun = now
        self.heard = now
        self.received = 0
        self.phase = _Phase.TALKING
        self.task: asyncio.Task[None] | None = None
        self.ended: StageError | None = None

    def end(self, why: StageError) -> None:
        """Have it ended for that reason, if it is not over already."""
        if self.task is None or self.ended is not None or self.phase is _Phase.REPORTING:
            return
        self.ended = why
        # Not at once: a task that was never begun would not know that it was ended.
        self.task.get_loop().call_soon(self.task.cancel)


class Listener:
    """Serves every client that comes to a listening socket, until it is told to stop. Use once.

    `welcome` gives the conversation for a client by its address. What was reported is reported in the order in which
    the connections ended.
    """

    def __init__(
        self, listening: socket.socket, welcome: Callable[[str], Guest], limits: Limits = DEFAULT_LIMITS
    ) -> None:
        listening.setblocking(False)
        self._listening = listening
        self._welcome = welcome
        self._limits = limits._replace(connections=_affordable(limits.connections))
        self._places: set[_Place] = set()
        self._turns = Turns()
        self._stopped = asyncio.Event()
        self._freed = asyncio.Event()
        self._broken: BaseException | None = None

    def stop(self) -> None:
        """Have `serve` come to its end; for its own thread."""
        self._stopped.set()

    async def serve(self, opened: Callable[[], None]) -> None:
        """Serve until SIGINT, SIGTERM or `stop`, which are waited for when `opened` is called.

        Raises what reporting raised: then nobody reads on, and it is over too.
        """
        loop = asyncio.get_running_loop()
        for number in _signals():
            loop.add_signal_handler(number, self.stop)
        opened()
        accepting = loop.create_task(self._accept())
        accepting.add_done_callback(lambda _: self._stopped.set())
        await self._stopped.wait()
        accepting.cancel()
        await asyncio.wait([accepting])
        self._listening.close()
        for place in self._places:
            place.end(_interrupted())
        await asyncio.gather(*(place.task for place in self._places if place.task), return_exceptions=True)
        self._turns.close()
        if self._broken is not None:
            raise self._broken
        if not accepting.cancelled():
            accepting.result()

    # --- who comes ----------------------------------------------------------------------------------------------------

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._turns.caught_up()
            try:
                connected, address = await loop.sock_accept(self._listening)
            except OSError:
                # The client is gone already, or there is no descriptor left: others may end meanwhile.
                await asyncio.sleep(_BREATH)
                continue
            try:
                while len(self._places) >= self._limits.connections:
                    await self._make_room()
            finally:
                # Also when all is over: then it is ended with the others.
                self._begin(connected, str(HostPort(address[0], address[1])))

    def _begin(self, connected: socket.socket, peer: str) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        place = _Place(connected, self._welcome(peer), loop.time())
        self._places.add(place)
        place.task = loop.create_task(self._attend(place))

    async def _make_room(self) -> None:
        """End the connection that was silent longest before its handshake was done, or wait for any to end.

        Where all handshakes are done, it is one whose client has said nothing for a while.
        """
        now = asyncio.get_running_loop().time()
        silent = [
            (place.phase is _Phase.TALKING, place.guest.settled, place.heard, place)
            for place in self._places
            if place.phase in (_Phase.TALKING, _Phase.LEAVING)
            and (not place.guest.settled or now - place.heard >= _PATIENCE)
        ]
        if silent:
            longest = min(silent, key=lambda each: each[:3])[3]
            longest.end(_outwaited(now - longest.heard))
        self._freed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):  # wait_for may lose a cancellation in Python 3.11
                await self._freed.wait()

    # --- one of them --------------------------------------------------------------------------------------------------

    async def _attend(self, place: _Place) -> None:
        try:
            await self._conduct(place)
            place.phase = _Phase.REPORTING
            await self._report(place)
            place.phase = _Phase.LEAVING
            if place.ended is None and not self._stopped.is_set():
                await _see_off(place)
        except asyncio.CancelledError:
            if place.ended is None:
                raise
        except Exception as error:
            # A mistake of ours with one client is told, and is none with the others.
            context = {"message": "certprobe: a connection ended with an error", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
        finally:
            place.connected.close()
            self._places.discard(place)
            self._freed.set()

    async def _conduct(self, place: _Place) -> None:
        """Hold the conversation to its end, whatever that is."""
        try:
            async with asyncio.timeout(self._limits.handshake) as limit:
                await self._converse(place, limit)
        except TimeoutError:
            place.guest.break_off(self._too_slow(place))
        except asyncio.CancelledError:
            if place.ended is None or place.task is None:
                raise
            place.task.uncancel()
            place.guest.break_off(place.ended)
        except OSError:
            words = "the connection was reset by the client"
            place.guest.break_off(ProtocolError(words, kind=FailureKind.RESET, party=Party.PEER))

    async def _converse(self, place: _Place, limit: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        guest, is_settled = place.guest, False
        while True:
            job = guest.next_job()
            if guest.settled and not is_settled:
                is_settled = True
                limit.reschedule(place.begun + self._limits.whole)
            if data := guest.data_to_send():
                await _untied(loop.sock_sendall(place.connected, data))
            if job is not None:
                place.phase = _Phase.RESTING
                await self._turns.think(job, place.received)
                place.phase, place.heard = _Phase.TALKING, loop.time()
            elif guest.over:
                return
            else:
                await self._hear(place)

    async def _hear(self, place: _Place) -> None:
        data = await _received(place)
        place.heard = asyncio.get_running_loop().time()
        if place.received > RECEIVE_LIMIT:
            words = f"the client sent more than {RECEIVE_LIMIT // 2**20} MiB"
            place.guest.break_off(ProtocolError(words, kind=FailureKind.TOO_MUCH_DATA, party=Party.PEER))
        elif data:
            place.guest.receive_data(data)
        else:
            place.guest.receive_eof()

    async def _report(self, place: _Place) -> None:
        while (job := place.guest.next_job()) is not None:
            await self._turns.think(job, place.received)
        try:
            await self._turns.report(place.guest.report)
        except OSError as error:
            self._broken = self._broken or error
            self._stopped.set()

    def _too_slow(self, place: _Place) -> NotReached:
        if place.guest.settled:
            words = f"the conversation was not finished within {self._limits.whole:.3g} seconds"
        else:
            words = f"the TLS handshake was not finished within {self._limits.handshake:.3g} seconds"
        return NotReached(words, kind=FailureKind.TIMEOUT, party=Party.PEER)


async def _see_off(place: _Place) -> None:
    """Closing while octets of the client's are unread would send a RST, which may overtake what was said last."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_FAREWELL):
            place.connected.shutdown(socket.SHUT_WR)
            while await _received(place) and place.received <= RECEIVE_LIMIT:
                pass


async def _received(place: _Place) -> bytes:
    """What comes next; asyncio gives the others no turn where something is there already."""
    await asyncio.sleep(0)
    data = await _untied(asyncio.get_running_loop().sock_recv(place.connected, RECEIVE_SIZE))
    place.received += len(data)
    return data


async def _untied(doing: Awaitable[T]) -> T:
    """The same; an OSError of asyncio's leads to the future that holds it, which would keep the whole connection."""
    try:
        return await doing
    except OSError as error:
        raise error.with_traceback(None) from None


def _interrupted() -> ProtocolError:
    return ProtocolError("the listener was stopped", kind=FailureKind.INTERRUPTED, party=Party.OURSELVES)


def _outwaited(seconds: float) -> NotReached:
    words = f"the client was silent for {seconds:.3g} seconds, and had to make room for others"
    return NotReached(words, kind=FailureKind.TIMEOUT, party=Party.PEER)


def _signals() -> tuple[signal.Signals, ...]:
    stops = (signal.SIGINT, signal.SIGTERM)
    ignores_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # nohup
    return stops if ignores_hangup else (*stops, signal.SIGHUP)


def _affordable(connections: int) -> int:
    """As many as there are descriptors for, after asking for as many as are wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _RESERVED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return max(1, min(connections, soft - _RESERVED))
    return connections
