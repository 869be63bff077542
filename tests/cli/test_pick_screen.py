"""`--pick` on a real terminal: what is to be seen, what keys do, and what is left of it when it is over."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import five
from tests.cli.command import Arguments, argv, environment
from tests.peers.nginx import Nginx
from tests.peers.process import program
from tests.peers.site import PEOPLE, Site
from tests.peers.tmux import Tmux, tmux

HELP = "Up/Down or a number, Enter sends, 0 = anonymous, Esc quits"
ACCEPTED = f"the server accepted the client certificate CN=alice,{PEOPLE}"
TOO_MANY = 40


@pytest.fixture
def terminal() -> Iterator[Tmux]:
    with tmux() as started:
        yield started


@pytest.fixture(scope="module")
def store(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five of the other tests, of which 4 fits, and 6, which has no key."""
    file = five.pem(site, tmp_path_factory.mktemp("pick"))
    alone = site.issuing.client("alone", subject=f"CN=alone,{PEOPLE}").certificate_pem
    file.write_bytes(file.read_bytes() + alone)
    return file


class Picker:
    """The command in a terminal, at the question."""

    def __init__(self, terminal: Tmux, site: Site, store: Path) -> None:
        self.terminal = terminal
        self._site = site
        self._store = store
        self.home = store.parent

    def start(self, port: int, columns: int = 80, lines: int = 24, **env: str) -> str:
        """The screen when the table is there."""
        # A pane whose command has ended has a line of tmux's own; and Ctrl-C is for all in the foreground.
        self.start_with(
            ("sh", "-c", f"trap : INT; {self.script(port)}; echo ended with $?; read _"), columns, lines, **env
        )
        return self.terminal.wait_for("Send which [")

    def start_with(self, command: tuple[str, ...], columns: int = 80, lines: int = 24, **env: str) -> None:
        usual = environment({"TERM": "tmux-256color", "LANG": "C.UTF-8", **env})
        self.terminal.start(command, columns=columns, lines=lines, env=usual, cwd=self.home)

    def script(self, port: int) -> str:
        words: tuple[Arguments, ...] = ("--cert", self._store.name, "--trust", self._site.root_file, "--pick", "-q")
        return shlex.join(argv(("https", f"https://localhost:{port}/", *words)))

    def ends(self, code: int) -> str:
        """What is on the ordinary screen afterwards, in one line."""
        screen = self.terminal.wait_for(f"ended with {code}")
        assert self.terminal.ask("alternate_on") == "0"
        return re.sub(r"\s+", " ", screen)

    def highlighted(self, number: int) -> str:
        """The screen as soon as that row has the mark."""
        screen = self.terminal.wait_for(f"Send which [{number}]:")
        assert [line[:4] for line in screen.splitlines() if line.startswith(">")] == [f">{number:>3}"]
        return screen


@pytest.fixture
def picker(terminal: Tmux, site: Site, store: Path) -> Picker:
    return Picker(terminal, site, store)


