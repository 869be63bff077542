"""Everything that a chain is judged by, after CERT_CHAIN_PARA and CERT_CHAIN_ENGINE_CONFIG (wincrypt.h)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.context import NO_USAGE, RequestedUsage
from certprobe.pki.store import CertificateStore
from certprobe.wincrypt.chain_flags import ChainFlags, ExclusiveFlags

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from certprobe.chain.search import Allowance
    from certprobe.pki.crl import CertificateList
    from certprobe.pki.ocsp import OcspResponse

ANY_POLICY: Final = "2.5.29.32.0"
EMPTY_STORE: Final = CertificateStore()


class PolicyDemands(enum.IntFlag):
    """The switches of RFC 5280 6.1.1 (e), (f) and (g)."""

    NONE = 0
    INITIAL_POLICY_MAPPING_INHIBIT = 1
    INITIAL_EXPLICIT_POLICY = 2
    INITIAL_ANY_POLICY_INHIBIT = 4


class PolicyInputs(NamedTuple):
    """What is asked of certificate policies, as dotted OIDs in the anchor's names for them.

    user-initial-policy-set (RFC 5280 6.1.1 (c)) counts only where a policy is required; what is requested as
    `RequestedIssuancePolicy` of CERT_CHAIN_PARA must be valid anyhow.
    """

    initial_policy_set: frozenset[str] = frozenset({ANY_POLICY})
    demands: PolicyDemands = PolicyDemands.NONE
    requested_issuance_policy: RequestedUsage = NO_USAGE


class RevocationEvidence(NamedTuple):
    """What is at hand to judge revocation by.

    CRLs and responses must be current at `current_at`, which is the question's `at` if None: Windows asks for what is
    current today whatever the time of the question. `freshness_time` is how old they may be at most
    (`dwRevocationFreshnessTime`), None being as old as they say themselves.
    """

    crls: tuple[CertificateList, ...] = ()
    ocsp_responses: tuple[OcspResponse, ...] = ()
    current_at: datetime | None = None
    freshness_time: timedelta | None = None


NO_EVIDENCE: Final = RevocationEvidence()


class ChainQuestion(NamedTuple):
    """What is asked: roots and time, usages, policies, revocation, and the stores beside the roots. `at` is aware.

    `path_length` is how many CAs, self-issued ones apart, an anchor may have below it (RFC 5280 6.1.2 (k)). `allowance`
    is what the search may cost together with others of the same allowance, beside its own budget; None if it stands
    alone.
    """

    roots: CertificateStore
    at: datetime
    requested_usage: RequestedUsage = NO_USAGE
    policies: PolicyInputs = PolicyInputs()
    flags: ChainFlags = ChainFlags.CERT_CHAIN_DEFAULT
    exclusive_flags: ExclusiveFlags = ExclusiveFlags.CERT_CHAIN_EXCLUSIVE_DEFAULT
    disallowed: CertificateStore = EMPTY_STORE
    trusted_people: CertificateStore = EMPTY_STORE
    path_length: int | None = None
    evidence: RevocationEvidence = NO_EVIDENCE
    allowance: Allowance | None = None
