"""Is the chain valid for the usages that were asked for? (RFC 5280 4.2.1.12, and as Windows applies it)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from certprobe.chain.application_policies import ANY, refused_usages
from certprobe.chain.context import Finding, UsageMatch
from certprobe.chain.path import name_of
from certprobe.pki import extensions
from certprobe.pki.usage import usage_name
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.chain.context import RequestedUsage
    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate

_CITATION: Final = "RFC 5280 4.2.1.12"


def check_usage(path: PathView) -> Iterator[Result]:
    """Windows intersects the usages from the root down, and marks each element that does not have what is asked for.

    So a CA without it is marked with everything below it, and of an end certificate without it only that (N, W).
    """
    requested = path.question.requested_usage
    if not requested.oids:
        return
    for index, refused in enumerate(refused_usages(path.certificates, requested.oids)):
        if _refuses(requested, refused):
            yield (
                index,
                _not_valid(
                    "; ".join(
                        f"not valid for {usage_name(oid)}: {_who(path, index, refusal.at)} {refusal.reason}"
                        for oid, refusal in refused.items()
                    )
                ),
            )


def _who(path: PathView, index: int, at: int) -> str:
    return "it" if at == index else f"its issuer {name_of(path.certificates[at])}"


def check_extended_key_usage(path: PathView) -> Iterator[Result]:
    """Ask every element, and blame each one that itself does not allow what is asked for."""
    requested = path.question.requested_usage
    refused = [[oid for oid in requested.oids if not _allows(one, oid)] for one in path.certificates]
    if not _refuses(requested, {oid for oids in refused for oid in oids}):
        return
    for index, oids in enumerate(refused):
        if oids:
            allowed = ", ".join(map(usage_name, path.certificates[index].extended_key_usage or ()))
            names = ", ".join(map(usage_name, oids))
            yield index, _not_valid(f"not valid for {names}: it allows {allowed or 'nothing that can be read'}")


def _allows(certificate: Certificate, oid: str) -> bool:
    """Without the extension every usage is allowed, with a damaged one none."""
    if certificate.extension(extensions.EXTENDED_KEY_USAGE) is None:
        return True
    allowed = certificate.extended_key_usage or ()
    return oid in allowed or not ANY.isdisjoint(allowed)


def _refuses(requested: RequestedUsage, refused: Iterable[str]) -> bool:
    """Whether too many of the requested usages are refused."""
    missing = set(requested.oids).intersection(refused)
    match requested.match:
        case UsageMatch.AND:
            return bool(missing)
        case UsageMatch.OR:
            return bool(missing) and missing.issuperset(requested.oids)
        case other:
            assert_never(other)


def _not_valid(detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE, _CITATION, detail)
