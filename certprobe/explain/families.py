"""The kinds of codes that are explained, each with the place where its numbers are met."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple


class Family(enum.Enum):
    """One numbering; the values are those of the JSON document."""

    HRESULT = "hresult"
    TLS_ALERT = "tls-alert"
    OPENSSL = "openssl-verify"
    LDAP = "ldap-result"
    LDAP_API = "ldap-api"
    AD_DATA = "ad-data"
    IIS = "iis-sub-status"
    WIN32 = "win32"
    KDC_EVENT = "kdc-event"
    SCHANNEL_EVENT = "schannel-event"
    TRUST_ERROR = "trust-error"
    TRUST_INFO = "trust-info"


class Home(NamedTuple):
    """Where a family is at home.

    `applies` says where its numbers are met, `source` what defines them. `prefixes` are the words, without blanks and
    signs, that may stand before a number or name and say that it is of this family.
    """

    title: str
    applies: str
    source: str
    prefixes: tuple[str, ...]


HOMES: Final[dict[Family, Home]] = {
    Family.HRESULT: Home(
        "HRESULT",
        "in answers of CertVerifyCertificateChainPolicy and Schannel, sc-win32-status of IIS, event logs, certutil",
        "winerror.h",
        ("hresult", "sspi", "status", "error", "errorcode", "certflags", "dwerror", "data"),
    ),
    Family.TLS_ALERT: Home(
        "TLS alert",
        'in a TLS handshake: "alert number" of OpenSSL, Schannel events 36887 and 36888, packet traces',
        "RFC 8446 6",
        (
            *("alert", "tlsalert", "ssltlsalert", "sslalert", "alertnumber", "sslalertnumber", "fatalalert"),
            *("alertcode", "alertdescription", "sslv3alert", "tlsv1alert", "tlsv13alert", "tls"),
        ),
    ),
    Family.OPENSSL: Home(
        "OpenSSL verification",
        'in "verify error:num=", "Verify return code", SSL_CLIENT_VERIFY and ssl_client_verify of OpenSSL\'s users',
        "openssl/x509_vfy.h",
        (
            *("x509", "x509verr", "x509v", "openssl", "num", "errornum"),
            *("verify", "verifyerror", "verifyerrornum", "verifyreturncode"),
        ),
    ),
    Family.LDAP: Home(
        "LDAP result",
        "in an answer of a directory: resultCode, err= in the log of slapd and 389, the number after a client's text",
        "RFC 4511 4.1.9",
        ("ldap", "ldapresult", "ldaperror", "ldaperrorcode", "resultcode", "err", "result"),
    ),
    Family.LDAP_API: Home(
        "LDAP client error",
        "from the client's library, never from the server: negative in OpenLDAP, 81 and above in winldap.h",
        "ldap.h, winldap.h",
        ("ldap", "ldaperror", "ldapapi"),
    ),
    Family.AD_DATA: Home(
        "Active Directory data",
        'in hexadecimal after "data" in a diagnosticMessage of Active Directory ("LdapErr: DSID-...")',
        "winerror.h",
        ("data", "addata"),
    ),
    Family.IIS: Home(
        "IIS sub-status",
        "in the log of IIS as sc-status and sc-substatus, and on its error pages",
        "IIS (KB943891)",
        ("iis", "http", "httperror"),
    ),
    Family.WIN32: Home(
        "Windows system error",
        "in sc-win32-status of IIS, GetLastError, WinHTTP, and behind 0x8007 in an HRESULT",
        "winerror.h",
        ("win32", "scwin32status", "getlasterror", "winhttp", "wininet", "systemerror"),
    ),
    Family.KDC_EVENT: Home(
        "KDC event",
        "in the System log of a domain controller, source Kerberos-Key-Distribution-Center or Kdcsvc",
        "KB5014754",
        ("event", "eventid", "kdc", "kdcevent", "kdcsvc", "kdceventid"),
    ),
    Family.SCHANNEL_EVENT: Home(
        "Schannel event",
        "in the System log, source Schannel",
        "Schannel",
        ("event", "eventid", "schannel", "schannelevent", "schanneleventid"),
    ),
    Family.TRUST_ERROR: Home(
        "dwErrorStatus",
        "as dwErrorStatus of a chain or element (CERT_TRUST_STATUS), X509ChainStatusFlags in .NET, certutil -verify",
        "wincrypt.h",
        ("error", "dwerrorstatus", "errorstatus", "trusterror"),
    ),
    Family.TRUST_INFO: Home(
        "dwInfoStatus",
        "as dwInfoStatus of a chain or element (CERT_TRUST_STATUS), certutil -verify",
        "wincrypt.h",
        ("info", "dwinfostatus", "infostatus", "trustinfo"),
    ),
}
