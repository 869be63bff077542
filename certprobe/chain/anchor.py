"""Does the path end where trust begins? (RFC 5280 6.1.1 (d))"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from certprobe.chain.context import Finding
from certprobe.chain.path import WHOLE_CHAIN, name_of
from certprobe.chain.search import PathEnd
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.path import PathView, Result

_CITATION = "RFC 5280 6.1"


def check_anchor(path: PathView) -> Iterator[Result]:
    """A path must end in a trusted self-signed certificate; a trusted intermediate is no anchor to Windows."""
    last = path.certificates[-1]
    match path.end:
        case PathEnd.SELF_SIGNED:
            if last not in path.question.roots:
                yield path.last, Finding(TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT, _CITATION, _why_untrusted(path))
        case PathEnd.PARTIAL:
            detail = f"the certificate of {last.issuer.rfc4514 or 'the unnamed issuer'}, issuer of {name_of(last)}, "
            detail += "is neither sent along nor in a store"
            if last in path.question.roots:
                detail += "; the trust store holds the certificate below it, but only self-signed ones are anchors"
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
    itself = "itself " if path.last == 0 else ""
    what = f"{name_of(root)} is self-signed and {itself}not among the {len(path.question.roots)} trusted certificates"
    namesakes = path.question.roots.by_subject(root.subject)
    if any(namesake.public_key_info == root.public_key_info for namesake in namesakes):
        return f"{what}, though another certificate of the same name and key is"
    if namesakes:
        return f"{what}; one of the same name is trusted, but it has another key"
    return what
