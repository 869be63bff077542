"""ProbeReport: everything that one run learned, also when it failed half-way; text and JSON are written from it.

Nothing here is escaped: names and texts of servers and certificates stand as they came; rendering makes them harmless.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from certprobe.application.http import HttpAnswered
    from certprobe.application.ldap import (
        BindAnswered,
        EntryAnswered,
        RootDseAnswered,
        StartTlsAnswered,
        WhoAmIAnswered,
    )
    from certprobe.chain.context import ChainContext
    from certprobe.endpoint import Endpoint
    from certprobe.errors import FailureKind, Party
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential
    from certprobe.policy.status import PolicyStatus
    from certprobe.report.fetches import Fetch
    from certprobe.selection.select import Selection
    from certprobe.tls.events import Closure, Negotiated, Phase
    from certprobe.tls.messages import CertificateRequest


class Stage(enum.Enum):
    """The stations of one attempt, in order."""

    CONNECT = "connect"
    PROXY = "proxy"
    STARTTLS = "starttls"
    HANDSHAKE = "handshake"
    APPLICATION = "application"


class StageOutcome(NamedTuple):
    """How a stage went; `kind` and `party` are None when it went well. `seconds` is wall-clock time."""

    stage: Stage
    seconds: float
    detail: str
    kind: FailureKind | None = None
    party: Party | None = None


class RequestRecord(NamedTuple):
    """One CertificateRequest, what was made of it, and what our Certificate message then carried.

    `selection` is None where a callback decided alone or the handshake broke first; `sent` is None where no Certificate
    message went out, and empty for an anonymous one. `note` is what a callback had to say.
    """

    phase: Phase
    request: CertificateRequest
    selection: Selection | None = None
    credential: Credential | None = None
    sent: tuple[Certificate, ...] | None = None
    note: str | None = None


class AlertRecord(NamedTuple):
    """An alert by number; `party` is who sent it."""

    party: Party
    level: int
    description: int


class TlsFacts(NamedTuple):
    """What the TLS conversation showed, as far as it came; `server_name` is the SNI that was sent, None if none was."""

    server_name: str | None
    negotiated: Negotiated
    certificates: tuple[Certificate, ...] = ()
    faults: tuple[str, ...] = ()
    stapled_ocsp: bytes | None = None
    requests: tuple[RequestRecord, ...] = ()
    alerts: tuple[AlertRecord, ...] = ()
    completed: tuple[Phase, ...] = ()
    closure: Closure | None = None


class HttpFacts(NamedTuple):
    """The one request of an attempt; `answer` is None when none was read."""

    path: str
    answer: HttpAnswered | None = None


class NtAuthFacts(NamedTuple):
    """What a directory holds in its NTAuth store, the entry `name`; that is None where it has no configuration.

    `answer` is None when none was read.
    """

    name: str | None
    answer: EntryAnswered | None = None


class LdapFacts(NamedTuple):
    """The LDAP conversation; a member is None when that answer was not read or not asked for."""

    start_tls: StartTlsAnswered | None = None
    who_am_i_before: WhoAmIAnswered | None = None
    bind: BindAnswered | None = None
    who_am_i_after: WhoAmIAnswered | None = None
    root_dse: RootDseAnswered | None = None
    nt_auth: NtAuthFacts | None = None


class Role(enum.Enum):
    """Whose chain is judged; ANY is nobody's in particular."""

    SERVER = "server"
    CLIENT = "client"
    ANY = "any"


class Judgement(NamedTuple):
    """A chain, every policy's answer, the answer that counts for the exit code, and the reason for it in words.

    `fetches` tells every URL that was wanted for it, `name_mismatch` why the server's name does not fit ("" if it does,
    or none was asked for): a policy tells that only when nothing else is wrong.
    """

    role: Role
    context: ChainContext
    statuses: tuple[PolicyStatus, ...]
    deciding: PolicyStatus
    reason: str
    fetches: tuple[Fetch, ...] = ()
    name_mismatch: str = ""


