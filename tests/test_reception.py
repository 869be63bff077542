"""One client's conversation with the listener, in memory: when it is asked, what is told, where it rests."""

from __future__ import annotations

import contextlib
import ssl

import pytest

from certprobe.endpoint import Scheme
from certprobe.errors import FailureKind, Party, ProtocolError, StageError
from certprobe.pki.credential import Credential
from certprobe.reception import Asking, CertificatesShown, ReportDue
from certprobe.report.model import Stage
from certprobe.tls.enums import AlertDescription, ProtocolVersion
from certprobe.tls.events import Closure, Phase
from tests.meeting import DONE, PEER, Meeting, reception, requests, stages, terms
from tests.tls.wired import ALICE, NAMES, SERVER, TLS10, TLS12, TLS13, VERSIONS, at, session

GET = b"GET /a/b?c=d HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n"


@pytest.mark.parametrize("who", [ALICE, None], ids=["alice", "anonymous"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_and_its_answer(version: ProtocolVersion, who: Credential | None) -> None:
    meeting = Meeting(session(version), terms(versions=at(version)), who)
    answer = meeting.say(GET)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nwelcome")
    assert (meeting.ended, meeting.reception.over, meeting.failure) == (True, True, None)
    visit = meeting.reception.visit(7)
    assert (visit.number, visit.status, visit.attempt.path, visit.attempt.peer) == (7, 200, "/a/b?c=d", PEER)
    assert visit.requested is not None
    assert visit.requested.headers == (("host", "localhost"), ("accept", "text/html"))
    assert visit.hello is not None
    assert visit.hello.server_name == "localhost"
    assert requests(visit.attempt) == [(Phase.INITIAL, 2 if who else 0)]
    assert stages(visit.attempt) == DONE
    tls = visit.attempt.tls
    assert tls is not None
    assert tls.certificates == (SERVER.certificate, *SERVER.intermediates)
    assert tls.requests[0].request.certificate_authorities in (NAMES, None)
    assert (tls.server_name, tls.negotiated.version, tls.completed) == ("localhost", version, (Phase.INITIAL,))
    *shown, due = meeting.told
    assert due == ReportDue(visit.requested)
    assert shown == ([CertificatesShown((ALICE.certificate, *ALICE.intermediates))] if who else [])


LATE = {TLS12: Phase.RENEGOTIATION, TLS10: Phase.RENEGOTIATION, TLS13: Phase.POST_HANDSHAKE}


@pytest.mark.parametrize("who", [ALICE, None], ids=["alice", "anonymous"])
@pytest.mark.parametrize("version", LATE)
def test_asked_after_the_request(version: ProtocolVersion, who: Credential | None) -> None:
    meeting = Meeting(session(version), terms(Asking.POST_HANDSHAKE, versions=at(version)), who)
    assert meeting.say(GET).endswith(b"welcome")
    visit = meeting.reception.visit(1)
    assert requests(visit.attempt) == [(LATE[version], 2 if who else 0)]
    assert [type(event) for event in meeting.told] == [CertificatesShown, ReportDue][0 if who else 1 :]
    assert stages(visit.attempt) == DONE


@pytest.mark.parametrize(("target", "asks"), [
    ("/admin", True),
    ("/admin/", True),
    ("/admin/users?q=/", True),
    ("/administrator", False),
    ("/?/admin", False),
    ("/", False),
    ("*", False),
], ids=("itself", "its-index", "below", "longer-word", "in-the-query", "above", "no-path"))  # fmt: skip
def test_only_some_paths_ask(target: str, asks: bool) -> None:
    its = terms(Asking.PER_PATH, "/admin")
    meeting = Meeting(session(), its, ALICE)
    method = b"OPTIONS" if target == "*" else b"GET"
    meeting.say(method + b" " + target.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert requests(meeting.reception.visit(1).attempt) == ([(Phase.POST_HANDSHAKE, 2)] if asks else [])
    assert its.asks_for(target) is asks


def test_the_root_as_a_path_is_every_path() -> None:
    assert terms(Asking.PER_PATH, "/").asks_for("/any/where")


def test_who_may_not_be_asked_later_is_answered_all_the_same() -> None:
    """Python's TLS clients offer no post-handshake authentication unless told to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client, server = context.wrap_bio(incoming, outgoing), reception(terms(Asking.POST_HANDSHAKE))
    for step in (client.do_handshake, lambda: client.write(GET)):
        with contextlib.suppress(ssl.SSLWantReadError):
            step()
        server.receive_data(outgoing.read())
        event = server.next_event()
        incoming.write(server.data_to_send())
        with contextlib.suppress(ssl.SSLWantReadError):
            client.do_handshake()
    server.receive_data(outgoing.read())
    assert isinstance(event, ReportDue)
    server.answer(403, "Forbidden", b"cannot be asked")
    incoming.write(server.data_to_send())
    assert client.read().endswith(b"cannot be asked")
    visit = server.visit(1)
    assert visit.hello is not None
    assert not visit.hello.post_handshake_auth
    assert (requests(visit.attempt), visit.status) == ([], 403)


def test_one_must_be_sent() -> None:
    meeting = Meeting(session(TLS12), terms(Asking.ALWAYS))
    meeting.say(GET)
    assert meeting.failure is not None
    assert meeting.told == []
    attempt = meeting.reception.visit(1).attempt
    assert requests(attempt) == [(Phase.INITIAL, 0)]
    assert stages(attempt) == [(Stage.HANDSHAKE, FailureKind.MALFORMED)]
    assert attempt.tls is not None
    assert [(each.party, each.description) for each in attempt.tls.alerts] == [
        (Party.OURSELVES, AlertDescription.handshake_failure)
    ]


# --- HTTP -------------------------------------------------------------------------------------------------------------


def test_octets_may_come_alone() -> None:
    meeting = Meeting(session(), terms())
    meeting.say()
    for octet in GET[:-1]:
        assert meeting.say(bytes([octet])) == b""
    assert meeting.say(GET[-1:]).endswith(b"welcome")


def test_the_answer_to_head_has_no_body() -> None:
    answer = Meeting(session(), terms()).say(GET.replace(b"GET", b"HEAD"))
    assert b"Content-Length: 7\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_body_is_passed_over() -> None:
    meeting = Meeting(session(TLS12), terms(Asking.POST_HANDSHAKE), ALICE)
    meeting.say(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + bytes(100000))
    visit = meeting.reception.visit(1)
    assert (visit.status, requests(visit.attempt)) == (200, [(Phase.RENEGOTIATION, 2)])


@pytest.mark.parametrize(("request_", "status", "kind"), [
    (b"\x16\x03\x01\r\n\r\n", b"400 Bad Request", FailureKind.MALFORMED),
    (b"GET / HTTP/1.1\r\n\r\n", b"400 Bad Request", FailureKind.MALFORMED),
    (b"GET / HTTP/1.1\r\na: " + b"x" * 70000, b"431 ", FailureKind.TOO_MUCH_DATA),
], ids=("rubbish", "no-host", "too-long"))  # fmt: skip
def test_no_http(request_: bytes, status: bytes, kind: FailureKind) -> None:
    meeting = Meeting(session(), terms())
    assert meeting.say(request_).startswith(b"HTTP/1.1 " + status)
    assert meeting.failure is not None
    assert (meeting.failure.kind, meeting.failure.party, meeting.ended) == (kind, Party.PEER, True)
    assert stages(meeting.reception.visit(1).attempt) == [(Stage.HANDSHAKE, None), (Stage.APPLICATION, kind)]


def test_http_without_tls_is_told_in_clear() -> None:
    server = reception(terms())
    server.receive_data(GET)
    with pytest.raises(ProtocolError) as caught:
        server.next_event()
    assert caught.value.kind is FailureKind.NOT_TLS
    answer = server.data_to_send()
    head, body = answer.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert f"Content-Length: {len(body)}".encode() in head
    assert server.over


# --- who leaves -------------------------------------------------------------------------------------------------------


def left(meeting: Meeting) -> str:
    meeting.leave()
    assert meeting.failure is not None
    assert (meeting.failure.kind, meeting.failure.party) == (FailureKind.CLOSED, Party.PEER)
    assert meeting.reception.over
    return str(meeting.failure)


@pytest.mark.parametrize("scheme", [Scheme.HTTPS, Scheme.LDAPS])
def test_leaving_without_a_word(scheme: Scheme) -> None:
    meeting = Meeting(session(), terms(scheme=scheme))
    assert left(meeting) == "the client closed the connection before it said anything, without an alert"
    assert stages(meeting.reception.visit(1).attempt) == [(Stage.HANDSHAKE, FailureKind.CLOSED)]


def test_leaving_in_the_handshake() -> None:
    meeting = Meeting(session(), terms())
    meeting.reception.receive_data(meeting.client.data_to_send()[:100])
    assert "before the TLS handshake was done" in left(meeting)
    assert meeting.reception.visit(1).hello is None


def test_leaving_without_a_request() -> None:
    meeting = Meeting(session(), terms())
    meeting.say()
    assert "before it sent a request" in left(meeting)


def test_leaving_when_asked() -> None:
    meeting = Meeting(session(TLS12), terms(Asking.POST_HANDSHAKE))
    meeting.say()
    meeting.client.send(GET)
    meeting.reception.receive_data(meeting.client.data_to_send())
    assert meeting.reception.next_event() is None
    assert "when it was asked for a certificate" in left(meeting)
    assert requests(meeting.reception.visit(1).attempt) == []


def test_leaving_with_the_request() -> None:
    meeting = Meeting(session(), terms())
    meeting.say()
    meeting.client.send(GET)
    meeting.client.close()
    meeting.say()
    visit = meeting.reception.visit(1)
    assert stages(visit.attempt) == [(Stage.HANDSHAKE, None), (Stage.APPLICATION, FailureKind.CLOSED)]
    assert visit.attempt.stages[1].detail.endswith("before it was answered, with close_notify")
    assert visit.attempt.tls is not None
    assert visit.attempt.tls.closure is Closure.CLOSE_NOTIFY


def test_broken_off() -> None:
    meeting = Meeting(session(), terms())
    meeting.say()
    failure = StageError("the listener was stopped", kind=FailureKind.INTERRUPTED, party=Party.OURSELVES)
    meeting.reception.break_off(failure)
    meeting.reception.break_off(StageError("no", kind=FailureKind.TIMEOUT, party=Party.PEER))
    meeting.say()
    assert meeting.ended
    assert meeting.reception.next_event() is None
    attempt = meeting.reception.visit(1).attempt
    assert stages(attempt) == [(Stage.HANDSHAKE, None), (Stage.APPLICATION, FailureKind.INTERRUPTED)]
    assert attempt.stages[1].detail == "the listener was stopped"


def test_an_answer_that_did_not_arrive() -> None:
    meeting = Meeting(session(), terms())
    meeting.say(GET)
    meeting.reception.break_off(StageError("reset", kind=FailureKind.RESET, party=Party.PEER))
    visit = meeting.reception.visit(1)
    assert visit.status == 200
    assert stages(visit.attempt) == [(Stage.HANDSHAKE, None), (Stage.APPLICATION, FailureKind.RESET)]
