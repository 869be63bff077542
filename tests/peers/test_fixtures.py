"""The peers behave as they are described, seen by tools that are not ours."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable

import pytest

from tests.peers.apache import Apache
from tests.peers.nginx import Nginx
from tests.peers.process import HOST, missing
from tests.peers.s_server import REQUEST, REQUIRE
from tests.peers.site import VIRTUAL_HOST, Identity, Site
from tests.peers.slapd import ALICE, Slapd

SECONDS = 20
LAB_ROOT = "DC = test, DC = lab, O = Lab, CN = Lab root"


def get(
    site: Site, port: int, client: Identity | None = None, path: str = "/", *, version: ssl.TLSVersion | None = None
) -> str:
    """The HTTP answer, by Python's own TLS."""
    context = ssl.create_default_context(cafile=site.root_file)
    context.post_handshake_auth = True
    if version is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    if client is not None:
        context.load_cert_chain(client.chain, client.key)
    with (
        socket.create_connection((HOST, port), SECONDS) as sock,
        context.wrap_socket(sock, server_hostname="localhost") as tls,
    ):
        # A server that refuses the certificate may have gone already; its alert is still there to be read.
        with contextlib.suppress(ConnectionError):
            tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while data := tls.recv(65536):
            answer += data
    return answer.decode()


def s_client(port: int, *options: str) -> str:
    """What `openssl s_client` prints about the handshake."""
    argv = (shutil.which("openssl") or missing("openssl is not installed"), "s_client", "-connect", f"{HOST}:{port}")
    run = subprocess.run((*argv, *options), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    return (run.stdout + run.stderr).decode(errors="replace")


def whoami(site: Site, url: str, client: Identity | None, *options: str) -> str:
    """What `ldapwhoami` prints after a bind by SASL EXTERNAL."""
    argv = (shutil.which("ldapwhoami") or missing("ldapwhoami is not installed (Debian package ldap-utils)"), *options)
    environment = {"LDAPTLS_CACERT": str(site.root_file), "PATH": os.defpath, "LDAPCONF": os.devnull}
    if client is not None:
        environment |= {"LDAPTLS_CERT": str(client.chain), "LDAPTLS_KEY": str(client.key)}
    command = (*argv, "-Q", "-Y", "EXTERNAL", "-H", url)
    run = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=False)
    return (run.stdout + run.stderr).decode()


@pytest.mark.parametrize("port", ["on", "on_tls12", "optional"])
def test_nginx_judges_the_client(site: Site, nginx: Nginx, port: str) -> None:
    number = getattr(nginx, port)
    without = get(site, number)
    if port == "optional":
        assert "verify=NONE" in without
    else:
        assert "No required SSL certificate was sent" in without
    assert "verify=SUCCESS subject=CN=alice,OU=people,DC=lab,DC=test" in get(site, number, site.clients.alice)
    for bad in (site.clients.expired, site.clients.foreign, site.clients.wrong_usage):
        assert "The SSL certificate error" in get(site, number, bad)


def test_nginx_lists(site: Site, nginx: Nginx) -> None:
    assert LAB_ROOT in s_client(nginx.on)
    assert "No client certificate CA names sent" in s_client(nginx.optional_no_ca)
    advertised = s_client(nginx.trusted_not_advertised).partition("Acceptable client certificate CA names")[2]
    assert "CN = Foreign root" in advertised
    assert "CN = Lab root" not in advertised
    assert "verify=SUCCESS" in get(site, nginx.trusted_not_advertised, site.clients.alice)
    assert "verify=FAILED" in get(site, nginx.optional_no_ca, site.clients.alice)


def test_nginx_asks_by_name(nginx: Nginx) -> None:
    assert "Acceptable client certificate CA names" not in s_client(nginx.by_name, "-noservername")
    assert "Acceptable client certificate CA names" in s_client(nginx.by_name, "-servername", VIRTUAL_HOST)


@pytest.mark.parametrize(
    ("port", "fault"),
    [
        ("expired", "certificate has expired"),
        ("wrong_name", "Hostname mismatch"),
        ("untrusted", "unable to get local issuer certificate"),
        ("wrong_usage", "unsuitable certificate purpose"),
    ],
)
def test_nginx_shows_bad_servers(site: Site, nginx: Nginx, port: str, fault: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=fault):
        get(site, getattr(nginx, port))


@pytest.mark.parametrize("port", ["anonymous", "rsa"])
def test_nginx_asks_nobody(site: Site, nginx: Nginx, port: str) -> None:
    assert "verify=NONE" in get(site, getattr(nginx, port), site.clients.alice)


