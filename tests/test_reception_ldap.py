"""A client of the directory that a listener is: StartTLS, binds, and what it is told."""

from __future__ import annotations

import pytest

from certprobe.application.ldap import BindAnswered, LdapConversation, RootDseAnswered, StartTlsAnswered, WhoAmIAnswered
from certprobe.application.ldap_results import LdapResult
from certprobe.endpoint import Scheme
from certprobe.errors import FailureKind, ProtocolError
from certprobe.pki.credential import Credential
from certprobe.reception import Asking, CertificatesShown
from certprobe.report.model import Stage
from certprobe.tls.events import Phase
from tests.meeting import DONE, Meeting, reception, requests, stages, terms
from tests.tls.wired import ALICE, session

SUCCESS = LdapResult(0, "success", "", "", None)


class Ldap:
    """LDAP inside a meeting."""

    def __init__(self, meeting: Meeting, client: LdapConversation | None = None) -> None:
        self.meeting = meeting
        self.client = client or LdapConversation()

    def ask(self) -> object:
        """The answer to what the client has asked."""
        self.client.receive_data(self.meeting.say(self.client.data_to_send()))
        return self.client.next_event()


def directory(asking: Asking = Asking.OPTIONAL, who: Credential | None = None, identity: str | None = None) -> Ldap:
    return Ldap(Meeting(session(), terms(asking, scheme=Scheme.LDAPS), who, identity=identity))


def asked(ldap: Ldap) -> list[tuple[str, str, str]]:
    return [(each.name, each.detail, each.result.name) for each in ldap.meeting.reception.visit(1).operations]


def test_a_login_over_ldaps() -> None:
    ldap = directory(who=ALICE, identity="u:alice")
    ldap.client.bind_external()
    assert ldap.ask() == BindAnswered(SUCCESS)
    ldap.client.who_am_i()
    assert ldap.ask() == WhoAmIAnswered(SUCCESS, "u:alice")
    ldap.client.search_root_dse()
    assert ldap.ask() == RootDseAnswered(
        SUCCESS,
        (
            ("objectClass", ("top",)),
            ("supportedLDAPVersion", ("3",)),
            ("supportedExtension", ("1.3.6.1.4.1.1466.20037", "1.3.6.1.4.1.4203.1.11.3")),
            ("vendorName", ("certprobe",)),
            ("supportedSASLMechanisms", ("EXTERNAL",)),
        ),
    )
    ldap.client.unbind()
    assert ldap.ask() is None
    assert (ldap.meeting.reception.over, ldap.meeting.failure) == (True, None)
    assert asked(ldap) == [
        ("BindRequest", "EXTERNAL", "success"),
        ("ExtendedRequest", "1.3.6.1.4.1.4203.1.11.3", "success"),
        ("SearchRequest", "", "success"),
    ]
    visit = ldap.meeting.reception.visit(1)
    assert stages(visit.attempt) == DONE
    assert (visit.attempt.path, visit.requested, visit.status) == (None, None, None)


def test_a_login_over_start_tls() -> None:
    clear, its = LdapConversation(), terms(scheme=Scheme.LDAPS)
    meeting = Meeting(session(), its, ALICE)
    clear.start_tls()
    meeting.reception.receive_data(clear.data_to_send())
    assert meeting.reception.next_event() is None
    clear.receive_data(meeting.reception.data_to_send())
    assert clear.next_event() == StartTlsAnswered(SUCCESS)
    ldap = Ldap(meeting, clear)
    clear.bind_external()
    assert ldap.ask() == BindAnswered(SUCCESS)
    visit = meeting.reception.visit(1)
    assert asked(ldap)[0] == ("ExtendedRequest", "1.3.6.1.4.1.1466.20037", "success")
    assert stages(visit.attempt) == [(Stage.STARTTLS, None), (Stage.HANDSHAKE, None)]
    assert requests(visit.attempt) == [(Phase.INITIAL, 2)]


def test_what_follows_start_tls_in_clear_is_not_taken_for_the_clients_word() -> None:
    clear, server = LdapConversation(), reception(terms(scheme=Scheme.LDAPS))
    clear.start_tls()
    other = LdapConversation()
    other.who_am_i()
    server.receive_data(clear.data_to_send() + other.data_to_send())
    with pytest.raises(ProtocolError) as caught:
        server.next_event()
    assert "octets in clear followed its StartTLS request" in str(caught.value)


def test_in_clear_there_is_no_certificate() -> None:
    clear, server = LdapConversation(), reception(terms(scheme=Scheme.LDAPS))
    clear.bind_external()
    server.receive_data(clear.data_to_send())
    assert server.next_event() is None
    clear.receive_data(server.data_to_send())
    assert clear.next_event() == BindAnswered(LdapResult(7, "authMethodNotSupported", "", "", None))
    server.receive_eof()
    with pytest.raises(ProtocolError):
        server.next_event()
    assert stages(server.visit(1).attempt) == [(Stage.STARTTLS, FailureKind.CLOSED)]


def test_without_a_certificate_external_says_so() -> None:
    ldap = directory()
    ldap.client.bind_external()
    refusal = LdapResult(48, "inappropriateAuthentication", "", "the client sent no certificate", None)
    assert ldap.ask() == BindAnswered(refusal)
    ldap.client.who_am_i()
    assert ldap.ask() == WhoAmIAnswered(SUCCESS, "")
    ldap.meeting.leave()
    assert (ldap.meeting.failure, ldap.meeting.reception.over) == (None, True)


def test_a_refused_certificate() -> None:
    meeting = Meeting(session(), terms(scheme=Scheme.LDAPS), ALICE)
    meeting.client.send(b"")
    refusal = LdapResult(49, "invalidCredentials", "", "CERT_E_EXPIRED", None)
    ldap = Ldap(meeting)
    ldap.client.bind_external()
    meeting.client.send(ldap.client.data_to_send())
    while not meeting.told:
        meeting._listen()
        meeting.reception.receive_data(meeting.client.data_to_send())
        if (event := meeting.reception.next_event()) is not None:
            meeting.told.append(event)
        meeting.client.receive_data(meeting.reception.data_to_send())
    assert isinstance(meeting.told[0], CertificatesShown)
    assert asked(ldap) == []
    meeting.reception.examined(None, refusal)
    assert ldap.ask() == BindAnswered(refusal)


def test_no_ldap_inside_tls() -> None:
    meeting = Meeting(session(), terms(scheme=Scheme.LDAPS))
    meeting.say(b"GET / HTTP/1.1\r\n\r\n")
    assert meeting.failure is not None
    assert meeting.failure.kind is FailureKind.MALFORMED
    assert stages(meeting.reception.visit(1).attempt)[1] == (Stage.APPLICATION, FailureKind.MALFORMED)


def test_rubbish_is_no_tls() -> None:
    server = reception(terms(scheme=Scheme.LDAPS))
    server.receive_data(b"\xff\xff")
    with pytest.raises(ProtocolError) as caught:
        server.next_event()
    assert caught.value.kind is FailureKind.NOT_TLS
    assert server.data_to_send() == b""
