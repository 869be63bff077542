"""What a scenario is: a server, a client, what is wrong between them, and what the probe must make of it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from certprobe.endpoint import Scheme
from certprobe.lab.pki import Authority, Issued
from certprobe.lab.server import HOST
from certprobe.lab.service import PEOPLE, Anonymous, Binding, Refusal, Unmapped
from certprobe.policy.status import ChainPolicy
from certprobe.report.model import Outcome
from certprobe.selection.cells import Reason
from certprobe.tls.acceptor import TlsAcceptor
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import Phase
from certprobe.tls.openssl import Compatibility, Requirement, VersionRange
from certprobe.wincrypt.hresult import ERROR_SUCCESS

HOSTS: Final = ("localhost", HOST)
TLS_1_2: Final = VersionRange(maximum=ProtocolVersion.TLS_1_2)
TLS_1_3: Final = VersionRange(minimum=ProtocolVersion.TLS_1_3)


class Cast(NamedTuple):
    """The authorities of one run, made on the spot and for the time `at`; their keys are in memory only.

    The lab's servers trust `root`, its clients all of `trusted`; nobody was told of `foreign`. CRLs, OCSP responses and
    issuers are found below the URL `published_at`.
    """

    root: Authority
    issuing: Authority
    expired_root: Authority
    unborn_root: Authority
    foreign: Authority
    published_at: str = "http://pki.lab.test"

    @classmethod
    def made(cls, at: datetime) -> Cast:
        root = Authority.root("Lab root", at=at, subject="CN=Lab root,O=Lab,DC=lab,DC=test")
        issuing = root.intermediate("Lab issuing CA", subject="CN=Lab issuing CA,O=Lab,DC=lab,DC=test")
        day, year = timedelta(days=1), timedelta(days=365)
        return cls(
            root,
            issuing,
            Authority.root("Lab root of last year", at=at, not_before=at - year, not_after=at - day),
            Authority.root("Lab root of next year", at=at, not_before=at + day, not_after=at + year),
            Authority.root("Foreign root", at=at),
        )

    @property
    def trusted(self) -> tuple[Authority, ...]:
        """What the lab's clients trust."""
        return self.root, self.expired_root, self.unborn_root

    @property
    def at(self) -> datetime:
        return self.root.at

    @property
    def yesterday(self) -> datetime:
        return self.at - timedelta(days=1)

    @property
    def tomorrow(self) -> datetime:
        return self.at + timedelta(days=1)


Issue: TypeAlias = Callable[[Cast], Issued]
Authorities: TypeAlias = Callable[[Cast], tuple[Authority, ...]]
Names: TypeAlias = Callable[[Cast], tuple[bytes, ...]]
Publish: TypeAlias = Callable[[Cast, Issued], Mapping[str, bytes]]
Staple: TypeAlias = Callable[[Cast, Issued], bytes]


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


def server_fault(symbol: str, element_index: int = 0) -> Expectation:
    """The login goes well, but the server's chain does not, for BASE and SSL alike."""
    return GOOD_LOGIN._replace(causes=(symbol, "accepted"), exit_code=1, server=both(symbol, 0, element_index))


def nothing_sent(code: str, *rejected: Reason) -> Expectation:
    """The server demands a certificate and gets none, for the reason that has this code."""
    causes = (code,)
    return Expectation(Outcome.REFUSED_BY_ALERT, causes, 1, client=NO_CHAIN, sent=None, rejected=rejected)


GOOD_LOGIN: Final = Expectation(Outcome.ACCEPTED, ("accepted",), 0)


class Option(enum.Enum):
    """Options that the client adds to the command, as they are typed."""

    REVOCATION = "--revocation"
    REVOCATION_OF_THE_END = "--revocation=end-cert"
    FETCH = "--fetch"
    ACCEPTS = "--accepts"


class VirtualHost(NamedTuple):
    """A host that shares the server's port: its name, and its certificate; it demands one of the client."""

    name: str
    server: Issue


def usual_server(cast: Cast) -> Issued:
    """A server's certificate that nothing is wrong with."""
    return cast.issuing.server(*HOSTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A server and a client that differ from the good login in what is said here, and what must come of it.

    A dataclass, since most fields are left at their defaults.

    The server: `announced` are the DER names in its CertificateRequest, `accepted` the authorities that it trusts,
    `revoked` the identities of which it knows that they are. `asking_paths` ask for a certificate on their own.
    `staple` is its OCSP response, and `published` what is found below the cast's `published_at`, path by path.
    `acceptor` is how it speaks TLS.

    The client: it knows the server as `host`, holds `identities`, and requests `paths` one after the other; `select` is
    the value of the option of that name, and `options` are more of them.
    """

    name: str
    description: str
    expectation: Expectation
    scheme: Scheme = Scheme.HTTPS
    server: Issue = usual_server
    virtual_host: VirtualHost | None = None
    versions: VersionRange = VersionRange()
    compatibility: Compatibility = Compatibility.MODERN
    acceptor: type[TlsAcceptor] = TlsAcceptor
    requirement: Requirement = Requirement.REQUIRED
    announced: Names = lambda cast: (cast.root.issued.subject,)
    accepted: Authorities = lambda cast: (cast.root,)
    revoked: frozenset[Identity] = frozenset()
    asking_paths: frozenset[str] = frozenset()
    refusal: Refusal = Refusal.ANSWER
    anonymous: Anonymous = Anonymous.WELCOME
    accounts: frozenset[str] = frozenset({"alice"})
    binding: Binding = Binding.SASL_EXTERNAL
    unmapped: Unmapped = Unmapped.INVALID_CREDENTIALS
    staple: Staple | None = None
    published: Publish | None = None
    host: str = HOST
    identities: tuple[Identity, ...] = (ALICE,)
    paths: tuple[str, ...] = ("/",)
    select: str = "auto"
    options: tuple[Option, ...] = ()


class Group(NamedTuple):
    """Scenarios of one subject, in the order in which they are told."""

    title: str
    scenarios: tuple[Scenario, ...]
