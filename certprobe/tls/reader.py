"""Reading the vectors of handshake messages (RFC 8446 3.4): bounded by what is there, lenient where a length lies."""

from __future__ import annotations

from collections.abc import Iterator


class Truncated(Exception):
    """A vector says that it is longer than what is left."""


class Reader:
    """A cursor over one message; every read is checked against what is left. Raises Truncated."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, length: int, what: str) -> bytes:
        if length > self.left:
            raise Truncated(f"{what}: {length} octets declared, {self.left} left")
        start, self.position = self.position, self.position + length
        return self.data[start : self.position]

    def integer(self, width: int, what: str) -> int:
        return int.from_bytes(self.take(width, what), "big")

    def vector(self, width: int, what: str) -> bytes:
        return self.take(self.integer(width, f"length of {what}"), what)


def last_vector(reader: Reader, what: str, faults: list[str], width: int = 2) -> bytes:
    """Read the vector that a message or extension ends with, also under a length that is too long or has wrapped."""
    declared = reader.integer(width, f"length of {what}")
    left = reader.left
    if declared != left:
        faults.append(f"{what}: {declared} octets declared, {left} follow")
    has_wrapped = declared == left % (1 << 8 * width)
    return reader.take(left if has_wrapped else min(declared, left), what)


def vectors(data: bytes, width: int, what: str, faults: list[str]) -> tuple[bytes, ...]:
    """Read vectors up to the end; those before the first fault are kept."""
    reader = Reader(data)
    read: list[bytes] = []
    try:
        while reader.left:
            read.append(reader.vector(width, f"{what} {len(read) + 1}"))
    except Truncated as fault:
        faults.append(str(fault))
    return tuple(read)


def uint16s(reader: Reader, what: str, faults: list[str], width: int = 2) -> tuple[int, ...]:
    """Read a vector of 16-bit numbers."""
    data = reader.vector(width, what)
    if len(data) % 2:
        faults.append(f"{what}: odd length {len(data)}")
    return tuple(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data) - 1, 2))


def extensions(reader: Reader, faults: list[str]) -> Iterator[tuple[int, Reader]]:
    """Yield the extensions with which a message ends, up to the first that is there twice."""
    block = Reader(last_vector(reader, "extensions", faults))
    seen: set[int] = set()
    while block.left:
        kind = block.integer(2, "extension type")
        data = Reader(block.vector(2, f"extension {kind}"))
        if kind in seen:
            faults.append(f"extension {kind}: sent more than once, the rest is not read")
            return
        seen.add(kind)
        yield kind, data


def authorities(reader: Reader, faults: list[str]) -> tuple[tuple[bytes, ...], int]:
    """Read certificate_authorities (RFC 8446 4.2.4): the names, not checked for being names, and the list's length."""
    names = last_vector(reader, "certificate_authorities", faults)
    return vectors(names, 2, "certificate_authorities, name", faults), len(names)
