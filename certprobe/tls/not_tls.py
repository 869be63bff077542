"""What a peer says that does not speak TLS, in words for whoever set up the other side."""

from __future__ import annotations

from typing import Final

from certprobe.tls.enums import ContentType

TLS_BEGINNING_SIZE: Final = 2
"""The octets that tell TLS from anything else."""
BEGINNING_SIZE: Final = 64
"""The octets that tell what else it is: a StartTLS request (RFC 4511 4.14) is shorter."""
_SHOWN = 8

_SERVERS = (
    (b"HTTP/", "HTTP without TLS"),
    (b"SSH-", "SSH"),
    (b"220", "SMTP or FTP"),
    (b"+OK", "POP3"),
    (b"* OK", "IMAP"),
    (b"\x30", "LDAP without TLS"),
)

_HTTP = "the client speaks HTTP without TLS: it has http:// where this port wants https://"
_LDAP = "the client speaks LDAP without TLS, on a port where TLS comes first: it has ldap:// where it needs ldaps://"
_STARTTLS = "the client asks for StartTLS, on a port where TLS comes first: it needs ldaps://, or another port"
_PROXY_PROTOCOL = "the PROXY protocol of a load balancer comes before TLS: it has to be turned off for this port"
_START_TLS_OID = b"1.3.6.1.4.1.1466.20037"
_CLIENTS = (
    *((method, _HTTP) for method in (b"GET ", b"POST", b"HEAD", b"PUT ", b"OPTIONS", b"DELETE", b"PATCH", b"PRI * ")),
    (b"CONNECT", "the client takes this port for an HTTP proxy: it sends CONNECT, without TLS"),
    (b"PROXY ", _PROXY_PROTOCOL),
    (b"\r\n\r\n\x00\r\nQUIT\n", _PROXY_PROTOCOL),
    (b"SSH-", "the client speaks SSH, not TLS"),
)


def may_be_tls(beginning: bytes) -> bool:
    """Whether these octets, at least one, may begin a TLS record; they may as long as they are too few to tell."""
    return beginning[0] in (ContentType.alert, ContentType.handshake) and beginning[1:2] in (b"", b"\x03")


def server_words(beginning: bytes) -> str:
    """Say what a server speaks whose answer begins so."""
    guess = next((words for prefix, words in _SERVERS if beginning.startswith(prefix)), None)
    looks = f"its answer looks like {guess}" if guess else f"its answer begins with {_shown(beginning)}"
    return f"the port does not speak TLS: {looks}"


def client_words(beginning: bytes) -> str:
    """Say what a client speaks that begins so."""
    if beginning[0] == 0x30:
        return _STARTTLS if _START_TLS_OID in beginning else _LDAP
    if beginning[0] & 0x80 and beginning[2:3] == b"\x01":
        return "the client begins with a ClientHello in the format of SSL 2.0, which TLS libraries no longer read"
    known = next((words for prefix, words in _CLIENTS if beginning.startswith(prefix)), None)
    return known or f"the client does not speak TLS: it begins with {_shown(beginning)}"


def _shown(beginning: bytes) -> str:
    return beginning[:_SHOWN].hex(" ")
