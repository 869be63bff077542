"""What usually leads to a status of Windows, the commonest first; `prose` says what each means and what to do."""

from __future__ import annotations

from typing import Final, NamedTuple

from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.trust_status import TrustError, TrustInfo

_OLD: Final = "nobody renewed the certificate, or the program still uses the old one"
_CLOCK: Final = "the clock of the judging machine is wrong"
_ROOT_MISSING: Final = "the root of a private CA is not in the machine's store of trusted roots"
_NOT_SENT: Final = "the peer sends its own certificate without the intermediates"
_NOT_FETCHED: Final = "the issuer cannot be fetched from the address in the certificate (AIA)"
_CRL_BLOCKED: Final = "a firewall or a missing proxy setting keeps the machine from the CRL or OCSP address"
_CRL_STALE: Final = "the CA did not publish its CRL in time"
_CRL_LDAP: Final = "the certificate names only an ldap: address that is not reachable from outside the domain"
_NO_CLIENT_EKU: Final = "a server certificate without clientAuth is used for a login; public CAs no longer issue both"
_OTHER_NAME: Final = "the address in use is an alias, a short name or an IP address that the certificate does not have"
_NO_KEY_RIGHT: Final = "the service's account may not read the private key"
_IMPORTED_BARE: Final = "the certificate was imported without its private key"
_STOLEN_OR_REPLACED: Final = "the CA withdrew it: replaced, superseded, or its key was exposed"
_NOT_PUBLISHED: Final = "the CA was not published to NTAuth"
_NO_MAPPING: Final = "no account is mapped to the certificate, or the mapping is too weak (KB5014754)"
_SAME_NAME: Final = "two CA certificates have the same name but different keys"

