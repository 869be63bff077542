"""Running a program of the user's: what goes in, what comes out, and how it ended, within a time and a size.

No shell stands between. The program has no terminal and a process group of its own, which is killed when its time is
over; what it leaves running in the background when it ends by itself is left alone and waited for by nobody.
"""

from __future__ import annotations

import contextlib
import os
from stat import S_ISREG
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import CallbackError, UsageError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from selectors import BaseSelector

LONGEST_COMPLAINT: Final = 64 * 1024
_READ: Final = 64 * 1024
"""As much as a pipe holds: one read gets all that a program wrote before it ended."""
_GLANCE: Final = 0.05
_SECONDS_TO_DIE: Final = 1.0


class Program(NamedTuple):
    """A program and its arguments; `environment` is all that it has of ours. What it is called holds no argument."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    def __str__(self) -> str:
        return f"program {self.arguments[0]}"


class Ended(NamedTuple):
    """How a program ended: its exit status, or minus the signal; what it wrote to its standard output and error.

    Of the latter the first LONGEST_COMPLAINT octets are kept.
    """

    status: int
    output: bytes
    complaint: bytes


def find_program(text: str, environment: Mapping[str, str]) -> Program:
    """Return the program that a text names, the arguments behind it.

    A path that exists is the program, blanks and all. Otherwise the text is cut into words as a shell cuts them, with
    quotes and backslashes but without variables, patterns or pipes; a name without a slash is looked for in PATH.
    Raises UsageError for a text that names nothing, CallbackError for a program that is not there or not executable.
    """
    words = (text,) if os.sep in text and _is_file(text) else _words(text)
    name = words[0]
    if os.sep in name:
        _require_executable(name)
        return Program(words, environment)
    from shutil import which

    found = which(name, path=environment.get("PATH", os.defpath))
    if found is None:
        here = f"; the one in this directory is ./{name}" if _is_file(name) else ""
        raise CallbackError(f"there is no program {name} in PATH{here}")
    return Program((found, *words[1:]), environment)


def _is_file(path: str) -> bool:
    try:
        return S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - pathlib is not on the road
    except OSError:
        return False


def _require_executable(path: str) -> None:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError as error:
        raise CallbackError(f"program {path} cannot be run: {error.strerror}") from None
    if not S_ISREG(mode):
        raise CallbackError(f"program {path} cannot be run: it is no regular file")
    if not os.access(path, os.X_OK):
        raise CallbackError(f"program {path} cannot be run: it is not executable (chmod +x makes it so)")


def _words(text: str) -> tuple[str, ...]:
    from shlex import split

    try:
        words = split(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no program with arguments: {str(error).lower()}") from None
    if not words or not words[0]:
        raise UsageError(f"{text!r} names no program")
    return tuple(words)


def run_program(program: Program, question: bytes, longest: int, seconds: float) -> Ended:
    """Write the question to a program's standard input, and return what it answers.

    It need not read the question. Raises CallbackError if it cannot be started, writes more than `longest` octets, or
    has not ended after so many seconds.
    """
    process = None
    try:
        with interrupt_held_back():
            process = _started(program)
        return _Conversation(program, process, question, longest, seconds).held()
    finally:
        if process is not None:
            _end(process)


def _started(program: Program) -> subprocess.Popen[bytes]:
    import subprocess

    try:
        return subprocess.Popen(  # noqa: S603 - the user named it
            program.arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=program.environment,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise CallbackError(f"{program} cannot be run: {_why(error)}") from error


@contextlib.contextmanager
def interrupt_held_back() -> Iterator[None]:
    """Have Ctrl-C come afterwards: in the midst of a start nobody knows yet whom to kill."""
    from signal import SIGINT, raise_signal, signal

    came: list[int] = []
    try:
        before = signal(SIGINT, lambda number, _: came.append(number))
    except ValueError:  # Signals are the business of another thread.
        yield
        return
    try:
        yield
    finally:
        signal(SIGINT, before)
    if came:
        raise_signal(SIGINT)


def _why(error: OSError | ValueError) -> str:
    from errno import ENOENT, ENOEXEC

    match error:
        case OSError(errno=errno) if errno == ENOEXEC:
            return "it is neither a binary for this machine nor a script that begins with a line like #!/bin/sh"
        case OSError(errno=errno) if errno == ENOENT:
            return "the interpreter that its first line names is not there (or the line ends as lines of Windows do)"
        case OSError(strerror=words) if words:
            return words
    return str(error)


class _Conversation:
    """Everything in and out of one process, until it has ended and its pipes are read."""

    def __init__(
        self, program: Program, process: subprocess.Popen[bytes], question: bytes, longest: int, seconds: float
    ) -> None:
        from time import monotonic

        self._program = program
        self._process = process
        self._unsaid = memoryview(question)
        self._longest = longest
        self._seconds = max(0.0, seconds)
        self._clock = monotonic
        self._end = monotonic() + self._seconds
        self._output = bytearray()
        self._complaint = bytearray()

    def held(self) -> Ended:
        from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
        from subprocess import TimeoutExpired

        assert self._process.stdin and self._process.stdout and self._process.stderr
        with DefaultSelector() as selector:
            for pipe, event, serve in (
                (self._process.stdin, EVENT_WRITE, self._say),
                (self._process.stdout, EVENT_READ, self._hear),
                (self._process.stderr, EVENT_READ, self._hear_complaint),
            ):
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, event, serve)
            self._serve(selector)
        try:
            status = self._process.wait(self._left())
        except TimeoutExpired:
            raise self._overdue() from None
        return Ended(status, bytes(self._output), bytes(self._complaint))

    def _serve(self, selector: BaseSelector) -> None:
        """Until every pipe is closed, or the program has ended and others hold them open."""
        while selector.get_map():
            ended = self._process.poll() is not None
            for key, _ in selector.select(0 if ended else min(self._left(), _GLANCE)):
                if not key.data(key.fd):
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]  # the pipes of Popen
            if ended:
                return

    def _left(self) -> float:
        left = self._end - self._clock()
        if left <= 0:
            raise self._overdue()
        return left

    def _overdue(self) -> CallbackError:
        return CallbackError(f"{self._program} had not ended after {self._seconds:.3g} seconds, and was killed")

    def _say(self, pipe: int) -> bool:
        try:
            self._unsaid = self._unsaid[os.write(pipe, self._unsaid) :]
        except BrokenPipeError:
            return False  # It knows enough.
        return len(self._unsaid) > 0

    def _hear(self, pipe: int) -> bool:
        heard = os.read(pipe, _READ)
        self._output += heard
        if len(self._output) > self._longest:
            raise CallbackError(f"{self._program} wrote more than {self._longest} octets to its standard output")
        return bool(heard)

    def _hear_complaint(self, pipe: int) -> bool:
        heard = os.read(pipe, _READ)
        self._complaint += heard[: LONGEST_COMPLAINT - len(self._complaint)]
        return bool(heard)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing behind of a program that has not ended by itself, nor any pipe."""
    from signal import SIGKILL
    from subprocess import TimeoutExpired

    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, SIGKILL)
        with contextlib.suppress(TimeoutExpired):
            process.wait(_SECONDS_TO_DIE)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
