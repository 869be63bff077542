"""Phrases that several sections share."""

from __future__ import annotations

import pytest

from certprobe.render import words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CN=alice", "CN=alice"),
        ("", "(empty name)"),
        ("n" * 500, "n" * 500),
        ("n" * 1_000_000, "n" * 500 + "... (1000000 characters)"),
    ],
    ids=["name", "empty", "long", "megabyte"],
)
def test_name(text: str, shown: str) -> None:
    assert words.name(text) == shown
