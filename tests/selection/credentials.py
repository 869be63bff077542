"""Requests and credentials to hold against each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from certprobe.lab import der
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, Authority, Extension, Issued, name_der
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.asked import Asked
from certprobe.selection.cells import Cell, Reason, Subject
from certprobe.selection.select import Candidate
from certprobe.tls.enums import ProtocolVersion, SignatureScheme
from certprobe.tls.messages import CertificateRequest, OidFilter

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
ROOT = Authority.root("Lab root", at=AT)
ISSUING = ROOT.intermediate("Lab issuing CA")
OTHER = Authority.root("Other root", at=AT)

S = SignatureScheme
USUAL_SCHEMES = (
    S.ecdsa_secp256r1_sha256,
    S.ecdsa_secp384r1_sha384,
    S.ed25519,
    S.rsa_pss_rsae_sha256,
    S.rsa_pss_pss_sha256,
    S.rsa_pkcs1_sha256,
)


def tls13(*names: str | bytes, schemes: Sequence[int] | None = USUAL_SCHEMES) -> CertificateRequest:
    """A request of TLS 1.3; no names: no certificate_authorities extension."""
    return CertificateRequest(
        ProtocolVersion.TLS_1_3,
        100,
        certificate_authorities=tuple(map(name_der, names)) or None,
        signature_algorithms=None if schemes is None else tuple(schemes),
    )


def tls12(
    *names: str | bytes, types: tuple[int, ...] = (1, 64), schemes: tuple[int, ...] | None = USUAL_SCHEMES
) -> CertificateRequest:
    """A request of TLS 1.2; no names: an empty list."""
    return CertificateRequest(
        ProtocolVersion.TLS_1_2,
        100,
        certificate_types=types,
        certificate_authorities=tuple(map(name_der, names)),
        signature_algorithms=schemes,
    )


def tls11(*names: str | bytes, types: tuple[int, ...] = (1, 2, 64)) -> CertificateRequest:
    """A request of TLS 1.1, which knows no signature_algorithms."""
    return tls12(*names, types=types, schemes=None)._replace(version=ProtocolVersion.TLS_1_1)


def credential(
    issued: Issued, key_status: KeyStatus = KeyStatus.FITS, *, alone: str = "", source: str = "store.pem #1"
) -> Credential:
    """What the decoder makes of an issued certificate; `alone`, if said why, leaves the intermediates out."""
    chain = () if alone else tuple(map(Certificate, issued.chain))
    key = None if key_status is KeyStatus.ABSENT else issued.private_key
    return Credential(Certificate(issued.der), chain, key, key_status, None, source)


def refused(candidate: Candidate) -> list[Reason]:
    return [rejection.reason for rejection in candidate.rejections]


def judge(credential: Credential, request: CertificateRequest) -> Candidate:
    return Candidate(1, credential, Asked(request, AT))


def cell_of(candidate: Candidate, subject: Subject) -> Cell:
    """What the criterion of that subject answered."""
    (cell,) = (cell for cell in candidate.cells if cell.subject is subject)
    return cell


def with_aki_issuer(issuer: str, **options: Any) -> Issued:
    """A certificate that says who issued its issuer's certificate."""
    names = der.tlv(0xA1, der.tlv(0xA4, name_der(issuer)))
    aki = Extension(AUTHORITY_KEY_IDENTIFIER, der.sequence(names, der.tlv(0x82, b"\x05")))
    return ISSUING.client("alice", extensions=[aki], **options)


def oid_filter(oid: str, values: bytes = b"") -> CertificateRequest:
    return tls13()._replace(oid_filters=(OidFilter(der.oid(oid), values),))
