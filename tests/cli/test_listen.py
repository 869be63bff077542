"""`certprobe listen` as whoever runs it sees it: how it opens, what it prints, how it ends."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certprobe.lab.pki import Authority, common_name_only
from tests.cli.command import SECONDS, Answer, certprobe, environment, on_terminal, started
from tests.cli.listener import Running, curl, listener, run
from tests.peers.process import HOST, program
from tests.peers.site import Site

# --- how it opens -----------------------------------------------------------------------------------------------------


def test_it_says_what_it_is(site: Site) -> None:
    with listener("https", "--ca", site.root_file, "-v") as running:
        pass
    first, said = running.ended.stderr.split("\n", 1)
    assert first == f"listening on https://127.0.0.1:{running.port}/"
    assert "a diagnostic server" in said
    assert "clients do not trust it (curl -k)" in said
    assert re.search(r"SHA-256 of it [0-9a-f]{64}", said)
    assert "BEGIN CERTIFICATE" in said
    assert "PRIVATE KEY" not in said
    assert "warning" not in said
    assert (running.ended.exit_code, running.ended.stdout) == (0, "")


@pytest.mark.parametrize("columns", [60, 80])
def test_what_it_is_fits_the_terminal(site: Site, columns: int) -> None:
    arguments = ("listen", "ldap", "--ca", site.root_file, "--bind", "0")
    ran = on_terminal(*arguments, answers=(Answer("SHA-256", "\x03"),), columns=columns)
    lines = ran.screen.replace("^C", "").splitlines()
    assert ran.exit_code == 0
    assert [line for line in lines if len(line) > columns and not re.search("[0-9a-f]{64}", line)] == []
    assert "a diagnostic server: it reports on its clients, and serves nothing else" in " ".join(ran.screen.split())


def test_whose_certificate_it_shows_is_told_without_orders_to_the_terminal(tmp_path: Path) -> None:
    root = Authority.root("Lab root", at=datetime.now(UTC))
    issued = root.server("localhost", subject=common_name_only("\x1b]0;owned\x07[red]"))
    (tmp_path / "server.pem").write_bytes(issued.chain_pem + issued.private_key_pem())
    with listener("https", "--cert", tmp_path / "server.pem") as running:
        pass
    assert "its certificate is CN=\\x1b]0\\;owned\\x07[red]" in running.ended.stderr


def test_ldap_clients_are_told_how_to_come_all_the_same(site: Site) -> None:
    with listener("ldap", "--ca", site.root_file) as running:
        pass
    assert "clients do not trust it (LDAPTLS_REQCERT=never)" in running.ended.stderr


def test_the_root_that_was_made_is_all_that_a_client_needs(site: Site, tmp_path: Path) -> None:
    with listener("https", "--ca", site.root_file, "-v") as running:
        said = ""
        while "END CERTIFICATE" not in said:
            said += running.next_line()
        root = tmp_path / "root.pem"
        root.write_text(said[said.index("-----BEGIN") :])
        for host in (HOST, "localhost"):
            ran = run(program("curl", package="curl"), "-s", "--cacert", root, f"https://{host}:{running.port}/")
            assert ran.returncode == 0, host


def test_quiet_says_no_more_than_scripts_need(site: Site) -> None:
    with listener("https", "--ca", site.root_file, "-q") as running:
        curl(running.url)
    assert running.ended.stderr == running.opening
    (line,) = running.ended.stdout.splitlines()
    assert "sent none" in line


def test_other_machines_are_let_in_only_when_asked_for_and_with_a_warning(site: Site) -> None:
    with listener("https", "--ca", site.root_file, "-q", "--bind", "0.0.0.0:0") as running:
        assert curl(f"https://{HOST}:{running.port}/")[0] == 200
    assert "warning: other machines can connect to it" in running.ended.stderr


def test_it_may_be_bound_by_a_name(site: Site) -> None:
    name = socket.gethostname()
    try:
        is_loopback = socket.gethostbyname(name).startswith("127.")
    except OSError:
        is_loopback = False
    if not is_loopback:
        pytest.skip(f"{name} is no name of the loopback here")
    with listener("https", "--ca", site.root_file, "-q", "--bind", f"{name}:0") as running:
        pass
    assert running.ended.stderr == f"listening on https://{name.lower()}:{running.port}/\n"
    assert running.ended.exit_code == 0


@pytest.mark.parametrize("bind", ["[::1]:0", "localhost:0", "127.0.0.1:0"], ids=["IPv6", "name", "IPv4"])
def test_binding(site: Site, bind: str) -> None:
    with listener("https", "--ca", site.root_file, "--bind", bind) as running:
        assert curl(running.url)[0] == 200
    assert running.opening.startswith(f"listening on https://{bind.rpartition(':')[0]}:")


def test_a_port_that_is_taken(site: Site) -> None:
    with listener("https", "--ca", site.root_file) as running:
        ran = certprobe("listen", "https", "--ca", site.root_file, "--bind", running.port)
    assert ran.exit_code == 4
    assert f"cannot listen on 127.0.0.1:{running.port}: Address already in use" in ran.stderr


def test_a_directory_of_cas_is_read_once(site: Site, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(site.root.issued.certificate_pem)
    (tmp_path / "junk").write_text("junk")
    with listener("https", "--ca", tmp_path) as running:
        assert curl(running.url)[0] == 200
    assert running.ended.stderr.count("passed over") == 1


def test_an_address_of_another_machine(site: Site) -> None:
    ran = certprobe("listen", "https", "--ca", site.root_file, "--bind", "192.0.2.1:8443")
    assert ran.exit_code == 4
    assert ran.stderr == "certprobe: cannot listen on 192.0.2.1:8443: Cannot assign requested address\n"


def test_its_own_certificate(site: Site) -> None:
    good = site.servers.good
    with listener("https", "--ca", site.root_file, "--cert", good.chain, "--key", good.key) as running:
        ran = run(program("curl", package="curl"), "-s", "--cacert", site.root_file, running.url)
    assert ran.returncode == 0
    assert "its certificate is CN=localhost" in running.ended.stderr


@pytest.mark.parametrize(("arguments", "words"), [
    (("ldap", "/"), "'/': a directory has no paths"),
    (("ldap", "--request", "post-handshake"), "a directory asks in the handshake"),
    (("https", "--request", "per-path"), "needs the paths that ask"),
    (("https", "/admin"), "paths are for --request per-path"),
    (("https", "--request", "per-path", "admin"), "it begins with /"),
    (("https", "--bind", ":8443"), "names no host: 127.0.0.1:8443"),
    (("https", "--bind", "127.0.0.1:70000"), "'70000' is not a port"),
    (("https", "--key", "key.pem"), "--key needs --cert"),
    (("https", "-v", "-q"), "--verbose and --quiet exclude each other"),
    (("https", "--tls-min", "1.3", "--tls-max", "1.2"), "--tls-min 1.3 is above --tls-max 1.2"),
], ids=(
    *("directory-paths", "directory-late", "no-path", "spare-path", "odd-path"),
    *("no-host", "no-port", "lone-key", "verbosity", "versions"),
))  # fmt: skip
def test_what_cannot_be_meant(site: Site, arguments: tuple[str, ...], words: str) -> None:
    ran = certprobe("listen", *arguments, "--ca", site.root_file)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr


def test_a_certificate_without_its_key(site: Site) -> None:
    ran = certprobe("listen", "https", "--ca", site.root_file, "--cert", site.servers.good.certificate)
    assert ran.exit_code == 4
    assert "no certificate with its private key, which a server needs" in ran.stderr


# --- the callback -----------------------------------------------------------------------------------------------------

CALLBACKS = """
from certprobe.callbacks import E_FAIL, S_OK, GetCertResult, get_cert, query_client_cert

