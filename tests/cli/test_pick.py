"""`--pick`: a person at the terminal decides what is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.command import Answer, Ran, certprobe, on_terminal
from tests.cli.identities import (
    ALICE,
    UNMAPPED,
    UNMAPPED_NUMBER,
    body,
    request_of,
)
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.s_server import REQUEST
from tests.peers.site import Site
from tests.peers.slapd import Slapd

DUMB = {"TERM": "dumb"}


@pytest.mark.parametrize("env", [{}, DUMB], ids=["screen", "dumb"])
@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (f"{UNMAPPED_NUMBER}\n", f"verify=SUCCESS subject={UNMAPPED}"),
        ("0\n", "verify=NONE subject="),
        ("\n", f"verify=SUCCESS subject={ALICE}"),
    ],
    ids=["number", "zero", "enter"],
)
def test_pick(site: Site, nginx: Nginx, typed: str, seen: str, env: dict[str, str]) -> None:
    url = f"https://localhost:{nginx.optional}/"
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "--format", "json")
    answers = [Answer("Send which [3]:", typed)]
    ran = on_terminal("https", url, *options, answers=answers, stdout_is_pipe=True, columns=200, env=env)
    document = Ran(ran.exit_code, ran.stdout, ran.screen).document
    assert body(document).startswith(seen)
    assert request_of(document)["selection"]["how"] == "picked"
    assert f"{url} asks for a client certificate in the first handshake and lists 1 CA." in ran.screen


def test_a_dumb_terminal_gets_lines(site: Site, nginx: Nginx) -> None:
    """No control sequence, and a wrong answer is followed by the question again."""
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    answers = [Answer("Send which [3]:", typed) for typed in ("9\n", "alice\n", "99999999999\n", "4\n")]
    url = f"https://localhost:{nginx.optional}/"
    ran = on_terminal("https", url, *options, answers=answers, columns=200, env=DUMB)
    assert ran.exit_code == 0
    assert ran.screen.count("Answer with a number from 0 to 4.\r\n") == 3
    assert "  0: none, stay anonymous\r\n" in ran.screen
    assert UNMAPPED in ran.screen.splitlines()[-1]
    assert "\x1b" not in ran.screen


def test_a_dumb_terminal_and_a_certificate_without_a_key(site: Site, nginx: Nginx) -> None:
    options = ("--cert", site.clients.alice.chain, "--pick", "--trust", site.root_file, "-q")
    answers = [Answer("Send which [0]:", "1\n"), Answer("Send which [0]: ", "\n")]
    url = f"https://localhost:{nginx.optional}/"
    ran = on_terminal("https", url, *options, answers=answers, columns=200, env=DUMB)
    assert "1 cannot be sent: no private key.\r\n" in ran.screen


@pytest.mark.parametrize("typed", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_a_dumb_terminal_and_no_answer(site: Site, nginx: Nginx, typed: str) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    url = f"https://localhost:{nginx.optional}/"
    ran = on_terminal("https", url, *options, answers=[Answer("Send which [3]:", typed)], env=DUMB)
    assert ran.exit_code == 130


@pytest.mark.parametrize("env", [{}, DUMB], ids=["screen", "dumb"])
def test_pick_takes_as_long_as_it_takes(site: Site, nginx: Nginx, env: dict[str, str]) -> None:
    """Time at the prompt is not counted: the answer comes after more than the whole --timeout."""
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q", "--timeout", "0.5")
    answer = Answer("Send which [3]:", "3\n", after=0.7)
    url = f"https://localhost:{nginx.optional}/"
    ran = on_terminal("https", url, *options, answers=[answer], columns=200, env=env)
    assert ran.exit_code == 0


@pytest.mark.parametrize("env", [{}, DUMB], ids=["screen", "dumb"])
@pytest.mark.parametrize("server", ["nginx", "apache"])
def test_a_server_loses_patience(request: pytest.FixtureRequest, site: Site, server: str, env: dict[str, str]) -> None:
    """Nobody answers: the server's limit ends it, not ours, which does not run meanwhile."""
    url = f"https://localhost:{request.getfixturevalue(server).impatient}/"
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "--format", "json", "--timeout", "0.5")
    ran = on_terminal("https", url, *options, stdout_is_pipe=True, env=env)
    document = Ran(ran.exit_code, ran.stdout, ran.screen).document
    assert ran.exit_code == 3
    assert document["verdict"]["outcome"] == "unanswered"
    (cause,) = [cause for cause in document["verdict"]["causes"] if cause["weight"] == "problem"]
    assert cause["code"] == "lost-patience"
    assert cause["title"] == "the server lost patience while the client certificate was being chosen"
    failed = document["attempts"][0]["stages"][-1]
    assert (failed["stage"], failed["kind"], failed["party"]) == ("handshake", "lost-patience", "peer")
    assert request_of(document)["sent"] is None


def test_pick_needs_a_terminal(site: Site, nginx: Nginx) -> None:
    ran = certprobe("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--pick")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "--pick needs a terminal" in ran.stderr


def test_pick_after_the_handshake(site: Site, apache: Apache) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    url = f"https://localhost:{apache.location_tls13}/secret/"
    ran = on_terminal("https", url, *options, answers=[Answer("Send which [3]:", "3\n")], columns=200)
    assert ran.exit_code == 0
    assert "asks for a client certificate after the handshake" in ran.screen


def test_pick_in_a_renegotiation(site: Site, apache: Apache) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    url = f"https://localhost:{apache.location_tls12}/secret/"
    ran = on_terminal("https", url, *options, answers=[Answer("Send which [3]:", "3\n")], columns=200)
    assert ran.exit_code == 0
    assert "asks for a client certificate in a renegotiation" in ran.screen


def test_pick_for_a_directory(site: Site, slapd: Callable[..., Slapd]) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    url = f"ldaps://localhost:{slapd('try').ldaps}"
    ran = on_terminal("ldap", url, *options, answers=[Answer("Send which [3]:", "\n")], columns=200)
    assert ran.exit_code == 0
    assert f"the server accepted the client certificate {ALICE}" in ran.screen


def test_pick_in_an_anonymous_store(site: Site, s_server: Callable[..., int]) -> None:
    port = s_server("-tls1_3", *REQUEST)
    options = ("--pick", "--trust", site.root_file, "-q")
    ran = on_terminal("https", f"https://localhost:{port}/", *options, answers=[Answer("Send which [0]:", "\n")])
    assert ran.exit_code == 0
