"""The terminal as a screen: keys without Enter, lines anywhere, and everything as it was when it is over."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import tty
from typing import TYPE_CHECKING, Final

from certprobe.cli.keys import KeyReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from certprobe.chooser import Server
    from certprobe.cli.keys import Press
    from certprobe.render.picker import Screenful

_STDIN: Final = 0
_STDERR: Final = 2
_UNFIT: Final = ("", "dumb", "unknown")
_READ_SIZE: Final = 1024
_SECONDS_FOR_A_SEQUENCE: Final = 0.1
"""How long an ESC may be the beginning of another key; slow lines cut sequences into pieces."""

# The alternate screen, since a terminal that gets narrower folds what was written to the ordinary one: nobody can
# then tell how many lines there are to write over.
_ENTER: Final = "\x1b[?1049h"
_LEAVE: Final = "\x1b[?1049l"
# Without automatic margins a line that is wider than we think is cut by the terminal, and moves none below it.
_NO_MARGINS: Final = "\x1b[?7l"
_MARGINS: Final = "\x1b[?7h"
_HOME: Final = "\x1b[H"
_CLEAR_LINE: Final = "\x1b[2K"
_CLEAR_BELOW: Final = "\x1b[J"
_ENDING: Final = (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP)
_WAKING: Final = (signal.SIGWINCH, signal.SIGCONT)


def is_capable() -> bool:
    """Whether the terminal, by its name in TERM, can do more than write one line after the other."""
    return os.environ.get("TERM", "") not in _UNFIT


class Screen:
    """A screen from `with` to its end, whatever ends it; draws on standard error, reads from standard input.

    What was typed before is thrown away, so that nobody answers a question unseen. Where a signal ends or stops the
    process the terminal is put right before.
    """

    def __init__(self) -> None:
        self._reader = KeyReader()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Screen:
        self._modes = termios.tcgetattr(_STDIN)
        with contextlib.ExitStack() as stack:
            self._woken = stack.enter_context(_wake_ups())
            stack.callback(self._leave)
            for number in _ENDING:
                if signal.getsignal(number) is signal.SIG_DFL:
                    stack.callback(signal.signal, number, signal.signal(number, self._stand_aside))
            self._enter()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def draw(self, shown: Screenful) -> None:
        """Show these lines and nothing else."""
        lines = "\r\n".join(f"{_CLEAR_LINE}{line}" for line in shown.lines)
        cursor = f"\x1b[{len(shown.lines)};{shown.cursor}H"
        _write(f"{_NO_MARGINS}{_HOME}{lines}{_CLEAR_BELOW}{_MARGINS}{cursor}")

    def keys(self, server: Server) -> list[Press]:
        """Wait for keys; there may be none, when it is time to draw again.

        Raises KeyboardInterrupt when the terminal has gone away, and what `server.look` raises.
        """
        patience = _SECONDS_FOR_A_SEQUENCE if self._reader.is_waiting else None
        sources: list[int | Server] = [_STDIN, self._woken, server]
        ready, _, _ = select.select(sources, [], [], patience)
        if server in ready:
            server.look()
        if self._woken in ready:
            os.read(self._woken, _READ_SIZE)
        if _STDIN in ready:
            if not (data := os.read(_STDIN, _READ_SIZE)):
                raise KeyboardInterrupt
            return list(self._reader.feed(data))
        return [] if ready else list(self._reader.settle())

    def _enter(self) -> None:
        tty.setcbreak(_STDIN, termios.TCSAFLUSH)
        _write(_ENTER)

    def _leave(self) -> None:
        # A terminal that is gone needs nothing any more.
        with contextlib.suppress(OSError):
            _write(_LEAVE)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(_STDIN, termios.TCSAFLUSH, self._modes)

    def _stand_aside(self, number: int, _: FrameType | None) -> None:
        self._leave()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        # Only who was stopped comes here, when he goes on.
        signal.signal(number, self._stand_aside)
        self._enter()


@contextlib.contextmanager
def _wake_ups() -> Iterator[int]:
    """A descriptor that is readable once the window has changed or the process went on; select alone would sleep on."""
    woken, waking = os.pipe()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, woken)
        stack.callback(os.close, waking)
        os.set_blocking(waking, False)
        stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(waking, warn_on_full_buffer=False))
        for number in _WAKING:
            stack.callback(signal.signal, number, signal.signal(number, lambda _number, _frame: None))
        yield woken


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
