"""Asking a user's callback: within a time limit, and believing nothing that it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from certprobe.errors import CallbackError
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.pki.name import DistinguishedName
from certprobe.selection.callbacks import ChannelState, Decision, WsError
from certprobe.wincrypt.hresult import HResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from certprobe.selection.callbacks import (
        ConnectionInfo,
        EndpointAddress,
        QueryClientCert,
        WsCustomCertCredential,
    )

T = TypeVar("T")

_LONGEST_TEXT: Final = 1000

FILE_MODULE: Final = "certprobe_callback_"
"""What the name of a module that was loaded from a file begins with, so that select.py is not everybody's `select`."""


class Returned(NamedTuple, Generic[T]):
    """The function came back in time."""

    value: T


class Raised(NamedTuple):
    """The function raised, SystemExit and KeyboardInterrupt included."""

    exception: BaseException


class StillRunning(NamedTuple):
    """The time is over. The function goes on in a daemon thread, which nothing can stop and nobody waits for."""


def run_bounded(function: Callable[[], T], seconds: float) -> Returned[T] | Raised | StillRunning:
    """Run a function for at most that many seconds.

    Not bounded: native code that keeps the interpreter to itself. Ctrl-C while waiting is raised here as ever.
    """
    from threading import TIMEOUT_MAX, Thread

    outcome: list[Returned[T] | Raised] = []

    def run() -> None:
        try:
            outcome.append(Returned(function()))
        except BaseException as exception:
            outcome.append(Raised(exception))

    thread = Thread(target=run, name="certprobe callback", daemon=True)
    thread.start()
    thread.join(min(seconds, TIMEOUT_MAX))
    return outcome[0] if outcome else StillRunning()


def decide_on_request(callback: QueryClientCert, connection: ConnectionInfo, seconds: float) -> Decision:
    """Ask a QUERYCLIENTCERT which credential answers `connection.request`; raise CallbackError if it does not say."""
    trusted_cas = tuple(map(DistinguishedName, connection.request.certificate_authorities or ()))
    answer = _ask(callback, lambda: callback(connection, trusted_cas), seconds)
    # FALSE of the C contract is as good as None; TRUE comes with a certificate or is rubbish.
    return Decision(None if answer is False else _credential(callback, answer))


class FunctionCredential:
    """A WS_GET_CERT_CALLBACK as it is asked here: with a ChannelState of its own if it brings no state."""

    def __init__(self, callback: WsCustomCertCredential, credentials: tuple[Credential, ...]) -> None:
        own_state = callback.get_cert_callback_state
        self._callback = callback
        self._state = ChannelState(credentials) if own_state is None else own_state

    def get_cert(self, target_address: EndpointAddress, via_uri: str | None, seconds: float) -> Decision:
        """Ask for the credential that the channel shall hold.

        Raises CallbackError if there is no answer, and if it is a failure HRESULT.
        """
        return self._decision(target_address, via_uri, seconds, "the channel was not opened")

    def listener_cert(self, seconds: float) -> Credential:
        """Ask for the credential that a listener shall show, which has no target address.

        Raises CallbackError as for a channel, and if there is none: nobody listens without a certificate.
        """
        ask = self._callback.get_cert_callback
        credential = self._decision(None, None, seconds, "the listener does not open").credential
        if credential is None:
            raise CallbackError(
                f"{name_of(ask)} answered S_OK (0x00000000) without a certificate, so the listener does not open:"
                " a TLS server has to show one"
            )
        return credential

    def _decision(
        self, target_address: EndpointAddress | None, via_uri: str | None, seconds: float, otherwise: str
    ) -> Decision:
        ask, error = self._callback.get_cert_callback, WsError()
        answer = _ask(ask, lambda: ask(self._state, target_address, via_uri, error), seconds)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise CallbackError(f"{name_of(ask)} returned {_kind(answer)}, not an HRESULT and a credential")
        hresult, note = _hresult(ask, answer[0]), _text(error)
        if hresult.failed:
            words = f": {note}" if note else ""
            raise CallbackError(f"{name_of(ask)} answered {_told(hresult)}, so {otherwise}{words}")
        return Decision(_credential(ask, answer[1]), note)

    def notify_issuer_list(self, issuer_list: tuple[DistinguishedName, ...], seconds: float) -> str | None:
        """Tell the server's list to whoever is to be told; without such a one a ChannelState takes it.

        Raises CallbackError as for the other callbacks, and if the answer is a failure HRESULT.
        """
        tell = self._callback.cert_issuer_list_notification_callback
        if tell is None:
            if isinstance(self._state, ChannelState):
                self._state.issuer_list = issuer_list
            return None
        told, own_state, error = tell, self._callback.cert_issuer_list_notification_callback_state, WsError()
        answer = _ask(told, lambda: told(own_state, issuer_list, error), seconds)
        note = _text(error)
        if answer is not None and (hresult := _hresult(told, answer)).failed:
            raise CallbackError(f"{name_of(told)} answered {hresult.symbol}" + (f": {note}" if note else ""))
        return note


def name_of(function: object) -> str:
    """ "pick:choose": what to call a callback in a message."""
    kind = type(function)
    name = getattr(function, "__qualname__", None)
    module = str(getattr(function, "__module__", kind.__module__)).removeprefix(FILE_MODULE)
    return f"callback {module}:{name if isinstance(name, str) else kind.__qualname__}"


def words_of(exception: BaseException) -> str:
    """ "ValueError: no such name", even if the exception cannot say."""
    try:
        text = str(exception)
    except Exception:
        text = "(its text cannot be had)"
    name = type(exception).__name__
    return f"{name}: {text[:_LONGEST_TEXT]}" if text else name


def sendable(asked: str, credential: Credential | None) -> Credential | None:
    """Return a credential that can be sent; raise CallbackError, with the name of who answered it, for another."""
    if credential is not None and credential.key_status is not KeyStatus.FITS:
        absent = credential.key_status is KeyStatus.ABSENT
        key = "no private key" if absent else "the private key of another certificate"
        subject = credential.certificate.subject.rfc4514
        raise CallbackError(f"{asked} returned the credential of {subject}, which has {key}")
    return credential


def _ask(callback: object, call: Callable[[], object], seconds: float) -> object:
    match run_bounded(call, seconds):
        case Returned(value):
            return value
        case Raised(exception):
            raise CallbackError(f"{name_of(callback)} raised {words_of(exception)}") from exception
        case StillRunning():
            raise CallbackError(f"{name_of(callback)} did not return within {seconds:.3g} seconds")


def _credential(callback: object, answer: object) -> Credential | None:
    if answer is not None and not isinstance(answer, Credential):
        raise CallbackError(f"{name_of(callback)} returned {_kind(answer)}, not a Credential or None")
    return sendable(name_of(callback), answer)


def _hresult(callback: object, answer: object) -> HResult:
    if isinstance(answer, int) and not isinstance(answer, bool) and -0x8000_0000 <= answer <= 0xFFFF_FFFF:
        return HResult(answer)
    raise CallbackError(f"{name_of(callback)} returned {_kind(answer)} where an HRESULT of 32 bits should be")


def _told(hresult: HResult) -> str:
    return hresult.symbol if hresult.symbol == hresult.hexadecimal else f"{hresult.symbol} ({hresult.hexadecimal})"


def _kind(answer: object) -> str:
    # Never the value itself: it may be a key or a password.
    return "None" if answer is None else f"an object of type {type(answer).__name__}"


def _text(error: WsError) -> str | None:
    return error.text[:_LONGEST_TEXT] or None
