"""One HTTP exchange over a channel, in clear or in TLS.

What is fetched so (certificates, CRLs, OCSP responses) is signed by those who vouch for it and is judged by that. A
server's certificate is therefore not looked at: it would need revocation data itself, and the search would have no end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe import transport
from certprobe.endpoint import is_ip
from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.tls.events import ApplicationData, CertificateAwaited, HandshakeCompleted, PeerClosed, TlsEvent
from certprobe.tls.session import ClientOptions, TlsSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certprobe.application.http import HttpAnswered, HttpExchange
    from certprobe.endpoint import WebAddress
    from certprobe.transport import Channel, Step


def carry(exchange: HttpExchange, address: WebAddress, channel: Channel, step: Step) -> HttpAnswered:
    """Carry an exchange with the server of `address` over a connected channel, and return its answer.

    Raises StageError, also where the time of `step` is up.
    """
    answers = (
        _in_tls(exchange, address, channel, step) if address.scheme == "https" else _in_clear(exchange, channel, step)
    )
    for answer in answers:
        return answer
    raise ProtocolError("the server closed the connection", kind=FailureKind.CLOSED, party=Party.PEER)


def _in_clear(exchange: HttpExchange, channel: Channel, step: Step) -> Iterator[HttpAnswered]:
    return transport.pump(channel, exchange, step)


def _in_tls(exchange: HttpExchange, address: WebAddress, channel: Channel, step: Step) -> Iterator[HttpAnswered]:
    server_name = None if is_ip(address.host) else address.host
    session = TlsSession(ClientOptions(server_name, alpn=("http/1.1",)))
    events: Iterator[TlsEvent] = transport.pump(channel, session, step)
    for event in events:
        match event:
            case CertificateAwaited():
                session.send_certificate(None)
            case HandshakeCompleted():
                session.send(exchange.data_to_send())
            case ApplicationData(data):
                exchange.receive_data(data)
            case PeerClosed():
                exchange.receive_eof()
            case _:
                continue
        if (answer := exchange.next_event()) is not None:
            yield answer
