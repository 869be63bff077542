"""Which files of a directory are read: each once, and nothing that would hang or never end."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from certprobe.cli import directories
from certprobe.cli.directories import Reach, list_files
from certprobe.errors import FileError


def listed(directory: Path, reach: Reach = Reach.RECURSIVE) -> tuple[list[str], list[str]]:
    found = list_files(str(directory), reach)
    told = [f"{each.path}: {each.reason}" for each in found.passed_over]
    return [os.path.relpath(file, directory) for file in found.files], told


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two files at the top, one below, one further below."""
    for name in ("b.pem", "a.pem", "below/c.pem", "below/further/d.pem"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
    return tmp_path


def test_a_directory_and_what_is_below_it(tree: Path) -> None:
    assert listed(tree, Reach.FLAT) == (["a.pem", "b.pem"], [])
    assert listed(tree) == (["a.pem", "b.pem", "below/c.pem", "below/further/d.pem"], [])


def test_what_has_several_names_is_read_once_under_its_own(tree: Path) -> None:
    (tree / "0a.pem").symlink_to("a.pem")
    (tree / "0below").symlink_to("below")
    (tree / "below/further/up").symlink_to(tree)
    (tree / "itself").symlink_to("itself")
    os.link(tree / "b.pem", tree / "z.pem")
    files, passed_over = listed(tree)
    assert files == ["a.pem", "b.pem", "below/c.pem", "below/further/d.pem"]
    assert passed_over == [f"{tree}/itself: Too many levels of symbolic links"]


def test_links_that_lead_elsewhere_are_followed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "e.pem").write_text("e")
    (tree / "linked.pem").symlink_to(elsewhere / "e.pem")
    (tree / "gone.pem").symlink_to(elsewhere / "gone.pem")
    assert listed(tree, Reach.FLAT) == (
        ["a.pem", "b.pem", "linked.pem"],
        [f"{tree}/gone.pem: No such file or directory"],
    )


def test_what_is_no_file_is_named_and_not_opened(tree: Path) -> None:
    os.mkfifo(tree / "fifo")
    (tree / "null").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tree / "socket"))
        files, passed_over = listed(tree, Reach.FLAT)
    assert files == ["a.pem", "b.pem"]
    assert passed_over == [f"{tree}/{name}: neither a file nor a directory" for name in ("fifo", "socket", "null")]


def test_a_directory_that_is_none(tree: Path) -> None:
    with pytest.raises(FileError, match=r"a\.pem: Not a directory"):
        list_files(str(tree / "a.pem"), Reach.FLAT)
    with pytest.raises(FileError, match="gone: No such file or directory"):
        list_files(str(tree / "gone"), Reach.FLAT)


def test_bounds(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "_MOST_FILES", 3)
    assert listed(tree) == (
        ["a.pem", "b.pem", "below/c.pem"],
        [f"{tree}: 1 file is left out, as 3 files and 512 MiB are read at most"],
    )
    monkeypatch.setattr(directories, "_MOST_OCTETS", 12)
    assert listed(tree)[0] == ["a.pem", "b.pem"]
    monkeypatch.undo()
    monkeypatch.setattr(directories, "_DEEPEST", 1)
    assert listed(tree) == (
        ["a.pem", "b.pem", "below/c.pem"],
        [f"{tree}/below: nothing below it is read: it is 1 levels down"],
    )
