"""What real shells offer: bash and zsh at their own line editors on a terminal, fish by its `complete -C`.

No shell has a PATH when it completes, so that anything it started would be missed.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from certprobe.cli.completions import completions
from certprobe.cli.main import cli as certprobe
from certprobe.cli.manual import write
from certprobe.lab.scenarios import SCENARIOS
from certprobe.policy.status import ChainPolicy
from tests.cli.tree import ODD_HELP, ODD_WORDS
from tests.cli.tree import cli as small
from tests.peers.process import program

COMMITTED = Path(__file__).parents[2] / "completions"
SCRIPTS = {"bash": "certprobe.bash", "zsh": "_certprobe", "fish": "certprobe.fish"}
SECONDS = 60.0
"""Until a shell that hangs is killed; none may need so long."""

# Each takes the directory of the scripts and has a `certprobe` that notes the words it was called with, in a file whose
# number is in the prompt too. Meta-* puts everything that is offered into the line.
START = {
    "bash": r"""
PS1='ready $n> ' n=0 HISTFILE=
source {0}/certprobe.bash
certprobe() {{ printf '%s\0' "$@" > {0}/words.$n; (( n += 1 )); }}
PATH=
""",
    "zsh": r"""
setopt promptsubst
PS1='ready $n> ' n=0
fpath=({0} $fpath)
autoload -Uz compinit
compinit -u -D
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
bindkey -e
bindkey '\e*' all-matches
certprobe() {{ printf '%s\0' "$@" > {0}/words.$n; (( n += 1 )); }}
PATH=
""",
}
START_FILE = {"bash": ".bashrc", "zsh": ".zshrc"}
ALL, LIST = "\x1b*", "\x04"


@pytest.fixture(params=["bash", "zsh"])
def editor(request: pytest.FixtureRequest) -> str:
    """A shell whose line editor is typed into."""
    shell: str = request.param
    return shell


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working directory with files to offer, under the directory of the scripts."""
    here = tmp_path / "here"
    (here / "sys").mkdir(parents=True)
    (here / "my own.pem").touch()
    return here


