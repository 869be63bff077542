"""A listener that a test starts, looks at as a person would, and ends by a signal; and commands that visit it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.cli.command import SECONDS, Arguments, Ran, started
from tests.peers.process import HOST, program


class Running:
    """A listener that has opened; `ended` is there after the block."""

    ended: Ran

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.before = ""
        self.opening = self.next_line()
        while not self.opening.startswith("listening on "):
            assert self.opening, self.before
            self.before += self.opening
            self.opening = self.next_line()
        found = re.fullmatch(r"listening on (https|ldaps)://(.*):([0-9]+)/\n", self.opening)
        assert found is not None, self.opening
        self.host, self.port = found[2], int(found[3])

    def next_line(self) -> str:
        """The next that it says on standard error; what comes after stays in the pipe."""
        assert self.process.stderr is not None
        line = b""
        while not line.endswith(b"\n") and (octet := os.read(self.process.stderr.fileno(), 1)):
            line += octet
        return line.decode()

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}/"

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The documents that it printed."""
        return [json.loads(line) for line in self.ended.stdout.splitlines()]


@contextlib.contextmanager
def listener(*arguments: Arguments, number: signal.Signals = signal.SIGTERM) -> Iterator[Running]:
    """Run it to the end of the block, and end it by a signal."""
    with started("listen", *arguments, *(() if "--bind" in arguments else ("--bind", "0"))) as process:
        try:
            running = Running(process)
            yield running
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    running.ended = Ran(process.returncode, stdout.decode(), running.before + running.opening + stderr.decode())


def run(
    *argv: str | Path | int, stdin: str = "", env: Mapping[str, str | Path] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **{name: str(value) for name, value in env.items()}}
    return subprocess.run(
        list(map(str, argv)), check=False, capture_output=True, text=True, input=stdin, timeout=SECONDS, env=variables
    )


def curl(*arguments: str | Path | int) -> tuple[int, str]:
    """The status and the body."""
    ran = run(program("curl", package="curl"), "-sk", "-w", "\n%{http_code}", *arguments)
    body, _, status = ran.stdout.rpartition("\n")
    return int(status), body


def s_client(port: int, *arguments: str | Path, says: str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n") -> str:
    openssl = program("openssl", package="openssl")
    return run(openssl, "s_client", "-connect", f"{HOST}:{port}", "-ign_eof", *arguments, stdin=says).stdout
