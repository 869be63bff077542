"""`certprobe listen` as a user runs it, with the reports of those who came."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import IO

from tests.cli.command import SECONDS, Arguments, Document, held_to_the_schema, kill_group, started
from tests.peers.process import HOST

_OPENING = "listening on "


class _Lines:
    """Lines of a pipe as they come, each awaited for a bounded time."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        assert pipe is not None
        self._source = pipe.fileno()
        self._rest = b""

    def next(self) -> str:
        deadline = time.monotonic() + SECONDS
        while b"\n" not in self._rest:
            assert select.select([self._source], [], [], max(0.0, deadline - time.monotonic()))[0], "no line came"
            piece = os.read(self._source, 65536)
            assert piece, f"the listener ended: {self._rest!r}"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()


class Listening:
    """A running listener; its reports are read as they come, each held to the schema."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._reports = _Lines(process.stdout)
        self._missing: set[int] = set()
        self._expected = 1
        opening = _Lines(process.stderr).next()
        assert opening.startswith(_OPENING), opening
        self.port = int(opening.rstrip("/").rpartition(":")[2])

    def visits(self) -> list[Document]:
        """The reports of all who came since the last call, in the order in which they came.

        A connection of our own, which says nothing, comes after them: when its report is there and no number before it
        is missing, nobody's is.
        """
        with socket.create_connection((HOST, self.port), SECONDS) as last:
            host, port = last.getsockname()
        came: dict[int, Document] = {}
        own = None
        while own is None or self._missing:
            report = held_to_the_schema(json.loads(self._reports.next()))
            number = report["visit"]["number"]
            self._missing |= set(range(self._expected, number))
            self._expected = max(self._expected, number + 1)
            self._missing.discard(number)
            came[number] = report
            if report["attempts"][0]["peer"] == f"{host}:{port}":
                own = number
        return [came[number] for number in sorted(came) if number != own]


@contextlib.contextmanager
def listening(*arguments: Arguments) -> Iterator[Listening]:
    """Run `certprobe listen` with the arguments, on a port that is free, to the end of the block."""
    with started("listen", *arguments, "--bind", f"{HOST}:0", "--format", "json") as process:
        try:
            yield Listening(process)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=SECONDS)
        finally:
            kill_group(process)
    assert (process.returncode, "Traceback" in said.decode()) == (0, False), said.decode()
