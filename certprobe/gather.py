"""Judging a chain by all that can be had: what is missing is fetched, and it is judged again while there is news."""

from __future__ import annotations

import enum
from datetime import timedelta
from itertools import chain as chained
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.sources import Source, SourceKind, issuer_needs, revocation_needs
from certprobe.fetch import Copy, Wanted, is_copy
from certprobe.pki.ocsp_request import ocsp_request
from certprobe.pki.store import CertificateStore
from certprobe.vicinity import PUBLIC_ONLY, Vicinity, vicinity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from certprobe.chain.context import ChainContext
    from certprobe.chain.path import Profile
    from certprobe.chain.question import ChainQuestion, RevocationEvidence
    from certprobe.fetch import Fetcher
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.published import Published
    from certprobe.report.fetches import Fetch


_CLOCKS_DIFFER: Final = timedelta(minutes=5)


class Gathering(enum.IntFlag):
    """What may be fetched."""

    ISSUERS = 1
    REVOCATION = 2


class Gatherer(NamedTuple):
    """What is fetched, by whom, and to which addresses it connects."""

    fetcher: Fetcher
    gathering: Gathering
    permitted: frozenset[Vicinity] = PUBLIC_ONLY

    def near(self, ip: str) -> Gatherer:
        """The same, which may also go where the probed server itself is: to the kind of address that `ip` is."""
        return self._replace(permitted=self.permitted | {vicinity(ip)})

    def get_certificate_chain(
        self, certificate: Certificate, additional_store: CertificateStore, question: ChainQuestion, profile: Profile
    ) -> tuple[ChainContext, tuple[Fetch, ...]]:
        """Find and judge the chains of a certificate as the chain engine does, with what is fetched besides.

        Returns the chain as it was judged at last, and every URL that was wanted for it, in order. Where revocation is
        fetched for, CRLs and responses must be current now, whatever the time of the question, unless its evidence says
        otherwise. Each source is asked at most once, or twice if the first answer was a copy; the fetcher bounds how
        many. Nothing is raised for what servers do.
        """
        return _Search(self, certificate, additional_store, question, profile).run()


class _Search:
    def __init__(
        self,
        gatherer: Gatherer,
        certificate: Certificate,
        additional_store: CertificateStore,
        question: ChainQuestion,
        profile: Profile,
    ) -> None:
        self._gatherer = gatherer
        self._certificate = certificate
        self._store = additional_store
        self._question = question
        self._profile = profile
        self._fetches: dict[Wanted, Fetch] = {}

    def run(self) -> tuple[ChainContext, tuple[Fetch, ...]]:
        while True:
            question = self._question._replace(evidence=self._current_evidence())
            context = get_certificate_chain(self._certificate, self._store, question, self._profile)
            news = [self._meet(need) for need in self._needs(context)]
            if not any(news):
                return context, tuple(self._fetches.values())

    def _current_evidence(self) -> RevocationEvidence:
        """The evidence as of now, or as of the newest of it if the clock of its signer is a little ahead of ours."""
        evidence = self._question.evidence
        if Gathering.REVOCATION not in self._gatherer.gathering or evidence.current_at is not None:
            return evidence
        now = self._gatherer.fetcher.now()
        ahead = (time for time in _signed_at(evidence) if now < time <= now + _CLOCKS_DIFFER)
        return evidence._replace(current_at=max(ahead, default=now))

    def _needs(self, context: ChainContext) -> Iterator[tuple[Source, ...]]:
        gathering = self._gatherer.gathering
        return chained(
            issuer_needs(context) if Gathering.ISSUERS in gathering else (),
            revocation_needs(context, self._question) if Gathering.REVOCATION in gathering else (),
        )

    def _meet(self, need: tuple[Source, ...]) -> bool:
        """Ask the sources in turn until one tells something new; at last those again of which a copy was not enough."""
        wanted = [_wanted(source) for source in need]
        untried = [each for each in wanted if each not in self._fetches]
        return any(self._is_news(each, Copy.WHILE_CURRENT) for each in untried) or any(
            self._is_news(each, Copy.NOT_ENOUGH) for each in wanted if is_copy(self._fetches[each].outcome)
        )

    def _is_news(self, wanted: Wanted, copy: Copy) -> bool:
        fetched = self._gatherer.fetcher.fetch(wanted, self._gatherer.permitted, copy)
        self._fetches[wanted] = fetched.fetch
        return self._learn(fetched.published)

    def _learn(self, published: Published) -> bool:
        """Add what is not known yet, and say whether there was any."""
        evidence = self._question.evidence
        certificates = [each for each in published.certificates if each not in self._store]
        crls = tuple(each for each in published.crls if each not in evidence.crls)
        responses = tuple(each for each in published.ocsp_responses if each not in evidence.ocsp_responses)
        if certificates:
            self._store = CertificateStore((*self._store, *certificates))
        self._question = self._question._replace(
            evidence=evidence._replace(
                crls=(*evidence.crls, *crls), ocsp_responses=(*evidence.ocsp_responses, *responses)
            )
        )
        return bool(certificates or crls or responses)


def _signed_at(evidence: RevocationEvidence) -> Iterator[datetime]:
    yield from (crl.this_update for crl in evidence.crls if crl.this_update is not None)
    yield from (response.data.produced_at for response in evidence.ocsp_responses if response.data is not None)


def _wanted(source: Source) -> Wanted:
    request = None
    if source.kind is SourceKind.OCSP and source.issuer is not None:
        request = ocsp_request(source.certificate, source.issuer)
    return Wanted(source.kind, source.url, request)
