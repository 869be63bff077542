"""Callbacks of both contracts: what they are told, and what becomes of everything that they may answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn, cast

import pytest

from certprobe.errors import CallbackError
from certprobe.lab.pki import name_der
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.pki.name import DistinguishedName
from certprobe.selection.callbacks import (
    CertIssuerListNotification,
    ChannelState,
    ConnectionInfo,
    Decision,
    EndpointAddress,
    GetCert,
    GetCertResult,
    QueryClientCert,
    WsCustomCertCredential,
    WsError,
)
from certprobe.selection.decide import (
    FunctionCredential,
    Raised,
    Returned,
    StillRunning,
    decide_on_request,
    run_bounded,
)
from certprobe.selection.select import select_client_certificate
from certprobe.tls.events import Phase
from certprobe.wincrypt.hresult import E_FAIL, SEC_I_INCOMPLETE_CREDENTIALS, HResult

from .credentials import AT, ISSUING, OTHER, credential, tls13

ALICE = credential(ISSUING.client("alice"))
MALLORY = credential(OTHER.client("mallory"))
NO_KEY = credential(ISSUING.client("bob"), KeyStatus.ABSENT)
WRONG_KEY = credential(ISSUING.client("carol"), KeyStatus.DOES_NOT_FIT)
S_OK = HResult(0)
TARGET = EndpointAddress("https://localhost/")
LONG = 60.0


def connection(*names: str) -> ConnectionInfo:
    request = tls13(*names)
    candidates = select_client_certificate(request, (MALLORY, ALICE), at=AT).candidates
    return ConnectionInfo("ldaps://dc1.lab.test", Phase.INITIAL, request, candidates)


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """An event that nobody sets as long as the test runs."""
    event = threading.Event()
    yield event
    event.set()


# -- QUERYCLIENTCERT


def test_query_client_cert_is_told_connection_and_names() -> None:
    told: list[object] = []

    def choose(connection: ConnectionInfo, trusted_cas: Sequence[DistinguishedName]) -> Credential | None:
        told.extend((connection, trusted_cas))
        return next(candidate.credential for candidate in connection.candidates if not candidate.rejections)

    asked = connection("CN=Lab root", "CN=A second")
    assert decide_on_request(choose, asked, LONG) == Decision(ALICE)
    assert told == [asked, (DistinguishedName(name_der("CN=lab root")), DistinguishedName(name_der("CN=A second")))]
    assert asked.credentials == (MALLORY, ALICE)


def test_query_client_cert_without_a_list() -> None:
    told: list[object] = []
    asked = connection()
    decide_on_request(lambda _, trusted_cas: told.append(trusted_cas), asked, LONG)
    assert told == [()]


@pytest.mark.parametrize("answer", [None, False])
def test_query_client_cert_anonymous(answer: object) -> None:
    choose = cast("QueryClientCert", lambda connection, trusted_cas: answer)
    assert decide_on_request(choose, connection(), LONG) == Decision(None)


def test_query_client_cert_may_send_what_the_criteria_refuse_or_never_saw() -> None:
    stranger = credential(OTHER.client("stranger"))
    assert decide_on_request(lambda c, _: c.credentials[0], connection("CN=Lab root"), LONG) == Decision(MALLORY)
    assert decide_on_request(lambda *_: stranger, connection(), LONG) == Decision(stranger)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def raising(exception: BaseException) -> Callable[..., NoReturn]:
    def choose(*_: object) -> NoReturn:
        raise exception

    return choose


def returning(answer: object) -> Callable[..., object]:
    def choose(*_: object) -> object:
        return answer

    return choose


RAISED = [
    (ValueError("no [red]such[/red] name"), "raised ValueError: no [red]such[/red] name"),
    (ValueError(), "raised ValueError"),
    (SystemExit(3), "raised SystemExit: 3"),
    (KeyboardInterrupt(), "raised KeyboardInterrupt"),
    (Unspeakable(), "raised Unspeakable: (its text cannot be had)"),
]
WITHOUT_KEY = [
    (NO_KEY, "returned the credential of CN=bob, which has no private key"),
    (WRONG_KEY, "returned the credential of CN=carol, which has the private key of another certificate"),
]
RUBBISH = [
    (True, "returned an object of type bool, not a Credential or None"),
    (0, "returned an object of type int, not a Credential or None"),
    ("hunter2", "returned an object of type str, not a Credential or None"),
    ((S_OK, ALICE), "returned an object of type tuple, not a Credential or None"),
    *WITHOUT_KEY,
]


def said(call: Callable[[], object]) -> str:
    with pytest.raises(CallbackError) as raised:
        call()
    return str(raised.value)


@pytest.mark.parametrize(("exception", "words"), RAISED)
def test_query_client_cert_raises(exception: BaseException, words: str) -> None:
    choose = cast("QueryClientCert", raising(exception))
    text = said(lambda: decide_on_request(choose, connection(), LONG))
    assert text == f"callback {__name__}:raising.<locals>.choose {words}"


@pytest.mark.parametrize(("answer", "words"), RUBBISH)
def test_query_client_cert_returns_rubbish(answer: object, words: str) -> None:
    choose = cast("QueryClientCert", returning(answer))
    text = said(lambda: decide_on_request(choose, connection(), LONG))
    assert text == f"callback {__name__}:returning.<locals>.choose {words}"


def test_query_client_cert_never_returns(never: threading.Event) -> None:
    def choose(*_: object) -> None:
        never.wait()

    text = said(lambda: decide_on_request(choose, connection(), 0.01))
    assert text.endswith("choose did not return within 0.01 seconds")


def test_an_object_may_be_a_callback_and_is_named_by_its_class() -> None:
    class Chooser:
        def __call__(self, connection: ConnectionInfo, trusted_cas: Sequence[DistinguishedName], /) -> None:
            raise LookupError("nobody")

    text = said(lambda: decide_on_request(Chooser(), connection(), LONG))
    assert text.endswith("<locals>.Chooser raised LookupError: nobody")


# -- WS_GET_CERT_CALLBACK


def get_cert(answer: object) -> WsCustomCertCredential:
    return WsCustomCertCredential(cast("GetCert", returning(answer)))


def test_get_cert_is_told_state_and_addresses() -> None:
    told: list[object] = []

    def get(state: object, target: EndpointAddress | None, via: str | None, error: WsError | None) -> GetCertResult:
        told.extend((state, target, via))
        assert error is not None
        error.add_string("as ever")
        error.add_string("alice")
        return GetCertResult(S_OK, ALICE)

    own_state = object()
    callback = WsCustomCertCredential(get, own_state)
    assert FunctionCredential(callback, (ALICE,)).get_cert(TARGET, "https://10.0.0.1/", LONG) == Decision(
        ALICE, "as ever; alice"
    )
    assert told == [own_state, TARGET, "https://10.0.0.1/"]


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        (GetCertResult(S_OK, ALICE), Decision(ALICE)),
        (GetCertResult(S_OK), Decision(None)),
        ((0, ALICE), Decision(ALICE)),
        (GetCertResult(SEC_I_INCOMPLETE_CREDENTIALS, ALICE), Decision(ALICE)),
    ],
)
def test_get_cert_answers(answer: object, decision: Decision) -> None:
    assert FunctionCredential(get_cert(answer), ()).get_cert(TARGET, None, LONG) == decision


@pytest.mark.parametrize("answer", [GetCertResult(E_FAIL, ALICE), (-0x7FFFBFFB, "not looked at")])
def test_get_cert_answers_failure(answer: object) -> None:
    text = said(lambda: FunctionCredential(get_cert(answer), ()).get_cert(TARGET, None, LONG))
    assert text.endswith("choose answered E_FAIL (0x80004005), so the channel was not opened")


def test_get_cert_says_why_it_failed() -> None:
    def get(state: object, target: EndpointAddress | None, via: str | None, error: WsError | None) -> GetCertResult:
        assert error is not None
        error.add_string("x" * 2000)
        return GetCertResult(E_FAIL)

    text = said(lambda: FunctionCredential(WsCustomCertCredential(get), ()).get_cert(TARGET, None, LONG))
    assert text.endswith(f"get answered E_FAIL (0x80004005), so the channel was not opened: {'x' * 1000}")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "returned None, not an HRESULT and a credential"),
        (ALICE, "returned an object of type Credential, not an HRESULT and a credential"),
        ((S_OK,), "returned an object of type tuple, not an HRESULT and a credential"),
        ((S_OK, ALICE, None), "returned an object of type tuple, not an HRESULT and a credential"),
        ([S_OK, ALICE], "returned an object of type list, not an HRESULT and a credential"),
        ((True, ALICE), "returned an object of type bool where an HRESULT of 32 bits should be"),
        (("S_OK", ALICE), "returned an object of type str where an HRESULT of 32 bits should be"),
        ((1 << 32, ALICE), "returned an object of type int where an HRESULT of 32 bits should be"),
        ((S_OK, False), "returned an object of type bool, not a Credential or None"),
        *(((S_OK, credential), words) for credential, words in WITHOUT_KEY),
    ],
)
def test_get_cert_returns_rubbish(answer: object, words: str) -> None:
    text = said(lambda: FunctionCredential(get_cert(answer), ()).get_cert(TARGET, None, LONG))
    assert text == f"callback {__name__}:returning.<locals>.choose {words}"


@pytest.mark.parametrize(("exception", "words"), RAISED)
def test_get_cert_raises(exception: BaseException, words: str) -> None:
    callback = WsCustomCertCredential(cast("GetCert", raising(exception)))
    assert said(lambda: FunctionCredential(callback, ()).get_cert(TARGET, None, LONG)).endswith(words)


def test_get_cert_never_returns(never: threading.Event) -> None:
    callback = WsCustomCertCredential(cast("GetCert", lambda *_: never.wait()))
    assert said(lambda: FunctionCredential(callback, ()).get_cert(TARGET, None, 0.01)).endswith(
        "did not return within 0.01 seconds"
    )


def test_get_cert_learns_the_issuers_after_a_refusal_and_is_asked_again() -> None:
    def get(state: object, target: EndpointAddress | None, via: str | None, error: WsError | None) -> GetCertResult:
        assert isinstance(state, ChannelState)
        if state.issuer_list is None:
            return GetCertResult(S_OK)
        fitting = (c for c in state.credentials if c.certificate.issuer in state.issuer_list)
        return GetCertResult(S_OK, next(fitting))

    asked = FunctionCredential(WsCustomCertCredential(get), (MALLORY, ALICE))
    assert asked.get_cert(TARGET, None, LONG) == Decision(None)
    assert asked.notify_issuer_list((DistinguishedName(name_der("CN=Lab issuing CA")),), LONG) is None
    assert asked.get_cert(TARGET, None, LONG) == Decision(ALICE)


def test_each_probe_has_a_state_of_its_own() -> None:
    states: list[object] = []

    def get(state: object, target: EndpointAddress | None, via: str | None, error: WsError | None) -> GetCertResult:
        states.append(state)
        return GetCertResult(S_OK)

    first, second = (FunctionCredential(WsCustomCertCredential(get), (ALICE,)) for _ in range(2))
    first.notify_issuer_list((), LONG)
    for each in (first, second):
        each.get_cert(TARGET, None, LONG)
    assert [state.issuer_list for state in states if isinstance(state, ChannelState)] == [(), None]


def test_issuer_list_of_a_callback_with_its_own_notification() -> None:
    told: list[object] = []

    def notify(state: object, issuers: Sequence[DistinguishedName], error: WsError | None) -> HResult | None:
        told.extend((state, issuers))
        assert error is not None
        error.add_string("thank you")
        return S_OK

    state = object()
    callback = WsCustomCertCredential(cast("GetCert", returning((0, None))), None, notify, state)
    names = (DistinguishedName(name_der("CN=Lab root")),)
    assert FunctionCredential(callback, ()).notify_issuer_list(names, LONG) == "thank you"
    assert told == [state, names]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (E_FAIL, "answered E_FAIL"),
        ("well", "returned an object of type str where an HRESULT of 32 bits should be"),
    ],
)
def test_notification_that_fails(answer: object, words: str) -> None:
    notify = cast("CertIssuerListNotification", returning(answer))
    callback = WsCustomCertCredential(cast("GetCert", returning((0, None))), None, notify)
    assert said(lambda: FunctionCredential(callback, ()).notify_issuer_list((), LONG)).endswith(words)


# -- the time limit


def test_run_bounded(never: threading.Event) -> None:
    assert run_bounded(lambda: 42, LONG) == Returned(42)
    assert run_bounded(lambda: 42, float("inf")) == Returned(42)
    error = ValueError()
    assert run_bounded(raising(error), LONG) == Raised(error)
    assert run_bounded(never.wait, 0.01) == StillRunning()


def test_interrupt_of_the_user_while_a_callback_thinks(never: threading.Event) -> None:
    def choose() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        never.wait()

    with pytest.raises(KeyboardInterrupt):
        run_bounded(choose, LONG)


def test_a_callback_that_never_returns_does_not_keep_the_program_alive() -> None:
    program = (
        "from threading import Event\n"
        "from certprobe.selection.decide import run_bounded\n"
        "print(run_bounded(Event().wait, 0))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=LONG)
    assert done.stdout == "StillRunning()\n"
