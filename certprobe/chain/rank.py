"""Which of several paths is the better one, as Windows has it: faults first, then length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.application_policies import ANY, allowed_usages
from certprobe.chain.rules import Remarks
from certprobe.pki.signature import SignatureCheck
from certprobe.pki.usage import KeyUsage
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.chain.context import SimpleChain
    from certprobe.chain.path import Profile
    from certprobe.chain.question import ChainQuestion
    from certprobe.chain.search import Doubts
    from certprobe.pki.certificate import Certificate

# Worst first. Windows weighs signature, completeness and trusted root before anything else.
_SEVERITY: Final = (
    TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID,
    TrustError.CERT_TRUST_IS_PARTIAL_CHAIN | TrustError.CERT_TRUST_IS_CYCLIC,
    TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT,
    TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST,
    TrustError.CERT_TRUST_IS_REVOKED,
    TrustError.CERT_TRUST_IS_NOT_TIME_VALID,
)

# A visible fault of an issuer weighs as much as a detour over that many CAs; a false signature leads nowhere at all.
_FAULT = 4
_FALSE_SIGNATURE = 1000


def demerit(chain: SimpleChain, profile: Profile) -> tuple[int, ...]:
    """A sort key: the smaller, the better the path; equal ones are told apart by the order of the search."""
    error = int(chain.error)
    remarks = 0
    if profile.remarks is Remarks.REFUSE:
        remarks = sum(len(element.remarks) for element in chain.elements)
    severity = (1 if error & bits else 0 for bits in _SEVERITY)
    return (*severity, error.bit_count(), remarks, len(chain.elements))


def doubts(question: ChainQuestion, verify: Callable[[Certificate, Certificate], SignatureCheck]) -> Doubts:
    """How much speaks against a step of the search, as far as its two certificates show it."""
    requested = {*question.requested_usage.oids, *ANY} if question.requested_usage.oids else set()

    def weigh(subject: Certificate, issuer: Certificate) -> int:
        if verify(subject, issuer) is SignatureCheck.INVALID:
            return _FALSE_SIGNATURE
        constraints, key_usage, usages = issuer.basic_constraints, issuer.key_usage, allowed_usages(issuer)
        faults = (
            not (issuer.not_before and issuer.not_after and issuer.not_before <= question.at <= issuer.not_after),
            not (constraints.ca if constraints else issuer in question.roots),
            key_usage is not None and KeyUsage.keyCertSign not in key_usage,
            usages is not None and bool(requested) and requested.isdisjoint(usages),
            issuer in question.disallowed,
        )
        return _FAULT * sum(faults)

    return weigh
