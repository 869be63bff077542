"""A TLS client as a sans-IO state machine: the certificate question is one of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from certprobe.tls import openssl
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import HandshakeType
from certprobe.tls.events import (
    AlertReceived,
    CertificateRequested,
    CertificateSent,
    PeerCertificates,
    PeerClosed,
    StapledOcsp,
)
from certprobe.tls.messages import (
    parse_certificate,
    parse_certificate_request,
    parse_certificate_status,
)
from certprobe.tls.openssl import Compatibility, Direction, VersionRange

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential


class ClientOptions(NamedTuple):
    """What a client offers: SNI (RFC 6066 3, None = not sent), ALPN names, versions, and how far back it reaches."""

    server_name: str | None
    alpn: tuple[str, ...] = ()
    versions: VersionRange = VersionRange()
    compatibility: Compatibility = Compatibility.MODERN


class TlsSession(TlsConversation):
    """A client's connection, RFC 8446 and RFC 5246. After `CertificateAwaited` it rests until `send_certificate`."""

    _SERVER_WRITES: ClassVar = Direction.RECEIVED

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        super().__init__(
            openssl.client_engine(
                options.versions, options.compatibility, server_name=options.server_name, alpn=options.alpn
            )
        )

    def send_certificate(self, credential: Credential | None) -> None:
        """Answer the resting handshake; None = an empty Certificate message = anonymous.

        Raises ProtocolError (CREDENTIAL_UNUSABLE) when the library refuses the credential: the handshake still rests.
        What it refuses of the intermediates shows when they are sent: then `next_event` raises the same.
        """
        if not self._resting:
            raise RuntimeError("no certificate is awaited: an answer now would be one to the next request")
        options = self._options
        self._engine.send_certificate(openssl.credential_context(options.versions, options.compatibility, credential))
        self._resting = False
        self._advance()

    def abandon(self) -> tuple[AlertReceived | PeerClosed, ...]:
        """Leave the resting handshake unanswered for good, and tell how the peer has ended it, if it has.

        OpenSSL reads on only after an answer; the one that it gets here does not go out.
        """
        self.send_certificate(None)
        self._engine.data_to_send()
        told = tuple(event for event in self._events if isinstance(event, AlertReceived | PeerClosed))
        self._events.clear()
        self._failure = None
        self._ended = True
        return told

    def _translate_handshake(self, direction: Direction, kind: int, body: bytes) -> None:
        if direction is Direction.SENT:
            if kind == HandshakeType.certificate:
                self._events.append(CertificateSent(parse_certificate(body, self._version).certificates))
            return
        match kind:
            case HandshakeType.certificate:
                message = parse_certificate(body, self._version)
                self._events.append(PeerCertificates(message.certificates, message.faults))
                self._note_staple(message.stapled_ocsp)
            case HandshakeType.certificate_status:
                self._note_staple(parse_certificate_status(body))
            case HandshakeType.certificate_request:
                self._events.append(CertificateRequested(parse_certificate_request(body, self._version), self._phase))
            case _:
                pass

    def _note_staple(self, response: bytes | None) -> None:
        if response is not None:
            self._events.append(StapledOcsp(response))
