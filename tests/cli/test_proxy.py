"""Through real proxies: --via, and --connect and --sni beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.command import Document, certprobe, report
from tests.peers.nginx import Nginx
from tests.peers.process import HOST, free_port
from tests.peers.proxies import PASSWORD, USER, Proxies, microsocks, tinyproxy, tinyproxy_with
from tests.peers.site import VIRTUAL_HOST, Site


@pytest.fixture(scope="module")
def http_proxies() -> Iterator[Proxies]:
    with tinyproxy() as proxies:
        yield proxies


@pytest.fixture(scope="module")
def socks5_proxies() -> Iterator[Proxies]:
    with microsocks() as proxies:
        yield proxies


def probed(site: Site, nginx: Nginx, via: str, **env: str) -> Document:
    url = f"https://localhost:{nginx.anonymous}/"
    return report("https", url, "--trust", site.root_file, "--via", via, env=env)


def stage_of(document: Document) -> Document:
    return document["attempts"][0]["stages"][-1]  # type: ignore[no-any-return]


def test_http_proxy(site: Site, nginx: Nginx, http_proxies: Proxies) -> None:
    document = probed(site, nginx, f"http://{HOST}:{http_proxies.open}")
    assert document["verdict"]["exit_code"] == 0
    assert [stage["stage"] for stage in document["attempts"][0]["stages"]] == [
        "connect",
        "proxy",
        "handshake",
        "application",
    ]


def test_socks5_proxy(site: Site, nginx: Nginx, socks5_proxies: Proxies) -> None:
    assert probed(site, nginx, f"socks5://{HOST}:{socks5_proxies.open}")["verdict"]["exit_code"] == 0


@pytest.mark.parametrize(("password", "exit_code"), [(PASSWORD, 0), ("wrong", 3)])
def test_http_proxy_with_a_password(
    site: Site, nginx: Nginx, http_proxies: Proxies, password: str, exit_code: int
) -> None:
    via = f"http://{USER}@{HOST}:{http_proxies.guarded}"
    document = probed(site, nginx, via, CERTPROBE_PROXY_PASSWORD=password)
    assert document["verdict"]["exit_code"] == exit_code
    assert password not in str(document)
    if exit_code:
        assert (stage_of(document)["kind"], stage_of(document)["party"]) == ("proxy-authentication", "proxy")


@pytest.mark.parametrize(("password", "exit_code"), [(PASSWORD, 0), ("wrong", 3)])
def test_socks5_proxy_with_a_password(
    site: Site, nginx: Nginx, socks5_proxies: Proxies, password: str, exit_code: int
) -> None:
    via = f"socks5://{USER}@{HOST}:{socks5_proxies.guarded}"
    document = probed(site, nginx, via, CERTPROBE_PROXY_PASSWORD=password)
    assert document["verdict"]["exit_code"] == exit_code


def test_a_proxy_that_wants_a_password(site: Site, nginx: Nginx, http_proxies: Proxies) -> None:
    document = probed(site, nginx, f"http://{HOST}:{http_proxies.guarded}")
    cause = document["verdict"]["causes"][0]
    assert (document["verdict"]["exit_code"], cause["code"]) == (3, "proxy-authentication")
    assert "407" in cause["detail"]


def test_a_proxy_that_forbids_the_port(site: Site, nginx: Nginx) -> None:
    with tinyproxy_with("ConnectPort 443\n") as port:
        document = probed(site, nginx, f"http://{HOST}:{port}")
    cause = document["verdict"]["causes"][0]
    assert (document["verdict"]["exit_code"], cause["code"]) == (3, "proxy-refused")
    assert "403" in cause["detail"]


def test_a_proxy_that_reaches_nobody(site: Site, socks5_proxies: Proxies) -> None:
    options = ("--via", f"socks5://{HOST}:{socks5_proxies.open}", "--trust", site.root_file)
    cause = report("https", f"https://localhost:{free_port()}/", *options)["verdict"]["causes"][0]
    assert cause["code"] == "connection-refused"
    assert "SOCKS5 reply 5" in cause["detail"]


def test_a_proxy_that_is_not_there(nginx: Nginx) -> None:
    via = f"http://{HOST}:{free_port()}"
    document = report("https", f"https://localhost:{nginx.anonymous}/", "--via", via)
    assert stage_of(document)["party"] == "proxy"
    assert document["verdict"]["causes"][0]["title"] == "the proxy itself is not reached"


def test_a_proxy_password_needs_a_terminal_or_the_environment(nginx: Nginx) -> None:
    ran = certprobe("https", f"https://localhost:{nginx.anonymous}/", "--via", f"http://{USER}@{HOST}:1")
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert "CERTPROBE_PROXY_PASSWORD" in ran.stderr


def test_connect_dials_elsewhere_and_keeps_the_names(site: Site, nginx: Nginx) -> None:
    options = ("--connect", f"{HOST}:{nginx.by_name}", "--trust", site.root_file)
    document = report("https", f"https://{VIRTUAL_HOST}/", *options)
    attempt = document["attempts"][0]
    assert attempt["tls"]["server_name"] == VIRTUAL_HOST
    assert attempt["peer"] == f"{HOST}:{nginx.by_name}"
    assert attempt["asked"] == "list"


@pytest.mark.parametrize(("sni", "asked"), [(VIRTUAL_HOST, "list"), ("none", "not-asked")])
def test_sni_decides_who_answers(site: Site, nginx: Nginx, sni: str, asked: str) -> None:
    options = ("--sni", sni, "--trust", site.root_file)
    attempt = report("https", f"https://localhost:{nginx.by_name}/", *options)["attempts"][0]
    assert attempt["asked"] == asked
    assert attempt["tls"]["server_name"] == (None if sni == "none" else sni)
