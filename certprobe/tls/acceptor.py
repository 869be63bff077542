"""A TLS server as a sans-IO state machine: it asks for client certificates, which its owner judges."""

from __future__ import annotations

from typing import ClassVar

from certprobe.tls import openssl_server
from certprobe.tls.client_hello import parse_client_hello
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import HandshakeType
from certprobe.tls.events import CertificateRequested, PeerCertificates
from certprobe.tls.messages import parse_certificate, parse_certificate_request
from certprobe.tls.openssl import Direction, Requirement
from certprobe.tls.openssl_server import ServerContext, ServerOptions

__all__ = ["ServerContext", "ServerOptions", "TlsAcceptor"]


class TlsAcceptor(TlsConversation):
    """A server's connection, RFC 8446 and RFC 5246; the client's certificates come as `PeerCertificates`.

    It tells every ClientHello, before it is judged and also after a HelloRetryRequest, and its own ServerHello and
    CertificateRequest as they went out. A renegotiation that the client begins is refused with no_renegotiation.
    Whoever serves many clients makes one ServerContext for them all. Raises ProtocolError (kind CREDENTIAL_UNUSABLE)
    like ServerContext.
    """

    _SERVER_WRITES: ClassVar = Direction.SENT

    def __init__(self, server: ServerOptions | ServerContext) -> None:
        context = server if isinstance(server, ServerContext) else ServerContext(server)
        self._server = context.engine()
        super().__init__(self._server)

    def request_certificate(self, requirement: Requirement) -> None:
        """Ask now: after the handshake in TLS 1.3 (RFC 8446 4.6.2), by a renegotiation before it.

        Raises ProtocolError when the client did not offer post-handshake authentication, or is asked already.
        """
        openssl_server.request_certificate(self._server, requirement)
        self._advance()

    def _translate_handshake(self, direction: Direction, kind: int, body: bytes) -> None:
        match direction, kind:
            case Direction.RECEIVED, HandshakeType.client_hello:
                self._events.append(parse_client_hello(body))
            case Direction.SENT, HandshakeType.certificate_request:
                self._events.append(CertificateRequested(parse_certificate_request(body, self._version), self._phase))
            case Direction.RECEIVED, HandshakeType.certificate:
                message = parse_certificate(body, self._version)
                self._events.append(PeerCertificates(message.certificates, message.faults))
            case _:
                pass
