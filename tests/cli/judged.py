"""Servers that show a chain, and what a document says of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from cryptography import x509

from certprobe.lab.pki import Issued
from tests.cli.command import Document
from tests.peers import malformed
from tests.peers.channel import Channel, listening
from tests.peers.process import HOST
from tests.peers.site import Site
from tests.peers.tls_server import TlsServer, context

NAMES = ("localhost", HOST)
NO_PLACE = (-1, -1)
GOOD = ("ERROR_SUCCESS", *NO_PLACE)


def only(document: Document) -> Document:
    (attempt,) = document["attempts"]
    return attempt  # type: ignore[no-any-return]


@contextlib.contextmanager
def showing(server: Issued) -> Iterator[str]:
    """A TLS server with that certificate and chain, which answers HTTP and asks for nothing; gives its URL."""
    tls = context(server)
    tls.set_verify(0)

    def serve(channel: Channel) -> None:
        connection = TlsServer(channel, tls)
        connection.handshake()
        connection.receive()
        connection.send(malformed.HTTP_OK)
        connection.close_notify()
        channel.close()

    with listening(serve) as port:
        yield f"https://localhost:{port}/"


def answers(judgement: Document) -> dict[str, tuple[str, int, int]]:
    """Each policy's answer: symbol, chain and element index."""
    return {
        each["policy"]: (each["error"]["symbol"], each["chain_index"], each["element_index"])
        for each in judgement["policies"]
    }


def below_a_path_length(site: Site) -> Issued:
    above = site.root.intermediate(
        "Lab CA without depth", basic_constraints=x509.BasicConstraints(ca=True, path_length=0)
    )
    return above.intermediate("Lab CA too deep").server(*NAMES)
