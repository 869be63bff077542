"""A service on a port of 127.0.0.1: one thread that accepts, one for each of a bounded number of connections."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, NamedTuple, Self

from certprobe import transport
from certprobe.errors import Party, StageError
from certprobe.transport import Channel, Step

HOST: Final = "127.0.0.1"
_BREATH: Final = 0.1


class Limits(NamedTuple):
    """How many connections are served at a time (more wait to be accepted), and how many seconds each may last."""

    connections: int = 32
    seconds: float = 10.0


DEFAULT_LIMITS: Final = Limits()


class LabServer:
    """Serves from the first line on until `close`, or to the end of a `with` block. Keys stay in memory.

    `converse` holds one conversation, within the time of the step; it may raise StageError for what the client does.
    """

    def __init__(self, converse: Callable[[Channel, Step], None], limits: Limits = DEFAULT_LIMITS) -> None:
        self._converse = converse
        self._limits = limits
        self._over = threading.Event()
        self._places = threading.BoundedSemaphore(limits.connections)
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._waker, self._woken = socket.socketpair()
        self._listener = socket.create_server((HOST, 0))
        self._listener.setblocking(False)
        self.port: Final[int] = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name=f"lab:{self.port}", daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connections(self) -> int:
        """How many connections are being served."""
        with self._lock:
            return len(self._connections)

    def close(self) -> None:
        """Stop accepting, break off every connection, and wait for the threads; may be called more than once."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")
        with self._lock:
            threads = list(self._connections.values())
            for connected in self._connections:
                _break_off(connected)
        for thread in (self._acceptor, *threads):
            thread.join()
        for each in (self._listener, self._waker, self._woken):
            each.close()

    def _accept(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            self._places.acquire()
            poll.poll()
            if self._over.is_set():
                return
            try:
                self._begin(self._listener.accept()[0])
            except OSError:
                # The client is gone already, or we are out of descriptors: others may end meanwhile.
                self._places.release()
                self._over.wait(_BREATH)

    def _begin(self, connected: socket.socket) -> None:
        thread = threading.Thread(target=self._run, args=(connected,), name=f"lab:{self.port}", daemon=True)
        with self._lock:
            if self._over.is_set():
                connected.close()
                return
            self._connections[connected] = thread
            # Inside the lock, so that whoever finds a thread in the table may join it.
            thread.start()

    def _run(self, connected: socket.socket) -> None:
        try:
            # A client that broke a rule, left or was slow is no concern of ours: it has a report of its own.
            with contextlib.suppress(StageError, OSError):
                self._serve(connected)
        finally:
            with self._lock:
                del self._connections[connected]
                connected.close()
            self._places.release()

    def _serve(self, connected: socket.socket) -> None:
        step = transport.Deadline(self._limits.seconds, self._limits.seconds).step("the conversation")
        channel = transport.SocketChannel(connected, "client")
        try:
            self._converse(channel, step)
        finally:
            # Closing while octets of the client's are unread would send a RST, which may overtake what we said last.
            connected.shutdown(socket.SHUT_WR)
            while transport.receive(channel, step, Party.PEER):
                pass


def _break_off(connected: socket.socket) -> None:
    """Wakes the thread that waits on the socket, which closing it would not."""
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
