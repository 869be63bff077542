"""Inventory: everything that `certprobe inspect` found in files; text and JSON are written from it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from certprobe.report.model import Cause, Weight

if TYPE_CHECKING:
    from datetime import datetime

    from certprobe.mapping.store import AccountStore
    from certprobe.pki.credential import Credential
    from certprobe.pki.decode import FoundCertificate, LockedKey
    from certprobe.pki.fields import PublicKeyInfo
    from certprobe.pki.strays import Stray

CLEAN = 0
FINDING = 1
UNUSABLE = 4


class Named(enum.Enum):
    """How a file came to be looked at."""

    BY_USER = "by-user"
    IN_DIRECTORY = "in-directory"


class LookedAt(NamedTuple):
    """One file and how much was found in it; `fault` says why it could not be used, or not all of it."""

    path: str
    named: Named
    format: str
    certificates: int = 0
    private_keys: int = 0
    others: int = 0
    fault: str | None = None


class ChainEnd(enum.Enum):
    """Why a chain goes no further."""

    SELF_SIGNED = "self-signed"
    ISSUER_MISSING = "issuer-missing"


class Fault(NamedTuple):
    """Something wrong or missing, the place of what it is about, and of a certificate its subject."""

    source: str
    cause: Cause
    subject: str | None = None


class Identity(NamedTuple):
    """An end entity's certificate with the key that was found for it, and its issuers, nearest first, with the root."""

    credential: Credential
    issuers: tuple[FoundCertificate, ...]
    chain_end: ChainEnd
    faults: tuple[Fault, ...] = ()


class Loose(NamedTuple):
    """A certificate that is no identity's; `in_chain` says whether it is the issuer in the chain of one."""

    found: FoundCertificate
    in_chain: bool
    faults: tuple[Fault, ...] = ()


class LooseKey(NamedTuple):
    """A private key without its certificate; `request` is where the request for one is, if it was found."""

    source: str
    friendly_name: str | None
    public_key: PublicKeyInfo
    request: str | None


class Inventory(NamedTuple):
    """All files together; `faults` are about none of the identities and other certificates.

    `accounts` are those that the user's rules map certificates to, None without rules.
    """

    version: str
    at: datetime
    files: tuple[LookedAt, ...]
    identities: tuple[Identity, ...] = ()
    certificates: tuple[Loose, ...] = ()
    keys: tuple[LooseKey, ...] = ()
    locked: tuple[LockedKey, ...] = ()
    strays: tuple[Stray, ...] = ()
    faults: tuple[Fault, ...] = ()
    accounts: AccountStore | None = None

    @property
    def every_fault(self) -> tuple[Fault, ...]:
        """What is wrong or missing, what is wrong first."""
        identities = (fault for each in self.identities for fault in each.faults)
        loose = (fault for each in self.certificates for fault in each.faults)
        found = (*identities, *self.faults, *loose)
        return tuple(sorted(found, key=lambda fault: fault.cause.weight is not Weight.PROBLEM))

    @property
    def exit_code(self) -> int:
        """0, 1 if anything is wrong, 4 if a file that the user named, or all of a directory, could not be used."""
        if any(file.fault is not None and file.named is Named.BY_USER for file in self.files):
            return UNUSABLE
        problems = any(fault.cause.weight is Weight.PROBLEM for fault in self.every_fault)
        return FINDING if problems else CLEAN
