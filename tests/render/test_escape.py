"""What must not reach a terminal raw, and what must stay readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.render.escape import LENGTH_LIMIT, escape


@pytest.mark.parametrize(("text", "shown"), [
    ("CN=alice,O=Lab \\, Inc.", "CN=alice,O=Lab \\, Inc."),
    ("CN=Jürgen Groß 山田 עברית", "CN=Jürgen Groß 山田 עברית"),
    ("n\u0303 ê\u0323", "n\u0303 ê\u0323"),
    ("[red]x[/red]", "[red]x[/red]"),
    ("a\x1b[31mb", "a\\x1b[31mb"),
    ("a\x00b\nc\rd\te\x7f\x9bf", "a\\x00b\\x0ac\\x0dd\\x09e\\x7f\\x9bf"),
    ("moc.\u202eexample", "moc.\\u{202e}example"),
    ("\u2066\u2069\u200e\u200f\u061c", "\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{61c}"),
    ("a\u200bb\u200dc\ufeffd\u00ade\u2060", "a\\u{200b}b\\u{200d}c\\u{feff}d\\u{ad}e\\u{2060}"),
    ("a\u00a0b\u3000c\u2028d", "a\\u{a0}b\\u{3000}c\\u{2028}d"),
    ("a\u3164b\u2800c\ufe0fd\u034f", "a\\u{3164}b\\u{2800}c\\u{fe0f}d\\u{34f}"),
    ("caf\udce9.pem \udc80\udcff", "caf\\xe9.pem \\x80\\xff"),
    ("\udc7f\udd00", "\\u{dc7f}\\u{dd00}"),
    ("\ud800\ue000\U000e0041\U000e0100\u0378", "\\u{d800}\\u{e000}\\u{e0041}\\u{e0100}\\u{378}"),
    ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + "\\u{301}" * 2),
    ("", ""),
])  # fmt: skip
def test_shown_as(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(("encoding", "shown"), [
    ("ascii", "J\\u{fc}rgen \\u{5c71}"),
    ("latin-1", "Jürgen \\u{5c71}"),
    ("utf-8", "Jürgen 山"),
    ("no such encoding", "J\\u{fc}rgen \\u{5c71}"),
])  # fmt: skip
def test_only_what_the_encoding_has(encoding: str, shown: str) -> None:
    assert escape("Jürgen 山", encoding) == shown


def test_absurd_length_is_cut_and_told() -> None:
    assert escape("A" * 1_000_000 + "Z") == "A" * 768 + " ...(1000001 characters)... " + "A" * 255 + "Z"
    assert escape("\x00" * 1_000_000) == "\\x00" * 768 + " ...(1000000 characters)... " + "\\x00" * 256
    assert escape("A" * LENGTH_LIMIT) == "A" * LENGTH_LIMIT


@given(st.text(st.characters(categories=None), max_size=100), st.sampled_from(["utf-8", "ascii", "cp1252"]))
def test_whatever_comes_is_printable_and_can_be_written(text: str, encoding: str) -> None:
    shown = escape(text, encoding)
    assert shown.isprintable()
    assert shown.encode(encoding).decode(encoding) == shown
    assert escape(shown, encoding) == shown
