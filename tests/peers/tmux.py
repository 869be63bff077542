"""tmux: a real terminal, whose screen can be read."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.peers.process import directory, program

_SECONDS = 30.0
_PANE = "0:0.0"


class Tmux:
    """One window with a command in it; everything is asked of the server of its own that holds it."""

    def __init__(self, binary: str, socket: Path) -> None:
        self._tmux = (binary, "-u", "-S", str(socket), "-f", "/dev/null")

    def start(self, command: Sequence[str], *, columns: int, lines: int, env: Mapping[str, str], cwd: Path) -> None:
        """Run the command; the window stays when it ends."""
        size = ("-x", str(columns), "-y", str(lines))
        options = ("set-option", "-g", "default-terminal", env["TERM"], ";", "set-option", "-g", "remain-on-exit", "on")
        variables = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
        self._run(*options, ";", "new-session", "-d", *size, *variables, *command, env=env, cwd=cwd)

    def press(self, *keys: str) -> None:
        """Press keys by the names of tmux: "Up", "Enter", "C-c", or what is typed."""
        self._run("send-keys", "-t", _PANE, *keys)

    def resize(self, columns: int, lines: int) -> None:
        self._run("resize-window", "-t", _PANE, "-x", str(columns), "-y", str(lines))

    def screen(self, *, styles: bool = False) -> str:
        """What is to be seen, without blanks at the ends of lines and empty lines at the end."""
        captured = self._run("capture-pane", "-p", "-t", _PANE, *(("-e",) if styles else ()))
        return "\n".join(line.rstrip() for line in captured.splitlines()).rstrip()

    def ask(self, variable: str) -> str:
        """A variable of tmux's formats, of the pane."""
        return self._run("display-message", "-p", "-t", _PANE, f"#{{{variable}}}").strip()

    def wait_for(self, text: str) -> str:
        """The screen as soon as it shows the text."""
        deadline = time.monotonic() + _SECONDS
        while text not in (screen := self.screen()):
            assert time.monotonic() < deadline, f"{text!r} never came:\n{screen}"
            time.sleep(0.02)
        return screen

    def wait_for_the_end(self) -> int:
        """The exit code of the command."""
        deadline = time.monotonic() + _SECONDS
        while self.ask("pane_dead") != "1":
            assert time.monotonic() < deadline, f"it did not end:\n{self.screen()}"
            time.sleep(0.02)
        return int(self.ask("pane_dead_status") or -int(self.ask("pane_dead_signal")))

    def stop(self) -> None:
        subprocess.run((*self._tmux, "kill-server"), check=False, capture_output=True)

    def _run(self, *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
        done = subprocess.run((*self._tmux, *words), check=True, capture_output=True, text=True, env=env, cwd=cwd)
        return done.stdout


@contextlib.contextmanager
def tmux() -> Iterator[Tmux]:
    """A tmux without a window yet; it and whatever runs in it is stopped at the end."""
    binary = program("tmux", package="tmux")
    with directory("tmux") as home:
        terminal = Tmux(binary, home / "socket")
        try:
            yield terminal
        finally:
            terminal.stop()
