"""One connection, and whoever is asked in the middle of it."""

from __future__ import annotations

from collections.abc import Callable
from select import select
from threading import Event
from typing import TYPE_CHECKING

import pytest

from certprobe.attempt import Journey, Route
from certprobe.chooser import ByPerson, Question, Store
from certprobe.endpoint import parse_https
from certprobe.errors import FailureKind, Party
from certprobe.report.model import Attempt, Stage
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import Closure
from certprobe.tls.openssl import Requirement
from certprobe.tls.session import ClientOptions
from certprobe.transport import Deadline
from tests.peers.channel import Channel, listening
from tests.selection.credentials import AT
from tests.tls.wired import ALICE, TLS12, TLS13, acceptor, at, drain

if TYPE_CHECKING:
    from certprobe.pki.credential import Credential
    from certprobe.selection.select import Selection
    from certprobe.tls.acceptor import TlsAcceptor

End = Callable[[Channel, "TlsAcceptor"], None]


def close(channel: Channel, server: TlsAcceptor) -> None:
    channel.close()


def reset(channel: Channel, server: TlsAcceptor) -> None:
    channel.reset()


def alert_and_stay(channel: Channel, server: TlsAcceptor) -> None:
    server.receive_data(b"\x17\x03\x03\x00\x01\xff")
    drain(server)
    channel.send(server.data_to_send())
    channel.wait_for_the_end()


def until_it_ends(question: Question, _: Selection) -> Credential | None:
    """A person who never answers; what the server says comes in between."""
    while True:
        select([question.server], [], [])
        question.server.look()


def slowly(question: Question, _: Selection) -> Credential | None:
    """A person who answers too late, at a prompt that looks at nothing else."""
    select([question.server], [], [])
    return ALICE


def attempt(version: ProtocolVersion, end: End, pick: Callable[[Question, Selection], Credential | None]) -> Attempt:
    """The server ends only once the person is asked: what came with its request would wait in our buffer."""
    asked = Event()

    def picks(question: Question, selection: Selection) -> Credential | None:
        asked.set()
        return pick(question, selection)

    def serve(channel: Channel) -> None:
        server = acceptor(version, requirement=Requirement.OPTIONAL)
        while not (flight := server.data_to_send()):
            server.receive_data(channel.receive())
        channel.send(flight)
        assert asked.wait(60)
        end(channel, server)

    with listening(serve) as port:
        endpoint = parse_https(f"https://127.0.0.1:{port}/")
        options = ClientOptions("localhost", versions=at(version))
        return Journey(endpoint, Route(), options, ByPerson(Store((ALICE,), AT), picks), Deadline(60, 60)).travel()


@pytest.mark.parametrize("pick", [until_it_ends, slowly])
@pytest.mark.parametrize(
    ("end", "closure"),
    [(close, Closure.WITHOUT_ALERT), (reset, Closure.WITHOUT_ALERT), (alert_and_stay, Closure.ALERT)],
)
@pytest.mark.parametrize("version", [TLS12, TLS13])
def test_a_server_loses_patience(
    version: ProtocolVersion, end: End, closure: Closure, pick: Callable[[Question, Selection], Credential | None]
) -> None:
    told = attempt(version, end, pick)
    failed = told.stages[-1]
    assert (failed.stage, failed.kind, failed.party) == (Stage.HANDSHAKE, FailureKind.LOST_PATIENCE, Party.PEER)
    assert failed.detail.startswith("the server gave up after it had waited ")
    assert told.tls is not None
    assert told.tls.closure is closure
    assert [alert.party for alert in told.tls.alerts] == ([Party.PEER] if closure is Closure.ALERT else [])
    (record,) = told.tls.requests
    assert record.sent is None
    assert told.tls.completed == ()
