"""The LDAP client against our responder in memory, and against octets written by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.application.ldap import (
    ROOT_DSE_ATTRIBUTES,
    BindAnswered,
    Disconnected,
    EntryAnswered,
    LdapConversation,
    LdapEvent,
    RootDseAnswered,
    StartTlsAnswered,
    WhoAmIAnswered,
)
from certprobe.application.ldap_framing import MESSAGE_LIMIT
from certprobe.application.ldap_results import LdapResult
from certprobe.application.ldap_search import VALUE_LIMIT
from certprobe.application.ldap_server import LdapResponder, LdapServerEvent, StartTlsAgreed, Unbound
from certprobe.errors import FailureKind, Party, ProtocolError

SUCCESS = LdapResult(0, "success", "", "", None)


def exchange(client: LdapConversation, server: LdapResponder) -> tuple[list[LdapEvent], list[LdapServerEvent]]:
    """Carry octets between both until nothing moves; returns the events of each."""
    client_events: list[LdapEvent] = []
    server_events: list[LdapServerEvent] = []
    while True:
        to_server = client.data_to_send()
        if to_server:
            server.receive_data(to_server)
        while (said := server.next_event()) is not None:
            server_events.append(said)
        to_client = server.data_to_send()
        if to_client:
            client.receive_data(to_client)
        while (heard := client.next_event()) is not None:
            client_events.append(heard)
        if not to_server and not to_client:
            return client_events, server_events


def tlv(tag: int, *parts: bytes) -> bytes:
    """BER with a length of four octets, as Active Directory writes it."""
    content = b"".join(parts)
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def message(message_id: int, operation: bytes, *rest: bytes) -> bytes:
    return tlv(0x30, tlv(2, bytes([message_id])), operation, *rest)


def result(tag: int, code: int, diagnostic: bytes = b"", *rest: bytes) -> bytes:
    return tlv(tag, tlv(10, bytes([code])), tlv(4), tlv(4, diagnostic), *rest)


BIND_RESPONSE, ENTRY, DONE, REFERENCE, EXTENDED_RESPONSE = 0x61, 0x64, 0x65, 0x73, 0x78


def failure(client: LdapConversation, data: bytes) -> ProtocolError:
    client.receive_data(data)
    client.receive_eof()
    with pytest.raises(ProtocolError) as caught:
        while client.next_event() is not None:
            pass
    assert caught.value.party is Party.PEER
    return caught.value


def asked_who_am_i() -> LdapConversation:
    client = LdapConversation()
    client.who_am_i()
    return client


def test_a_login_by_certificate_over_start_tls() -> None:
    client, server = LdapConversation(), LdapResponder()
    client.start_tls()
    assert exchange(client, server) == ([StartTlsAnswered(SUCCESS)], [StartTlsAgreed()])
    server.secured("dn:cn=alice")
    client.who_am_i()
    assert exchange(client, server) == ([WhoAmIAnswered(SUCCESS, "")], [])
    client.bind_external()
    assert exchange(client, server) == ([BindAnswered(SUCCESS)], [])
    client.who_am_i()
    assert exchange(client, server) == ([WhoAmIAnswered(SUCCESS, "dn:cn=alice")], [])
    client.search_root_dse()
    (answer,), _ = exchange(client, server)
    assert isinstance(answer, RootDseAnswered)
    assert answer.result == SUCCESS
    assert dict(answer.attributes)["supportedSASLMechanisms"] == ("EXTERNAL",)
    assert dict(answer.attributes)["namingContexts"] == ("dc=lab,dc=test",)
    client.unbind()
    assert exchange(client, server) == ([], [Unbound()])


def test_without_a_certificate_external_is_neither_listed_nor_accepted() -> None:
    client, server = LdapConversation(), LdapResponder()
    server.secured(None)
    client.bind_external()
    (answer,), _ = exchange(client, server)
    assert answer == BindAnswered(LdapResult(7, "authMethodNotSupported", "", "", None))
    client.search_root_dse()
    (answer,), _ = exchange(client, server)
    assert isinstance(answer, RootDseAnswered)
    assert "supportedSASLMechanisms" not in dict(answer.attributes)


def test_a_directory_that_does_not_map_the_certificate() -> None:
    refusal = LdapResult(49, "invalidCredentials", "", "no entry", None)
    client, server = LdapConversation(), LdapResponder(external_answer=refusal)
    server.secured("dn:cn=alice")
    client.bind_external()
    assert exchange(client, server) == ([BindAnswered(refusal)], [])
    client.who_am_i()
    assert exchange(client, server) == ([WhoAmIAnswered(SUCCESS, "")], [])


def test_a_directory_to_which_tls_is_the_bind() -> None:
    """MS-ADTS 5.1.1.2: on the port for LDAPS the certificate is the login, and EXTERNAL has nothing to add."""
    client, server = LdapConversation(), LdapResponder()
    server.secured_and_bound("u:LAB\\alice")
    client.who_am_i()
    assert exchange(client, server) == ([WhoAmIAnswered(SUCCESS, "u:LAB\\alice")], [])
    client.bind_external()
    assert exchange(client, server) == (
        [BindAnswered(LdapResult(7, "authMethodNotSupported", "", "", None))],
        [],
    )
    client.who_am_i()
    assert exchange(client, server) == ([WhoAmIAnswered(SUCCESS, "")], [])


def test_a_second_start_tls_is_refused() -> None:
    client, server = LdapConversation(), LdapResponder()
    server.secured(None)
    client.start_tls()
    refusal = LdapResult(1, "operationsError", "", "TLS already started", None)
    assert exchange(client, server) == ([StartTlsAnswered(refusal)], [])


def test_octets_on_the_wire() -> None:
    client = LdapConversation()
    client.bind_external()
    sasl = b"\xa3\x0c\x04\x08EXTERNAL\x04\x00"
    assert client.data_to_send() == b"\x30\x18\x02\x01\x01\x60\x13\x02\x01\x03\x04\x00" + sasl
    client.unbind()
    assert client.data_to_send() == b"\x30\x05\x02\x01\x02\x42\x00"
    assert client.data_to_send() == b""


def test_every_octet_may_come_alone() -> None:
    client, server = LdapConversation(), LdapResponder()
    client.search_root_dse()
    for octet in client.data_to_send():
        server.receive_data(bytes([octet]))
        assert server.next_event() is None
    answer = server.data_to_send()
    for octet in answer[:-1]:
        client.receive_data(bytes([octet]))
        assert client.next_event() is None
    client.receive_data(answer[-1:])
    assert isinstance(client.next_event(), RootDseAnswered)


def test_only_what_was_asked_for_is_searched() -> None:
    server = LdapResponder((("vendorName", ("lab",)), ("secret", ("x",))))
    client = LdapConversation()
    client.search_root_dse()
    (answer,), _ = exchange(client, server)
    assert answer == RootDseAnswered(SUCCESS, (("vendorName", ("lab",)),))
    assert "secret" not in ROOT_DSE_ATTRIBUTES


ENTRY_ATTRIBUTES = (("cn", (b"store",)), ("cACertificate;binary", (b"\x30\x00", b"\xff")))


def asked_for_entry(name: str, *attributes: str) -> LdapEvent:
    client, server = LdapConversation(), LdapResponder(entries=(("cn=Store,o=lab", ENTRY_ATTRIBUTES),))
    client.search_entry(name, attributes)
    (answer,), _ = exchange(client, server)
    client.who_am_i()
    assert exchange(client, server) == ([WhoAmIAnswered(SUCCESS, "")], [])
    return answer


def test_one_entry_is_read_with_its_values_as_they_are() -> None:
    assert asked_for_entry("CN=store,o=lab", "cACertificate") == EntryAnswered(SUCCESS, ENTRY_ATTRIBUTES[1:])
    assert asked_for_entry("CN=store,o=lab", "mail") == EntryAnswered(SUCCESS, ())
    assert asked_for_entry("CN=other,o=lab", "cn") == EntryAnswered(LdapResult(32, "noSuchObject", "", "", None), ())


def test_an_entry_is_bounded() -> None:
    client = LdapConversation()
    client.search_entry("cn=store", ("cACertificate",))
    values = b"".join(tlv(4, n.to_bytes(2)) for n in range(VALUE_LIMIT + 1))
    attribute = tlv(0x30, tlv(4, b"cACertificate"), tlv(0x31, values))
    error = failure(client, message(1, tlv(ENTRY, tlv(4, b"cn=store"), tlv(0x30, attribute))))
    assert error.kind is FailureKind.TOO_MUCH_DATA
    assert str(error) == "search for one entry: the server sent more attributes or values than entries hold"


def test_a_bind_that_goes_on_is_sent_again_once() -> None:
    client = LdapConversation()
    client.bind_external()
    first = client.data_to_send()
    client.receive_data(message(1, result(BIND_RESPONSE, 14)))
    assert client.next_event() is None
    assert client.data_to_send() == first.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1)
    client.receive_data(message(2, result(BIND_RESPONSE, 14)))
    assert client.next_event() == BindAnswered(LdapResult(14, "saslBindInProgress", "", "", None))
    client.who_am_i()
    client.receive_data(message(3, result(EXTENDED_RESPONSE, 1)))
    assert client.next_event() == WhoAmIAnswered(LdapResult(1, "operationsError", "", "", None), None)


@pytest.mark.parametrize(
    ("code", "diagnostic", "expected"),
    [
        (49, b"", LdapResult(49, "invalidCredentials", "", "", None)),
        (123, b"x", LdapResult(123, "other-123", "", "x", None)),
        (80, "ü".encode(), LdapResult(80, "other", "", "ü", None)),
        (80, b"ung\xfcltig", LdapResult(80, "other", "", "ungültig", None)),
        (
            49,
            b"80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 52e, v4563\0",
            LdapResult(
                49,
                "invalidCredentials",
                "",
                "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 52e, v4563\0",
                "52e",
            ),
        ),
        (49, b"your data 52e, is gone", LdapResult(49, "invalidCredentials", "", "your data 52e, is gone", None)),
    ],
)
def test_results(code: int, diagnostic: bytes, expected: LdapResult) -> None:
    client = LdapConversation()
    client.bind_external()
    client.receive_data(message(1, result(BIND_RESPONSE, code, diagnostic)))
    assert client.next_event() == BindAnswered(expected)


def test_who_am_i_values() -> None:
    for value, authzid in ((b"dn: uid=a", "dn: uid=a"), (b"", ""), (b"u:\xff", "#753aff")):
        client = asked_who_am_i()
        client.receive_data(message(1, result(EXTENDED_RESPONSE, 0, b"", tlv(0x8B, value))))
        assert client.next_event() == WhoAmIAnswered(SUCCESS, authzid)


def test_values_that_are_not_text() -> None:
    client = LdapConversation()
    client.search_root_dse()
    values = tlv(0x31, tlv(4, b"a"), tlv(4, b"\xff\x00"))
    attribute = tlv(0x30, tlv(4, b"vendorName"), values)
    client.receive_data(message(1, tlv(ENTRY, tlv(4), tlv(0x30, attribute))))
    client.receive_data(message(1, tlv(REFERENCE, tlv(4, b"ldap://elsewhere"))))
    client.receive_data(message(1, result(DONE, 0)))
    assert client.next_event() == RootDseAnswered(SUCCESS, (("vendorName", ("a", "#ff00")),))


@pytest.mark.parametrize("beside", [False, True])
def test_notice_of_disconnection(beside: bool) -> None:
    name = tlv(0x8A, b"1.3.6.1.4.1.1466.20036")
    operation = result(EXTENDED_RESPONSE, 52, b"bye", *([] if beside else [name]))
    client = asked_who_am_i()
    client.receive_data(message(0, operation, *([name] if beside else [])) + b"SSH-")
    assert client.next_event() == Disconnected(LdapResult(52, "unavailable", "", "bye", None))
    client.receive_eof()
    assert client.next_event() is None
    with pytest.raises(RuntimeError):
        client.who_am_i()


def test_controls_are_passed_over() -> None:
    # sansldap decodes this one, and would find its value broken.
    control = tlv(0x30, tlv(4, b"1.2.840.113556.1.4.319"), tlv(4, b"broken"))
    client = asked_who_am_i()
    client.receive_data(message(1, result(EXTENDED_RESPONSE, 0), tlv(0xA0, control)))
    assert client.next_event() == WhoAmIAnswered(SUCCESS, "")


NOT_LDAP = [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it looks like HTTP; it begins with b'HTTP/1.1 400 Bad'"),
    (b"\x15\x03\x03\x00\x02\x02\x28", r"it looks like a TLS alert; it begins with b'\x15\x03\x03\x00\x02\x02('"),
    (b"SSH-2.0-OpenSSH_9\r\n", "it looks like SSH"),
    (b"220 mail ESMTP\r\n", "it looks like SMTP or FTP"),
    (b"garbage", "it begins with b'garbage'"),
    (b"\x30\x80\x02\x01\x01", "a BER length in a form that LDAP does not use"),
    (b"\x30\x85\x00\x00\x00\x00\x01", "a BER length in a form that LDAP does not use"),
    (b"\x30\x00", "it is a BER sequence, but no LDAPMessage"),
    (b"\x30\x03\x02\x01\x01", "it is a BER sequence, but no LDAPMessage"),
    (b"\x30\x05\x04\x01\x01\x78\x00", "it is a BER sequence, but no LDAPMessage"),
    (b"\x30\x04\x02\x00\x78\x00", "it has a number of 0 octets"),
    (b"\x30\x09\x02\x05\x01\x01\x01\x01\x01\x78\x00", "it has a number of 5 octets"),
    (b"\x30\x05\x02\x01\x01\x78\x01", "it has a BER element that is cut off"),
    (b"\x30\x07\x02\x01\x01\x7f\x81\x01\x00", "a BER tag number that LDAP does not use"),
    (message(1, tlv(EXTENDED_RESPONSE)), "in which something is missing"),
    (b"\x30\x13\x02\x01\x01\x30\x0e\x30\x0c\x30\x0a\x30\x08\x30\x06\x30\x04\x30\x02\x30\x00", "more than 8 deep"),
    (message(1, tlv(EXTENDED_RESPONSE, tlv(4), tlv(4), tlv(4))), "cannot be read (Expected tag"),
    (message(1, tlv(25 | 0x60)), "cannot be read (Unknown LDAPMessage.protocolOp choice 25)"),
    (message(2, result(EXTENDED_RESPONSE, 0)), "cannot be read (Received unexpected message id response 2"),
    (message(1, tlv(0x63)), "in which something is missing"),
    (message(1, result(BIND_RESPONSE, 0)), "the server answered with BindResponse"),
    (b"", "the server closed the connection instead of answering"),
    (message(1, result(EXTENDED_RESPONSE, 0))[:-1], "the server closed the connection instead of answering"),
]


@pytest.mark.parametrize(("data", "words"), NOT_LDAP)
def test_not_ldap(data: bytes, words: str) -> None:
    error = failure(asked_who_am_i(), data)
    assert words in str(error)
    assert str(error).startswith("Who am I?: ")
    assert error.kind is (FailureKind.CLOSED if "closed" in words else FailureKind.MALFORMED)


def test_what_is_not_ldap_will_not_start_tls() -> None:
    client = LdapConversation()
    client.start_tls()
    assert failure(client, b"HTTP/1.1 400\r\n").kind is FailureKind.NOT_TLS


def test_nothing_in_clear_may_follow_the_consent_to_tls() -> None:
    client = LdapConversation()
    client.start_tls()
    error = failure(client, message(1, result(EXTENDED_RESPONSE, 0)) + b"\x30")
    assert str(error) == "StartTLS: 1 octets in clear followed the server's consent"


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x84" + (MESSAGE_LIMIT + 1).to_bytes(4, "big"),
        message(1, tlv(ENTRY, tlv(4), tlv(0x30, *[tlv(0x30, tlv(4, b"a"), tlv(0x31))] * 257))),
        message(1, tlv(ENTRY, tlv(4), tlv(0x30, tlv(0x30, tlv(4, b"a"), tlv(0x31, *[tlv(4)] * 4097))))),
        message(1, tlv(ENTRY, tlv(4), tlv(0x30))) * 5,
        message(1, tlv(REFERENCE, tlv(4, b"ldap://elsewhere"))) * 5,
    ],
)
def test_more_than_a_root_dse(data: bytes) -> None:
    client = LdapConversation()
    client.search_root_dse()
    assert failure(client, data).kind is FailureKind.TOO_MUCH_DATA


def test_one_request_at_a_time() -> None:
    client = asked_who_am_i()
    with pytest.raises(RuntimeError):
        client.search_root_dse()
    client.receive_eof()
    with pytest.raises(ProtocolError):
        client.next_event()
    client.unbind()
    assert client.data_to_send() == LdapConversation.data_to_send(asked_who_am_i())


def test_the_end_without_a_question_is_no_failure() -> None:
    client = LdapConversation()
    client.receive_eof()
    assert client.next_event() is None


@given(st.binary(max_size=60), st.integers(0, 40), st.binary(max_size=3))
def test_no_octets_do_more_than_end_the_conversation(tail: bytes, cut: int, change: bytes) -> None:
    honest = message(1, result(EXTENDED_RESPONSE, 0, b"text", tlv(0x8B, b"dn:")))
    for data in (tail, tlv(0x30, tlv(2, b"\x01"), tail), honest[:cut] + change + honest[cut + len(change) :] + tail):
        client, server = asked_who_am_i(), LdapResponder()
        try:
            client.receive_data(data)
            server.receive_data(data)
            while client.next_event() is not None:
                pass
            while server.next_event() is not None:
                pass
        except ProtocolError as error:
            assert error.party is Party.PEER


def test_a_client_that_speaks_no_ldap_is_told_so() -> None:
    server = LdapResponder()
    server.receive_data(message(1, result(BIND_RESPONSE, 0)))
    with pytest.raises(ProtocolError) as caught:
        server.next_event()
    assert caught.value.kind is FailureKind.MALFORMED
    client = LdapConversation()
    client.receive_data(server.data_to_send())
    notice = client.next_event()
    assert isinstance(notice, Disconnected)
    assert notice.result.name == "protocolError"
