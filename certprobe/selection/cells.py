"""The answers of the criteria: for each demand of a request one cell, with its fact, whatever the answer is."""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeAlias


class Subject(enum.Enum):
    """What a demand is about, in the words of the standards."""

    CERTIFICATE = "certificate"
    PRIVATE_KEY = "private key"
    VALIDITY = "validity"
    KEY_USAGE = "keyUsage"
    EXTENDED_KEY_USAGE = "extKeyUsage"
    CERTIFICATE_TYPES = "certificate_types"
    SIGNATURE_ALGORITHMS = "signature_algorithms"
    SIGNATURE_ALGORITHMS_CERT = "signature_algorithms_cert"
    CERTIFICATE_AUTHORITIES = "certificate_authorities"
    CHAIN = "chain"
    OID_FILTERS = "oid_filters"


class Reason(enum.Enum):
    """Why a credential does not fit a request."""

    CERTIFICATE_UNREADABLE = "certificate-unreadable"
    NO_PRIVATE_KEY = "no-private-key"
    KEY_DOES_NOT_FIT = "key-does-not-fit"
    NOT_TIME_VALID = "not-time-valid"
    WRONG_KEY_USAGE = "wrong-key-usage"
    WRONG_EXTENDED_KEY_USAGE = "wrong-extended-key-usage"
    CERTIFICATE_TYPE_NOT_OFFERED = "certificate-type-not-offered"
    SIGNATURE_SCHEME_NOT_OFFERED = "signature-scheme-not-offered"
    CHAIN_SIGNATURE_NOT_OFFERED = "chain-signature-not-offered"
    ISSUER_NOT_LISTED = "issuer-not-listed"
    CHAIN_INCOMPLETE = "chain-incomplete"
    OID_FILTER = "oid-filter"


class Verdict(enum.Enum):
    """What a cell says in a word."""

    MET = "met"
    CAUTION = "caution"
    REJECTED = "rejected"
    NOT_ASKED = "not-asked"


class Met(NamedTuple):
    """A demand that is met, and by what."""

    subject: Subject
    clause: str
    detail: str

    @property
    def verdict(self) -> Verdict:
        """Always MET."""
        return Verdict.MET


class NotAsked(NamedTuple):
    """The request makes no demand of the kind."""

    subject: Subject
    clause: str
    detail: str

    @property
    def verdict(self) -> Verdict:
        """Always NOT_ASKED."""
        return Verdict.NOT_ASKED


class Caution(NamedTuple):
    """Something that a server may stumble over, though no demand is broken; fields as in Rejection."""

    subject: Subject
    reason: Reason
    clause: str
    detail: str
    change: str

    @property
    def verdict(self) -> Verdict:
        """Always CAUTION."""
        return Verdict.CAUTION


class Rejection(NamedTuple):
    """One demand that is not met: the certificate must not be sent.

    `clause` cites the standard, `detail` holds the facts in plain words, `change` what would help against this alone.
    `order` is what must be said when a new certificate is ordered ("with clientAuth in extKeyUsage", "" if nothing);
    None where a new certificate is no cure, or not the only one.
    Names in the text are as they stand in certificates: escape them before they reach a terminal.
    """

    subject: Subject
    reason: Reason
    clause: str
    detail: str
    change: str
    order: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Always REJECTED."""
        return Verdict.REJECTED


Cell: TypeAlias = Met | NotAsked | Caution | Rejection
