"""Is the path valid under the certificate policies that it needs? (RFC 5280 6.1, 4.2.1.4, 4.2.1.5, 4.2.1.11)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from certprobe.chain.anchor import bare
from certprobe.chain.context import Finding, UsageMatch
from certprobe.chain.path import name_of
from certprobe.chain.question import ANY_POLICY, PolicyDemands
from certprobe.chain.search import Path, PathEnd
from certprobe.pki import extensions
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.chain.context import RequestedUsage, SimpleChain
    from certprobe.chain.path import PathView, Profile, Result
    from certprobe.chain.policy_graph import PolicyOutcome, PolicySets
    from certprobe.chain.question import ChainQuestion
    from certprobe.pki.certificate import Certificate

_MAPPINGS_CITATION: Final = "RFC 5280 4.2.1.5"
_EXTENSIONS: Final = {
    extensions.CERTIFICATE_POLICIES: ("certificatePolicies", "RFC 5280 4.2.1.4"),
    extensions.POLICY_MAPPINGS: ("policyMappings", _MAPPINGS_CITATION),
    extensions.POLICY_CONSTRAINTS: ("policyConstraints", "RFC 5280 4.2.1.11"),
}

# id-qt-cps and id-qt-unotice, which are for people to read.
_KNOWN_QUALIFIERS: Final = {"1.3.6.1.5.5.7.2.1", "1.3.6.1.5.5.7.2.2"}


def check_policy_extensions(path: PathView) -> Iterator[Result]:
    """Damaged extensions; mappings of anyPolicy, which are not allowed; qualifiers nobody knows in a critical one."""
    for index, certificate in enumerate(path.certificates):
        for fault in certificate.extension_faults:
            if fault.oid in _EXTENSIONS:
                name, citation = _EXTENSIONS[fault.oid]
                yield index, _invalid(citation, f"the extension {name} cannot be used: {fault.message}")
        if certificate.extension(extensions.POLICY_MAPPINGS):
            for mapping in certificate.policy_mappings or ():
                if ANY_POLICY in mapping:
                    detail = f"maps {' to '.join(mapping)}, but anyPolicy must not be mapped"
                    yield index, _invalid(_MAPPINGS_CITATION, detail)
        for oid in _unknown_qualifiers(certificate):
            detail = f"certificatePolicies is critical, and its qualifier {oid} is not understood"
            yield index, Finding(TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT, "RFC 5280 4.2.1.4", detail)
            yield index, Finding(TrustError.CERT_TRUST_INVALID_EXTENSION, "RFC 5280 4.2.1.4", detail)


def _unknown_qualifiers(certificate: Certificate) -> list[str]:
    """The qualifiers that nobody knows, if they may not be passed over."""
    extension = certificate.extension(extensions.CERTIFICATE_POLICIES)
    if extension is None or not extension.critical:
        return []
    qualifiers = {one.oid for policy in certificate.certificate_policies or () for one in policy.qualifiers}
    return sorted(qualifiers - _KNOWN_QUALIFIERS)


def check_certificate_policies(path: PathView) -> Iterator[Result]:
    """Where an explicit policy is required there must be one; what is requested must be among the valid ones.

    The end certificate is told to have none; the CA that requires one is told that there is one.
    """
    inputs = path.question.policies
    if not (
        PolicyDemands.INITIAL_EXPLICIT_POLICY in inputs.demands
        or inputs.requested_issuance_policy.oids
        or any(certificate.extension(extensions.POLICY_CONSTRAINTS) for certificate in path.certificates)
    ):
        return
    from certprobe.chain.policy_graph import process_policies

    outcome = process_policies(path.certificates, path.anchor, inputs)
    if outcome.required_by and not outcome.sets.user_constrained:
        detail = f"{_demand(path, outcome)}, and there is none: {_reason(path, outcome)}"
        yield 0, Finding(TrustError.CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY, "RFC 5280 6.1.5 (g)", detail)
    else:
        for index in outcome.required_by:
            if index > 0:
                yield index, TrustInfo.CERT_TRUST_HAS_ISSUANCE_CHAIN_POLICY
    missing = _missing(inputs.requested_issuance_policy, outcome.sets.authority_constrained)
    if missing:
        detail = f"not valid for the certificate policy {', '.join(missing)}: {_reason(path, outcome)}"
        yield 0, Finding(TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE, "RFC 5280 4.2.1.4", detail)


def policy_sets(chain: SimpleChain, question: ChainQuestion, profile: Profile) -> PolicySets:
    """Return which policies a judged chain is valid for; what is wrong with it otherwise does not matter."""
    from certprobe.chain.policy_graph import process_policies

    last = len(chain.elements) - 1
    path = Path(tuple(element.certificate for element in chain.elements), (), PathEnd.PARTIAL)
    ends_in_anchor = TrustInfo.CERT_TRUST_IS_SELF_SIGNED | TrustInfo.CERT_TRUST_IS_CA_TRUSTED
    anchor = last if chain.elements[last].info & ends_in_anchor else None
    certificates = bare(path, question.roots, profile).certificates
    return process_policies(certificates, anchor, question.policies).sets


def _missing(requested: RequestedUsage, valid: frozenset[str]) -> tuple[str, ...]:
    """The requested policies that are wanting; none if they need not be there all."""
    if ANY_POLICY in valid:
        return ()
    missing = tuple(oid for oid in requested.oids if oid not in valid)
    match requested.match:
        case UsageMatch.AND:
            return missing
        case UsageMatch.OR:
            return missing if len(missing) == len(requested.oids) else ()
        case other:
            assert_never(other)


def _demand(path: PathView, outcome: PolicyOutcome) -> str:
    """Who requires an explicit policy; the highest is named."""
    index, what = outcome.required_by[0], "a certificate policy that is valid for the whole path"
    return f"{what} is asked for" if index < 0 else f"{name_of(path.certificates[index])} requires {what}"


def _reason(path: PathView, outcome: PolicyOutcome) -> str:
    """Why so few policies are valid, told by the certificate that ended the last of them."""
    from certprobe.chain.policy_graph import Cause

    if outcome.loss is None:
        valid = ", ".join(sorted(outcome.sets.authority_constrained)) or "none"
        return f"the path is valid for {valid}"
    certificate = path.certificates[outcome.loss.at]
    asserted = ", ".join(one.policy for one in certificate.certificate_policies or ())
    who = name_of(certificate)
    match outcome.loss.cause:
        case Cause.NOT_ASSERTED:
            return f"{who} asserts none"
        case Cause.NOTHING_IN_COMMON:
            return f"{who} asserts {asserted}, and none of that is valid above it"
        case Cause.ANY_POLICY_INHIBITED:
            return f"{who} asserts {asserted}, and a certificate above it inhibits anyPolicy"
        case Cause.MAPPING_INHIBITED:
            return f"{who} maps its policies, and a certificate above it inhibits that"
        case Cause.ANY_POLICY_MAPPED:
            return f"{who} maps anyPolicy"
        case Cause.TOO_MANY:
            return f"with {who} there are more policies than are followed"
        case other:
            assert_never(other)


def _invalid(citation: str, detail: str) -> Finding:
    return Finding(TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS, citation, detail)
