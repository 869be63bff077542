"""One connection of a peer that lives in a thread of the test: blocking calls that end when the test says so."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

from tests.peers.process import HOST

_MOST_CONNECTIONS = 256


class Channel:
    """A byte channel to the client under test.

    Every method raises ConnectionError once the client is gone or the test is over.
    """

    def __init__(self, sock: socket.socket, over: threading.Event) -> None:
        self._socket = sock
        self._over = over

    def receive(self) -> bytes:
        """At least one byte; the end of the stream is a ConnectionError too."""
        if data := self._socket.recv(65536):
            return data
        raise ConnectionAbortedError("the client closed the connection")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def wait(self, seconds: float) -> None:
        """Do nothing for some time."""
        if self._over.wait(seconds):
            raise ConnectionAbortedError("the test is over")

    def wait_for_the_end(self) -> None:
        """Read and forget whatever comes until the client is gone or the test is over."""
        with contextlib.suppress(ConnectionError):
            while True:
                self.receive()

    def close(self) -> None:
        """End the stream in the ordinary way (FIN), whatever has not been read."""
        self._socket.shutdown(socket.SHUT_WR)
        self.wait_for_the_end()

    def reset(self) -> None:
        """End the connection by RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


@contextlib.contextmanager
def listening(serve: Callable[[Channel], None]) -> Iterator[int]:
    """Serve every connection to a port of 127.0.0.1 in a thread, to the end of the block; gives the port.

    What `serve` raises, OSError apart, is a mistake in the test and is raised at the end.
    """
    server = _Server(serve)
    try:
        yield server.port
    finally:
        server.stop()
    if server.mistakes:
        raise server.mistakes[0]


class _Server:
    def __init__(self, serve: Callable[[Channel], None]) -> None:
        self.mistakes: list[Exception] = []
        self._serve = serve
        self._over = threading.Event()
        self._connections: list[tuple[socket.socket, threading.Thread]] = []
        self._listener = socket.create_server((HOST, 0), backlog=_MOST_CONNECTIONS)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        self._over.set()
        _shut_down(self._listener)
        self._acceptor.join()
        for sock, thread in self._connections:
            _shut_down(sock)
            thread.join()
            sock.close()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while len(self._connections) < _MOST_CONNECTIONS:
                sock, _ = self._listener.accept()
                # A reset discards what Nagle's algorithm still holds back.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                thread = threading.Thread(target=self._run, args=(sock,), daemon=True)
                self._connections.append((sock, thread))
                thread.start()

    def _run(self, sock: socket.socket) -> None:
        try:
            self._serve(Channel(sock, self._over))
        except OSError:
            pass
        except Exception as mistake:
            self.mistakes.append(mistake)
        finally:
            _shut_down(sock)


def _shut_down(sock: socket.socket) -> None:
    """Wakes whoever blocks on the socket in another thread, which closing it would not."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