CAUSES: Final[dict[HResult, tuple[str, ...]]] = {
    hresult.E_INVALIDARG: ("a program passes parameters that contradict each other",),
    hresult.TRUST_E_CERT_SIGNATURE: (
        _SAME_NAME,
        "MD5, SHA-1 or an RSA key below 1024 bits, which Windows no longer accepts",
        "the file was damaged",
    ),
    hresult.TRUST_E_BASIC_CONSTRAINTS: (
        "a certificate for a server or a person was used to sign another one",
        "a CA was put below one whose path length is 0",
        "an old CA certificate has no basicConstraints",
    ),
    hresult.CRYPT_E_REVOKED: (_STOLEN_OR_REPLACED, "a CA above it was revoked"),
    hresult.CRYPT_E_NO_REVOCATION_CHECK: (
        "the certificate has neither a CRL distribution point nor an OCSP address",
        "the CRL that was found is signed by another key than the issuer's",
    ),
    hresult.CRYPT_E_REVOCATION_OFFLINE: (_CRL_BLOCKED, _CRL_STALE, _CRL_LDAP),
    hresult.CRYPT_E_NOT_IN_REVOCATION_DATABASE: ("the OCSP responder serves another CA, or was not told of it yet",),
    hresult.CRYPT_E_ASN1_BADTAG: ("the file is PEM, PKCS#12 or text where DER is expected", "the file is cut short"),
    hresult.CERT_E_EXPIRED: (
        _OLD,
        "an intermediate or root expired, although the certificate itself is in time",
        _CLOCK,
    ),
    hresult.CERT_E_ROLE: ("a CA certificate is installed as a server's", "the basicConstraints are wrong"),
    hresult.CERT_E_CRITICAL: ("the CA uses an extension that this version of Windows does not know",),
    hresult.CERT_E_PURPOSE: (_NO_CLIENT_EKU,),
    hresult.CERT_E_ISSUERCHAINING: (_SAME_NAME, "the intermediates are in the wrong order"),
    hresult.CERT_E_UNTRUSTEDROOT: (
        _ROOT_MISSING,
        _NOT_SENT,
        "the certificate is self-signed",
        "a certificate that is not self-signed lies among the trusted roots (KB2802568)",
    ),
    hresult.CERT_E_CHAINING: (_NOT_SENT, _NOT_FETCHED),
    hresult.CERT_E_REVOKED: (_STOLEN_OR_REPLACED,),
    hresult.CERT_E_REVOCATION_FAILURE: (_CRL_BLOCKED, _CRL_STALE, _CRL_LDAP),
    hresult.CERT_E_CN_NO_MATCH: (
        _OTHER_NAME,
        "the name stands in the common name only, while there is a subject alternative name",
        "the server shows its default certificate because no SNI was sent",
    ),
    hresult.CERT_E_WRONG_USAGE: (
        _NO_CLIENT_EKU,
        "an issuing CA is limited to other purposes",
        "keyUsage lacks digitalSignature",
    ),
    hresult.TRUST_E_EXPLICIT_DISTRUST: (
        "somebody put it among the untrusted certificates",
        "Microsoft distrusts the CA through the automatic update of its list",
    ),
    hresult.CERT_E_UNTRUSTEDCA: (
        _NOT_PUBLISHED,
        "the domain controller has not received the change yet: gpupdate /force",
    ),
    hresult.CERT_E_INVALID_POLICY: ("a CA demands a certificate policy that the certificates below it do not have",),
    hresult.CERT_E_INVALID_NAME: (
        "a CA is limited to other DNS domains or directory names",
        "the common name, and not only the alternative names, lies outside the limits",
    ),
    hresult.SEC_I_INCOMPLETE_CREDENTIALS: (
        "no certificate in the personal store matches the CAs that the server lists",
        _IMPORTED_BARE,
    ),
    hresult.SEC_E_UNSUPPORTED_FUNCTION: ("one side offers TLS 1.0 or 1.1 only, the other 1.2 and above",),
    hresult.SEC_E_INTERNAL_ERROR: (
        _NO_KEY_RIGHT,
        "the list of trusted CAs is too long to be sent",
        "a cryptographic provider failed",
    ),
    hresult.SEC_E_INVALID_TOKEN: (
        "the port speaks plain HTTP, LDAP or something else than TLS",
        "a proxy answers in place of the server",
        "the client's TLS version is not one that the server speaks",
    ),
    hresult.SEC_E_LOGON_DENIED: (_NO_MAPPING, "the account is disabled, locked or expired"),
    hresult.SEC_E_UNKNOWN_CREDENTIALS: (_NO_KEY_RIGHT, _IMPORTED_BARE),
    hresult.SEC_E_NO_CREDENTIALS: (_IMPORTED_BARE, _NO_KEY_RIGHT, "the certificate does not fit the requested use"),
    hresult.SEC_E_MESSAGE_ALTERED: ("a device in between rewrites the traffic", "a faulty network card or driver"),
    hresult.SEC_E_INCOMPLETE_CREDENTIALS: (
        "the server asks for a client certificate",
        _IMPORTED_BARE,
    ),
    hresult.SEC_E_WRONG_PRINCIPAL: (_OTHER_NAME,),
    hresult.SEC_E_UNTRUSTED_ROOT: (
        _ROOT_MISSING,
        _NOT_SENT,
        "the other side refused our certificate: it sent the alert unknown_ca",
    ),
    hresult.SEC_E_ILLEGAL_MESSAGE: (
        "the server requires a client certificate and got none",
        "no cipher suite or curve in common",
        "the other side refused without saying why",
    ),
    hresult.SEC_E_CERT_UNKNOWN: (
        "the other side could not check our certificate",
        "our chain is incomplete",
        "no certificate was sent although one is required",
    ),
    hresult.SEC_E_CERT_EXPIRED: (_OLD, _CLOCK),
    hresult.SEC_E_DECRYPT_FAILURE: ("the key does not belong to the certificate", "a smart card signed wrongly"),
    hresult.SEC_E_ALGORITHM_MISMATCH: (
        "the cipher suites that are enabled do not overlap",
        "the server has a certificate with a key that fits none of the offered suites",
    ),
    hresult.SEC_E_UNFINISHED_CONTEXT_DELETED: ("a person cancelled the choice of a certificate",),
    hresult.SEC_E_CERT_WRONG_USAGE: (_NO_CLIENT_EKU,),
    hresult.SEC_E_SMARTCARD_CERT_REVOKED: (_STOLEN_OR_REPLACED,),
    hresult.SEC_E_ISSUING_CA_UNTRUSTED: (_NOT_PUBLISHED, _ROOT_MISSING),
    hresult.SEC_E_REVOCATION_OFFLINE_C: (_CRL_BLOCKED, _CRL_STALE),
    hresult.SEC_E_SMARTCARD_CERT_EXPIRED: (_OLD, _CLOCK),
    hresult.SEC_E_MUTUAL_AUTH_FAILED: (_OTHER_NAME, _ROOT_MISSING),
}


class BitNotes(NamedTuple):
    """What belongs to a bit of `dwErrorStatus` besides its words: the status that a policy makes of it, and more."""

    windows: HResult | None
    causes: tuple[str, ...]


_NAMES: Final = ("a CA is limited to certain names (nameConstraints), and a certificate below it has others",)
_LIST: Final = ("a certificate trust list (CTL) that this engine was given is out of order",)

