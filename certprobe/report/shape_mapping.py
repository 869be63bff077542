"""The shape of what is told of accounts that a certificate maps to; see `certprobe.report.shape` for its spellings."""

from __future__ import annotations

from typing import TypedDict


class Offer(TypedDict):
    """A SID or a name of an account that stands in the certificate."""

    kind: str
    value: str
    strength: str


class AltSecurityIdentity(TypedDict):
    """A value of altSecurityIdentities."""

    form: str
    strength: str
    value: str


class Mapper(AltSecurityIdentity):
    """A value that maps the certificate; `note` says which reading it is where sources differ, else it is empty."""

    note: str


class Unfit(TypedDict):
    """A part of a mapping that does not fit, and what would."""

    tag: str
    difference: str
    right: str


class MappingRule(AltSecurityIdentity):
    """A mapping of the user's rules with the number of its line; nothing is unfit if it maps the certificate."""

    line: int
    unfit: list[Unfit]


class Ruling(TypedDict):
    """What a domain controller does, and the event of Kdcsvc that it logs, null if none."""

    enforcement: str
    standing: str
    event: int | None
    reason: str


class MappedAccount(TypedDict):
    """An account of the rules that the certificate maps to, or nearly does: then there are no rulings."""

    name: str
    offers: list[Offer]
    rules: list[MappingRule]
    rulings: list[Ruling]


class Authorization(TypedDict):
    """Whom a directory takes us for.

    `as_mapped` is whether that is an account of the rules that the certificate maps to, null where it maps to none.
    """

    authzid: str
    relation: str
    as_mapped: bool | None


class Mapping(TypedDict):
    """Which account a certificate maps to: what it offers itself, what altSecurityIdentities would say, what is known.

    `ldap_name` is the subject as slapd normalizes it. `rulings` are those without knowledge of the account. `accounts`
    is null where no rules were given, `authorization` where no directory said who we are.
    """

    offers: list[Offer]
    alt_security_identities: list[Mapper]
    ldap_name: str
    rulings: list[Ruling]
    accounts: list[MappedAccount] | None
    authorization: Authorization | None
