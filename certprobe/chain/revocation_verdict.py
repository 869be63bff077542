"""What is known of the revocation of one certificate: OCSP first, then CRLs, as Windows asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.chain.anchor import TrustAnchor
from certprobe.chain.revocation_inquiry import Inquiry, RevocationStatus, SignerSearch, Verdict
from certprobe.pki.certificate import Certificate

if TYPE_CHECKING:
    from certprobe.chain.path import PathView


def inquire(path: PathView, index: int, search: SignerSearch = SignerSearch.STORES) -> Verdict:
    """Judge one element of a path by all evidence, as if everything above it were in order."""
    above = index if index == path.anchor else index + 1
    # Of an anchor the path may hold no more than name and key, but whoever signs CRLs must be allowed to.
    authorities = tuple(
        Certificate(authority.der) if isinstance(authority, TrustAnchor) else authority
        for authority in path.certificates[above:]
    )
    if not authorities:
        return _no_check("who issued it is not known, and so not who may revoke it")
    inquiry = Inquiry(path.certificates[index], authorities, path, search, inquire)
    if not inquiry.has_serial_number:
        return _no_check("its serial number, under which it would be listed, cannot be read")
    undetermined = []
    for source in (_ocsp, _crls):
        verdict = source(inquiry)
        if verdict.status in (RevocationStatus.GOOD, RevocationStatus.REVOKED):
            return verdict
        undetermined.append(verdict)
    offline = any(verdict.status is RevocationStatus.OFFLINE for verdict in undetermined)
    return Verdict(
        RevocationStatus.OFFLINE if offline else RevocationStatus.NO_CHECK,
        _CITATION,
        "; ".join(verdict.detail for verdict in undetermined),
    )


_CITATION: Final = "RFC 5280 6.1.3 (a)(3)"


def _no_check(detail: str) -> Verdict:
    return Verdict(RevocationStatus.NO_CHECK, _CITATION, detail)


def _ocsp(inquiry: Inquiry) -> Verdict:
    if not inquiry.path.question.evidence.ocsp_responses:
        return _no_check("there is no OCSP response")
    from certprobe.chain.revocation_ocsp import judge_by_ocsp

    return judge_by_ocsp(inquiry)


def _crls(inquiry: Inquiry) -> Verdict:
    if not inquiry.path.question.evidence.crls:
        return _no_check("there is no CRL")
    from certprobe.chain.revocation_crl import judge_by_crl

    return judge_by_crl(inquiry)
