"""What became of each URL that was wanted while a chain was judged."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from certprobe.chain.sources import SourceKind


class FetchOutcome(enum.Enum):
    """Where the octets came from, or why there are none."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    """The server says that our copy still is what it has."""
    CACHED = "cached"
    """Our copy is current, so nobody was asked."""
    FAILED = "failed"
    REFUSED = "refused"
    """We would not: for the kind of URL, the address it leads to, or the number of fetches."""
    OFFLINE = "offline"
    """It was forbidden to go to the network."""


class Fetch(NamedTuple):
    """One URL and what came of it; `size` is that of what is used, None if nothing is.

    `detail` says why it is not what it should be; where nothing newer came, what is used is our old copy.
    """

    kind: SourceKind
    url: str
    outcome: FetchOutcome
    size: int | None
    detail: str = ""
