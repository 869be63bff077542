"""Peers that misbehave, each in one named way.

    with hostile(site, "reset-at-accept") as port:
        ...                                    # 127.0.0.1:port misbehaves until the block ends

`CATALOGUE` holds them all, each with a line on what it does. A peer treats every connection in the same way. Those that
speak TLS show the site's good server certificate unless they say otherwise, ask for a client certificate of the site's
root, and grant a StartTLS request that comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import NamedTuple, TypeAlias

from tests.peers import malformed, misbehaviour
from tests.peers.channel import Channel, listening
from tests.peers.site import Site
from tests.peers.tls_server import TLS12, TLS13, record

Serve: TypeAlias = Callable[[Channel, Site], None]


class Behaviour(NamedTuple):
    """One way to misbehave; `serve` is what is done to each connection."""

    name: str
    description: str
    serve: Serve


def hostile(site: Site, name: str) -> AbstractContextManager[int]:
    """Run the peer of that name in threads to the end of the block; gives its port on 127.0.0.1."""
    behaviour = _BY_NAME[name]
    return listening(lambda channel: behaviour.serve(channel, site))


_HANG_UPS: tuple[tuple[str, str, misbehaviour.HangUp], ...] = (
    ("close", "closes (FIN)", Channel.close),
    ("reset", "resets (RST)", Channel.reset),
)
# What OpenSSL's server sends before and after the client's flight, one record each; in TLS 1.3 all of it comes before.
_RECORDS = {
    "tls12": (
        TLS12,
        (
            "ServerHello",
            "Certificate",
            "ServerKeyExchange",
            "CertificateRequest",
            "ServerHelloDone",
            "ChangeCipherSpec",
            "Finished",
        ),
    ),
    "tls13": (
        TLS13,
        (
            "ServerHello",
            "ChangeCipherSpec",
            "EncryptedExtensions",
            "CertificateRequest",
            "Certificate",
            "CertificateVerify",
            "Finished",
        ),
    ),
}
_SERVER_HELLO, _CERTIFICATE_REQUEST = 2, 13


def _silences() -> Iterator[Behaviour]:
    yield Behaviour("silent", "accepts and never says a word", misbehaviour.silent)
    yield Behaviour(
        "silent-after-client-hello", "reads the ClientHello and says nothing", misbehaviour.silent_after_client_hello
    )
    yield Behaviour(
        "silent-after-handshake", "completes the handshake and says nothing", misbehaviour.silent_after_handshake
    )
    yield Behaviour("slow", "a real handshake, a byte a second", misbehaviour.slow)
    yield Behaviour("slow-answer", "a real handshake, then an HTTP answer, a byte a second", misbehaviour.answer_slowly)


def _hang_ups() -> Iterator[Behaviour]:
    for word, does, how in _HANG_UPS:
        yield Behaviour(f"{word}-at-accept", f"{does} at once", partial(misbehaviour.hang_up, how=how))
        yield Behaviour(
            f"{word}-after-client-hello",
            f"{does} after the ClientHello",
            partial(misbehaviour.hang_up_on_client_hello, how=how),
        )
        for count in (1, 5, 20):
            yield Behaviour(
                f"{word}-after-byte-{count}",
                f"{does} after byte {count} of a real handshake",
                partial(misbehaviour.cut_after_bytes, count=count, how=how),
            )
        for protocol, (version, names) in _RECORDS.items():
            for count, name in enumerate(names, 1):
                yield Behaviour(
                    f"{word}-{protocol}-after-{name}",
                    f"{does} after {name} of {protocol}",
                    partial(misbehaviour.cut_after_record, version=version, count=count, how=how),
                )
            yield Behaviour(
                f"{word}-{protocol}-after-client-flight",
                f"{does} after it read the client's certificate and Finished in {protocol}",
                partial(misbehaviour.cut_after_client_flight, version=version, how=how),
            )
        yield Behaviour(
            f"{word}-after-handshake",
            f"{does} after the handshake, without close_notify",
            partial(misbehaviour.hang_up_after_handshake, how=how),
        )
        yield Behaviour(
            f"{word}-after-request",
            f"{does} after the first request, without close_notify",
            partial(misbehaviour.hang_up_after_request, how=how),
        )
    yield Behaviour(
        "close-notify-after-handshake",
        "closes after the handshake, with close_notify",
        misbehaviour.close_notify_after_handshake,
    )


def _other_protocols() -> Iterator[Behaviour]:
    http, notice = malformed.HTTP_BAD_REQUEST, malformed.NOTICE_OF_DISCONNECTION
    ssh, smtp = malformed.SSH_BANNER, malformed.SMTP_BANNER
    yield Behaviour("plain-http", "answers anything with HTTP 400 in clear", partial(misbehaviour.answer, text=http))
    yield Behaviour(
        "plain-ldap", "answers anything with an LDAP notice of disconnection", partial(misbehaviour.answer, text=notice)
    )
    yield Behaviour("ssh", "an SSH banner, then silence", partial(misbehaviour.say_at_once, text=ssh))
    yield Behaviour("smtp", "an SMTP banner, then silence", partial(misbehaviour.say_at_once, text=smtp))
    yield Behaviour(
        "http-in-tls", "answers anything in TLS with HTTP 400", partial(misbehaviour.answer_in_tls, text=http)
    )
    yield Behaviour(
        "ldap-in-tls",
        "answers anything in TLS with an LDAP notice of disconnection",
        partial(misbehaviour.answer_in_tls, text=notice),
    )
    yield Behaviour(
        "garbage-in-tls",
        "answers anything in TLS with garbage",
        partial(misbehaviour.answer_in_tls, text=b"\xff" * 500),
    )


def _endless() -> Iterator[Behaviour]:
    for name, description, first, then in (
        ("garbage", "answers a ClientHello with garbage without end", b"", b"\xaa"),
        ("hello-requests", "answers a ClientHello with HelloRequests without end", b"", record(22, bytes(4))),
        ("warnings", "answers a ClientHello with warning alerts without end", b"", record(21, b"\x01\x5a")),
        ("empty-records", "answers a ClientHello with empty records without end", b"", b"\x16\x03\x03\x00\x00"),
    ):
        serve = partial(misbehaviour.answer_without_end, first=first, then=then)
        yield Behaviour(f"endless-{name}", description, serve)
    yield Behaviour(
        "endless-certificate", "a Certificate message of 16 MiB in TLS 1.2", misbehaviour.certificate_without_end
    )
    for name, description, first, then in (
        ("http-headers", "HTTP headers", b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"),
        ("http-header", "one HTTP header", b"HTTP/1.1 200 OK\r\nX-Long: ", b"long"),
        ("http-body", "an HTTP body", b"HTTP/1.1 200 OK\r\n\r\n", b"body"),
        ("http-continue", "HTTP 100 answers", b"", malformed.HTTP_CONTINUE),
        ("ldap-message", "one LDAP message", malformed.LDAP_MESSAGE_OF_2_GIB, b"\x04\x02ab"),
        ("ldap-notices", "LDAP notices of an unknown kind", b"", malformed.UNKNOWN_NOTICE),
    ):
        yield Behaviour(
            f"endless-{name}",
            f"answers the first request in TLS with {description} without end",
            partial(misbehaviour.answer_in_tls_without_end, first=first, then=then),
        )


def _malformed_handshakes() -> Iterator[Behaviour]:
    yield Behaviour(
        "server-hello-garbage",
        "a ServerHello of garbage",
        partial(misbehaviour.replace_message, message_type=_SERVER_HELLO, replacement=b"\xde\xad" * 40),
    )
    for description, alert in (("handshake_failure", 40), ("internal_error", 80), ("an unknown number", 250)):
        yield Behaviour(
            f"alert-{alert}",
            f"answers the ClientHello with the fatal alert {description}",
            partial(misbehaviour.answer_client_hello, text=record(21, bytes((2, alert)))),
        )
    for name, (fault, body) in malformed.CERTIFICATE_REQUESTS.items():
        yield Behaviour(
            f"certificate-request-{name}",
            f"a CertificateRequest of TLS 1.2 that {fault}",
            partial(misbehaviour.replace_message, message_type=_CERTIFICATE_REQUEST, replacement=body),
        )
    for word, does, how in _HANG_UPS:
        yield Behaviour(
            f"{word}-within-certificate-request",
            f"{does} in the middle of a CertificateRequest of 64 KiB in TLS 1.2",
            partial(
                misbehaviour.cut_within,
                message_type=_CERTIFICATE_REQUEST,
                replacement=malformed.LONG_REQUEST,
                how=how,
            ),
        )
    for name, (fault, list_of) in malformed.CERTIFICATE_LISTS.items():
        yield Behaviour(
            f"certificates-{name}",
            f"a Certificate message of TLS 1.2 that {fault}",
            partial(misbehaviour.replace_certificates, list_of=list_of),
        )


def _odd_contents() -> Iterator[Behaviour]:
    for protocol, (version, _) in _RECORDS.items():
        yield Behaviour(
            f"long-list-{protocol}",
            f"a good handshake of {protocol} with almost 64 KiB of authorities, then HTTP 200",
            partial(misbehaviour.long_list, version=version),
        )
    for name, (kind, text) in malformed.ODD_TEXTS.items():
        yield Behaviour(
            f"names-{name}",
            f"a good handshake with {kind} in the server's names and the list of authorities, then HTTP 200",
            partial(misbehaviour.odd_names, text=text),
        )
    for name, (oddity, make) in malformed.ODD_CERTIFICATES.items():
        yield Behaviour(
            f"certificate-{name}",
            f"a good handshake with a certificate that {oddity}, then HTTP 200",
            partial(misbehaviour.odd_certificate, make=make),
        )


CATALOGUE: tuple[Behaviour, ...] = (
    *_silences(),
    *_hang_ups(),
    *_other_protocols(),
    *_endless(),
    *_malformed_handshakes(),
    *_odd_contents(),
)
_BY_NAME = {behaviour.name: behaviour for behaviour in CATALOGUE}
