"""Events of the System log about certificates: those of Schannel, and of the KDC since KB5014754."""

from __future__ import annotations

from typing import Final

from certprobe.wincrypt import hresult
from certprobe.wincrypt.entry import Entry

_KB: Final = "KB5014754"
_STRONG: Final = (
    "Have the certificate issued anew so that it carries the account's SID (1.3.6.1.4.1.311.25.2), or map it strongly: "
    "altSecurityIdentities with issuer and serial number, key identifier or SHA-1 of the public key."
)
_OLD_SERVERS: Final = "On Windows Server 2008 and 2008 R2 the number is another one."

KDC_EVENTS: Final = (
    Entry(
        19,
        "KDC 19",
        "Somebody tried to log on by certificate, but this domain controller has no suitable certificate itself.",
        "Enroll the domain controller for a certificate (Kerberos Authentication template).",
        source="Kdcsvc",
    ),
    Entry(
        20,
        "KDC 20",
        "The domain controller's own certificate was valid once and is not any more.",
        "Renew it; logons by certificate fail until then.",
        source="Kdcsvc",
    ),
    Entry(
        21,
        "KDC 21",
        "The certificate of a user was not valid for the logon; the event ends with the status that says why.",
        "Explain that status; an untrusted CA, a missing NTAuth entry and an unreachable CRL are the usual ones.",
        source="Kdcsvc",
    ),
    Entry(
        39,
        "KDC 39",
        "A valid certificate could not be mapped strongly to an account. Refused in enforcement mode, else a warning.",
        _STRONG,
        (
            "the certificate was issued before the CA wrote the SID into it",
            "it comes from another CA, or from a template that takes its names from the request",
        ),
        _KB,
    ),
    Entry(
        40,
        "KDC 40",
        "A valid certificate is weakly mapped to an account that is younger than the certificate, and was refused.",
        _STRONG,
        ("the account was deleted and made again", "the certificate belongs to an earlier holder of the name"),
        _KB,
    ),
    Entry(
        41,
        "KDC 41",
        "The SID in the certificate is another one than the account's, and the logon was refused. "
        "On Windows Server 2008 R2 this number stands for event 39.",
        "Issue the certificate for this account; whoever tried may be somebody else.",
        ("the account was made again under the same name", "the certificate comes from another domain"),
        _KB,
    ),
    Entry(
        48,
        "KDC 48",
        f"What event 40 is on newer systems: certificate older than account. {_OLD_SERVERS}",
        _STRONG,
        (),
        _KB,
    ),
    Entry(
        49,
        "KDC 49",
        f"What event 41 is on newer systems: the SID in the certificate is another one. {_OLD_SERVERS}",
        "Issue the certificate for this account; whoever tried may be somebody else.",
        (),
        _KB,
    ),
)

SCHANNEL_EVENTS: Final = (
    Entry(
        36869,
        "Schannel 36869",
        "The certificate of a server is not connected with a private key.",
        "Import it with its key, or connect them: certutil -repairstore my THUMBPRINT.",
    ),
    Entry(
        36870,
        "Schannel 36870",
        "The private key of a certificate could not be used.",
        "Give the service the right to read the key, and explain the error code of the event.",
        ("the service's account may not read the key", "the key is gone, or lies in a provider that TLS cannot use"),
    ),
    Entry(
        36871,
        "Schannel 36871",
        "No TLS credential could be made.",
        "Check which TLS versions are enabled for this side, and that the certificate has its key.",
        ("all TLS versions that the program wants are disabled in the registry",),
    ),
    Entry(
        36872,
        "Schannel 36872",
        "No certificate fits for a service that wants one, as LDAPS of a domain controller.",
        "Enroll a certificate with serverAuth and the machine's name.",
    ),
    Entry(
        36874,
        "Schannel 36874",
        "A client offers no cipher suite that this server has.",
        "Enable a suite in common; look at what kind of key the server's certificate has.",
        windows=hresult.SEC_E_ALGORITHM_MISMATCH,
    ),
    Entry(
        36875,
        "Schannel 36875",
        "The server asked for a client certificate and this machine found none; the connection goes on without.",
        "Install a certificate, with its key, of a CA that the server lists.",
        windows=hresult.SEC_I_INCOMPLETE_CREDENTIALS,
    ),
    Entry(
        36876,
        "Schannel 36876",
        "The server's certificate was not accepted; the event has the status.",
        "Explain that status.",
    ),
    Entry(
        36877,
        "Schannel 36877",
        "The client's certificate was not accepted; the event has the status.",
        "Explain that status.",
    ),
    Entry(
        36878,
        "Schannel 36878",
        "The client's certificate is not suitable to be mapped to an account, for instance it has no UPN.",
        "Issue it with the user's UPN, or map it explicitly.",
    ),
    Entry(
        36879,
        "Schannel 36879",
        "The client's certificate is valid, but no account is mapped to it; the event has the status.",
        "Map it in Active Directory (altSecurityIdentities), or issue it with UPN and SID.",
        windows=hresult.SEC_E_LOGON_DENIED,
    ),
    Entry(36880, "Schannel 36880", "A TLS handshake has succeeded.", "Nothing needs to be done."),
    Entry(
        36881,
        "Schannel 36881",
        "The server's certificate has expired or is not valid yet.",
        "Renew the certificate, and check the clock.",
        windows=hresult.SEC_E_CERT_EXPIRED,
    ),
    Entry(
        36882,
        "Schannel 36882",
        "The CA of the server's certificate is not trusted here.",
        "Install the root of that CA, and let the server send its intermediates.",
        windows=hresult.SEC_E_UNTRUSTED_ROOT,
    ),
    Entry(
        36883,
        "Schannel 36883",
        "The server's certificate was revoked.",
        "Use another certificate there.",
        windows=hresult.CRYPT_E_REVOKED,
    ),
    Entry(
        36884,
        "Schannel 36884",
        "The server's certificate does not name the server that was meant.",
        "Connect by a name that is in the certificate.",
        windows=hresult.SEC_E_WRONG_PRINCIPAL,
    ),
    Entry(
        36885,
        "Schannel 36885",
        "The list of trusted CAs has grown too long to be sent; it was cut, and clients may find no match.",
        "Remove roots that nobody needs, use a store of its own for the list, or send none (SendTrustedIssuerList 0).",
    ),
    Entry(
        36886,
        "Schannel 36886",
        "There is no default server certificate on this system.",
        "Harmless if nothing here serves TLS; a domain controller needs one for LDAPS.",
    ),
    Entry(
        36887,
        "Schannel 36887",
        "The other side sent a fatal alert, whose number the event names.",
        "Explain that number as an alert; the reason is in the log of the other side.",
    ),
    Entry(
        36888,
        "Schannel 36888",
        "This machine sent a fatal alert, whose number the event names, with an internal error state.",
        "Explain that number as an alert; it says what this machine disliked.",
    ),
)
