"""Accounts of certificates in a real directory, over a connection of our own.

Nothing is sent before the directory has proved who it is: it speaks TLS, and its certificate is judged by our own chain
engine for serverAuth and its name. Revocation is not asked for. References to other servers are told, never followed.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from certprobe import transport
from certprobe.application.ldap import (
    BindAnswered,
    EntriesAnswered,
    LdapConversation,
    LdapEvent,
    RootDseAnswered,
    StartTlsAnswered,
)
from certprobe.application.ldap_results import LdapResult
from certprobe.application.ldap_search import Assertion
from certprobe.endpoint import Scheme, StartTls, parse_ldap
from certprobe.errors import FailureKind, Party, ProtocolError, StageError, UsageError
from certprobe.judging import Yardstick, judge_server
from certprobe.mapping.directory import ATTRIBUTES, account, assertions, domain_of
from certprobe.mapping.lookup import DirectoryFacts, Lookup, LookupFailure
from certprobe.pki.certificate import Certificate
from certprobe.tls.enums import AlertDescription
from certprobe.tls.events import (
    AlertReceived,
    ApplicationData,
    CertificateAwaited,
    HandshakeCompleted,
    PeerCertificates,
    PeerClosed,
)
from certprobe.tls.session import ClientOptions, TlsSession
from certprobe.wincrypt.hresult import CERT_E_UNTRUSTEDROOT, ERROR_SUCCESS
from certprobe.wincrypt.win32 import SYSTEM_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certprobe.endpoint import Endpoint
    from certprobe.mapping.accounts import Account
    from certprobe.pki.store import CertificateStore
    from certprobe.transport import Channel, Deadline, Machine, Step

MOST_ACCOUNTS: Final = 32
"""Of one certificate; more than one is one too many already."""
_MOST_CONTEXTS: Final = 8
_NOT_FOR_STRANGERS: Final = frozenset({1, 8, 32, 48, 50, 53})
"""How directories refuse whom they do not know: Active Directory operationsError, slapd what its rules say."""

E = TypeVar("E", bound=LdapEvent)


@dataclass(frozen=True, slots=True)
class Login:
    """A name for a simple bind, a distinguished name or for Active Directory alice@corp.example, and its password."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Directory:
    """Where accounts are looked up: ldaps://, or ldap:// with StartTLS; by whose roots it is judged; who asks."""

    endpoint: Endpoint
    roots: CertificateStore
    login: Login | None = None


def parse_directory(text: str) -> Endpoint:
    """Read "ldaps://host:port" or "ldap://host" (StartTLS); raises UsageError, also for more than that."""
    _, separator, rest = text.partition("://")
    if not separator:
        raise UsageError(f"{text!r} names no scheme: ldaps:// is TLS at once, ldap:// is StartTLS")
    if "/" in rest.removesuffix("/") or "?" in rest:
        raise UsageError(f"{text!r}: only the server is named; below which entry is searched, it says itself")
    return parse_ldap(text, StartTls.NOT_ASKED)


def accounts_for(certificate: Certificate, directory: Directory, deadline: Deadline) -> Lookup:
    """Ask for the accounts of one certificate, over one connection within the time of one step of `deadline`.

    Raises StageError: nothing is known then, not even that there is no account.
    """
    answers = dict(_answers((certificate,), directory, deadline))
    answer = answers[certificate]
    if isinstance(answer, StageError):
        raise answer
    return answer


def look_up(certificates: Iterable[Certificate], directory: Directory, deadline: Deadline) -> DirectoryFacts:
    """Ask for the accounts of each certificate, all over one connection; never raises for what a directory does.

    An interruption from the keyboard ends it; what was learned is kept.
    """
    told = _answers(dict.fromkeys(certificates), directory, deadline)
    answers = {certificate: _fact(answer) for certificate, answer in told}
    login = directory.login
    return DirectoryFacts(directory.endpoint.url, None if login is None else login.name, answers)


def _fact(answer: Lookup | StageError) -> Lookup | LookupFailure:
    return answer if isinstance(answer, Lookup) else LookupFailure(str(answer), answer.kind, answer.party)


