"""What the chain engine is asked and what it answers, after CERT_CHAIN_CONTEXT and its parts (wincrypt.h)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.wincrypt.trust_status import TrustError, TrustInfo


class UsageMatch(enum.Enum):
    """`CERT_USAGE_MATCH.dwType`: whether all of the requested usages are needed, or any one of them."""

    AND = "and"
    OR = "or"


class RequestedUsage(NamedTuple):
    """The extended key usages that the chain must be valid for, as dotted OIDs; none asks for nothing."""

    match: UsageMatch
    oids: tuple[str, ...]


NO_USAGE: Final = RequestedUsage(UsageMatch.AND, ())


class SearchEnd(enum.Enum):
    """Why the search for paths stopped: it had seen everything, or its budget was spent."""

    EXHAUSTED = "exhausted"
    BUDGET = "budget"


class Finding(NamedTuple):
    """One thing that is wrong: the bit it sets, the rule it breaks ("RFC 5280 4.2.1.9"), and the facts in words."""

    bit: TrustError
    citation: str
    detail: str


class Remark(NamedTuple):
    """A strict rule that is broken and that Windows has no bit for: the rule ("CA/B BR 7.1.2.7.12"), the facts."""

    citation: str
    detail: str


class ChainElement(NamedTuple):
    """One certificate of a path; `error` is the union of its findings' bits, to which `remarks` add nothing."""

    certificate: Certificate
    error: TrustError
    info: TrustInfo
    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...] = ()


class SimpleChain(NamedTuple):
    """One path, end certificate first.

    `error` is the union of its elements' and of `findings`, which concern no single element; `info` is the union of
    the elements' without the low nibble.
    """

    elements: tuple[ChainElement, ...]
    error: TrustError
    info: TrustInfo
    findings: tuple[Finding, ...]


class ChainContext(NamedTuple):
    """The judged chain: `chains` holds the best path alone, `lower_quality` every other one, best first."""

    chains: tuple[SimpleChain, ...]
    error: TrustError
    info: TrustInfo
    lower_quality: tuple[SimpleChain, ...]
    search_end: SearchEnd

    @property
    def elements(self) -> tuple[ChainElement, ...]:
        """The elements of the best path, end certificate first."""
        return self.chains[0].elements
