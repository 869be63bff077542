"""The why-not table: beside each other where there is room, under each other where there is none."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len

from certprobe.lab.pki import Authority, common_name_only
from certprobe.pki.credential import KeyStatus
from certprobe.render.candidates import write_candidates, write_table
from certprobe.render.page import Page
from certprobe.render.verbosity import Verbosity
from certprobe.report import shape
from certprobe.report.handshake import candidates
from certprobe.selection.select import select_client_certificate
from tests.render.terminal import Terminal
from tests.report.reports import AT, credential, lab, request

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def held(*names: str) -> list[shape.Candidate]:
    """Alice, who fits; Bob, who is late and of another CA; Alice without her key; and whoever else is named."""
    root = Authority.root("Lab root", at=AT)
    store = (
        credential(lab().alice, "store.pem #1"),
        credential(lab().bob, "store.pem #3"),
        credential(lab().alice, "alone.pem", KeyStatus.ABSENT),
        *(credential(root.client("", subject=common_name_only(name)), "more.pem") for name in names),
    )
    asked = request(lab().alice.issuer)
    return candidates(select_client_certificate(asked, store, at=AT))


def table(told: list[shape.Candidate], verbosity: Verbosity = Verbosity.NORMAL, file: io.StringIO | None = None) -> str:
    file = file or io.StringIO()
    write_table(Page(file), told, 1, verbosity)
    return file.getvalue()


CLAUSE = "(RFC 8446 4.2.4)"
PIPED = f"""\
     certificate               read  key   dates  keyUsage  EKU   type  scheme  signed  issuer  chain  filters
  1  CN=alice                  ok    ok    ok     ok        ok    -     ok      ok      ok      ok     -
  2  CN=bob                    ok    ok    FAIL   ok        ok    -     ok      ok      FAIL    ok     -
  3  CN=alice                  ok    FAIL  ok     ok        ok    -     ok      ok      ok      ok     -

  1  CN=alice  fits, chosen  store.pem #1
  2  CN=bob  does not fit  store.pem #3
     FAIL  dates     expired on 2026-11-19T12:00:00Z, 1 day before 2026-11-20T12:00:00Z (RFC 5280 4.1.2.5)
     FAIL  issuer    issued by CN=Other root, which the server does not list; it lists CN=Lab issuing CA {CLAUSE}
     Change: have a new certificate issued by CN=Lab issuing CA
  3  CN=alice  does not fit  alone.pem
     FAIL  key       no private key for it was found beside the certificate from alone.pem (RFC 8446 4.4.3)
     Change: give its private key too
"""


def test_in_a_pipe() -> None:
    assert table(held()) == PIPED


def test_every_cell_has_its_fact_when_everything_is_wanted() -> None:
    shown = table(held(), Verbosity.VERBOSE)
    facts = re.findall(r"^ {5}(?:ok|FAIL|note|-) +(\w+)  ", shown, re.MULTILINE)
    headings = shown.splitlines()[0].split()[1:]
    assert facts == headings * 3
    assert "     ok    issuer    issued by CN=Lab issuing CA, number 1 of 1 listed (RFC 8446 4.2.4)\n" in shown
    assert "     -     type      TLS 1.3 has no certificate types (RFC 8446 4.3.2)\n" in shown


@pytest.mark.parametrize("colour", ["NO_COLOR", "FORCE_COLOR"])
@pytest.mark.parametrize("columns", [60, 80, 109, 110, 120, 200])
def test_on_terminals(columns: int, colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv(colour, "1")
    told = held("Alice-" * 30, "\u4e2d\u6587" * 40)
    shown = table(told, Verbosity.VERBOSE, Terminal())
    plain = _STYLE.sub("", shown)
    assert (shown != plain) == (colour == "FORCE_COLOR")
    assert all(cell_len(line) <= columns for line in plain.splitlines())
    has_matrix = re.match(r" {5}certificate +read ", plain) is not None
    assert has_matrix == (columns >= 110)
    assert "FAIL  dates     expired on" in plain
    if has_matrix:
        rows = plain.splitlines()[1:6]
        assert {row.rstrip()[-1] for row in rows} == {"-"}
        # Every row ends in the same column, however wide its letters are.
        assert len({cell_len(row.rstrip()) for row in rows}) == 1
        assert "..." in rows[3]
        assert "..." in rows[4]


def test_without_room_a_line_tells_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    shown = table(held(), file=Terminal())
    assert shown.partition("  2  ")[2].partition("     Change")[0].splitlines() == [
        "CN=bob  does not fit  store.pem #3",
        "     FAIL  dates     expired on 2026-11-19T12:00:00Z, 1 day before",
        "                     2026-11-20T12:00:00Z (RFC 5280 4.1.2.5)",
        "     FAIL  issuer    issued by CN=Other root, which the server does not list; it",
        "                     lists CN=Lab issuing CA (RFC 8446 4.2.4)",
        "     ok    read, key, keyUsage, EKU, scheme, signed, chain",
        "     -     type, filters",
    ]


def test_strangers_names_are_made_harmless() -> None:
    assert "\x1b" not in table(held("\x1b[31mred"))


def tls(told: list[shape.Candidate]) -> shape.Tls:
    selection: shape.Selection = {"how": "automatic", "candidates": told}
    asking = {
        "phase": "initial",
        "selection": selection,
        "chosen": {"number": len(told), "subject": "", "thumbprint": ""},
    }
    return {"certificate_requests": [asking]}  # type: ignore[typeddict-item]


def test_a_long_store_is_cut_but_for_the_chosen_one() -> None:
    file = io.StringIO()
    write_candidates(Page(file), tls(held(*map(str, range(47)))), Verbosity.NORMAL)
    numbers = re.findall(r"^ +(\d+)  CN=", file.getvalue(), re.MULTILINE)
    assert numbers == [*map(str, range(1, 21)), "50"]
    assert file.getvalue().endswith("     ... and 29 more (-v shows all)\n")


def test_so_is_the_table() -> None:
    told = held(*map(str, range(47)))
    shown = table(told)
    assert len(re.findall(r"^ +\d+  CN=", shown, re.MULTILINE)) == 2 * 20
    assert shown.endswith("     ... and 30 more (-v shows all)\n")
    assert "more (-v" not in table(told, Verbosity.VERBOSE)


def test_one_line_and_the_change() -> None:
    file = io.StringIO()
    write_candidates(Page(file), tls(held()), Verbosity.NORMAL)
    assert file.getvalue() == (
        "  1  CN=alice  fits\n"
        "  2  CN=bob  does not fit: expired on 2026-11-19T12:00:00Z, 1 day before 2026-11-20T12:00:00Z"
        " (and 1 more reason, -v shows all)\n"
        "     Change: have a new certificate issued by CN=Lab issuing CA\n"
        "  3  CN=alice  does not fit, chosen: no private key for it was found beside the certificate from alone.pem\n"
        "     Change: give its private key too\n"
    )
