"""Point 2: callbacks of both contracts decide what is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Document, certprobe, report
from tests.cli.identities import (
    ALICE,
    ALICE_NUMBER,
    FOREIGN_NUMBER,
    UNMAPPED,
    body,
    request_of,
)
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.site import Site

# --- callbacks --------------------------------------------------------------------------------------------------------

CALLBACKS = """
import time
from certprobe.callbacks import E_FAIL, S_OK, GetCertResult, HResult, WsCustomCertCredential
from certprobe.callbacks import get_cert, query_client_cert

def named(credentials, text):
    return next(each for each in credentials if text in each.certificate.subject.rfc4514)

@query_client_cert
def by_query(connection, trusted_cas):
    assert [name.rfc4514 for name in trusted_cas] == ["CN=Lab root,O=Lab,DC=lab,DC=test"], trusted_cas
    assert connection.url.startswith("https://localhost:"), connection.url
    assert connection.phase.value == "initial", connection.phase
    return named(connection.credentials, "unmapped")

def unmarked(connection, trusted_cas):
    return next(each.credential for each in connection.candidates if not each.rejections)

def anonymous(connection, trusted_cas):
    return None

def false(connection, trusted_cas):
    return False

def raising(connection, trusted_cas):
    raise ValueError("no smart card in the reader")

def leaving(connection, trusted_cas):
    raise SystemExit(7)

def rubbish(connection, trusted_cas):
    return "alice"

def never(connection, trusted_cas):
    while True:
        time.sleep(1)

def one_argument(connection):
    return None

not_callable = 42

@get_cert
def by_get_cert(state, target_address, via_uri, error):
    assert target_address.url.startswith("https://localhost:"), target_address
    assert via_uri is None, via_uri
    return GetCertResult(S_OK, named(state.credentials, "unmapped"))

@get_cert
def get_null(state, target_address, via_uri, error):
    return GetCertResult(S_OK, None)

@get_cert
def get_failure(state, target_address, via_uri, error):
    error.add_string("the token is locked")
    return GetCertResult(E_FAIL, "not looked at")

@get_cert
def get_raising(state, target_address, via_uri, error):
    raise OSError("no token")

@get_cert
def get_rubbish(state, target_address, via_uri, error):
    return None

@get_cert
def get_never(state, target_address, via_uri, error):
    while True:
        time.sleep(1)

@get_cert
def second_try(state, target_address, via_uri, error):
    if state.issuer_list is None:
        error.add_string("the first try")
        return GetCertResult(S_OK, state.credentials[0])
    error.add_string(f"told of {len(state.issuer_list)}")
    def fits(each):
        return any(issuer.issuer in state.issuer_list for issuer in each.intermediates)
    return GetCertResult(S_OK, [each for each in state.credentials if fits(each)][1])

def refuse_list(state, issuer_list, error):
    error.add_string("I will not have it")
    return HResult(E_FAIL)

