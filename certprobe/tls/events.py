"""What a TLS session or acceptor tells its owner, in the order in which it happens."""

from __future__ import annotations

import enum
from typing import NamedTuple

from certprobe.tls.client_hello import ClientHello
from certprobe.tls.messages import CertificateRequest, ServerHello


class Phase(enum.Enum):
    """When a certificate was asked for."""

    INITIAL = "initial"
    RENEGOTIATION = "renegotiation"
    POST_HANDSHAKE = "post-handshake"


class Closure(enum.Enum):
    """How the peer ended the connection."""

    CLOSE_NOTIFY = "close-notify"
    ALERT = "alert"
    WITHOUT_ALERT = "without-alert"


class Negotiated(NamedTuple):
    """What the server has chosen so far, as code points of the registries; None where it has not come to that."""

    version: int | None = None
    cipher_suite: int | None = None
    group: int | None = None
    alpn: str | None = None


class PeerCertificates(NamedTuple):
    """The peer's Certificate message: DER as it came, leaf first, and what was broken in it; empty = anonymous."""

    certificates: tuple[bytes, ...]
    faults: tuple[str, ...]


class StapledOcsp(NamedTuple):
    """An OCSPResponse that the server stapled, DER as it came, not checked."""

    response: bytes


class CertificateRequested(NamedTuple):
    """The server asked for a client certificate; told at once, also when the handshake breaks on it.

    An acceptor tells of its own requests.
    """

    request: CertificateRequest
    phase: Phase


class CertificateAwaited(NamedTuple):
    """The handshake rests until `send_certificate` answers the last CertificateRequested."""


class CertificateSent(NamedTuple):
    """Our own Certificate message as it went out; empty = anonymous."""

    certificates: tuple[bytes, ...]


class HandshakeCompleted(NamedTuple):
    """Both Finished messages of a phase have passed. In TLS 1.3 the server has not judged our certificate yet."""

    phase: Phase


class ApplicationData(NamedTuple):
    """Plaintext from the peer."""

    data: bytes


class AlertReceived(NamedTuple):
    """An alert of the peer's, by number."""

    level: int
    description: int


class AlertSent(NamedTuple):
    """An alert of ours, by number; never to be shown as the peer's."""

    level: int
    description: int


class PeerClosed(NamedTuple):
    """The peer is done; nothing follows."""

    closure: Closure


TlsEvent = (
    ClientHello
    | ServerHello
    | PeerCertificates
    | StapledOcsp
    | CertificateRequested
    | CertificateAwaited
    | CertificateSent
    | HandshakeCompleted
    | ApplicationData
    | AlertReceived
    | AlertSent
    | PeerClosed
)
