"""Sub-status codes of IIS, `sc-status.sc-substatus` in its log, as far as they are about logins and TLS.

`number` is the status times 100 plus the sub-status: 40316 is 403.16.
"""

from __future__ import annotations

from typing import Final

from certprobe.wincrypt import hresult
from certprobe.wincrypt.entry import Entry

_WIN32: Final = "sc-win32-status beside it says why: explain that number too."

SUB_STATUSES: Final = (
    Entry(
        40101,
        "Logon failed",
        "The login failed: name, password or certificate were not accepted.",
        "Look at the account, and at sc-win32-status beside it.",
    ),
    Entry(
        40102,
        "Logon failed due to server configuration",
        "None of the ways to log in that the server allows was used.",
        "Enable the authentication that the client uses, or let the client use another one.",
    ),
    Entry(
        40103,
        "Unauthorized due to ACL on resource",
        "The login succeeded, but the account may not read the file.",
        "Give the account, or the one that the certificate is mapped to, the right to read.",
    ),
    Entry(
        40304,
        "SSL required",
        "The page is only to be had over HTTPS.",
        "Use https:// in the address.",
    ),
    Entry(
        40305,
        "SSL 128 required",
        "The page demands stronger encryption than was negotiated.",
        "Enable stronger cipher suites on the client.",
    ),
    Entry(
        40307,
        "Client certificate required",
        "The server requires a client certificate and got none.",
        "Give the client a certificate with its key, of a CA that the server lists.",
        (
            "no certificate of the client matches the list of CAs that the server sends (SendTrustedIssuerList)",
            "the list is too long and was cut by Schannel",
            "the server asks after the handshake and the client cannot do that: TLS 1.3 or HTTP/2",
            "a proxy ends TLS before the server",
        ),
        windows=hresult.SEC_I_INCOMPLETE_CREDENTIALS,
    ),
    Entry(
        40312,
        "Mapper denied access",
        "The certificate is valid, but a mapping rule denies access to it, or maps it to no account.",
        "Look at the one-to-one and many-to-one rules, or at the mapping in Active Directory.",
        windows=hresult.SEC_E_LOGON_DENIED,
    ),
    Entry(
        40313,
        "Client certificate revoked",
        "The client certificate is revoked, or the server could not find out whether it is.",
        "Tell the two apart by sc-win32-status: 2148081680 is revoked, 2148081683 is an unreachable or stale CRL.",
        (
            "the server cannot reach the CRL, as its machine account uses no proxy (netsh winhttp)",
            "the CRL is past its time",
            "the certificate is revoked indeed",
        ),
        windows=hresult.CRYPT_E_REVOKED,
    ),
    Entry(
        40316,
        "Client certificate is untrusted or invalid",
        "The server does not trust the client certificate's chain, or cannot read the certificate.",
        f"Install the root of its CA in the machine's (not a user's) trusted roots. {_WIN32}",
        (
            "the root is missing on the server, or lies in the store of a user",
            "the client does not send its intermediates",
            "a certificate that is not self-signed lies among the trusted roots (KB2802568)",
            "the certificate is not meant for client authentication",
        ),
        windows=hresult.CERT_E_UNTRUSTEDROOT,
    ),
    Entry(
        40317,
        "Client certificate has expired or is not yet valid",
        "The client certificate, or a CA above it, is outside its validity period.",
        "Renew the certificate, and check the server's clock.",
        windows=hresult.CERT_E_EXPIRED,
    ),
    Entry(
        41301,
        "Request entity too large",
        "The body of the request is larger than may be held back while the client certificate is asked for.",
        "Ask in the first handshake (netsh http ... clientcertnegotiation=enable), or raise uploadReadAheadSize.",
        ("a POST came first on a connection where the certificate is asked for later",),
    ),
)