TRUST_ERROR_NOTES: Final[dict[TrustError, BitNotes]] = {
    TrustError.CERT_TRUST_NO_ERROR: BitNotes(hresult.ERROR_SUCCESS, ()),
    TrustError.CERT_TRUST_IS_NOT_TIME_VALID: BitNotes(hresult.CERT_E_EXPIRED, (_OLD, _CLOCK)),
    TrustError.CERT_TRUST_IS_NOT_TIME_NESTED: BitNotes(
        hresult.CERT_E_VALIDITYPERIODNESTING, ("only Windows NT 4 and 98 set this bit",)
    ),
    TrustError.CERT_TRUST_IS_REVOKED: BitNotes(hresult.CRYPT_E_REVOKED, (_STOLEN_OR_REPLACED,)),
    TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID: BitNotes(
        hresult.TRUST_E_CERT_SIGNATURE, CAUSES[hresult.TRUST_E_CERT_SIGNATURE]
    ),
    TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE: BitNotes(
        hresult.CERT_E_WRONG_USAGE, CAUSES[hresult.CERT_E_WRONG_USAGE]
    ),
    TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT: BitNotes(
        hresult.CERT_E_UNTRUSTEDROOT, CAUSES[hresult.CERT_E_UNTRUSTEDROOT]
    ),
    TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN: BitNotes(
        hresult.CRYPT_E_NO_REVOCATION_CHECK, (*CAUSES[hresult.CRYPT_E_NO_REVOCATION_CHECK], _CRL_BLOCKED)
    ),
    TrustError.CERT_TRUST_IS_CYCLIC: BitNotes(
        hresult.CERT_E_CHAINING, ("two CAs certified each other and neither has a root",)
    ),
    TrustError.CERT_TRUST_INVALID_EXTENSION: BitNotes(
        hresult.CERT_E_CRITICAL, ("the CA encodes an extension wrongly, or marks a private one as critical",)
    ),
    TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS: BitNotes(
        hresult.CERT_E_INVALID_POLICY, CAUSES[hresult.CERT_E_INVALID_POLICY]
    ),
    TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS: BitNotes(
        hresult.TRUST_E_BASIC_CONSTRAINTS, CAUSES[hresult.TRUST_E_BASIC_CONSTRAINTS]
    ),
    TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS: BitNotes(
        hresult.CERT_E_INVALID_NAME, ("the nameConstraints of a CA are damaged", "a name below it is damaged")
    ),
    TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT: BitNotes(
        hresult.CERT_E_INVALID_NAME, ("a constraint has a minimum or maximum, or is of a rare kind of name",)
    ),
    TrustError.CERT_TRUST_HAS_NOT_DEFINED_NAME_CONSTRAINT: BitNotes(hresult.CERT_E_INVALID_NAME, _NAMES),
    TrustError.CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT: BitNotes(hresult.CERT_E_INVALID_NAME, _NAMES),
    TrustError.CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT: BitNotes(hresult.CERT_E_INVALID_NAME, _NAMES),
    TrustError.CERT_TRUST_IS_PARTIAL_CHAIN: BitNotes(hresult.CERT_E_CHAINING, (_NOT_SENT, _NOT_FETCHED)),
    TrustError.CERT_TRUST_CTL_IS_NOT_TIME_VALID: BitNotes(None, _LIST),
    TrustError.CERT_TRUST_CTL_IS_NOT_SIGNATURE_VALID: BitNotes(None, _LIST),
    TrustError.CERT_TRUST_CTL_IS_NOT_VALID_FOR_USAGE: BitNotes(None, _LIST),
    TrustError.CERT_TRUST_HAS_WEAK_SIGNATURE: BitNotes(
        hresult.TRUST_E_CERT_SIGNATURE, ("MD5, SHA-1 or a short RSA key where the policy of the machine forbids it",)
    ),
    TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION: BitNotes(
        hresult.CRYPT_E_REVOCATION_OFFLINE, (_CRL_BLOCKED, _CRL_STALE, _CRL_LDAP)
    ),
    TrustError.CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY: BitNotes(
        hresult.CERT_E_INVALID_POLICY, CAUSES[hresult.CERT_E_INVALID_POLICY]
    ),
    TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST: BitNotes(
        hresult.TRUST_E_EXPLICIT_DISTRUST, CAUSES[hresult.TRUST_E_EXPLICIT_DISTRUST]
    ),
    TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT: BitNotes(
        hresult.CERT_E_CRITICAL, CAUSES[hresult.CERT_E_CRITICAL]
    ),
}

TRUST_INFO_ADVICE: Final[dict[TrustInfo, str]] = {
    TrustInfo.CERT_TRUST_HAS_AUTO_UPDATE_WEAK_SIGNATURE: "Have it issued again with SHA-256 and a longer key.",
    TrustInfo.CERT_TRUST_HAS_ALLOW_WEAK_SIGNATURE: "Have it issued again with SHA-256 and a longer key.",
    TrustInfo.CERT_TRUST_HAS_CRL_VALIDITY_EXTENDED: "Let the CA publish a new CRL: the one in use is past its time.",
    TrustInfo.CERT_TRUST_NO_OCSP_FAILOVER_TO_CRL: "Look at the OCSP responder: the CRL was not asked in its place.",
}
"""The few bits of `dwInfoStatus` that ask for something; the others only say how the chain was found."""
