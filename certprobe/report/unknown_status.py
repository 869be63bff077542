"""What to do where it could not be found out whether a certificate is revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.sources import status_urls
from certprobe.report.fetches import FetchOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.pki.certificate import Certificate
    from certprobe.report.fetches import Fetch
    from certprobe.report.model import Judgement

_GIVE: Final = "a current CRL or OCSP response of its issuer (--crl, --ocsp)"


def failures(certificate: Certificate, fetches: Iterable[Fetch]) -> tuple[Fetch, ...]:
    """Those of the fetches that were to tell whether this certificate is revoked, and brought nothing new."""
    urls = status_urls(certificate)
    return tuple(fetch for fetch in fetches if fetch.detail and fetch.url in urls)


def advice(judgement: Judgement) -> str | None:
    """For a policy that fails for it, what fits better than to make reachable what the certificate names.

    None if nothing does: it was asked, and did not answer.
    """
    status = judgement.deciding
    certificate = judgement.context.chains[status.chain_index].elements[status.element_index].certificate
    if not status_urls(certificate):
        return f"Give {_GIVE}, since the certificate does not say where one is."
    if not judgement.fetches:
        return f"Give {_GIVE}, or have it fetched (--revocation)."
    outcomes = {fetch.outcome for fetch in failures(certificate, judgement.fetches)}
    if outcomes == {FetchOutcome.OFFLINE}:
        return f"Leave out --offline, or give {_GIVE}."
    if outcomes == {FetchOutcome.REFUSED}:
        return f"Give {_GIVE}, or allow what certprobe refuses to fetch by itself."
    return None
