"""What would help to judge a chain: where its certificates say that issuers, CRLs and OCSP responders are to be found.

Nothing is fetched here.
"""

from __future__ import annotations

import enum
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.revocation_scope import covered_reasons, same_scope
from certprobe.pki.distribution import ID_AD_CA_ISSUERS, ID_AD_OCSP
from certprobe.pki.extensions import GeneralNameKind
from certprobe.wincrypt.chain_flags import REVOCATION_CHECKS, ChainFlags
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.chain.context import ChainContext
    from certprobe.chain.question import ChainQuestion
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.crl import CertificateList
    from certprobe.pki.distribution import DistributionPoint
    from certprobe.pki.extensions import GeneralName


class SourceKind(enum.Enum):
    """What a URL is said to give."""

    CA_ISSUERS = "ca-issuers"
    OCSP = "ocsp"
    CRL = "crl"
    DELTA_CRL = "delta-crl"


class Source(NamedTuple):
    """A URL in a certificate or CRL, as it stands there; a responder's comes with the two certificates to ask with."""

    kind: SourceKind
    url: str
    certificate: Certificate
    issuer: Certificate | None = None


_MOST_SOURCES: Final = 16
"""Of one need; a certificate may name a thousand."""


def issuer_needs(context: ChainContext) -> Iterator[tuple[Source, ...]]:
    """Where the issuer is to be found that a partial chain lacks (RFC 5280 4.2.2.1)."""
    if context.error & TrustError.CERT_TRUST_IS_PARTIAL_CHAIN and not context.error & TrustError.CERT_TRUST_IS_CYCLIC:
        last = context.elements[-1].certificate
        yield _need(Source(SourceKind.CA_ISSUERS, url, last) for url in _described(last, ID_AD_CA_ISSUERS))


def revocation_needs(context: ChainContext, question: ChainQuestion) -> Iterator[tuple[Source, ...]]:
    """For each element what may tell whether it is revoked, in the order to ask: responders, then CRLs.

    Only elements that were asked for and of which nothing is known, and none below a revoked one, of which nothing can
    be. For CRLs at hand that did not tell it, the certificates of who signed them; delta CRLs for complete ones at
    hand, whatever those say.
    """
    elements = context.elements
    revoked = max((n for n, each in enumerate(elements) if each.error & TrustError.CERT_TRUST_IS_REVOKED), default=0)
    whole_chain = question.flags & REVOCATION_CHECKS & ~ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT
    for index in range(revoked, len(elements) - 1 if whole_chain else 1):
        element, issuers = elements[index], elements[index + 1 :]
        if issuers and element.error & TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN:
            yield _need(_statuses(element.certificate, issuers[0].certificate))
            yield from _crl_signers(element.certificate, question)
        yield from _deltas(element.certificate, question)


def status_urls(certificate: Certificate) -> frozenset[str]:
    """Every URL in a certificate that may tell whether it is revoked, of whatever scheme."""
    points = (*(certificate.crl_distribution_points or ()), *(certificate.freshest_crl or ()))
    return frozenset((*_described(certificate, ID_AD_OCSP), *_urls(points)))


def _statuses(certificate: Certificate, issuer: Certificate) -> Iterator[Source]:
    for url in _described(certificate, ID_AD_OCSP):
        yield Source(SourceKind.OCSP, url, certificate, issuer)
    for url in _urls(certificate.crl_distribution_points or ()):
        yield Source(SourceKind.CRL, url, certificate)


def _crl_signers(certificate: Certificate, question: ChainQuestion) -> Iterator[tuple[Source, ...]]:
    for crl in question.evidence.crls:
        if covered_reasons(crl, certificate):
            yield _need(Source(SourceKind.CA_ISSUERS, url, certificate) for url in _described(crl, ID_AD_CA_ISSUERS))


def _deltas(certificate: Certificate, question: ChainQuestion) -> Iterator[tuple[Source, ...]]:
    for crl in question.evidence.crls:
        if not crl.is_delta and covered_reasons(crl, certificate) and not _has_delta(crl, question):
            points = (*(certificate.freshest_crl or ()), *(crl.freshest_crl or ()))
            yield _need(Source(SourceKind.DELTA_CRL, url, certificate) for url in _urls(points))


def _has_delta(crl: CertificateList, question: ChainQuestion) -> bool:
    """Whether a delta CRL of that scope is at hand that holds still."""
    now = question.evidence.current_at or question.at
    return any(
        delta.is_delta and same_scope(delta, crl) and delta.next_update is not None and delta.next_update >= now
        for delta in question.evidence.crls
    )


def _need(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(islice(dict.fromkeys(sources), _MOST_SOURCES))


def _described(where: Certificate | CertificateList, method: str) -> Iterator[str]:
    descriptions = where.authority_info_access or ()
    return _uris(each.location for each in descriptions if each.method == method)


def _urls(points: Iterable[DistributionPoint]) -> Iterator[str]:
    return _uris(name for point in points if point.name for name in point.name.full_name)


def _uris(names: Iterable[GeneralName]) -> Iterator[str]:
    return (name.value for name in names if name.kind is GeneralNameKind.uniformResourceIdentifier)
