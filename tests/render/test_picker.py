"""The screen from which a person picks: what is where, at which size, and that nothing is wider or longer than it."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from certprobe.render.picker import Row, Size, View, picker
from tests.render.test_candidates import held

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
INTRODUCTION = (
    "https://intranet.example/ asks for a client certificate in the first handshake and lists 1 CA. It waits."
)
HELP = "Up/Down or a number, Enter sends, 0 = anonymous, Esc quits"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def view(highlighted: int, *names: str, typed: str = "", complaint: str = "") -> View:
    """Alice, who fits; Bob; Alice without her key; and whoever else is named."""
    told = held(*names)

    def row(number: int) -> Row:
        candidate = told[number - 1]
        obstacle = "no private key" if number == 3 else ""
        return Row(candidate["subject"][3:], candidate["issuer"][3:], obstacle, candidate)

    return View(INTRODUCTION, len(told), row, highlighted, typed, complaint)


def screen(shown: View, columns: int, lines: int) -> str:
    drawn = picker(shown, Size(columns, lines), "utf-8")
    return "\n".join(line.rstrip() for line in (_STYLE.sub("", line) for line in drawn.lines))


WIDE = f"""\
https://intranet.example/ asks for a client certificate in the first handshake
and lists 1 CA. It waits.

      certificate          issuer             until       verdict
   0  nobody: stay anonymous
   1  alice                Lab issuing CA     2027-02-18  fits
>  2  bob                  Other root         2026-11-19  FAIL: dates, issuer
   3  alice                Lab issuing CA     2027-02-18  no private key

  2  CN=bob  until 2026-11-19T12:00:00Z  store.pem #3
     issued by CN=Other root
     FAIL  dates     expired on 2026-11-19T12:00:00Z, 1 day before
                     2026-11-20T12:00:00Z (RFC 5280 4.1.2.5)
     FAIL  issuer    issued by CN=Other root, which the server does not list; it
                     lists CN=Lab issuing CA (RFC 8446 4.2.4)
     Change: have a new certificate issued by CN=Lab issuing CA


{HELP}
Send which [2]:"""
NARROW = f"""\
https://intranet.example/ asks for a client certificate in
the first handshake and lists 1 CA. It waits.

      certificate               until       verdict
   0  nobody: stay anonymous
   1  alice                     2027-02-18  fits
   2  bob                       2026-11-19  FAIL: dates, ...
>  3  alice                     2027-02-18  no private key

  3  CN=alice  until 2027-02-18T12:00:00Z  alone.pem
     issued by CN=Lab issuing CA
     FAIL  key       no private key for it was found beside
                     the certificate from alone.pem (RFC
                     8446 4.4.3)
     Change: give its private key too





{HELP}
Send which [3]:"""
NARROWEST = """\
https://intranet.example/ asks for a
client certificate in the first
handshake and lists 1 CA. It waits.

      certificate         verdict
>  0  nobody: stay anonymous
   1  alice               fits
   2  bob                 FAIL: dates...
   3  alice               no private key

  0  nobody: stay anonymous
     An empty Certificate message is
     sent; the server then knows of no
     certificate.

Up/Down or a number, Enter sends, 0 =...
Send which [0]:"""
SHORT = """\
   6  c                    Lab root           2027-02-18  FAIL: issuer
>  7  d                    Lab root           2027-02-18  FAIL: issuer
   8  e                    Lab root           2027-02-18  FAIL: issuer
     Change: use a certificate issued by CN=Lab issuing CA; or add the
             certificate of CN=Lab root to your --cert file, if that CA has
             issued it; --select 7 sends it all the same
There is no number 77; the last is 9.
Send which [7]: 77"""


@pytest.mark.parametrize(("shown", "columns", "expected"), [
    (view(2), 80, WIDE),
    (view(3), 60, NARROW),
    (view(0), 40, NARROWEST),
    (view(7, *"abcdef", typed="77", complaint="There is no number 77; the last is 9."), 80, SHORT),
], ids=["80 columns", "60 columns", "40 columns", "8 lines"])  # fmt: skip
def test_screen(shown: View, columns: int, expected: str) -> None:
    assert screen(shown, columns, expected.count("\n") + 1) == expected


def test_the_change_stays_in_sight() -> None:
    """Of the facts above it some are left out."""
    *_, before, change, _, _ = screen(view(2), 80, 12).splitlines()
    assert before == "  ... 2 more lines; enlarge the window"
    assert change == "     Change: have a new certificate issued by CN=Lab issuing CA"


@pytest.mark.parametrize("columns", [40, 46, 60, 72, 80, 120, 300])
@pytest.mark.parametrize("lines", range(1, 40, 3))
@pytest.mark.parametrize("highlighted", [0, 3, 11, 23])
def test_nothing_is_wider_or_longer_than_the_screen(columns: int, lines: int, highlighted: int) -> None:
    """And what is highlighted is in sight as soon as there is a line for it."""
    names = [f"{'会社' * number} \x1b[31m {'x' * number * 10}" for number in range(20)]
    drawn = picker(view(highlighted, *names, typed="1" * 9), Size(columns, lines), "utf-8")
    plain = [_STYLE.sub("", line) for line in drawn.lines]
    assert len(plain) == lines
    assert max(map(cell_len, plain)) <= columns
    assert plain[-1].rstrip() == f"Send which [{highlighted}]: 111111111"
    assert sum(line.startswith(f"> {highlighted:>2}  ") for line in plain) == (lines > 2)


def test_the_cursor_is_behind_what_is_typed() -> None:
    assert picker(view(2, typed="2"), Size(80, 24), "utf-8").cursor == len("Send which [2]: 2") + 1


def test_what_strangers_write_is_made_harmless() -> None:
    shown = screen(view(4, "\x1b]0;title\x07 \u202e\u2028moc.elpmaxe\n"), 120, 24)
    assert shown.isascii()
    assert shown.count(r"\x1b]0\;title\x07 \u{202e}\u{202") == 2
    assert len(shown.split("\n")) == 24


def test_what_the_terminal_cannot_show_is_spelled() -> None:
    shown = picker(view(4, "会社"), Size(80, 24), "latin-1")
    assert any(r"\u{4f1a}\u{793e}" in line for line in shown.lines)


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour(monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    lines = picker(view(2), Size(80, 24), "utf-8").lines
    assert any("\x1b" in line for line in lines) is coloured
