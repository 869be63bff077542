"""What is known of the revocation of one certificate: OCSP first, then CRLs, as Windows asks them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.anchor import TrustAnchor
from certprobe.chain.path import moment
from certprobe.chain.profile import Entries
from certprobe.pki.certificate import Certificate

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.chain.path import PathView


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
    """One certificate and the CAs above it on its path, nearest first; an anchor stands above itself."""

    certificate: Certificate
    authorities: tuple[Certificate, ...]
    path: PathView
    search: SignerSearch

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
        if self.path.question.profile.entries is Entries.LISTED:
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


def inquire(path: PathView, index: int, search: SignerSearch = SignerSearch.STORES) -> Verdict:
    """Judge one element of a path by all evidence, as if everything above it were in order."""
    above = index if index == path.anchor else index + 1
    # Of an anchor the path may hold no more than name and key, but whoever signs CRLs must be allowed to.
    authorities = tuple(
        Certificate(authority.der) if isinstance(authority, TrustAnchor) else authority
        for authority in path.certificates[above:]
    )
    if not authorities:
        return _no_check("who issued it is not known, and so not who may revoke it")
    inquiry = Inquiry(path.certificates[index], authorities, path, search)
    if not inquiry.has_serial_number:
        return _no_check("its serial number, under which it would be listed, cannot be read")
    undetermined = []
    for source in (_ocsp, _crls):
        verdict = source(inquiry)
        if verdict.status in (RevocationStatus.GOOD, RevocationStatus.REVOKED):
            return verdict
        undetermined.append(verdict)
    offline = any(verdict.status is RevocationStatus.OFFLINE for verdict in undetermined)
    return Verdict(
        RevocationStatus.OFFLINE if offline else RevocationStatus.NO_CHECK,
        _CITATION,
        "whether it is revoked is not known: " + "; ".join(verdict.detail for verdict in undetermined),
    )


_CITATION: Final = "RFC 5280 6.1.3 (a)(3)"


def _no_check(detail: str) -> Verdict:
    return Verdict(RevocationStatus.NO_CHECK, _CITATION, detail)


def _ocsp(inquiry: Inquiry) -> Verdict:
    if not inquiry.path.question.evidence.ocsp_responses:
        return _no_check("there is no OCSP response")
    from certprobe.chain.revocation_ocsp import judge_by_ocsp

    return judge_by_ocsp(inquiry)


def _crls(inquiry: Inquiry) -> Verdict:
    if not inquiry.path.question.evidence.crls:
        return _no_check("there is no CRL")
    from certprobe.chain.revocation_crl import judge_by_crl

    return judge_by_crl(inquiry)
