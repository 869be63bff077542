"""Who may speak of a certificate's revocation: its issuer, and whom the rules let speak in its stead."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from certprobe.chain.context import NO_USAGE
from certprobe.chain.path import name_of
from certprobe.chain.question import PolicyInputs
from certprobe.chain.revocation_inquiry import RevocationStatus, SignerSearch
from certprobe.chain.search import PathEnd
from certprobe.pki.signature import SignatureCheck
from certprobe.pki.usage import KeyUsage
from certprobe.wincrypt.chain_flags import REVOCATION_CHECKS
from certprobe.wincrypt.trust_status import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.revocation_inquiry import Inquiry
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.crl import CertificateList

_MOST_CANDIDATES: Final = 16

# Whether the end of a path is trusted was judged with the path that asks; another's must end at the same place.
_SAME_END_DECIDES: Final = TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT | TrustError.CERT_TRUST_IS_PARTIAL_CHAIN


def crl_signer(crl: CertificateList, inquiry: Inquiry) -> Certificate | str:
    """Find who signed the CRL and may sign it (RFC 5280 6.3.3 (f) and (g)); else say why nobody did."""
    reason = f"no certificate of {crl.issuer.rfc4514 or 'its unnamed issuer'} is at hand"
    for candidate in islice(_candidates(crl, inquiry), _MOST_CANDIDATES):
        match inquiry.path.verify(crl, candidate):
            case SignatureCheck.INVALID:
                reason = f"its signature does not verify with the key of {name_of(candidate)}"
                continue
            case SignatureCheck.UNSUPPORTED_ALGORITHM:
                reason = f"its {crl.signature_algorithm or 'unreadable'} signature cannot be verified"
                continue
        if candidate.key_usage is not None and KeyUsage.cRLSign not in candidate.key_usage:
            reason = f"the keyUsage of {name_of(candidate)} does not allow it to sign CRLs (cRLSign)"
        elif candidate not in inquiry.authorities and (doubt := _doubt(candidate, inquiry)):
            reason = doubt
        else:
            return candidate
    return reason


def _candidates(crl: CertificateList, inquiry: Inquiry) -> Iterator[Certificate]:
    """Those of the CRL issuer's name, the path's own first; nobody vouches for itself but an anchor."""
    seen = set(inquiry.authorities)
    yield from (authority for authority in inquiry.authorities if authority.subject == crl.issuer)
    if inquiry.search is SignerSearch.STORES:
        seen.add(inquiry.certificate)
        for store in (inquiry.path.additional_store, inquiry.path.question.roots):
            for candidate in store.by_subject(crl.issuer):
                if candidate not in seen:
                    seen.add(candidate)
                    yield candidate


def _doubt(signer: Certificate, inquiry: Inquiry) -> str | None:
    """Why a certificate from a store may not speak: its own path must be in order, and end where this one ends."""
    path = inquiry.path
    question = path.question._replace(
        requested_usage=NO_USAGE,
        policies=PolicyInputs(),
        flags=path.question.flags & ~REVOCATION_CHECKS,
    )
    chain = path.find_chain(signer, question)
    faults = [element.error & ~_SAME_END_DECIDES for element in chain.elements]
    # What it may sign beside CRLs does not matter.
    faults[0] &= ~TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE
    if any(faults):
        return f"the certificate of {name_of(signer)}, which signed it, is itself not in order"
    certificates = tuple(element.certificate for element in chain.elements)
    if certificates[-1].public_key_info != inquiry.authorities[-1].public_key_info:
        return f"{name_of(signer)}, which signed it, does not come from the root of this chain"
    view = path._replace(certificates=certificates, matches=(), end=PathEnd.ANCHOR, question=question)
    for index in range(len(certificates) - 1):
        if inquiry.inquire(view, index, SignerSearch.PATH).status is RevocationStatus.REVOKED:
            return f"{name_of(certificates[index])}, by whose certificate it is signed, is revoked"
    return None


def is_revoked_by_path(certificate: Certificate, inquiry: Inquiry) -> bool:
    """Whether what the CAs of the path themselves say revokes another certificate of the same issuer."""
    path = inquiry.path
    view = path._replace(certificates=(certificate, *inquiry.authorities), end=PathEnd.ANCHOR)
    return inquiry.inquire(view, 0, SignerSearch.PATH).status is RevocationStatus.REVOKED
