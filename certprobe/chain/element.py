"""Checks of each certificate for itself and of the signature above it (RFC 5280 6.1.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from certprobe.chain.context import Finding
from certprobe.chain.issuer import IssuerMatch
from certprobe.chain.path import moment, name_of, span
from certprobe.chain.rules import AnchorFields
from certprobe.pki.signature import SignatureCheck, is_weak
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result
    from certprobe.pki.certificate import Certificate

# CERT_CHAIN_WEAK_RSA_PUB_KEY_TIME_DEFAULT_VALUE of wincrypt.h: before this nothing is too weak.
WEAK_SINCE: Final = datetime(2010, 1, 1, tzinfo=UTC)
_LEAST_RSA_BITS = 1024

_MATCH_INFO: Final = {
    IssuerMatch.EXACT: TrustInfo.CERT_TRUST_HAS_EXACT_MATCH_ISSUER,
    IssuerMatch.KEY: TrustInfo.CERT_TRUST_HAS_KEY_MATCH_ISSUER,
    IssuerMatch.NAME: TrustInfo.CERT_TRUST_HAS_NAME_MATCH_ISSUER,
    IssuerMatch.CONTRADICTED: TrustInfo.CERT_TRUST_HAS_NAME_MATCH_ISSUER,
}


def note_issuer_match(path: PathView) -> Iterator[Result]:
    """How the issuer of each element was found, and which element is its own."""
    for index, match in enumerate(path.matches):
        if match is not None:
            yield index, _MATCH_INFO[match]
        elif path.certificates[index].authority_key_identifier is None:
            # Windows says so as well where it looked for the name in vain.
            yield index, TrustInfo.CERT_TRUST_HAS_NAME_MATCH_ISSUER
    if path.root is not None:
        yield path.root, TrustInfo.CERT_TRUST_IS_SELF_SIGNED


def check_encoding(path: PathView) -> Iterator[Result]:
    """A certificate that cannot be read whole; CertGetCertificateChain itself would fail with CRYPT_E_ASN1_BADTAG."""
    for index, certificate in enumerate(path.certificates):
        if certificate.fault:
            detail = f"the certificate is not well-formed: {certificate.fault}"
            yield index, Finding(TrustError.CERT_TRUST_INVALID_EXTENSION, "RFC 5280 4.1", detail)


def check_signature(path: PathView) -> Iterator[Result]:
    """Each signature against the key of the next element; the fault is the subject's.

    To Windows a root's must verify with its own, trusted or not.
    """
    an_element = AnchorFields.ELEMENT in path.profile.anchor_fields
    for index, certificate in enumerate(path.certificates):
        issuer = _signer(path, index)
        if issuer is None or (_trusted_root(path, index) and not an_element):
            continue
        whose = "its own key" if index == path.root else f"the key of {name_of(issuer)}"
        match path.verify(certificate, issuer):
            case SignatureCheck.INVALID:
                detail = f"the {certificate.signature_algorithm} signature does not verify with {whose}"
                yield index, _bad_signature("RFC 5280 6.1.3 (a)(1)", detail)
            case SignatureCheck.UNSUPPORTED_ALGORITHM if not _trusted_root(path, index):
                detail = (
                    f"the {certificate.signature_algorithm or 'unreadable'} signature cannot be verified "
                    f"with {whose} ({issuer.public_key_algorithm or 'unreadable'}): the algorithm is not supported"
                )
                yield index, _bad_signature("RFC 5280 6.1.3 (a)(1)", detail)


def check_strength(path: PathView) -> Iterator[Result]:
    """Signatures too weak to count; a root's own proves nothing anyhow, so its algorithm does not matter."""
    if path.question.at < WEAK_SINCE:
        return
    for index, certificate in enumerate(path.certificates):
        if index == path.anchor:
            continue
        reason = is_weak(certificate)
        issuer = _signer(path, index)
        if reason is None and issuer is not None and _has_short_rsa_key(issuer):
            reason = f"signed with the RSA key of {issuer.public_key_bits} bits of {name_of(issuer)}"
        if reason is not None:
            yield index, Finding(TrustError.CERT_TRUST_HAS_WEAK_SIGNATURE, "Microsoft KB2661254, KB2862973", reason)
            yield index, _bad_signature("Microsoft KB2661254, KB2862973", f"{reason}: to Windows no signature at all")


def check_validity(path: PathView) -> Iterator[Result]:
    """Every element against its own period, both ends included."""
    for index, certificate in enumerate(path.certificates):
        detail = _out_of_time(certificate, path.question.at)
        if detail is not None:
            yield index, Finding(TrustError.CERT_TRUST_IS_NOT_TIME_VALID, "RFC 5280 4.1.2.5", detail)


def _out_of_time(certificate: Certificate, at: datetime) -> str | None:
    not_before, not_after = certificate.not_before, certificate.not_after
    if not_before is None or not_after is None:
        return "the validity period cannot be read"
    at = at.replace(microsecond=0)  # the last second of a period is part of it, to its end
    if at < not_before:
        return f"not valid before {moment(not_before)}, which is {span(not_before - at)} after {moment(at)}"
    if at > not_after:
        return f"expired at {moment(not_after)}, which is {span(at - not_after)} before {moment(at)}"
    return None


def _signer(path: PathView, index: int) -> Certificate | None:
    """The certificate whose key must verify this element's signature, if the path has it."""
    if index < path.last:
        return path.certificates[index + 1]
    return path.certificates[index] if index == path.root else None


def _trusted_root(path: PathView, index: int) -> bool:
    return index == path.root and path.certificates[index] in path.question.roots


def _has_short_rsa_key(certificate: Certificate) -> bool:
    bits = certificate.public_key_bits
    return bits is not None and bits < _LEAST_RSA_BITS and "RSA" in certificate.public_key_algorithm.upper()


def _bad_signature(citation: str, detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID, citation, detail)
