"""Our server against clients that we did not write: `openssl s_client` and `gnutls-cli`, every version they have."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from certprobe.errors import FailureKind, ProtocolError
from certprobe.tls.acceptor import ServerContext, ServerOptions, TlsAcceptor
from certprobe.tls.client_hello import ClientHello
from certprobe.tls.enums import AlertDescription, AlertLevel, ProtocolVersion
from certprobe.tls.events import (
    AlertReceived,
    AlertSent,
    ApplicationData,
    CertificateRequested,
    HandshakeCompleted,
    PeerCertificates,
    Phase,
    TlsEvent,
)
from certprobe.tls.messages import Announced
from certprobe.tls.openssl import Compatibility, Requirement, VersionRange
from certprobe.tls.openssl_server import EmptyList
from tests.peers.channel import Channel, listening
from tests.peers.process import HOST, program
from tests.peers.site import Identity, Site
from tests.selection.credentials import credential
from tests.tls.wired import TLS10, TLS12, TLS13, Told, at, drain

SECONDS = 30
S_CLIENT = dict(zip(ProtocolVersion, ("-tls1", "-tls1_1", "-tls1_2", "-tls1_3"), strict=True))
GNUTLS = dict(zip(ProtocolVersion, ("1.0", "1.1", "1.2", "1.3"), strict=True))
VERSIONS = pytest.mark.parametrize("version", ProtocolVersion, ids=lambda version: version.name)


class Reached(NamedTuple):
    """A server that answers one line with another, and goes; it asks beforehand if `late` says so."""

    port: int
    told: Told
    ended: threading.Event


@contextlib.contextmanager
def serving(options: ServerOptions, *, late: Requirement = Requirement.NONE) -> Iterator[Reached]:
    told: Told = []
    ended = threading.Event()
    shared = ServerContext(options)

    def serve(channel: Channel) -> None:
        try:
            converse(channel, TlsAcceptor(shared))
        finally:
            ended.set()

    def converse(channel: Channel, tls: TlsAcceptor) -> None:
        while not (told and isinstance(told[-1], ProtocolError | AlertSent)):
            tls.receive_data(channel.receive())
            for event in drain(tls):
                told.append(event)
                match event:
                    case ApplicationData() if late is not Requirement.NONE:
                        tls.request_certificate(late)
                    case ApplicationData() | HandshakeCompleted(Phase.RENEGOTIATION | Phase.POST_HANDSHAKE):
                        tls.send(b"welcome\n")
                        tls.close()
                    case _:
                        pass
            told.extend(drain(tls))
            channel.send(tls.data_to_send())

    with listening(serve) as port:
        yield Reached(port, told, ended)


def options(site: Site, version: ProtocolVersion | None, requirement: Requirement) -> ServerOptions:
    return ServerOptions(
        credential(site.servers.good.issued),
        requirement,
        (site.root.issued.subject,),
        versions=VersionRange(TLS10, TLS13) if version is None else at(version),
    )


def run(argv: list[str | Path], until: bytes) -> bytes:
    """What a client prints to the end, with its standard input open until it printed `until`."""
    said = b""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            client.stdin.write(b"hello\n")
            client.stdin.flush()
        while until not in said and (more := os.read(client.stdout.fileno(), 65536)):
            said += more
        with contextlib.suppress(BrokenPipeError):
            client.stdin.close()
        return said + client.stdout.read()


def s_client(site: Site, port: int, *more: str, who: Identity | None = None) -> bytes:
    argv: list[str | Path] = [program("openssl", package="openssl"), "s_client", "-enable_pha", "-quiet", "-no_ign_eof"]
    argv += ["-connect", f"{HOST}:{port}", "-servername", "dc1.lab.test", "-CAfile", site.root_file]
    argv += ["-cipher", "DEFAULT@SECLEVEL=0", *more]
    if who is not None:
        argv += ["-cert", who.certificate, "-cert_chain", who.chain, "-key", who.key]
    return run(argv, b"welcome\n")


def gnutls_cli(site: Site, port: int, version: ProtocolVersion, who: Identity | None) -> bytes:
    argv: list[str | Path] = [program("gnutls-cli", package="gnutls-bin"), "--post-handshake-auth", "--port", str(port)]
    argv += ["--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{GNUTLS[version]}:%COMPAT", "--x509cafile", site.root_file]
    argv += ["--no-ca-verification", "--sni-hostname", "dc1.lab.test"]
    if who is not None:
        argv += ["--x509certfile", who.chain, "--x509keyfile", who.key]
    return run([*argv, HOST], b"welcome\n")


def names(told: list[TlsEvent | ProtocolError]) -> list[str]:
    return [type(each).__name__ for each in told]


FIRST = ["ClientHello", "ServerHello", "CertificateRequested", "PeerCertificates", "HandshakeCompleted"]


def asked(told: Told, version: ProtocolVersion, who: Identity | None) -> None:
    """It is told in order; s_client sends its own certificate once more with the chain."""
    assert names(told)[:6] == [*FIRST, "ApplicationData"]
    assert isinstance(told[0], ClientHello)
    assert (told[0].server_name, told[0].faults) == ("dc1.lab.test", ())
    assert told[0].post_handshake_auth == (version == TLS13)
    shown = () if who is None else (who.issued.der, *who.issued.chain)
    assert isinstance(told[3], PeerCertificates)
    assert (tuple(dict.fromkeys(told[3].certificates)), told[3].faults) == (shown, ())


@VERSIONS
@pytest.mark.parametrize("has", ["certificate", "none"])
def test_s_client(site: Site, version: ProtocolVersion, has: str) -> None:
    who = site.clients.alice if has == "certificate" else None
    with serving(options(site, version, Requirement.OPTIONAL)) as server:
        assert b"welcome\n" in s_client(site, server.port, S_CLIENT[version], who=who)
        asked(server.told, version, who)


@VERSIONS
@pytest.mark.parametrize("has", ["certificate", "none"])
def test_gnutls_cli(site: Site, version: ProtocolVersion, has: str) -> None:
    who = site.clients.alice if has == "certificate" else None
    with serving(options(site, version, Requirement.OPTIONAL)) as server:
        assert b"welcome\n" in gnutls_cli(site, server.port, version, who)
        asked(server.told, version, who)


@VERSIONS
def test_every_version_at_one_port(site: Site, version: ProtocolVersion) -> None:
    usual = options(site, None, Requirement.REQUIRED)
    with serving(usual._replace(compatibility=Compatibility.LEGACY)) as server:
        assert b"welcome\n" in s_client(site, server.port, S_CLIENT[version], who=site.clients.alice)
        asked(server.told, version, site.clients.alice)


@pytest.mark.parametrize("version", [TLS12, TLS13], ids=lambda version: version.name)
def test_asked_late(site: Site, version: ProtocolVersion) -> None:
    with serving(options(site, version, Requirement.NONE), late=Requirement.OPTIONAL) as server:
        said = s_client(site, server.port, S_CLIENT[version], who=site.clients.alice)
        assert b"welcome\n" in said
        again = FIRST if version == TLS12 else FIRST[2:]
        assert names(server.told)[:4] == ["ClientHello", "ServerHello", "HandshakeCompleted", "ApplicationData"]
        assert names(server.told)[4 : 4 + len(again)] == again


@pytest.mark.parametrize("version", [TLS12, TLS13], ids=lambda version: version.name)
@pytest.mark.parametrize("empty", EmptyList, ids=lambda empty: empty.name)
def test_asked_as_a_mirror_asks(site: Site, version: ProtocolVersion, empty: EmptyList) -> None:
    """s_client takes the empty extension, which RFC 8446 does not have."""
    mirror = options(site, version, Requirement.OPTIONAL)._replace(
        certificate_authorities=(), empty_list=empty, signature_algorithms=(0x0804, 0x0403)
    )
    with serving(mirror) as server:
        assert b"welcome\n" in s_client(site, server.port, S_CLIENT[version], who=site.clients.alice)
        (request,) = (event.request for event in server.told if isinstance(event, CertificateRequested))
        assert request.signature_algorithms == (0x0804, 0x0403)
        is_absent = version == TLS13 and empty is EmptyList.EXTENSION_ABSENT
        assert request.announced is (Announced.EXTENSION_ABSENT if is_absent else Announced.EMPTY_LIST)


def test_gnutls_breaks_off_at_an_empty_extension(site: Site) -> None:
    """RFC 8446 4.2.4 wants a name at least; OpenSSL does not mind."""
    mirror = options(site, TLS13, Requirement.OPTIONAL)._replace(
        certificate_authorities=(), empty_list=EmptyList.EMPTY_EXTENSION
    )
    with serving(mirror) as server:
        assert b"Error decoding the received TLS packet" in gnutls_cli(site, server.port, TLS13, None)
        assert names(server.told)[:3] == FIRST[:3]
        assert server.ended.wait(SECONDS)
        assert server.told[3] == AlertReceived(AlertLevel.fatal, AlertDescription.decode_error)


def test_client_that_renegotiates(site: Site) -> None:
    """`R` is s_client's command for it."""
    with serving(options(site, TLS12, Requirement.NONE)) as server:
        argv = [program("openssl", package="openssl"), "s_client", "-connect", f"{HOST}:{server.port}", "-tls1_2"]
        client = subprocess.run(argv, input=b"R\n", capture_output=True, timeout=SECONDS, check=False)
        assert b"no renegotiation" in client.stderr
        refused = AlertSent(AlertLevel.warning, AlertDescription.no_renegotiation)
        assert names(server.told)[3:5] == ["ClientHello", "AlertSent"]
        assert refused in server.told


def test_curl_without_tls(site: Site) -> None:
    with serving(options(site, None, Requirement.NONE)) as server:
        argv = [program("curl", package="curl"), "--silent", f"http://{HOST}:{server.port}/"]
        subprocess.run(argv, capture_output=True, timeout=SECONDS, check=False)
        (failure,) = server.told
        assert isinstance(failure, ProtocolError)
        assert failure.kind is FailureKind.NOT_TLS
        assert str(failure).startswith("the client speaks HTTP without TLS")


@pytest.mark.parametrize("option", ["simple", "StartTLS"])
def test_ldap_client_without_tls(site: Site, option: str) -> None:
    more = ("-ZZ",) if option == "StartTLS" else ()
    with serving(options(site, None, Requirement.NONE)) as server:
        argv = (program("ldapwhoami", package="ldap-utils"), "-x", "-H", f"ldap://{HOST}:{server.port}", *more)
        subprocess.run(argv, capture_output=True, timeout=SECONDS, check=False)
        (failure,) = server.told
        assert isinstance(failure, ProtocolError)
        words = "the client asks for StartTLS" if more else "the client speaks LDAP without TLS"
        assert (failure.kind, str(failure).partition(", on a port")[0]) == (FailureKind.NOT_TLS, words)
