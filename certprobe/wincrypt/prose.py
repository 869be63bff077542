"""Plain words for the codes and bits of Windows: what happened, and what to do about it."""

from __future__ import annotations

from typing import Final, NamedTuple

from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.trust_status import TrustError, TrustInfo


class Meaning(NamedTuple):
    """One code explained: `text` says what happened, `advice` what to do; neither names a particular certificate."""

    text: str
    advice: str


def meaning(code: HResult) -> Meaning:
    """What a policy or SSPI status means in plain words; a code that we do not know gets a general answer."""
    known = _MEANINGS.get(code)
    if known is not None:
        return known
    if code.failed:
        return Meaning(f"Windows reports the error {code.hexadecimal}.", "Look the number up in winerror.h.")
    return Meaning(
        f"Windows reports the status {code.hexadecimal}, which is not an error.", "Nothing needs to be done."
    )


def trust_error_words(bit: TrustError) -> str:
    """What one bit of dwErrorStatus says; several bits are joined with semicolons, unknown ones shown as numbers."""
    return _words(bit, _TRUST_ERRORS) or "no error"


def trust_info_words(bit: TrustInfo) -> str:
    """What one bit of dwInfoStatus says; several bits are joined with semicolons, unknown ones shown as numbers."""
    return _words(bit, _TRUST_INFOS) or "nothing to note"


def _words(status: int, table: dict[int, str]) -> str:
    known = [words for bit, words in table.items() if status & bit]
    rest = status & ~sum(table)
    return "; ".join([*known, f"bit 0x{rest:X}"] if rest else known)


_REISSUE: Final = "Have the certificate issued again by its CA."
_RENEW: Final = "Renew the certificate, and check the clock of the machine that judges it."
_TRUST_THE_ROOT: Final = (
    "Install the CA's root certificate in the trust store of the side that judges, "
    "or use a certificate of a CA that is trusted there."
)
_SEND_ISSUERS: Final = "Configure the intermediate CA certificates on the side that presents the certificate."
_REACH_REVOCATION: Final = (
    "Make the CRL or OCSP responder named in the certificate reachable, and check that its answer is not out of date."
)
_NEW_IDENTITY: Final = "Use another certificate; this one was withdrawn by its CA."

