"""The two contracts by which Windows asks an application for a client certificate, as Python protocols.

| | QUERYCLIENTCERT (winldap.h) | WS_GET_CERT_CALLBACK (webservices.h), channel |
|---|---|---|
| asked | in the handshake, at CertificateRequest | when the channel opens, before ClientHello |
| knows | the connection, trusted_CAs | state, targetAddress, viaUri |
| anonymous | FALSE | success with NULL |
| CA list | the argument | only by notification after a refusal; then the channel opens again |
| ownership | the application frees what it supplied | the runtime's on success; on failure it does not even look |

Nothing has to be freed here: a Credential lives as long as somebody refers to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.pki.credential import Credential
    from certprobe.pki.name import DistinguishedName
    from certprobe.selection.select import Candidate
    from certprobe.tls.events import Phase
    from certprobe.tls.messages import CertificateRequest
    from certprobe.wincrypt.hresult import HResult


class ConnectionInfo(NamedTuple):
    """What stands for winldap.h's session handle: who asks, when, for what, and who could answer.

    `candidates` holds every loaded credential with what speaks against it, in the order of the store.
    """

    url: str
    phase: Phase
    request: CertificateRequest
    candidates: tuple[Candidate, ...]

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """The loaded credentials."""
        return tuple(candidate.credential for candidate in self.candidates)


class QueryClientCert(Protocol):
    """QUERYCLIENTCERT: called when the server asks, with the names of the authorities that it says it trusts.

    Return the Credential to send, or None or False for an anonymous connection. The names are empty if the server sent
    none, which means that any issuer may do. After LDAP's StartTLS the server uses the certificate only once an
    EXTERNAL bind asks it to.
    """

    def __call__(
        self, connection: ConnectionInfo, trusted_cas: Sequence[DistinguishedName], /
    ) -> Credential | None: ...


class EndpointAddress(NamedTuple):
    """WS_ENDPOINT_ADDRESS, of which only the URL has a meaning here."""

    url: str


class WsError:
    """WS_ERROR: where a callback leaves words for the report."""

    def __init__(self) -> None:
        self._strings: list[str] = []

    def add_string(self, text: str) -> None:
        """Add one message, as WsAddErrorString does."""
        self._strings.append(str(text))

    @property
    def text(self) -> str:
        """Everything that was added."""
        return "; ".join(self._strings)


class GetCertResult(NamedTuple):
    """HRESULT and out parameter: on success `cert` is sent, None is anonymous; on failure `cert` is not looked at."""

    hresult: HResult
    cert: Credential | None = None


class GetCert(Protocol):
    """WS_GET_CERT_CALLBACK: called each time the channel opens, before anything is known of the server.

    `target_address` is None for a listener. `via_uri` is the address that is really dialled, if another. On success the
    runtime owns the certificate and presents it when asked; a failure HRESULT keeps the channel from opening.
    """

    def __call__(
        self, state: object, target_address: EndpointAddress | None, via_uri: str | None, error: WsError | None, /
    ) -> GetCertResult: ...


class CertIssuerListNotification(Protocol):
    """WS_CERT_ISSUER_LIST_NOTIFICATION_CALLBACK: told the server's list after the server refused what was sent.

    Then the channel opens once more and WS_GET_CERT_CALLBACK is asked again.
    """

    def __call__(
        self, state: object, issuer_list: Sequence[DistinguishedName], error: WsError | None, /
    ) -> HResult | None: ...


class ChannelState:
    """The state that a WS_GET_CERT_CALLBACK gets if it brings none: what is loaded, and what the server wants.

    `issuer_list` is None until the server has refused a certificate and named its authorities.
    """

    def __init__(self, credentials: tuple[Credential, ...]) -> None:
        self.credentials = credentials
        self.issuer_list: tuple[DistinguishedName, ...] | None = None


class WsCustomCertCredential(NamedTuple):
    """WS_CUSTOM_CERT_CREDENTIAL: a WS_GET_CERT_CALLBACK with its state, and who is to be told the issuer list.

    Without a state of its own it gets a ChannelState; without a notification callback that state is filled.
    """

    get_cert_callback: GetCert
    get_cert_callback_state: object = None
    cert_issuer_list_notification_callback: CertIssuerListNotification | None = None
    cert_issuer_list_notification_callback_state: object = None


Callback: TypeAlias = "QueryClientCert | WsCustomCertCredential"
"""A user's callback of either contract, as the probe takes it."""


class Decision(NamedTuple):
    """What a callback answered: `credential` is sent when asked for, None is anonymous.

    `note` is what the callback wants said.
    """

    credential: Credential | None
    note: str | None = None


class ChannelCredential(Protocol):
    """Where a channel has its certificate from: a WS_GET_CERT_CALLBACK as it is asked, within so many seconds.

    Both raise CallbackError where there is no answer; then the channel is not opened.
    """

    def get_cert(self, target_address: EndpointAddress, via_uri: str | None, seconds: float) -> Decision:
        """Say what the channel shall hold that is about to open."""

    def notify_issuer_list(self, issuer_list: tuple[DistinguishedName, ...], seconds: float) -> str | None:
        """Take the server's list after a refusal, before the channel opens again; return what is to be said."""
