"""A TLS server as a sans-IO state machine: it asks for client certificates and leaves judging them to its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.tls import openssl_server
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import HandshakeType, ProtocolVersion
from certprobe.tls.events import PeerCertificates
from certprobe.tls.messages import parse_certificate, parse_server_hello
from certprobe.tls.openssl import Direction, Requirement, VersionRange

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential


class ServerOptions(NamedTuple):
    """What a server shows and asks: its credential, when it asks, the DER names it announces, ALPN, versions."""

    credential: Credential
    requirement: Requirement = Requirement.NONE
    certificate_authorities: tuple[bytes, ...] = ()
    alpn: tuple[str, ...] = ()
    versions: VersionRange = VersionRange()


class TlsAcceptor(TlsConversation):
    """A server's connection, RFC 8446 and RFC 5246; the client's certificates come as `PeerCertificates`."""

    def __init__(self, options: ServerOptions) -> None:
        self._negotiated_version: int | None = None
        super().__init__(
            openssl_server.server_engine(
                options.versions,
                options.credential,
                requirement=options.requirement,
                certificate_authorities=options.certificate_authorities,
                alpn=options.alpn,
            )
        )

    def request_certificate(self, requirement: Requirement) -> None:
        """Ask now: after the handshake in TLS 1.3 (RFC 8446 4.6.2), by a renegotiation before it.

        Raises ProtocolError when the client did not offer post-handshake authentication, or is asked already.
        """
        openssl_server.request_certificate(self._engine, requirement)
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
