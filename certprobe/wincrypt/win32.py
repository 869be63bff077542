"""System error codes of Windows around logins and TLS; Active Directory writes them, in hexadecimal, into LDAP answers.

"80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 52e, v4563": 0x52E is 1326.
"""

from __future__ import annotations

from typing import Final

from certprobe.wincrypt import hresult
from certprobe.wincrypt.entry import Entry

_SAME_NAME: Final = "Connect by a name that is in the certificate."

SYSTEM_ERRORS: Final = (
    Entry(0, "ERROR_SUCCESS", "Nothing is wrong.", "Nothing needs to be done."),
    Entry(
        5,
        "ERROR_ACCESS_DENIED",
        "The account has no right to do this.",
        "Look at the rights on the file, the key or the service.",
    ),
    Entry(
        64,
        "ERROR_NETNAME_DELETED",
        "The client closed the connection before the answer was written.",
        "Look at the client: a user who left, a timeout, or a client that gives up when it is asked for a certificate.",
    ),
    Entry(86, "ERROR_INVALID_PASSWORD", "The password is wrong.", "Check the password."),
    Entry(87, "ERROR_INVALID_PARAMETER", "An argument of the call is not valid.", "Correct the request."),
    Entry(
        1236,
        "ERROR_CONNECTION_ABORTED",
        "This machine closed the connection.",
        "Look into the log of the program that held it.",
    ),
    Entry(
        1244,
        "ERROR_NOT_AUTHENTICATED",
        "The operation needs a login, and there was none before it.",
        "Bind first; with certificates over StartTLS, send the EXTERNAL bind.",
        ("the directory was searched without a successful bind", "the client certificate was not accepted as a login"),
    ),
    Entry(
        1311,
        "ERROR_NO_LOGON_SERVERS",
        "No domain controller is there to check the login.",
        "Check DNS and the network to the domain controllers.",
        windows=hresult.HResult(0x80090311),
    ),
    Entry(
        1312,
        "ERROR_NO_SUCH_LOGON_SESSION",
        "A binding of IIS or http.sys (netsh, 0x80070520) names a certificate whose private key is not there.",
        "Import the certificate with its key, as PKCS#12, into the machine's store, and bind it again.",
        (
            "the certificate was imported without its key, as .cer or .crt",
            "it lies in the store of a user, not in that of the machine",
        ),
    ),
    Entry(
        1317,
        "ERROR_NO_SUCH_USER",
        "The account does not exist.",
        "Check the user name or DN: it may be misspelled, moved or deleted.",
    ),
    Entry(
        1326,
        "ERROR_LOGON_FAILURE",
        "The user name or the password is wrong.",
        "Check both; with a certificate, check which account it is mapped to.",
        ("a stored password was not updated", "the name is in a form that this domain does not know"),
        windows=hresult.SEC_E_LOGON_DENIED,
    ),
    Entry(
        1327,
        "ERROR_ACCOUNT_RESTRICTION",
        "A restriction of the account forbids the login.",
        "Look for an empty password, a Protected Users membership or an authentication policy.",
    ),
    Entry(
        1328,
        "ERROR_INVALID_LOGON_HOURS",
        "The account may not log in at this time.",
        "Look at the logon hours of the account.",
    ),
    Entry(
        1329,
        "ERROR_INVALID_WORKSTATION",
        "The account may not log in from this machine.",
        'Look at "Log On To" of the account (userWorkstations).',
    ),
    Entry(1330, "ERROR_PASSWORD_EXPIRED", "The password has expired.", "Set a new password."),
    Entry(1331, "ERROR_ACCOUNT_DISABLED", "The account is disabled.", "Enable the account, or use another one."),
    Entry(
        1384,
        "ERROR_TOO_MANY_CONTEXT_IDS",
        "The account is in more groups than a login can carry.",
        "Remove it from groups; about 1,010 are possible.",
    ),
    Entry(
        1385,
        "ERROR_LOGON_TYPE_NOT_GRANTED",
        "The account may not log in in this way on that machine.",
        "Grant the right to log on locally or over the network, as needed.",
    ),
    Entry(1793, "ERROR_ACCOUNT_EXPIRED", "The account has expired.", "Extend it (accountExpires)."),
    Entry(
        1907,
        "ERROR_PASSWORD_MUST_CHANGE",
        "The password has to be changed before the first login.",
        "Set a new password, or take the demand off the account (pwdLastSet).",
    ),
    Entry(
        1909,
        "ERROR_ACCOUNT_LOCKED_OUT",
        "The account is locked after too many wrong passwords.",
        "Unlock it, and find the machine that still tries the old password.",
    ),
    Entry(
        8232,
        "ERROR_DS_STRONG_AUTH_REQUIRED",
        "The domain controller only takes logins that are signed or come over TLS.",
        "Use LDAPS or StartTLS, or let the client sign (LDAPServerIntegrity).",
    ),
    Entry(10054, "WSAECONNRESET", "The other side broke the connection off.", "Look into the log of the other side."),
    Entry(10060, "WSAETIMEDOUT", "The other side did not answer in time.", "Check the address and the firewalls."),
    Entry(10061, "WSAECONNREFUSED", "Nothing listens on that port.", "Check the port, and that the service runs."),
    Entry(
        12002,
        "ERROR_WINHTTP_TIMEOUT",
        "The server did not answer in time.",
        "Check the address, the proxy and the firewalls.",
        aliases=("ERROR_INTERNET_TIMEOUT",),
    ),
    Entry(
        12007,
        "ERROR_WINHTTP_NAME_NOT_RESOLVED",
        "The server's name has no address.",
        "Check the name and DNS.",
        aliases=("ERROR_INTERNET_NAME_NOT_RESOLVED",),
    ),
    Entry(
        12029,
        "ERROR_WINHTTP_CANNOT_CONNECT",
        "No connection to the server came about.",
        "Check the port, the proxy and the firewalls.",
        aliases=("ERROR_INTERNET_CANNOT_CONNECT",),
    ),
    Entry(
        12037,
        "ERROR_WINHTTP_SECURE_CERT_DATE_INVALID",
        "The server's certificate is expired or not valid yet.",
        "Renew the certificate, and check the clock.",
        aliases=("ERROR_INTERNET_SEC_CERT_DATE_INVALID",),
        windows=hresult.CERT_E_EXPIRED,
    ),
    Entry(
        12038,
        "ERROR_WINHTTP_SECURE_CERT_CN_INVALID",
        "The certificate does not name the server that was connected to.",
        _SAME_NAME,
        aliases=("ERROR_INTERNET_SEC_CERT_CN_INVALID",),
        windows=hresult.CERT_E_CN_NO_MATCH,
    ),
    Entry(
        12044,
        "ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED",
        "The server asks for a client certificate.",
        "Give the program a certificate of a CA that the server lists.",
        ("the program was given none", "the service account cannot see the user's certificates"),
        aliases=("ERROR_INTERNET_CLIENT_AUTH_CERT_NEEDED",),
        windows=hresult.SEC_I_INCOMPLETE_CREDENTIALS,
    ),
    Entry(
        12045,
        "ERROR_WINHTTP_SECURE_INVALID_CA",
        "The CA of the server's certificate is not trusted.",
        "Install the root of that CA, and let the server send its intermediates.",
        aliases=("ERROR_INTERNET_INVALID_CA",),
        windows=hresult.CERT_E_UNTRUSTEDROOT,
    ),
    Entry(
        12057,
        "ERROR_WINHTTP_SECURE_CERT_REV_FAILED",
        "Whether the server's certificate is revoked could not be found out.",
        "Make the CRL or OCSP address reachable; WinHTTP needs its own proxy setting (netsh winhttp).",
        aliases=("ERROR_INTERNET_SEC_CERT_REV_FAILED",),
        windows=hresult.CRYPT_E_REVOCATION_OFFLINE,
    ),
    Entry(
        12157,
        "ERROR_WINHTTP_SECURE_CHANNEL_ERROR",
        "The TLS handshake failed.",
        "Compare TLS versions and cipher suites; Schannel's event log names the alert.",
        ("no TLS version in common", "the server wants a client certificate"),
        aliases=("ERROR_INTERNET_SECURITY_CHANNEL_ERROR",),
    ),
    Entry(
        12169,
        "ERROR_WINHTTP_SECURE_INVALID_CERT",
        "The server's certificate is not valid.",
        "Look at the chain with certprobe https.",
        aliases=("ERROR_INTERNET_SEC_INVALID_CERT",),
    ),
    Entry(
        12170,
        "ERROR_WINHTTP_SECURE_CERT_REVOKED",
        "The server's certificate was revoked.",
        "Use another certificate.",
        aliases=("ERROR_INTERNET_SEC_CERT_REVOKED",),
        windows=hresult.CRYPT_E_REVOKED,
    ),
    Entry(
        12175,
        "ERROR_WINHTTP_SECURE_FAILURE",
        "Something is wrong with the server's certificate; a callback of the program knows what.",
        "Look at the chain with certprobe https: untrusted root, name and time are the usual faults.",
        ("an untrusted root", "another name than in the certificate", "a clock that is wrong"),
        aliases=("ERROR_INTERNET_DECODING_FAILED", "WININET_E_DECODING_FAILED"),
    ),
    Entry(
        12179,
        "ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE",
        "The certificate is not valid for a server.",
        "Use one whose extended key usage has serverAuth.",
        windows=hresult.CERT_E_WRONG_USAGE,
    ),
    Entry(
        12185,
        "ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY",
        "The client certificate has no private key beside it.",
        "Import the certificate with its key (PKCS#12).",
    ),
    Entry(
        12186,
        "ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY",
        "The account may not read the client certificate's private key.",
        "Give it that right: certlm.msc, Manage Private Keys, or winhttpcertcfg.",
    ),
)
