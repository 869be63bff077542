"""The proxies' dialogues, octet by octet over an in-memory pipe."""

from __future__ import annotations

from base64 import b64encode

import pytest

from certprobe import __version__
from certprobe.endpoint import Proxy, ProxyKind
from certprobe.errors import FailureKind, NotReached, Party, ProtocolError, StageError, UsageError
from certprobe.proxy import through_proxy
from certprobe.transport import Deadline, Step
from tests.pipe import pipe

HTTP = Proxy(ProxyKind.HTTP, "proxy", 3128, None)
SOCKS5 = Proxy(ProxyKind.SOCKS5, "proxy", 1080, None)


def step() -> Step:
    return Deadline(20, 20).step("the proxy")


def failure(proxy: Proxy, answer: bytes, password: str | None = None) -> StageError:
    near, far = pipe()
    far.send(answer)
    far.close()
    with pytest.raises(StageError) as caught:
        through_proxy(near, proxy, "host", 636, password, step())
    assert caught.value.party is Party.PROXY
    return caught.value


def test_connect_reads_not_an_octet_past_the_answer() -> None:
    near, far = pipe()
    far.send(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nserver")
    through_proxy(near, HTTP, "host", 636, None, step())
    agent = f"User-Agent: certprobe/{__version__}".encode()
    assert bytes(near.sent) == b"CONNECT host:636 HTTP/1.1\r\nHost: host:636\r\n" + agent + b"\r\n\r\n"
    assert near.receive(1.0) == b"server"


def test_connect_with_a_password() -> None:
    near, far = pipe()
    far.send(b"HTTP/1.0 200\r\n\r\n")
    through_proxy(near, HTTP._replace(user="mé"), "2001:db8::1", 636, "pässword", step())
    assert near.sent.startswith(b"CONNECT [2001:db8::1]:636 HTTP/1.1\r\n")
    credentials = b64encode("mé:pässword".encode())
    assert b"\r\nProxy-Authorization: Basic " + credentials + b"\r\n\r\n" in near.sent


CONNECT_REFUSALS = [
    (b"407 Proxy Authentication Required", None, FailureKind.PROXY_AUTHENTICATION, "wants a user name and password"),
    (b"407 Nope", "me", FailureKind.PROXY_AUTHENTICATION, "does not accept the password of me (407 Nope)"),
    (b"401 Unauthorized", "me", FailureKind.PROXY_AUTHENTICATION, "does not accept the password of me (401 Unauth"),
    (b"403 Filtered", None, FailureKind.PROXY_REFUSED, "forbids the way to host:636 (403 Filtered)"),
    (b"405 Not Allowed", None, FailureKind.PROXY_REFUSED, "does not know CONNECT"),
    (b"302 Found", None, FailureKind.PROXY_REFUSED, "refused the way to host:636 (302 Found)"),
    (b"500 Unable to connect", None, FailureKind.UNREACHABLE, "could not reach host:636 (500 Unable to connect)"),
    (
        b"503 Service Unavailable\r\nServer: squid\r\nX-Squid-Error: ERR_CONNECT_FAIL 111",
        None,
        FailureKind.UNREACHABLE,
        "could not reach host:636 (503 Service Unavailable, X-Squid-Error: ERR_CONNECT_FAIL 111)",
    ),
]


@pytest.mark.parametrize(("status", "user", "kind", "words"), CONNECT_REFUSALS)
def test_connect_refused(status: bytes, user: str | None, kind: FailureKind, words: str) -> None:
    error = failure(HTTP._replace(user=user), b"HTTP/1.1 " + status + b"\r\n\r\n<html>", "secret")
    assert isinstance(error, NotReached)
    assert error.kind is kind
    assert words in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (b"SSH-2.0-OpenSSH\r\n", FailureKind.MALFORMED, "did not answer as an HTTP proxy: b'SSH-2'"),
        (b"HTTP/2 200\r\n\r\n", FailureKind.MALFORMED, "did not answer as an HTTP proxy"),
        (b"HTTP/1.1 2000\r\n\r\n", FailureKind.MALFORMED, "did not answer as an HTTP proxy"),
        (b"HTTP/1.1 200 x\r\nA: " + b"a" * 20000, FailureKind.MALFORMED, "with more than 16 KiB"),
        (b"HTTP/1.1 200 x\r\n", FailureKind.CLOSED, "closed the connection without a full reply"),
        (b"", FailureKind.CLOSED, "closed the connection without a full reply"),
    ],
)
def test_no_http_proxy(answer: bytes, kind: FailureKind, words: str) -> None:
    error = failure(HTTP, answer)
    assert error.kind is kind
    assert words in str(error)