_MEANINGS: Final[dict[HResult, Meaning]] = {
    hresult.ERROR_SUCCESS: Meaning("Nothing is wrong.", "Nothing needs to be done."),
    hresult.E_FAIL: Meaning(
        "The call failed without saying why.", "Look into the log of the program that returned it."
    ),
    hresult.E_INVALIDARG: Meaning("An argument of the call is not valid.", "Correct the call."),
    hresult.TRUST_E_CERT_SIGNATURE: Meaning(
        "The signature of a certificate does not verify with the key of its issuer, or is too weak to count.",
        "The certificate was altered, or another CA of the same name issued it: find the right issuer, or reissue.",
    ),
    hresult.TRUST_E_BASIC_CONSTRAINTS: Meaning(
        "A certificate in the chain is used as a CA but is not one, or has more CAs below it than it allows.",
        "Reissue from a CA whose certificate has basicConstraints CA:TRUE and a sufficient path length.",
    ),
    hresult.CRYPT_E_REVOKED: Meaning("A certificate in the chain was revoked by its issuer.", _NEW_IDENTITY),
    hresult.CRYPT_E_NO_REVOCATION_DLL: Meaning(
        "Windows found nothing installed that can check revocation.", "Repair the installation of Windows."
    ),
    hresult.CRYPT_E_NO_REVOCATION_CHECK: Meaning(
        "Revocation could not be checked: the certificate names no usable CRL or OCSP responder.",
        "Have the CA put a CRL or OCSP address into its certificates, or do not ask for the check.",
    ),
    hresult.CRYPT_E_REVOCATION_OFFLINE: Meaning(
        "Revocation could not be checked: the CRL or OCSP responder did not answer in time, or its answer is stale.",
        _REACH_REVOCATION,
    ),
    hresult.CRYPT_E_NOT_IN_REVOCATION_DATABASE: Meaning(
        "The revocation server does not know the certificate.", "Ask the CA whether it issued this certificate."
    ),
    hresult.CRYPT_E_ASN1_BADTAG: Meaning("The certificate cannot be decoded at all.", _REISSUE),
    hresult.CERT_E_EXPIRED: Meaning(
        "A certificate in the chain is outside its validity period: expired, or not valid yet.", _RENEW
    ),
    hresult.CERT_E_VALIDITYPERIODNESTING: Meaning(
        "A certificate is valid at a time at which its issuer is not.",
        "Only very old Windows minds; reissue if it must.",
    ),
    hresult.CERT_E_ROLE: Meaning(
        "An end-entity certificate is used as a CA, or a CA certificate as an end entity.", _REISSUE
    ),
    hresult.CERT_E_PATHLENCONST: Meaning(
        "There are more CAs in the chain than the path length constraint of one of them allows.",
        "Issue from a CA higher in the chain, or have the constraining CA reissued with a greater path length.",
    ),
    hresult.CERT_E_CRITICAL: Meaning(
        "A certificate carries an extension that must be understood and is not.",
        "Reissue without the extension, or with it marked as not critical.",
    ),
    hresult.CERT_E_PURPOSE: Meaning(
        "A certificate is used for a purpose that its issuer did not allow.",
        "Use a certificate that was issued for this purpose.",
    ),
    hresult.CERT_E_ISSUERCHAINING: Meaning(
        "The parent in the chain did not issue the certificate below it.", _SEND_ISSUERS
    ),
    hresult.CERT_E_MALFORMED: Meaning("A certificate lacks an important field, or the field is empty.", _REISSUE),
    hresult.CERT_E_UNTRUSTEDROOT: Meaning(
        "The chain does not end in a root certificate that the judging side trusts.", _TRUST_THE_ROOT
    ),
    hresult.CERT_E_CHAINING: Meaning(
        "No chain up to a root certificate could be built: an issuer is missing, or the issuers form a ring.",
        _SEND_ISSUERS,
    ),
    hresult.TRUST_E_FAIL: Meaning("The certificate was not trusted, without a reason given.", _TRUST_THE_ROOT),
    hresult.CERT_E_REVOKED: Meaning("A certificate in the chain was revoked by its issuer.", _NEW_IDENTITY),
    hresult.CERT_E_UNTRUSTEDTESTROOT: Meaning(
        "The chain ends in a Microsoft test root, which is not trusted.", "Use a certificate of a real CA."
    ),
    hresult.CERT_E_REVOCATION_FAILURE: Meaning("Revocation could not be checked.", _REACH_REVOCATION),
    hresult.CERT_E_CN_NO_MATCH: Meaning(
        "The certificate does not name the server that was connected to.",
        "Connect by a name that is in the certificate, or reissue it with this subject alternative name.",
    ),
    hresult.CERT_E_WRONG_USAGE: Meaning(
        "A certificate in the chain is not valid for the usage it is put to.",
        "Use a certificate whose key usage and extended key usage allow this, "
        "such as clientAuth for a login and serverAuth for a server; CAs above it must allow it too.",
    ),
    hresult.TRUST_E_EXPLICIT_DISTRUST: Meaning(
        "A certificate in the chain is explicitly distrusted.", "Use another certificate."
    ),
    hresult.CERT_E_UNTRUSTEDCA: Meaning(
        "The CA that issued the certificate is not allowed to issue certificates for logins to the domain.",
        "Publish the CA's certificate to the enterprise NTAuth store: certutil -dspublish -f CA.cer NTAuthCA.",
    ),
    hresult.CERT_E_INVALID_POLICY: Meaning(
        "The certificate policies of the chain do not fit together, or are not the required ones.",
        "Use a certificate issued under the required policy, or correct the policy extensions of the CAs.",
    ),
    hresult.CERT_E_INVALID_NAME: Meaning(
        "A name in the certificate is not one that a CA above it may issue for, or the name constraint is unusable.",
        "Issue from a CA whose name constraints permit the name.",
    ),
    hresult.NTE_BAD_ALGID: Meaning(
        "An algorithm is unknown or not allowed.", "Use a certificate with a common algorithm."
    ),
    hresult.SEC_I_INCOMPLETE_CREDENTIALS: Meaning(
        "The server asks for a client certificate and none was given.",
        "Give the program a client certificate with its private key.",
    ),
    hresult.SEC_E_UNSUPPORTED_FUNCTION: Meaning(
        "The two sides have no TLS version in common.", "Enable a TLS version that the other side supports."
    ),
    hresult.SEC_E_INTERNAL_ERROR: Meaning(
        "The other side reports an internal error.", "Look into the log of the other side."
    ),
    hresult.SEC_E_INVALID_TOKEN: Meaning(
        "What arrived is not a TLS message that can be read here.", "Check that the port speaks TLS."
    ),
    hresult.SEC_E_LOGON_DENIED: Meaning(
        "The certificate is valid, but the other side denies access to its holder.",
        "Have the account mapped to this certificate, or given access.",
    ),
    hresult.SEC_E_UNKNOWN_CREDENTIALS: Meaning(
        "The credentials cannot be used.", "Check that the private key of the certificate is present and readable."
    ),
    hresult.SEC_E_NO_CREDENTIALS: Meaning(
        "There are no credentials to use.", "Check that the certificate has its private key and may use it."
    ),
    hresult.SEC_E_MESSAGE_ALTERED: Meaning(
        "A message was altered on its way.", "Look for a device between the two sides that changes the connection."
    ),
    hresult.SEC_E_INCOMPLETE_CREDENTIALS: Meaning(
        "The credentials lack what the other side demands, usually a client certificate.",
        "Give the program a client certificate with its private key.",
    ),
    hresult.SEC_E_WRONG_PRINCIPAL: Meaning(
        "The certificate does not name the server that was connected to.",
        "Connect by a name that is in the certificate.",
    ),
    hresult.SEC_E_UNTRUSTED_ROOT: Meaning(
        "The chain does not end in a root certificate that the judging side trusts.", _TRUST_THE_ROOT
    ),
    hresult.SEC_E_ILLEGAL_MESSAGE: Meaning(
        "The other side refused the handshake without a more exact reason, or a message was not as it must be.",
        "Look into the log of the other side; a missing client certificate often shows like this.",
    ),
    hresult.SEC_E_CERT_UNKNOWN: Meaning(
        "The certificate was refused for a reason that is not said.", "Look into the log of the side that refused it."
    ),
    hresult.SEC_E_CERT_EXPIRED: Meaning("The certificate is expired or not valid yet.", _RENEW),
    hresult.SEC_E_DECRYPT_FAILURE: Meaning(
        "A handshake signature or check did not verify.", "Check that the private key belongs to the certificate."
    ),
    hresult.SEC_E_ALGORITHM_MISMATCH: Meaning(
        "The two sides have no sufficient algorithm in common.", "Enable a cipher suite that both sides support."
    ),
    hresult.SEC_E_UNFINISHED_CONTEXT_DELETED: Meaning(
        "The other side cancelled before the handshake was finished.", "Look into the log of the other side."
    ),
    hresult.SEC_E_STRONG_CRYPTO_NOT_SUPPORTED: Meaning(
        "Stronger cryptography is needed than this system has.", "Update the system or use a common algorithm."
    ),
    hresult.SEC_E_CERT_WRONG_USAGE: Meaning(
        "The certificate is not valid for the usage it is put to.",
        "Use a certificate whose key usage and extended key usage allow this.",
    ),
    hresult.SEC_E_SMARTCARD_CERT_REVOKED: Meaning("The smart card's certificate was revoked.", _NEW_IDENTITY),
    hresult.SEC_E_ISSUING_CA_UNTRUSTED: Meaning(
        "The CA that issued the certificate is not trusted for logins.",
        "Publish the CA to the enterprise NTAuth store.",
    ),
    hresult.SEC_E_REVOCATION_OFFLINE_C: Meaning(
        "The revocation of the smart card's certificate could not be checked.", _REACH_REVOCATION
    ),
    hresult.SEC_E_SMARTCARD_CERT_EXPIRED: Meaning("The smart card's certificate is expired.", _RENEW),
    hresult.SEC_E_MUTUAL_AUTH_FAILED: Meaning(
        "The server could not be authenticated.", "Check the server's certificate, its name and its trust."
    ),
}

