"""A credential: an end entity's certificate, the way up to its root, and its private key."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from certprobe.pki.certificate import Certificate

PrivateKey: TypeAlias = "PrivateKeyTypes"


class KeyStatus(enum.Enum):
    """How a credential stands with its private key."""

    FITS = "fits"
    ABSENT = "absent"
    DOES_NOT_FIT = "does not fit"


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """What a client may present: nothing of it is checked but that the key fits.

    `intermediates` are the issuers in order, as far as they are known, without a self-signed root. `source` is the
    file's name and the place in it ("store.pem #2").
    """

    certificate: Certificate
    intermediates: tuple[Certificate, ...]
    private_key: PrivateKey | None = field(repr=False)
    key_status: KeyStatus
    friendly_name: str | None
    source: str