def test_apache_whole_host(site: Site, apache: Apache) -> None:
    for port in (apache.require, apache.optional, apache.advertises_other):
        assert "X-Client: SUCCESS CN=alice,OU=people" in get(site, port, site.clients.alice)
        with pytest.raises(ssl.SSLError, match=r"(?i)expired"):
            get(site, port, site.clients.expired)
    assert "X-Client: NONE" in get(site, apache.optional)
    with pytest.raises(ssl.SSLError, match=r"(?i)certificate.required"):
        get(site, apache.require)
    assert "CN = Foreign root" in s_client(apache.advertises_other)
    assert LAB_ROOT in s_client(apache.require)


@pytest.mark.parametrize("port", ["location_tls12", "location_tls13"])
def test_apache_single_location(site: Site, apache: Apache, port: str) -> None:
    number = getattr(apache, port)
    assert "X-Client: NONE" in get(site, number, site.clients.alice, "/")
    assert "X-Client: SUCCESS CN=alice,OU=people" in get(site, number, site.clients.alice, "/secret/")
    with pytest.raises(ssl.SSLError, match=r"(?i)alert"):
        get(site, number, None, "/secret/")


@pytest.mark.parametrize(
    ("option", "version"),
    [
        ("-tls1", ssl.TLSVersion.TLSv1),
        ("-tls1_1", ssl.TLSVersion.TLSv1_1),
        ("-tls1_2", ssl.TLSVersion.TLSv1_2),
        ("-tls1_3", ssl.TLSVersion.TLSv1_3),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_s_server_versions(site: Site, s_server: Callable[..., int], option: str, version: ssl.TLSVersion) -> None:
    port = s_server(option, *REQUIRE)
    assert get(site, port, site.clients.alice, version=version).startswith("HTTP/1.0 200")
    for refused in (None, site.clients.foreign):
        with pytest.raises(ssl.SSLError, match=r"(?i)alert"):
            get(site, port, refused, version=version)


def test_s_server_without_names(s_server: Callable[..., int]) -> None:
    assert "No client certificate CA names sent" in s_client(s_server("-no_ca_names", *REQUEST))


def test_started_once_for_the_same_options(s_server: Callable[..., int]) -> None:
    assert s_server("-tls1_2") == s_server("-tls1_2")
    assert s_server("-tls1_2") != s_server("-tls1_3")


@pytest.mark.parametrize(
    ("verify_client", "client", "answer"),
    [
        ("never", "alice", "no mechanism available"),
        ("allow", "alice", f"dn:{ALICE}"),
        ("allow", "expired", f"dn:{ALICE}"),
        ("try", None, "no mechanism available"),
        ("try", "alice", f"dn:{ALICE}"),
        ("try", "expired", "Can't contact LDAP server"),
        ("demand", "alice", f"dn:{ALICE}"),
        ("demand", "unmapped", "dn:cn=unmapped,ou=machines,dc=lab,dc=test"),
        ("demand", "expired", "Can't contact LDAP server"),
    ],
)
def test_slapd_external(
    site: Site, slapd: Callable[..., Slapd], verify_client: str, client: str | None, answer: str
) -> None:
    ports = slapd(verify_client)
    identity = None if client is None else getattr(site.clients, client)
    assert answer in whoami(site, f"ldaps://{HOST}:{ports.ldaps}", identity)
    assert answer in whoami(site, f"ldap://{HOST}:{ports.ldap}", identity, "-ZZ")


def test_slapd_demands(site: Site, slapd: Callable[..., Slapd]) -> None:
    ports = slapd("demand")
    for url, options in ((f"ldaps://{HOST}:{ports.ldaps}", ()), (f"ldap://{HOST}:{ports.ldap}", ("-ZZ",))):
        assert "dn:" not in whoami(site, url, None, *options)
    assert LAB_ROOT in s_client(ports.ldaps)
    assert LAB_ROOT in s_client(ports.ldap, "-starttls", "ldap")


def test_slapd_without_tls(site: Site, slapd: Callable[..., Slapd]) -> None:
    ports = slapd(None)
    assert "unsupported extended operation" in whoami(site, f"ldap://{HOST}:{ports.ldap}", None, "-ZZ")


def test_slapd_with_another_certificate(site: Site, slapd: Callable[..., Slapd]) -> None:
    ports = slapd("never", server=site.servers.expired)
    assert "certificate has expired" in s_client(ports.ldaps, "-CAfile", str(site.root_file))
