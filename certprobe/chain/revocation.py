"""Is any element revoked, and is that known at all? (RFC 5280 6.1.3 (a)(3), with what Windows makes of the answers)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from certprobe.chain.context import Finding
from certprobe.chain.path import name_of
from certprobe.wincrypt.chain_flags import REVOCATION_CHECKS, ChainFlags
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result

_ALL: Final = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN
_BELOW_ROOT: Final = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT
_END: Final = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT


def check_revocation(path: PathView) -> Iterator[Result]:
    """Judge the elements that the flags name by the evidence at hand, from the last one down.

    Below a revoked CA nothing is known, whatever its CRLs and responders say. An anchor needs no verdict, since nothing
    above vouches for it; that its own CRL lists it is told all the same.
    """
    if not path.question.flags & REVOCATION_CHECKS:
        return
    from certprobe.chain.revocation_inquiry import RevocationStatus
    from certprobe.chain.revocation_verdict import inquire

    for index in sorted(asked(path), reverse=True):
        verdict = inquire(path, index)
        match verdict.status:
            case RevocationStatus.GOOD:
                continue
            case RevocationStatus.REVOKED:
                yield index, Finding(TrustError.CERT_TRUST_IS_REVOKED, verdict.citation, verdict.detail)
                yield from _below_revoked(path, index)
                return
            case RevocationStatus.OFFLINE | RevocationStatus.NO_CHECK:
                if index != path.anchor:
                    yield from _unknown(index, verdict.citation, verdict.detail)
            case other:
                assert_never(other)


def asked(path: PathView) -> set[int]:
    """Return the indexes of the elements that the flags ask about."""
    flags = path.question.flags
    asked = {0} if flags & _END else set()
    if flags & (_ALL | _BELOW_ROOT):
        asked.update(range(len(path.certificates)))
        if not flags & _ALL and path.anchor is not None:
            asked.discard(path.anchor)
    return asked


def _below_revoked(path: PathView, revoked: int) -> Iterator[Result]:
    detail = f"{name_of(path.certificates[revoked])} above it is revoked"
    for index in range(revoked - 1, -1, -1):
        yield from _unknown(index, "RFC 5280 6.1.3 (a)(3)", detail)


def _unknown(index: int, citation: str, detail: str) -> Iterator[Result]:
    """Windows sets both bits together, also where nothing is offline but nothing is there either."""
    yield index, Finding(TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN, citation, detail)
    yield index, Finding(TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION, citation, detail)
