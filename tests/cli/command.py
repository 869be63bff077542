"""The command as a user runs it: a process of its own, on pipes or a terminal, in an environment that says nothing."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

import jsonschema

Arguments: TypeAlias = "str | Path | int"
Document: TypeAlias = dict[str, Any]

SECONDS = 60.0
"""Until a run that hangs is killed; no test may need so long."""
_SILENCED = ("SSL_CERT_FILE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING")
# The terminal becomes the controlling one, so that Ctrl-C is a signal and a password is read from it.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Ran(NamedTuple):
    """What came of one run."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def head(self) -> str:
        """The first ten lines: what a person reads before scrolling."""
        return "\n".join(self.stdout.splitlines()[:10])

    @property
    def document(self) -> Document:
        """The JSON report, held to the schema of the package."""
        document = held_to_the_schema(json.loads(self.stdout))
        assert document["verdict"]["exit_code"] == self.exit_code
        return document


def certprobe(
    *arguments: Arguments, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: bytes | None = None
) -> Ran:
    """Run the command on pipes; without `stdin` there is nothing to be read."""
    source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    with started(*arguments, env=env, cwd=cwd, stdin=source) as process:
        try:
            stdout, stderr = process.communicate(stdin, timeout=SECONDS)
        finally:
            kill_group(process)
    return Ran(process.returncode, stdout.decode(), stderr.decode())


def report(*arguments: Arguments, env: Mapping[str, str] | None = None) -> Document:
    """The document that the command prints with `--format json`; nothing else may be said, on either stream."""
    ran = certprobe(*arguments, "--format", "json", env=env)
    assert ran.stderr == ""
    return ran.document


def started(
    *arguments: Arguments,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start the command in a process group of its own, and leave the rest to the caller."""
    return subprocess.Popen(
        argv(arguments),
        cwd=cwd,
        env=environment(env),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


class Answer(NamedTuple):
    """What is typed when the terminal has shown `prompt`, once, and after so many seconds."""

    prompt: str
    typed: str
    after: float = 0.0


class Terminal(NamedTuple):
    """A run on a terminal: everything that it showed, and what went to standard output if that was a pipe."""

    exit_code: int
    screen: str
    stdout: str


def on_terminal(
    *arguments: Arguments,
    answers: Iterable[Answer] = (),
    columns: int = 80,
    stdout_is_pipe: bool = False,
    env: Mapping[str, str] | None = None,
) -> Terminal:
    """Run the command on a terminal of that width, and type the answers, each when its prompt is there."""
    controller, terminal = pty.openpty()
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            (sys.executable, "-c", _TAKE_TERMINAL, *argv(arguments)),
            env=environment({"TERM": "xterm-256color", **(env or {})}),
            stdin=terminal,
            stdout=subprocess.PIPE if stdout_is_pipe else terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        try:
            screen = _converse(controller, list(answers))
            stdout = process.communicate(timeout=SECONDS)[0] or b""
        finally:
            kill_group(process)
    finally:
        os.close(controller)
    return Terminal(process.returncode, screen, stdout.decode())


def _converse(controller: int, answers: list[Answer]) -> str:
    """Read to the end of the terminal; Linux says EIO when its last process is gone."""
    screen, seen = "", 0
    deadline = time.monotonic() + SECONDS
    while select.select([controller], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            screen += os.read(controller, 65536).decode(errors="replace")
        except OSError:
            assert not answers, f"never asked for {answers[0].prompt!r}:\n{screen}"
            return screen
        while answers and (found := screen.find(answers[0].prompt, seen)) >= 0:
            seen = found + len(answers[0].prompt)
            time.sleep(answers[0].after)
            os.write(controller, answers.pop(0).typed.encode())
    raise AssertionError(f"nothing more came to the terminal:\n{screen}")


def argv(arguments: Sequence[Arguments]) -> list[str]:
    """The command line of the command."""
    return [sys.executable, "-m", "certprobe", *map(str, arguments)]


def environment(env: Mapping[str, str] | None) -> dict[str, str]:
    """An environment that says nothing but `env`."""
    kept = {name: value for name, value in os.environ.items() if name not in _SILENCED and "CERTPROBE" not in name}
    return {**kept, **(env or {})}


def held_to_the_schema(document: Document) -> Document:
    """The document, if it is as the package's schema says."""
    _validator().validate(document)
    return document


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a run that did not end by itself."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(files("certprobe.report").joinpath("schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)
