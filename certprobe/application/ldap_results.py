"""LDAPResult, the names of its codes (RFC 4511 4.1.9 and A.2), and the record of an operation with its result."""

from __future__ import annotations

from typing import Final, NamedTuple

_SUCCESS: Final = 0
RESULT_NAMES: Final = {
    0: "success",
    1: "operationsError",
    2: "protocolError",
    3: "timeLimitExceeded",
    4: "sizeLimitExceeded",
    5: "compareFalse",
    6: "compareTrue",
    7: "authMethodNotSupported",
    8: "strongerAuthRequired",
    10: "referral",
    11: "adminLimitExceeded",
    12: "unavailableCriticalExtension",
    13: "confidentialityRequired",
    14: "saslBindInProgress",
    16: "noSuchAttribute",
    17: "undefinedAttributeType",
    18: "inappropriateMatching",
    19: "constraintViolation",
    20: "attributeOrValueExists",
    21: "invalidAttributeSyntax",
    32: "noSuchObject",
    33: "aliasProblem",
    34: "invalidDNSyntax",
    36: "aliasDereferencingProblem",
    48: "inappropriateAuthentication",
    49: "invalidCredentials",
    50: "insufficientAccessRights",
    51: "busy",
    52: "unavailable",
    53: "unwillingToPerform",
    54: "loopDetect",
    64: "namingViolation",
    65: "objectClassViolation",
    66: "notAllowedOnNonLeaf",
    67: "notAllowedOnRDN",
    68: "entryAlreadyExists",
    69: "objectClassModsProhibited",
    71: "affectsMultipleDSAs",
    80: "other",
}


class LdapResult(NamedTuple):
    """LDAPResult (RFC 4511 4.1.9).

    `name` is RFC 4511's for `code`, "other-123" for a code that it does not know. `ad_data` is the Windows error in
    hexadecimal that Active Directory writes into its diagnosticMessage ("52e").
    """

    code: int
    name: str
    matched_dn: str
    diagnostic_message: str
    ad_data: str | None

    @property
    def success(self) -> bool:
        """Whether the code is success (0)."""
        return self.code == _SUCCESS


class LdapOperation(NamedTuple):
    """A request of RFC 4511 by its name there, with its mechanism, OID or base, and what was answered."""

    name: str
    detail: str
    result: LdapResult
