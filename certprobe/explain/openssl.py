"""X509_V_ERR codes of OpenSSL: what verification of a chain meets every day; `openssl_rare` has the others.

The first alias is the text of X509_verify_cert_error_string in OpenSSL 3, which logs show with or without the number.
"""

from __future__ import annotations

from typing import Final

from certprobe.wincrypt import hresult
from certprobe.wincrypt.entry import Entry
from certprobe.wincrypt.hresult import HResult

_SEND: Final = "Configure the intermediate CA certificates on the side that presents the certificate."
_TRUST: Final = "Give the CA's root certificate to the side that judges (CAfile, ssl_client_certificate, --cacert)."
_REISSUE: Final = "Have the certificate issued again by its CA."
_NEW_CRL: Final = "Fetch a current CRL for the side that judges."
_NAME: Final = "Connect by a name that is in the certificate, or reissue it with this subject alternative name."
_NAMES: Final = "Issue from a CA whose name constraints permit the name."

_NOT_SENT: Final = "the peer sends its own certificate without the intermediates"
_NO_ROOT: Final = "the root is not among the trusted ones, or lies in another file or directory than the one in use"
_CLOCK: Final = "the clock of the judging machine is wrong"


def v_err(
    number: int,
    symbol: str,
    message: str,
    text: str,
    advice: str,
    causes: tuple[str, ...] = (),
    windows: HResult | None = None,
    *more: str,
) -> Entry:
    """One X509_V_ERR code; `message` is OpenSSL's own text, `more` are texts of other versions."""
    return Entry(number, f"X509_V_ERR_{symbol}", text, advice, causes, aliases=(message, *more), windows=windows)


