"""The few things in which profiles differ beside their checks."""

from __future__ import annotations

import enum


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
