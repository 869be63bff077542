"""A directory of the root DSE and a few entries, from the server's side, sans-IO."""

from __future__ import annotations

from typing import Final, NamedTuple

import sansldap

from certprobe.application.ldap import EXTERNAL, START_TLS, WHO_AM_I
from certprobe.application.ldap_framing import FramingError, LdapFraming
from certprobe.application.ldap_results import RESULT_NAMES, LdapOperation, LdapResult
from certprobe.application.ldap_search import Attributes, RawAttributes
from certprobe.errors import FailureKind, Party, ProtocolError

ROOT_DSE: Final[Attributes] = (
    ("objectClass", ("top",)),
    ("supportedLDAPVersion", ("3",)),
    ("supportedExtension", (START_TLS, WHO_AM_I)),
    ("namingContexts", ("dc=lab,dc=test",)),
    ("vendorName", ("certprobe lab",)),
)
_MOST_OPERATIONS: Final = 100
_LONGEST_DETAIL: Final = 1000


class StartTlsAgreed(NamedTuple):
    """The client may begin TLS as soon as `data_to_send` has gone out in clear; then call `secured`."""


class Unbound(NamedTuple):
    """The client ended the session, or its side of the stream."""


LdapServerEvent = StartTlsAgreed | Unbound


class LdapResponder:
    """Answers Who am I?, StartTLS, anonymous and SASL EXTERNAL binds, and searches of the root DSE and of `entries`.

    Everything else is refused. EXTERNAL succeeds only after `secured` was given an identity, as slapd has it;
    `external_answer` is given instead of any other answer to an EXTERNAL bind. EXTERNAL is listed where one of them is
    there. `operations` are the first hundred requests with what they were answered; passwords are not looked at.
    """

    def __init__(
        self,
        root_dse: Attributes = ROOT_DSE,
        *,
        entries: tuple[tuple[str, RawAttributes], ...] = (),
        external_answer: LdapResult | None = None,
    ) -> None:
        self.operations: list[LdapOperation] = []
        self._session = sansldap.LDAPServer()
        self._framing = LdapFraming()
        self._root_dse = root_dse
        self._entries = {name.lower(): attributes for name, attributes in entries}
        self._external_answer = external_answer
        self._secured = False
        self._identity: str | None = None
        self._authzid = ""
        self._outgoing = bytearray()
        self._at_end = False
        self._over = False

    def secured(self, identity: str | None, external_answer: LdapResult | None = None) -> None:
        """TLS is up; `identity` is the authzid ("dn:cn=alice") of the client's certificate, None without one."""
        self._secured = True
        self._identity = identity
        self._external_answer = external_answer or self._external_answer

    def secured_and_bound(self, identity: str | None) -> None:
        """TLS is up, and is the bind as well (MS-ADTS 5.1.1.2): Who am I? tells `identity`, and EXTERNAL is refused."""
        self._secured = True
        self._authzid = identity or ""

    def receive_data(self, data: bytes) -> None:
        """Take octets from the client."""
        self._framing.receive_data(data)

    def receive_eof(self) -> None:
        """The client closed its side."""
        self._at_end = True

    def data_to_send(self) -> bytes:
        """Octets for the client, once."""
        data = self._session.data_to_send() + bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def next_event(self) -> LdapServerEvent | None:
        """Answer what can be answered; what the owner must do, or None: more octets are needed.

        Raises ProtocolError, caused by the peer, after a notice of disconnection was made ready.
        """
        while not self._over:
            request = self._next_request()
            if request is None:
                if not self._at_end:
                    return None
                self._over = True
                return Unbound()
            event = self._answer(request)
            if event is not None:
                return event
        return None

    def _next_request(self) -> sansldap.LDAPMessage | None:
        try:
            octets = self._framing.next_message()
            messages = self._session.receive(octets) if octets is not None else []
        except FramingError as error:
            raise self._failure(str(error)) from error
        except sansldap.ProtocolError as error:
            if isinstance(error.request, sansldap.UnbindRequest):
                return error.request
            self._outgoing += error.response or b""
            raise self._failure(str(error)) from error
        if octets is not None and not messages:
            raise self._failure("something is missing in it")
        return messages[0] if messages else None

    def _answer(self, request: sansldap.LDAPMessage) -> LdapServerEvent | None:
        match request:
            case sansldap.UnbindRequest():
                self._over = True
                return Unbound()
            case sansldap.ExtendedRequest(name=name) if name == START_TLS:
                return self._start_tls(request)
            case sansldap.ExtendedRequest(name=name) if name == WHO_AM_I:
                self._session.extended_response(request.message_id, value=self._authzid.encode())
                self._note(request, request.name, _SUCCESS)
            case sansldap.ExtendedRequest():
                self._refuse_extended(request, sansldap.LDAPResultCode.PROTOCOL_ERROR, "not supported")
            case sansldap.BindRequest():
                self._bind(request)
            case sansldap.SearchRequest():
                self._search(request)
            case _:
                raise self._failure(f"{type(request).__name__} is not a request")
        return None

    def _start_tls(self, request: sansldap.ExtendedRequest) -> StartTlsAgreed | None:
        if self._secured:
            self._refuse_extended(request, sansldap.LDAPResultCode.OPERATIONS_ERROR, "TLS already started")
            return None
        if self._framing.rest:
            # Kept until TLS is up, they would pass for the client's word, whoever wrote them.
            raise self._failure(f"{len(self._framing.rest)} octets in clear followed its StartTLS request")
        self._session.extended_response(request.message_id, START_TLS)
        self._note(request, request.name, _SUCCESS)
        return StartTlsAgreed()

    def _refuse_extended(self, request: sansldap.ExtendedRequest, code: sansldap.LDAPResultCode, words: str) -> None:
        self._session.extended_response(request.message_id, result_code=code, diagnostics_message=words)
        self._note(request, request.name, _result(code, words))

    def _bind(self, request: sansldap.BindRequest) -> None:
        self._authzid = ""
        match request.authentication:
            case sansldap.SaslCredential(mechanism=mechanism):
                how = mechanism
                answer = self._external(request.authentication) if mechanism == EXTERNAL else _NOT_SUPPORTED
            case sansldap.SimpleCredential(password="") if not request.name:
                how, answer = "anonymous", _SUCCESS
            case _:
                how, answer = f"simple, as {request.name!r}", _NOT_SUPPORTED
        code = sansldap.LDAPResultCode(answer.code)
        self._session.bind_response(request.message_id, result_code=code, diagnostics_message=answer.diagnostic_message)
        self._note(request, how, answer)

    def _external(self, credential: sansldap.SaslCredential) -> LdapResult:
        if self._external_answer is not None:
            return self._external_answer
        if self._identity is None:
            return _NOT_SUPPORTED
        asserted = (credential.credentials or b"").decode("utf-8", "backslashreplace")
        if asserted and asserted != self._identity:
            words = f"the certificate is that of {self._identity}, who may not act as {asserted}"
            return _result(sansldap.LDAPResultCode.INVALID_CREDENTIALS, words)
        self._authzid = self._identity
        return _SUCCESS

    def _search(self, request: sansldap.SearchRequest) -> None:
        name = request.base_object
        found = self._entries.get(name.lower()) if name else self._root_dse_attributes()
        if found is None or request.scope is not sansldap.SearchScope.BASE:
            code = sansldap.LDAPResultCode.NO_SUCH_OBJECT
            self._session.search_result_done(request.message_id, result_code=code)
            self._note(request, name, _result(code))
            return
        wanted = {name.lower() for name in request.attributes}
        entry = [
            sansldap.PartialAttribute(kind, list(values))
            for kind, values in found
            if not wanted or wanted & {kind.lower(), kind.lower().partition(";")[0], "*", "+"}
        ]
        self._session.search_result_entry(request.message_id, name, entry)
        self._session.search_result_done(request.message_id)
        self._note(request, name, _SUCCESS)

    def _note(self, request: sansldap.LDAPMessage, detail: str, result: LdapResult) -> None:
        if len(self.operations) < _MOST_OPERATIONS:
            self.operations.append(LdapOperation(type(request).__name__, detail[:_LONGEST_DETAIL], result))

    def _root_dse_attributes(self) -> RawAttributes:
        offers = self._identity is not None or self._external_answer is not None
        mechanisms = (("supportedSASLMechanisms", (EXTERNAL,)),) if offers else ()
        told = (*self._root_dse, *mechanisms)
        return tuple((kind, tuple(value.encode() for value in values)) for kind, values in told)

    def _failure(self, words: str) -> ProtocolError:
        self._over = True
        return ProtocolError(f"the client sent no LDAP request: {words}", kind=FailureKind.MALFORMED, party=Party.PEER)


def _result(code: sansldap.LDAPResultCode, words: str = "") -> LdapResult:
    return LdapResult(code.value, RESULT_NAMES[code.value], "", words, None)


_SUCCESS: Final = _result(sansldap.LDAPResultCode.SUCCESS)
_NOT_SUPPORTED: Final = _result(sansldap.LDAPResultCode.AUTH_METHOD_NOT_SUPPORTED)