_TRUST_ERRORS: Final[dict[int, str]] = {
    TrustError.CERT_TRUST_IS_NOT_TIME_VALID: "outside its validity period",
    TrustError.CERT_TRUST_IS_NOT_TIME_NESTED: "valid at times at which its issuer is not",
    TrustError.CERT_TRUST_IS_REVOKED: "revoked",
    TrustError.CERT_TRUST_IS_NOT_SIGNATURE_VALID: "its signature does not verify",
    TrustError.CERT_TRUST_IS_NOT_VALID_FOR_USAGE: "not valid for this usage",
    TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT: "a root that is not trusted",
    TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN: "whether it is revoked could not be found out",
    TrustError.CERT_TRUST_IS_CYCLIC: "the issuers form a ring",
    TrustError.CERT_TRUST_INVALID_EXTENSION: "an extension is damaged or not understood",
    TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS: "its policy constraints are not valid",
    TrustError.CERT_TRUST_INVALID_BASIC_CONSTRAINTS: "may not act as a CA at this place in the chain",
    TrustError.CERT_TRUST_INVALID_NAME_CONSTRAINTS: "its name constraints cannot be evaluated",
    TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT: "its name constraints are of a kind that is not supported",
    TrustError.CERT_TRUST_HAS_NOT_DEFINED_NAME_CONSTRAINT: "its name constraints say nothing about a name below it",
    TrustError.CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT: "a name below it is not among those it permits",
    TrustError.CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT: "a name below it is among those it excludes",
    TrustError.CERT_TRUST_IS_PARTIAL_CHAIN: "the chain is incomplete: no root was reached",
    TrustError.CERT_TRUST_CTL_IS_NOT_TIME_VALID: "a trust list is outside its validity period",
    TrustError.CERT_TRUST_CTL_IS_NOT_SIGNATURE_VALID: "the signature of a trust list does not verify",
    TrustError.CERT_TRUST_CTL_IS_NOT_VALID_FOR_USAGE: "a trust list is not valid for this usage",
    TrustError.CERT_TRUST_HAS_WEAK_SIGNATURE: "signed with an algorithm or key that is too weak",
    TrustError.CERT_TRUST_IS_OFFLINE_REVOCATION: "the revocation source is unreachable or out of date",
    TrustError.CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY: "a certificate policy is required and none holds for the chain",
    TrustError.CERT_TRUST_IS_EXPLICIT_DISTRUST: "explicitly distrusted",
    TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT: "a critical extension is not understood",
}

