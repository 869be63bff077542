"""A verification as a document of dictionaries, lists, strings and numbers, contracted in `verification.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.pki.usage import usage_name
from certprobe.policy.http_sys import cert_flags
from certprobe.policy.status import ChainPolicy
from certprobe.report.judgements import judgement
from certprobe.report.model import Role
from certprobe.report.spelling import cause, certificate_facts, status, time

if TYPE_CHECKING:
    from certprobe.chain.policy_graph import PolicySets
    from certprobe.report import shape_pki, shape_verification
    from certprobe.report.model import Judgement
    from certprobe.report.verification import Subject, Terms, Verification

SCHEMA: Final = 1


def verification_document(verified: Verification) -> shape_verification.Verification:
    """Return what was found out of one file as JSON's types."""
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": verified.version,
        "verdict": {"exit_code": verified.exit_code, "fault": verified.fault},
        "file": verified.file,
        "terms": _terms(verified.terms),
        "subjects": [_subject(subject) for subject in verified.subjects],
        "notes": list(verified.notes),
    }


def _terms(terms: Terms) -> shape_verification.Terms:
    return {
        "at": time(terms.at),
        "trust": terms.trust,
        "profile": terms.profile.name,
        "policy": terms.policy.value,
        "usage": [{"oid": oid, "name": usage_name(oid)} for oid in terms.usage.oids],
        "usage_match": terms.usage.match.value,
        "host": terms.host,
        "flags": list(terms.flags),
        "crls": terms.crls,
        "ocsp_responses": terms.ocsp_responses,
        "ntauth": terms.nt_auth,
        "initial_policy_set": list(terms.initial_policy_set),
        "issuance_policies": list(terms.issuance_policies),
    }


def _subject(subject: Subject) -> shape_verification.Subject:
    return {
        "source": subject.source,
        "certificate": certificate_facts(subject.certificate),
        "causes": [cause(each) for each in subject.causes],
        "judgement": judgement(subject.judgement),
        "cert_flags": _cert_flags(subject.judgement),
        "policy_sets": _policy_sets(subject.policy_sets),
    }


def _cert_flags(judged: Judgement) -> shape_pki.Status | None:
    """What http.sys would say of a client's chain."""
    if judged.role is not Role.CLIENT:
        return None
    return status(cert_flags(next(each for each in judged.statuses if each.policy is ChainPolicy.SSL)))


def _policy_sets(sets: PolicySets | None) -> shape_verification.PolicySets | None:
    if sets is None:
        return None
    return {
        "authority_constrained": sorted(sets.authority_constrained),
        "user_constrained": sorted(sets.user_constrained),
    }
