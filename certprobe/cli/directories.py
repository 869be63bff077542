"""Directories that the user names: which files are in them, each once, whatever else is there."""

from __future__ import annotations

import enum
import os
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_FILES: Final = 50_000
_MOST_OCTETS: Final = 512 * 1024 * 1024
_DEEPEST: Final = 32


class Reach(enum.Enum):
    """How far into a directory to go."""

    FLAT = "flat"
    RECURSIVE = "recursive"


class PassedOver(NamedTuple):
    """A path that is not used, and why in plain words."""

    path: str
    reason: str


class Listing(NamedTuple):
    """Paths of files in order, and what was passed over."""

    files: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]


def list_files(directory: str, reach: Reach) -> Listing:
    """List the regular files of a directory, and of those below it if `reach` says so.

    Links are followed, yet a file or directory that has several names is listed under one, if possible that which is
    no link. At most 50,000 files of together 512 MiB, 32 levels deep; what is left out is told. Raises FileError if the
    directory itself cannot be read.
    """
    walk = _Walk(reach)
    try:
        walk.enter(directory, 0, os.stat(directory))
    except OSError as error:
        raise FileError(f"{directory}: {error.strerror}") from None
    if walk.left_out:
        words = "1 file is" if walk.left_out == 1 else f"{walk.left_out} files are"
        limits = f"{_MOST_FILES} files and {_MOST_OCTETS >> 20} MiB"
        walk.pass_over(directory, f"{words} left out, as {limits} are read at most")
    return Listing(tuple(walk.files), tuple(walk.passed_over))


class _Walk:
    """Goes through directories; what it has seen is known by device and inode."""

    def __init__(self, reach: Reach) -> None:
        self.files: list[str] = []
        self.passed_over: list[PassedOver] = []
        self.left_out = 0
        self._reach = reach
        self._seen: set[tuple[int, int]] = set()
        self._octets_left = _MOST_OCTETS

    def enter(self, directory: str, depth: int, status: os.stat_result) -> None:
        """Look at every entry; raises OSError if the directory cannot be read."""
        if not self._is_new(status):
            return
        with os.scandir(directory) as entries:
            # Links last, so that what they lead to is known by its own name.
            ordered = sorted(entries, key=lambda entry: (entry.is_symlink(), entry.name))
        below = list(self._files(ordered))
        if self._reach is Reach.FLAT:
            return
        if below and depth == _DEEPEST:
            self.pass_over(directory, f"nothing below it is read: it is {_DEEPEST} levels down")
            return
        for path, found in below:
            try:
                self.enter(path, depth + 1, found)
            except OSError as error:
                self.pass_over(path, str(error.strerror))

    def pass_over(self, path: str, reason: str) -> None:
        """Take down that something is not used."""
        self.passed_over.append(PassedOver(path, reason))

    def _files(self, entries: list[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
        """Take the files, and yield the directories."""
        for entry in entries:
            try:
                status = entry.stat()
            except OSError as error:
                self.pass_over(entry.path, str(error.strerror))
                continue
            if stat.S_ISDIR(status.st_mode):
                yield entry.path, status
            elif not stat.S_ISREG(status.st_mode):
                self.pass_over(entry.path, "neither a file nor a directory")
            elif self._is_new(status):
                self._take(entry.path, status)

    def _take(self, path: str, status: os.stat_result) -> None:
        if len(self.files) == _MOST_FILES or status.st_size > self._octets_left:
            self.left_out += 1
            return
        self._octets_left -= status.st_size
        self.files.append(path)

    def _is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True
