"""What a server says beside its CertificateRequest: read leniently, and never beyond what is there."""

from __future__ import annotations

import pytest

from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.messages import (
    CertificateMessage,
    ServerHello,
    parse_certificate,
    parse_certificate_status,
    parse_encrypted_extensions,
    parse_server_hello,
    parse_server_key_exchange_group,
)
from tests.tls.encoding import (
    alpn,
    certificate_tls12,
    certificate_tls13,
    extension,
    extensions,
    server_hello,
    staple,
    vector,
)

TLS10, TLS11, TLS12, TLS13 = ProtocolVersion
LEAF, ISSUER, RESPONSE = b"leaf" * 30, b"issuer" * 20, b"ocsp" * 10
NO_EXTENSIONS = extensions()
STAPLED = extensions(extension(18, b"\x00\x00"), extension(5, staple(RESPONSE)))
SELECTED_TLS13 = extension(43, b"\x03\x04")
KEY_SHARE = extension(51, b"\x11\xec" + vector(b"key" * 20))
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@pytest.mark.parametrize(
    ("body", "hello"),
    [
        (server_hello(version=0x0301, cipher_suite=0x002F), ServerHello(TLS10, 0x002F)),
        (server_hello(session_id=bytes(32), cipher_suite=0xC02F), ServerHello(TLS12, 0xC02F)),
        (server_hello(extension(0xFF01, b"\0"), alpn(b"http/1.1")), ServerHello(TLS12, 0x1301, alpn="http/1.1")),
        (server_hello(SELECTED_TLS13, KEY_SHARE), ServerHello(TLS13, 0x1301, group=0x11EC)),
        (server_hello(KEY_SHARE, SELECTED_TLS13, cipher_suite=0x1302), ServerHello(TLS13, 0x1302, group=0x11EC)),
        (
            server_hello(SELECTED_TLS13, extension(51, b"\x00\x18"), random=RETRY),
            ServerHello(TLS13, 0x1301, group=24, is_retry=True),
        ),
        # RFC 7301 allows any octets for a name.
        (server_hello(alpn(b"\xff\x00")), ServerHello(TLS12, 0x1301, alpn="\\xff\x00")),
        (server_hello(version=0xFEFD, cipher_suite=0xFFFF), ServerHello(0xFEFD, 0xFFFF)),
    ],
)
def test_server_hello(body: bytes, hello: ServerHello) -> None:
    assert parse_server_hello(body) == hello


def test_server_hello_cut_at_every_octet() -> None:
    body = server_hello(SELECTED_TLS13, KEY_SHARE, session_id=bytes(8))
    upto_cipher_suite = 2 + 32 + 9 + 2
    for end in range(len(body)):
        hello = parse_server_hello(body[:end])
        assert (hello is None) == (end < upto_cipher_suite), end
        assert hello is None or hello.cipher_suite == 0x1301


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (extensions(), None),
        (extensions(extension(10, b"\x00\x02\x00\x1d")), None),
        (extensions(extension(0, b""), alpn(b"h2")), "h2"),
        (extensions(extension(16, b"\x00\x09\x08http/")), None),
        (b"", None),
        (b"\x00\x09\x00", None),
    ],
)
def test_encrypted_extensions(body: bytes, name: str | None) -> None:
    assert parse_encrypted_extensions(body) == name


@pytest.mark.parametrize(
    ("body", "group"),
    [
        (b"\x03\x00\x1d\x20" + bytes(32), 29),
        (b"\x03\x00\x17", 23),
        (b"\x03\x00", None),
        (b"", None),
        (vector(b"dh p") + vector(b"g") + vector(b"y"), None),  # DHE: no named group
        (b"\x01\x00\x1d\x20", None),  # an explicit curve
    ],
)
def test_server_key_exchange_group(body: bytes, group: int | None) -> None:
    assert parse_server_key_exchange_group(body) == group


