"""Which paths exist: every way from a certificate up to a root, found by names and identifiers, without judging any."""

from __future__ import annotations

import enum
from heapq import heappop, heappush
from itertools import chain as chained
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.context import SearchEnd
from certprobe.chain.issuer import IssuerMatch, match_issuer

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import TypeAlias

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.store import CertificateStore

    Doubts: TypeAlias = Callable[[Certificate, Certificate], int]


class Budget(NamedTuple):
    """How much a search may cost: paths returned, candidates looked at over all, certificates in one path."""

    paths: int = 64
    candidates: int = 2048
    length: int = 24


DEFAULT_BUDGET: Final = Budget()
_OF_EACH: Final = 16
_WHOLE_SEARCHES: Final = 16


class Allowance:
    """What many searches may cost together: 16 candidates each, and `candidates` more between them.

    A file may hold thousands of certificates, and thousands of CAs of one name for each to choose from. It is some
    seconds; searches that find their way without a crowd take nothing of it, however many there are.
    """

    def __init__(self, candidates: int = _WHOLE_SEARCHES * DEFAULT_BUDGET.candidates) -> None:
        self._candidates_left = candidates

    def within(self, budget: Budget) -> Budget:
        """What of a budget is left for the next search."""
        return budget._replace(candidates=min(budget.candidates, _OF_EACH + self._candidates_left))

    def charge(self, candidates: int) -> None:
        """Take off what a search has looked at."""
        self._candidates_left -= min(max(candidates - _OF_EACH, 0), self._candidates_left)


class Ground(NamedTuple):
    """Where paths are searched: issuers come from both stores, and no path goes beyond one of the `anchors`."""

    additional_store: CertificateStore
    roots: CertificateStore
    anchors: Container[Certificate] = ()


class PathEnd(enum.Enum):
    """How a path ends."""

    SELF_SIGNED = "self-signed"
    """At a certificate that is its own issuer."""
    ANCHOR = "anchor"
    """At an anchor that need not be its own issuer."""
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
    """All paths that the budget allowed, likelier ones first, those to the trust store before others; at least one.

    `candidates` is how many were looked at.
    """

    paths: tuple[Path, ...]
    end: SearchEnd
    candidates: int


def find_paths(certificate: Certificate, ground: Ground, budget: Budget, doubts: Doubts) -> Search:
    """Find the paths from `certificate` over the ground.

    Issuers are found by name; where the authority key identifier contradicts all of them, Windows takes the name alone,
    and so do we. A path goes through no CA (name and key) twice. `doubts(subject, issuer)` says how unlikely it is that
    a step leads to a good path: it decides what is tried first, and hence what a budget leaves out, but nothing else.
    """
    return _Search(ground, budget, doubts).run(certificate)


class _Trail(NamedTuple):
    certificates: tuple[Certificate, ...]
    matches: tuple[IssuerMatch | None, ...]

    def ends(self, end: PathEnd, match: IssuerMatch | None = None) -> Path:
        return Path(self.certificates, (*self.matches, match), end)


