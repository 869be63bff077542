"""One LDAP conversation from the client's side, sans-IO (RFC 4511): the only importer of sansldap, with `ldap_server`.

sansldap encodes, decodes and matches answers to requests; its decoder sees only what `ldap_framing` let through. What
it cannot do is done here: a message that it finds incomplete though it is whole, a bind that asks to go on, and an
unbind request with a messageID above 0 (RFC 4511 4.1.1.1).
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import sansldap

from certprobe.application.ldap_framing import FramingError, LdapFraming, MessageTooLarge
from certprobe.application.ldap_results import RESULT_NAMES, LdapResult
from certprobe.application.ldap_search import Attributes, Found, RawAttributes, TooMuchError
from certprobe.errors import FailureKind, Party, ProtocolError

if TYPE_CHECKING:
    from certprobe.application.ldap_search import Assertion

START_TLS: Final = "1.3.6.1.4.1.1466.20037"
WHO_AM_I: Final = "1.3.6.1.4.1.4203.1.11.3"
NOTICE_OF_DISCONNECTION: Final = "1.3.6.1.4.1.1466.20036"
EXTERNAL: Final = "EXTERNAL"

ROOT_DSE_ATTRIBUTES: Final = (
    "objectClass",
    "supportedLDAPVersion",
    "supportedSASLMechanisms",
    "supportedExtension",
    "supportedControl",
    "supportedCapabilities",
    "namingContexts",
    "defaultNamingContext",
    "configurationNamingContext",
    "rootDomainNamingContext",
    "vendorName",
    "vendorVersion",
    "dnsHostName",
    "ldapServiceName",
    "serverName",
    "domainFunctionality",
    "forestFunctionality",
    "domainControllerFunctionality",
    "isGlobalCatalogReady",
)
"""What is asked of the root DSE; "*" and "+" would add lists of any length that say nothing of a login."""

_ONE_ENTRY: Final = 4  # servers are forgiven an entry in pieces
_REFERRALS_SHOWN: Final = 16

_SASL_BIND_IN_PROGRESS: Final = 14

# "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 52e, v4563"
_AD_DATA: Final = re.compile(r"LdapErr: DSID-[0-9A-F]+\b.*\bdata ([0-9A-Fa-f]{1,8})\b", re.DOTALL)


class StartTlsAnswered(NamedTuple):
    """The answer to StartTLS (RFC 4511 4.14.2); after success the next octets are TLS's."""

    result: LdapResult


class WhoAmIAnswered(NamedTuple):
    """The answer to Who am I? (RFC 4532): `authzid` is "" for anonymous, None if the request failed."""

    result: LdapResult
    authzid: str | None


class BindAnswered(NamedTuple):
    """The answer to a bind, SASL EXTERNAL (RFC 4513 5.2.3) or simple (RFC 4513 5.1.3)."""

    result: LdapResult


class RootDseAnswered(NamedTuple):
    """The root DSE (RFC 4512 5.1) as (type, values) in the server's order; a value that is not UTF-8 as "#" and hex."""

    result: LdapResult
    attributes: Attributes


class EntryAnswered(NamedTuple):
    """One entry as (type with options, values) in the server's order; nothing where the request failed."""

    result: LdapResult
    attributes: RawAttributes


class EntriesAnswered(NamedTuple):
    """Entries as (distinguished name, attributes); `references` are the URIs of servers that may know more."""

    result: LdapResult
    entries: tuple[tuple[str, RawAttributes], ...]
    references: tuple[str, ...]


class Disconnected(NamedTuple):
    """Notice of Disconnection (RFC 4511 4.4.1): the server ends the session and says why."""

    result: LdapResult


LdapEvent = (
    StartTlsAnswered | WhoAmIAnswered | BindAnswered | RootDseAnswered | EntryAnswered | EntriesAnswered | Disconnected
)


class _Request(enum.Enum):
    START_TLS = "StartTLS"
    WHO_AM_I = "Who am I?"
    BIND = "SASL EXTERNAL bind"
    SIMPLE_BIND = "simple bind"
    ROOT_DSE = "root DSE search"
    ENTRY = "search for one entry"
    ENTRIES = "search"


