"""Files to render to: one that says it is a terminal, one that does not."""

from __future__ import annotations

import io


class Terminal(io.StringIO):
    """A terminal in memory; its width is what COLUMNS says."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True
