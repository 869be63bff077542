"""What a chain is judged by beside the question itself: one table for Windows, one for RFC 5280 with the CA/B rules.

A profile names its checks through functions, so that a room of checks is imported when a chain is judged by it.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki.server_identity import NameRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from certprobe.chain.context import ChainContext, Remark
    from certprobe.chain.path import Check


class Anchors(enum.Enum):
    """Which certificates of the trust store may end a path."""

    SELF_SIGNED = "self-signed"
    """Windows: roots only, unless CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG is set."""
    ISSUERS = "issuers"
    """RFC 5280 6.1: whichever issued the certificate below; an end certificate is no anchor of its own."""
    ANY = "any"
    """Whichever; an end certificate that is among them is trusted as it stands."""


class AnchorFields(enum.IntFlag):
    """What of an anchor counts beside its name and its key; RFC 5280 6.2 leaves that open."""

    NAME_AND_KEY = 0
    """RFC 5280 6.1.1 (d): nothing."""
    VALIDITY = 1
    """When it expires."""
    EXTENSIONS = 2
    """RFC 5937: what its extensions ask for; that there be any is not asked."""
    ELEMENT = 4
    """Windows: what any element must have, its own signature if it is self-signed and else basicConstraints."""


class Remarks(enum.Enum):
    """What becomes of remarks, for which Windows has no bit."""

    INFORM = "inform"
    REFUSE = "refuse"


class Entries(enum.Enum):
    """Since when an entry of a CRL revokes."""

    SINCE_REVOCATION_DATE = "since-revocation-date"
    """Windows: from its revocationDate on, and if the CRL is not of the future."""
    LISTED = "listed"
    """RFC 5280 6.3.3 (i): whatever is listed is revoked, whatever the dates."""


class Profile(NamedTuple):
    """A name and the few things in which profiles differ."""

    name: str
    checks: Callable[[], tuple[Check, ...]]
    anchors: Anchors
    anchor_fields: AnchorFields
    remarks: Remarks
    names: NameRules = NameRules.WINDOWS
    entries: Entries = Entries.SINCE_REVOCATION_DATE


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
