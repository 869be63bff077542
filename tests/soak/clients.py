"""Who comes to a listener in a soak: honest clients, and hostile ones, each in its own way and for a bounded time."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from certprobe.lab.pki import ec_key
from tests.peers.site import Identity, Site, write_identity
from tests.soak.house import SECONDS, House, reset
from tests.soak.sealed import key_updates, renegotiations, warnings_between_octets

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
_OCTETS = 65536
_LONG = 10.0
"""Seconds for which a slow or silent client stays at most."""
_BIT = 0.05


class Act(NamedTuple):
    """One way to come; `run` raises OSError when the listener ended it, and AssertionError when it answered wrongly."""

    who: str
    run: Callable[[House], None]


Tls: TypeAlias = ssl.SSLContext
Step: TypeAlias = Callable[[socket.socket], object]


def context(identity: Identity | None = None, version: ssl.TLSVersion | None = None) -> Tls:
    """A client's context, which trusts everybody."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    if version is not None:
        tls.minimum_version = tls.maximum_version = version
    if identity is not None:
        tls.load_cert_chain(identity.chain, identity.key)
    return tls


# --- honest -----------------------------------------------------------------------------------------------------------


def honest(site: Site) -> tuple[Act, ...]:
    """Clients with a good, a bad and no certificate, in both versions; the answer is held to what it must say."""
    people = (
        ("with a certificate", site.clients.alice, "ERROR_SUCCESS"),
        ("with an expired certificate", site.clients.expired, "CERT_E_EXPIRED"),
        ("without a certificate", None, None),
    )
    versions = (("TLS 1.2", ssl.TLSVersion.TLSv1_2), ("TLS 1.3", ssl.TLSVersion.TLSv1_3))
    return tuple(
        Act(f"honest, {how}, {name}", partial(_ask, context(identity, version), flags, f"honest, {how}, {name}"))
        for how, identity, flags in people
        for name, version in versions
    )


