"""SIDs in their two forms."""

from __future__ import annotations

import pytest

from certprobe.mapping.sid import sid_octets, sid_text
from tests.mapping.certificates import SID

OCTETS = bytes.fromhex("010500000000000515000000dcf4dc3b833d2b46828ba62850040000")
BUILTIN = bytes.fromhex("01020000000000052000000020020000")


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        (SID, OCTETS),
        ("S-1-5-32-544", BUILTIN),
        ("S-1-0x123456789ABC-1", bytes.fromhex("0101123456789abc01000000")),
        ("S-1-5-4294967295", bytes.fromhex("0101000000000005ffffffff")),
    ],
    ids=["user", "builtin", "hexadecimal", "largest"],
)
def test_both_forms(text: str, octets: bytes) -> None:
    assert sid_octets(text) == octets
    assert sid_text(octets) == text


def test_case_does_not_count() -> None:
    assert sid_octets("s-1-5-32-544") == BUILTIN


@pytest.mark.parametrize(
    "text",
    ["", "S-1-5", "S-2-5-32", "S-1-5-4294967296", "S-1-281474976710656-1", "S-1-5" + "-1" * 16, "S-1-5-32-544 "],
    ids=["empty", "no-subauthority", "revision", "too-large", "authority", "too-many", "blank"],
)
def test_text_that_is_none(text: str) -> None:
    assert sid_octets(text) is None


@pytest.mark.parametrize(
    "octets",
    [b"", OCTETS[:-1], OCTETS + b"\0", b"\2" + OCTETS[1:], b"\1\x10" + bytes(6 + 64), b"\1\0" + bytes(6)],
    ids=["empty", "short", "long", "revision", "too-many", "none"],
)
def test_octets_that_are_none(octets: bytes) -> None:
    assert sid_text(octets) is None
