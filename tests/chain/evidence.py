"""Questions about revocation: `asked(end, *senders, crls=[...], responses=[...])` at the tests' one fixed time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from certprobe.chain.context import ChainContext
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import WINDOWS
from certprobe.chain.question import ChainQuestion, RevocationEvidence
from certprobe.pki.crl import CertificateList
from certprobe.pki.ocsp import OcspResponse
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.trust_status import TrustError
from tests.chain.judging import AT, ROOT, Holder, certificate, store

END = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT
CHAIN = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN
BELOW_ROOT = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
CACHE_ONLY = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY

REVOKED = TrustError.CERT_TRUST_IS_REVOKED.value
UNKNOWN = (TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN | TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION).value


def asked(
    end: Holder,
    *others: Holder,
    crls: Iterable[bytes] = (),
    responses: Iterable[bytes] = (),
    flags: ChainFlags = END,
    roots: tuple[Holder, ...] = (ROOT,),
    at: datetime = AT,
    current_at: datetime | None = None,
    freshness_time: timedelta | None = None,
    profile: Profile = WINDOWS,
) -> ChainContext:
    """The chain context of `end`, judged by that evidence."""
    evidence = RevocationEvidence(
        tuple(map(CertificateList, crls)), tuple(map(OcspResponse, responses)), current_at, freshness_time
    )
    question = ChainQuestion(store(*roots), at, flags=flags, evidence=evidence)
    return get_certificate_chain(certificate(end), store(*others), question, profile)


def revocation(chain: ChainContext) -> list[int]:
    """The bits of revocation on each element."""
    return [element.error.value & (REVOKED | UNKNOWN) for element in chain.elements]


def status(chain: ChainContext) -> str:
    """What the end certificate's bits come to."""
    return {0: "good", REVOKED: "revoked", UNKNOWN: "unknown"}[revocation(chain)[0]]


def why(chain: ChainContext, index: int = 0) -> str:
    """The words of the finding that sets the bits of revocation."""
    findings = (finding for finding in chain.elements[index].findings if finding.bit & (REVOKED | UNKNOWN))
    return next((f"{finding.citation}: {finding.detail}" for finding in findings), "")
