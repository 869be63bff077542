"""CertVerifyCertificateChainPolicy: read the policy's table, then ask what the policy asks of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from certprobe.pki.server_identity import match_server_name
from certprobe.policy import tables
from certprobe.policy.status import DEFAULT_PARAMETERS, ChainPolicy, PolicyStatus
from certprobe.policy.tables import Scope
from certprobe.wincrypt import hresult
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

if TYPE_CHECKING:
    from typing import TypeAlias

    from certprobe.chain.context import ChainContext, ChainElement, SimpleChain
    from certprobe.policy.status import PolicyParameters
    from certprobe.policy.tables import Rule
    from certprobe.wincrypt.hresult import HResult

    Failure: TypeAlias = "tuple[HResult, int, int] | None"

_LOW_WORD = 0xFFFF


def verify_chain_policy(
    policy: ChainPolicy, chain: ChainContext, para: PolicyParameters = DEFAULT_PARAMETERS
) -> PolicyStatus:
    """Give the one status that Windows would report of a judged chain.

    Which of several faults is reported, and at which index, follows the tables; what the chain says stays as it is.
    NT_AUTH without an NTAuth store trusts no CA.
    """
    match policy:
        case ChainPolicy.BASE:
            failure = _look_up(tables.BASE, chain, para.flags)
        case ChainPolicy.AUTHENTICODE:
            failure = _look_up(tables.AUTHENTICODE, chain, para.flags)
        case ChainPolicy.SSL:
            failure = _ssl(chain, para)
        case ChainPolicy.BASIC_CONSTRAINTS:
            failure = _basic_constraints(chain, para.flags)
        case ChainPolicy.NT_AUTH:
            failure = _nt_auth(chain, para)
        case ChainPolicy.MICROSOFT_ROOT:
            failure = _microsoft_root(chain, para.flags)
        case other:
            assert_never(other)
    return PolicyStatus(policy, *(failure or (hresult.ERROR_SUCCESS, -1, -1)))


def _look_up(
    table: tuple[Rule, ...],
    chain: ChainContext,
    flags: PolicyFlags,
    checks: SslChecks = SslChecks.SECURITY_FLAG_IGNORE_NOTHING,
) -> Failure:
    """The first line of the table that applies and is not ignored, with the first place where it does."""
    if PolicyFlags.CERT_CHAIN_POLICY_IGNORE_PEER_TRUST_FLAG in flags:
        chain = _without_peer_trust(chain)
    if not chain.error:
        return None
    for rule in table:
        if not chain.error & rule.bits or rule.ignored_by & flags or rule.ignored_by_check & checks:
            continue
        for chain_index, simple in enumerate(chain.chains):
            element_index = _place(rule, simple)
            if element_index is not None:
                return rule.error, chain_index, element_index
    return None


def _place(rule: Rule, chain: SimpleChain) -> int | None:
    """Which element the line applies to, -1 for the whole chain, None if to none."""
    last = len(chain.elements) - 1
    match rule.scope:
        case Scope.CHAIN:
            return -1 if chain.error & rule.bits else None
        case Scope.ELEMENT | Scope.TEST_ROOT | Scope.OTHER_ROOT:
            where = range(last + 1)
        case Scope.END_CERTIFICATE:
            where = range(1)
        case Scope.ISSUING_CA:
            where = range(1, last)
        case Scope.ROOT:
            where = range(max(last, 1), last + 1)
        case other:
            assert_never(other)
    for index in where:
        if _applies(rule, chain.elements[index]):
            return index
    return None


def _applies(rule: Rule, element: ChainElement) -> bool:
    error = element.error
    if not error & rule.bits or rule.along_with not in error or error & rule.explained_by:
        return False
    if rule.scope not in (Scope.TEST_ROOT, Scope.OTHER_ROOT):
        return True
    from certprobe.policy.microsoft_roots import is_test_root

    return is_test_root(element.certificate) is (rule.scope is Scope.TEST_ROOT)


def _without_peer_trust(chain: ChainContext) -> ChainContext:
    """The chain as if it were no merit to lie in TrustedPeople: what ends there ends in nothing trusted."""
    bit = TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT
    if not any(TrustInfo.CERT_TRUST_IS_PEER_TRUSTED in element.info for element in chain.elements):
        return chain
    first, *others = chain.chains
    elements = tuple(
        element._replace(error=element.error | bit) if TrustInfo.CERT_TRUST_IS_PEER_TRUSTED in element.info else element
        for element in first.elements
    )
    first = first._replace(elements=elements, error=first.error | bit)
    return chain._replace(chains=(first, *others), error=chain.error | bit)


def _ssl(chain: ChainContext, para: PolicyParameters) -> Failure:
    """The table, then the server's name (RFC 9525 6): a mismatch shows only if nothing else is wrong."""
    ssl = para.ssl
    if ssl is None:
        return _look_up(tables.SSL, chain, para.flags)
    failure = _look_up(tables.SSL, chain, para.flags, ssl.checks)
    if failure or ssl.auth_type is not AuthType.AUTHTYPE_SERVER or ssl.server_name is None:
        return failure
    if SslChecks.SECURITY_FLAG_IGNORE_CERT_CN_INVALID in ssl.checks:
        return None
    if match_server_name(chain.elements[0].certificate, ssl.server_name, ssl.names).matched:
        return None
    return hresult.CERT_E_CN_NO_MATCH, 0, 0


