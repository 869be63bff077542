"""What a client costs a listener, in turns with `openssl s_server`: a handshake with its answer, and a connection.

`s_server` says yes or no to a certificate, and answers with a page on the session; the listener judges all paths, and
writes a report twice: to the client, and to its own output. The client is `openssl s_time`, one connection after the
other. `s_server` serves one at a time, so that it never has more than one connection.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.judging import Row
from tests.peers.process import HOST, free_port, program
from tests.peers.s_server import REQUEST
from tests.peers.site import Site
from tests.soak.clients import context
from tests.soak.house import House, house

SECONDS = 2
IDLE = 500
_CONNECTIONS = re.compile(r"^(\d+) connections in (\d+) real seconds", re.MULTILINE)


@contextlib.contextmanager
def s_server(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our own, so that its memory can be looked at; its last argument is its port."""
    good = site.servers.good
    argv = [program("openssl", package="openssl"), "s_server", "-www", *REQUEST]
    argv += ["-cert", str(good.certificate), "-cert_chain", str(good.chain), "-key", str(good.key)]
    argv += ["-CAfile", str(site.root_file), "-accept", f"{HOST}:{free_port()}"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            port = port_of(run)
            while True:
                with contextlib.suppress(ConnectionRefusedError), socket.create_connection((HOST, port)):
                    break
                time.sleep(0.01)
            yield run
        finally:
            run.terminate()


def port_of(server: subprocess.Popen[bytes]) -> int:
    assert isinstance(server.args, list)
    return int(str(server.args[-1]).rpartition(":")[2])


def milliseconds(site: Site, port: int) -> float:
    """Of a connection, a handshake with a certificate, a request and its answer."""
    alice = site.clients.alice
    argv = [program("openssl", package="openssl"), "s_time", "-connect", f"{HOST}:{port}", "-new", "-www", "/"]
    argv += ["-cert", str(alice.chain), "-key", str(alice.key), "-time", str(SECONDS)]
    started = time.perf_counter()
    told = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    elapsed = time.perf_counter() - started
    found = _CONNECTIONS.search(told)
    assert found is not None, told
    return elapsed * 1000 / int(found[1])


def kibibytes(pid: int) -> int:
    """What a process has in memory."""
    status = Path("/proc", str(pid), "status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def of_a_silent_one(its: House, shaken: ssl.SSLContext | None) -> float:
    """KiB of each of many connections that say nothing, or nothing after their handshake."""
    with contextlib.ExitStack() as stack:
        before = its.sample().kibibytes
        for _ in range(IDLE):
            connected = stack.enter_context(its.connect("silent"))
            if shaken is not None:
                stack.enter_context(shaken.wrap_socket(connected)).settimeout(None)
        _until_all_are_there(its)
        each = (its.sample().kibibytes - before) / IDLE
    its.await_reports()
    return each


def _until_all_are_there(its: House) -> None:
    while its.sample().descriptors < IDLE:
        time.sleep(0.01)


def rows(site: Site, rounds: int) -> Iterator[Row]:
    """Milliseconds of a conversation: the median of each, in turns."""
    theirs, ours = [], []
    with s_server(site) as server, house("--ca", site.root_file, "--request", "optional") as its:
        for _ in range(max(rounds // 8, 1)):
            theirs.append(milliseconds(site, port_of(server)))
            ours.append(milliseconds(site, its.port))
    reference = "openssl s_server, handshake with a certificate and a page"
    yield Row(reference, statistics.median(theirs))
    yield Row("certprobe listen, the same with two reports", statistics.median(ours), reference)


def memory(site: Site, rounds: int) -> str:
    """KiB of a connection as a table: the median of each, in turns, every time of a new process."""
    theirs: list[float] = []
    silent: list[float] = []
    shaken: list[float] = []
    tls = context(site.clients.alice, ssl.TLSVersion.TLSv1_2)
    for _ in range(max(rounds // 8, 1)):
        with s_server(site) as server:
            before = kibibytes(server.pid)
            with tls.wrap_socket(socket.create_connection((HOST, port_of(server)))):
                theirs.append(kibibytes(server.pid) - before)
        for kept, after in ((silent, None), (shaken, tls)):
            with house("--ca", site.root_file, "--request", "optional") as its:
                kept.append(of_a_silent_one(its, after))
    reference = "openssl s_server, its only one, after the handshake"
    lines = ["| memory of a connection | KiB | ratio | to |", "| --- | ---: | ---: | --- |"]
    lines.append(f"| {reference} | {statistics.median(theirs):.0f} | | |")
    for name, kept in (("that say nothing", silent), ("after the handshake", shaken)):
        each = statistics.median(kept)
        ratio = each / statistics.median(theirs)
        lines.append(f"| certprobe listen, each of {IDLE} {name} | {each:.0f} | {ratio:.2f} | {reference} |")
    return "\n".join(lines)
