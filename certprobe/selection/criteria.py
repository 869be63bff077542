"""What a CertificateRequest demands of a client certificate, as a table: one small function per demand.

Each function answers with a cell: a Rejection (the certificate must not be sent), a Caution (it may be, and here is
what to know), Met, or NotAsked (this request demands nothing of the kind). All are asked; none stops the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.selection import authorities, oid_filters, own_affairs, signatures

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from certprobe.pki.credential import Credential
    from certprobe.selection.asked import Asked
    from certprobe.selection.cells import Cell

    Criterion: TypeAlias = Callable[[Credential, Asked], Cell]

CRITERIA: Final[tuple[Criterion, ...]] = (
    own_affairs.readable,
    own_affairs.private_key,
    own_affairs.validity,
    own_affairs.key_usage,
    own_affairs.extended_key_usage,
    signatures.certificate_types,
    signatures.signature_algorithms,
    signatures.signature_algorithms_cert,
    authorities.certificate_authorities,
    authorities.chain,
    oid_filters.oid_filters,
)
"""Every demand, in the order in which a person would rather hear of them: the holder's own affairs first."""


def assess(credential: Credential, asked: Asked) -> tuple[Cell, ...]:
    """Hold a credential against every criterion, in the order of CRITERIA.

    Not checked: signatures, trust, revocation and the certificates above the end entity, which the chain engine judges.
    """
    return tuple(criterion(credential, asked) for criterion in CRITERIA)