@pytest.mark.parametrize(
    ("body", "response"),
    [
        (staple(RESPONSE), RESPONSE),
        (staple(b""), b""),
        (staple(RESPONSE, status_type=2), None),
        (staple(RESPONSE)[:-1], None),
        (b"\x01", None),
        (b"", None),
    ],
)
def test_certificate_status(body: bytes, response: bytes | None) -> None:
    assert parse_certificate_status(body) == response


@pytest.mark.parametrize("version", [TLS10, TLS11, TLS12])
@pytest.mark.parametrize("certificates", [(), (LEAF,), (LEAF, ISSUER), (b"", ISSUER)])
def test_certificate_upto_tls12(version: int, certificates: tuple[bytes, ...]) -> None:
    assert parse_certificate(certificate_tls12(*certificates), version) == CertificateMessage(certificates)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (certificate_tls13(), CertificateMessage(())),
        (certificate_tls13(context=b"\x07" * 32), CertificateMessage(())),
        (certificate_tls13((LEAF, NO_EXTENSIONS), (ISSUER, NO_EXTENSIONS)), CertificateMessage((LEAF, ISSUER))),
        (certificate_tls13((LEAF, STAPLED), (ISSUER, NO_EXTENSIONS)), CertificateMessage((LEAF, ISSUER), RESPONSE)),
        # What is stapled to an issuer says nothing of the server's own certificate.
        (certificate_tls13((LEAF, NO_EXTENSIONS), (ISSUER, STAPLED)), CertificateMessage((LEAF, ISSUER))),
        (certificate_tls13((LEAF, extensions(extension(5, b"\x02")))), CertificateMessage((LEAF,))),
    ],
)
def test_certificate_tls13(body: bytes, message: CertificateMessage) -> None:
    assert parse_certificate(body, TLS13) == message


@pytest.mark.parametrize(
    ("version", "body", "message"),
    [
        (TLS12, b"", CertificateMessage((), faults=("length of certificate_list: 3 octets declared, 0 left",))),
        (
            TLS12,
            b"\xff\xff\xff" + vector(LEAF, 3),
            CertificateMessage(
                (LEAF,), faults=(f"certificate_list: 16777215 octets declared, {len(LEAF) + 3} follow",)
            ),
        ),
        (
            TLS12,
            certificate_tls12(LEAF) + vector(ISSUER, 3),
            CertificateMessage(
                (LEAF,),
                faults=(f"certificate_list: {len(LEAF) + 3} octets declared, {len(LEAF) + len(ISSUER) + 6} follow",),
            ),
        ),
        (
            TLS12,
            vector(vector(LEAF, 3) + b"\xff\xff\xff" + ISSUER, 3),
            CertificateMessage((LEAF,), faults=(f"certificate 2: 16777215 octets declared, {len(ISSUER)} left",)),
        ),
        (
            TLS13,
            certificate_tls13((LEAF, STAPLED), (ISSUER, b"\x00\x09\x00")),
            CertificateMessage((LEAF, ISSUER), RESPONSE, ("extensions: 9 octets declared, 1 left",)),
        ),
        (
            TLS13,
            certificate_tls13((LEAF, b"")),
            CertificateMessage((LEAF,)),
        ),
    ],
)
def test_broken_certificate(version: int, body: bytes, message: CertificateMessage) -> None:
    assert parse_certificate(body, version) == message


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (TLS12, certificate_tls12(LEAF, ISSUER)),
        (TLS13, certificate_tls13((LEAF, STAPLED), (ISSUER, NO_EXTENSIONS), context=b"c")),
    ],
)
def test_certificate_cut_at_every_octet(version: int, body: bytes) -> None:
    for end in range(len(body)):
        message = parse_certificate(body[:end], version)
        assert message.faults, end
        assert message.certificates == (LEAF, ISSUER)[: len(message.certificates)]
        assert message.stapled_ocsp in (None, RESPONSE)
