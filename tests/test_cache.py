"""What is kept on disk, and what of it is believed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certprobe import cache
from certprobe.cache import Cache, Entry

ENTRY = Entry(
    "http://crl.lab.test/ca.crl", datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), '"v1"', "yesterday", b"\x30\x0a\n\0"
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home" / "certprobe"


def only_file(place: Path) -> Path:
    (file,) = place.iterdir()
    return file


@pytest.mark.parametrize("entry", [ENTRY, ENTRY._replace(etag=None, last_modified=None, body=b"")])
def test_what_is_stored_is_loaded(place: Path, entry: Entry) -> None:
    Cache(place).store(b"key", entry)
    assert Cache(place).load(b"key") == entry
    assert Cache(place).load(b"other key") is None


def test_nobody_else_may_look_in(place: Path) -> None:
    mask = os.umask(0)
    try:
        Cache(place).store(b"key", ENTRY)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(place).stat().st_mode) == 0o600


def test_a_new_entry_replaces_the_old_one_and_leaves_nothing_beside(place: Path) -> None:
    kept = Cache(place)
    kept.store(b"key", ENTRY)
    with only_file(place).open("rb") as reader:
        kept.store(b"key", ENTRY._replace(body=b"new"))
        assert reader.read().endswith(ENTRY.body), "who reads has the old entry, whole"
    assert kept.load(b"key") == ENTRY._replace(body=b"new")
    only_file(place)


@pytest.mark.parametrize("change", [
    lambda data: b"",
    lambda data: data[:-1],
    lambda data: data + b"x",
    lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:],
    lambda data: data.replace(b"cache 1", b"cache 2"),
    lambda data: os.urandom(len(data)),
])  # fmt: skip
def test_damage_is_no_entry(place: Path, change: Callable[[bytes], bytes]) -> None:
    Cache(place).store(b"key", ENTRY)
    file = only_file(place)
    file.write_bytes(change(file.read_bytes()))
    assert Cache(place).load(b"key") is None


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_what_others_may_write_to_is_not_believed(place: Path, mode: int) -> None:
    Cache(place).store(b"key", ENTRY)
    place.chmod(mode)
    assert Cache(place).load(b"key") is None
    Cache(place).store(b"another", ENTRY)
    only_file(place)


def test_a_link_in_place_of_the_directory_is_not_followed(place: Path, tmp_path: Path) -> None:
    Cache(tmp_path / "elsewhere").store(b"key", ENTRY)
    place.parent.mkdir()
    place.symlink_to(tmp_path / "elsewhere")
    assert Cache(place).load(b"key") is None


def test_what_is_no_file_is_no_entry(place: Path) -> None:
    Cache(place).store(b"key", ENTRY)
    file = only_file(place)
    file.unlink()
    file.mkdir()
    assert Cache(place).load(b"key") is None
    Cache(place).store(b"key", ENTRY)
    assert only_file(place) == file, "what could not be put there is not left beside it"


def test_a_place_that_cannot_be_written_to_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    kept = Cache(tmp_path / "file" / "certprobe")
    kept.store(b"key", ENTRY)
    assert kept.load(b"key") is None


def test_nowhere() -> None:
    Cache(None).store(b"key", ENTRY)
    assert Cache(None).load(b"key") is None


def test_the_least_recently_used_make_room(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SIZE_LIMIT", 3500)
    kept = Cache(place)
    for age, key in enumerate((b"c", b"b", b"a")):
        kept.store(key, ENTRY._replace(body=bytes(1000)))
        newest = max(place.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (1000 + age, 1000 + age))
    assert kept.load(b"c") is not None, "and is used just now"
    kept.store(b"d", ENTRY._replace(body=bytes(1000)))
    assert [key for key in (b"a", b"b", b"c", b"d") if kept.load(key) is not None] == [b"a", b"c", b"d"]


def test_what_is_too_large_is_not_kept(place: Path) -> None:
    Cache(place).store(b"key", ENTRY._replace(body=bytes(20 * 1024 * 1024)))
    assert not place.exists()
