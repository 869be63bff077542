"""A client and a server wired in memory, as two machines that hand each other octets; nobody ever waits."""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

from certprobe.errors import ProtocolError
from certprobe.lab.pki import Authority, rsa_key
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.tls.acceptor import ServerOptions, TlsAcceptor
from certprobe.tls.client_hello import ClientHello
from certprobe.tls.conversation import TlsConversation
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.events import CertificateAwaited, CertificateRequested, TlsEvent
from certprobe.tls.messages import ServerHello
from certprobe.tls.openssl import Requirement, VersionRange
from certprobe.tls.session import ClientOptions, TlsSession
from tests.selection.credentials import AT, credential

Told: TypeAlias = list[TlsEvent | ProtocolError]

TLS10, TLS11, TLS12, TLS13 = ProtocolVersion
VERSIONS = tuple(ProtocolVersion)
BEFORE_TLS13 = (TLS10, TLS11, TLS12)

ROOT = Authority.root("Wire root", at=AT)
ISSUING = ROOT.intermediate("Wire issuing CA")
SERVER = credential(ISSUING.server("localhost"))
RSA_SERVER = credential(ISSUING.server("localhost", key=rsa_key()))
ALICE = credential(ISSUING.client("alice"))
BOB = credential(ISSUING.client("bob", key=rsa_key()), alone="the server has the way up")
OTHERS_KEY = Credential(ALICE.certificate, (), SERVER.private_key, KeyStatus.DOES_NOT_FIT, None, "store.pem #2")
NAMES = (ROOT.issued.subject, ISSUING.issued.subject)


def ders(who: Credential | None) -> tuple[bytes, ...]:
    """What goes into a Certificate message for this credential."""
    return () if who is None else tuple(each.der for each in (who.certificate, *who.intermediates))


def at(version: ProtocolVersion) -> VersionRange:
    """This version alone."""
    return VersionRange(version, version)


def session(version: ProtocolVersion | None = None, **options: object) -> TlsSession:
    usual = ClientOptions("localhost", versions=VersionRange() if version is None else at(version))
    return TlsSession(usual._replace(**options))  # type: ignore[arg-type]


def acceptor(version: ProtocolVersion | None = None, **options: object) -> TlsAcceptor:
    usual = ServerOptions(SERVER, versions=VersionRange() if version is None else at(version))
    return TlsAcceptor(usual._replace(**options))  # type: ignore[arg-type]


def drain(machine: TlsConversation) -> Told:
    """Every event that is there, and the failure after them."""
    told: Told = []
    try:
        while (event := machine.next_event()) is not None:
            told.append(event)
    except ProtocolError as failure:
        told.append(failure)
    return told


def same(told: Told, *expected: TlsEvent) -> None:
    """Records compare as tuples, so that an alert received would pass for one sent: the types count too."""
    assert [(type(event), event) for event in told] == [(type(event), event) for event in expected]


def kinds(told: Told) -> list[str]:
    return [type(each).__name__ for each in told]


def heard(told: Told) -> Told:
    """What a server tells beside the hellos and what it asks for."""
    return [each for each in told if not isinstance(each, ClientHello | ServerHello | CertificateRequested)]


def failure(told: Told) -> ProtocolError:
    """The failure that ends it; nothing before it is one."""
    *before, last = told
    assert isinstance(last, ProtocolError)
    assert not any(isinstance(event, ProtocolError) for event in before)
    return last


class Wire:
    """A client and a server between which `settle` carries octets until both need more; both tell as they go."""

    def __init__(self, client: TlsSession, server: TlsAcceptor, *, piece: int = 1 << 20) -> None:
        self.client, self.server = client, server
        self._piece = piece
        self._rests = False

    def settle(self, *answers: Credential | None) -> tuple[Told, Told]:
        """What the client and the server tell; each rest takes the next answer, and stays a rest without one."""
        left = deque(answers)
        client_told, server_told = drain(self.client), drain(self.server)
        while self._answered(client_told, left) or self._carried(client_told, server_told):
            pass
        assert not left, "fewer questions than answers"
        return client_told, server_told

    def _answered(self, told: Told, answers: deque[Credential | None]) -> bool:
        self._rests = self._rests or (bool(told) and isinstance(told[-1], CertificateAwaited))
        if not (answers and self._rests):
            return False
        self._rests = False
        self.client.send_certificate(answers.popleft())
        told.extend(drain(self.client))
        return True

    def _carried(self, client_told: Told, server_told: Told) -> bool:
        to_server, to_client = self.client.data_to_send(), self.server.data_to_send()
        for data, machine, told in ((to_server, self.server, server_told), (to_client, self.client, client_told)):
            for start in range(0, len(data), self._piece):
                machine.receive_data(data[start : start + self._piece])
                told.extend(drain(machine))
        return bool(to_server or to_client)


def wire(version: ProtocolVersion, requirement: Requirement = Requirement.NONE, **server: object) -> Wire:
    """Both sides at this version; the server announces NAMES when it asks."""
    options = {"certificate_authorities": NAMES, **server}
    return Wire(session(version), acceptor(version, requirement=requirement, **options))


def connected(
    version: ProtocolVersion, requirement: Requirement = Requirement.NONE, *answers: Credential | None
) -> Wire:
    """The same, past the first handshake."""
    both = wire(version, requirement)
    both.settle(*answers)
    return both
