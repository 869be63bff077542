"""The shape of the document of `certprobe inspect`; certificates and causes are those of the report."""

from __future__ import annotations

from typing import TypedDict

from certprobe.report.shape import Cause
from certprobe.report.shape_mapping import Mapping
from certprobe.report.shape_pki import Certificate, PublicKey, Summary


class Fault(Cause):
    """A cause, the place of what it is about, and of a certificate its subject."""

    source: str
    subject: str | None


class Verdict(TypedDict):
    """What is decided, and everything that is wrong or missing, what is wrong first."""

    exit_code: int
    faults: list[Fault]


class LookedAt(TypedDict):
    """One file; `fault` says why it could not be used, or not all of it."""

    path: str
    named: str
    format: str
    certificates: int
    private_keys: int
    others: int
    fault: str | None


class Account(TypedDict):
    """What Active Directory maps to an account."""

    user_principal_names: list[str]
    security_identifiers: list[str]


class Placed(Summary):
    """A certificate in short, and where it was found."""

    source: str
    friendly_name: str | None
    sha256: str
    ca: bool
    public_key: PublicKey


class Identity(TypedDict):
    """An end entity's certificate, its key and its issuers, nearest first, with the root."""

    number: int
    source: str
    friendly_name: str | None
    key_status: str
    certificate: Certificate
    authority_key_identifier: str | None
    account: Account
    mapping: Mapping
    issuers: list[Placed]
    chain_end: str


class Other(Placed):
    """A certificate that is no identity's; `in_chain` says whether it is an issuer in the chain of one."""

    in_chain: bool


class LooseKey(TypedDict):
    """A private key without its certificate; `request` is the place of the request for one."""

    source: str
    friendly_name: str | None
    public_key: PublicKey
    request: str | None


class LockedKey(TypedDict):
    """A private key that does not open."""

    source: str
    reason: str


class Fact(TypedDict):
    """One thing about a stray."""

    label: str
    value: str


class Stray(TypedDict):
    """What is neither certificate nor private key: what it is, and what can be done with it."""

    source: str
    kind: str
    title: str
    advice: str
    facts: list[Fact]


class Inventory(TypedDict):
    """The document."""

    schema: int
    tool: str
    version: str
    verdict: Verdict
    at: str
    files: list[LookedAt]
    identities: list[Identity]
    certificates: list[Other]
    private_keys: list[LooseKey]
    locked_keys: list[LockedKey]
    strays: list[Stray]