class LdapConversation:
    """A client session over one byte stream, plain or inside TLS; one request at a time, each answered by one event."""

    def __init__(self) -> None:
        self._session = sansldap.LDAPClient()
        self._framing = LdapFraming()
        self._waiting: _Request | None = None
        self._last_message_id = 0
        self._outgoing = bytearray()
        self._found = Found(_ONE_ENTRY)
        self._bind_repeated = False
        self._at_end = False
        self._over = False

    def start_tls(self) -> None:
        """Ask to begin TLS (RFC 4511 4.14.1)."""
        self._begin(_Request.START_TLS)
        self._last_message_id = self._session.extended_request(START_TLS)

    def who_am_i(self) -> None:
        """Ask for the authorization identity (RFC 4532)."""
        self._begin(_Request.WHO_AM_I)
        self._last_message_id = self._session.extended_request(WHO_AM_I)

    def bind_external(self) -> None:
        """Bind with what TLS has proved.

        The credentials are present and empty: without them (RFC 4513 5.2.3.1 allows both) slapd asks to go on. A server
        that asks all the same gets them once more.
        """
        self._begin(_Request.BIND)
        self._bind_repeated = False
        self._last_message_id = self._session.bind_sasl(EXTERNAL, cred=b"")

    def bind_simple(self, name: str, password: str) -> None:
        """Bind with a name and its password, which goes over the stream as it is: inside TLS only."""
        self._begin(_Request.SIMPLE_BIND)
        self._last_message_id = self._session.bind_simple(name, password)

    def search_root_dse(self) -> None:
        """Read ROOT_DSE_ATTRIBUTES of the root DSE."""
        self._search(_Request.ROOT_DSE, "", ROOT_DSE_ATTRIBUTES)

    def search_entry(self, name: str, attributes: tuple[str, ...]) -> None:
        """Read attributes of the entry with the distinguished name `name`, and of no other."""
        self._search(_Request.ENTRY, name, attributes)

    def search_entries(
        self, base: str, any_of: tuple[Assertion, ...], attributes: tuple[str, ...], *, most: int, seconds: int
    ) -> None:
        """Read attributes of the entries at and below `base` for which one of the assertions holds.

        The server is asked to stop after `most` entries and so many seconds; more entries are TOO_MUCH_DATA.
        """
        self._begin(_Request.ENTRIES)
        self._found = Found(most)
        self._last_message_id = self._session.search_request(
            base,
            size_limit=most,
            time_limit=seconds,
            filter=sansldap.FilterOr([sansldap.FilterEquality(each.attribute, each.value) for each in any_of]),
            attributes=list(attributes),
        )

    def unbind(self) -> None:
        """End the session; there is no answer (RFC 4511 4.3)."""
        if not self._over:
            self._outgoing += self._session.data_to_send()
            self._outgoing += _unbind_request(self._last_message_id + 1)
            self._over, self._waiting = True, None

    def receive_data(self, data: bytes) -> None:
        """Take octets from the server."""
        if not self._over:
            self._framing.receive_data(data)

    def receive_eof(self) -> None:
        """The server closed its side."""
        self._at_end = True

    def data_to_send(self) -> bytes:
        """Octets for the server, once."""
        data = bytes(self._outgoing) + self._session.data_to_send()
        self._outgoing.clear()
        return data

    def next_event(self) -> LdapEvent | None:
        """The next answer, or None: more octets are needed, or nothing was asked.

        Raises ProtocolError, caused by the peer: MALFORMED (NOT_TLS while StartTLS is asked) for what is not LDAP or
        does not fit the request, TOO_MUCH_DATA, CLOSED when the stream ended before the answer.
        """
        while not self._over:
            message = self._next_message()
            if message is None:
                if self._at_end and self._waiting is not None:
                    raise self._failure(FailureKind.CLOSED, "the server closed the connection instead of answering")
                return None
            event = self._read(message)
            if event is not None:
                return event
        return None

    def _search(self, request: _Request, name: str, attributes: tuple[str, ...]) -> None:
        self._begin(request)
        self._found = Found(_ONE_ENTRY)
        self._last_message_id = self._session.search_request(
            name, scope=sansldap.SearchScope.BASE, attributes=list(attributes)
        )

    def _begin(self, request: _Request) -> None:
        if self._over or self._waiting is not None:
            raise RuntimeError(f"{request.value}: the session is over, or another answer is awaited")
        self._waiting = request

    def _next_message(self) -> sansldap.LDAPMessage | None:
        try:
            octets = self._framing.next_message()
        except FramingError as error:
            kind = FailureKind.TOO_MUCH_DATA if isinstance(error, MessageTooLarge) else self._malformed
            raise self._failure(kind, f"what came is no LDAP message ({error})") from error
        if octets is None:
            return None
        try:
            messages = self._session.receive(octets)
        except sansldap.ProtocolError as error:
            if isinstance(error.request, sansldap.ExtendedResponse) and error.request.name == NOTICE_OF_DISCONNECTION:
                return error.request
            words = f"the server sent an LDAP message that cannot be read ({error.__cause__ or error})"
            raise self._failure(self._malformed, words) from error
        if not messages:
            raise self._failure(self._malformed, "the server sent an LDAP message in which something is missing")
        return messages[0]

    def _read(self, message: sansldap.LDAPMessage) -> LdapEvent | None:
        match self._waiting, message:
            case _, sansldap.ExtendedResponse() if message.name == NOTICE_OF_DISCONNECTION:
                self._over = True
                return Disconnected(_result(message.result))
            case _Request.START_TLS, sansldap.ExtendedResponse():
                return self._start_tls_answered(_result(message.result))
            case _Request.WHO_AM_I, sansldap.ExtendedResponse():
                result = _result(message.result)
                return self._answered(WhoAmIAnswered(result, _text(message.value or b"") if result.success else None))
            case _Request.BIND, sansldap.BindResponse():
                return self._bind_answered(_result(message.result))
            case _Request.SIMPLE_BIND, sansldap.BindResponse():
                return self._answered(BindAnswered(_result(message.result)))
            case _Request.ROOT_DSE, sansldap.SearchResultDone():
                attributes = tuple((name, tuple(map(_text, values))) for name, values in self._found.attributes)
                return self._answered(RootDseAnswered(_result(message.result), attributes))
            case _Request.ENTRY, sansldap.SearchResultDone():
                return self._answered(EntryAnswered(_result(message.result), self._found.attributes))
            case _Request.ENTRIES, sansldap.SearchResultDone():
                references = (*self._found.references, *(message.result.referrals or ())[:_REFERRALS_SHOWN])
                return self._answered(EntriesAnswered(_result(message.result), tuple(self._found.entries), references))
            case (
                _Request.ROOT_DSE | _Request.ENTRY | _Request.ENTRIES,
                sansldap.SearchResultEntry() | sansldap.SearchResultReference(),
            ):
                self._keep(message)
                return None
            case _:
                raise self._failure(self._malformed, f"the server answered with {type(message).__name__}")

    def _answered(self, event: LdapEvent) -> LdapEvent:
        self._waiting = None
        return event

    def _start_tls_answered(self, result: LdapResult) -> LdapEvent:
        if result.success and self._framing.rest:
            # Kept until TLS is up, they would pass for the server's word, whoever wrote them.
            raise self._failure(
                FailureKind.MALFORMED, f"{len(self._framing.rest)} octets in clear followed the server's consent"
            )
        return self._answered(StartTlsAnswered(result))

    def _bind_answered(self, result: LdapResult) -> LdapEvent | None:
        if result.code == _SASL_BIND_IN_PROGRESS:
            if not self._bind_repeated:
                self._bind_repeated = True
                self._last_message_id = self._session.bind_sasl(EXTERNAL, cred=b"")
                return None
            # sansldap would let nothing else through; what the server makes of it is the server's matter.
            self._session.state = sansldap.SessionState.OPENED
        return self._answered(BindAnswered(result))

    def _keep(self, message: sansldap.SearchResultEntry | sansldap.SearchResultReference) -> None:
        try:
            if isinstance(message, sansldap.SearchResultReference):
                self._found.add_references(message.uris)
            else:
                attributes = tuple((each.name, tuple(each.values)) for each in message.attributes)
                self._found.add_entry(message.object_name, attributes)
        except TooMuchError as error:
            raise self._failure(FailureKind.TOO_MUCH_DATA, str(error)) from error

    @property
    def _malformed(self) -> FailureKind:
        return FailureKind.NOT_TLS if self._waiting is _Request.START_TLS else FailureKind.MALFORMED

    def _failure(self, kind: FailureKind, words: str) -> ProtocolError:
        request, self._waiting, self._over = self._waiting, None, True
        where = f"{request.value}: " if request else ""
        return ProtocolError(where + words, kind=kind, party=Party.PEER)


def _result(result: sansldap.LDAPResult) -> LdapResult:
    code = result.result_code.value
    ad_data = _AD_DATA.search(result.diagnostics_message)
    return LdapResult(
        code,
        RESULT_NAMES.get(code, f"other-{code}"),
        result.matched_dn,
        result.diagnostics_message,
        ad_data[1].lower() if ad_data else None,
    )


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "#" + value.hex()


def _unbind_request(message_id: int) -> bytes:
    identifier = message_id.to_bytes(message_id.bit_length() // 8 + 1, "big")
    content = bytes([0x02, len(identifier)]) + identifier + b"\x42\x00"
    return bytes([0x30, len(content)]) + content
