"""Judged chains as parts of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.report.spelling import bits, public_key, status, summary

if TYPE_CHECKING:
    from certprobe.chain.context import ChainElement, Finding, SimpleChain
    from certprobe.policy.status import PolicyStatus
    from certprobe.report import shape_pki
    from certprobe.report.fetches import Fetch
    from certprobe.report.model import Judgement


def judgement(judged: Judgement) -> shape_pki.Judgement:
    """A chain context with every policy's answer."""
    context = judged.context
    return {
        "role": judged.role.value,
        "reason": judged.reason,
        "chains": [_chain(chain) for chain in context.chains],
        "error": bits(context.error),
        "info": bits(context.info),
        "lower_quality": [_chain(chain) for chain in context.lower_quality],
        "search_end": context.search_end.value,
        "policies": [_policy(answer) for answer in judged.statuses],
        "deciding": _policy(judged.deciding),
        "fetches": [_fetch(fetch) for fetch in judged.fetches],
        "name_mismatch": judged.name_mismatch,
    }


def _chain(chain: SimpleChain) -> shape_pki.SimpleChain:
    return {
        "elements": [_element(element) for element in chain.elements],
        "error": bits(chain.error),
        "info": bits(chain.info),
        "findings": [_finding(finding) for finding in chain.findings],
    }


def _element(element: ChainElement) -> shape_pki.Element:
    return {
        **summary(element.certificate),
        "public_key": public_key(element.certificate),
        "error": bits(element.error),
        "info": bits(element.info),
        "findings": [_finding(finding) for finding in element.findings],
        "remarks": [{"citation": remark.citation, "detail": remark.detail} for remark in element.remarks],
    }


def _finding(finding: Finding) -> shape_pki.Finding:
    return {"bit": finding.bit.name or hex(finding.bit), "citation": finding.citation, "detail": finding.detail}


def _fetch(fetch: Fetch) -> shape_pki.Fetch:
    return {
        "kind": fetch.kind.value,
        "url": fetch.url,
        "outcome": fetch.outcome.value,
        "size": fetch.size,
        "detail": fetch.detail,
    }


def _policy(answer: PolicyStatus) -> shape_pki.PolicyStatus:
    return {
        "policy": answer.policy.value,
        "error": status(answer.error),
        "chain_index": answer.chain_index,
        "element_index": answer.element_index,
    }