@get_cert
def good(state, target_address, via_uri, error):
    print("a callback may print", target_address, via_uri)
    return GetCertResult(S_OK, state.credentials[-1])

@get_cert
def locked(state, target_address, via_uri, error):
    error.add_string("the token is locked")
    return GetCertResult(E_FAIL, None)

@get_cert
def nothing(state, target_address, via_uri, error):
    return GetCertResult(S_OK, None)

@query_client_cert
def query(connection, trusted_cas):
    return None
"""


@pytest.fixture
def callbacks(tmp_path: Path) -> Path:
    file = tmp_path / "of_listener.py"
    file.write_text(CALLBACKS)
    return file


def test_the_certificate_of_a_callback(site: Site, callbacks: Path) -> None:
    good = site.servers.good
    own = ("--cert", good.chain, "--key", good.key, "--callback", f"{callbacks}:good")
    with listener("https", "--ca", site.root_file, *own, "--format", "json") as running:
        ran = run(program("curl", package="curl"), "-s", "--cacert", site.root_file, running.url)
    assert ran.returncode == 0
    assert len(running.reports) == 1
    assert "a callback may print None None" in running.ended.stderr


@pytest.mark.parametrize(("name", "exit_code", "words"), [
    ("locked", 4, "answered E_FAIL (0x80004005), so the listener does not open: the token is locked"),
    ("nothing", 4, "answered S_OK (0x00000000) without a certificate, so the listener does not open"),
    ("query", 2, "is a QUERYCLIENTCERT, which answers a server that asks a client"),
], ids=("locked", "nothing", "query"))  # fmt: skip
def test_a_callback_that_keeps_it_from_opening(
    site: Site, callbacks: Path, name: str, exit_code: int, words: str
) -> None:
    ran = certprobe("listen", "https", "--ca", site.root_file, "--bind", "0", "--callback", f"{callbacks}:{name}")
    assert (ran.exit_code, ran.stdout) == (exit_code, "")
    assert words in ran.stderr
    assert "listening" not in ran.stderr


# --- how it ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_handshakes(site: Site, number: signal.Signals) -> None:
    options = ("https", "--ca", site.root_file, "--format", "json")
    with listener(*options, number=number) as running, contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_connection((HOST, running.port)))
        halfway = stack.enter_context(socket.create_connection((HOST, running.port)))
        halfway.sendall(b"\x16\x03\x01")
        assert curl(running.url)[0] == 200
        running.process.send_signal(number)
        assert silent.recv(1) == b""
    outcomes = [report["verdict"]["outcome"] for report in running.reports]
    assert outcomes == ["accepted-anonymously", "interrupted", "interrupted"]
    assert running.ended.exit_code == 0


def test_it_ends_quietly_when_nobody_reads_on(site: Site) -> None:
    with started("listen", "https", "--ca", site.root_file, "--bind", "0", "-q") as process:
        try:
            running = Running(process)
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            curl(running.url)
            process.wait(SECONDS)
            assert (process.returncode, process.stderr.read()) == (0, b"")
        finally:
            process.kill()


def test_few_descriptors_are_enough_for_many_who_say_nothing(site: Site) -> None:
    limited = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100));"
        " os.execv(sys.executable, [sys.executable, '-m', 'certprobe', *sys.argv[1:]])"
    )
    argv = [sys.executable, "-c", limited, "listen", "https", "--ca", str(site.root_file), "--bind", "0", "-q"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(None)) as process:
        try:
            running = Running(process)
            with contextlib.ExitStack() as stack:
                for _ in range(200):
                    stack.enter_context(socket.create_connection((HOST, running.port)))
                assert curl(running.url)[0] == 200
            process.send_signal(signal.SIGTERM)
            stdout, stderr = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert (process.returncode, stderr) == (0, b"")
    assert len(stdout.splitlines()) == 201


# --- who means it ill -------------------------------------------------------------------------------------------------

CLIENT_HELLO = b"\x16\x03\x01\x40\x00\x01\xff\xff\xff\x03\x03"


@pytest.mark.parametrize(("octets", "outcome", "words"), [
    (b"\xff" * 4096, "not-reached", "it begins with ff ff ff ff"),
    (b"\x16\x03\x01\xff\xff" + bytes(0xFFFF), "not-reached", "TLS library"),
    (CLIENT_HELLO + bytes(1 << 18), "not-reached", "TLS library"),
    (b"\x16\x03\x01\x00\x01\x01" * 100, "not-reached", ""),
    (b"\x80\x2e\x01\x00\x02" + bytes(41), "not-reached", "SSL 2.0"),
], ids=("rubbish", "long-record", "giant-hello", "crumbs", "old-hello"))  # fmt: skip
def test_a_hostile_client_has_its_report_and_the_next_its_answer(
    site: Site, octets: bytes, outcome: str, words: str
) -> None:
    with listener("https", "--ca", site.root_file, "--format", "json") as running:
        with socket.create_connection((HOST, running.port), SECONDS) as hostile, contextlib.suppress(OSError):
            hostile.sendall(octets)
            hostile.shutdown(socket.SHUT_WR)
            while hostile.recv(4096):
                pass
        assert curl(running.url)[0] == 200
    first, second = running.reports
    assert (first["verdict"]["outcome"], second["verdict"]["outcome"]) == (outcome, "accepted-anonymously")
    assert words in first["attempts"][0]["stages"][-1]["detail"]
