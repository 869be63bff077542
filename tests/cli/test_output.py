"""Point 5: the verdict first, on a terminal and in a pipe, and nothing of a stranger's that a terminal would obey."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.command import Arguments, certprobe, on_terminal, started
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.site import Site

Hostile = Callable[[str], AbstractContextManager[int]]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Colours alone; a terminal's own translation of line ends apart, nothing else may be there.
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def probe(site: Site, nginx: Nginx) -> tuple[Arguments, ...]:
    """A run with a finding, and much to tell."""
    url = f"https://localhost:{nginx.on}/a/path/that/is/rather/long/and/goes/on/for/some/more/words/to/the/end"
    return ("https", url, "--cert", site.store_file, "--trust", "none")


def lines_of(screen: str) -> list[str]:
    return ANSI.sub("", screen.replace("\r\n", "\n")).splitlines()


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)


def test_in_a_pipe(probe: tuple[Arguments, ...]) -> None:
    ran = certprobe(*probe)
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert "\x1b" not in ran.stdout
    assert ran.stdout.isascii()
    assert max(map(len, ran.stdout.splitlines())) > 120, "a line stays a line"
    assert ran.stdout.startswith("PROBLEM  https://localhost")
    assert not any(line != line.rstrip() for line in ran.stdout.splitlines())


@pytest.mark.parametrize("columns", [40, 80, 132])
def test_on_a_terminal(probe: tuple[Arguments, ...], columns: int) -> None:
    ran = on_terminal(*probe, columns=columns)
    assert ran.exit_code == 1
    assert ANSI.search(ran.screen)
    assert "\x1b" not in ANSI.sub("", ran.screen)
    lines = lines_of(ran.screen)
    assert max(map(width, lines)) <= columns
    assert lines[0].startswith("PROBLEM  https://localhost")
    # The same words as in a pipe: wrapping loses nothing.
    assert "".join("".join(lines).split()).count("CERT_E_UNTRUSTEDROOT") >= 2


def test_no_color(probe: tuple[Arguments, ...]) -> None:
    ran = on_terminal(*probe, env={"NO_COLOR": "1"})
    assert "\x1b" not in ran.screen
    assert ran.screen.startswith("PROBLEM  ")
    assert max(map(width, lines_of(ran.screen))) <= 80


def test_dumb_terminal(probe: tuple[Arguments, ...]) -> None:
    ran = on_terminal(*probe, env={"TERM": "dumb"})
    assert "\x1b" not in ran.screen


def test_color_is_never_forced_into_json(probe: tuple[Arguments, ...]) -> None:
    ran = on_terminal(*probe, "--format", "json")
    assert "\x1b" not in ran.screen
    assert json.loads(ran.screen)["verdict"]["exit_code"] == 1


# --- how much ---------------------------------------------------------------------------------------------------------


def test_quiet_is_one_line(probe: tuple[Arguments, ...]) -> None:
    ran = certprobe(*probe, "-q")
    assert ran.exit_code == 1
    assert ran.stdout.count("\n") == 1
    assert ran.stdout == certprobe(*probe).stdout.splitlines(keepends=True)[0]


def test_verbose_is_more(probe: tuple[Arguments, ...]) -> None:
    normal, verbose = certprobe(*probe).stdout, certprobe(*probe, "-v").stdout
    assert len(verbose.splitlines()) > len(normal.splitlines()) + 20
    for fact in ("thumbprint ", "SHA-256 ", "RFC 8446 4.2.4", "server: nginx"):
        assert (fact in verbose, fact in normal) == (True, False)


def test_quiet_and_verbose_exclude_each_other(probe: tuple[Arguments, ...]) -> None:
    ran = certprobe(*probe, "-q", "-v")
    assert (ran.exit_code, ran.stdout) == (2, "")


# --- where ------------------------------------------------------------------------------------------------------------


def test_json_alone_on_stdout(probe: tuple[Arguments, ...], tmp_path: Path, site: Site) -> None:
    (tmp_path / "root.pem").write_bytes(site.root.issued.certificate_pem)
    (tmp_path / "junk").write_text("junk")
    ran = certprobe(*probe, "--trust", tmp_path, "--format", "json")
    assert ran.document["schema"] == 1
    assert ran.stdout.endswith("}\n")
    assert ran.stdout.isascii()
    assert "passed over" in ran.stderr


@pytest.mark.parametrize("format", ["text", "json"])
def test_closed_pipe_keeps_the_exit_code(site: Site, probe: tuple[Arguments, ...], format: str) -> None:
    for expected, trust in ((1, "none"), (0, site.root_file)):
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb") as output:
            process = started(*probe, "--trust", trust, "--format", format, stdout=output)
        _, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (expected, b"")


def test_head_of_a_report(probe: tuple[Arguments, ...]) -> None:
    process = started(*probe)
    head = subprocess.run(("head", "-1"), stdin=process.stdout, capture_output=True, check=True).stdout
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    assert head.startswith(b"PROBLEM  https://")
    assert (process.communicate(timeout=60)[1], process.returncode) == (b"", 1)


def test_full_disk(probe: tuple[Arguments, ...]) -> None:
    with open("/dev/full", "wb") as full:
        process = started(*probe, stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 4
    assert stderr == b"certprobe: standard input or output: No space left on device\n"


@pytest.mark.parametrize("closed", ["2>&-", "2>&- <&-"], ids=["standard-error", "and-standard-input"])
def test_what_is_for_a_closed_standard_error_is_written_nowhere(closed: str) -> None:
    command = (sys.executable, "-m", "certprobe", "listen", "https", "--ca", "there-is-no-such-file.pem")
    ran = subprocess.run(("sh", "-c", f'exec "$@" {closed}', "sh", *command), stdout=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stdout) == (4, b"")


# --- texts of strangers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["control", "bidi", "markup", "long"])
def test_names_of_strangers(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(f"names-{name}") as port:
        common: tuple[Arguments, ...] = ("https", f"https://{HOST}:{port}/", "--trust", site.root_file, "-v")
        piped = certprobe(*common)
        screen = on_terminal(*common)
        document = certprobe(*common[:-1], "--format", "json")
    # What is no IA5String cannot be read, and no other name counts beside it (RFC 9525 6.3).
    assert {piped.exit_code, screen.exit_code, document.exit_code} == {int(name in ("control", "bidi"))}
    assert not CONTROLS.search(piped.stdout)
    assert not CONTROLS.search(ANSI.sub("", screen.screen.replace("\r\n", "\n")))
    assert not CONTROLS.search(document.stdout)
    assert max(map(width, lines_of(screen.screen))) <= 80
    (attempt,) = document.document["attempts"]
    subject = attempt["tls"]["certificates"][0]["subject"]
    match name:
        case "control":
            assert "\x1b[2J" in subject or "\\1B[2J" in subject, "JSON carries the name as it came"
            assert "\\x1b[2J" in piped.stdout or "\\1B[2J" in piped.stdout
        case "bidi":
            assert "\\u{202e}tset.bal" in piped.stdout
        case "markup":
            assert "[red]all is well[/red] [link=file:///]x[/link] [/]" in piped.stdout
            assert "[red]all is well[/red]" in "".join(lines_of(screen.screen))
        case _:
            assert "...(5" in piped.stdout


def test_diagnostics_on_stderr_are_harmless_too(tmp_path: Path) -> None:
    """A file's name is text of a stranger's as well."""
    ran = certprobe("https", "https://127.0.0.1:1/", "--cert", tmp_path / "\x1b]0;owned\x07[red].pem")
    assert ran.exit_code == 4
    assert not CONTROLS.search(ran.stderr)
    assert "\\x1b]0;owned\\x07[red].pem" in ran.stderr


def test_locale_without_unicode(site: Site, hostile: Hostile) -> None:
    with hostile("names-bidi") as port:
        arguments = ("https", f"https://{HOST}:{port}/", "--trust", site.root_file)
        ran = certprobe(*arguments, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert ran.exit_code == 1
    assert ran.stdout.isascii()
    assert "\\u{202e}tset.bal" in ran.stdout


def test_progress_goes_to_stderr_when_it_is_wanted(probe: tuple[Arguments, ...]) -> None:
    ran = certprobe(*probe, "-v", "--format", "json")
    assert ran.stderr.splitlines() == [
        "certprobe: connecting ...",
        "certprobe: the TLS handshake ...",
        "certprobe: the answer ...",
    ]
    assert ran.document["schema"] == 1
