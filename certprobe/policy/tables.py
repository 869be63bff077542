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
    TEST_ROOT = "the first element that has it and is a test root of Microsoft's"
    OTHER_ROOT = "the first element that has it and is none"
    CHAIN = "the chain as a whole, index -1"
    END_CERTIFICATE = "the end certificate only"
    ISSUING_CA = "elements between the end certificate and the last"
    ROOT = "the last element, if it is not the end certificate"


class Rule(NamedTuple):
    """One line: any of `bits` is `error` unless one of the flags is set.

    It applies to an element that has all of `along_with` too, and nothing of `explained_by`.
    """

    bits: TrustError
    error: HResult
    ignored_by: PolicyFlags = PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOTHING
    ignored_by_check: SslChecks = SslChecks.SECURITY_FLAG_IGNORE_NOTHING
    scope: Scope = Scope.ELEMENT
    along_with: TrustError = TrustError.CERT_TRUST_NO_ERROR
    explained_by: TrustError = TrustError.CERT_TRUST_NO_ERROR


_NAME_CONSTRAINTS: Final = (
    TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS
    | TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT
    | TrustError.CERT_TRUST_HAS_NOT_DEFINED_NAME_CONSTRAINT
    | TrustError.CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT
    | TrustError.CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT
)
_POLICIES: Final = TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS | TrustError.CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY
_Flags = PolicyFlags
_UNKNOWN = TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN
_OFFLINE = TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION

_EXTENSIONS: Final = (
    Rule(
        TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT,
        hresult.CERT_E_CRITICAL,
        _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG,
    ),
    # An extension that cannot be read also sets the bit of what it was for, and then that bit's line is the answer.
    Rule(
        TrustError.CERT_TRUST_INVALID_EXTENSION,
        hresult.CERT_E_CRITICAL,
        _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG,
        explained_by=(
            TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS | TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS
        ),
    ),
)
_TEST_ROOT_FLAGS: Final = (
    _Flags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG
    | _Flags.CERT_CHAIN_POLICY_TRUST_TESTROOT_FLAG
    | _Flags.CERT_CHAIN_POLICY_ALLOW_TESTROOT_FLAG
)


def _untrusted_root(test_root: HResult, check: SslChecks = SslChecks.SECURITY_FLAG_IGNORE_NOTHING) -> tuple[Rule, Rule]:
    bit, unknown_ca = TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT, _Flags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG
    return (
        Rule(bit, test_root, _TEST_ROOT_FLAGS, check, Scope.TEST_ROOT),
        Rule(bit, hresult.CERT_E_UNTRUSTEDROOT, unknown_ca, check, Scope.OTHER_ROOT),
    )


def _revocation_unknown(scope: Scope, ignored_by: PolicyFlags) -> tuple[Rule, Rule]:
    return (
        Rule(_UNKNOWN, hresult.CRYPT_E_REVOCATION_OFFLINE, ignored_by, scope=scope, along_with=_OFFLINE),
        Rule(_UNKNOWN, hresult.CRYPT_E_NO_REVOCATION_CHECK, ignored_by, scope=scope),
    )


BASE: Final[tuple[Rule, ...]] = (
    Rule(TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID, hresult.TRUST_E_CERT_SIGNATURE),
    Rule(TrustError.CERT_TRUST_IS_REVOKED, hresult.CRYPT_E_REVOKED),
    Rule(TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST, hresult.TRUST_E_EXPLICIT_DISTRUST),
    *_untrusted_root(hresult.CERT_E_UNTRUSTEDTESTROOT),
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
    *_EXTENSIONS,
    *_revocation_unknown(Scope.END_CERTIFICATE, _Flags.CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG),
    *_revocation_unknown(Scope.ISSUING_CA, _Flags.CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG),
    *_revocation_unknown(Scope.ROOT, _Flags.CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG),
    Rule(
        TrustError.CERT_TRUST_IS_NOT_TIME_NESTED,
        hresult.CERT_E_VALIDITYPERIODNESTING,
        _Flags.CERT_CHAIN_POLICY_IGNORE_NOT_TIME_NESTED_FLAG,
    ),
)

_SIGNING_CODES: Final = {
    hresult.CRYPT_E_REVOKED: hresult.CERT_E_REVOKED,
    hresult.CRYPT_E_REVOCATION_OFFLINE: hresult.CERT_E_REVOCATION_FAILURE,
    hresult.CRYPT_E_NO_REVOCATION_CHECK: hresult.CERT_E_REVOCATION_FAILURE,
}

AUTHENTICODE: Final[tuple[Rule, ...]] = tuple(
    rule._replace(error=_SIGNING_CODES.get(rule.error, rule.error)) for rule in BASE
)

# The server's name is checked after these.
SSL: Final[tuple[Rule, ...]] = (
    Rule(TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID, hresult.TRUST_E_CERT_SIGNATURE),
    Rule(TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST, hresult.TRUST_E_EXPLICIT_DISTRUST),
    *_untrusted_root(hresult.CERT_E_UNTRUSTEDROOT, SslChecks.SECURITY_FLAG_IGNORE_UNKNOWN_CA),
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
    *_EXTENSIONS,
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
    ChainPolicy.AUTHENTICODE: AUTHENTICODE,
    ChainPolicy.SSL: SSL,
    ChainPolicy.BASIC_CONSTRAINTS: BASIC_CONSTRAINTS,
    ChainPolicy.NT_AUTH: (*BASE, *BASIC_CONSTRAINTS),
    ChainPolicy.MICROSOFT_ROOT: (),
}


def bits_behind(policy: ChainPolicy, error: HResult) -> TrustError:
    """Return the trust-status bits that make `policy` answer `error`."""
    bits = TrustError.CERT_TRUST_NO_ERROR
    for rule in _TABLES[policy]:
        if rule.error == error:
            bits |= rule.bits
    return bits
