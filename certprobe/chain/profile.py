"""What a chain is judged by beside the question itself: one table for Windows, one for RFC 5280 with the CA/B rules.

A profile names its checks through functions, so that a room of checks is imported when a chain is judged by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.path import Profile
from certprobe.chain.rules import AnchorFields, Anchors, Entries, Remarks
from certprobe.pki.server_identity import NameRules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.context import ChainContext, Remark
    from certprobe.chain.path import Check


def refuses(profile: Profile, context: ChainContext) -> Iterator[tuple[int, Remark]]:
    """Iterate over the remarks for which the profile refuses the best path, each with its element's index."""
    if profile.remarks is Remarks.REFUSE:
        for index, element in enumerate(context.elements):
            for remark in element.remarks:
                yield index, remark


def _windows() -> tuple[Check, ...]:
    from certprobe.chain.checks import CHECKS

    return CHECKS


def _hygiene() -> tuple[Check, ...]:
    from certprobe.chain.checks import CHECKS
    from certprobe.chain.strict import RFC_CHECKS, STRICT_CHECKS

    return CHECKS + RFC_CHECKS + STRICT_CHECKS


def _rfc_5280() -> tuple[Check, ...]:
    from certprobe.chain.strict import PATH_VALIDATION, RFC_CHECKS

    return PATH_VALIDATION + RFC_CHECKS


def _webpki() -> tuple[Check, ...]:
    from certprobe.chain.strict import PATH_VALIDATION, RFC_CHECKS, STRICT_CHECKS

    return PATH_VALIDATION + RFC_CHECKS + STRICT_CHECKS


_DATED_AND_LIMITED: Final = AnchorFields.VALIDITY | AnchorFields.EXTENSIONS

WINDOWS: Final = Profile(
    "windows", _windows, Anchors.SELF_SIGNED, _DATED_AND_LIMITED | AnchorFields.ELEMENT, Remarks.INFORM
)
"""What Windows says, and no more."""

HYGIENE: Final = WINDOWS._replace(checks=_hygiene)
"""What Windows says, and beside it what the strict rules remark."""

RFC_5280: Final = Profile(
    "rfc5280",
    _rfc_5280,
    Anchors.ISSUERS,
    AnchorFields.NAME_AND_KEY,
    Remarks.REFUSE,
    NameRules.WEBPKI,
    Entries.LISTED,
)
"""Path validation by RFC 5280 6.1, without anybody's hygiene."""

WEBPKI: Final = RFC_5280._replace(name="webpki", checks=_webpki, anchors=Anchors.ANY, anchor_fields=_DATED_AND_LIMITED)
"""RFC 5280 and the Baseline Requirements of the CA/Browser Forum, strictly."""
