"""PEM as lenient as users' files are: text between the blocks, RFC 1421 headers, blocks cut off (RFC 7468)."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER: Final = re.compile(rb"-----(BEGIN|END) ([^\r\n]{1,64}?)-----")
_WHITE_SPACE: Final = b" \t\r\n\v\f"


class PemBlock(NamedTuple):
    """One block: its number in the file from 1, label, RFC 1421 headers, decoded octets, and the block as written.

    `fault` says why `der` is empty.
    """

    number: int
    label: str
    headers: tuple[tuple[str, str], ...]
    der: bytes
    text: bytes
    fault: str | None


def is_pem(data: bytes) -> bool:
    """Say whether there is a beginning of a block anywhere."""
    return any(marker[1] == b"BEGIN" for marker in _MARKER.finditer(as_ascii(data)))


def as_ascii(data: bytes) -> bytes:
    """Undo UTF-16, in which Windows' shells redirect output; other bytes stay as they are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    return data


def split(data: bytes) -> Iterator[PemBlock]:
    """Iterate over the blocks, in linear time; a block without its end is a block with a fault."""
    data = as_ascii(data)
    number = 0
    begin: re.Match[bytes] | None = None
    for marker in _MARKER.finditer(data):
        if marker[1] == b"BEGIN":
            if begin:
                yield _faulty(number, begin, "ends nowhere")
            number += 1
            begin = marker
        elif begin:
            if begin[2] == marker[2]:
                yield _block(number, begin, data[begin.end() : marker.start()], data[begin.start() : marker.end()])
            else:
                yield _faulty(number, begin, f"ends as {_label(marker)}")
            begin = None
    if begin:
        yield _faulty(number, begin, "ends nowhere")


def _label(marker: re.Match[bytes]) -> str:
    return marker[2].decode("ascii", "replace")


def _faulty(number: int, begin: re.Match[bytes], fault: str) -> PemBlock:
    return PemBlock(number, _label(begin), (), b"", b"", fault)


def _block(number: int, begin: re.Match[bytes], body: bytes, text: bytes) -> PemBlock:
    headers: tuple[tuple[str, str], ...] = ()
    if b":" in body:
        headers, body = _split_headers(body)
    try:
        der = a2b_base64(body.translate(None, _WHITE_SPACE), strict_mode=True)
    except Base64Error as error:
        return PemBlock(number, _label(begin), headers, b"", text, f"is not base64: {error}")
    return PemBlock(number, _label(begin), headers, der, text, None if der else "is empty")


def _split_headers(body: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Take the lines off that have a colon, and those that continue them, up to the first line of base64."""
    headers: list[tuple[str, str]] = []
    lines = body.strip(_WHITE_SPACE).splitlines()
    for index, line in enumerate(lines):
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
        elif not (headers and line[:1] in (b" ", b"\t") and line.strip()):
            return tuple(headers), b"\n".join(lines[index:])
    return tuple(headers), b""
