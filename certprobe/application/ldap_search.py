"""What a search asks for and what it brings, within bounds (RFC 4511 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Attributes = tuple[tuple[str, tuple[str, ...]], ...]
RawAttributes = tuple[tuple[str, tuple[bytes, ...]], ...]

ATTRIBUTE_LIMIT: Final = 256
VALUE_LIMIT: Final = 4096


class Assertion(NamedTuple):
    """That an attribute has a value: an equalityMatch (RFC 4511 4.5.1.7), in which no character is special."""

    attribute: str
    value: bytes


class TooMuchError(Exception):
    """The server sent more than any honest one."""


class Found:
    """The entries and references of a search under way, at most `most` of each."""

    def __init__(self, most: int) -> None:
        self.entries: list[tuple[str, RawAttributes]] = []
        self.references: list[str] = []
        self._most = most
        self._values = 0

    @property
    def attributes(self) -> RawAttributes:
        """Those of all entries, one after the other."""
        return tuple(each for _, attributes in self.entries for each in attributes)

    def add_entry(self, name: str, attributes: RawAttributes) -> None:
        """Keep an entry; raises TooMuchError."""
        self.entries.append((name, attributes))
        self._values += sum(len(values) for _, values in attributes)
        if len(self.entries) > self._most:
            raise TooMuchError(f"the server sent more than the {self._most} entries that it may")
        if len(attributes) > ATTRIBUTE_LIMIT or self._values > VALUE_LIMIT:
            raise TooMuchError("the server sent more attributes or values than entries hold")

    def add_references(self, uris: Iterable[str]) -> None:
        """Keep where else the server says to look; raises TooMuchError."""
        self.references += uris
        if len(self.references) > self._most:
            raise TooMuchError(f"the server referred to more than {self._most} other servers")
