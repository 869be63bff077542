"""A listener as a process, every connection that was opened to it, and every report that it wrote."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.cli.command import Arguments, kill_group, started
from tests.peers.process import HOST

SECONDS = 30.0
"""Until a client gives up, and until a listener that was stopped must have ended."""
_ENDED = 120.0
_QUEUED = 1.0
"""Seconds for which a connection may wait in the kernel; there it has no report, since nobody has accepted it."""
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Opened(NamedTuple):
    """A connection of ours: its own address, who opened it, and when, by a clock in seconds."""

    peer: str
    who: str
    at: float


class Reported(NamedTuple):
    """What is kept of a report: its number, its client, and the first cause."""

    number: int
    peer: str
    code: str


class Sample(NamedTuple):
    """What the process holds, by /proc."""

    kibibytes: int
    descriptors: int
    threads: int


class House:
    """A running listener; `connect` opens a connection to it, and keeps account."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.opened: list[Opened] = []
        self.reported: list[Reported] = []
        self.stopped = math.inf
        self._process = process
        assert process.stderr is not None
        opening = process.stderr.readline().decode()
        assert opening.startswith("listening on "), opening
        self.port = int(opening.strip().rstrip("/").rpartition(":")[2])
        self._said = [opening]
        self._readers = [threading.Thread(target=each, daemon=True) for each in (self._read_reports, self._read_words)]
        for reader in self._readers:
            reader.start()

    def connect(self, who: str) -> socket.socket:
        """Open a connection, as long as there is a listener. Raises OSError."""
        connected = socket.create_connection((HOST, self.port), SECONDS)
        host, port = connected.getsockname()
        self.opened.append(Opened(f"{host}:{port}", who, time.monotonic()))
        return connected

    def sample(self) -> Sample:
        """Look at the process."""
        place = Path("/proc", str(self._process.pid))
        status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
        kibibytes, threads = (int(status[name].split()[0]) for name in ("VmRSS", "Threads"))
        return Sample(kibibytes, len(os.listdir(place / "fd")), threads)

    def processor_seconds(self) -> float:
        """User and system time that the process has used."""
        fields = Path("/proc", str(self._process.pid), "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def await_reports(self, seconds: float = SECONDS) -> bool:
        """Wait until there are as many reports as connections, and say whether there are."""
        deadline = time.monotonic() + seconds
        while len(self.reported) < len(self.opened) and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(self.reported) >= len(self.opened)

    def await_departure(self, descriptors: int, seconds: float = SECONDS) -> bool:
        """Wait until the listener has no more descriptors than that, and say whether it is so."""
        deadline = time.monotonic() + seconds
        while self.sample().descriptors > descriptors and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.sample().descriptors <= descriptors

    def stop(self) -> Ended:
        """Send SIGTERM, and see how it ends."""
        self.stopped = before = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(_ENDED)
        seconds = time.monotonic() - before
        for reader in self._readers:
            reader.join(SECONDS)
        return Ended(status, seconds, "".join(self._said))

    def _read_reports(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            report = json.loads(line)
            causes = report["verdict"]["causes"]
            code = causes[0]["code"] if causes else report["verdict"]["outcome"]
            self.reported.append(Reported(report["visit"]["number"], report["attempts"][0]["peer"], code))

    def _read_words(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line.decode())


class Ended(NamedTuple):
    """How a listener ended: its exit status, seconds after SIGTERM, and all that it said on standard error."""

    status: int
    seconds: float
    words: str

    @property
    def is_clean(self) -> bool:
        return self.status == 0 and "Traceback" not in self.words and "error" not in self.words


@contextlib.contextmanager
def house(*arguments: Arguments) -> Iterator[House]:
    """Run `certprobe listen https` with the arguments to the end of the block."""
    with started("listen", "https", *arguments, "--bind", f"{HOST}:0", "--format", "json") as process:
        try:
            yield House(process)
        finally:
            kill_group(process)


class Account(NamedTuple):
    """Connections and reports side by side.

    `unaccounted` were opened and have no report, though they were not `queued`: opened so late that the listener may
    have ended before it took them from the kernel. `unknown` are reports of connections that nobody opened; `missing`
    numbers before the last that no report has.
    """

    opened: Counter[str]
    reported: Counter[str]
    codes: dict[str, Counter[str]]
    unaccounted: tuple[Opened, ...]
    queued: int
    unknown: int
    missing: int


def account(house: House) -> Account:
    """Match reports with connections by address, and where a port was used again in the order of the numbers."""
    reports: dict[str, list[Reported]] = {}
    for report in sorted(house.reported):
        reports.setdefault(report.peer, []).append(report)
    codes: dict[str, Counter[str]] = {}
    unaccounted: list[Opened] = []
    by_peer = itertools.groupby(sorted(enumerate(house.opened), key=lambda each: (each[1].peer, each[0])), _peer)
    for peer, group in by_peer:
        ours, theirs = [each for _, each in group], reports.pop(peer, [])
        for opened, report in zip(ours, theirs, strict=False):
            codes.setdefault(opened.who, Counter())[report.code] += 1
        unaccounted += ours[len(theirs) :]
        if theirs[len(ours) :]:
            reports[peer] = theirs[len(ours) :]
    numbers = {report.number for report in house.reported}
    return Account(
        Counter(each.who for each in house.opened),
        Counter({who: sum(each.values()) for who, each in codes.items()}),
        codes,
        tuple(each for each in unaccounted if each.at < house.stopped - _QUEUED),
        sum(each.at >= house.stopped - _QUEUED for each in unaccounted),
        sum(map(len, reports.values())),
        max(numbers, default=0) - len(numbers),
    )


def _peer(each: tuple[int, Opened]) -> str:
    return each[1].peer


def reset(connected: socket.socket) -> None:
    """Close with a RST."""
    with contextlib.suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
    connected.close()
