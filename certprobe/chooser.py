"""Who answers a resting handshake: the selection, a person, or a callback of one of Windows' two contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeAlias

    from certprobe.pki.certificate import Certificate
    from certprobe.pki.credential import Credential
    from certprobe.selection.callbacks import Callback, ChannelCredential, ConnectionInfo, Decision
    from certprobe.selection.select import Choice, Selection
    from certprobe.tls.events import Phase
    from certprobe.tls.messages import CertificateRequest
    from certprobe.transport import Step

    Pick: TypeAlias = Callable[["Question", Selection], Credential | None]
    Decide: TypeAlias = Callable[[ConnectionInfo, float], Decision]


class Server(Protocol):
    """Who waits for the answer, and may lose patience meanwhile."""

    def fileno(self) -> int:
        """A descriptor for select(2), readable as soon as there is something to look at."""

    def look(self) -> None:
        """Take in what the server says, without waiting. Raises ProtocolError (LOST_PATIENCE) once it has given up."""


class Question(NamedTuple):
    """A resting handshake: where, when in it, what was asked, how much time there is to answer, and who waits."""

    url: str
    phase: Phase
    request: CertificateRequest
    step: Step
    server: Server


class Answer(NamedTuple):
    """What to send (None = anonymous), every candidate beside it, and what whoever decided had to say."""

    credential: Credential | None
    selection: Selection
    note: str | None = None


class Chooser(Protocol):
    """Asked once before each ClientHello, and then at every CertificateRequest.

    Both may raise CallbackError, and `answer` what the server's `look` raises.
    """

    def open(self, url: str, via_uri: str | None, step: Step) -> None: ...

    def answer(self, question: Question) -> Answer: ...


class Store(NamedTuple):
    """What can be sent, the time against which it is judged, and the certificates that lie beside it."""

    credentials: tuple[Credential, ...]
    at: datetime
    beside: tuple[Certificate, ...] = ()

    def select(self, request: CertificateRequest, choice: Choice | None = None) -> Selection:
        """Hold every credential against `request`; without a choice the first that fits is chosen."""
        from certprobe.selection.select import AUTO, select_client_certificate

        return select_client_certificate(
            request, self.credentials, at=self.at, choice=choice or AUTO, beside=self.beside
        )


class BySelection(NamedTuple):
    """Sends what the selection chooses, or what the user named."""

    store: Store
    choice: Choice | None = None

    def open(self, url: str, via_uri: str | None, step: Step) -> None:
        """Nothing is asked before the server asks."""

    def answer(self, question: Question) -> Answer:
        """Select by the criteria."""
        selection = self.store.select(question.request, self.choice)
        return Answer(selection.chosen, selection)


class ByPerson(NamedTuple):
    """Lets a person pick while the handshake rests; that time does not count."""

    store: Store
    pick: Pick

    def open(self, url: str, via_uri: str | None, step: Step) -> None:
        """Nothing is asked before the server asks."""

    def answer(self, question: Question) -> Answer:
        """Show the candidates, and take the person's word."""
        from certprobe.selection.select import How

        selection = self.store.select(question.request)
        with question.step.deadline.paused():
            credential = self.pick(question, selection)
            question.server.look()
        return Answer(credential, selection._replace(chosen=credential, how=How.PICKED))


class ByQueryClientCert(NamedTuple):
    """Asks a QUERYCLIENTCERT (winldap.h) at each CertificateRequest."""

    store: Store
    decide: Decide

    def open(self, url: str, via_uri: str | None, step: Step) -> None:
        """This contract knows no question before the handshake."""

    def answer(self, question: Question) -> Answer:
        """Ask the callback, within what is left of the step."""
        from certprobe.selection.callbacks import ConnectionInfo

        selection = self.store.select(question.request)
        connection = ConnectionInfo(question.url, question.phase, question.request, selection.candidates)
        decision = self.decide(connection, question.step.left())
        question.server.look()
        return _by_callback(decision, selection)


class ByGetCert:
    """Asks a WS_GET_CERT_CALLBACK (webservices.h) before each ClientHello, and sends its certificate when asked."""

    def __init__(self, store: Store, credential: ChannelCredential) -> None:
        self._store = store
        self._credential = credential
        self._decision: Decision | None = None
        self._told: str | None = None

    def open(self, url: str, via_uri: str | None, step: Step) -> None:
        """Ask the callback. Raises CallbackError where it fails: then the channel does not open."""
        from certprobe.selection.callbacks import EndpointAddress

        self._decision = self._credential.get_cert(EndpointAddress(url), via_uri, step.left())

    def answer(self, question: Question) -> Answer:
        """Send what was decided when the channel opened."""
        assert self._decision is not None
        note = "; ".join(filter(None, (self._told, self._decision.note))) or None
        return _by_callback(self._decision._replace(note=note), self._store.select(question.request))

    def tell_issuer_list(self, request: CertificateRequest, step: Step) -> None:
        """After a refusal: tell the server's list, for the channel to be opened once more."""
        from certprobe.pki.name import DistinguishedName

        names = tuple(map(DistinguishedName, request.certificate_authorities or ()))
        self._told = self._credential.notify_issuer_list(names, step.left())


def _by_callback(decision: Decision, selection: Selection) -> Answer:
    from certprobe.selection.select import How

    chosen = selection._replace(chosen=decision.credential, how=How.BY_CALLBACK)
    return Answer(decision.credential, chosen, decision.note)


def by_callback(store: Store, callback: Callback) -> Chooser:
    """Return the Chooser that a user's callback is, by its contract."""
    from functools import partial

    from certprobe.selection.callbacks import WsCustomCertCredential
    from certprobe.selection.decide import FunctionCredential, decide_on_request

    if isinstance(callback, WsCustomCertCredential):
        return ByGetCert(store, FunctionCredential(callback, store.credentials))
    return ByQueryClientCert(store, partial(decide_on_request, callback))