def _answers(
    certificates: Iterable[Certificate], directory: Directory, deadline: Deadline
) -> Iterator[tuple[Certificate, Lookup | StageError]]:
    """One answer for each; what ends the connection is the answer for all that are left."""
    left = list(certificates)
    try:
        with contextlib.ExitStack() as stack:
            session = _connected(directory, deadline, stack)
            while left:
                answer = session.look_up(left[0])
                yield left.pop(0), answer
    except StageError as error:
        yield from ((certificate, error) for certificate in left)
    except KeyboardInterrupt:
        words = "interrupted from the keyboard"
        ended = ProtocolError(words, kind=FailureKind.INTERRUPTED, party=Party.OURSELVES)
        yield from ((certificate, ended) for certificate in left)


def _connected(directory: Directory, deadline: Deadline, stack: contextlib.ExitStack) -> _Session:
    endpoint = directory.endpoint
    step = deadline.step("connecting to the directory")
    channel = transport.dial(endpoint.host, endpoint.port, step)
    stack.callback(channel.close)
    if endpoint.scheme is Scheme.LDAP_STARTTLS:
        _start_tls(channel, step)
    session = _Session(directory, channel, deadline)
    session.open()
    stack.callback(session.close)
    return session


def _start_tls(channel: Channel, step: Step) -> None:
    conversation = LdapConversation()
    conversation.start_tls()
    answer = _answer(channel, conversation, StartTlsAnswered, step)
    if not answer.result.success:
        raise ProtocolError(_told(answer.result), kind=FailureKind.STARTTLS_REFUSED, party=Party.PEER)


def _answer(channel: Channel, machine: Machine[LdapEvent], kind: type[E], step: Step) -> E:
    try:
        event = next(transport.pump(channel, machine, step), None)
    except ProtocolError as error:
        if channel.ended is not transport.Ended.RESET:
            raise
        raise ProtocolError("the connection was reset", kind=FailureKind.RESET, party=Party.PEER) from error
    if isinstance(event, kind):
        return event
    why = "" if event is None else f": {_told(event.result)}"
    raise ProtocolError(f"the directory ended the session{why}", kind=FailureKind.CLOSED, party=Party.PEER)


class _Session:
    """A session inside TLS. After `open` each `look_up` is one search below each naming context."""

    def __init__(self, directory: Directory, channel: Channel, deadline: Deadline) -> None:
        self._login = directory.login
        self._channel = channel
        self._deadline = deadline
        self._conversation = LdapConversation()
        self._machine = _Secured(directory, self._conversation)
        self._contexts: tuple[str, ...] = ()

    def open(self) -> None:
        """Log in and read the root DSE, in this order: not every directory shows it to strangers. Raises StageError."""
        if self._login is not None:
            self._conversation.bind_simple(self._login.name, self._login.password)
            bind = self._answer(BindAnswered, "the login at the directory")
            self._require_success(bind.result, f"the login of {self._login.name}")
        self._conversation.search_root_dse()
        root_dse = self._answer(RootDseAnswered, "asking the directory for its naming contexts")
        self._require_success(root_dse.result, "the question for its naming contexts")
        self._contexts = _naming_contexts({kind.lower(): values for kind, values in root_dse.attributes})

    def look_up(self, certificate: Certificate) -> Lookup | StageError:
        """Return what there is, or why that cannot be known of this certificate. Raises StageError for all others."""
        accounts: list[Account] = []
        references: list[str] = []
        for context in self._contexts:
            answer = self._search(certificate, context)
            try:
                self._require_success(answer.result, f"a search below {context}")
            except StageError as error:
                return error
            accounts += [account(name, attributes, domain_of(context)) for name, attributes in answer.entries]
            references += answer.references
        return Lookup(tuple(accounts), tuple(references))

    def close(self) -> None:
        """Unbind, if it can still be said."""
        self._conversation.unbind()
        self._channel.send(self._machine.data_to_send())

    def _search(self, certificate: Certificate, context: str) -> EntriesAnswered:
        asked = assertions(certificate, domain_of(context))
        if not asked:
            return EntriesAnswered(LdapResult(0, "success", "", "", None), (), ())
        step = self._deadline.step("the search in the directory")
        self._conversation.search_entries(
            context,
            tuple(Assertion(attribute, value) for attribute, value in asked),
            ATTRIBUTES,
            most=MOST_ACCOUNTS,
            seconds=max(1, math.ceil(step.left())),
        )
        return _answer(self._channel, self._machine, EntriesAnswered, step)

    def _answer(self, kind: type[E], name: str) -> E:
        return _answer(self._channel, self._machine, kind, self._deadline.step(name))

    def _require_success(self, result: LdapResult, what: str) -> None:
        if not result.success:
            hint = ""
            if self._login is None and result.code in _NOT_FOR_STRANGERS:
                hint = "; we asked as nobody, and --map-user logs in"
            words = f"{what} was answered by {_told(result)}{hint}"
            raise ProtocolError(words, kind=FailureKind.LDAP_RESULT, party=Party.PEER)


