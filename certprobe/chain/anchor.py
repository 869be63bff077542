"""Does the path end where trust begins? (RFC 5280 6.1.1 (d)) And is anything on it expressly distrusted?"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

from certprobe.chain.context import Finding
from certprobe.chain.path import WHOLE_CHAIN, name_of
from certprobe.chain.rules import AnchorFields, Anchors
from certprobe.chain.search import PathEnd
from certprobe.pki.certificate import Certificate
from certprobe.pki.store import CertificateStore
from certprobe.wincrypt.chain_flags import ChainFlags, ExclusiveFlags
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from certprobe.chain.path import PathView, Profile, Result
    from certprobe.chain.question import ChainQuestion
    from certprobe.chain.search import Path
    from certprobe.pki.extensions import Extension

_CITATION = "RFC 5280 6.1"


class TrustAnchor(Certificate):
    """A certificate of which the name and the key count, as RFC 5280 6.1.1 (d) has a trust anchor, and these fields."""

    __slots__ = ("_fields",)

    def __init__(self, der: bytes, fields: AnchorFields) -> None:
        super().__init__(der)
        self._fields = fields

    @property
    def extensions(self) -> tuple[Extension, ...]:
        return super().extensions if AnchorFields.EXTENSIONS in self._fields else ()

    @property
    def not_before(self) -> datetime | None:
        return super().not_before if AnchorFields.VALIDITY in self._fields else datetime.min.replace(tzinfo=UTC)

    @property
    def not_after(self) -> datetime | None:
        return super().not_after if AnchorFields.VALIDITY in self._fields else datetime.max.replace(tzinfo=UTC)


def anchors(certificate: Certificate, question: ChainQuestion, profile: Profile) -> Container[Certificate]:
    """The certificates beyond which no path from `certificate` goes, whoever issued them."""
    if is_peer_trusted(certificate, question):
        return CertificateStore((certificate,))
    match profile.anchors:
        case Anchors.SELF_SIGNED:
            shortest = ExclusiveFlags.CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG in question.exclusive_flags
            return question.roots if shortest else ()
        case Anchors.ISSUERS:
            itself = certificate in question.roots
            return CertificateStore(one for one in question.roots if one != certificate) if itself else question.roots
        case Anchors.ANY:
            return question.roots
        case other:
            assert_never(other)


def is_peer_trusted(certificate: Certificate, question: ChainQuestion) -> bool:
    """Whether the end certificate is trusted for itself, as TrustedPeople has it."""
    return ChainFlags.CERT_CHAIN_ENABLE_PEER_TRUST in question.flags and certificate in question.trusted_people


def bare(path: Path, roots: CertificateStore, profile: Profile) -> Path:
    """The path as the profile looks at it: with no more of its anchor than counts."""
    *others, last = path.certificates
    fields = profile.anchor_fields
    if AnchorFields.ELEMENT in fields or not others or last not in roots:
        return path
    return path._replace(certificates=(*others, _as_anchor(last, fields)))


# One anchor ends many paths.
@lru_cache(maxsize=64)
def _as_anchor(certificate: Certificate, fields: AnchorFields) -> TrustAnchor:
    return TrustAnchor(certificate.der, fields)


def note_trust(path: PathView) -> Iterator[Result]:
    """What made the last element an anchor: the exclusive root store, and there being a CA; or TrustedPeople."""
    last = path.certificates[-1]
    if path.last == 0 and is_peer_trusted(last, path.question):
        yield 0, TrustInfo.CERT_TRUST_IS_PEER_TRUSTED
    elif path.anchor is not None and last in path.question.roots:
        yield path.last, TrustInfo.CERT_TRUST_IS_FROM_EXCLUSIVE_TRUST_STORE
        if path.end is PathEnd.ANCHOR:
            yield path.last, TrustInfo.CERT_TRUST_IS_CA_TRUSTED


def check_distrust(path: PathView) -> Iterator[Result]:
    """Whatever stands in the Disallowed store."""
    for index, certificate in enumerate(path.certificates):
        if certificate in path.question.disallowed:
            detail = f"{name_of(certificate)} is expressly distrusted"
            yield index, Finding(TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST, "wincrypt.h, Disallowed store", detail)


def check_anchor(path: PathView) -> Iterator[Result]:
    """A path must end in an anchor; to Windows a trusted certificate that is not self-signed is none by default."""
    last = path.certificates[-1]
    match path.end:
        case PathEnd.SELF_SIGNED:
            a_peer = path.last == 0 and is_peer_trusted(last, path.question)
            if last not in path.question.roots and not a_peer:
                yield path.last, Finding(TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT, _CITATION, _why_untrusted(path))
        case PathEnd.ANCHOR:
            pass
        case PathEnd.PARTIAL:
            detail = f"the certificate of {last.issuer.rfc4514 or 'the unnamed issuer'}, issuer of {name_of(last)}, "
            detail += "is missing: neither sent along nor given, nor in the trust store"
            if last in path.question.roots:
                detail += ", which holds the one below it, but only self-signed ones are anchors"
                detail += " unless CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG is set"
            yield WHOLE_CHAIN, Finding(TrustError.CERT_TRUST_IS_PARTIAL_CHAIN, _CITATION, detail)
        case PathEnd.CYCLIC:
            detail = f"{name_of(last)} is among its own issuers, and no root is reached"
            yield path.last, Finding(TrustError.CERT_TRUST_IS_CYCLIC, _CITATION, detail)
            yield WHOLE_CHAIN, Finding(TrustError.CERT_TRUST_IS_PARTIAL_CHAIN, _CITATION, detail)
        case PathEnd.CUT:
            detail = f"the search for issuers was given up at {name_of(last)}"
            yield WHOLE_CHAIN, Finding(TrustError.CERT_TRUST_IS_PARTIAL_CHAIN, _CITATION, detail)
        case other:
            assert_never(other)


def _why_untrusted(path: PathView) -> str:
    root = path.certificates[-1]
    trusted = len(path.question.roots)
    if not trusted:
        return f"{name_of(root)} is self-signed, and no certificate is trusted"
    which = "the one trusted certificate" if trusted == 1 else f"among the {trusted} trusted certificates"
    what = f"{name_of(root)} is self-signed and not {which}"
    namesakes = path.question.roots.by_subject(root.subject)
    if any(namesake.public_key_info == root.public_key_info for namesake in namesakes):
        return f"{what}, though another certificate of the same name and key is"
    if namesakes:
        return f"{what}; one of the same name is trusted, but it has another key"
    return what
