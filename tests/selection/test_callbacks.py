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
LONG = 60.0
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
    callback = load_callback(f"{place}:{name}", LONG)
    assert not isinstance(callback, WsCustomCertCredential)
    with pytest.raises(CallbackError, match=f"raised LookupError: {word}"):
        decide_on_request(callback, CONNECTION, LONG)


def test_absolute_path(pick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert callable(load_callback(f"{pick}:marked", LONG))


def test_get_cert_sees_the_loaded_credentials() -> None:
    callback = load_callback("pick_here:opening", LONG)
    assert isinstance(callback, WsCustomCertCredential)
    assert FunctionCredential(callback, (ALICE,)).get_cert(TARGET, None, LONG).credential is ALICE


def test_a_whole_credential_keeps_its_state() -> None:
    callback = load_callback("pick_here:whole", LONG)
    assert isinstance(callback, WsCustomCertCredential)
    assert callback.get_cert_callback_state == "own state"


def test_a_function_without_signature_is_taken_as_it_is() -> None:
    callback: object = load_callback("pick_here:builtin", LONG)
    assert callback is dict


@pytest.mark.parametrize(
    "reference", ["", "pick_here.py", "a b", ":choose", "pick_here:", "pick_here:a b", "pick_here:a..b"]
)
def test_reference_that_is_none(reference: str) -> None:
    with pytest.raises(
        UsageError, match=r"is no callback: MODULE:FUNCTION, FILE\.py:FUNCTION and the name of a plug-in are"
    ):
        load_callback(reference, LONG)


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
        load_callback(reference, LONG)
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
        load_callback("broken.py:choose", LONG)
    assert words in str(raised.value)


@pytest.mark.parametrize("place", ["absent.py", "./.py", "directory.py"])
def test_file_that_is_not_there(pick: Path, place: str) -> None:
    pick.with_name("directory.py").mkdir()
    with pytest.raises(FileError) as raised:
        load_callback(f"{place}:choose", LONG)
    assert str(raised.value) == f"there is no file {place}"


def test_a_file_finds_its_neighbours(pick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pick.with_name("broken.py").write_text("from pick_here import marked")
    monkeypatch.chdir("/")
    assert callable(load_callback(f"{pick.with_name('broken.py')}:marked", LONG))


def test_a_file_takes_nobodys_place(pick: Path) -> None:
    pick.rename(pick.with_name("json.py"))
    import json

    load_callback("json.py:marked", LONG)
    assert sys.modules["json"] is json
    with pytest.raises(CallbackError, match="there is no 'marked' in json"):
        load_callback("json:marked", LONG)
    assert sys.path[-1] == str(pick.parent)


def test_the_examples_of_the_documentation(pick: Path) -> None:
    lines = (certprobe.callbacks.__doc__ or "").splitlines()
    for number, start in enumerate([n for n, line in enumerate(lines) if "from certprobe.callbacks import" in line]):
        code = itertools.takewhile(lambda line: not line or line.startswith("    "), lines[start:])
        pick.with_name(f"example{number}.py").write_text(textwrap.dedent("\n".join(code)))
    fitting = select_client_certificate(tls13(), (ALICE,), at=AT).candidates
    first, second = load_callback("example0.py:choose", LONG), load_callback("example1.py:choose", LONG)
    assert not isinstance(first, WsCustomCertCredential)
    assert decide_on_request(first, CONNECTION._replace(candidates=fitting), LONG).credential is ALICE
    assert isinstance(second, WsCustomCertCredential)
    assert FunctionCredential(second, (ALICE,)).get_cert(TARGET, None, LONG).credential is ALICE


def test_results_need_no_certificate() -> None:
    assert GetCertResult(S_OK) == (0, None)


def test_import_that_never_ends(pick: Path) -> None:
    pick.with_name("broken.py").write_text("import threading; threading.Event().wait()")
    with pytest.raises(CallbackError) as raised:
        load_callback("broken.py:choose", 0.1)
    assert str(raised.value) == "importing callback broken.py:choose did not come to an end within 0.1 seconds"


# -- plug-ins


def install(directory: Path, name: str, entry_points: str) -> None:
    """Put a distribution there as pip would, the modules apart."""
    metadata = directory / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(entry_points)


@pytest.fixture
def site_packages(pick: Path) -> Path:
    """A directory for distributions on Python's path, which has the module pick_here."""
    directory = pick.with_name("site-packages")
    directory.mkdir()
    pick.rename(directory / pick.name)
    sys.path.insert(0, str(directory))
    return directory


def test_plugin_of_either_contract(site_packages: Path) -> None:
    points = "[certprobe.callbacks]\nat-request = pick_here:chooser.choose\nwhen.opened = pick_here : opening [extra]\n"
    install(site_packages, "cards", f"[console_scripts]\nat-request = nobody:main\n{points}")
    asked = load_callback("at-request", LONG)
    assert not isinstance(asked, WsCustomCertCredential)
    with pytest.raises(CallbackError, match="raised LookupError: method"):
        decide_on_request(asked, CONNECTION, LONG)
    opened = load_callback("when.opened", LONG)
    assert isinstance(opened, WsCustomCertCredential)
    assert FunctionCredential(opened, (ALICE,)).get_cert(TARGET, None, LONG).credential is ALICE


def test_plugin_that_two_distributions_offer(site_packages: Path) -> None:
    install(site_packages, "cards", "[certprobe.callbacks]\ncard = pick_here:marked\nsame = pick_here:marked\n")
    install(site_packages, "tokens", "[certprobe.callbacks]\ncard = pick_here:unmarked\nsame = pick_here:marked\n")
    with pytest.raises(CallbackError) as raised:
        load_callback("card", LONG)
    assert str(raised.value) == (
        "plug-in card is offered more than once: pick_here:marked of cards; pick_here:unmarked of tokens;"
        " name one of these functions instead"
    )
    assert callable(load_callback("same", LONG))


@pytest.mark.parametrize(
    ("entry_points", "words"),
    [
        ("", "there is no plug-in card; installed are: none (a function of yours is MODULE:FUNCTION or FILE.py:"),
        ("cart = a:b\nCard = a:b", "there is no plug-in card; installed are: Card, cart ("),
        ("card = pick_here", "plug-in card stands for 'pick_here', which is no MODULE:FUNCTION"),
        ("card = :marked", "plug-in card stands for ':marked', which is no MODULE:FUNCTION"),
        ("card = pick_here:nobody", "callback card: there is no 'nobody' in pick_here"),
        ("card = gone:choose", "there is no module 'gone' here or on Python's path"),
        ("card = broken:choose", "importing broken raised ZeroDivisionError: division by zero"),
        ("card = pick_here:number", "callback card is an object of type int, not a function"),
        ("card", "the list of installed plug-ins cannot be read: "),
    ],
)
def test_plugin_that_is_of_no_use(site_packages: Path, entry_points: str, words: str) -> None:
    site_packages.joinpath("broken.py").write_text("1/0")
    install(site_packages, "cards", f"[certprobe.callbacks]\n{entry_points}\n")
    with pytest.raises(CallbackError) as raised:
        load_callback("card", LONG)
    assert str(raised.value).startswith(words)
