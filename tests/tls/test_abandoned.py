"""A handshake that rests, and a server that does not wait for the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from certprobe.tls.enums import AlertLevel, ProtocolVersion
from certprobe.tls.events import AlertReceived, Closure, PeerClosed
from certprobe.tls.openssl import Requirement
from certprobe.tls.records import RecordHeaders
from tests.tls.wired import TLS13, VERSIONS, Wire, connected, drain, wire

_BROKEN = b"\x17\x03\x03\x00\x01\xff"


def in_the_first_handshake(version: ProtocolVersion) -> Wire:
    resting = wire(version, Requirement.OPTIONAL)
    resting.settle()
    return resting


def later(version: ProtocolVersion) -> Wire:
    resting = connected(version)
    resting.server.request_certificate(Requirement.OPTIONAL)
    resting.settle()
    return resting


def alert_of(resting: Wire) -> bytes:
    """The alert with which the server gives up, as octets."""
    resting.server.receive_data(_BROKEN)
    drain(resting.server)
    return resting.server.data_to_send()


@pytest.mark.parametrize("rest", [in_the_first_handshake, later])
@pytest.mark.parametrize("version", VERSIONS)
def test_an_alert(version: ProtocolVersion, rest: Callable[[ProtocolVersion], Wire]) -> None:
    """It is recognised while the handshake rests, and can be read when that is given up."""
    resting = rest(version)
    data = alert_of(resting)
    assert [header.is_alert(version) for header in RecordHeaders().feed(data)] == [True]
    resting.client.receive_data(data)
    assert drain(resting.client) == []
    alert, end = resting.client.abandon()
    assert isinstance(alert, AlertReceived)
    assert alert.level == AlertLevel.fatal
    assert end == PeerClosed(Closure.ALERT)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_end(version: ProtocolVersion) -> None:
    resting = in_the_first_handshake(version)
    resting.client.receive_eof()
    assert resting.client.abandon() == (PeerClosed(Closure.WITHOUT_ALERT),)


def test_nothing_was_said() -> None:
    assert in_the_first_handshake(TLS13).client.abandon() == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_goes_out_and_nothing_follows(version: ProtocolVersion) -> None:
    resting = in_the_first_handshake(version)
    resting.client.abandon()
    assert resting.client.data_to_send() == b""
    resting.client.receive_data(alert_of(resting))
    assert drain(resting.client) == []
