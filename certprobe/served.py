"""What a listener serves inside TLS, sans-IO: a website of one answer, and a directory of one entry."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.application.http import Headers, HttpRequested
    from certprobe.application.ldap_results import LdapOperation, LdapResult

_LDAP_MESSAGE: Final = 0x30
_INAPPROPRIATE_AUTHENTICATION: Final = 48


class Wish(enum.Enum):
    """What an application needs of its connection."""

    START_TLS = "the client may begin TLS"
    ASK = "the client is to be asked for a certificate, and admitted again"
    ANSWER = "the request is to be answered"
    END = "nothing more is to be said"


class Served(Protocol):
    """An application as the reception sees it."""

    @property
    def waits(self) -> str:
        """When it is that a client leaves now: "before it sent a request"."""

    @property
    def may_be_left(self) -> bool:
        """Whether a client that leaves now has had what it came for."""

    @property
    def requested(self) -> HttpRequested | None: ...

    @property
    def status(self) -> int | None: ...

    @property
    def operations(self) -> tuple[LdapOperation, ...]: ...

    def begins_in_clear(self, octet: int) -> bool:
        """Whether a client whose first octet is this talks to it without TLS."""

    def admit(self, identity: str | None, refusal: LdapResult | None) -> None:
        """A handshake is done: this is who is there now."""

    def receive_data(self, data: bytes) -> None: ...

    def next_wish(self) -> Wish | None:
        """Read on; None: more octets are needed. Raises ProtocolError, with what to say about it made ready."""

    def answer(self, status: int, reason: str, body: bytes, headers: Headers) -> None: ...

    def data_to_send(self) -> bytes: ...


class Website:
    """Reads one request; for some targets the client is asked for a certificate before the answer is due."""

    operations = ()

    def __init__(self, asks_for: Callable[[str], bool]) -> None:
        from certprobe.application.http import HttpResponder

        self.requested: HttpRequested | None = None
        self.status: int | None = None
        self._http = HttpResponder()
        self._asks_for = asks_for
        self._is_asked = False
        self._is_due = True

    @property
    def waits(self) -> str:
        """See Served."""
        if self.requested is None:
            return "before it sent a request"
        return "when it was asked for a certificate" if self.status is None else "before it was answered"

    @property
    def may_be_left(self) -> bool:
        """Only with an answer, which ends the conversation."""
        return False

    def begins_in_clear(self, octet: int) -> bool:
        """Never."""
        return False

    def admit(self, identity: str | None, refusal: LdapResult | None) -> None:
        """Go on with the request that made the client be asked."""
        self._is_due = True

    def receive_data(self, data: bytes) -> None:
        """Take octets of the client."""
        self._http.receive_data(data)

    def next_wish(self) -> Wish | None:
        """Read the request; what comes after its headers is passed over."""
        request = self._http.next_event()
        if self.requested is None and request is not None:
            self.requested = request
        if self.requested is None or not self._is_due:
            return None
        self._is_due = False
        if not self._is_asked and self._asks_for(self.requested.target):
            self._is_asked = True
            return Wish.ASK
        return Wish.ANSWER

    def answer(self, status: int, reason: str, body: bytes, headers: Headers) -> None:
        """Answer the request."""
        self.status = status
        self._http.answer(status, reason, body, headers)

    def data_to_send(self) -> bytes:
        """Octets for the client, once."""
        return self._http.data_to_send()


class Directory:
    """Answers binds, WhoAmI and searches of the root DSE; a client may begin in clear and then start TLS."""

    requested = None
    status = None
    may_be_left = True
    waits = "before its first request"

    def __init__(self) -> None:
        from certprobe.application.ldap import START_TLS, WHO_AM_I
        from certprobe.application.ldap_server import LdapResponder

        self._ldap = LdapResponder(
            (
                ("objectClass", ("top",)),
                ("supportedLDAPVersion", ("3",)),
                ("supportedExtension", (START_TLS, WHO_AM_I)),
                ("vendorName", ("certprobe",)),
            )
        )

    @property
    def operations(self) -> tuple[LdapOperation, ...]:
        """What was asked and answered so far."""
        return tuple(self._ldap.operations)

    def begins_in_clear(self, octet: int) -> bool:
        """LDAPMessage is a SEQUENCE, a TLS record is not."""
        return octet == _LDAP_MESSAGE

    def admit(self, identity: str | None, refusal: LdapResult | None) -> None:
        """From now on EXTERNAL binds as `identity`, or is answered with `refusal`; without a certificate it fails."""
        from certprobe.application.ldap_results import RESULT_NAMES, LdapResult

        if identity is None and refusal is None:
            code, words = _INAPPROPRIATE_AUTHENTICATION, "the client sent no certificate"
            refusal = LdapResult(code, RESULT_NAMES[code], "", words, None)
        self._ldap.secured(identity, refusal)

    def receive_data(self, data: bytes) -> None:
        """Take octets of the client."""
        self._ldap.receive_data(data)

    def next_wish(self) -> Wish | None:
        """Answer what can be answered."""
        from certprobe.application.ldap_server import StartTlsAgreed

        event = self._ldap.next_event()
        if event is None:
            return None
        return Wish.START_TLS if isinstance(event, StartTlsAgreed) else Wish.END

    def answer(self, status: int, reason: str, body: bytes, headers: Headers) -> None:
        """Never due."""
        raise AssertionError("a directory answers on its own")

    def data_to_send(self) -> bytes:
        """Octets for the client, once."""
        return self._ldap.data_to_send()
