"""Which paths exist: every way from a certificate up to a root, found by names and identifiers, without judging any."""

from __future__ import annotations

import enum
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.context import SearchEnd
from certprobe.chain.issuer import IssuerMatch, match_issuer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.store import CertificateStore


class Budget(NamedTuple):
    """How much a search may cost: paths returned, candidates looked at over all, certificates in one path."""

    paths: int = 64
    candidates: int = 4096
    length: int = 24


DEFAULT_BUDGET: Final = Budget()


class PathEnd(enum.Enum):
    """How a path ends."""

    SELF_SIGNED = "self-signed"
    """At a certificate that is its own issuer."""
    PARTIAL = "partial"
    """At a certificate whose issuer is in no store."""
    CYCLIC = "cyclic"
    """At a CA that the path has already been through; it stands at the end once more."""
    CUT = "cut"
    """Where the budget ended."""


class Path(NamedTuple):
    """One path, end certificate first; `matches` says how the issuer of each was found, None if it was not."""

    certificates: tuple[Certificate, ...]
    matches: tuple[IssuerMatch | None, ...]
    end: PathEnd


class Search(NamedTuple):
    """All paths that the budget allowed, likelier ones first; there is always one."""

    paths: tuple[Path, ...]
    end: SearchEnd


def find_paths(
    certificate: Certificate, additional_store: CertificateStore, roots: CertificateStore, budget: Budget
) -> Search:
    """Find the paths from `certificate` through both stores.

    Issuers are found by name; where the authority key identifier contradicts all of them, Windows takes the name alone,
    and so do we. A path goes through no CA (name and key) twice.
    """
    return _Walk(additional_store, roots, budget).search(certificate)


class _Walk:
    def __init__(self, additional_store: CertificateStore, roots: CertificateStore, budget: Budget) -> None:
        self._stores = (additional_store, roots)
        self._roots = roots
        self._budget = budget
        self._candidates_left = budget.candidates
        self._known: dict[Certificate, list[tuple[IssuerMatch, Certificate]]] = {}

    def search(self, certificate: Certificate) -> Search:
        walk = self._onward((certificate,), ())
        paths = tuple(islice(walk, self._budget.paths))
        within_budget = next(walk, None) is None and self._candidates_left > 0
        cut = any(path.end is PathEnd.CUT for path in paths)
        return Search(paths, SearchEnd.EXHAUSTED if within_budget and not cut else SearchEnd.BUDGET)

    def _onward(self, trail: tuple[Certificate, ...], matches: tuple[IssuerMatch | None, ...]) -> Iterator[Path]:
        """Depth first, so that memory is bounded by the length of one path."""
        if self._candidates_left <= 0 or len(trail) >= self._budget.length:
            yield Path(trail, (*matches, None), PathEnd.CUT)
            return
        issuers = self._issuers(trail[-1])
        self._candidates_left -= 1 + len(issuers)
        visited = [_authority(certificate) for certificate in trail]
        ring: Path | None = None
        ended = False
        for match, issuer in issuers:
            if issuer == trail[-1]:
                ended = True
                yield Path(trail, (*matches, match), PathEnd.SELF_SIGNED)
            elif _authority(issuer) not in visited:
                ended = True
                yield from self._onward((*trail, issuer), (*matches, match))
            elif ring is None and _authority(issuer) != visited[-1]:
                closing = visited.index(_authority(issuer))
                ring = Path((*trail, issuer), (*matches, match, (*matches, match)[closing]), PathEnd.CYCLIC)
        if ring and not ended:
            yield ring
        elif not ended:
            yield Path(trail, (*matches, None), PathEnd.PARTIAL)

    def _issuers(self, certificate: Certificate) -> list[tuple[IssuerMatch, Certificate]]:
        known = self._known.get(certificate)
        if known is None:
            known = self._known[certificate] = self._look_up(certificate)
        return known

    def _look_up(self, certificate: Certificate) -> list[tuple[IssuerMatch, Certificate]]:
        name = certificate.issuer
        found = dict.fromkeys(issuer for store in self._stores for issuer in store.by_subject(name))
        if certificate.is_self_issued:
            itself = match_issuer(certificate, certificate)
            if self._needs_no_other(certificate, itself):
                return [(itself, certificate)]
            found[certificate] = None
        matched = [(match_issuer(certificate, issuer), issuer) for issuer in islice(found, self._candidates_left)]
        fitting = [found for found in matched if found[0] is not IssuerMatch.CONTRADICTED] or matched
        if len(fitting) > 1:
            fitting.sort(key=self._likelihood)
        return fitting

    def _needs_no_other(self, self_issued: Certificate, itself: IssuerMatch) -> bool:
        """A root that is trusted, or names its own key as its issuer's, is not another's subject of the same name."""
        if self_issued in self._roots:
            return itself is not IssuerMatch.CONTRADICTED
        return itself in (IssuerMatch.EXACT, IssuerMatch.KEY)

    def _likelihood(self, candidate: tuple[IssuerMatch, Certificate]) -> tuple[int, bool, float]:
        """Sort key, so that no answer depends on the order of a store: better match, trusted, newer."""
        match, issuer = candidate
        newness = issuer.not_before.timestamp() if issuer.not_before else 0.0
        return match, issuer not in self._roots, -newness


def _authority(certificate: Certificate) -> tuple[bytes, bytes]:
    """A CA is a name and a key; it may have any number of certificates."""
    return certificate.subject.match_key, certificate.public_key_info or certificate.der
