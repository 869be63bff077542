"""Point 6: what the process says when it ends, and that no password leaves it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.command import Answer, Arguments, Ran, certprobe, on_terminal, started
from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.process import HOST
from tests.peers.site import PKCS12_PASSWORD, Site

Hostile = Callable[[str], AbstractContextManager[int]]
SECRET = "open, sesame 4711"


def closed_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


# --- 0 and 1 ----------------------------------------------------------------------------------------------------------


def test_0_clean(site: Site, nginx: Nginx) -> None:
    url = f"https://localhost:{nginx.on}/"
    assert certprobe("https", url, "--cert", site.store_file, "--trust", site.root_file).exit_code == 0


def test_1_finding(site: Site, nginx: Nginx) -> None:
    assert certprobe("https", f"https://localhost:{nginx.on}/", "--trust", site.root_file).exit_code == 1
    assert certprobe("https", f"https://localhost:{nginx.expired}/", "--trust", site.root_file).exit_code == 1


def test_the_gravest_path_decides(site: Site, apache: Apache) -> None:
    url = f"https://localhost:{apache.location_tls13}/"
    common = ("https", url, "--trust", site.root_file)
    assert certprobe(*common, "--path", "/").exit_code == 0
    for paths in (("/", "/secret/"), ("/secret/", "/")):
        assert certprobe(*common, *(each for path in paths for each in ("--path", path))).exit_code == 1


def test_help_and_version() -> None:
    for arguments in (("--help",), ("https", "--help"), ("ldap", "--help"), ("--version",)):
        ran = certprobe(*arguments)
        assert (ran.exit_code, ran.stderr) == (0, "")
    for arguments in (("--help",), ("https", "--help"), ("ldap", "--help")):
        said = certprobe(*arguments).stdout
        for code in ("0", "1", "2", "3", "4", "130"):
            assert f"  {code:>3}  " in said.partition("Exit codes:")[2]


# --- 2: the command line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Usage"),
        (("ftp",), "No such command 'ftp'"),
        (("https",), "Missing argument"),
        (("https", "https://h/", "--no-such-option"), "No such option"),
        (("https", "https://h/", "--timeout", "soon"), "'soon' is not a valid float"),
        (("https", "https://h/", "--timeout", "0"), "0"),
        (("https", "https://h/", "--tls-min", "1.4"), "'1.4' is not one of"),
        (("https", "https://h/", "--policy", "strict"), "'strict' is not one of"),
        (("https", "http://h/"), "has no TLS"),
        (("https", "ldaps://h/"), "use 'certprobe ldap"),
        (("https", "https://h:99999/"), "99999"),
        (("https", "https://h h/"), "blanks and control characters have no place"),
        (("https", "https://"), "no host"),
        (("https", "https://user:pw@h/"), "@"),
        (("ldap", "https://h/"), "certprobe https"),
        (("ldap", "ldaps://h", "--starttls"), "StartTLS"),
        (("https", "https://h/", "--select", "1", "--pick"), "--select and --pick exclude each other"),
        (("https", "https://h/", "--select", "1", "--callback", "a:b"), "--select and --callback exclude each other"),
        (("https", "https://h/", "--tls-min", "1.3", "--tls-max", "1.2"), "--tls-min 1.3 is above --tls-max 1.2"),
        (("https", "https://h/", "--key", "k.pem"), "--key needs --cert"),
        (("https", "https://h/", "--at", "tomorrow"), "'tomorrow' is no time"),
        (("https", "https://h/", "--connect", "h:p"), "'p' is not a port"),
        (("https", "https://h/", "--via", "ftp://proxy"), "a proxy is named http://"),
        (("https", "https://h/", "--password-file", "a", "--password-env", "B"), "exclude each other"),
    ],
)
def test_2_usage(arguments: tuple[str, ...], words: str) -> None:
    ran = certprobe(*arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


# --- 3: not reached ---------------------------------------------------------------------------------------------------


def not_reached(ran: Ran) -> tuple[str, str, str]:
    """Outcome, kind and party of a run that got nowhere; the same in JSON, in the cause, and by the last stage."""
    assert (ran.exit_code, ran.stderr) == (3, "")
    document = ran.document
    (attempt,) = document["attempts"]
    last = attempt["stages"][-1]
    assert document["verdict"]["causes"][0]["code"] == last["kind"]
    return document["verdict"]["outcome"], last["kind"], last["party"]


@pytest.mark.parametrize("command", [("https", "https://{}/"), ("ldap", "ldaps://{}"), ("ldap", "ldap://{}")])
def test_3_name_that_does_not_exist(command: tuple[str, str]) -> None:
    address = command[1].format("no-such-host.invalid")
    ran = certprobe(command[0], address, "--format", "json")
    assert not_reached(ran) == ("not-reached", "name-not-resolved", "network")
    assert certprobe(command[0], address).head.startswith("NOT REACHED  ")


@pytest.mark.parametrize("command", [("https", "https://{}/"), ("ldap", "ldaps://{}"), ("ldap", "ldap://{}")])
def test_3_connection_refused(command: tuple[str, str]) -> None:
    address = command[1].format(f"{HOST}:{closed_port()}")
    assert not_reached(certprobe(command[0], address, "--format", "json")) == (
        "not-reached",
        "connection-refused",
        "peer",
    )
    assert "nothing listens there: the connection was refused" in certprobe(command[0], address).head


@pytest.mark.parametrize(
    ("command", "peer", "kind"),
    [
        (("https", "https://{}/"), "silent", "timeout"),
        (("ldap", "ldaps://{}"), "silent", "timeout"),
        (("ldap", "ldap://{}"), "silent", "timeout"),
        (("https", "https://{}/"), "plain-http", "not-tls"),
        (("ldap", "ldaps://{}"), "plain-http", "not-tls"),
        (("ldap", "ldap://{}"), "plain-http", "not-tls"),
        (("https", "https://{}/"), "plain-ldap", "not-tls"),
        (("ldap", "ldaps://{}"), "plain-ldap", "not-tls"),
        (("https", "https://{}/"), "ssh", "not-tls"),
        (("ldap", "ldaps://{}"), "ssh", "not-tls"),
        (("ldap", "ldap://{}"), "ssh", "not-tls"),
        (("https", "https://{}/"), "smtp", "not-tls"),
    ],
)
def test_3_not_what_was_asked_for(hostile: Hostile, command: tuple[str, str], peer: str, kind: str) -> None:
    with hostile(peer) as port:
        address = command[1].format(f"{HOST}:{port}")
        assert not_reached(certprobe(command[0], address, "--timeout", "1", "--format", "json"))[:2] == (
            "not-reached",
            kind,
        )


# --- 4: what was given ------------------------------------------------------------------------------------------------


@pytest.fixture
def files(site: Site, tmp_path: Path) -> Path:
    """A directory of files that cannot be used as they are."""
    alice = site.clients.alice.issued
    whole = alice.pkcs12(SECRET.encode(), "alice")
    (tmp_path / "locked.p12").write_bytes(whole)
    (tmp_path / "damaged.p12").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "flipped.p12").write_bytes(whole[:-9] + bytes((whole[-9] ^ 1,)) + whole[-8:])
    (tmp_path / "locked.pem").write_bytes(alice.certificate_pem + alice.private_key_pem(SECRET.encode()))
    (tmp_path / "junk.pem").write_bytes(b"junk\n")
    (tmp_path / "empty.pem").touch()
    (tmp_path / "wrong").write_text("wrong\n")
    (tmp_path / "right").write_text(f"{SECRET}\nsecond line\n")
    (tmp_path / "windows").write_text(f"{SECRET}\r\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cert", "missing.pem"), "missing.pem: No such file or directory"),
        (("--cert", "."), ".: no certificate and no private key in it; with --recursive what is below it"),
        (("--password-file", "."), ".: Is a directory"),
        (("--cert", "junk.pem"), "junk.pem"),
        (("--cert", "empty.pem"), "empty.pem"),
        (("--cert", "damaged.p12"), "damaged.p12"),
        (("--cert", "locked.p12"), "locked.p12 is encrypted: give its password by --password-file or --password-env"),
        (("--cert", "locked.pem"), "locked.pem is encrypted: give its password by --password-file or --password-env"),
        (("--cert", "locked.p12", "--password-file", "wrong"), "locked.p12"),
        (("--cert", "locked.pem", "--password-file", "wrong"), "locked.pem"),
        (("--cert", "flipped.p12", "--password-file", "right"), "flipped.p12"),
        (("--cert", "locked.p12", "--password-file", "missing"), "missing: No such file or directory"),
        (("--cert", "locked.p12", "--password-env", "NO_SUCH_VARIABLE"), "the environment has no variable NO_SUCH"),
        (("--trust", "missing.pem"), "missing.pem: No such file or directory"),
        (("--ntauth", "missing.pem"), "missing.pem: No such file or directory"),
        (("--callback", "missing.py:choose"), "there is no file missing.py"),
    ],
)
def test_4_unusable_input(files: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = certprobe("https", "https://127.0.0.1:1/", *arguments, cwd=files)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert words in ran.stderr
    assert ran.stderr.startswith("certprobe: ")
    assert "Traceback" not in ran.stderr
    assert SECRET not in ran.stderr


def test_4_wrong_password_is_told_from_damage(files: Path) -> None:
    url = "https://127.0.0.1:1/"
    wrong = certprobe("https", url, "--cert", "locked.p12", "--password-file", "wrong", cwd=files)
    assert "password" in wrong.stderr
    damaged = certprobe("https", url, "--cert", "damaged.p12", "--password-file", "right", cwd=files)
    assert "password" not in damaged.stderr.replace("--password", "")


# --- passwords --------------------------------------------------------------------------------------------------------


@pytest.fixture
def login(site: Site, nginx: Nginx) -> tuple[Arguments, ...]:
    return ("https", f"https://localhost:{nginx.on}/", "--trust", site.root_file, "-v")


@pytest.mark.parametrize("file", ["locked.p12", "locked.pem"])
@pytest.mark.parametrize(
    "way", [("--password-file", "right"), ("--password-file", "windows"), ("--password-env", "THE_PASSWORD")]
)
def test_password(site: Site, login: tuple[Arguments, ...], files: Path, file: str, way: tuple[str, str]) -> None:
    chain = ("--cert", site.authorities_file)
    env = {"THE_PASSWORD": SECRET}
    ran = certprobe(*login, "--cert", files / file, *chain, way[0], _beside(files, way[1]), env=env)
    assert ran.exit_code == 0
    assert "the server accepted the client certificate CN=alice" in ran.head
    assert SECRET not in ran.stdout + ran.stderr
    json = certprobe(
        *login, "--cert", files / file, *chain, way[0], _beside(files, way[1]), "--format", "json", env=env
    )
    assert json.exit_code == 0
    assert SECRET not in json.stdout + json.stderr


def _beside(files: Path, name: str) -> Arguments:
    return files / name if (files / name).exists() else name


def test_password_at_a_prompt(site: Site, login: tuple[Arguments, ...], files: Path) -> None:
    arguments = (*login, "--cert", files / "locked.p12", "--cert", site.authorities_file)
    prompt = f"Password for {files / 'locked.p12'}: "
    ran = on_terminal(*arguments, answers=[Answer(prompt, f"{SECRET}\n")], columns=200)
    assert ran.exit_code == 0
    assert "the server accepted the client certificate CN=alice" in ran.screen
    assert SECRET not in ran.screen, "nothing is echoed"


def test_wrong_password_at_a_prompt(login: tuple[Arguments, ...], files: Path) -> None:
    arguments = (*login, "--cert", files / "locked.p12")
    ran = on_terminal(*arguments, answers=[Answer(": ", "wrong\n")], columns=200)
    assert ran.exit_code == 4
    assert "Traceback" not in ran.screen
    assert "OK " not in ran.screen


def test_a_file_without_password_asks_for_none(site: Site, login: tuple[Arguments, ...]) -> None:
    ran = on_terminal(*login, "--cert", site.store_file, columns=200)
    assert ran.exit_code == 0
    assert "Password" not in ran.screen


def test_the_password_is_for_whom_it_fits(site: Site, login: tuple[Arguments, ...], files: Path) -> None:
    """One password for all files: those without one are not hurt by it."""
    password = files / "p12"
    password.write_bytes(PKCS12_PASSWORD)
    ran = certprobe(*login, "--cert", site.store_file, "--cert", site.pkcs12_file, "--password-file", password)
    assert ran.exit_code == 0


def test_no_option_takes_a_password() -> None:
    for command in ("https", "ldap"):
        for option in ("--password", "--pass"):
            ran = certprobe(command, "h", option, SECRET)
            assert ran.exit_code == 2


# --- 130 --------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def waiting(hostile: Hostile) -> Iterator[subprocess.Popen[bytes]]:
    """The command, in the middle of a handshake that does not go on."""
    with hostile("silent-after-client-hello") as port:
        process = started("https", f"https://{HOST}:{port}/", "-v", "--timeout", "60")
        assert process.stderr is not None
        while b"the TLS handshake" not in process.stderr.readline():
            pass
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_130_interrupted(hostile: Hostile) -> None:
    with waiting(hostile) as process:
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (130, b"\ninterrupted\n")
    head, *_ = stdout.decode().splitlines()
    assert head.startswith("INTERRUPTED  https://127.0.0.1:")
    assert head.endswith("  interrupted from the keyboard during the TLS handshake")


def test_130_at_a_prompt(files: Path) -> None:
    ran = on_terminal("https", "https://127.0.0.1:1/", "--cert", files / "locked.p12", answers=[Answer(": ", "\x03")])
    assert ran.exit_code == 130
    assert "Traceback" not in ran.screen


def test_130_while_picking(site: Site, nginx: Nginx) -> None:
    arguments = ("https", f"https://localhost:{nginx.on}/", "--cert", site.store_file, "--pick")
    ran = on_terminal(*arguments, answers=[Answer("Send which", "\x03")])
    assert ran.exit_code == 130
    assert "Traceback" not in ran.screen


def test_130_while_a_callback_thinks(site: Site, nginx: Nginx, tmp_path: Path) -> None:
    file = tmp_path / "slow.py"
    file.write_text(
        "import sys, time\n"
        "def choose(connection, trusted_cas):\n"
        "    print('thinking', file=sys.stderr, flush=True)\n"
        "    time.sleep(60)\n"
    )
    url = f"https://localhost:{nginx.on}/"
    process = started("https", url, "--cert", site.store_file, "--callback", f"{file}:choose")
    assert process.stderr is not None
    assert process.stderr.readline() == b"thinking\n"
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (130, b"\ninterrupted\n")
    assert b"Lab root" in stdout, "what the server asked for is not lost"
