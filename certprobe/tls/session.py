"""A TLS client as a sans-IO state machine: the certificate question is one of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from certprobe.tls import openssl
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import HandshakeType, ProtocolVersion
from certprobe.tls.events import CertificateRequested, CertificateSent, PeerCertificates, Phase, StapledOcsp
from certprobe.tls.messages import (
    parse_certificate,
    parse_certificate_request,
    parse_certificate_status,
    parse_encrypted_extensions,
    parse_server_hello,
    parse_server_key_exchange_group,
)
from certprobe.tls.openssl import Compatibility, Direction, VersionRange

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential


class Negotiated(NamedTuple):
    """What the server has chosen so far, as code points of the registries; None where it has not come to that."""

    version: int | None = None
    cipher_suite: int | None = None
    group: int | None = None
    alpn: str | None = None


class ClientOptions(NamedTuple):
    """What a client offers: SNI (RFC 6066 3, None = not sent), ALPN names, versions, and how far back it reaches."""

    server_name: str | None
    alpn: tuple[str, ...] = ()
    versions: VersionRange = VersionRange()
    compatibility: Compatibility = Compatibility.MODERN


class TlsSession(TlsConversation):
    """A client's connection, RFC 8446 and RFC 5246. After `CertificateAwaited` it rests until `send_certificate`."""

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        self.negotiated = Negotiated()
        super().__init__(
            openssl.client_engine(
                options.versions, options.compatibility, server_name=options.server_name, alpn=options.alpn
            )
        )

    def send_certificate(self, credential: Credential | None) -> None:
        """Answer the resting handshake; None = an empty Certificate message = anonymous.

        Raises ProtocolError (CREDENTIAL_UNUSABLE) when the library refuses the credential: the handshake still rests.
        """
        options = self._options
        self._engine.send_certificate(openssl.credential_context(options.versions, options.compatibility, credential))
        self._resting = False
        self._advance()

    @property
    def _version(self) -> int:
        return self.negotiated.version or ProtocolVersion.TLS_1_2

    def _translate_handshake(self, direction: Direction, kind: int, body: bytes) -> None:
        if direction is Direction.SENT:
            if kind == HandshakeType.certificate:
                self._events.append(CertificateSent(parse_certificate(body, self._version).certificates))
            return
        match kind:
            case HandshakeType.server_hello:
                if (hello := parse_server_hello(body)) is not None and not hello.is_retry:
                    self.negotiated = Negotiated(hello.version, hello.cipher_suite, hello.group, hello.alpn)
                    self._events.append(hello)
            case HandshakeType.encrypted_extensions:
                self.negotiated = self.negotiated._replace(alpn=parse_encrypted_extensions(body))
            case HandshakeType.server_key_exchange:
                self.negotiated = self.negotiated._replace(group=parse_server_key_exchange_group(body))
            case HandshakeType.certificate:
                message = parse_certificate(body, self._version)
                self._events.append(PeerCertificates(message.certificates, message.faults))
                self._note_staple(message.stapled_ocsp)
            case HandshakeType.certificate_status:
                self._note_staple(parse_certificate_status(body))
            case HandshakeType.certificate_request:
                self._note_request(body)
            case _:
                pass

    def _note_staple(self, response: bytes | None) -> None:
        if response is not None:
            self._events.append(StapledOcsp(response))

    def _note_request(self, body: bytes) -> None:
        if self._phase is Phase.POST_HANDSHAKE:
            # The server's Finished of the first handshake stands for this exchange too (RFC 8446 4.6.2).
            self._finished = {Direction.RECEIVED}
        self._events.append(CertificateRequested(parse_certificate_request(body, self._version), self._phase))
