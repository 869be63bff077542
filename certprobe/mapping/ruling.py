"""What a domain controller makes of a certificate and an account: KB5014754, MS-PKCA 3.1.5.2.1.

How sure each fact is: D documented by Microsoft, N not proved.

D: a strong altSecurityIdentities mapping lets the account in. Without one the SID in the certificate counts, which must
be the account's (event 41). Without either, the mapping is weak: refused since full enforcement (event 39); in
Compatibility mode, which updates since September 9, 2025 know no more, let in with event 39 as a warning, and refused
with event 40 if the certificate is older than the account by more than CertificateBackdatingCompensation.
D: Windows Server 2008 and 2008 R2 log 41, 48 and 49 instead of 39, 40 and 41.
D: a disabled account is let in by no certificate (KDC_ERR_CLIENT_REVOKED, MS-KILE 3.3.5.7.1).
N: the compensation is ten minutes if nothing is set. N: the SID in a tag URI counts as that of the extension does,
where there is no extension; domain controllers before Windows Server 2019 do not look at it (D).
"""

from __future__ import annotations

import enum
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.mapping.alt_security_identities import Strength, alt_security_identities
from certprobe.pki.account import of_security_extension, of_tag_uris, user_principal_names
from certprobe.pki.extensions import GeneralNameKind

if TYPE_CHECKING:
    from certprobe.mapping.accounts import Account, MappingRule
    from certprobe.mapping.comparison import Comparison
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate

BACKDATING_COMPENSATION: Final = timedelta(minutes=10)

NO_STRONG_MAPPING: Final = 39
OLDER_THAN_THE_ACCOUNT: Final = 40
SID_OF_ANOTHER: Final = 41


class Enforcement(enum.Enum):
    """StrongCertificateBindingEnforcement: 2 and 1; 0 is known to no domain controller since April 2023."""

    FULL = "full"
    COMPATIBILITY = "compatibility"


class Standing(enum.Enum):
    """Whether a domain controller lets the account in; DEPENDS is on what is not known here."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    DEPENDS = "depends"


class Ruling(NamedTuple):
    """What becomes of a login, the event of Kdcsvc that is logged for it, and the reason in words."""

    enforcement: Enforcement
    standing: Standing
    event: int | None
    reason: str


class Offering(enum.Enum):
    """What in a certificate names an account by itself."""

    SECURITY_EXTENSION = "security-extension"
    TAG_URI = "tag-uri"
    USER_PRINCIPAL_NAME = "user-principal-name"
    DNS_NAME = "dns-name"

    @property
    def strength(self) -> Strength:
        """D: SIDs are strong, names weak (MS-PKCA 3.1.5.2.1.5)."""
        strong = self in (Offering.SECURITY_EXTENSION, Offering.TAG_URI)
        return Strength.STRONG if strong else Strength.WEAK


class Offer(NamedTuple):
    """A name or SID of an account; a dNSName is a computer's."""

    kind: Offering
    value: str


class Candidate(NamedTuple):
    """An account that the certificate maps to, or nearly: by what it offers, and by which of the account's rules."""

    account: Account
    offers: tuple[Offer, ...]
    rules: tuple[tuple[int, Comparison], ...]

    @property
    def matches(self) -> bool:
        """Whether anything maps the certificate to the account, be it weakly."""
        return bool(self.offers) or any(comparison.matches for _, comparison in self.rules)

    @property
    def strong_rule(self) -> int | None:
        """The line of the first strong rule that maps the certificate."""
        lines = (
            line
            for line, comparison in self.rules
            if comparison.matches and comparison.identity.form.strength is Strength.STRONG
        )
        return next(lines, None)


def offers(certificate: Certificate) -> tuple[Offer, ...]:
    """Return everything in a certificate that names an account, what is strong first."""
    names = certificate.subject_alt_names or ()
    found = (
        (Offering.SECURITY_EXTENSION, of_security_extension(certificate)),
        (Offering.TAG_URI, of_tag_uris(certificate)),
        (Offering.USER_PRINCIPAL_NAME, user_principal_names(certificate)),
        (Offering.DNS_NAME, tuple(name.value for name in names if name.kind is GeneralNameKind.dNSName)),
    )
    return tuple(Offer(kind, value) for kind, values in found for value in values)