EVERYDAY: Final = (
    Entry(0, "X509_V_OK", "The chain was verified.", "Nothing needs to be done.", windows=hresult.ERROR_SUCCESS),
    v_err(
        2,
        "UNABLE_TO_GET_ISSUER_CERT",
        "unable to get issuer certificate",
        "The issuer of a CA certificate in the chain is not to be found: the chain breaks off above an intermediate.",
        _TRUST,
        (_NO_ROOT, "only an intermediate is trusted; partial_chain would accept that"),
        hresult.CERT_E_CHAINING,
    ),
    v_err(
        3,
        "UNABLE_TO_GET_CRL",
        "unable to get certificate CRL",
        "CRLs are to be checked, and there is none for the issuer of this certificate.",
        _NEW_CRL,
        ("SSLCARevocationCheck chain or ssl_crl needs a CRL for every CA of the chain",),
        hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        7,
        "CERT_SIGNATURE_FAILURE",
        "certificate signature failure",
        "The signature of a certificate does not verify with the key of its issuer.",
        "Find the right issuer, or reissue the certificate.",
        ("two CA certificates have the same name but different keys", "the file was damaged"),
        hresult.TRUST_E_CERT_SIGNATURE,
    ),
    v_err(
        9,
        "CERT_NOT_YET_VALID",
        "certificate is not yet valid or the system clock is incorrect",
        "A certificate is not valid yet.",
        "Check the clock of the side that judges, or wait.",
        (_CLOCK, "it was issued for a time to come"),
        hresult.CERT_E_EXPIRED,
        "certificate is not yet valid",
    ),
    v_err(
        10,
        "CERT_HAS_EXPIRED",
        "certificate has expired",
        "A certificate has expired; the depth beside it tells which one: 0 is the end certificate.",
        "Renew it.",
        ("nobody renewed it", "an old root or intermediate is still in a bundle", _CLOCK),
        hresult.CERT_E_EXPIRED,
    ),
    v_err(
        11,
        "CRL_NOT_YET_VALID",
        "CRL is not yet valid",
        "A CRL is not valid yet.",
        "Check the clock of the side that judges.",
        (_CLOCK,),
        hresult.CRYPT_E_REVOCATION_OFFLINE,
    ),
    v_err(
        12,
        "CRL_HAS_EXPIRED",
        "CRL has expired",
        "A CRL is past its nextUpdate, so that nobody is let in any more.",
        _NEW_CRL,
        ("the job that fetches the CRL has stopped", "the CA did not publish"),
        hresult.CRYPT_E_REVOCATION_OFFLINE,
    ),
    v_err(
        18,
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "self-signed certificate",
        "The end certificate is self-signed, and not trusted itself.",
        "Use a certificate of a CA, or trust this one explicitly.",
        ("the server still shows the certificate that came with its installation",),
        hresult.CERT_E_UNTRUSTEDROOT,
        "self signed certificate",
    ),
    v_err(
        19,
        "SELF_SIGNED_CERT_IN_CHAIN",
        "self-signed certificate in certificate chain",
        "The chain ends in a root that is not trusted here.",
        _TRUST,
        (_NO_ROOT, "a proxy opens the connection and shows a certificate of its own CA"),
        hresult.CERT_E_UNTRUSTEDROOT,
        "self signed certificate in certificate chain",
    ),
    v_err(
        20,
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "unable to get local issuer certificate",
        "The issuer of a certificate is neither sent by the peer nor among the trusted ones.",
        f"{_SEND} {_TRUST}",
        (_NOT_SENT, _NO_ROOT, "a directory of CAs was not hashed (openssl rehash)"),
        hresult.CERT_E_CHAINING,
    ),
    v_err(
        21,
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "unable to verify the first certificate",
        "Only the end certificate came, and its issuer is not known here.",
        _SEND,
        (_NOT_SENT, _NO_ROOT),
        hresult.CERT_E_CHAINING,
    ),
    v_err(
        22,
        "CERT_CHAIN_TOO_LONG",
        "certificate chain too long",
        "The chain has more certificates than are allowed.",
        "Raise the depth (ssl_verify_depth, SSLVerifyDepth), or send fewer certificates.",
        ("nginx allows a depth of 1 by default: no intermediate below the root's issuer",),
    ),
    v_err(
        23,
        "CERT_REVOKED",
        "certificate revoked",
        "The certificate is on its issuer's CRL, or OCSP says that it is revoked.",
        "Use another certificate.",
        (),
        hresult.CRYPT_E_REVOKED,
    ),
    v_err(
        25,
        "PATH_LENGTH_EXCEEDED",
        "path length constraint exceeded",
        "There are more CAs in the chain than one of them allows.",
        "Issue from a CA higher in the chain, or have that CA reissued with a greater path length.",
        (),
        hresult.TRUST_E_BASIC_CONSTRAINTS,
    ),
    v_err(
        26,
        "INVALID_PURPOSE",
        "unsuitable certificate purpose",
        "The certificate is not meant for this use.",
        "Use one with the right extended key usage: clientAuth for a login, serverAuth for a server.",
        ("a server certificate is used for a login", "a CA above it is limited to other purposes"),
        hresult.CERT_E_WRONG_USAGE,
        "unsupported certificate purpose",
    ),
    v_err(
        27,
        "CERT_UNTRUSTED",
        "certificate not trusted",
        "The root is there, but not trusted for this purpose.",
        "Trust it for this purpose (openssl x509 -addtrust).",
        ("the file is a TRUSTED CERTIFICATE with limits",),
        hresult.CERT_E_UNTRUSTEDROOT,
    ),
    v_err(
        28,
        "CERT_REJECTED",
        "certificate rejected",
        "The root is marked as not to be trusted for this purpose.",
        "Remove the mark (openssl x509 -clrreject), or use another CA.",
        (),
        hresult.TRUST_E_EXPLICIT_DISTRUST,
    ),
    v_err(
        32,
        "KEYUSAGE_NO_CERTSIGN",
        "key usage does not include certificate signing",
        "The issuer may not sign certificates, by its keyUsage.",
        "Reissue the CA's certificate with keyCertSign.",
        (),
        hresult.CERT_E_WRONG_USAGE,
    ),
    v_err(
        34,
        "UNHANDLED_CRITICAL_EXTENSION",
        "unhandled critical extension",
        "A certificate carries an extension that must be understood and is not.",
        "Reissue without the extension, or with it marked as not critical.",
        (),
        hresult.CERT_E_CRITICAL,
    ),
    v_err(
        37,
        "INVALID_NON_CA",
        "invalid non-CA certificate (has CA markings)",
        "A certificate that should not be a CA says that it is one.",
        "Use an end-entity certificate.",
        (),
        hresult.CERT_E_ROLE,
    ),
    v_err(
        43,
        "NO_EXPLICIT_POLICY",
        "no explicit policy",
        "A certificate policy is required, and none holds for the whole chain.",
        "Use a certificate issued under the required policy.",
        (),
        hresult.CERT_E_INVALID_POLICY,
    ),
    v_err(
        47,
        "PERMITTED_VIOLATION",
        "permitted subtree violation",
        "A name is not among those that a CA above it may issue for.",
        _NAMES,
        (),
        hresult.CERT_E_INVALID_NAME,
    ),
    v_err(
        48,
        "EXCLUDED_VIOLATION",
        "excluded subtree violation",
        "A name is among those that a CA above it must not issue for.",
        _NAMES,
        (),
        hresult.CERT_E_INVALID_NAME,
    ),
    v_err(
        50,
        "APPLICATION_VERIFICATION",
        "application verification failure",
        "The program itself refused the certificate, in its own callback.",
        "Look into the log and settings of the program.",
    ),
    v_err(
        62,
        "HOSTNAME_MISMATCH",
        "hostname mismatch",
        "The certificate does not name the server that was connected to.",
        _NAME,
        ("the address in use is an alias or a short name", "the name stands in the common name only"),
        hresult.CERT_E_CN_NO_MATCH,
    ),
    v_err(
        63,
        "EMAIL_MISMATCH",
        "email address mismatch",
        "The certificate does not have the mail address that was asked for.",
        "Use the certificate of that address.",
        (),
        hresult.CERT_E_CN_NO_MATCH,
    ),
    v_err(
        64,
        "IP_ADDRESS_MISMATCH",
        "IP address mismatch",
        "The certificate does not have the IP address that was connected to.",
        "Connect by name, or reissue the certificate with the address as an iPAddress.",
        ("the address stands in it as a dNSName or in the common name only",),
        hresult.CERT_E_CN_NO_MATCH,
    ),
    v_err(
        66,
        "EE_KEY_TOO_SMALL",
        "EE certificate key too weak",
        "The key of the end certificate is too short for the security level in force.",
        "Reissue it with a longer key, RSA 2048 or EC P-256; lowering SECLEVEL is for diagnosis only.",
        (),
        hresult.TRUST_E_CERT_SIGNATURE,
    ),
    v_err(
        67,
        "CA_KEY_TOO_SMALL",
        "CA certificate key too weak",
        "The key of a CA in the chain is too short for the security level in force.",
        "Use a CA with a longer key.",
        (),
        hresult.TRUST_E_CERT_SIGNATURE,
    ),
    v_err(
        68,
        "CA_MD_TOO_WEAK",
        "CA signature digest algorithm too weak",
        "A signature in the chain uses a digest that is too weak, as MD5 or SHA-1.",
        "Have the certificate issued again with SHA-256.",
        (),
        hresult.TRUST_E_CERT_SIGNATURE,
    ),
    v_err(
        79,
        "INVALID_CA",
        "invalid CA certificate",
        "A certificate in the chain signs others although it is no CA.",
        "Reissue from a CA whose certificate has basicConstraints CA:TRUE.",
        ("the number was 24 up to OpenSSL 1.1.1", "an old CA certificate has no basicConstraints"),
        hresult.TRUST_E_BASIC_CONSTRAINTS,
    ),
)
