"""Each hostile peer does what its description says, seen by Python's own TLS over memory and by plain sockets."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from tests.peers import malformed
from tests.peers.hostile import CATALOGUE
from tests.peers.process import HOST, missing
from tests.peers.site import Site
from tests.peers.tls_server import HANDSHAKE, message, records

T = TypeVar("T")
Hostile = Callable[[str], AbstractContextManager[int]]
SECONDS = 20
NAMES = [behaviour.name for behaviour in CATALOGUE]
# Versions of Python differ in class and words.
END_OF_STREAM = r"EOF occurred in violation of protocol|UNEXPECTED_EOF_WHILE_READING"
MOST_ANSWER = 1024 * 1024

ODD = ("long-list-tls12", "long-list-tls13", *(f"names-{name}" for name in malformed.ODD_TEXTS))


def client_context(site: Site) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # Set by default in some versions of Python, and would make every end of the stream a clean one.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.load_cert_chain(site.clients.alice.chain, site.clients.alice.key)
    return context


class Client:
    """TLS over memory, because a TLS socket of Python takes some resets for the end of the stream."""

    def __init__(self, site: Site, sock: socket.socket) -> None:
        self._socket = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = client_context(site).wrap_bio(self._incoming, self._outgoing)
        self._complete(self._tls.do_handshake)

    def send(self, plaintext: bytes) -> None:
        self._complete(lambda: self._tls.write(plaintext))

    def receive(self) -> bytes:
        """Some plaintext; empty after close_notify, an SSLError at any other end of the stream."""
        return self._complete(lambda: self._tls.read(65536))

    def _complete(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._socket.sendall(self._outgoing.read())
                data = self._socket.recv(65536)
                self._incoming.write(data) if data else self._incoming.write_eof()
            finally:
                self._socket.sendall(self._outgoing.read())


@contextlib.contextmanager
def connected(site: Site, port: int) -> Iterator[Client]:
    with socket.create_connection((HOST, port), SECONDS) as sock:
        yield Client(site, sock)


def answer(site: Site, port: int) -> bytes:
    """The start of the answer to an HTTP request."""
    received = b""
    with connected(site, port) as client:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        while len(received) < MOST_ANSWER and (data := client.receive()):
            received += data
    return received


def client_hello(site: Site) -> bytes:
    hello = ssl.MemoryBIO()
    tls = client_context(site).wrap_bio(ssl.MemoryBIO(), hello)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return hello.read()


def answer_to_client_hello(site: Site, port: int) -> bytes:
    """All bytes that come back for one ClientHello with nothing after it, up to the end of the stream."""
    received = b""
    with socket.create_connection((HOST, port), SECONDS) as sock:
        sock.sendall(client_hello(site))
        with contextlib.suppress(OSError):  # it may be reset already
            sock.shutdown(socket.SHUT_WR)
        while len(received) < MOST_ANSWER and (data := receive_until_reset(sock)):
            received += data
    return received


def receive_until_reset(sock: socket.socket) -> bytes:
    with contextlib.suppress(ConnectionResetError):
        return sock.recv(65536)
    return b""


def message_body(data: bytes, message_type: int) -> bytes:
    """The body of a handshake message of the server's first flight, which may fill several records."""
    found = list(records(data))
    start = [record.message_type for record in found].index(message_type)
    content = b"".join(record.data[5:] for record in found[start:])
    return content[4 : 4 + int.from_bytes(content[1:4], "big")]


def test_names_in_the_catalogue_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("reset-")])
def test_resets(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(name) as port, pytest.raises(ConnectionError):
        answer(site, port)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("close-") and "notify" not in name])
