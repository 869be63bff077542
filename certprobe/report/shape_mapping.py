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
    """A mapping of an account; nothing is unfit if it maps the certificate.

    `line` is the number of its line in the rules, or of the value among those of an account of the directory.
    """

    line: int
    unfit: list[Unfit]


class Ruling(TypedDict):
    """What a domain controller does, and the event of Kdcsvc that it logs, null if none."""

    enforcement: str
    standing: str
    event: int | None
    reason: str


class MappedAccount(TypedDict):
    """An account that the certificate maps to, or nearly does: then there are no rulings.

    `source` is who tells of it. Of an account of the rules `distinguished_name` is null, and `enabled`, too, as where
    the directory does not say.
    """

    name: str
    source: str
    distinguished_name: str | None
    enabled: bool | None
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


class LookupFailure(TypedDict):
    """Why a directory told nothing; `kind` and `party` as in a stage."""

    detail: str
    kind: str
    party: str


class Directory(TypedDict):
    """The directory that was asked for accounts; `user` is null where we searched anonymously.

    `references` are servers that it names for more; they were not asked. `failure` is null if it answered.
    """

    url: str
    user: str | None
    references: list[str]
    failure: LookupFailure | None


class DsMapper(TypedDict):
    """What http.sys makes of the accounts (HTTP_SSL_CLIENT_CERT_INFO): whose Token it hands up, null if nobody's."""

    account: str | None
    cert_denied_by_mapper: bool
    reason: str


class Mapping(TypedDict):
    """Which account a certificate maps to: what it offers itself, what altSecurityIdentities would say, what is known.

    `ldap_name` is the subject as slapd normalizes it, `authz_regexp` the pattern of a rule for it. `rulings` are those
    without knowledge of the account. `accounts` and `ds_mapper` are null where neither rules nor a directory told of
    any, `directory` where none was asked, `authorization` where none said who we are.
    """

    offers: list[Offer]
    alt_security_identities: list[Mapper]
    ldap_name: str
    authz_regexp: str
    rulings: list[Ruling]
    accounts: list[MappedAccount] | None
    ds_mapper: DsMapper | None
    directory: Directory | None
    authorization: Authorization | None