stubborn = WsCustomCertCredential(
    lambda state, target_address, via_uri, error: GetCertResult(S_OK, state.credentials[0]),
    cert_issuer_list_notification_callback=refuse_list,
)
"""


@pytest.fixture(scope="module")
def callbacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("callbacks") / "pick_one.py"
    file.write_text(CALLBACKS)
    return file


@pytest.mark.parametrize(
    ("name", "seen", "note"),
    [
        ("by_query", f"verify=SUCCESS subject={UNMAPPED}", None),
        ("unmarked", f"verify=SUCCESS subject={ALICE}", None),
        ("anonymous", "verify=NONE subject=", None),
        ("false", "verify=NONE subject=", None),
        ("by_get_cert", f"verify=SUCCESS subject={UNMAPPED}", None),
        ("get_null", "verify=NONE subject=", None),
    ],
)
def test_callback(
    site: Site, optional: Callable[..., Document], callbacks: Path, name: str, seen: str, note: str | None
) -> None:
    document = optional("--cert", site.store_file, "--callback", f"{callbacks}:{name}")
    assert body(document).startswith(seen)
    request = request_of(document)
    assert request["selection"]["how"] == "by-callback"
    assert [each["number"] for each in request["selection"]["candidates"]] == [1, 2, 3, 4]
    assert request["note"] == note
    assert document["verdict"]["exit_code"] == 0


def test_callback_that_stays_anonymous_before_a_server_that_demands(site: Site, nginx: Nginx, callbacks: Path) -> None:
    url = f"https://localhost:{nginx.on}/"
    ran = certprobe(
        "https", url, "--cert", site.store_file, "--callback", f"{callbacks}:anonymous", "--trust", site.root_file
    )
    assert ran.exit_code == 1
    assert "the callback chose to send no client certificate" in ran.head
    assert "HTTP 400" in ran.head


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raising", "raised ValueError: no smart card in the reader"),
        ("leaving", "raised SystemExit: 7"),
        ("rubbish", "returned an object of type str, not a Credential or None"),
        ("never", "did not return within"),
        ("get_failure", "answered E_FAIL (0x80004005), so the channel was not opened: the token is locked"),
        ("get_raising", "raised OSError: no token"),
        ("get_rubbish", "returned None, not an HRESULT and a credential"),
        ("get_never", "did not return within"),
    ],
)
def test_callback_that_gives_no_answer(site: Site, nginx: Nginx, callbacks: Path, name: str, words: str) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:{name}", "--timeout", "2")
    url = f"https://localhost:{nginx.optional}/"
    ran = certprobe("https", url, *options, "--trust", site.root_file)
    assert (ran.exit_code, ran.stderr) == (4, "")
    assert ran.head.startswith("UNUSABLE INPUT ")
    assert "the callback gave no certificate to send, nor a word for none" in ran.head
    assert f"pick_one:{name}" in ran.head
    assert words in ran.head
    document = certprobe("https", url, *options, "--trust", site.root_file, "--format", "json").document
    assert (document["verdict"]["outcome"], document["verdict"]["causes"][0]["code"]) == ("unusable-input", "callback")
    (attempt,) = document["attempts"]
    assert (attempt["stages"][-1]["kind"], attempt["stages"][-1]["party"]) == ("callback", "ourselves")
    # QUERYCLIENTCERT is asked in the handshake, when the server has shown itself; the other before it begins.
    assert (attempt["tls"] is None) == name.startswith("get_")


@pytest.mark.parametrize(
    ("reference", "code", "words"),
    [
        ("{file}:nowhere", 4, "there is no 'nowhere'"),
        ("{file}:one_argument", 4, "cannot be called as a QUERYCLIENTCERT with (connection, trusted_cas)"),
        ("{file}:not_callable", 4, "is an object of type int, not a function"),
        ("{file}", 2, "is no callback: MODULE:FUNCTION, FILE.py:FUNCTION and the name of a plug-in are"),
        ("nowhere.py:choose", 4, "there is no file nowhere.py"),
        ("no_such_module:choose", 4, "there is no module 'no_such_module'"),
    ],
)
def test_callback_that_cannot_be_had(
    site: Site, nginx: Nginx, callbacks: Path, reference: str, code: int, words: str
) -> None:
    named = reference.format(file=callbacks)
    ran = certprobe("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--callback", named)
    assert (ran.exit_code, ran.stdout) == (code, "")
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def test_callback_by_module_name(site: Site, nginx: Nginx, callbacks: Path) -> None:
    arguments = ("https", f"https://localhost:{nginx.optional}/", "--cert", site.store_file, "--trust", site.root_file)
    ran = certprobe(*arguments, "--callback", "pick_one:by_query", cwd=callbacks.parent)
    assert f"the server accepted the client certificate {UNMAPPED}" in ran.head


def test_channel_opens_again_with_the_issuer_list(site: Site, nginx: Nginx, callbacks: Path) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:second_try", "--trust", site.root_file)
    document = report("https", f"https://localhost:{nginx.on}/", *options)
    first, second = document["attempts"]
    assert first["conclusion"]["outcome"] == "refused-by-http-status"
    assert second["conclusion"]["outcome"] == document["verdict"]["outcome"] == "accepted"
    notes = [each["tls"]["certificate_requests"][0]["note"] for each in (first, second)]
    assert notes == ["the first try", "told of 1"]
    chosen = [each["tls"]["certificate_requests"][0]["chosen"]["number"] for each in (first, second)]
    assert chosen == [FOREIGN_NUMBER, ALICE_NUMBER]
    assert document["verdict"]["exit_code"] == 0


def test_channel_opens_again_only_after_a_refusal(site: Site, nginx: Nginx, callbacks: Path) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:by_get_cert", "--trust", site.root_file)
    document = report("https", f"https://localhost:{nginx.on}/", *options)
    assert len(document["attempts"]) == 1


def test_issuer_list_that_the_callback_refuses(site: Site, nginx: Nginx, callbacks: Path) -> None:
    options = ("--cert", site.store_file, "--callback", f"{callbacks}:stubborn", "--trust", site.root_file)
    ran = certprobe("https", f"https://localhost:{nginx.on}/", *options, "--format", "json")
    assert ran.exit_code == 4
    assert "Traceback" not in ran.stderr
    document = ran.document
    assert document["verdict"]["outcome"] == "unusable-input"
    assert "answered E_FAIL: I will not have it" in document["verdict"]["causes"][0]["detail"]
    assert document["attempts"][0]["conclusion"]["outcome"] == "refused-by-http-status"


def test_callback_in_late_phases(site: Site, apache: Apache, tmp_path: Path) -> None:
    file = tmp_path / "phases.py"
    file.write_text(
        "def choose(connection, trusted_cas):\n"
        "    assert connection.phase.value == 'post-handshake'\n"
        "    return connection.credentials[2]\n"
    )
    url = f"https://localhost:{apache.location_tls13}/secret/"
    options = ("--cert", site.store_file, "--callback", f"{file}:choose", "--trust", site.root_file)
    assert report("https", url, *options)["verdict"]["outcome"] == "accepted"
