"""CertGetCertificateChain: search the paths, judge each one whole, put the best first."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from certprobe.chain.anchor import anchors, bare
from certprobe.chain.context import ChainContext, ChainElement, Finding, Remark, SimpleChain
from certprobe.chain.path import WHOLE_CHAIN, PathView
from certprobe.chain.profile import WINDOWS
from certprobe.chain.rank import demerit, doubts
from certprobe.chain.search import DEFAULT_BUDGET, Ground, find_paths
from certprobe.chain.working_key import HeirCertificate, with_working_keys
from certprobe.pki.signature import verify_signature
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from certprobe.chain.path import Profile
    from certprobe.chain.question import ChainQuestion
    from certprobe.chain.search import Budget, Path
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.signature import SignatureCheck, Signed
    from certprobe.pki.store import CertificateStore

# How an element's issuer was found and whether it is its own says nothing of a chain.
_ELEMENT_ONLY_INFO = 0xF


def get_certificate_chain(
    certificate: Certificate,
    additional_store: CertificateStore,
    question: ChainQuestion,
    profile: Profile = WINDOWS,
    budget: Budget = DEFAULT_BUDGET,
) -> ChainContext:
    """Find and judge the chains of a certificate, as Windows does with the question's roots as its exclusive store.

    Issuers come from both stores; which of the roots are trusted is the profile's matter. Of the paths that were found
    none is dropped, whether CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS is set or not. A certificate that cannot be read
    is judged as far as possible; nothing is raised for what is wrong with a certificate.
    Not checked: the server's name (see `certprobe.policy`).
    """

    def find_chain(certificate: Certificate, question: ChainQuestion) -> ChainContext:
        return get_certificate_chain(certificate, additional_store, question, profile)

    def viewed(path: Path) -> PathView:
        certificates, matches, end = with_working_keys(bare(path, question.roots, profile))
        return PathView(certificates, matches, end, question, profile, verify, additional_store, find_chain)

    verify = _verifier()
    ground = Ground(additional_store, question.roots, anchors(certificate, question, profile))
    allowance = question.allowance
    search = find_paths(
        certificate, ground, allowance.within(budget) if allowance else budget, doubts(question, verify)
    )
    if allowance:
        allowance.charge(search.candidates)
    judged = [judge(path, viewed(path)) for path in search.paths]
    best, *lower_quality = sorted(judged, key=lambda chain: demerit(chain, profile))
    return ChainContext((best,), best.error, best.info, tuple(lower_quality), search.end)


def _verifier() -> Callable[[Signed, Certificate], SignatureCheck]:
    """Remember what came of a signature, unless the issuer's key is another on every path."""
    remembered = cache(verify_signature)

    def verify(signed: Signed, issuer: Certificate) -> SignatureCheck:
        return (verify_signature if isinstance(issuer, HeirCertificate) else remembered)(signed, issuer)

    return verify


def judge(path: Path, view: PathView) -> SimpleChain:
    """Run every check of the profile over one path as it is viewed; a failed check never stops the next."""
    findings: list[list[Finding]] = [[] for _ in path.certificates]
    remarks: list[list[Remark]] = [[] for _ in path.certificates]
    infos = [0] * len(path.certificates)
    of_the_chain: list[Finding] = []
    for check in view.profile.checks():
        for index, result in check(view):
            if isinstance(result, TrustInfo):
                infos[index] |= result.value
            elif isinstance(result, Remark):
                remarks[index].append(result)
            elif index == WHOLE_CHAIN:
                of_the_chain.append(result)
            else:
                findings[index].append(result)
    elements = tuple(
        ChainElement(certificate, TrustError(_bits(found)), TrustInfo(info), tuple(found), tuple(remarked))
        for certificate, found, info, remarked in zip(path.certificates, findings, infos, remarks, strict=True)
    )
    error, info = _bits(of_the_chain), 0
    for element in elements:
        error |= element.error.value
        info |= element.info.value
    return SimpleChain(elements, TrustError(error), TrustInfo(info & ~_ELEMENT_ONLY_INFO), tuple(of_the_chain))


def _bits(findings: Iterable[Finding]) -> int:
    bits = 0
    for finding in findings:
        bits |= finding.bit.value
    return bits
