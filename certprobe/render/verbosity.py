"""How much a person wants to read."""

from __future__ import annotations

import enum


class Verbosity(enum.Enum):
    """QUIET is the verdict's line alone; NORMAL cuts long lists; VERBOSE shows everything."""

    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"
