"""The lab's servers towards clients that are not ours: foreign programs, slow ones, and those that stay too long."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from certprobe.lab.run import service_of, standing
from certprobe.lab.scenario import ALICE, Cast, usual_server
from certprobe.lab.scenarios import BY_NAME
from certprobe.lab.scenarios.identities import EXPIRED_ALICE
from certprobe.lab.server import HOST, LabServer, Limits
from certprobe.lab.service import serve
from tests.peers.process import program

_PATIENCE = 20.0


@pytest.fixture(scope="module")
def cast() -> Cast:
    return Cast.made(datetime.now(UTC).replace(microsecond=0))


@contextlib.contextmanager
def serving(cast: Cast, limits: Limits) -> Iterator[LabServer]:
    service = service_of(BY_NAME["not-asked"], cast, usual_server(cast))
    with LabServer(partial(serve, service), limits) as server:
        yield server


def connected(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=_PATIENCE)


def has_ended(sock: socket.socket) -> bool:
    """Whether the server has closed the connection, right now."""
    sock.setblocking(False)
    try:
        return sock.recv(1) == b""
    except BlockingIOError:
        return False


def context(cast: Cast, directory: Path, identity: bytes | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=cast.root.issued.certificate_pem.decode())
    made.post_handshake_auth = True
    if identity is not None:
        file = directory / "identity.pem"
        file.write_bytes(identity)
        made.load_cert_chain(file)
    return made


def get(port: int, client: ssl.SSLContext, path: str) -> bytes:
    with connected(port) as sock, client.wrap_socket(sock, server_hostname=HOST) as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        answer = b""
        while piece := tls.recv(65536):
            answer += piece
    return answer


def test_bound_makes_the_next_client_wait(cast: Cast, tmp_path: Path) -> None:
    """With one place the second client is served only when the first was shown out."""
    with serving(cast, Limits(connections=1, seconds=0.5)) as server, connected(server.port) as idle:
        assert get(server.port, context(cast, tmp_path), "/").startswith(b"HTTP/1.1 200 ")
        assert has_ended(idle)


def test_places_beside_an_idle_client_are_free(cast: Cast, tmp_path: Path) -> None:
    with serving(cast, Limits(connections=2, seconds=_PATIENCE)) as server, connected(server.port) as idle:
        for _ in range(5):
            assert get(server.port, context(cast, tmp_path), "/").startswith(b"HTTP/1.1 200 ")
        assert not has_ended(idle)


def test_deadline_is_for_the_whole_connection(cast: Cast) -> None:
    """Octets that keep coming do not extend it."""
    beginning_of_a_record = b"\x16\x03\x01\x40\x00" + bytes(200)
    with serving(cast, Limits(seconds=0.3)) as server, connected(server.port) as slow:
        for octet in beginning_of_a_record:
            try:
                slow.send(bytes([octet]))
            except ConnectionError:
                break
            if has_ended(slow):
                break
            time.sleep(0.01)
        else:
            pytest.fail("the server took two seconds of octets, one by one")


@pytest.mark.parametrize(
    "rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05abcde", b"\x15\x03\x01\x00\x02\x02\x28"]
)
def test_rubbish_ends_only_its_own_connection(rubbish: bytes, cast: Cast, tmp_path: Path) -> None:
    with serving(cast, Limits(connections=1, seconds=_PATIENCE)) as server:
        with connected(server.port) as rude:
            rude.sendall(rubbish)
            rude.shutdown(socket.SHUT_WR)
            while rude.recv(65536):
                pass
        assert get(server.port, context(cast, tmp_path), "/").startswith(b"HTTP/1.1 200 ")


def test_close_ends_connections_threads_and_port(cast: Cast) -> None:
    with serving(cast, Limits(connections=2, seconds=3600.0)) as server:
        # Two are being served, two wait for a place.
        clients = [connected(server.port) for _ in range(4)]
        patience = time.monotonic() + _PATIENCE
        while server.connections < 2 and time.monotonic() < patience:
            time.sleep(0.005)
        assert server.connections == 2
        closer = threading.Thread(target=server.close, daemon=True)
        closer.start()
        closer.join(_PATIENCE)
        assert not closer.is_alive()
        assert server.connections == 0
        assert [thread for thread in threading.enumerate() if thread.name == f"lab:{server.port}"] == []
        with pytest.raises(ConnectionRefusedError):
            connected(server.port)
        for client in clients:
            with client, contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""


@pytest.mark.parametrize("name", ["per-path", "per-path-renegotiation"])
def test_python_logs_in_where_only_a_path_asks(name: str, cast: Cast, tmp_path: Path) -> None:
    alice = ALICE.issue(cast)
    client = context(cast, tmp_path, alice.chain_pem + alice.private_key_pem())
    with standing(BY_NAME[name], cast) as running:
        assert get(running.port, client, "/").endswith(b"/ greets whoever you are\n")
        assert get(running.port, client, "/private?x=1").endswith(
            b"/private?x=1 greets CN=alice,OU=people,DC=lab,DC=test\n"
        )


def test_python_is_refused_with_an_expired_certificate(cast: Cast, tmp_path: Path) -> None:
    expired = EXPIRED_ALICE.issue(cast)
    client = context(cast, tmp_path, expired.chain_pem + expired.private_key_pem())
    with standing(BY_NAME["https-login"], cast) as running:
        answer = get(running.port, client, "/")
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert answer.endswith(b"CN=alice,OU=people,DC=lab,DC=test: CERT_E_EXPIRED\n")


@pytest.mark.parametrize(("name", "arguments"), [("ldaps-login", ()), ("starttls-login", ("-ZZ",))])
def test_ldapwhoami_logs_in(name: str, arguments: tuple[str, ...], cast: Cast, tmp_path: Path) -> None:
    ldapwhoami = program("ldapwhoami", package="ldap-utils")
    alice = ALICE.issue(cast)
    files = {
        "LDAPTLS_CACERT": cast.root.issued.certificate_pem,
        "LDAPTLS_CERT": alice.chain_pem,
        "LDAPTLS_KEY": alice.private_key_pem(),
    }
    for variable, content in files.items():
        (tmp_path / variable).write_bytes(content)
    environment = {**os.environ, **{variable: str(tmp_path / variable) for variable in files}}
    with standing(BY_NAME[name], cast) as running:
        process = subprocess.run(
            [ldapwhoami, "-Y", "EXTERNAL", "-Q", "-H", running.endpoints[0].url, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    assert process.stdout == "dn:uid=alice,ou=people,dc=lab,dc=test\n", process.stderr