def test_closes(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(name) as port, pytest.raises(ssl.SSLError, match=END_OF_STREAM):
        answer(site, port)


def test_close_notify(site: Site, hostile: Hostile) -> None:
    with hostile("close-notify-after-handshake") as port:
        assert answer(site, port) == b""


@pytest.mark.parametrize("word", ["close", "reset"])
@pytest.mark.parametrize(
    ("step", "messages"),
    [
        ("ServerHello", [2]),
        ("Certificate", [2, 11]),
        ("ServerKeyExchange", [2, 11, 12]),
        ("CertificateRequest", [2, 11, 12, 13]),
        ("ServerHelloDone", [2, 11, 12, 13, 14]),
    ],
)
def test_cut_after_message_of_tls12(site: Site, hostile: Hostile, word: str, step: str, messages: list[int]) -> None:
    with hostile(f"{word}-tls12-after-{step}") as port:
        found = list(records(answer_to_client_hello(site, port)))
    assert [record.content_type for record in found] == [HANDSHAKE] * len(messages)
    assert [record.message_type for record in found] == messages


@pytest.mark.parametrize(
    ("step", "count"),
    [("ServerHello", 1), ("EncryptedExtensions", 3), ("CertificateRequest", 4), ("Certificate", 5), ("Finished", 7)],
)
def test_cut_after_record_of_tls13(site: Site, hostile: Hostile, step: str, count: int) -> None:
    with hostile(f"close-tls13-after-{step}") as port:
        assert len(list(records(answer_to_client_hello(site, port)))) == count


@pytest.mark.parametrize("count", [1, 5, 20])
def test_cut_after_byte(site: Site, hostile: Hostile, count: int) -> None:
    with hostile(f"close-after-byte-{count}") as port:
        assert len(answer_to_client_hello(site, port)) == count


@pytest.mark.parametrize("name", malformed.CERTIFICATE_REQUESTS)
def test_malformed_certificate_request(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(f"certificate-request-{name}") as port:
        with pytest.raises(ssl.SSLError):
            answer(site, port)
        flight = answer_to_client_hello(site, port)
    assert message_body(flight, 13) == malformed.CERTIFICATE_REQUESTS[name][1]


@pytest.mark.parametrize("word", ["close", "reset"])
def test_cut_within_certificate_request(site: Site, hostile: Hostile, word: str) -> None:
    with hostile(f"{word}-within-certificate-request") as port:
        flight = answer_to_client_hello(site, port)
    whole = message(13, malformed.LONG_REQUEST)
    assert flight.endswith(whole[: len(whole) // 2])


@pytest.mark.parametrize("name", malformed.CERTIFICATE_LISTS)
def test_malformed_certificate_list(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(f"certificates-{name}") as port:
        with pytest.raises(ssl.SSLError):
            answer(site, port)
        flight = answer_to_client_hello(site, port)
    body = malformed.CERTIFICATE_LISTS[name][1](site.servers.good.issued.der)
    assert message_body(flight, 11) == body


@pytest.mark.parametrize("name", (*ODD, *(f"certificate-{name}" for name in malformed.ODD_CERTIFICATES)))
def test_odd_contents_come_to_an_answer(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(name) as port:
        assert answer(site, port) == malformed.HTTP_OK


def test_odd_names_are_shown_after_starttls(hostile: Hostile) -> None:
    openssl = shutil.which("openssl") or missing("openssl is not installed")
    with hostile("names-markup") as port:
        argv = (openssl, "s_client", "-starttls", "ldap", "-connect", f"{HOST}:{port}")
        run = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    shown, _, listed = run.stdout.decode().partition("Acceptable client certificate CA names")
    assert "[red]all is well[/red]" in shown
    assert "[red]all is well[/red]" in listed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("http-in-tls", malformed.HTTP_BAD_REQUEST),
        ("ldap-in-tls", malformed.NOTICE_OF_DISCONNECTION),
        ("garbage-in-tls", b"\xff" * 500),
    ],
)
def test_other_protocols_in_tls(site: Site, hostile: Hostile, name: str, text: bytes) -> None:
    with hostile(name) as port:
        assert answer(site, port) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain-http", malformed.HTTP_BAD_REQUEST),
        ("plain-ldap", malformed.NOTICE_OF_DISCONNECTION),
        ("alert-40", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("ssh", malformed.SSH_BANNER),
        ("smtp", malformed.SMTP_BANNER),
    ],
)
def test_other_protocols_in_clear(hostile: Hostile, name: str, text: bytes) -> None:
    with hostile(name) as port, socket.create_connection((HOST, port), SECONDS) as sock:
        sock.sendall(b"\x16\x03\x01\x00\x01x")
        assert sock.recv(65536) == text


@pytest.mark.parametrize("name", ["alert-40", "alert-80", "alert-250", "server-hello-garbage"])
def test_handshakes_that_fail(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(name) as port, pytest.raises(ssl.SSLError):
        answer(site, port)


@pytest.mark.parametrize(
    "name", ["http-headers", "http-header", "http-body", "http-continue", "ldap-message", "ldap-notices"]
)
def test_endless_answers(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(f"endless-{name}") as port:
        assert len(answer(site, port)) >= MOST_ANSWER


@pytest.mark.parametrize("name", ["garbage", "hello-requests", "warnings", "empty-records", "certificate"])
def test_endless_handshakes(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(f"endless-{name}") as port:
        assert len(answer_to_client_hello(site, port)) >= MOST_ANSWER


@pytest.mark.parametrize("name", ["silent", "silent-after-client-hello"])
def test_silence(site: Site, hostile: Hostile, name: str) -> None:
    with hostile(name) as port:
        assert answer_to_client_hello(site, port) == b""


def test_silence_after_handshake(site: Site, hostile: Hostile) -> None:
    with hostile("silent-after-handshake") as port, socket.create_connection((HOST, port), SECONDS) as sock:
        client = Client(site, sock)
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.receive()


def test_slow_handshake_comes_in_single_bytes(hostile: Hostile, site: Site) -> None:
    with hostile("slow") as port, socket.create_connection((HOST, port), SECONDS) as sock:
        sock.sendall(client_hello(site))
        assert [sock.recv(65536), sock.recv(65536)] == [b"\x16", b"\x03"]


def test_slow_answer_comes_in_single_bytes(site: Site, hostile: Hostile) -> None:
    with hostile("slow-answer") as port, connected(site, port) as client:
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert [client.receive(), client.receive()] == [b"H", b"T"]
