"""A TLS server as a sans-IO state machine: it asks for client certificates, which its owner judges."""

from __future__ import annotations

from certprobe.tls import openssl_server
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import HandshakeType, ProtocolVersion
from certprobe.tls.events import PeerCertificates
from certprobe.tls.messages import parse_certificate, parse_server_hello
from certprobe.tls.openssl import Direction, Requirement
from certprobe.tls.openssl_server import ServerOptions

__all__ = ["ServerOptions", "TlsAcceptor"]


class TlsAcceptor(TlsConversation):
    """A server's connection, RFC 8446 and RFC 5246; the client's certificates come as `PeerCertificates`."""

    def __init__(self, options: ServerOptions) -> None:
        self._negotiated_version: int | None = None
        self._server = openssl_server.server_engine(options)
        super().__init__(self._server)

    def request_certificate(self, requirement: Requirement) -> None:
        """Ask now: after the handshake in TLS 1.3 (RFC 8446 4.6.2), by a renegotiation before it.

        Raises ProtocolError when the client did not offer post-handshake authentication, or is asked already.
        """
        openssl_server.request_certificate(self._server, requirement)
        self._advance()

    @property
    def _version(self) -> int:
        return self._negotiated_version or ProtocolVersion.TLS_1_2

    def _translate_handshake(self, direction: Direction, kind: int, body: bytes) -> None:
        if direction is Direction.SENT:
            if kind == HandshakeType.server_hello and (hello := parse_server_hello(body)) is not None:
                self._negotiated_version = hello.version
        elif kind == HandshakeType.certificate:
            message = parse_certificate(body, self._version)
            self._events.append(PeerCertificates(message.certificates, message.faults))
