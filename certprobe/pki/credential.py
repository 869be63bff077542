"""A credential: an end entity's certificate, the way up to its root, and its private key."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki.usage import KeyUsage

if TYPE_CHECKING:
    from typing import TypeAlias

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from certprobe.pki.certificate import Certificate

PrivateKey: TypeAlias = "PrivateKeyTypes"


class KeyStatus(enum.Enum):
    """How a credential stands with its private key."""

    FITS = "fits"
    ABSENT = "absent"
    DOES_NOT_FIT = "does-not-fit"


class Credential(NamedTuple):
    """What a client may present: nothing of it is checked but that the key fits.

    `intermediates` are the issuers in order, as far as they are known, without a self-signed root. `source` is the
    file's name and the place in it ("store.pem #2").
    """

    certificate: Certificate
    intermediates: tuple[Certificate, ...]
    private_key: PrivateKey | None
    key_status: KeyStatus
    friendly_name: str | None
    source: str

    def __repr__(self) -> str:
        # Never the key.
        return f"<Credential {self.certificate.subject.rfc4514} ({self.source}), key {self.key_status.value}>"


def is_end_entity(certificate: Certificate) -> bool:
    """Guess whether somebody may hold the key of this certificate to present it: it does not claim to be a CA's."""
    if certificate.basic_constraints is not None:
        return not certificate.basic_constraints.ca
    if certificate.key_usage is not None and certificate.key_usage & KeyUsage.keyCertSign:
        return False
    return certificate.version == 3 or not certificate.is_self_issued