def candidates(certificate: Certificate, accounts: AccountStore) -> tuple[Candidate, ...]:
    """Return the accounts that a certificate maps to, and those of which a rule means it but is written wrongly."""
    offered = offers(certificate)
    looked_up = accounts.look_up((offer.value for offer in offered), alt_security_identities(certificate))
    found = tuple(looked_up)
    # MS-ADTS 3.1.1.13.7: what is some account's userPrincipalName is not taken for another's sAMAccountName@domain.
    taken = {account.user_principal_name.casefold() for account, _ in found if account.user_principal_name is not None}
    told = (_candidate(certificate, offered, account, rules, taken) for account, rules in found)
    return tuple(each for each in told if each.offers or each.rules)


def _candidate(
    certificate: Certificate,
    offered: tuple[Offer, ...],
    account: Account,
    looked_up: tuple[MappingRule, ...],
    taken: set[str],
) -> Candidate:
    from certprobe.mapping.comparison import compare

    compared = ((rule.line, compare(rule.identity, certificate)) for rule in looked_up)
    rules = tuple((line, each) for line, each in compared if each.matches or each.nearly_matches)
    return Candidate(account, tuple(offer for offer in offered if _names(offer, account, taken)), rules)


def _names(offer: Offer, account: Account, taken: set[str]) -> bool:
    value = offer.value.casefold()
    own: tuple[str | None, ...]
    match offer.kind:
        case Offering.SECURITY_EXTENSION | Offering.TAG_URI:
            own = (account.object_sid,)
        case Offering.USER_PRINCIPAL_NAME if value in taken:
            own = (account.user_principal_name,)
        case Offering.USER_PRINCIPAL_NAME:
            own = (account.implicit_user_principal_name,)
        case Offering.DNS_NAME:
            own = (account.dns_host_name, account.implicit_dns_host_name)
    return value in (each.casefold() for each in own if each is not None)


def rulings(certificate: Certificate, candidate: Candidate | None) -> tuple[Ruling, ...]:
    """Say what a domain controller does, by how it enforces; without a candidate nothing is known of the account."""
    return tuple(_ruling(certificate, candidate, enforcement) for enforcement in Enforcement)


def _ruling(certificate: Certificate, candidate: Candidate | None, enforcement: Enforcement) -> Ruling:
    if candidate is not None and candidate.account.enabled is False:
        return Ruling(enforcement, Standing.REFUSED, None, "the account is disabled (userAccountControl)")
    if candidate is not None and (line := candidate.strong_rule) is not None:
        place = candidate.account.place_of(line)
        return Ruling(enforcement, Standing.ALLOWED, None, f"{place} maps it strongly")
    sids = of_security_extension(certificate) or of_tag_uris(certificate)
    if sids:
        return Ruling(enforcement, *_by_sid(sids, candidate.account.object_sid if candidate is not None else None))
    return Ruling(enforcement, *_weak(certificate, candidate.account if candidate is not None else None, enforcement))


def _by_sid(sids: tuple[str, ...], own: str | None) -> tuple[Standing, int | None, str]:
    told = ", ".join(sids)
    if own is None:
        return Standing.DEPENDS, None, f"{told} must be the SID of the account (event {SID_OF_ANOTHER} if not)"
    if own.casefold() in (sid.casefold() for sid in sids):
        return Standing.ALLOWED, None, "the SID in the certificate is the account's"
    return Standing.REFUSED, SID_OF_ANOTHER, f"the SID in the certificate is {told}, the account's is {own}"


def _weak(
    certificate: Certificate, account: Account | None, enforcement: Enforcement
) -> tuple[Standing, int | None, str]:
    no_strong = "no SID in the certificate and no strong mapping in altSecurityIdentities"
    if account is None:
        no_strong = (
            "no SID in the certificate: refused unless altSecurityIdentities of the account has a strong mapping"
        )
    match enforcement:
        case Enforcement.FULL:
            return Standing.REFUSED if account is not None else Standing.DEPENDS, NO_STRONG_MAPPING, no_strong
        case Enforcement.COMPATIBILITY:
            return _in_compatibility(certificate, account)


def _in_compatibility(certificate: Certificate, account: Account | None) -> tuple[Standing, int | None, str]:
    created = account.when_created if account is not None else None
    issued = certificate.not_before
    if created is None or issued is None:
        reason = f"weakly mapped: a warning, or refused (event {OLDER_THAN_THE_ACCOUNT}) if older than the account"
        return Standing.DEPENDS, NO_STRONG_MAPPING, reason
    if issued < created - BACKDATING_COMPENSATION:
        return Standing.REFUSED, OLDER_THAN_THE_ACCOUNT, "weakly mapped, and the certificate is older than the account"
    return Standing.ALLOWED, NO_STRONG_MAPPING, "weakly mapped, which is a warning only"