def typed(shell: str, cli: click.Group, here: Path, lines: Sequence[str]) -> tuple[list[list[str]], str]:
    """Type the lines, each with Enter, and return the words that each one called `certprobe` with, and the screen."""
    home = here.parent
    write(home / "scripts", completions(cli))
    (home / START_FILE[shell]).write_text(START[shell].format(home / "scripts"))
    arguments = {"bash": ["--noprofile", "--rcfile", str(home / ".bashrc")], "zsh": ["--no-globalrcs"]}[shell]
    environment = {"HOME": str(home), "ZDOTDIR": str(home), "INPUTRC": "/dev/null", "TERM": "xterm", "LANG": "C.UTF-8"}
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 1000, 0, 0))
    process = subprocess.Popen(
        [program(shell, package=shell), *arguments, "-i"],
        cwd=here,
        env={**environment, "PATH": os.defpath},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        screen = _converse(controller, [*lines, "exit"])
        process.wait(SECONDS)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        os.close(controller)
    notes = [(home / "scripts" / f"words.{number}").read_text() for number in range(len(lines))]
    return [note.split("\0")[:-1] for note in notes], screen


def _converse(controller: int, lines: list[str]) -> str:
    """Type each line when its prompt is there, and read to the end of the terminal: EIO when the shell is gone."""
    screen, number = "", 0
    deadline = time.monotonic() + SECONDS
    while select.select([controller], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            screen += os.read(controller, 65536).decode(errors="replace")
        except OSError:
            return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", screen)
        if number < len(lines) and f"ready {number}> " in screen:
            os.write(controller, f"{lines[number]}\n".encode())
            number += 1
    raise AssertionError(f"nothing more came to the terminal:\n{screen}")


def fish(cli: click.Group, here: Path, lines: Sequence[str]) -> list[list[str]]:
    """Return what fish offers to complete each line with: its words, each with its help after a tab if it has one."""
    write(here.parent / "scripts", completions(cli))
    script = f"source {here.parent}/scripts/certprobe.fish; set PATH; for a in $argv; complete -C $a; printf '\\f'; end"
    ran = subprocess.run(
        [program("fish", package="fish"), "--no-config", "-c", script, *lines],
        cwd=here,
        env={"HOME": str(here.parent), "PATH": os.defpath, "LANG": "C.UTF-8"},
        check=True,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.stderr == ""
    return [part.splitlines() for part in ran.stdout.split("\f")[:-1]]


# What the last word of each line may become, in order of the alphabet.
OFFERS_OF_SMALL = {
    "certprobe ": ["https", "lab"],
    "certprobe --log lab ": ["https", "lab"],
    "certprobe --log=lab l": ["lab"],
    "certprobe --log m": ["my own.pem"],
    "certprobe --log lab https --": ["--cert", "--format", "--help"],
    "certprobe https -c m": ["my own.pem"],
    "certprobe https --cert a -c b --ce": ["--cert"],
    "certprobe https --format ": ["json", "text"],
    "certprobe https https://host:1/a=b --format=j": ["--format=json"],
    "certprobe https ": [],
    "certprobe lab demo --fast -x --o": ["--odd"],
    "certprobe lab demo --odd ": sorted(ODD_WORDS),
    "certprobe lab demo -o x:": ["x:y"],
    "certprobe lab demo --times ": ["at-most=", "once"],
    "certprobe lab demo m": ["my own.pem"],
}
OFFERS = {
    "certprobe ": ["explain", "https", "inspect", "lab", "ldap", "listen", "match", "verify"],
    "certprobe --": ["--help", "--version"],
    "certprobe verify m": ["my own.pem"],
    "certprobe verify --usage ": ["any", "client", "server"],
    "certprobe verify --flag SECURITY_FLAG_IGNORE_CERT_": [
        "SECURITY_FLAG_IGNORE_CERT_CN_INVALID",
        "SECURITY_FLAG_IGNORE_CERT_DATE_INVALID",
    ],
    "certprobe lab ": ["demo", "list", "pki", "up"],
    "certprobe lab up ": sorted(scenario.name for scenario in SCENARIOS),
    "certprobe lab up per-path expired-s": ["expired-server"],
    "certprobe https --policy ": sorted(policy.value for policy in ChainPolicy),
    "certprobe https --policy=s": ["--policy=ssl"],
    "certprobe https --tls-m": ["--tls-max", "--tls-min"],
    "certprobe https 'https://[::1]:8443/?a=b' --tls-min ": ["1.0", "1.1", "1.2", "1.3"],
    "certprobe https --trust ": ["certifi", "my own.pem", "none", "sys", "system"],
    "certprobe ldap --trust s": ["sys", "system"],
    "certprobe ldap --trust=my": ["--trust=my own.pem"],
    "certprobe ldap --key lab --key m": ["my own.pem"],
    "certprobe https --callback m": ["my own.pem"],
    "certprobe https --select ": ["auto", "name=", "none", "subject=", "thumbprint="],
    "certprobe https --select=th": ["--select=thumbprint="],
    "certprobe https --sni ": ["none"],
    "certprobe https --at ": [],
    "certprobe https --connect ": [],
    "certprobe https --path ": [],
    "certprobe ldap ": [],
}
TREES = pytest.mark.parametrize(
    ("cli", "offers"), [(small, OFFERS_OF_SMALL), (certprobe, OFFERS)], ids=["small", "certprobe"]
)


@TREES
def test_line_editor_offers(editor: str, cli: click.Group, offers: dict[str, list[str]], here: Path) -> None:
    called, screen = typed(editor, cli, here, [line + ALL for line in offers])
    assert re.findall(r".*(?:not found|No such file).*", screen) == []
    before = [len(line.split(" ")) - 2 for line in offers]
    offered = {line: sorted(words[count:]) for line, words, count in zip(offers, called, before, strict=True)}
    assert offered == offers


@TREES
def test_fish_offers(cli: click.Group, offers: dict[str, list[str]], here: Path) -> None:
    answers = fish(cli, here, list(offers))
    offered = [sorted(answer.split("\t")[0].removesuffix("/") for answer in each) for each in answers]
    assert dict(zip(offers, offered, strict=True)) == offers


def test_tab_ends_a_whole_word_with_a_blank_and_leaves_a_begun_one_open(editor: str, here: Path) -> None:
    lines = ["certprobe https --policy n\t--legacy", "certprobe https --select th\tab", "certprobe https --trust sy\tx"]
    called, _ = typed(editor, certprobe, here, lines)
    assert called == [
        ["https", "--policy", "nt-auth", "--legacy"],
        ["https", "--select", "thumbprint=ab"],
        ["https", "--trust", "sysx"],
    ]


def test_zsh_shows_the_help_texts(here: Path) -> None:
    _, screen = typed("zsh", small, here, [line + LIST for line in ("certprobe h", "certprobe lab d")])
    assert "\nhttps  -- Probe an HTTPS server" in screen
    assert "\ndemo  -- Run the `demo`: it's $HOME, [odd] too" in screen


def test_zsh_shows_odd_characters_of_help_as_they_are(here: Path) -> None:
    _, screen = typed("zsh", small, here, ["certprobe lab demo --od" + LIST])
    assert f"\n--odd  -- {ODD_HELP}" in screen


def test_zsh_shows_the_help_of_an_argument(here: Path) -> None:
    _, screen = typed("zsh", certprobe, here, ["certprobe lab up name-m" + LIST])
    assert "\nname-mismatch  -- The server's certificate is for another host." in screen


def test_fish_shows_the_help_texts(here: Path) -> None:
    assert fish(small, here, ["certprobe ", "certprobe https --f", "certprobe lab ", "certprobe lab demo --od"]) == [
        ["https\tProbe an HTTPS server", "lab\tPlay"],
        ["--format\tShape."],
        ["demo\tRun the `demo`: it's $HOME, [odd] too"],
        [f"--odd\t{ODD_HELP}"],
    ]
    assert fish(certprobe, here, ["certprobe lab up name-m"]) == [
        ["name-mismatch\tThe server's certificate is for another host."]
    ]


def test_bash_completes_after_assignments_and_other_commands(here: Path) -> None:
    lines = [f"A=1 certprobe lab d{ALL}", f"true; certprobe https --sni={ALL}", f"certprobe https --cert 'my{ALL}"]
    called, _ = typed("bash", certprobe, here, lines)
    assert called == [["lab", "demo"], ["https", "--sni=none"], ["https", "--cert", "my own.pem"]]


@pytest.mark.parametrize("cli", [small, certprobe], ids=["small", "certprobe"])
@pytest.mark.parametrize("shell", SCRIPTS)
def test_shell_can_parse_its_script(shell: str, cli: click.Group) -> None:
    script = completions(cli)[SCRIPTS[shell]]
    argv = [program(shell, package=shell), "-n", "/dev/stdin"]
    checked = subprocess.run(argv, input=script, check=False, capture_output=True, text=True, timeout=SECONDS)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_committed_completions_are_current() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in COMMITTED.iterdir()}
    assert committed == completions(certprobe), "the command line has changed: make completions"