def faceless(screen: str) -> str:
    """The screen without what is different every time; nothing gets longer or shorter."""
    without_times = re.sub(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", lambda found: "#" * len(found[0]), screen)
    return re.sub(r":\d{5}/", ":#####/", without_times)


def test_at_80_columns(nginx: Nginx, picker: Picker) -> None:
    assert (
        faceless(picker.start(nginx.optional))
        == f"""\
https://localhost:#####/ asks for a client certificate in the first handshake
and lists 1 CA. It waits.

      certificate          issuer             until       verdict
   0  nobody: stay anonymous
   1  late                 Lab issuing CA     ##########  FAIL: dates
   2  foreign              Foreign root       ##########  FAIL: issuer
   3  web                  Lab issuing CA     ##########  FAIL: EKU
>  4  alice                Lab issuing CA     ##########  fits
   5  old                  Foreign root       ##########  FAIL: dates, keyUsa...
   6  alone                Lab issuing CA     ##########  no private key

  4  CN=alice,OU=people,DC=lab,DC=test  until ####################  store.pem
       #7
     issued by CN=Lab issuing CA,O=Lab,DC=lab,DC=test







{HELP}
Send which [4]:"""
    )


def test_at_60_columns_without_colour(nginx: Nginx, picker: Picker) -> None:
    """Every reason of the highlighted row, its fact, and the change that would help."""
    picker.start(nginx.optional, columns=60, lines=30, NO_COLOR="1")
    picker.terminal.press("5")
    assert (
        faceless(picker.highlighted(5))
        == f"""\
https://localhost:#####/ asks for a client certificate in
the first handshake and lists 1 CA. It waits.

      certificate               until       verdict
   0  nobody: stay anonymous
   1  late                      ##########  FAIL: dates
   2  foreign                   ##########  FAIL: issuer
   3  web                       ##########  FAIL: EKU
   4  alice                     ##########  fits
>  5  old                       ##########  FAIL: dates, ...
   6  alone                     ##########  no private key

  5  CN=old,OU=people,DC=lab,DC=test  until
       ####################  store.pem #8
     issued by CN=Foreign root
     FAIL  dates     expired on ####################, 1 day
                     before #################### (RFC 5280
                     4.1.2.5)
     FAIL  keyUsage  keyUsage is keyAgreement; a client
                     signs its CertificateVerify and needs
                     digitalSignature (RFC 5280 4.2.1.3)
     FAIL  issuer    issued by CN=Foreign root, which the
                     server does not list; it lists CN=Lab
                     root,O=Lab,DC=lab,DC=test (RFC 8446
                     4.2.4)
     Change: have a new certificate issued by CN=Lab
             root,O=Lab,DC=lab,DC=test, with
             digitalSignature in keyUsage
{HELP}
Send which [5]: 5"""
    )
    assert "\x1b" not in picker.terminal.screen(styles=True)


def test_colour(nginx: Nginx, picker: Picker) -> None:
    picker.start(nginx.optional)
    styled = picker.terminal.screen(styles=True)
    assert "\x1b[32mfits" in styled
    assert "\x1b[1m\x1b[31mFAIL: dates" in styled


@pytest.mark.parametrize(("keys", "row"), [
    (["Down"], 5),
    (["Up", "Up"], 2),
    (["Home"], 0),
    (["End"], 6),
    (["NPage"], 6),
    (["PPage"], 0),
    (["j", "j", "k"], 5),
    (["2"], 2),
])  # fmt: skip
def test_keys(nginx: Nginx, picker: Picker, keys: list[str], row: int) -> None:
    picker.start(nginx.optional)
    picker.terminal.press(*keys)
    picker.highlighted(row)


@pytest.mark.parametrize(("keys", "verdict"), [
    (["Enter"], ACCEPTED),
    (["Up", "Down", "Enter"], ACCEPTED),
    (["4", "Enter"], ACCEPTED),
    (["0", "Enter"], "got none, and answered all the same"),
    (["Home", "Enter"], "got none, and answered all the same"),
])  # fmt: skip
def test_what_is_sent(nginx: Nginx, picker: Picker, keys: list[str], verdict: str) -> None:
    picker.start(nginx.optional)
    picker.terminal.press(*keys)
    assert verdict in picker.ends(0)


def test_what_is_sent_though_it_does_not_fit(nginx: Nginx, picker: Picker) -> None:
    picker.start(nginx.optional)
    picker.terminal.press("2", "Enter")
    assert f"CN=foreign,{PEOPLE}" in picker.ends(1)


def test_what_cannot_be_sent(nginx: Nginx, picker: Picker) -> None:
    """It says why, and the next key is heard."""
    picker.start(nginx.optional)
    picker.terminal.press("6", "Enter")
    screen = picker.terminal.wait_for("6 cannot be sent: no private key.")
    assert "no private key for it was found" in screen
    assert "Change: give its private key too" in screen
    picker.terminal.press("7", "7", "Enter")
    picker.terminal.wait_for("There is no number 77; the last is 6.")
    picker.terminal.press("BSpace", "BSpace", "4", "Enter")
    assert ACCEPTED in picker.ends(0)


@pytest.mark.parametrize("key", ["Escape", "q", "C-c", "C-d"])
def test_what_ends_it(nginx: Nginx, picker: Picker, key: str) -> None:
    picker.start(nginx.optional)
    picker.terminal.press(key)
    assert "interrupted from the keyboard during the TLS handshake" in picker.ends(130)


def test_the_window_changes(nginx: Nginx, picker: Picker) -> None:
    """Narrower, shorter, and back: each time the whole is laid out anew, and nothing is left of what was there."""
    before = picker.start(nginx.optional)
    picker.terminal.resize(60, 12)
    assert (
        faceless(picker.terminal.wait_for("more above"))
        == f"""\
   1  late                      ##########  FAIL: dates
   2  foreign                   ##########  FAIL: issuer
   3  web                       ##########  FAIL: EKU
>  4  alice                     ##########  fits
   5  old                       ##########  FAIL: dates, ...
   6  alone                     ##########  no private key
      1 more above
  4  CN=alice,OU=people,DC=lab,DC=test  until
       ####################  store.pem #7
     issued by CN=Lab issuing CA,O=Lab,DC=lab,DC=test
{HELP}
Send which [4]:"""
    )
    picker.terminal.resize(80, 24)
    picker.terminal.wait_for("https://")
    assert picker.terminal.screen() == before


def test_the_server_loses_patience(nginx: Nginx, picker: Picker) -> None:
    picker.start(nginx.impatient)
    ended = picker.ends(3)
    assert "the server lost patience while the client certificate was being chosen" in ended


# --- what is left of it -----------------------------------------------------------------------------------------------


def modes_around(picker: Picker, port: int, *keys: str, kill: int | None = None) -> tuple[str, str]:
    """The terminal's modes as stty tells them, before and after; the run ends by these keys, or by a signal."""
    home = picker.home
    inner = f"echo $$ > pid; exec {picker.script(port)}"
    whole = f"trap : INT; stty -g > before; sh -c {shlex.quote(inner)}; stty -g > after; echo over; read _"
    picker.start_with(("sh", "-c", whole))
    picker.terminal.wait_for("Send which [")
    if keys:
        picker.terminal.press(*keys)
    if kill is not None:
        os.kill(int((home / "pid").read_text()), kill)
    picker.terminal.wait_for("over")
    assert picker.terminal.ask("alternate_on") == "0"
    assert picker.terminal.ask("wrap_flag") == "1"
    return (home / "before").read_text(), (home / "after").read_text()


@pytest.mark.parametrize("keys", [["Enter"], ["Escape"], ["C-c"]])
def test_the_terminal_is_as_it_was(nginx: Nginx, picker: Picker, keys: list[str]) -> None:
    before, after = modes_around(picker, nginx.optional, *keys)
    assert before == after


def test_the_terminal_is_as_it_was_when_the_server_has_gone(nginx: Nginx, picker: Picker) -> None:
    before, after = modes_around(picker, nginx.impatient)
    assert before == after


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda number: number.name)
def test_the_terminal_is_as_it_was_after_a_signal(nginx: Nginx, picker: Picker, number: signal.Signals) -> None:
    before, after = modes_around(picker, nginx.optional, kill=number)
    assert before == after


def test_stopped_and_continued(nginx: Nginx, picker: Picker) -> None:
    """Ctrl-Z gives the ordinary screen back, and fg the table."""
    picker.start_with((program("bash", package="bash"), "--norc", "--noprofile"), PS1="ready$ ")
    picker.terminal.press(picker.script(nginx.optional), "Enter")
    picker.terminal.wait_for("Send which [4]:")
    picker.terminal.press("C-z")
    assert HELP not in picker.terminal.wait_for("Stopped")
    assert picker.terminal.ask("alternate_on") == "0"
    picker.terminal.press("fg", "Enter")
    picker.highlighted(4)
    picker.terminal.press("Down", "Up", "Enter")
    assert ACCEPTED in re.sub(r"\s+", " ", picker.terminal.wait_for("DC=test\n"))
