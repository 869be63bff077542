"""What a scenario is: a server, a client, what is wrong between them, and what the probe must make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from certprobe.endpoint import Scheme
from certprobe.lab.pki import Authority, Issued
from certprobe.lab.server import HOST
from certprobe.lab.service import PEOPLE, Refusal, Unmapped
from certprobe.policy.status import ChainPolicy
from certprobe.report.model import Outcome
from certprobe.selection.cells import Reason
from certprobe.tls.events import Phase
from certprobe.tls.openssl import Requirement, VersionRange
from certprobe.wincrypt.hresult import ERROR_SUCCESS

HOSTS: Final = ("localhost", HOST)


class Cast(NamedTuple):
    """The authorities of one run, made on the spot and for the time `at`; their keys are in memory only.

    Servers and clients of the lab trust `root` alone; nobody was told of `foreign`.
    """

    root: Authority
    issuing: Authority
    foreign: Authority

    @classmethod
    def made(cls, at: datetime) -> Cast:
        root = Authority.root("Lab root", at=at, subject="CN=Lab root,O=Lab,DC=lab,DC=test")
        issuing = root.intermediate("Lab issuing CA", subject="CN=Lab issuing CA,O=Lab,DC=lab,DC=test")
        return cls(root, issuing, Authority.root("Foreign root", at=at))

    @property
    def at(self) -> datetime:
        return self.root.at

    @property
    def yesterday(self) -> datetime:
        return self.at - timedelta(days=1)


Issue: TypeAlias = Callable[[Cast], Issued]
Authorities: TypeAlias = Callable[[Cast], tuple[Authority, ...]]


class Identity(NamedTuple):
    """A certificate and its key that a client may hold; `name` is what its file is called."""

    name: str
    issue: Issue

    def __str__(self) -> str:
        return self.name


def person(common_name: str) -> str:
    """The subject of somebody in the lab's directory."""
    return f"CN={common_name},{PEOPLE}"


ALICE: Final = Identity("alice", lambda cast: cast.issuing.client("alice", subject=person("alice")))


class Status(NamedTuple):
    """A CERT_CHAIN_POLICY_STATUS, its dwError by symbol."""

    policy: ChainPolicy
    symbol: str
    chain_index: int
    element_index: int

    def __str__(self) -> str:
        return f"{self.policy.value} {self.symbol} chain {self.chain_index} element {self.element_index}"


def both(symbol: str, chain_index: int, element_index: int) -> tuple[Status, ...]:
    """The policies BASE and SSL agree."""
    return tuple(Status(policy, symbol, chain_index, element_index) for policy in (ChainPolicy.BASE, ChainPolicy.SSL))


CLEAN: Final = both(ERROR_SUCCESS.symbol, -1, -1)
NO_CHAIN: Final[tuple[Status, ...]] = ()


def ssl_only(symbol: str, chain_index: int, element_index: int) -> tuple[Status, ...]:
    """BASE has nothing against the chain, SSL has."""
    return CLEAN[0], Status(ChainPolicy.SSL, symbol, chain_index, element_index)


INCOMPLETE: Final = (
    Status(ChainPolicy.BASE, "CERT_E_CHAINING", 0, -1),
    Status(ChainPolicy.SSL, "CERT_E_UNTRUSTEDROOT", 0, -1),
)
"""What the policies answer where no root was reached: each in its own way, and for the chain as a whole."""


class Expectation(NamedTuple):
    """What the probe's report must say; `server`, `client` and `sent` are those of the last attempt.

    `causes` are codes, the first first. `asked` has the phase of every CertificateRequest of the run, `rejected` the
    reasons why an identity was not sent, in the order of the store, and `sent` the identity that was.
    """

    outcome: Outcome
    causes: tuple[str, ...]
    exit_code: int
    server: tuple[Status, ...] = CLEAN
    client: tuple[Status, ...] = CLEAN
    asked: tuple[Phase, ...] = (Phase.INITIAL,)
    sent: Identity | None = ALICE
    rejected: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A server and a client that differ from the good login in what is said here, and what must come of it.

    A dataclass, since most fields are left at their defaults: `announced` are the authorities in the server's
    CertificateRequest, `accepted` those that it trusts. `paths` are requested one after the other, of which
    `asking_paths` ask for a certificate on their own. `select` is the value of the option of that name.
    """

    name: str
    description: str
    expectation: Expectation
    scheme: Scheme = Scheme.HTTPS
    server: Issue = lambda cast: cast.issuing.server(*HOSTS)
    versions: VersionRange = VersionRange()
    requirement: Requirement = Requirement.REQUIRED
    announced: Authorities = lambda cast: (cast.root,)
    accepted: Authorities = lambda cast: (cast.root,)
    asking_paths: frozenset[str] = frozenset()
    refusal: Refusal = Refusal.ANSWER
    accounts: frozenset[str] = frozenset({"alice"})
    unmapped: Unmapped = Unmapped.INVALID_CREDENTIALS
    identities: tuple[Identity, ...] = (ALICE,)
    paths: tuple[str, ...] = ("/",)
    select: str = "auto"