def _ask(tls: Tls, flags: str | None, who: str, house: House) -> None:
    with tls.wrap_socket(house.connect(who), server_hostname="localhost") as connection:
        connection.sendall(GET)
        answer = b"".join(iter(lambda: connection.recv(_OCTETS), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200" if flags in (None, "ERROR_SUCCESS") else b"HTTP/1.1 403"), head
    info = json.loads(body)["visit"]["client_cert_info"]
    assert (info and info["CertFlags"]["symbol"]) == flags, info


# --- hostile ----------------------------------------------------------------------------------------------------------


def hostile(site: Site, directory: Path) -> tuple[Act, ...]:
    """Those who come with something else in mind."""
    tls12, tls13 = context(version=ssl.TLSVersion.TLSv1_2), context(version=ssl.TLSVersion.TLSv1_3)
    hello = client_hello(tls13)
    random_octets = random.Random(1).randbytes
    acts: dict[str, Callable[[socket.socket], None]] = {
        "opens and says nothing": _stay,
        "opens and closes": lambda _: None,
        "opens and resets": reset,
        "rubbish": lambda its: _say(its, random_octets(random.randrange(1, _OCTETS))),
        "rubbish in a TLS record": lambda its: _say(its, b"\x16\x03\x01\x40\x00" + random_octets(1 << 14)),
        "HTTP in clear": lambda its: _say(its, GET),
        "ClientHello, octet by octet": partial(_drip, octets=hello),
        "half a ClientHello": lambda its: _say(its, hello[: len(hello) // 2]),
        "ClientHello of 60 kB": lambda its: _say(its, padded(hello, 60_000)),
        "ClientHello of 16 MiB": partial(_pour, first=b"", then=b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16380)),
        "half a handshake, then silence": in_turn(saying(hello), _stay),
        "half a handshake, then reset": in_turn(saying(hello), lambda its: its.recv(100), reset),
        "handshake, then silence": partial(_in_tls, tls13, _stay),
        "handshake, then reset": partial(_in_tls, tls12, reset),
        "request, octet by octet": partial(_in_tls, tls13, partial(_drip, octets=GET)),
        "request, then reset": partial(_in_tls, tls13, in_turn(saying(GET), reset)),
        "never reads the answer": partial(_in_tls, tls12, in_turn(saying(GET), _stay)),
        "headers without end": partial(
            _in_tls, tls13, partial(_pour, first=GET[:-2], then=b"X-Header: " + b"x" * 16000 + b"\r\n")
        ),
        "body without end": partial(
            _in_tls, tls12, partial(_pour, first=GET[:-2] + b"Content-Length: 99999999\r\n\r\n", then=bytes(16000))
        ),
        "no HTTP in TLS": partial(_in_tls, tls13, lambda its: _say(its, random_octets(1000) + b"\r\n\r\n")),
        "renegotiates without end": renegotiations,
        "key updates without end": partial(key_updates, patience=_BIT),
        "warnings between octets": partial(warnings_between_octets, request=GET),
    }
    for name, many in (("80 kB", 200), ("300 kB", 800)):
        crowd = context(many_certificates(site, directory, many))
        acts[f"certificates of {name}"] = partial(_in_tls, crowd, lambda its: _say(its, GET))
    return tuple(Act(who, partial(_come, who, act)) for who, act in acts.items())


def _come(who: str, act: Callable[[socket.socket], None], house: House) -> None:
    with house.connect(who) as connected:
        connected.settimeout(SECONDS)
        act(connected)


def _in_tls(tls: Tls, then: Callable[[socket.socket], None], connected: socket.socket) -> None:
    with tls.wrap_socket(connected, server_hostname="localhost", suppress_ragged_eofs=False) as connection:
        then(connection)


def in_turn(*steps: Step) -> Callable[[socket.socket], None]:
    """One thing after the other."""

    def run(connected: socket.socket) -> None:
        for step in steps:
            step(connected)

    return run


def saying(octets: bytes) -> Step:
    """To say that, and no more."""
    return lambda connected: connected.sendall(octets)


def _stay(_: socket.socket) -> None:
    time.sleep(_LONG)


def _say(connected: socket.socket, octets: bytes) -> None:
    """Say it, and hear what comes, for a while."""
    connected.sendall(octets)
    connected.settimeout(_LONG)
    with contextlib.suppress(TimeoutError):
        while connected.recv(_OCTETS):
            pass


def _drip(connected: socket.socket, *, octets: bytes) -> None:
    """Say it as slowly as that it takes long."""
    for octet in octets:
        connected.sendall(bytes([octet]))
        time.sleep(_LONG / len(octets))


def _pour(connected: socket.socket, *, first: bytes, then: bytes) -> None:
    """Say this, and then the other without end; who hears it ends it."""
    connected.sendall(first)
    ends = time.monotonic() + _LONG
    while time.monotonic() < ends:
        connected.sendall(then)


# --- what they say ----------------------------------------------------------------------------------------------------


def client_hello(tls: Tls) -> bytes:
    """The first octets of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def padded(hello: bytes, size: int) -> bytes:
    """The ClientHello with an extension of so many octets, in records."""
    body = hello[9:]
    at = 34 + 1 + body[34]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    at += 1 + body[at]
    padding = b"\xff\xee" + size.to_bytes(2, "big") + bytes(size)
    extensions = padding + body[at + 2 :]
    body = body[:at] + len(extensions).to_bytes(2, "big") + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    pieces = (message[start : start + 16384] for start in range(0, len(message), 16384))
    return b"".join(b"\x16\x03\x01" + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def many_certificates(site: Site, directory: Path, many: int) -> Identity:
    """Alice with so many CA certificates behind her that are issued by each other."""
    key = ec_key()
    authorities = [site.root.intermediate("Lab CA of many", key=key).issued for _ in range(many)]
    alice = write_identity(directory, f"many-{many}", site.clients.alice.issued)
    alice.chain.write_bytes(alice.chain.read_bytes() + b"".join(each.certificate_pem for each in authorities))
    return alice


def forever(acts: tuple[Act, ...]) -> Iterator[Act]:
    """One after the other, shuffled, over and over."""
    order = random.Random(1)
    while True:
        yield from order.sample(acts, len(acts))


def idle(house: House, many: int) -> list[socket.socket]:
    """So many connections that say nothing."""
    return [house.connect("idle") for _ in range(many)]
