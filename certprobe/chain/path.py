"""A path with everything that a check may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from certprobe.chain.rules import Entries
from certprobe.chain.search import PathEnd
from certprobe.pki.server_identity import NameRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from certprobe.chain.context import ChainContext, Finding, Remark
    from certprobe.chain.issuer import IssuerMatch
    from certprobe.chain.question import ChainQuestion
    from certprobe.chain.rules import AnchorFields, Anchors, Remarks
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.signature import SignatureCheck, Signed
    from certprobe.pki.store import CertificateStore
    from certprobe.wincrypt.trust_status import TrustInfo


class PathView(NamedTuple):
    """One path and what it is judged by; `certificates` end certificate first.

    `verify(signed, issuer)` checks one signature; it may remember its answers. Issuers came from `additional_store` and
    from the question's roots; `find_chain` judges the chain of another certificate by the same stores and profile.
    """

    certificates: tuple[Certificate, ...]
    matches: tuple[IssuerMatch | None, ...]
    end: PathEnd
    question: ChainQuestion
    profile: Profile
    verify: Callable[[Signed, Certificate], SignatureCheck]
    additional_store: CertificateStore
    find_chain: Callable[[Certificate, ChainQuestion], ChainContext]

    @property
    def last(self) -> int:
        """The index of the last certificate."""
        return len(self.certificates) - 1

    @property
    def root(self) -> int | None:
        """The index of the self-signed certificate that ends the path, if one does."""
        return self.last if self.end is PathEnd.SELF_SIGNED else None

    @property
    def anchor(self) -> int | None:
        """The index of the certificate that ends the path and that nothing above has to vouch for."""
        return self.last if self.end in (PathEnd.SELF_SIGNED, PathEnd.ANCHOR) else None


WHOLE_CHAIN: Final = -1
"""The index of a finding that belongs to no single element."""

# A check reports for an element's index what is wrong with it, what is worth knowing of it, or what is not as it should
# be though Windows does not mind.
Result: TypeAlias = "tuple[int, Finding | TrustInfo | Remark]"
Check: TypeAlias = "Callable[[PathView], Iterator[Result]]"


class Profile(NamedTuple):
    """A name and the few things in which profiles differ."""

    name: str
    checks: Callable[[], tuple[Check, ...]]
    anchors: Anchors
    anchor_fields: AnchorFields
    remarks: Remarks
    names: NameRules = NameRules.WINDOWS
    entries: Entries = Entries.SINCE_REVOCATION_DATE


def name_of(certificate: Certificate) -> str:
    """The subject, or the serial number of a certificate without one."""
    return certificate.subject.rfc4514 or f"the certificate with the serial number {certificate.serial_hex or 'none'}"


def moment(time: datetime) -> str:
    """A time as it stands in findings: 2026-01-31T23:59:59Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def span(length: timedelta) -> str:
    """A length of time to the unit that a person would use."""
    seconds = int(length.total_seconds())
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds >= size), ("second", 1))
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))
