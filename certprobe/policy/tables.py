"""Which fault of a chain gives which status, in order of precedence: the first line that applies is the answer."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

from certprobe.policy.status import ChainPolicy
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.policy_flags import PolicyFlags, SslChecks
from certprobe.wincrypt.trust_status import TrustError


class Scope(enum.Enum):
    """Where a fault counts, and with which element index it is reported."""

    ELEMENT = "the first element that has it"
    CHAIN = "the chain as a whole, index -1"
    END_CERTIFICATE = "the end certificate only"
    ISSUING_CA = "elements between the end certificate and the last"
    ROOT = "the last element, if it is not the end certificate"


class Rule(NamedTuple):
    """One line: any of `bits`, together with all of `along_with`, is `error` unless one of the flags is set."""

    bits: TrustError
    error: HResult
    ignored_by: PolicyFlags = PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING
    ignored_by_check: SslChecks = SslChecks.SECURITY_FLAG_IGNORE_NOTHING
    scope: Scope = Scope.ELEMENT
    along_with: TrustError = TrustError.CERT_TRUST_NO_ERROR


_NAME_CONSTRAINTS: Final = (
    TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS
    | TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT
    | TrustError.CERT_TRUST_HAS_NOT_DEFINED_NAME_CONSTRAINT
    | TrustError.CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT
    | TrustError.CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT
)
_POLICIES: Final = TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS | TrustError.CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY
# An extension that is not understood sets both bits, so one flag has to cover both.
_EXTENSIONS: Final = TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT | TrustError.CERT_TRUST_INVALID_EXTENSION

_Flags = PolicyFlags
_UNKNOWN = TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN
_OFFLINE = TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION


def _revocation_unknown(scope: Scope, ignored_by: PolicyFlags) -> tuple[Rule, Rule]:
    return (
        Rule(_UNKNOWN, hresult.CRYPT_E_REVOCATION_OFFLINE, ignored_by, scope=scope, along_with=_OFFLINE),
        Rule(_UNKNOWN, hresult.CRYPT_E_NO_REVOCATION_CHECK, ignored_by, scope=scope),
    )


BASE: Final[tuple[Rule, ...]] = (
    Rule(TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID, hresult.TRUST_E_CERT_SIGNATURE),
    Rule(TrustError.CERT_TRUST_IS_REVOKED, hresult.CRYPT_E_REVOKED),
    Rule(TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST, hresult.TRUST_E_EXPLICIT_DISTRUST),
    Rule(
        TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT,
        hresult.CERT_E_UNTRUSTEDROOT,
        _Flags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
    ),
    Rule(TrustError.CERT_TRUST_IS_CYCLIC, hresult.CERT_E_CHAINING, scope=Scope.CHAIN),
    Rule(
        TrustError.CERT_TRUST_IS_PARTIAL_CHAIN,
        hresult.CERT_E_CHAINING,
        _Flags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
        scope=Scope.CHAIN,
    ),
    Rule(
        TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE,
        hresult.CERT_E_WRONG_USAGE,
        _Flags.CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG,
    ),
    Rule(
        TrustError.CERT_TRUST_IS_NOT_TIME_VALID,
        hresult.CERT_E_EXPIRED,
        _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG,
    ),
    Rule(_NAME_CONSTRAINTS, hresult.CERT_E_INVALID_NAME, _Flags.CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG),
    Rule(_POLICIES, hresult.CERT_E_INVALID_POLICY, _Flags.CERT_CHAIN_POLICY_IGNORE_INVALID_POLICY_FLAG),
    Rule(
        TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS,
        hresult.TRUST_E_BASIC_CONSTRAINTS,
        _Flags.CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG,
    ),
    Rule(_EXTENSIONS, hresult.CERT_E_CRITICAL, _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG),
    *_revocation_unknown(Scope.END_CERTIFICATE, _Flags.CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG),
    *_revocation_unknown(Scope.ISSUING_CA, _Flags.CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG),
    *_revocation_unknown(Scope.ROOT, _Flags.CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG),
    Rule(
        TrustError.CERT_TRUST_IS_NOT_TIME_NESTED,
        hresult.CERT_E_VALIDITYPERIODNESTING,
        _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_TIME_NESTED_FLAG,
    ),
)

# The server's name is checked after these.
SSL: Final[tuple[Rule, ...]] = (
    Rule(TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID, hresult.TRUST_E_CERT_SIGNATURE),
    Rule(TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST, hresult.TRUST_E_EXPLICIT_DISTRUST),
    Rule(
        TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT,
        hresult.CERT_E_UNTRUSTEDROOT,
        _Flags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
        SslChecks.SECURITY_FLAG_IGNORE_UNKNOWN_CA,
    ),
    Rule(TrustError.CERT_TRUST_IS_CYCLIC, hresult.CERT_E_UNTRUSTEDROOT, scope=Scope.CHAIN),
    Rule(
        TrustError.CERT_TRUST_IS_PARTIAL_CHAIN,
        hresult.CERT_E_UNTRUSTEDROOT,
        _Flags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG,
        SslChecks.SECURITY_FLAG_IGNORE_UNKNOWN_CA,
        Scope.CHAIN,
    ),
    Rule(
        TrustError.CERT_TRUST_IS_NOT_TIME_VALID,
        hresult.CERT_E_EXPIRED,
        _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG,
        SslChecks.SECURITY_FLAG_IGNORE_CERT_DATE_INVALID,
    ),
    Rule(
        TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE,
        hresult.CERT_E_WRONG_USAGE,
        _Flags.CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG,
        SslChecks.SECURITY_FLAG_IGNORE_WRONG_USAGE,
    ),
    Rule(
        TrustError.CERT_TRUST_IS_REVOKED,
        hresult.CRYPT_E_REVOKED,
        ignored_by_check=SslChecks.SECURITY_FLAG_IGNORE_REVOCATION,
    ),
    Rule(
        _UNKNOWN,
        hresult.CRYPT_E_REVOCATION_OFFLINE,
        _Flags.CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG,
        SslChecks.SECURITY_FLAG_IGNORE_REVOCATION,
        Scope.END_CERTIFICATE,
    ),
    Rule(_EXTENSIONS, hresult.CERT_E_CRITICAL, _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG),
    Rule(
        TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS,
        hresult.TRUST_E_BASIC_CONSTRAINTS,
        _Flags.CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG,
    ),
    Rule(_NAME_CONSTRAINTS, hresult.CERT_E_INVALID_NAME, _Flags.CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG),
    Rule(_POLICIES, hresult.CERT_E_INVALID_POLICY, _Flags.CERT_CHAIN_POLICY_IGNORE_INVALID_POLICY_FLAG),
)

BASIC_CONSTRAINTS: Final[tuple[Rule, ...]] = (
    Rule(TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS, hresult.TRUST_E_BASIC_CONSTRAINTS),
)

_TABLES: Final = {
    ChainPolicy.BASE: BASE,
    ChainPolicy.SSL: SSL,
    ChainPolicy.BASIC_CONSTRAINTS: BASIC_CONSTRAINTS,
    ChainPolicy.NT_AUTH: (*BASE, *BASIC_CONSTRAINTS),
}


def bits_behind(policy: ChainPolicy, error: HResult) -> TrustError:
    """Return the trust-status bits that make `policy` answer `error`."""
    bits = TrustError.CERT_TRUST_NO_ERROR
    for rule in _TABLES[policy]:
        if rule.error == error:
            bits |= rule.bits
    return bits
