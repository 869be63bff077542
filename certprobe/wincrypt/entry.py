"""One line of a table of codes, whatever program they come from."""

from __future__ import annotations

from typing import NamedTuple

from certprobe.wincrypt.hresult import HResult


class Entry(NamedTuple):
    """One code explained.

    `symbol` is the name that its home gives it, `aliases` are other names that logs use. `text` says what it means,
    `advice` what to do, `causes` what usually leads to it, the commonest first. `source` is the header, section or
    article that defines it, "" where its table has one for all. `windows` is the status of Windows that is nearest.
    """

    number: int
    symbol: str
    text: str
    advice: str
    causes: tuple[str, ...] = ()
    source: str = ""
    aliases: tuple[str, ...] = ()
    windows: HResult | None = None