def _basic_constraints(chain: ChainContext, flags: PolicyFlags) -> Failure:
    """The table, then what the end certificate must be: a CA, an end entity, or (neither or both) anything."""
    failure = _look_up(tables.BASIC_CONSTRAINTS, chain, flags)
    if failure:
        return failure
    must_be_ca = PolicyFlags.BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_CA_FLAG in flags
    must_be_end_entity = PolicyFlags.BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_END_ENTITY_FLAG in flags
    constraints = chain.elements[0].certificate.basic_constraints
    if constraints is None or must_be_ca == must_be_end_entity or constraints.ca == must_be_ca:
        return None
    return hresult.TRUST_E_BASIC_CONSTRAINTS, 0, 0


def _nt_auth(chain: ChainContext, para: PolicyParameters) -> Failure:
    """BASE by the low word of the flags, BASIC_CONSTRAINTS by the high word, then the issuing CA in NTAuth."""
    failure = _look_up(tables.BASE, chain, PolicyFlags(para.flags & _LOW_WORD))
    failure = failure or _basic_constraints(chain, PolicyFlags(para.flags & ~_LOW_WORD))
    if failure:
        return failure
    if len(chain.elements) > 1 and para.nt_auth is not None and chain.elements[1].certificate in para.nt_auth:
        return None
    return hresult.CERT_E_UNTRUSTEDCA, 0, min(1, len(chain.elements) - 1)


def _microsoft_root(chain: ChainContext, flags: PolicyFlags) -> tuple[HResult, int, int]:
    """The key of the last element of the first simple chain; nothing else of the chain counts."""
    from certprobe.policy.microsoft_roots import is_application_root, is_product_root, is_test_root

    last = len(chain.elements) - 1
    root = chain.elements[last].certificate
    of_applications = PolicyFlags.MICROSOFT_ROOT_CERT_CHAIN_POLICY_CHECK_APPLICATION_ROOT_FLAG in flags
    known = is_application_root(root) if of_applications else is_product_root(root)
    if not known and PolicyFlags.MICROSOFT_ROOT_CERT_CHAIN_POLICY_ENABLE_TEST_ROOT_FLAG in flags:
        known = is_test_root(root)
    return (hresult.ERROR_SUCCESS, 0, 0) if known else (hresult.CERT_E_UNTRUSTEDROOT, 0, last)
