"""Certificates out of files, judged each on its own: whom a file is about, and what is said of everyone in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.chain.context import SearchEnd
from certprobe.chain.policies import policy_sets
from certprobe.chain.question import PolicyInputs
from certprobe.judging import judge_certificate
from certprobe.pki.credential import is_end_entity
from certprobe.pki.store import CertificateStore
from certprobe.report.verification import Subject, Terms, causes

if TYPE_CHECKING:
    from certprobe.chain.policy_graph import PolicySets
    from certprobe.judging import Purpose, Yardstick
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.decode import Contents, FoundCertificate
    from certprobe.report.model import Judgement


def verify(
    contents: Contents, untrusted: tuple[Certificate, ...], purpose: Purpose, yardstick: Yardstick
) -> tuple[Subject, ...]:
    """Judge every subject of a file; its other certificates and `untrusted` may be issuers.

    What the searches for all of them may cost together is the yardstick's `allowance`.
    """
    # One store for all: a file may hold as many subjects as certificates.
    known = CertificateStore((*contents.certificates, *untrusted))
    judged = ((each, judge_certificate(each.certificate, known, purpose, yardstick)) for each in subjects(contents))
    return tuple(
        Subject(
            each.source,
            each.certificate,
            judgement,
            causes(judgement, yardstick.profile),
            _policy_sets(judgement, purpose, yardstick),
        )
        for each, judgement in judged
    )


def cut_short(judged: tuple[Subject, ...]) -> tuple[str, ...]:
    """A note on those of several subjects that were not judged whole, if there are any."""
    cut = [each.source for each in judged if each.judgement.context.search_end is SearchEnd.BUDGET]
    if not cut or len(judged) == 1:
        return ()
    return (
        f"{len(cut)} of {len(judged)} certificates were not judged by every path, {cut[0]} first and {cut[-1]} last: "
        "there are too many issuers to choose from, and all searches of a file share what they may cost",
    )


def _policy_sets(judgement: Judgement, purpose: Purpose, yardstick: Yardstick) -> PolicySets | None:
    """Of the best path, if anything was asked of certificate policies."""
    if yardstick.policies is None:
        return None
    return policy_sets(judgement.context.chains[0], yardstick.question(purpose.usage), yardstick.profile)


def subjects(contents: Contents) -> tuple[FoundCertificate, ...]:
    """Return the certificates that a file is about: its end entities, in its order, each once.

    Whatever the issuer of another one is called is there to help. A file without an end entity is about the CAs that
    issued none of the others or, if they issued each other, about the first of them.
    """
    unique: dict[bytes, FoundCertificate] = {}
    for each in contents.found_certificates:
        unique.setdefault(each.certificate.der, each)
    found = tuple(unique.values())
    issuers = {each.certificate.issuer.match_key for each in found if not each.certificate.is_self_issued}
    lowest = tuple(each for each in found if each.certificate.subject.match_key not in issuers)
    return tuple(each for each in lowest if is_end_entity(each.certificate)) or lowest or found[:1]


def terms(purpose: Purpose, yardstick: Yardstick, trust: str) -> Terms:
    """What is asked, for the report; `trust` says in words where the roots are from."""
    policies = yardstick.policies or PolicyInputs()
    flags = (
        yardstick.flags,
        yardstick.exclusive_flags,
        yardstick.policy_flags,
        yardstick.ssl_checks,
        policies.demands,
    )
    return Terms(
        yardstick.at,
        trust,
        yardstick.policy,
        yardstick.profile,
        purpose.usage,
        purpose.host,
        tuple(str(flag.name) for each in flags for flag in each),
        len(yardstick.evidence.crls),
        len(yardstick.evidence.ocsp_responses),
        None if yardstick.nt_auth is None else len(yardstick.nt_auth),
        tuple(sorted(policies.initial_policy_set)),
        policies.requested_issuance_policy.oids,
    )