def _naming_contexts(root_dse: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Active Directory names several, of which one is the domain's; of other directories each may hold accounts."""
    contexts = root_dse.get("defaultnamingcontext") or root_dse.get("namingcontexts", ())
    named = tuple(context for context in contexts if context)[:_MOST_CONTEXTS]
    if not named:
        words = "its root DSE names no naming context, so there is nothing to search below"
        raise ProtocolError(words, kind=FailureKind.LDAP_RESULT, party=Party.PEER)
    return named


def _told(result: LdapResult) -> str:
    told = f"{result.name} ({result.code})"
    if result.diagnostic_message:
        told += f", {result.diagnostic_message.strip(chr(0))}"
    meant = next((each for each in SYSTEM_ERRORS if result.ad_data and each.number == int(result.ad_data, 16)), None)
    return told if meant is None else f"{told}: {meant.text}"


class _Secured:
    """An LDAP conversation inside TLS as one machine; it says nothing before the directory is known to be itself."""

    def __init__(self, directory: Directory, conversation: LdapConversation) -> None:
        endpoint = directory.endpoint
        self._host = endpoint.host
        self._roots = directory.roots
        self._tls = TlsSession(ClientOptions(None if endpoint.is_ip else endpoint.host))
        self._conversation = conversation
        self._certificates: tuple[Certificate, ...] = ()
        self._proved = False

    def receive_data(self, data: bytes) -> None:
        """Take octets from the directory."""
        self._tls.receive_data(data)

    def receive_eof(self) -> None:
        """The directory closed its side."""
        self._tls.receive_eof()

    def data_to_send(self) -> bytes:
        """Octets for the directory, once."""
        if self._proved:
            self._tls.send(self._conversation.data_to_send())
        return self._tls.data_to_send()

    def next_event(self) -> LdapEvent | None:
        """The next answer. Raises ProtocolError (NOT_TRUSTED) where the directory's certificate does not pass."""
        while (answer := self._conversation.next_event()) is None:
            event = self._tls.next_event()
            match event:
                case None:
                    return None
                case PeerCertificates(certificates):
                    self._certificates = tuple(map(Certificate, certificates))
                case CertificateAwaited():
                    self._tls.send_certificate(None)
                case HandshakeCompleted():
                    self._require_itself()
                case ApplicationData(data):
                    self._conversation.receive_data(data)
                case AlertReceived(_, description) if description != AlertDescription.close_notify:
                    raise ProtocolError(
                        f"the directory ended TLS with the alert {_alert(description)}",
                        kind=FailureKind.ALERT,
                        party=Party.PEER,
                    )
                case PeerClosed():
                    self._conversation.receive_eof()
                case _:
                    pass
        return answer

    def _require_itself(self) -> None:
        judgement = judge_server(self._certificates, None, self._host, Yardstick(self._roots, datetime.now(UTC)))
        if judgement is None or judgement.deciding.error != ERROR_SUCCESS:
            why = "it sent none" if judgement is None else f"{judgement.deciding.error.symbol}, {judgement.reason}"
            words = f"the directory's own certificate does not pass ({why}), so it was asked nothing"
            if judgement is not None and judgement.deciding.error == CERT_E_UNTRUSTEDROOT:
                words += "; --map-trust names other roots"
            raise ProtocolError(words, kind=FailureKind.NOT_TRUSTED, party=Party.PEER)
        self._proved = True


def _alert(description: int) -> str:
    try:
        return AlertDescription(description).name
    except ValueError:
        return str(description)
