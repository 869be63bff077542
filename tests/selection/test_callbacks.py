"""`--callback`: what a reference stands for, and what is said when it stands for nothing."""

from __future__ import annotations

import itertools
import sys
import textwrap
from pathlib import Path

import pytest

import certprobe.callbacks
from certprobe.callbacks import S_OK, GetCertResult, WsCustomCertCredential, load_callback
from certprobe.errors import CallbackError, FileError, UsageError
from certprobe.selection.callbacks import ConnectionInfo, EndpointAddress
from certprobe.selection.decide import FunctionCredential, decide_on_request
from certprobe.selection.select import select_client_certificate
from certprobe.tls.events import Phase

from .credentials import AT, ISSUING, credential, tls13

ALICE = credential(ISSUING.client("alice"))
TARGET = EndpointAddress("https://localhost/")
CONNECTION = ConnectionInfo("https://localhost/", Phase.INITIAL, tls13(), ())

SOURCE = """
from certprobe.callbacks import S_OK, GetCertResult, WsCustomCertCredential, get_cert, query_client_cert

@query_client_cert
def marked(connection, trusted_cas):
    raise LookupError("marked")

def unmarked(connection, trusted_cas):
    raise LookupError("unmarked")

@get_cert
def opening(state, target_address, via_uri, error):
    return GetCertResult(S_OK, state.credentials[0])

whole = WsCustomCertCredential(opening, "own state")

class Chooser:
    def choose(self, connection, trusted_cas):
        raise LookupError("method")

chooser = Chooser()

def four(state, target_address, via_uri, error):
    return GetCertResult(S_OK, None)

@get_cert
def two(connection, trusted_cas):
    return None

number = 5
builtin = dict
"""


@pytest.fixture(autouse=True)
def pick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to stand in that holds pick_here.py, and an import system that forgets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("pick_here", "certprobe_callback_pick_here", "certprobe_callback_broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    path = tmp_path / "pick_here.py"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize("place", ["pick_here", "pick_here.py", "./pick_here.py"])
@pytest.mark.parametrize(
    ("name", "word"), [("marked", "marked"), ("unmarked", "unmarked"), ("chooser.choose", "method")]
)
def test_query_client_cert(place: str, name: str, word: str) -> None:
    callback = load_callback(f"{place}:{name}")
    assert not isinstance(callback, WsCustomCertCredential)
    with pytest.raises(CallbackError, match=f"raised LookupError: {word}"):
        decide_on_request(callback, CONNECTION, 60)


def test_absolute_path(pick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert callable(load_callback(f"{pick}:marked"))


def test_get_cert_sees_the_loaded_credentials() -> None:
    callback = load_callback("pick_here:opening")
    assert isinstance(callback, WsCustomCertCredential)
    assert FunctionCredential(callback, (ALICE,)).get_cert(TARGET, None, 60).credential is ALICE


def test_a_whole_credential_keeps_its_state() -> None:
    callback = load_callback("pick_here:whole")
    assert isinstance(callback, WsCustomCertCredential)
    assert callback.get_cert_callback_state == "own state"


def test_a_function_without_signature_is_taken_as_it_is() -> None:
    callback: object = load_callback("pick_here:builtin")
    assert callback is dict


@pytest.mark.parametrize("reference", ["", "pick_here", ":choose", "pick_here:", "pick_here:a b", "pick_here:a..b"])
def test_reference_that_is_none(reference: str) -> None:
    with pytest.raises(UsageError, match=r"is no callback: MODULE:FUNCTION and FILE\.py:FUNCTION are"):
        load_callback(reference)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("not_there:choose", "there is no module 'not_there' here or on Python's path"),
        ("not_there.deeper:choose", "there is no module 'not_there' here or on Python's path"),
        ("pick_here:nobody", "callback pick_here:nobody: there is no 'nobody' in pick_here"),
        ("pick_here:chooser.nobody", "there is no 'nobody' in pick_here"),
        ("pick_here:number", "callback pick_here:number is an object of type int, not a function"),
        (
            "pick_here:four",
            "callback pick_here:four cannot be called as a QUERYCLIENTCERT with (connection, trusted_cas):"
            " give it those parameters, or mark it with @query_client_cert or @get_cert",
        ),
        (
            "pick_here:two",
            "callback pick_here:two cannot be called as a WS_GET_CERT_CALLBACK with (state, target_address, via_uri,"
            " error): give it those parameters, or mark it with @query_client_cert or @get_cert",
        ),
    ],
)
def test_reference_that_leads_nowhere(reference: str, words: str) -> None:
    with pytest.raises(CallbackError) as raised:
        load_callback(reference)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("1/0", "importing broken.py raised ZeroDivisionError: division by zero"),
        ("def (", "importing broken.py raised SyntaxError: "),
        ("import sys; sys.exit('enough')", "importing broken.py raised SystemExit: enough"),
        ("import not_installed", "importing broken.py raised ModuleNotFoundError: No module named 'not_installed'"),
        ("open('absent.txt')", "importing broken.py raised FileNotFoundError: "),
    ],
)
def test_module_that_cannot_be_imported(pick: Path, source: str, words: str) -> None:
    pick.with_name("broken.py").write_text(source)
    with pytest.raises(CallbackError) as raised:
        load_callback("broken.py:choose")
    assert words in str(raised.value)


@pytest.mark.parametrize("place", ["absent.py", "./.py", "directory.py"])
def test_file_that_is_not_there(pick: Path, place: str) -> None:
    pick.with_name("directory.py").mkdir()
    with pytest.raises(FileError) as raised:
        load_callback(f"{place}:choose")
    assert str(raised.value) == f"there is no file {place}"


def test_a_file_finds_its_neighbours(pick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick.with_name("broken.py").write_text("from pick_here import marked")
    monkeypatch.chdir("/")
    assert callable(load_callback(f"{pick.with_name('broken.py')}:marked"))


def test_a_file_takes_nobodys_place(pick: Path) -> None:
    pick.rename(pick.with_name("json.py"))
    import json

    load_callback("json.py:marked")
    assert sys.modules["json"] is json
    with pytest.raises(CallbackError, match="there is no 'marked' in json"):
        load_callback("json:marked")
    assert sys.path[-1] == str(pick.parent)


def test_the_examples_of_the_documentation(pick: Path) -> None:
    lines = (certprobe.callbacks.__doc__ or "").splitlines()
    for number, start in enumerate([n for n, line in enumerate(lines) if "from certprobe.callbacks import" in line]):
        code = itertools.takewhile(lambda line: not line or line.startswith("    "), lines[start:])
        pick.with_name(f"example{number}.py").write_text(textwrap.dedent("\n".join(code)))
    fitting = select_client_certificate(tls13(), (ALICE,), at=AT).candidates
    first, second = load_callback("example0.py:choose"), load_callback("example1.py:choose")
    assert not isinstance(first, WsCustomCertCredential)
    assert decide_on_request(first, CONNECTION._replace(candidates=fitting), 60).credential is ALICE
    assert isinstance(second, WsCustomCertCredential)
    assert FunctionCredential(second, (ALICE,)).get_cert(TARGET, None, 60).credential is ALICE


def test_results_need_no_certificate() -> None:
    assert GetCertResult(S_OK) == (0, None)
