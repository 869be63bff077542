"""The strict rules, RFC 5280 and CA/B, that Windows has no bit for; their checks report remarks and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from certprobe.chain.path import Check

STRICT_CHECKS: Final[tuple[Check, ...]] = ()
