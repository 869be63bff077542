"""What `python -m tests.soak` measures, held for a moment: who is answered, who is reported, and what is left."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from certprobe.cli.listening import open_socket
from certprobe.endpoint import Endpoint, Scheme
from certprobe.hosting import HostedGuest, Hosting, Media, Page
from certprobe.judging import Yardstick
from certprobe.listener import RECEIVE_LIMIT, Limits, Listener
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.reception import Asking, Reception
from certprobe.report.visits import VisitReport
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.openssl import Engine
from tests.meeting import terms
from tests.peers.process import HOST
from tests.peers.site import Site
from tests.soak.clients import GET, client_hello, context, honest, idle, in_turn, saying
from tests.soak.house import House, account, house, reset

IDLE, HOSTILE = 1000, 50
SECONDS = 60.0
"""Until a test that hangs fails; none needs so long."""
HALF = (b"", b"\x16", b"\x16\x03\x01\x02\x00", b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(30_000))


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """As many for this process as a crowd needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * (IDLE + HOSTILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"no more than {hard} descriptors for a process here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is tied up in itself stays, as it does for long in a listener."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def running(site: Site) -> Iterator[House]:
    with house("--ca", site.root_file, "--request", "optional") as its:
        yield its


def half_way(its: House, hello: bytes) -> list[socket.socket]:
    """Connections that stop in the midst of what they say, as many as are hostile."""
    came: list[socket.socket] = []
    for number in range(HOSTILE):
        came.append(its.connect("half way"))
        came[-1].sendall((*HALF, hello[:100], hello)[number % (len(HALF) + 2)])
    return came


def is_over(connected: socket.socket) -> bool:
    """Whether the listener has ended it; what it said before is passed over."""
    connected.setblocking(False)
    try:
        while connected.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True


@pytest.mark.usefixtures("many_descriptors")
def test_a_crowd_keeps_no_honest_client_out(site: Site, running: House) -> None:
    before = running.sample()
    hello = client_hello(context())
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(each) for each in idle(running, IDLE)]
        for each in half_way(running, hello):
            stack.enter_context(each)
        for act in honest(site):
            act.run(running)
        gone = [is_over(each) for each in silent]
        # Who came first was silent longest; not one more had to go than made room.
        assert gone == sorted(gone, reverse=True)
        assert 0 < sum(gone) <= IDLE + HOSTILE + len(honest(site)) - Limits().connections
    assert running.await_reports(SECONDS)
    assert running.await_departure(before.descriptors, SECONDS)
    ended = running.stop()
    assert ended.is_clean, ended
    found = account(running)
    assert found[3:] == ((), 0, 0, 0)
    assert found.codes["idle"]["timeout"] == sum(gone)
    assert sum(found.reported.values()) == IDLE + HOSTILE + len(honest(site))


def test_stopped_in_the_midst_of_everything(site: Site, running: House) -> None:
    with contextlib.ExitStack() as stack:
        for each in half_way(running, client_hello(context())):
            stack.enter_context(each)
        for identity in (None, site.clients.alice, site.clients.foreign):
            # Settled, and in the midst of a request; one of them has been judged, and waits.
            tls = context(identity, ssl.TLSVersion.TLSv1_2).wrap_socket(running.connect("settled"))
            stack.enter_context(tls).sendall(GET[:-2])
        asking = [running.connect("asks") for _ in range(20)]
        for each in asking:
            tls = stack.enter_context(context(site.clients.alice, ssl.TLSVersion.TLSv1_3).wrap_socket(each))
            tls.sendall(GET)
        ended = running.stop()
    assert ended.is_clean, ended
    found = account(running)
    assert found[3:] == ((), 0, 0, 0)
    assert sum(found.reported.values()) == HOSTILE + 3 + len(asking)
    assert found.codes["settled"]["interrupted"] == 3


def test_who_pours_on_after_the_answer_is_cut_off(site: Site, running: House) -> None:
    poured = 0
    with contextlib.suppress(ConnectionError, ssl.SSLError), running.connect("pours") as connected:
        tls = context(version=ssl.TLSVersion.TLSv1_2).wrap_socket(connected)
        tls.sendall(GET[:-2] + b"Content-Length: 9999999999\r\n\r\n")
        while True:
            poured += tls.send(bytes(16_000))
    # What the kernel holds for both sides is not much.
    assert poured < RECEIVE_LIMIT + 16 * 2**20
    assert running.await_reports(SECONDS)


# --- within a process -------------------------------------------------------------------------------------------------


def hosting(site: Site, told: list[int]) -> Hosting:
    """How clients are dealt with who are asked as usual."""
    roots = CertificateStore((Certificate(site.root.issued.der),))

    def page(report: VisitReport, media: Media) -> Page:
        return Page((), f"{media.value} {report.exit_code}".encode())

    return Hosting(
        endpoint=Endpoint(Scheme.HTTPS, HOST, 0, "/"),
        terms=terms(Asking.OPTIONAL),
        yardstick=Yardstick(roots, datetime.now(UTC)),
        trust="the site's root",
        at=None,
        clock=lambda: datetime.now(UTC),
        page=page,
        report=lambda report: told.append(report.visit.number),
    )


def alive() -> Counter[str]:
    """How many of what a connection needs are there, by kind."""
    kinds = (Reception, HostedGuest, TlsConversation, Engine)
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, kinds))


def come_and_go(port: int, tls: ssl.SSLContext, hello: bytes) -> None:
    """One client of each kind that leaves at once."""

    def connect() -> socket.socket:
        return socket.create_connection((HOST, port), SECONDS)

    for way in (socket.socket.close, reset, saying(GET), in_turn(saying(hello), reset), saying(hello[:50])):
        with connect() as connected:
            way(connected)
    with tls.wrap_socket(connect()) as connected:
        connected.sendall(GET)
        assert connected.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.usefixtures("no_collector")
def test_nothing_is_left_of_who_has_left(site: Site) -> None:
    before, told = alive(), list[int]()
    numbers, rounds = count(1), 20

    async def serve() -> None:
        listening = open_socket(HOST, 0)
        its = hosting(site, told)
        listener = Listener(listening, lambda peer: HostedGuest(its, next(numbers), peer))
        serving = asyncio.create_task(listener.serve(lambda: None))
        tls, port = context(site.clients.alice), listening.getsockname()[1]
        for _ in range(rounds):
            await asyncio.to_thread(partial(come_and_go, port, tls, client_hello(tls)))
        while len(told) < 6 * rounds:
            await asyncio.sleep(0.01)
        for _ in range(100):  # The last one is seen off.
            await asyncio.sleep(0.01)
            if alive() == before:
                break
        assert alive() == before
        os.kill(os.getpid(), signal.SIGTERM)
        await serving

    asyncio.run(asyncio.wait_for(serve(), SECONDS))
    assert sorted(told) == list(range(1, 6 * rounds + 1))


def test_the_soak_prints_its_tables(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.soak", "1", "100"]
    ran = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=4 * SECONDS)
    assert ran.stderr.splitlines() == [f"{scene}: as promised" for scene in ("everybody", "a crowd", "very many")]
    rows = [line.split(" | ")[0] for line in ran.stdout.splitlines()]
    assert "| reports" in rows
    assert "| honest, with a certificate, TLS 1.3" in rows
