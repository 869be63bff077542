"""The listener's rim: bounds, deadlines and the clean stop, with guests that say little and clients that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from certprobe.errors import FailureKind, Party, StageError
from certprobe.listener import RECEIVE_LIMIT, Limits, Listener
from tests.peers.process import HOST

SECONDS = 30.0
"""Until a test that hangs fails; none needs so long."""
SHORT = 0.3
"""Seconds of a deadline that a test waits for."""
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo:
    """A guest that answers in capitals.

    It is settled by "!" and over after "."; it thinks when it hears "?", and says a lot when it hears "+".
    """

    def __init__(self, house: House, peer: str) -> None:
        self.peer = peer
        self.over = False
        self.settled = False
        self.heard = bytearray()
        self.failure: StageError | None = None
        self._house = house
        self._says = b""
        self._asked = 0

    def receive_data(self, data: bytes) -> None:
        self.heard += data[: 1000 - len(self.heard)]
        self._says += data[:1000].upper() + data.count(b"+") * bytes(1 << 24)
        self.settled = self.settled or b"!" in data
        self._asked += data.count(b"?")
        self.over = self.over or b"." in data

    def receive_eof(self) -> None:
        self.over = True

    def data_to_send(self) -> bytes:
        says, self._says = self._says, b""
        return says

    def next_job(self) -> Callable[[], None] | None:
        if not self._asked:
            return None
        self._asked -= 1
        return self._house.thinking

    def break_off(self, failure: StageError) -> None:
        self.failure = self.failure or failure
        self.over = True

    def report(self) -> None:
        self._house.reporting()
        self._house.reports.append(self)


class House:
    """A listener with its guests; those that were reported, in order."""

    def __init__(self, limits: Limits) -> None:
        self.guests: list[Echo] = []
        self.reports: list[Echo] = []
        self.thinking: Callable[[], None] = lambda: None
        self.reporting: Callable[[], None] = lambda: None
        self._socket = socket.create_server((HOST, 0))
        self.port = self._socket.getsockname()[1]
        self.listener = Listener(self._socket, self._welcome, limits)

    def _welcome(self, peer: str) -> Echo:
        self.guests.append(Echo(self, peer))
        return self.guests[-1]

    async def client(self, says: bytes = b"") -> Client:
        """A client that has come, and heard itself; it takes in no more than its reader asks for, and a little."""
        before = len(self.guests)
        reader, writer = await asyncio.open_connection(HOST, self.port)
        writer.write(says)
        if says:
            await reader.readexactly(len(says))
        while len(self.guests) == before:
            await asyncio.sleep(0)
        return reader, writer

    async def reported(self, many: int) -> list[Echo]:
        """The reports, as soon as there are so many."""
        while len(self.reports) < many:
            await asyncio.sleep(0.001)
        return self.reports

    @property
    def failures(self) -> list[FailureKind | None]:
        return [each.failure.kind if each.failure is not None else None for each in self.reports]


@contextlib.asynccontextmanager
async def house(**limits: Any) -> AsyncIterator[House]:
    """A listener that is stopped at the end of the block."""
    its = House(Limits()._replace(**limits))
    opened = asyncio.Event()
    serving = asyncio.create_task(its.listener.serve(opened.set))
    await opened.wait()
    try:
        yield its
    finally:
        its.listener.stop()
        await serving


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that is a coroutine."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*arguments, **named), SECONDS))

    return run


def address_of(client: Client) -> str:
    return "{}:{}".format(*client[1].get_extra_info("sockname"))


async def until_closed(client: Client) -> bytes:
    """What still comes."""
    reader, writer = client
    with contextlib.suppress(ConnectionError):
        return await reader.read()
    writer.close()
    return b""


@in_a_loop
async def test_one_conversation() -> None:
    async with house() as its:
        reader, writer = await its.client(b"hello!")
        writer.write(b"bye.")
        assert await reader.read() == b"BYE."
        writer.close()
        (report,) = await its.reported(1)
    assert (bytes(report.heard), report.failure) == (b"hello!bye.", None)
    assert report.peer == address_of((reader, writer))


@in_a_loop
async def test_reports_come_in_the_order_in_which_conversations_end() -> None:
    async with house() as its:
        clients = [await its.client(b"a"), await its.client(b"b"), await its.client(b"c")]
        for number in (1, 2, 0):
            clients[number][1].write(b".")
            assert await clients[number][0].read() == b"."
    assert [bytes(each.heard) for each in its.reports] == [b"b.", b"c.", b"a."]


@in_a_loop
async def test_what_was_said_last_arrives_though_the_client_talks_on() -> None:
    async with house() as its:
        reader, writer = await its.client()
        writer.write(b"." + b"x" * 300000)
        assert (await reader.read()).startswith(b".X")
        await its.reported(1)
    assert its.failures == [None]


# --- bounds -----------------------------------------------------------------------------------------------------------


@in_a_loop
async def test_who_is_silent_longest_makes_room() -> None:
    async with house(connections=3) as its:
        silent = [await its.client() for _ in range(3)]
        silent[0][1].write(b"not so silent")
        await silent[0][0].readexactly(13)
        fourth = await its.client(b"honest")
        assert await until_closed(silent[1]) == b""
        fourth[1].write(b".")
        assert await fourth[0].read() == b"."
    assert its.reports[0].peer == address_of(silent[1])
    assert its.failures == [FailureKind.TIMEOUT, None, FailureKind.INTERRUPTED, FailureKind.INTERRUPTED]
    assert its.reports[0].failure is not None
    assert "had to make room for others" in str(its.reports[0].failure)
    assert its.reports[0].failure.party is Party.PEER


@in_a_loop
async def test_who_has_shaken_hands_is_not_sent_away() -> None:
    async with house(connections=2) as its:
        settled = [await its.client(b"one!"), await its.client(b"two!")]
        late = asyncio.create_task(its.client(b"three"))
        settled[0][1].write(b".")
        assert await settled[0][0].read() == b"."
        reader, writer = await late
        writer.write(b".")
        assert await reader.read() == b"."
    assert its.failures == [None, None, FailureKind.INTERRUPTED]


@in_a_loop
async def test_hundreds_who_say_nothing_keep_nobody_out() -> None:
    async with house(connections=20) as its:
        silent = [await its.client() for _ in range(300)]
        for _ in range(20):
            reader, writer = await its.client(b"honest")
            writer.write(b".")
            assert await reader.read() == b"."
        for _, writer in silent:
            writer.close()
        await its.reported(320)
    assert len(its.reports) == 320
    assert its.failures.count(None) >= 20


@in_a_loop
async def test_too_many_octets() -> None:
    async with house() as its:
        reader, writer = await its.client()
        with contextlib.suppress(ConnectionError):
            while not reader.at_eof() and not its.reports:
                writer.write(bytes(1 << 16))
                await writer.drain()
                await asyncio.sleep(0)
        await its.reported(1)
    assert its.failures == [FailureKind.TOO_MUCH_DATA]
    assert f"{RECEIVE_LIMIT // 2**20} MiB" in str(its.reports[0].failure)


# --- deadlines --------------------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_handshake_octet_by_octet() -> None:
    async with house(handshake=SHORT) as its:
        reader, writer = await its.client()
        while not its.reports:
            writer.write(b"x")
            await asyncio.sleep(0.01)
        await until_closed((reader, writer))
    assert its.failures == [FailureKind.TIMEOUT]
    assert str(its.reports[0].failure) == f"the TLS handshake was not finished within {SHORT} seconds"
    assert len(its.reports[0].heard) > 1


@in_a_loop
async def test_a_settled_client_has_the_longer_time() -> None:
    async with house(handshake=SHORT, whole=2 * SHORT) as its:
        client = await its.client(b"!")
        await until_closed(client)
    assert str(its.reports[0].failure) == f"the conversation was not finished within {2 * SHORT} seconds"


@in_a_loop
async def test_a_client_that_never_reads() -> None:
    async with house(whole=SHORT) as its:
        _, writer = await its.client()
        writer.write(b"!+.")
        await its.reported(1)
    assert its.failures == [FailureKind.TIMEOUT]


@in_a_loop
async def test_a_reset() -> None:
    async with house() as its:
        _, writer = await its.client(b"hello")
        plain: socket.socket = writer.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await its.reported(1)
    assert its.failures == [FailureKind.RESET]


# --- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@in_a_loop
async def test_a_signal_ends_it_with_every_report(number: signal.Signals) -> None:
    released = threading.Event()

    def thinking() -> None:
        assert released.wait(SECONDS)

    async with house() as its:
        its.thinking = thinking
        clients: list[Awaitable[Client]] = [its.client(), its.client(b"in the handshake"), its.client(b"settled!")]
        came = [await each for each in clients]
        thinker = await asyncio.open_connection(HOST, its.port)
        thinker[1].write(b"?")
        while not its.guests or not its.guests[-1].heard.endswith(b"?"):
            await asyncio.sleep(0.001)
        os.kill(os.getpid(), number)
        await its.reported(3)
        assert len(its.reports) == 3
        released.set()
        for client in (*came, thinker):
            await until_closed(client)
        with pytest.raises(ConnectionError):
            while True:
                (await asyncio.open_connection(HOST, its.port))[1].close()
    assert its.failures == [FailureKind.INTERRUPTED] * 4
    assert its.reports[3].heard == b"?"


@in_a_loop
async def test_who_has_only_just_come_is_reported_too() -> None:
    async with house(connections=5) as its, contextlib.AsyncExitStack() as stack:
        for _ in range(50):  # All of them wait in the backlog, since this does not wait itself.
            stack.enter_context(socket.create_connection((HOST, its.port)))
        await its.reported(45)
    assert len(its.guests) == len(its.reports) == 50


@in_a_loop
async def test_it_ends_when_nobody_reads_the_reports() -> None:
    def broken() -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        async with house() as its:
            its.reporting = broken
            other = await its.client(b"other")
            reader, writer = await its.client(b".")
            assert await reader.read() == b""
            assert await until_closed(other) == b""
            writer.close()


@in_a_loop
async def test_a_mistake_with_one_client_is_none_with_the_next() -> None:
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))

    def mistaken() -> None:
        raise ZeroDivisionError

    async with house() as its:
        its.thinking = mistaken
        assert await until_closed(await its.client(b"?")) == b""
        reader, writer = await its.client(b"honest")
        writer.write(b".")
        assert await reader.read() == b"."
    assert [type(each) for each in told] == [ZeroDivisionError]
    assert its.failures == [None]
