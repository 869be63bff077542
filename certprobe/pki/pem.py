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
    number = start = body = 0
    begun = b""  # the label of the block that we are in
    for marker in _MARKER.finditer(data):
        kind, label = marker.groups()
        if kind == b"BEGIN":
            if begun:
                yield _faulty(number, begun, "ends nowhere")
            number += 1
            begun, (start, body) = label, marker.span()
        elif begun:
            if begun == label:
                end, behind = marker.span()
                yield _block(number, label, data[body:end], data[start:behind])
            else:
                yield _faulty(number, begun, f"ends as {label.decode('ascii', 'replace')}")
            begun = b""
    if begun:
        yield _faulty(number, begun, "ends nowhere")


def _faulty(number: int, label: bytes, fault: str) -> PemBlock:
    return PemBlock(number, label.decode("ascii", "replace"), (), b"", b"", fault)


def _block(number: int, label: bytes, body: bytes, text: bytes) -> PemBlock:
    headers: tuple[tuple[str, str], ...] = ()
    if b":" in body:
        headers, body = _split_headers(body)
    der, fault = b"", None
    try:
        der = a2b_base64(body.translate(None, _WHITE_SPACE), strict_mode=True)
    except Base64Error as error:
        fault = f"is not base64: {error}"
    return PemBlock(number, label.decode("ascii", "replace"), headers, der, text, fault if fault or der else "is empty")


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
