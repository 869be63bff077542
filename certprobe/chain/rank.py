"""Which of several paths is the better one, as Windows has it: faults first, then length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from certprobe.chain.context import SimpleChain

# Worst first. Windows weighs signature, completeness and trusted root before anything else.
_SEVERITY: Final = (
    TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID,
    TrustError.CERT_TRUST_IS_PARTIAL_CHAIN | TrustError.CERT_TRUST_IS_CYCLIC,
    TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT,
    TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST,
    TrustError.CERT_TRUST_IS_REVOKED,
    TrustError.CERT_TRUST_IS_NOT_TIME_VALID,
)


def demerit(chain: SimpleChain) -> tuple[int, ...]:
    """A sort key: the smaller, the better the path; equal ones are told apart by the order of the search."""
    error = int(chain.error)
    return (*(1 if error & bits else 0 for bits in _SEVERITY), error.bit_count(), len(chain.elements))
