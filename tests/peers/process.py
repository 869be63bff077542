"""Starting foreign programs as peers: own process group, own directory, loopback, stopped by their process id."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

T = TypeVar("T")

HOST = "127.0.0.1"
_SECONDS_TO_START = 20.0
_SECONDS_TO_STOP = 5.0
_SYSTEM_DIRECTORIES = ("/usr/local/sbin", "/usr/sbin", "/sbin")
# Below the ephemeral range of Linux, so that no outgoing connection takes a port between choosing and listening.
_PORTS = range(20_000, 32_000)


def program(name: str, *, package: str) -> str:
    """The path of a program; without it the test is skipped, or failed where CI=true promises that it is there."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_DIRECTORIES))
    return shutil.which(name, path=path) or missing(f"{name} is not installed (Debian package {package})")


def missing(reason: str) -> NoReturn:
    """Skip the test for want of a peer; under CI=true fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    for port in random.sample(_PORTS, 100):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port
    raise RuntimeError("no free port among a hundred tries")


@contextlib.contextmanager
def directory(name: str) -> Iterator[Path]:
    """A directory of its own for one peer, readable for the user that a server started by root changes to."""
    with tempfile.TemporaryDirectory(prefix=f"certprobe-{name}-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@contextlib.contextmanager
def running(argv: Sequence[str], *, cwd: Path, ports: Sequence[int], pid_file: Path | None = None) -> Iterator[None]:
    """Run a server in the foreground, from when it accepts on all ports (and wrote its pid file) to the block's end.

    Its output goes to `output.log` in `cwd`, and into the RuntimeError if it ends or is not ready in time.
    """
    log = cwd / "output.log"
    # A killed test run leaves no server behind: this one is told when its parent dies.
    bound = ("setpriv", "--pdeathsig", "TERM", *argv) if shutil.which("setpriv") else argv
    with log.open("ab") as output:
        process = subprocess.Popen(
            bound, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_until(lambda: pid_file is None or pid_file.exists(), process, log)
        for port in ports:
            _wait_until(partial(_accepts, port), process, log)
        yield
    finally:
        _stop(process)


@contextlib.contextmanager
def started_once(start: Callable[..., AbstractContextManager[T]]) -> Iterator[Callable[..., T]]:
    """A caller of `start` that starts once for the same (hashable) arguments, and stops everything at the end."""
    started: dict[object, T] = {}
    with contextlib.ExitStack() as stack:

        def once(*args: object, **kwargs: object) -> T:
            key = (args, tuple(sorted(kwargs.items())))
            if key not in started:
                started[key] = stack.enter_context(start(*args, **kwargs))
            return started[key]

        yield once


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.005)
    state = "is not ready" if process.poll() is None else f"ended with {process.returncode}"
    output = "".join(path.read_text(errors="replace")[-4000:] for path in log.parent.glob("*.log"))
    raise RuntimeError(f"{process.args!r} {state}:\n{output}")


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: the leader is asked, and whoever is left after it, or does not listen, is killed."""
    _signal_group(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_STOP)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
