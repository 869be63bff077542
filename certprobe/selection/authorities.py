"""The two demands on a credential's way up: a CA that the server lists, and no certificate missing below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.selection.cells import Caution, Met, NotAsked, Reason, Rejection, Subject
from certprobe.selection.words import intermediates, names

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential
    from certprobe.pki.name import DistinguishedName
    from certprobe.selection.asked import Asked
    from certprobe.selection.cells import Cell

_MOST_LISTED: Final = 3


def certificate_authorities(credential: Credential, asked: Asked) -> Cell:
    """RFC 5246 7.4.4: a name in the list may be the issuer of any certificate of the chain; an empty list takes all."""
    subject, clause = Subject.CERTIFICATE_AUTHORITIES, _clause(asked)
    if not asked.request.certificate_authorities:
        return NotAsked(subject, clause, "the server lists no CA: any issuer may do")
    issuers = [certificate.issuer for certificate in chain_of(credential)]
    if (listed := _listed(credential, asked)) is not None:
        place = f"number {asked.names[listed]} of {len(asked.request.certificate_authorities)} listed"
        above = issuers[: issuers.index(listed) + 1] if listed in issuers else [*issuers, listed]
        return Met(subject, clause, f"issued by {_upwards(above)}, {place}")
    which = "which the server does not list" if len(issuers) == 1 else "none of which the server lists"
    broken = f" (the list is broken: {asked.request.faults[0]})" if asked.request.faults else ""
    nearest = asked.nearest(issuers, _MOST_LISTED)
    return Rejection(
        subject,
        Reason.ISSUER_NOT_LISTED,
        clause,
        f"issued by {_upwards(issuers)}, {which}; it lists {names(nearest, len(asked.names))}{broken}",
        _use_another(chain_of(credential)[-1], nearest, asked),
        f"by {_takes(nearest, asked)}",
    )


def chain(credential: Credential, asked: Asked) -> Cell:
    """RFC 5246 7.4.2: each certificate is followed by its issuer's; only the root may be left out."""
    subject = Subject.CHAIN
    clause = "RFC 8446 4.4.2" if asked.is_tls13 else "RFC 5246 7.4.2"
    last = chain_of(credential)[-1]
    beyond = _name_beyond(last)
    below = intermediates(len(credential.intermediates))
    if beyond is None or last.issuer in asked.roots:
        end = "up to" if last.issuer in asked.roots else "nothing is known to be missing below"
        return Met(subject, clause, f"{below}; {end} {last.issuer}")
    if any(certificate.issuer in asked.names for certificate in chain_of(credential)):
        return Met(subject, clause, f"{below}, as far as a listed CA")
    detail = f"the chain ends below {last.issuer}, which is no root but was issued by {beyond}"
    change = f"add the certificate of {last.issuer} to your --cert file"
    if beyond in asked.names:
        return Rejection(subject, Reason.CHAIN_INCOMPLETE, clause, detail, change)
    return Caution(subject, Reason.CHAIN_INCOMPLETE, clause, detail, change)


def is_issued_by_a_listed_ca(credential: Credential, asked: Asked) -> bool:
    """Whether the certificates at hand lead to a listed CA, or any will do: two look-ups for most, and no words."""
    if not asked.request.certificate_authorities or credential.certificate.issuer.match_key in asked.match_keys:
        return True
    return any(certificate.issuer.match_key in asked.match_keys for certificate in credential.intermediates)


def chain_of(credential: Credential) -> tuple[Certificate, ...]:
    """Return what would be sent, end entity first."""
    return (credential.certificate, *credential.intermediates)


def _listed(credential: Credential, asked: Asked) -> DistinguishedName | None:
    listed = asked.names
    certificate = credential.certificate
    if certificate.issuer in listed:
        return certificate.issuer
    for certificate in credential.intermediates:
        if certificate.issuer in listed:
            return certificate.issuer
    beyond = _name_beyond(certificate)
    return beyond if beyond in listed else None


def _name_beyond(last: Certificate) -> DistinguishedName | None:
    """Who issued the issuer of a chain's last certificate, as its authorityKeyIdentifier tells (RFC 5280 4.2.1.1).

    None if it does not tell, or if that issuer is a root: then nothing is missing.
    """
    key_identifier = last.authority_key_identifier
    return None if key_identifier is None or key_identifier.issuer == last.issuer else key_identifier.issuer


def _upwards(issuers: list[DistinguishedName]) -> str:
    return " under ".join(str(issuer) or "an empty name" for issuer in issuers)


def _takes(nearest: tuple[DistinguishedName, ...], asked: Asked) -> str:
    """The likest name; the others stand in the fact beside."""
    likest = str(nearest[0]) or "an empty name"
    return f"{likest} or another CA that the server lists" if len(asked.names) > 1 else likest


def _use_another(last: Certificate, nearest: tuple[DistinguishedName, ...], asked: Asked) -> str:
    """A certificate of a listed CA; or the missing link, if a listed CA could have issued the last issuer of ours."""
    change = f"use a certificate issued by {_takes(nearest, asked)}"
    if last.is_self_issued or last.issuer in asked.roots:
        return change
    who = "that CA" if len(asked.names) == 1 else "a listed CA"
    return f"{change}; or add the certificate of {last.issuer} to your --cert file, if {who} has issued it"


def _clause(asked: Asked) -> str:
    return "RFC 8446 4.2.4" if asked.is_tls13 else "RFC 5246 7.4.4"