class Outcome(enum.Enum):
    """How the login by certificate went; the words of the contract, in JSON as they stand here.

    REFUSED_BY_CLIENT and WOULD_BE_REFUSED are a listener's: the client did not trust it, or did not wait for an answer.
    """

    ACCEPTED = "accepted"
    ACCEPTED_NOT_MAPPED = "accepted-not-mapped"
    ACCEPTED_ANONYMOUSLY = "accepted-anonymously"
    NOT_ASKED = "not-asked"
    REFUSED_BY_ALERT = "refused-by-alert"
    REFUSED_BY_CLOSE = "refused-by-close"
    REFUSED_BY_HTTP_STATUS = "refused-by-http-status"
    REFUSED_BY_LDAP_RESULT = "refused-by-ldap-result"
    REFUSED_BY_CLIENT = "refused-by-client"
    WOULD_BE_REFUSED = "would-be-refused"
    NOT_MAPPED = "not-mapped"
    TLS_TERMINATOR = "tls-terminator"
    UNANSWERED = "unanswered"
    NOT_REACHED = "not-reached"
    UNUSABLE_INPUT = "unusable-input"
    INTERRUPTED = "interrupted"


class Weight(enum.Enum):
    """Whether a cause makes the run a finding."""

    PROBLEM = "problem"
    NOTE = "note"


class Cause(NamedTuple):
    """One reason in plain words: `code` for scripts, `title` in a line, `detail` the facts, `advice` what to change."""

    code: str
    weight: Weight
    title: str
    detail: str = ""
    advice: str = ""


class Played(NamedTuple):
    """What an experiment answers the server with: the identity of that number in the store, None for anonymous."""

    number: int | None


ANONYMOUS: Final = Played(None)


class Attempt(NamedTuple):
    """One connection, from name resolution to the last answer; `path` only for HTTPS. `peer` is the address reached.

    `played` is None where no experiment was made: whoever chooses was then asked for an answer.
    """

    path: str | None
    peer: str | None
    stages: tuple[StageOutcome, ...]
    tls: TlsFacts | None
    http: HttpFacts | None
    ldap: LdapFacts | None
    server: Judgement | None
    client: Judgement | None
    played: Played | None = None


class WhyUntried(enum.Enum):
    """Why a connection that belongs to the run was not made."""

    NO_PRIVATE_KEY = "no-private-key"
    KEY_DOES_NOT_FIT = "key-does-not-fit"
    TOO_MANY = "too-many"
    NOT_ASKED = "not-asked"
    NOT_REACHED = "not-reached"
    OUT_OF_TIME = "out-of-time"
    INTERRUPTED = "interrupted"


class Untried(NamedTuple):
    """A connection that was not made; fields as in Attempt."""

    path: str | None
    played: Played | None
    why: WhyUntried


class Conclusion(NamedTuple):
    """What an attempt comes to: how the login went, and every cause, the gravest first."""

    outcome: Outcome
    causes: tuple[Cause, ...]


class StoreFacts(NamedTuple):
    """What the user's store held: the credentials in store order, and what was odd about the files."""

    credentials: tuple[Credential, ...]
    notes: tuple[str, ...]


class Run(NamedTuple):
    """The connections of a run, those that were made and those that were not; `attempts` and `conclusions` in pairs.

    `ended` says why it ended before its time, None if it did not.
    """

    store: StoreFacts
    attempts: tuple[Attempt, ...]
    conclusions: tuple[Conclusion, ...]
    untried: tuple[Untried, ...] = ()
    ended: WhyUntried | None = None


class ProbeReport(NamedTuple):
    """One run. `at` is the time against which certificates were judged, `trust` the words of the option that was used.

    `attempts` and `conclusions` go in pairs; `conclusion` is the run's, and `exit_code` follows from it. `accounts` are
    those that the user's rules map certificates to, None without rules; `revocation` is what was asked of it, in words.
    """

    version: str
    endpoint: Endpoint
    at: datetime
    started: datetime
    seconds: float
    trust: str
    store: StoreFacts
    attempts: tuple[Attempt, ...]
    conclusions: tuple[Conclusion, ...]
    conclusion: Conclusion
    exit_code: int
    untried: tuple[Untried, ...] = ()
    accounts: AccountStore | None = None
    revocation: str = ""
