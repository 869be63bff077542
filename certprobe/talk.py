"""What is said inside the channel, as scripts: a talk says what to send, is told what came, and keeps the facts."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, TypeVar

from certprobe.errors import FailureKind, Party, ProtocolError
from certprobe.report.model import HttpFacts, LdapFacts, NtAuthFacts

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeAlias

    from certprobe.application.ldap import LdapConversation, LdapEvent, RootDseAnswered
    from certprobe.endpoint import Endpoint
    from certprobe.transport import Machine

    # Yields what is to be sent, is sent what came (END at the end), and returns its last words.
    Script: TypeAlias = Generator[bytes, bytes, bytes]

E = TypeVar("E")
END = b""

CONFIGURATION: Final = "configurationnamingcontext"
NT_AUTH_STORE: Final = "CN=NTAuthCertificates,CN=Public Key Services,CN=Services,"
"""The relative name of the NTAuth store's entry; its certificates are the values of cACertificate."""
_CA_CERTIFICATE: Final = ("cACertificate", "cACertificate;binary")


class Reading(enum.Enum):
    """What is read in a directory after the login."""

    ROOT_DSE = "the root DSE"
    NT_AUTH = "the root DSE and the NTAuth store"


class HttpTalk:
    """One GET request for the endpoint's path."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.facts: HttpFacts | None = None

    def script(self) -> Script:
        """Ask and read the answer, of which whatever came is kept when time runs out."""
        from certprobe.application.http import HttpExchange

        exchange = HttpExchange(self._endpoint.host_header, self._endpoint.path)
        try:
            yield from _next_event(exchange)
        finally:
            self.facts = HttpFacts(self._endpoint.path, exchange.answer_so_far)
        return exchange.data_to_send()


class LdapTalk:
    """WhoAmI (RFC 4532), a SASL EXTERNAL bind, WhoAmI again, and a reading; `start_tls` before, where needed."""

    def __init__(self, reading: Reading = Reading.ROOT_DSE) -> None:
        self._reading = reading
        self.facts: LdapFacts | None = None

    def start_tls(self) -> Script:
        """Ask to begin TLS. Raises ProtocolError (STARTTLS_REFUSED) where the server will not."""
        from certprobe.application.ldap import LdapConversation, StartTlsAnswered

        conversation = LdapConversation()
        conversation.start_tls()
        answer = yield from _answer(conversation, StartTlsAnswered)
        self.facts = LdapFacts(start_tls=answer)
        if not answer.result.success:
            words = f"{answer.result.name} ({answer.result.code}): {answer.result.diagnostic_message}"
            raise ProtocolError(words, kind=FailureKind.STARTTLS_REFUSED, party=Party.PEER)
        return b""

    def script(self) -> Script:
        """Ask each in turn; a refusal of one does not stop the next."""
        from certprobe.application.ldap import BindAnswered, LdapConversation, RootDseAnswered, WhoAmIAnswered

        conversation = LdapConversation()
        self.facts = facts = self.facts or LdapFacts()
        conversation.who_am_i()
        before = yield from _answer(conversation, WhoAmIAnswered)
        self.facts = facts = facts._replace(who_am_i_before=before)
        conversation.bind_external()
        bind = yield from _answer(conversation, BindAnswered)
        self.facts = facts = facts._replace(bind=bind)
        conversation.who_am_i()
        after = yield from _answer(conversation, WhoAmIAnswered)
        self.facts = facts = facts._replace(who_am_i_after=after)
        conversation.search_root_dse()
        root_dse = yield from _answer(conversation, RootDseAnswered)
        self.facts = facts = facts._replace(root_dse=root_dse)
        if self._reading is Reading.NT_AUTH:
            yield from self._read_nt_auth(conversation, facts, root_dse)
        conversation.unbind()
        return conversation.data_to_send()

    def _read_nt_auth(
        self, conversation: LdapConversation, facts: LdapFacts, root_dse: RootDseAnswered
    ) -> Generator[bytes, bytes, None]:
        from certprobe.application.ldap import EntryAnswered

        contexts = [values[0] for kind, values in root_dse.attributes if kind.lower() == CONFIGURATION and values]
        name = NT_AUTH_STORE + contexts[0] if contexts else None
        self.facts = facts._replace(nt_auth=NtAuthFacts(name))
        if name is not None:
            conversation.search_entry(name, _CA_CERTIFICATE)
            answer = yield from _answer(conversation, EntryAnswered)
            self.facts = facts._replace(nt_auth=NtAuthFacts(name, answer))


def _next_event(machine: Machine[E]) -> Generator[bytes, bytes, E]:
    """Carry octets for `machine` until it has an event."""
    while (event := machine.next_event()) is None:
        data = yield machine.data_to_send()
        if data != END:
            machine.receive_data(data)
        else:
            machine.receive_eof()
    return event


def _answer(conversation: LdapConversation, kind: type[E]) -> Generator[bytes, bytes, E]:
    machine: Machine[LdapEvent] = conversation
    event = yield from _next_event(machine)
    if not isinstance(event, kind):
        result = event.result
        words = f"the server ended the session: {result.name} ({result.code}) {result.diagnostic_message}"
        raise ProtocolError(words.rstrip(), kind=FailureKind.CLOSED, party=Party.PEER)
    return event
