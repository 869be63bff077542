"""A credential: an end entity's certificate, the way up to its root, and its private key."""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from certprobe.pki.usage import KeyUsage

if TYPE_CHECKING:
    from typing import TypeAlias

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.store import CertificateStore

_LONGEST_PATH = 16

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


def issuers_of(certificate: Certificate, store: CertificateStore) -> tuple[Certificate, ...]:
    """Climb from a certificate towards its root, as far as the store goes.

    An issuer is one by name, and by key identifier or signature. Nothing else is judged; one path is followed, of at
    most 16 certificates.
    """
    path: list[Certificate] = []
    while len(path) < _LONGEST_PATH and not is_self_signed(certificate):
        issuer = next((one for one in store.by_subject(certificate.issuer) if _issued(one, certificate)), None)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
        certificate = issuer
    return tuple(path)


@lru_cache(maxsize=256)
def is_self_signed(certificate: Certificate) -> bool:
    """Say whether a certificate names itself as its issuer and its own key made the signature, if we can tell."""
    return certificate.is_self_issued and _signed(certificate, certificate)


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    identifier = certificate.authority_key_identifier
    if identifier and identifier.key_identifier and identifier.key_identifier == issuer.subject_key_identifier:
        return True
    return _signed(issuer, certificate)


def _signed(issuer: Certificate, certificate: Certificate) -> bool:
    from certprobe.pki.signature import SignatureCheck, verify_signature

    return verify_signature(certificate, issuer) is not SignatureCheck.INVALID
