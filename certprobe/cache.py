"""What was fetched, kept on disk: each answer in a file of its own, named by a hash of what was asked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

SIZE_LIMIT: Final = 128 * 1024 * 1024
"""Of all entries together; the least recently used go first."""
_LONGEST_ENTRY: Final = 20 * 1024 * 1024
_MOST_ENTRIES: Final = 10_000
_MAGIC: Final = b"certprobe cache 1\n"
_DIGEST_SIZE: Final = hashlib.sha256().digest_size
_PREFIX: Final = "answer-"


class Entry(NamedTuple):
    """An answer: its URL, when it came or was last confirmed (aware), its validators (RFC 9110 8.8), its body."""

    url: str
    confirmed: datetime
    etag: str | None
    last_modified: str | None
    body: bytes


class Cache:
    """Entries in a directory that nobody else may write to.

    A cache never fails: what cannot be read, is damaged or may be by others is not there, and what cannot be written is
    not kept. There is nothing secret in it; who reads it learns which CAs' servers were asked. Without a directory it
    keeps nothing.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory or Path(os.devnull)

    def load(self, key: bytes) -> Entry | None:
        """Return the entry for what was asked, or None."""
        if not self._is_ours():
            return None
        try:
            with self._path(key).open("rb") as file:
                data = file.read(_LONGEST_ENTRY)
                os.utime(file.fileno())
            return _decoded(data)
        except (OSError, ValueError, TypeError):
            return None

    def store(self, key: bytes, entry: Entry) -> None:
        """Keep the entry; whoever reads at the same time sees the old one or the new one, whole."""
        data = _encoded(entry)
        if len(data) >= _LONGEST_ENTRY:
            return
        with contextlib.suppress(OSError):
            self._directory.parent.mkdir(parents=True, exist_ok=True)
            self._directory.mkdir(mode=0o700, exist_ok=True)
            if self._is_ours():
                self._replace(self._path(key), data)
                self._prune()

    def _is_ours(self) -> bool:
        try:
            status = self._directory.lstat()
        except OSError:
            return False
        others_may_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not others_may_write

    def _path(self, key: bytes) -> Path:
        return self._directory / (_PREFIX + hashlib.sha256(key).hexdigest())

    def _replace(self, path: Path, data: bytes) -> None:
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=self._directory)
        temporary = Path(name)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor is no path
                file.write(data)
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise

    def _prune(self) -> None:
        entries = [(path.lstat(), path) for path in self._directory.glob(_PREFIX + "*")]
        room, left = SIZE_LIMIT, _MOST_ENTRIES
        for status, path in sorted(entries, key=lambda entry: -entry[0].st_mtime_ns):
            room, left = room - status.st_size, left - 1
            if room < 0 or left < 0:
                path.unlink()


def _encoded(entry: Entry) -> bytes:
    facts = (entry.url, entry.confirmed.isoformat(), entry.etag, entry.last_modified)
    payload = json.dumps(facts).encode() + b"\n" + entry.body
    return _MAGIC + hashlib.sha256(payload).digest() + payload


def _decoded(data: bytes) -> Entry:
    """Raises ValueError or TypeError for what is no whole entry."""
    start = len(_MAGIC) + _DIGEST_SIZE
    payload = data[start:]
    if data[:start] != _MAGIC + hashlib.sha256(payload).digest():
        raise ValueError("not a whole entry")
    facts, _, body = payload.partition(b"\n")
    url, confirmed, etag, last_modified = json.loads(facts)
    return Entry(url, datetime.fromisoformat(confirmed), etag, last_modified, body)
