"""What a client offers: read leniently, and never beyond what is there."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from certprobe.tls.client_hello import ClientHello, parse_client_hello
from certprobe.tls.enums import NamedGroup, SignatureScheme
from tests.tls.encoding import (
    AUTHORITIES,
    FIRST,
    SECOND,
    SIGNATURE_ALGORITHMS,
    SIGNATURE_ALGORITHMS_CERT,
    client_hello,
    extension,
    protocols,
    server_name,
    supported_versions,
    uint16s,
    vector,
    vectors,
)
from tests.tls.wired import TLS10, TLS12, TLS13, VERSIONS, session

GROUPS, POST_HANDSHAKE_AUTH, GREASE = 10, 49, 0x1A1A
EVERYTHING = (
    extension(GREASE, b"\0"),
    server_name((0, b"ldap.lab.test")),
    protocols(b"h2", b"http/1.1"),
    supported_versions(GREASE, TLS13, TLS12),
    extension(GROUPS, uint16s((0x2A2A, 0x11EC, 29))),
    extension(SIGNATURE_ALGORITHMS, uint16s((0x0403, 0x0804))),
    extension(SIGNATURE_ALGORITHMS_CERT, uint16s((0x0401,))),
    extension(AUTHORITIES, vectors((FIRST, SECOND))),
    extension(POST_HANDSHAKE_AUTH, b""),
)
KINDS = (GREASE, 0, 16, 43, 10, 13, 50, 47, 49)
READ = partial(
    ClientHello,
    version=TLS12,
    cipher_suites=(0x3A3A, 0x1302, 0xC02F),
    extensions=KINDS,
    supported_versions=(GREASE, TLS13, TLS12),
    server_name="ldap.lab.test",
    alpn=("h2", "http/1.1"),
    signature_algorithms=(0x0403, 0x0804),
    signature_algorithms_cert=(0x0401,),
    groups=(0x2A2A, 0x11EC, 29),
    certificate_authorities=(FIRST, SECOND),
)


def everything() -> bytes:
    return client_hello(*EVERYTHING, session_id=bytes(32), cipher_suites=(0x3A3A, 0x1302, 0xC02F))


def test_everything() -> None:
    body = everything()
    hello = parse_client_hello(body)
    assert hello == READ(size=len(body))
    assert hello.post_handshake_auth


def test_without_extensions() -> None:
    """As from a client of TLS 1.0 that is as old as it."""
    body = client_hello(version=TLS10, cipher_suites=(0x0035, 0x000A))
    hello = parse_client_hello(body)
    assert hello == ClientHello(len(body), TLS10, (0x0035, 0x000A))
    assert not hello.post_handshake_auth


def body_with(*each: bytes) -> tuple[bytes, ClientHello]:
    body = client_hello(*each)
    return body, parse_client_hello(body)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (server_name((0, b"")), ""),
        (server_name((7, b"other"), (0, b"lab.test"), (0, b"second.test")), "lab.test"),
        (server_name((7, b"other")), None),
        (server_name(), None),
        (server_name((0, b"b\xfccher\x00.test")), "b\\xfccher\x00.test"),
    ],
    ids=["empty", "second", "other", "none", "octets"],
)
def test_server_name(sent: bytes, read: str | None) -> None:
    _, hello = body_with(sent)
    assert (hello.server_name, hello.extensions, hello.faults) == (read, (0,), ())


@pytest.mark.parametrize(
    ("sent", "field", "read"),
    [
        (supported_versions(), "supported_versions", ()),
        (protocols(), "alpn", ()),
        (protocols(b""), "alpn", ("",)),
        (protocols(b"\xff\x00"), "alpn", ("\\xff\x00",)),
        (extension(SIGNATURE_ALGORITHMS, uint16s(())), "signature_algorithms", ()),
        (extension(AUTHORITIES, vectors(())), "certificate_authorities", ()),
    ],
    ids=["versions", "protocols", "nameless", "octets", "algorithms", "authorities"],
)
def test_empty_is_not_absent(sent: bytes, field: str, read: Any) -> None:
    body, hello = body_with(sent)
    assert hello == ClientHello(len(body), TLS12, (0x1301,), hello.extensions)._replace(**{field: read})


@pytest.mark.parametrize(
    ("sent", "expected", "fault"),
    [
        (
            extension(SIGNATURE_ALGORITHMS, b"\x00\x03\x04\x03\x08"),
            {"signature_algorithms": (0x0403,)},
            "signature_algorithms: odd length 3",
        ),
        (
            extension(GROUPS, b"\x00\xff\x00\x1d"),
            {},
            "supported_groups: 255 octets declared, 2 left",
        ),
        (
            extension(16, b"\x00\x06\x02h2\x08ht"),
            {"alpn": ("h2",)},
            "ProtocolName 2: 8 octets declared, 2 left",
        ),
        (
            extension(0, b"\x00\x05\x00\x00\x09ab"),
            {},
            "HostName: 9 octets declared, 2 left",
        ),
        (
            extension(AUTHORITIES, vector(vector(FIRST) + b"\xff\xff" + SECOND)),
            {"certificate_authorities": (FIRST,)},
            f"certificate_authorities, name 2: 65535 octets declared, {len(SECOND)} left",
        ),
    ],
    ids=["odd", "groups", "protocols", "name", "authorities"],
)
def test_broken_extension(sent: bytes, expected: dict[str, Any], fault: str) -> None:
    """Those beside it are read."""
    body, hello = body_with(sent, supported_versions(TLS13))
    whole = ClientHello(len(body), TLS12, (0x1301,), hello.extensions, supported_versions=(TLS13,), faults=(fault,))
    assert hello == whole._replace(**expected)
    assert len(hello.extensions) == 2


def test_extension_sent_twice() -> None:
    body, hello = body_with(supported_versions(TLS13), supported_versions(TLS12), *EVERYTHING[1:3])
    fault = "extension 43: sent more than once, the rest is not read"
    assert hello == ClientHello(len(body), TLS12, (0x1301,), (43,), supported_versions=(TLS13,), faults=(fault,))


def test_cut_at_every_octet() -> None:
    body = everything()
    whole, without_extensions = READ(size=len(body)), len(client_hello(session_id=bytes(32), cipher_suites=(1, 2, 3)))
    for end in range(len(body)):
        hello = parse_client_hello(body[:end])
        assert hello.size == end
        assert bool(hello.faults) == (end != without_extensions), end
        assert hello.version == (TLS12 if end >= 2 else 0)
        assert hello.extensions == KINDS[: len(hello.extensions)]
        for field in ("supported_versions", "server_name", "signature_algorithms", "groups"):
            assert getattr(hello, field) in (None, getattr(whole, field))


def test_octets_after_the_extensions() -> None:
    body = everything()
    declared = len(b"".join(EVERYTHING))
    fault = f"extensions: {declared} octets declared, {declared + 1} follow"
    assert parse_client_hello(body + b"\0") == READ(size=len(body) + 1, faults=(fault,))


@pytest.mark.parametrize("version", VERSIONS)
def test_our_own(version: int) -> None:
    """What OpenSSL writes for us."""
    record = session(version, server_name="dc1.lab.test", alpn=("http/1.1",)).data_to_send()  # type: ignore[arg-type]
    hello = parse_client_hello(record[9:])
    assert (hello.server_name, hello.alpn, hello.faults) == ("dc1.lab.test", ("http/1.1",), ())
    assert hello.post_handshake_auth == (version == TLS13)
    assert hello.supported_versions == ((TLS13,) if version == TLS13 else None)
    assert {NamedGroup.x25519} <= set(map(NamedGroup, hello.groups or ())), "each of them has a name"
    if version >= TLS12:
        assert SignatureScheme.rsa_pss_rsae_sha256 in (hello.signature_algorithms or ())
