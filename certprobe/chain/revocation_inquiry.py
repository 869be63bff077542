"""An inquiry about the revocation of one certificate, and the answers that there are."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from certprobe.chain.path import moment
from certprobe.chain.rules import Entries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from certprobe.chain.path import PathView
    from certprobe.pki.certificate import Certificate


class RevocationStatus(enum.Enum):
    """What CertVerifyRevocation would answer."""

    GOOD = "ERROR_SUCCESS"
    REVOKED = "CRYPT_E_REVOKED"
    OFFLINE = "CRYPT_E_REVOCATION_OFFLINE"
    """Whoever should know says something, but nothing that holds now."""
    NO_CHECK = "CRYPT_E_NO_REVOCATION_CHECK"
    """Nothing at hand says anything of this certificate."""


class Verdict(NamedTuple):
    """An answer, the rule it follows ("RFC 5280 6.3.3 (i)"), and the facts in words."""

    status: RevocationStatus
    citation: str
    detail: str


class SignerSearch(enum.Enum):
    """Who may have signed what is said of a certificate, beside the CAs of its own path."""

    PATH = "nobody"
    STORES = "whoever the stores hold with a path of its own"


class Inquiry(NamedTuple):
    """One certificate and the CAs above it on its path, nearest first; an anchor stands above itself.

    `inquire` answers for an element of another path, by the CAs of that path alone.
    """

    certificate: Certificate
    authorities: tuple[Certificate, ...]
    path: PathView
    search: SignerSearch
    inquire: Callable[[PathView, int, SignerSearch], Verdict]

    @property
    def issuer(self) -> Certificate:
        """Whoever issued the certificate."""
        return self.authorities[0]

    @property
    def has_serial_number(self) -> bool:
        """Whether the serial number could be read; one that could not is 0."""
        return self.certificate.serial_number != 0 or self.certificate.serial_hex == "00"

    @property
    def current_at(self) -> datetime:
        """When evidence must be current."""
        return self.path.question.evidence.current_at or self.path.question.at

    def counts(self, revocation_date: datetime | None) -> bool:
        """Whether what is listed with that date is revoked at the time of the question."""
        if self.path.profile.entries is Entries.LISTED:
            return True
        return revocation_date is None or revocation_date <= self.path.question.at

    def out_of_date(self, this_update: datetime | None, next_update: datetime | None) -> str | None:
        """Why something with these dates is not current, or None."""
        if this_update is None or this_update > self.current_at:
            return f"valid only from {moment(this_update)} on" if this_update else "without a readable thisUpdate"
        if next_update is not None and next_update < self.current_at:
            return f"stale since {moment(next_update)}"
        oldest = self.path.question.evidence.freshness_time
        if oldest is not None and self.current_at - this_update > oldest:
            return f"from {moment(this_update)}, which is too long ago"
        return None
