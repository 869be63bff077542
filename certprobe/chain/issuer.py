"""How well a certificate of the issuer's name fits the authority key identifier of its subject (RFC 5280 4.2.1.1)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate


class IssuerMatch(enum.IntEnum):
    """By what the issuer was found, best first."""

    EXACT = 0
    """The identifier names this very certificate, by issuer and serial number."""
    KEY = 1
    """The key identifiers agree."""
    NAME = 2
    """Nothing but the name says so, and nothing speaks against it."""
    CONTRADICTED = 3
    """The identifier names another key or certificate."""


def match_issuer(subject: Certificate, issuer: Certificate) -> IssuerMatch:
    """Compare two certificates whose names already chain; looks at no signature."""
    identifier = subject.authority_key_identifier
    if identifier is None:
        return IssuerMatch.NAME
    names_a_certificate = identifier.issuer is not None and identifier.serial_number is not None
    if names_a_certificate and issuer.serial_number == identifier.serial_number and issuer.issuer == identifier.issuer:
        return IssuerMatch.EXACT
    if identifier.key_identifier is not None:
        key_identifier = issuer.subject_key_identifier
        if key_identifier is not None:
            return IssuerMatch.KEY if key_identifier == identifier.key_identifier else IssuerMatch.CONTRADICTED
    return IssuerMatch.CONTRADICTED if names_a_certificate else IssuerMatch.NAME