def test_a_proxy_that_says_nothing() -> None:
    near, _ = pipe()
    with pytest.raises(NotReached, match="the proxy was not finished within") as caught:
        through_proxy(near, HTTP, "host", 636, None, step())
    assert (caught.value.kind, caught.value.party) == (FailureKind.TIMEOUT, Party.PROXY)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("host.example", b"\x03\x0chost.example"),
        ("192.0.2.1", b"\x01\xc0\x00\x02\x01"),
        ("2001:db8::1", b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01"),
    ],
)
def test_socks5_sends_names_and_addresses(host: str, address: bytes) -> None:
    near, far = pipe()
    far.send(b"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x38server")
    through_proxy(near, SOCKS5, host, 636, None, step())
    assert bytes(near.sent) == b"\x05\x01\x00\x05\x01\x00" + address + b"\x02\x7c"
    assert near.receive(1.0) == b"server"


@pytest.mark.parametrize("bound", [b"\x01" + bytes(6), b"\x03\x04name" + bytes(2), b"\x04" + bytes(18)])
def test_socks5_with_a_password(bound: bytes) -> None:
    near, far = pipe()
    far.send(b"\x05\x02\x01\x00\x05\x00\x00" + bound + b"server")
    through_proxy(near, SOCKS5._replace(user="me"), "h", 1, "secret", step())
    assert bytes(near.sent) == b"\x05\x02\x00\x02\x01\x02me\x06secret\x05\x01\x00\x03\x01h\x00\x01"
    assert near.receive(1.0) == b"server"


SOCKS5_REFUSALS = [
    (b"\x05\xff", None, FailureKind.PROXY_AUTHENTICATION, "wants authentication (SOCKS5 method 255)"),
    (b"\x05\xff", "me", FailureKind.PROXY_AUTHENTICATION, "wants another authentication than a password"),
    (b"\x05\x02\x01\x02", "me", FailureKind.PROXY_AUTHENTICATION, "the password of me (RFC 1929 status 2)"),
    (b"\x05\x00\x05\x01\x00\x01", None, FailureKind.PROXY_REFUSED, "general failure"),
    (b"\x05\x00\x05\x02\x00\x01", None, FailureKind.PROXY_REFUSED, "not allowed by its rules (SOCKS5 reply 2)"),
    (b"\x05\x00\x05\x03\x00\x01", None, FailureKind.UNREACHABLE, "network unreachable"),
    (b"\x05\x00\x05\x04\x00\x01", None, FailureKind.UNREACHABLE, "host unreachable"),
    (b"\x05\x00\x05\x05\x00\x01", None, FailureKind.CONNECTION_REFUSED, "connection refused"),
    (b"\x05\x00\x05\x06\x00\x01", None, FailureKind.UNREACHABLE, "TTL expired"),
    (b"\x05\x00\x05\x07\x00\x01", None, FailureKind.PROXY_REFUSED, "does not know CONNECT"),
    (b"\x05\x00\x05\x08\x00\x01", None, FailureKind.PROXY_REFUSED, "does not know this type of address"),
    (b"\x05\x00\x05\x09\x00\x01", None, FailureKind.PROXY_REFUSED, "that RFC 1928 does not know (SOCKS5 reply 9)"),
    (b"\x05\x00", None, FailureKind.CLOSED, "without a full reply, as ssh -D does when it cannot connect"),
    (b"\x04\x00", None, FailureKind.MALFORMED, r"did not answer as a SOCKS5 proxy: b'\x04\x00'"),
    (b"\x05\x02", None, FailureKind.MALFORMED, "chose SOCKS5 method 2, which was not offered"),
    (b"\x05\x00\x04\x00\x00\x01", None, FailureKind.MALFORMED, "answered the SOCKS5 request with version 4"),
    (b"\x05\x00\x05\x00\x00\x02", None, FailureKind.MALFORMED, "answered with SOCKS5 address type 2"),
]


@pytest.mark.parametrize(("answer", "user", "kind", "words"), SOCKS5_REFUSALS)
def test_socks5_refused(answer: bytes, user: str | None, kind: FailureKind, words: str) -> None:
    error = failure(SOCKS5._replace(user=user), answer, "secret")
    assert error.kind is kind
    assert isinstance(error, ProtocolError if kind is FailureKind.MALFORMED else NotReached)
    assert words in str(error)
    assert "secret" not in str(error)


def test_what_no_proxy_can_carry() -> None:
    near, far = pipe()
    with pytest.raises(UsageError, match="the zone id of fe80::1%eth0 means nothing to a proxy"):
        through_proxy(near, HTTP, "fe80::1%eth0", 1, None, step())
    far.send(b"\x05\x02")
    with pytest.raises(UsageError, match="at most 255 octets"):
        through_proxy(near, SOCKS5._replace(user="me"), "h", 1, "x" * 256, step())
