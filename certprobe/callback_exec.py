"""Both contracts spoken with a program (`--callback-exec`): its standard input is the question, its output the answer.

A program has no state. What a WS_CERT_ISSUER_LIST_NOTIFICATION_CALLBACK is told, it reads in the question when the
channel opens again, as a callback in Python reads it in its ChannelState.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from certprobe.child import run_program
from certprobe.chooser import ByGetCert, ByQueryClientCert
from certprobe.errors import CallbackError
from certprobe.pki.name import DistinguishedName
from certprobe.report.question import on_open, on_request, question_text
from certprobe.selection.answer import LONGEST_ANSWER, read_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certprobe.child import Ended, Program
    from certprobe.chooser import Chooser, Store
    from certprobe.pki.credential import Credential
    from certprobe.report.question import Question
    from certprobe.selection.callbacks import ConnectionInfo, Decision, EndpointAddress

_LONGEST_LINE: Final = 1000


def as_query_client_cert(store: Store, program: Program) -> Chooser:
    """A program as a QUERYCLIENTCERT: asked at each CertificateRequest."""
    return ByQueryClientCert(store, partial(decide_on_request, program))


def as_get_cert(store: Store, program: Program) -> Chooser:
    """A program as a WS_GET_CERT_CALLBACK: asked before each ClientHello."""
    return ByGetCert(store, ProgramCredential(program, store.credentials))


def decide_on_request(program: Program, connection: ConnectionInfo, seconds: float) -> Decision:
    """Ask which credential answers `connection.request`; raise CallbackError if the program does not say."""
    trusted_cas = map(DistinguishedName, connection.request.certificate_authorities or ())
    return _ask(program, on_request(connection, trusted_cas), connection.credentials, seconds)


class ProgramCredential:
    """A ChannelCredential that asks a program, and keeps the issuer list for it."""

    def __init__(self, program: Program, credentials: tuple[Credential, ...]) -> None:
        self._program = program
        self._credentials = credentials
        self._issuer_list: tuple[DistinguishedName, ...] | None = None

    def get_cert(self, target_address: EndpointAddress, via_uri: str | None, seconds: float) -> Decision:
        """Ask which credential the channel shall hold; raise CallbackError if the program does not say."""
        question = on_open(target_address, via_uri, self._issuer_list, self._credentials)
        return _ask(self._program, question, self._credentials, seconds)

    def notify_issuer_list(self, issuer_list: tuple[DistinguishedName, ...], seconds: float) -> None:
        """Keep the list for the next question."""
        self._issuer_list = issuer_list


def _ask(program: Program, question: Question, credentials: Sequence[Credential], seconds: float) -> Decision:
    ended = run_program(program, question_text(question).encode("ascii"), LONGEST_ANSWER, seconds)
    if ended.status:
        raise CallbackError(f"{program} {_how(ended)}")
    decision = read_answer(ended.output, credentials, str(program))
    return decision if decision.note else decision._replace(note=_first_line(ended.complaint))


def _how(ended: Ended) -> str:
    line = _first_line(ended.complaint)
    words = f": {line}" if line else ""
    if ended.status > 0:
        return f"ended with exit status {ended.status}{words}"
    from signal import Signals

    try:
        name = Signals(-ended.status).name
    except ValueError:
        name = f"signal {-ended.status}"
    return f"was ended by {name}{words}"


def _first_line(octets: bytes) -> str | None:
    lines = octets.decode("utf-8", "replace").strip().splitlines()
    return lines[0][:_LONGEST_LINE] if lines else None
