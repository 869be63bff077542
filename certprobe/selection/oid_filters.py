"""What oid_filters (RFC 8446 4.2.5) demand of a certificate's extensions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki import der, extensions
from certprobe.pki.usage import KeyUsage, usage_name
from certprobe.selection.cells import Met, NotAsked, Reason, Rejection, Subject
from certprobe.selection.words import listing, usage_bits
from certprobe.tls.messages import OidFilter

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential
    from certprobe.selection.asked import Asked
    from certprobe.selection.cells import Cell

_CLAUSE = "RFC 8446 4.2.5"


def oid_filters(credential: Credential, asked: Asked) -> Cell:
    """The certificate has the extensions that the server names, with the values that it wants in them."""
    subject = Subject.OID_FILTERS
    demands = _demands(asked.request.oid_filters)
    if not demands:
        why = "the server filters by no extension" if asked.is_tls13 else "only TLS 1.3 has filters"
        return NotAsked(subject, _CLAUSE, why)
    certificate = credential.certificate
    unmet = [demand.words for demand in demands if not demand.met(certificate)]
    if not unmet:
        return Met(subject, _CLAUSE, f"has {listing(demand.words for demand in demands)}")
    return Rejection(
        subject,
        Reason.OID_FILTER,
        _CLAUSE,
        f"the server demands {listing(unmet)}, which the certificate does not have",
        f"have the certificate issued with {listing(unmet)}",
        f"with {listing(unmet)}",
    )


class _Demand(NamedTuple):
    oid: str
    words: str
    holds: Callable[[Certificate], bool]

    def met(self, certificate: Certificate) -> bool:
        return certificate.extension(self.oid) is not None and self.holds(certificate)


@lru_cache(maxsize=1)
def _demands(filters: tuple[OidFilter, ...]) -> tuple[_Demand, ...]:
    """Read the filters once for all credentials; an OID that is repeated, which RFC 8446 forbids, counts once."""
    demands: dict[str, _Demand] = {}
    for oid_filter in filters:
        if (demand := _demand(oid_filter)) is not None:
            demands.setdefault(demand.oid, demand)
    return tuple(demands.values())


def _demand(oid_filter: OidFilter) -> _Demand | None:
    """Read a filter; None for an OID without a matching rule in RFC 8446 4.2.5, or a filter that cannot be read."""
    try:
        oid = der.object_identifier(
            der.value(oid_filter.oid, der.whole(oid_filter.oid, der.OBJECT_IDENTIFIER, "certificate_extension_oid"))
        )
        match oid:
            case extensions.KEY_USAGE:
                bits = extensions.decode_key_usage(oid_filter.values) if oid_filter.values else KeyUsage(0)
                return _Demand(
                    oid, f"keyUsage {usage_bits(bits)}".strip(), lambda c: bits in (c.key_usage or KeyUsage(0))
                )
            case extensions.EXTENDED_KEY_USAGE:
                purposes = extensions.decode_extended_key_usage(oid_filter.values) if oid_filter.values else ()
                words = f"extKeyUsage {listing(map(usage_name, purposes))}".strip()
                return _Demand(oid, words, lambda c: set(purposes) <= set(c.extended_key_usage or ()))
            case _:
                return None
    except der.DerError:
        return None
