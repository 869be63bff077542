"""Is the chain valid for the extended key usages that were asked for? (RFC 5280 4.2.1.12, as Windows applies it)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from certprobe.chain.context import Finding, UsageMatch
from certprobe.chain.path import name_of
from certprobe.pki import extensions
from certprobe.pki.usage import ANY_EXTENDED_KEY_USAGE, usage_name
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.context import RequestedUsage
    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate

# szOIDANY_APPLICATION_POLICY: Microsoft's own way to say anyExtendedKeyUsage.
ANY: Final = {ANY_EXTENDED_KEY_USAGE, "1.3.6.1.4.1.311.10.12.1"}


def check_extended_key_usage(path: PathView) -> Iterator[Result]:
    """Ask every element: Windows intersects the usages of the whole chain and blames the end certificate."""
    requested = path.question.requested_usage
    refusals = {oid: _refusal(path, oid) for oid in requested.oids}
    refused = [reason for reason in refusals.values() if reason is not None]
    if refused and (_needs_all(requested) or len(refused) == len(refusals)):
        yield 0, Finding(TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "RFC 5280 4.2.1.12", "; ".join(refused))


def check_each_extended_key_usage(path: PathView) -> Iterator[Result]:
    """Ask every element, and blame each one that does not allow what is asked for."""
    requested = path.question.requested_usage
    if not _needs_all(requested) and any(_refusal(path, oid) is None for oid in requested.oids):
        return
    for index, certificate in enumerate(path.certificates):
        refused = [oid for oid in requested.oids if not _allows(certificate, oid)]
        if refused:
            detail = f"not valid for {', '.join(map(usage_name, refused))}: it allows {_what(certificate)}"
            yield index, Finding(TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "RFC 5280 4.2.1.12", detail)


def _needs_all(requested: RequestedUsage) -> bool:
    match requested.match:
        case UsageMatch.AND:
            return True
        case UsageMatch.OR:
            return False
        case other:
            assert_never(other)


def _refusal(path: PathView, oid: str) -> str | None:
    """Which element does not allow the usage, and what it allows instead; the end certificate is named first."""
    for index, certificate in enumerate(path.certificates):
        if not _allows(certificate, oid):
            who = "the certificate" if index == 0 else f"its issuer {name_of(certificate)}"
            return f"not valid for {usage_name(oid)}: {who} allows {_what(certificate)}"
    return None


def _allows(certificate: Certificate, oid: str) -> bool:
    allowed = _allowed(certificate)
    return allowed is None or oid in allowed or not ANY.isdisjoint(allowed)


def _what(certificate: Certificate) -> str:
    return ", ".join(map(usage_name, _allowed(certificate) or ())) or "nothing that can be read"


def _allowed(certificate: Certificate) -> tuple[str, ...] | None:
    """The usages of one certificate; None without the extension, which is every usage; none if it is damaged."""
    usages = certificate.extended_key_usage
    if usages is None and certificate.extension(extensions.EXTENDED_KEY_USAGE) is not None:
        return ()
    return usages
