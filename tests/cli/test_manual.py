"""The manual of a small tree, read by the programs that readers use; and the committed one, which must be current."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from certprobe.cli.exits import ExitCode
from certprobe.cli.manual import man_pages, write
from tests.cli.tree import cli
from tests.peers.process import program

ROOT = Path(__file__).parents[2]
MAN = ROOT / "man"


def rendered(page: str) -> str:
    argv = (program("mandoc", package="mandoc"), "-T", "utf8", "-O", "width=200")
    text = subprocess.run(argv, input=page, check=True, capture_output=True, text=True).stdout
    return re.sub(".\b", "", text)


def section(text: str, title: str) -> str:
    match = re.search(rf"^{title}\n(.*?)^(?=\S)", text, re.MULTILINE | re.DOTALL)
    assert match is not None
    return match[1]


def test_every_visible_command_has_a_page() -> None:
    assert list(man_pages(cli)) == ["certprobe.1", "certprobe-https.1", "certprobe-lab.1", "certprobe-lab-demo.1"]


def test_sections_in_order() -> None:
    titles = re.findall(r"^\.SH (.*)$", man_pages(cli)["certprobe-https.1"], re.MULTILINE)
    assert titles == ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def test_page_of_a_command_as_it_is_read() -> None:
    text = rendered(man_pages(cli)["certprobe-https.1"])
    assert "certprobe-https - Probe an HTTPS server\n" in section(text, "NAME")
    assert section(text, "SYNOPSIS").strip() == "certprobe https [OPTIONS] URL"
    assert "    first   second\n           kept    as it stands\n\n       After the table.\n" in section(
        text, "DESCRIPTION"
    )
    assert " ".join(section(text, "OPTIONS").split()) == (
        "-c, --cert FILE A file with certificates. --format [text|json] Shape. [default: text] "
        "--help Show this message and exit."
    )
    assert "    certprobe https https://h --cert me.p12\n             .second 'x'\n" in section(text, "EXAMPLES")
    assert section(text, "SEE ALSO").strip() == "certprobe(1), certprobe-lab(1), certprobe-lab-demo(1)"


def test_page_of_a_group_names_its_commands_and_keeps_odd_characters() -> None:
    text = rendered(man_pages(cli)["certprobe.1"])
    assert section(text, "COMMANDS").split("\n\n") == ["       https  Probe an HTTPS server", "       lab    Play", ""]
    assert "It isn't `magic`: C:\\temp, ^caret, ~tilde, --dashes.  .TH begins this line 'and a quote this one." in text


def test_hyphens_can_be_copied() -> None:
    assert re.findall(r"(?<!\\)-\S*", man_pages(cli)["certprobe-https.1"]) == []


def test_exit_status_is_every_exit_code() -> None:
    text = section(rendered(man_pages(cli)["certprobe-lab.1"]), "EXIT STATUS")
    assert re.findall(r"^ +(\d+) +(.*)$", text, re.MULTILINE) == [(str(int(code)), code.meaning) for code in ExitCode]


def test_exit_codes_are_a_contract() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "CLEAN": 0,
        "FINDING": 1,
        "USAGE": 2,
        "NOT_REACHED": 3,
        "INPUT": 4,
        "INTERRUPTED": 130,
    }


def test_write_leaves_nothing_stale(tmp_path: Path) -> None:
    write(tmp_path / "man", {"old.1": "old", "kept.1": "before"})
    write(tmp_path / "man", {"kept.1": "after"})
    assert [(path.name, path.read_text()) for path in (tmp_path / "man").iterdir()] == [("kept.1", "after")]


def test_committed_man_pages_are_current() -> None:
    from certprobe.cli.main import cli as certprobe

    committed = {path.name: path.read_text(encoding="utf-8") for path in MAN.iterdir()}
    assert committed == man_pages(certprobe), "the command line has changed: make man"


def test_help_has_the_names_that_the_command_line_gives_it() -> None:
    @click.group("certprobe", context_settings={"help_option_names": ["-h", "--help"]})
    def group() -> None: ...

    group.command("https")(lambda: None)
    assert [r"\fB\-h,\fR \fB\-\-help\fR" in page for page in man_pages(group).values()] == [True, True]


@pytest.mark.parametrize("page", sorted(MAN.glob("*.1")), ids=lambda page: page.name)
def test_committed_page_is_clean_man_source(page: Path) -> None:
    mandoc = program("mandoc", package="mandoc")
    lint = subprocess.run([mandoc, "-T", "lint", "-W", "warning", page], check=False, capture_output=True, text=True)
    assert [line for line in lint.stdout.splitlines() if "missing date" not in line] == []
    man = program("man", package="man-db")
    groff = subprocess.run([man, "--warnings", "--local-file", page], check=True, capture_output=True, text=True)
    assert groff.stderr == ""
