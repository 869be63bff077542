"""What a lab server says on one connection: TLS, then HTTP or LDAP; our chain engine judges client certificates."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from certprobe import transport
from certprobe.application.http import HttpResponder
from certprobe.application.ldap_results import LdapResult
from certprobe.application.ldap_server import LdapResponder, StartTlsAgreed, Unbound
from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.question import ChainQuestion, RevocationEvidence
from certprobe.endpoint import Scheme
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import CLIENT_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.tls.acceptor import ServerOptions, TlsAcceptor
from certprobe.tls.enums import AlertDescription
from certprobe.tls.events import ApplicationData, HandshakeCompleted, PeerCertificates
from certprobe.tls.openssl import Requirement
from certprobe.transport import Channel, Step
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.hresult import (
    CERT_E_EXPIRED,
    CERT_E_UNTRUSTEDROOT,
    CERT_E_WRONG_USAGE,
    CRYPT_E_REVOKED,
    ERROR_SUCCESS,
    HResult,
)
from certprobe.wincrypt.policy_flags import AuthType

PEOPLE: Final = "OU=people,DC=lab,DC=test"
_INVALID_CREDENTIALS: Final = LdapResult(49, "invalidCredentials", "", "", None)


class Refusal(enum.Enum):
    """How a client certificate that does not pass is turned down."""

    ANSWER = "by an answer: HTTP 403, or EXTERNAL not offered"
    ALERT = "by an alert in the handshake that says why, as servers with OpenSSL do"
    CLOSE = "by closing the connection without an alert, as slapd with GnuTLS, Node and Java do"


class Unmapped(enum.Enum):
    """What a directory makes of a good certificate for which it has no account."""

    OWN_SUBJECT = "the subject is the identity, as slapd has it"
    INVALID_CREDENTIALS = "the bind fails with invalidCredentials, as 389 Directory Server has it"


class Anonymous(enum.Enum):
    """What a website makes of a client without a certificate that TLS let through."""

    WELCOME = "it is let in"
    TURNED_AWAY = "it gets HTTP 400, as from nginx with ssl_verify_client optional and a rule behind it"


class Binding(enum.Enum):
    """How a certificate becomes a login at a directory."""

    SASL_EXTERNAL = "by a SASL EXTERNAL bind (RFC 4513 5.2.3)"
    TLS = "by TLS itself, and EXTERNAL is refused, as on Active Directory's port 636 (MS-ADTS 5.1.1.2)"


class Service(NamedTuple):
    """A server's whole configuration. A certificate is asked for as `tls` says, and once more for `asking_paths`.

    `accounts` are the common names that the directory maps to an entry below PEOPLE, `crls` those that it judges by.
    """

    scheme: Scheme
    tls: ServerOptions
    roots: CertificateStore
    at: datetime
    asking_paths: frozenset[str] = frozenset()
    acceptor: type[TlsAcceptor] = TlsAcceptor
    crls: tuple[CertificateList, ...] = ()
    refusal: Refusal = Refusal.ANSWER
    anonymous: Anonymous = Anonymous.WELCOME
    accounts: frozenset[str] = frozenset()
    binding: Binding = Binding.SASL_EXTERNAL
    unmapped: Unmapped = Unmapped.INVALID_CREDENTIALS


class Visitor(NamedTuple):
    """A client: its certificate, None for an anonymous one, and what the policy SSL says of its chain."""

    certificate: Certificate | None
    error: HResult

    @property
    def is_refused(self) -> bool:
        return self.error != ERROR_SUCCESS


ANONYMOUS: Final = Visitor(None, ERROR_SUCCESS)


class _Application(Protocol):
    """What is served inside TLS; `over` is True when nothing more will be said."""

    over: bool

    def admit(self, visitor: Visitor) -> None:
        """A handshake is done: this is who is there now."""

    def receive_data(self, data: bytes) -> None:
        """Plaintext of the client. Raises ProtocolError, with what there is to say about it made ready."""

    def data_to_send(self) -> bytes: ...


def serve(service: Service, channel: Channel, step: Step) -> None:
    """Hold one conversation, within the time of `step`; the channel stays open for its owner to close.

    Raises StageError where the client breaks off, breaks a protocol, or takes too long.
    """
    if service.scheme is Scheme.LDAP_STARTTLS and not _agreed_on_tls(channel, step):
        return
    tls = service.acceptor(_judging(service) if service.refusal is Refusal.ALERT else service.tls)
    application = _Website(service, tls) if service.scheme is Scheme.HTTPS else _Directory(service)
    try:
        if not _converse(service, tls, application, channel, step):
            return
    finally:
        tls.send(application.data_to_send())
        channel.send(tls.data_to_send())
    tls.close()
    channel.send(tls.data_to_send())


def judge(service: Service, certificates: tuple[Certificate, ...]) -> Visitor:
    """Judge a client's chain as it came, with nothing but the server's roots beside it."""
    if not certificates:
        return ANONYMOUS
    usage = RequestedUsage(UsageMatch.AND, (CLIENT_AUTH,))
    question = ChainQuestion(service.roots, service.at, usage)
    if service.crls:
        flags, evidence = ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT, RevocationEvidence(service.crls)
        question = question._replace(flags=flags, evidence=evidence)
    chain = get_certificate_chain(certificates[0], CertificateStore(certificates[1:]), question)
    para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_CLIENT))
    return Visitor(certificates[0], verify_chain_policy(ChainPolicy.SSL, chain, para).error)


_ALERTS: Final = {
    CERT_E_EXPIRED: AlertDescription.certificate_expired,
    CERT_E_UNTRUSTEDROOT: AlertDescription.unknown_ca,
    CERT_E_WRONG_USAGE: AlertDescription.unsupported_certificate,
    CRYPT_E_REVOKED: AlertDescription.certificate_revoked,
}


def _judging(service: Service) -> ServerOptions:
    """The options of a server, and of its virtual hosts, that refuses inside the handshake."""

    def alert(certificates: tuple[bytes, ...]) -> AlertDescription | None:
        visitor = judge(service, tuple(map(Certificate, certificates)))
        return _ALERTS.get(visitor.error, AlertDescription.bad_certificate) if visitor.is_refused else None

    hosts = tuple((name, options._replace(judge=alert)) for name, options in service.tls.virtual_hosts)
    return service.tls._replace(judge=alert, virtual_hosts=hosts)


def _agreed_on_tls(channel: Channel, step: Step) -> bool:
    """Talk in clear until StartTLS; False when the client left without it."""
    for event in transport.pump(channel, LdapResponder(), step):
        return isinstance(event, StartTlsAgreed)
    return False


def _converse(service: Service, tls: TlsAcceptor, application: _Application, channel: Channel, step: Step) -> bool:
    """Whether the conversation ended in the regular way, so that a close_notify is due."""
    shown: tuple[Certificate, ...] = ()
    for event in transport.pump(channel, tls, step):
        match event:
            case PeerCertificates(certificates, _):
                shown = tuple(map(Certificate, certificates))
            case HandshakeCompleted():
                visitor = judge(service, shown)
                if visitor.is_refused and service.refusal is Refusal.CLOSE:
                    return False
                application.admit(visitor)
            case ApplicationData(data):
                application.receive_data(data)
            case _:
                pass
        tls.send(application.data_to_send())
        if application.over:
            return True
    return False


class _Website:
    """One request and its answer; some paths ask for a certificate of their own accord."""

    def __init__(self, service: Service, tls: TlsAcceptor) -> None:
        self.over = False
        self._service = service
        self._tls = tls
        self._http = HttpResponder()
        self._visitor = ANONYMOUS
        self._target: str | None = None

    def admit(self, visitor: Visitor) -> None:
        self._visitor = visitor
        if self._target is not None:
            self._answer(self._target)

    def receive_data(self, data: bytes) -> None:
        self._http.receive_data(data)
        request = self._http.next_event()
        if request is None or self._target is not None:
            return
        self._target = request.target
        if self._visitor.certificate is None and request.target.partition("?")[0] in self._service.asking_paths:
            self._tls.request_certificate(Requirement.REQUIRED)
        else:
            self._answer(request.target)

    def data_to_send(self) -> bytes:
        return self._http.data_to_send()

    def _answer(self, target: str) -> None:
        visitor = self._visitor
        who = visitor.certificate.subject.rfc4514 if visitor.certificate is not None else "whoever you are"
        if visitor.certificate is None and self._service.anonymous is Anonymous.TURNED_AWAY:
            self._http.answer(400, "Bad Request", b"No required SSL certificate was sent\n")
        elif visitor.is_refused:
            self._http.answer(403, "Forbidden", f"{who}: {visitor.error.symbol}\n".encode())
        else:
            self._http.answer(200, "OK", f"{target} greets {who}\n".encode())
        self.over = True


class _Directory:
    """LDAP inside TLS, with the certificate as the identity for SASL EXTERNAL."""

    def __init__(self, service: Service) -> None:
        self.over = False
        self._service = service
        self._ldap = LdapResponder()

    def admit(self, visitor: Visitor) -> None:
        identity = self._identity(visitor)
        has_no_account = identity is None and visitor.certificate is not None and not visitor.is_refused
        self._ldap = LdapResponder(external_answer=_INVALID_CREDENTIALS if has_no_account else None)
        match self._service.binding:
            case Binding.SASL_EXTERNAL:
                self._ldap.secured(identity)
            case Binding.TLS:
                self._ldap.secured_and_bound(identity)

    def receive_data(self, data: bytes) -> None:
        self._ldap.receive_data(data)
        while (event := self._ldap.next_event()) is not None:
            self.over = self.over or isinstance(event, Unbound)

    def data_to_send(self) -> bytes:
        return self._ldap.data_to_send()

    def _identity(self, visitor: Visitor) -> str | None:
        if visitor.certificate is None or visitor.is_refused:
            return None
        subject = visitor.certificate.subject
        account = next((name for name in subject.common_names if name in self._service.accounts), None)
        if account is not None:
            return f"dn:uid={account},{PEOPLE.lower()}"
        return f"dn:{subject.rfc4514.lower()}" if self._service.unmapped is Unmapped.OWN_SUBJECT else None
