"""X509_V_ERR codes of OpenSSL's checks of CRLs and OCSP responses, and of those that only x509_strict makes."""

from __future__ import annotations

from typing import Final

from certprobe.explain.openssl import v_err
from certprobe.wincrypt import hresult
from certprobe.wincrypt.entry import Entry

_REISSUE_CA: Final = "Have the CA's certificate issued again as RFC 5280 demands, or check without x509_strict."
_REISSUE: Final = "Have the certificate issued again as RFC 5280 demands, or check without x509_strict."
_NEW_CRL: Final = "Fetch a current CRL from the CA."
_NEW_OCSP: Final = "Let the server fetch a fresh OCSP response, or look at the responder."
_CALLER: Final = "Look into the program that calls OpenSSL; the certificate is not at fault."

REVOCATION: Final = (
    v_err(
        5,
        "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
        "unable to decrypt CRL's signature",
        "The signature of a CRL cannot be read.",
        _NEW_CRL,
    ),
    v_err(
        8,
        "CRL_SIGNATURE_FAILURE",
        "CRL signature failure",
        "The signature of a CRL does not verify with the key of its issuer.",
        _NEW_CRL,
        ("the CA has a new key, and the CRL is of the old one, or the reverse",),
        hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        15,
        "ERROR_IN_CRL_LAST_UPDATE_FIELD",
        "format error in CRL's lastUpdate field",
        "The issue time of a CRL cannot be read.",
        _NEW_CRL,
    ),
    v_err(
        16,
        "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
        "format error in CRL's nextUpdate field",
        "The time of a CRL's successor cannot be read.",
        _NEW_CRL,
    ),
    v_err(
        33,
        "UNABLE_TO_GET_CRL_ISSUER",
        "unable to get CRL issuer certificate",
        "The certificate of whoever signed the CRL is not to be found.",
        "Give the CRL issuer's certificate to the side that judges.",
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        35,
        "KEYUSAGE_NO_CRL_SIGN",
        "key usage does not include CRL signing",
        "The issuer may not sign CRLs, by its keyUsage.",
        "Reissue the CA's certificate with cRLSign.",
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        36,
        "UNHANDLED_CRITICAL_CRL_EXTENSION",
        "unhandled critical CRL extension",
        "A CRL has an extension that must be understood and is not.",
        "Let the CA publish a CRL without it; -extended_crl understands some more.",
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        44,
        "DIFFERENT_CRL_SCOPE",
        "different CRL scope",
        "The CRL is for other certificates than this one.",
        "Fetch the CRL that the certificate's distribution point names.",
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        54,
        "CRL_PATH_VALIDATION_ERROR",
        "CRL path validation error",
        "The chain of whoever signed the CRL is not valid.",
        "Look at the certificate of the CRL's issuer.",
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        73,
        "OCSP_VERIFY_NEEDED",
        "OCSP verification needed",
        "The program has to check the OCSP response itself.",
        _CALLER,
    ),
    v_err(
        74,
        "OCSP_VERIFY_FAILED",
        "OCSP verification failed",
        "The OCSP response could not be verified.",
        _NEW_OCSP,
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        75,
        "OCSP_CERT_UNKNOWN",
        "OCSP unknown cert",
        "The OCSP responder does not know the certificate.",
        "Ask the CA whether it issued this certificate.",
        windows=hresult.CRYPT_E_NOT_IN_REVOCATION_DATABASE,
    ),
    v_err(
        96,
        "OCSP_RESP_INVALID",
        "OCSP response(s) invalid",
        "An OCSP response cannot be read.",
        _NEW_OCSP,
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        97,
        "OCSP_SIGNATURE_FAILURE",
        "OCSP response signature verification failure",
        "The signature of an OCSP response does not verify.",
        _NEW_OCSP,
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    v_err(
        98,
        "OCSP_NOT_YET_VALID",
        "OCSP response not yet valid (contains a date in the future)",
        "An OCSP response is of a time to come.",
        "Check the clocks.",
        windows=hresult.CRYPT_E_REVOCATION_OFFLINE,
    ),
    v_err(
        99,
        "OCSP_HAS_EXPIRED",
        "OCSP response has expired",
        "An OCSP response is out of date.",
        _NEW_OCSP,
        windows=hresult.CRYPT_E_REVOCATION_OFFLINE,
    ),
    v_err(
        100,
        "OCSP_NO_RESPONSE",
        "no OCSP response available for certificate",
        "There is no OCSP response for a certificate of the chain.",
        _NEW_OCSP,
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
    Entry(
        101,
        "X509_V_ERR_CRL_VERIFY_FAILED",
        "A CRL could not be verified.",
        _NEW_CRL,
        windows=hresult.CRYPT_E_NO_REVOCATION_CHECK,
    ),
)

_STRICT_ROWS: Final = (
    (80, "PATHLEN_INVALID_FOR_NON_CA", "Path length invalid for non-CA cert", "A path length stands in no CA."),
    (
        81,
        "PATHLEN_WITHOUT_KU_KEY_CERT_SIGN",
        "Path length given without key usage keyCertSign",
        "A path length stands in a CA that may not sign certificates.",
    ),
    (
        82,
        "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA",
        "Key usage keyCertSign invalid for non-CA cert",
        "A certificate that is no CA claims to sign certificates.",
    ),
    (83, "ISSUER_NAME_EMPTY", "Issuer name empty", "The issuer's name is empty."),
    (84, "SUBJECT_NAME_EMPTY", "Subject name empty", "The name of a CA, or of a CRL issuer, is empty."),
    (
        85,
        "MISSING_AUTHORITY_KEY_IDENTIFIER",
        "Missing Authority Key Identifier",
        "The certificate does not say by which key it was signed.",
    ),
    (
        86,
        "MISSING_SUBJECT_KEY_IDENTIFIER",
        "Missing Subject Key Identifier",
        "A CA certificate has no identifier of its key.",
    ),
    (87, "EMPTY_SUBJECT_ALT_NAME", "Empty Subject Alternative Name extension", "The list of names is empty."),
    (
        88,
        "EMPTY_SUBJECT_SAN_NOT_CRITICAL",
        "Subject empty and Subject Alt Name extension not critical",
        "The subject is empty, and the alternative names are not marked as critical.",
    ),
    (
        89,
        "CA_BCONS_NOT_CRITICAL",
        "Basic Constraints of CA cert not marked critical",
        "The basicConstraints of a CA are not marked as critical.",
    ),
    (
        90,
        "AUTHORITY_KEY_IDENTIFIER_CRITICAL",
        "Authority Key Identifier marked critical",
        "The identifier of the issuer's key is marked as critical.",
    ),
    (
        91,
        "SUBJECT_KEY_IDENTIFIER_CRITICAL",
        "Subject Key Identifier marked critical",
        "The identifier of the key is marked as critical.",
    ),
    (92, "CA_CERT_MISSING_KEY_USAGE", "CA cert does not include key usage extension", "A CA has no keyUsage."),
    (
        93,
        "EXTENSIONS_REQUIRE_VERSION_3",
        "Using cert extension requires at least X509v3",
        "A certificate of version 1 or 2 has extensions.",
    ),
    (
        102,
        "EMPTY_AUTHORITY_KEY_IDENTIFIER",
        "Empty Authority Key Identifier",
        "The identifier of the issuer's key is empty.",
    ),
    (
        103,
        "AKID_ISSUER_SERIAL_NOT_PAIRED",
        "Authority Key Identifier issuer and serial number must be paired",
        "The certificate names its issuer's issuer without the serial number, or the reverse.",
    ),
)
_OF_CAS: Final = {81, 84, 86, 89, 92}

STRICT: Final = (
    *(
        v_err(number, symbol, message, text, _REISSUE_CA if number in _OF_CAS else _REISSUE)
        for number, symbol, message, text in _STRICT_ROWS
    ),
    Entry(104, "X509_V_ERR_DUPLICATE_EXTENSION", "An extension is in the certificate twice.", _REISSUE),
)
