"""A TLS client of ours and a reception, wired in memory; the listener's owner is played by the test."""

from __future__ import annotations

from itertools import count

from certprobe.endpoint import Scheme
from certprobe.errors import FailureKind, StageError
from certprobe.pki.credential import Credential
from certprobe.reception import Asking, CertificatesShown, Reception, ReceptionEvent, ReportDue, Terms
from certprobe.report.model import Attempt, Stage
from certprobe.tls.acceptor import ServerContext, ServerOptions
from certprobe.tls.events import ApplicationData, CertificateAwaited, PeerClosed, Phase, TlsEvent
from certprobe.tls.session import TlsSession
from tests.tls.wired import NAMES, SERVER

PEER = "127.0.0.1:50000"
DONE = [(Stage.HANDSHAKE, None), (Stage.APPLICATION, None)]
"""The stages of a conversation in which all went well."""


def requests(attempt: Attempt) -> list[tuple[Phase, int | None]]:
    """When it was asked, and how many certificates came; None where no Certificate message did."""
    assert attempt.tls is not None
    return [(each.phase, None if each.sent is None else len(each.sent)) for each in attempt.tls.requests]


def stages(attempt: Attempt) -> list[tuple[Stage, FailureKind | None]]:
    return [(each.stage, each.kind) for each in attempt.stages]


def terms(asking: Asking = Asking.OPTIONAL, *paths: str, scheme: Scheme = Scheme.HTTPS, **options: object) -> Terms:
    """Terms of a listener that shows SERVER and announces NAMES."""
    usual = ServerOptions(SERVER, asking.requirement, NAMES)
    return Terms(scheme, ServerContext(usual._replace(**options)), SERVER, asking, paths)  # type: ignore[arg-type]


def reception(its: Terms) -> Reception:
    """A reception by a clock that goes on by a second whenever it is looked at."""
    ticks = count()
    return Reception(its, PEER, lambda: float(next(ticks)))


class Meeting:
    """Carries octets between both until neither has more to say, and keeps what they tell.

    The client answers each request with `who`. What the reception rests at is answered as its owner would: `identity`
    for certificates, 200 for requests.
    """

    def __init__(
        self, client: TlsSession, its: Terms, who: Credential | None = None, *, identity: str | None = "dn:cn=alice"
    ) -> None:
        self.client = client
        self.reception = reception(its)
        self.told: list[ReceptionEvent] = []
        self.failure: StageError | None = None
        self.heard = b""
        self.events: list[TlsEvent] = []
        self._who = who
        self._identity = identity

    @property
    def ended(self) -> bool:
        """Whether the client was told that it is over."""
        return any(isinstance(event, PeerClosed) for event in self.events)

    def say(self, plaintext: bytes = b"") -> bytes:
        """Have the client say something, let all that follows happen, and return what it was answered."""
        self.client.send(plaintext)
        before = len(self.heard)
        while True:
            self._listen()
            to_server, to_client = self.client.data_to_send(), self._reception_says()
            if not to_server and not to_client:
                return self.heard[before:]
            self.reception.receive_data(to_server)
            self.client.receive_data(to_client)

    def leave(self) -> None:
        """The client's side of the transport ends."""
        self.reception.receive_eof()
        self._reception_says()

    def _listen(self) -> None:
        while (event := self.client.next_event()) is not None:
            self.events.append(event)
            if isinstance(event, CertificateAwaited):
                self.client.send_certificate(self._who)
            elif isinstance(event, ApplicationData):
                self.heard += event.data

    def _reception_says(self) -> bytes:
        try:
            while (event := self.reception.next_event()) is not None:
                self.told.append(event)
                match event:
                    case CertificatesShown():
                        self.reception.examined(self._identity)
                    case ReportDue():
                        self.reception.answer(200, "OK", b"welcome")
        except StageError as error:
            self.failure = error
        return self.reception.data_to_send()