class _Search:
    """Best first: of all trails that were begun, the one with the least cost is continued."""

    def __init__(self, ground: Ground, budget: Budget, doubts: Doubts) -> None:
        self._ground = ground
        self._budget = budget
        self._doubts = doubts
        self._candidates_left = budget.candidates
        self._overlooked = False
        self._begun: list[tuple[int, int, _Trail]] = []
        self._count = 0
        self._trusted: list[Path] = []
        self._others: list[Path] = []

    def run(self, certificate: Certificate) -> Search:
        self._begin(0, _Trail((certificate,), ()))
        while self._begun and self._candidates_left > 0 and len(self._trusted) < self._budget.paths:
            cost, _, trail = heappop(self._begun)
            self._candidates_left -= 1
            self._continue(cost, trail)
        paths = self._trusted + self._others
        if not paths:
            paths = [self._begun[0][2].ends(PathEnd.CUT)]
        left_out = self._begun or self._overlooked or len(paths) > self._budget.paths
        cut = left_out or any(path.end is PathEnd.CUT for path in paths)
        end = SearchEnd.BUDGET if cut else SearchEnd.EXHAUSTED
        return Search(tuple(paths[: self._budget.paths]), end, self._budget.candidates - max(self._candidates_left, 0))

    def _begin(self, cost: int, trail: _Trail) -> None:
        self._count += 1  # of equal costs the first comes first
        heappush(self._begun, (cost, self._count, trail))

    def _continue(self, cost: int, trail: _Trail) -> None:
        last = trail.certificates[-1]
        issuers = self._issuers(last)
        itself = next((match for match, issuer in issuers if issuer == last), None)
        if itself is not None:
            self._found(trail.ends(PathEnd.SELF_SIGNED, itself))
        if last in self._ground.anchors:
            if itself is None:
                self._found(trail.ends(PathEnd.ANCHOR))
            return
        visited = [_authority(certificate) for certificate in trail.certificates]
        onward = [found for found in issuers if _authority(found[1]) not in visited or self._vouches(found[1], trail)]
        if onward and len(visited) >= self._budget.length:
            self._found(trail.ends(PathEnd.CUT))
        elif onward:
            self._step(cost, trail, onward)
        elif itself is None:
            self._found(_ring(trail, issuers, visited) or trail.ends(PathEnd.PARTIAL))

    def _step(self, cost: int, trail: _Trail, onward: list[tuple[IssuerMatch, Certificate]]) -> None:
        last = trail.certificates[-1]
        for match, issuer in onward:
            # Where there is but one way, it costs nothing to take it.
            more = self._cost(last, issuer) if self._begun or len(onward) > 1 else 0
            self._begin(cost + more, _Trail((*trail.certificates, issuer), (*trail.matches, match)))

    def _cost(self, subject: Certificate, issuer: Certificate) -> int:
        """Every step costs one, unless it leads to the trust store or to a subject of it."""
        roots = self._ground.roots
        arrives = issuer in roots or bool(roots.by_subject(issuer.issuer))
        return self._doubts(subject, issuer) + (0 if arrives else 1)

    def _found(self, path: Path) -> None:
        if path.certificates[-1] in self._ground.roots or path.end is PathEnd.ANCHOR:
            self._trusted.append(path)
        elif len(self._others) <= self._budget.paths:
            self._others.append(path)

    def _issuers(self, certificate: Certificate) -> list[tuple[IssuerMatch, Certificate]]:
        # The trusted ones first, lest a crowd leave no room for them.
        stores = (self._ground.roots, self._ground.additional_store)
        namesakes = tuple(chained(*(store.by_subject(certificate.issuer) for store in stores)))
        room = self._candidates_left + 1
        found = dict.fromkeys(namesakes[:room])
        if certificate.is_self_issued:
            itself = match_issuer(certificate, certificate)
            found[certificate] = None
            if self._needs_no_other(certificate, itself) and not any(one in self._ground.anchors for one in found):
                return [(itself, certificate)]
        matched = [(match_issuer(certificate, issuer), issuer) for issuer in found]
        self._overlooked |= len(namesakes) > room
        self._candidates_left -= max(len(found) - 1, 0)
        fitting = [found for found in matched if found[0] is not IssuerMatch.CONTRADICTED] or matched
        if len(fitting) > 1:
            fitting.sort(key=self._likelihood)
        return fitting

    def _vouches(self, issuer: Certificate, trail: _Trail) -> bool:
        """An anchor vouches for its own name and key in other certificates."""
        return issuer in self._ground.anchors and issuer not in trail.certificates

    def _needs_no_other(self, self_issued: Certificate, itself: IssuerMatch) -> bool:
        """A root that is trusted, or names its own key as its issuer's, is not another's subject of the same name."""
        if self_issued in self._ground.roots:
            return itself is not IssuerMatch.CONTRADICTED
        return itself in (IssuerMatch.EXACT, IssuerMatch.KEY)

    def _likelihood(self, candidate: tuple[IssuerMatch, Certificate]) -> tuple[int, bool, float, bytes]:
        """Sort key, so that no answer depends on the order of a store: better match, trusted, newer."""
        match, issuer = candidate
        newness = issuer.not_before.timestamp() if issuer.not_before else 0.0
        return match, issuer not in self._ground.roots, -newness, issuer.der


def _authority(certificate: Certificate) -> tuple[bytes, bytes]:
    """A CA is a name and a key; it may have any number of certificates."""
    return certificate.subject.match_key, certificate.public_key_info or certificate.der


def _ring(
    trail: _Trail, issuers: list[tuple[IssuerMatch, Certificate]], visited: list[tuple[bytes, bytes]]
) -> Path | None:
    """The path that closes where the first issuer is one that the trail has been through, other than its last."""
    for match, issuer in issuers:
        if _authority(issuer) != visited[-1]:
            matches = (*trail.matches, match)
            closing = visited.index(_authority(issuer))
            return Path((*trail.certificates, issuer), (*matches, matches[closing]), PathEnd.CYCLIC)
    return None
