"""Point 2: a person at the terminal decides what is sent."""

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

# --- a person at the terminal -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "seen", "how"),
    [
        (f"{UNMAPPED_NUMBER}\n", f"verify=SUCCESS subject={UNMAPPED}", "picked"),
        ("0\n", "verify=NONE subject=", "picked"),
        ("\n", f"verify=SUCCESS subject={ALICE}", "picked"),
    ],
)
def test_pick(site: Site, nginx: Nginx, typed: str, seen: str, how: str) -> None:
    url = f"https://localhost:{nginx.optional}/"
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "--format", "json")
    ran = on_terminal(
        "https", url, *options, answers=[Answer("Send which [3]: ", typed)], stdout_is_pipe=True, columns=200
    )
    document = Ran(ran.exit_code, ran.stdout, ran.screen).document
    assert body(document).startswith(seen)
    assert request_of(document)["selection"]["how"] == how
    assert f"{url} asks for a client certificate (initial)" in ran.screen
    assert "0: none, stay anonymous" in ran.screen
    assert "1: CN=alice" in ran.screen
    assert "does not fit: " in ran.screen


def test_pick_again_after_a_wrong_answer(site: Site, nginx: Nginx) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    answers = [Answer("Send which [3]: ", "9\n"), Answer("Send which [3]: ", "4\n")]
    ran = on_terminal("https", f"https://localhost:{nginx.optional}/", *options, answers=answers, columns=200)
    assert ran.exit_code == 0
    assert f"the server accepted the client certificate {UNMAPPED}" in ran.screen


def test_pick_takes_as_long_as_it_takes(site: Site, nginx: Nginx) -> None:
    """Time at the prompt is not counted: the answer comes after more than the whole --timeout."""
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q", "--timeout", "0.5")
    answer = Answer("Send which [3]: ", "3\n", after=0.7)
    ran = on_terminal("https", f"https://localhost:{nginx.optional}/", *options, answers=[answer], columns=200)
    assert ran.exit_code == 0


def test_pick_needs_a_terminal(site: Site, nginx: Nginx) -> None:
    ran = certprobe("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--pick")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "--pick needs a terminal" in ran.stderr


def test_pick_after_the_handshake(site: Site, apache: Apache) -> None:
    options = ("--cert", site.store_file, "--pick", "--trust", site.root_file, "-q")
    url = f"https://localhost:{apache.location_tls13}/secret/"
    ran = on_terminal("https", url, *options, answers=[Answer("Send which [3]: ", "3\n")], columns=200)
    assert ran.exit_code == 0
    assert "(post-handshake)" in ran.screen


def test_pick_in_an_anonymous_store(site: Site, s_server: Callable[..., int]) -> None:
    port = s_server("-tls1_3", *REQUEST)
    options = ("--pick", "--trust", site.root_file, "-q")
    ran = on_terminal("https", f"https://localhost:{port}/", *options, answers=[Answer("Send which [0]: ", "\n")])
    assert ran.exit_code == 0