_TRUST_INFOS: Final[dict[int, str]] = {
    TrustInfo.CERT_TRUST_HAS_EXACT_MATCH_ISSUER: "issuer found by name and serial number",
    TrustInfo.CERT_TRUST_HAS_KEY_MATCH_ISSUER: "issuer found by key identifier",
    TrustInfo.CERT_TRUST_HAS_NAME_MATCH_ISSUER: "issuer found by name",
    TrustInfo.CERT_TRUST_IS_SELF_SIGNED: "self-signed",
    TrustInfo.CERT_TRUST_AUTO_UPDATE_CA_REVOCATION: "revocation of the CA updated automatically",
    TrustInfo.CERT_TRUST_AUTO_UPDATE_END_REVOCATION: "revocation of the end certificate updated automatically",
    TrustInfo.CERT_TRUST_NO_OCSP_FAILOVER_TO_CRL: "OCSP did not fall back to the CRL",
    TrustInfo.CERT_TRUST_IS_KEY_ROLLOVER: "key rollover",
    TrustInfo.CERT_TRUST_HAS_PREFERRED_ISSUER: "preferred issuer",
    TrustInfo.CERT_TRUST_HAS_ISSUANCE_CHAIN_POLICY: "a certificate policy holds for the chain",
    TrustInfo.CERT_TRUST_HAS_VALID_NAME_CONSTRAINTS: "its name constraints are satisfied",
    TrustInfo.CERT_TRUST_IS_PEER_TRUSTED: "trusted as a peer",
    TrustInfo.CERT_TRUST_HAS_CRL_VALIDITY_EXTENDED: "the validity of its CRL was extended",
    TrustInfo.CERT_TRUST_IS_FROM_EXCLUSIVE_TRUST_STORE: "from the exclusive trust store",
    TrustInfo.CERT_TRUST_IS_CA_TRUSTED: "a CA trusted by itself",
    TrustInfo.CERT_TRUST_HAS_AUTO_UPDATE_WEAK_SIGNATURE: "weak signature known from the automatic update",
    TrustInfo.CERT_TRUST_IS_COMPLEX_CHAIN: "a complex chain",
    TrustInfo.CERT_TRUST_HAS_ALLOW_WEAK_SIGNATURE: "weak signature allowed",
    TrustInfo.CERT_TRUST_SSL_HANDSHAKE_OCSP: "OCSP response from the handshake",
    TrustInfo.CERT_TRUST_SSL_TIME_VALID_OCSP: "OCSP response of the handshake in time",
    TrustInfo.CERT_TRUST_SSL_RECONNECT_OCSP: "OCSP response from an earlier connection",
    TrustInfo.CERT_TRUST_SSL_TIME_VALID: "in time when the connection was made",
    TrustInfo.CERT_TRUST_NO_TIME_CHECK: "validity period not checked",
}
