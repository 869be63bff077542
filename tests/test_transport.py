"""The rim against real sockets on the loopback, and the pump over an in-memory pipe."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from certprobe.errors import FailureKind, NotReached, Party, ProtocolError
from certprobe.transport import RECEIVE_LIMIT, Deadline, Ended, Step, dial, pump
from tests.pipe import pipe


def a_step(seconds: float = 20.0) -> Step:
    return Deadline(seconds, seconds).step("the test")


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@contextmanager
def server(serve: Callable[[socket.socket], None], family: int = socket.AF_INET) -> Iterator[int]:
    """A server for one connection on its own thread; yields its port."""
    with socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Lines:
    """A machine whose events are lines; it answers each with its length."""

    def __init__(self) -> None:
        self.incoming = b""
        self.outgoing = b""
        self.eofs = 0

    def receive_data(self, data: bytes) -> None:
        self.incoming += data

    def receive_eof(self) -> None:
        self.eofs += 1

    def next_event(self) -> str | None:
        if self.incoming.startswith(b"!"):
            self.outgoing += b"goodbye"
            raise ProtocolError("no line", kind=FailureKind.MALFORMED, party=Party.PEER)
        line, newline, rest = self.incoming.partition(b"\n")
        if not newline:
            return None
        self.incoming = rest
        self.outgoing += b"%d\n" % len(line)
        return line.decode()

    def data_to_send(self) -> bytes:
        data, self.outgoing = self.outgoing, b""
        return data


def test_a_step_ends_with_its_own_time_or_with_the_whole() -> None:
    clock = Clock()
    deadline = Deadline(whole=10, step=6, clock=clock)
    first = deadline.step("first")
    clock.time += 5
    second = deadline.step("second")
    assert (first.left(), second.left()) == (1, 5)
    clock.time += 5
    assert (first.left(), second.left()) == (-4, 0)
    assert str(second.overrun(Party.PEER)) == "second was not finished within 5 seconds"
    assert deadline.step("third").left() == 0


def test_every_connection_has_its_own_time_to_the_end_of_the_run() -> None:
    clock = Clock()
    deadline = Deadline(whole=10, step=10, clock=clock, run=25)
    for left in (10, 10, 5):
        deadline.renew()
        assert (deadline.step("a connection").left(), deadline.is_over()) == (left, False)
        clock.time += left
    deadline.renew()
    assert (deadline.step("one more").left(), deadline.is_over()) == (0, True)


def test_without_a_longer_run_all_share_the_time_of_one() -> None:
    clock = Clock()
    deadline = Deadline(whole=10, step=10, clock=clock)
    clock.time += 4
    deadline.renew()
    assert deadline.step("the second").left() == 6


def test_time_at_a_prompt_is_not_counted() -> None:
    clock = Clock()
    deadline = Deadline(whole=10, step=6, clock=clock)
    step = deadline.step("first")
    with deadline.paused():
        clock.time += 1000
    clock.time += 1
    assert step.left() == 5
    assert deadline.step("second").left() == 6


@pytest.mark.parametrize(
    ("host", "family", "peer"),
    [("127.0.0.1", socket.AF_INET, "127.0.0.1:{}"), ("::1", socket.AF_INET6, "[::1]:{}")],
)
def test_dial_an_address(host: str, family: int, peer: str) -> None:
    with server(lambda connection: connection.sendall(connection.recv(9)[::-1]), family) as port:
        channel = dial(host, port, a_step())
        assert channel.peer == peer.format(port)
        channel.send(b"abc")
        assert channel.receive(20.0, limit=2) == b"cb"
        assert channel.receive(20.0) == b"a"
        assert channel.ended is None
        assert channel.receive(20.0) == b""
        assert channel.ended is Ended.CLOSED
        channel.close()


def test_dial_a_name() -> None:
    with server(lambda connection: connection.sendall(b"hello")) as port:
        channel = dial("localhost", port, a_step())
        assert channel.receive(20.0) == b"hello"
        channel.close()


def test_a_refused_connection() -> None:
    port = closed_port()
    with pytest.raises(NotReached) as caught:
        dial("127.0.0.1", port, a_step())
    assert (caught.value.kind, caught.value.party) == (FailureKind.CONNECTION_REFUSED, Party.PEER)
    assert str(caught.value) == f"no connection to 127.0.0.1:{port} (127.0.0.1:{port}: Connection refused)"


def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(NotReached) as caught:
        dial("nobody.invalid", 1, a_step())
    assert (caught.value.kind, caught.value.party) == (FailureKind.NAME_NOT_RESOLVED, Party.NETWORK)
    assert str(caught.value).startswith("the name nobody.invalid cannot be resolved: ")


def test_no_time_left_for_a_name() -> None:
    # Whichever comes first: the resolver's thread is left behind, or its answer is too late to be dialled.
    with pytest.raises(NotReached) as caught:
        dial("localhost", 1, a_step(-1.0))
    assert caught.value.kind in {FailureKind.NAME_NOT_RESOLVED, FailureKind.TIMEOUT}


def test_an_address_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        # A full accept queue drops further SYNs: nobody accepts here, so one connection fills it.
        filling = [socket.create_connection(("127.0.0.1", port))]
        with pytest.raises(NotReached) as caught:
            dial("127.0.0.1", port, a_step(0.2))
        for connection in filling:
            connection.close()
    assert (caught.value.kind, caught.value.party) == (FailureKind.TIMEOUT, Party.NETWORK)
    assert str(caught.value) == f"no connection to 127.0.0.1:{port} (127.0.0.1:{port}: no answer in time)"


def test_a_reset_is_remembered() -> None:
    def reset_when_spoken_to(connection: socket.socket) -> None:
        connection.recv(1)
        reset(connection)

    with server(reset_when_spoken_to) as port:
        channel = dial("127.0.0.1", port, a_step())
        channel.send(b"?")
        assert channel.receive(20.0) == b""
        assert channel.ended is Ended.RESET
        channel.close()


def test_a_reset_at_once_is_a_reset_whenever_it_is_seen() -> None:
    """connect() returns before it, or fails with it; either way it is the peer who hung up."""

    def reset_everybody(listener: socket.socket) -> None:
        for _ in range(100):
            reset(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=reset_everybody, args=(listener,), daemon=True)
        thread.start()
        for _ in range(100):
            try:
                channel = dial("127.0.0.1", listener.getsockname()[1], a_step())
            except NotReached as error:
                assert (error.kind, error.party) == (FailureKind.RESET, Party.PEER)
            else:
                assert channel.receive(20.0) == b""
                assert channel.ended is Ended.RESET
                channel.close()
        thread.join()


def test_what_the_peer_said_before_it_hung_up_is_read_after_a_failed_send() -> None:
    gone = threading.Event()

    def refuse(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"go away")
        connection.close()  # with octets unread: the kernel sends a reset
        gone.set()

    with server(refuse) as port:
        channel = dial("127.0.0.1", port, a_step())
        channel.send(b"x" * 1000)
        gone.wait()
        for _ in range(3):
            channel.send(b"more")
        assert channel.receive(20.0) == b"go away"
        assert channel.receive(20.0) == b""
        assert channel.ended is Ended.RESET
        channel.close()


def test_both_sides_may_send_more_than_the_buffers_hold() -> None:
    size = 8 * 1024 * 1024

    def serve(connection: socket.socket) -> None:
        connection.sendall(b"s" * size)
        left = size
        while left:
            left -= len(connection.recv(1024 * 1024))
        connection.sendall(b"all")

    with server(serve) as port:
        channel = dial("127.0.0.1", port, a_step())
        channel.send(b"c" * size)
        received = 0
        while received < size + 3:
            received += len(channel.receive(20.0))
        assert received == size + 3
        channel.close()


def test_silence_is_a_timeout() -> None:
    done = threading.Event()

    def say_nothing(_: socket.socket) -> None:
        done.wait()

    with server(say_nothing) as port:
        channel = dial("127.0.0.1", port, a_step())
        with pytest.raises(TimeoutError):
            channel.receive(0.01)
        done.set()
        channel.close()


def test_endless_data_is_cut() -> None:
    def pour(connection: socket.socket) -> None:
        with pytest.raises(OSError):
            while True:
                connection.sendall(b"x" * 65536)

    with server(pour) as port:
        channel = dial("127.0.0.1", port, a_step())
        received = 0
        with pytest.raises(ProtocolError) as caught:
            while True:
                received += len(channel.receive(20.0))
        channel.close()
    assert (caught.value.kind, caught.value.party) == (FailureKind.TOO_MUCH_DATA, Party.PEER)
    assert RECEIVE_LIMIT - 65536 < received <= RECEIVE_LIMIT


def test_pump_carries_both_ways_until_the_end() -> None:
    near, far = pipe()
    machine = Lines()
    machine.outgoing = b"hello\n"
    far.send(b"one\nthree\nrest")
    far.close()
    far.closed = False
    events = pump(near, machine, a_step())
    assert next(events) == "one"
    assert bytes(near.sent) == b"hello\n3\n"
    assert next(events) == "three"
    far.close()
    assert list(events) == []
    assert (machine.eofs, near.ended) == (1, Ended.CLOSED)
    assert bytes(near.sent) == b"hello\n3\n5\n"


def test_pump_delivers_a_reset_as_an_end() -> None:
    near, far = pipe()
    far.end_as = Ended.RESET
    far.close()
    machine = Lines()
    assert list(pump(near, machine, a_step())) == []
    assert (machine.eofs, near.ended) == (1, Ended.RESET)


def test_pump_says_which_step_overran() -> None:
    near, _ = pipe()
    with pytest.raises(NotReached) as caught:
        next(pump(near, Lines(), a_step(7.5)))
    assert (caught.value.kind, caught.value.party) == (FailureKind.TIMEOUT, Party.PEER)
    assert str(caught.value) == "the test was not finished within 7.5 seconds"


def test_pump_stops_a_peer_that_drips() -> None:
    near, far = pipe()
    clock = Clock()
    step = Deadline(100, 10, clock).step("the drip")

    class Drip(Lines):
        def receive_data(self, data: bytes) -> None:
            super().receive_data(data)
            clock.time += 1
            far.send(b"x")

    machine = Drip()
    far.send(b"x")
    with pytest.raises(NotReached, match="the drip was not finished within 10 seconds"):
        list(pump(near, machine, step))
    assert machine.incoming == b"x" * 10


def test_pump_sends_the_last_words_of_a_machine_that_gives_up() -> None:
    near, far = pipe()
    far.send(b"!")
    with pytest.raises(ProtocolError, match="no line"):
        list(pump(near, Lines(), a_step()))
    assert bytes(near.sent) == b"goodbye"
