"""What the keys do in the list, one after the other."""

from __future__ import annotations

import pytest

from certprobe.cli.keys import Key, Press
from certprobe.cli.picking import Picking

NO_KEY = "no private key"
TWELVE = Picking(("", "", NO_KEY, *[""] * 10), 4)
"""Nobody and twelve others, of which 2 has no key; 4 is highlighted."""


def after(*keys: Press) -> Picking | int:
    picking = TWELVE
    for key in keys[:-1]:
        pressed = picking.pressed(key)
        assert isinstance(pressed, Picking)
        picking = pressed
    return picking.pressed(keys[-1])


@pytest.mark.parametrize(("keys", "highlighted"), [
    ([Key.UP], 3),
    ([Key.DOWN], 5),
    (["k"], 3),
    (["j"], 5),
    ([Key.HOME], 0),
    ([Key.END], 12),
    ([Key.HOME, Key.UP], 0),
    ([Key.END, Key.DOWN], 12),
    ([Key.PAGE_DOWN], 9),
    ([Key.PAGE_DOWN, Key.PAGE_DOWN], 12),
    ([Key.PAGE_UP], 0),
    (["1"], 1),
    (["1", "2"], 12),
    (["1", "2", Key.BACKSPACE], 1),
    (["1", Key.BACKSPACE], 1),
    (["0"], 0),
    (["0", "7"], 7),
    (["1", Key.DOWN, "3"], 3),
    (["1", "3"], 1),
    (["x"], 4),
    ([Key.BACKSPACE], 4),
])  # fmt: skip
def test_where_keys_lead(keys: list[Press], highlighted: int) -> None:
    picking = after(*keys)
    assert isinstance(picking, Picking)
    assert picking.highlighted == highlighted


@pytest.mark.parametrize(("keys", "picked"), [
    ([Key.ENTER], 4),
    ([Key.DOWN, Key.ENTER], 5),
    (["0", Key.ENTER], 0),
    (["1", "2", Key.ENTER], 12),
    (["1", "3", Key.BACKSPACE, Key.ENTER], 1),
    (["1", "3", Key.DOWN, Key.DOWN, Key.ENTER], 3),
])  # fmt: skip
def test_what_is_picked(keys: list[Press], picked: int) -> None:
    assert after(*keys) == picked


@pytest.mark.parametrize(("keys", "typed", "complaint"), [
    (["1"], "1", ""),
    (["1", "3"], "13", "There is no number 13; the last is 12."),
    (["1", "3", Key.ENTER], "13", "There is no number 13; the last is 12."),
    (["1", "3", Key.BACKSPACE], "1", ""),
    (["1", "3", Key.UP], "", ""),
    (["2", Key.ENTER], "", "2 cannot be sent: no private key."),
    (["2", Key.ENTER, Key.DOWN], "", ""),
    (["9"] * 12, "9" * 9, "There is no number 999999999; the last is 12."),
])  # fmt: skip
def test_what_is_said(keys: list[Press], typed: str, complaint: str) -> None:
    picking = after(*keys)
    assert isinstance(picking, Picking)
    assert (picking.typed, picking.complaint) == (typed, complaint)


@pytest.mark.parametrize("key", ["q", Key.ESCAPE, Key.INTERRUPT])
def test_what_ends_it(key: Press) -> None:
    with pytest.raises(KeyboardInterrupt):
        after(key)
