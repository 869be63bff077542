"""nginx: one process, one port per way of asking for a client certificate."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.peers.process import HOST, directory, free_port, program, running
from tests.peers.site import VIRTUAL_HOST, Identity, Site

_BODY = "verify=$ssl_client_verify subject=$ssl_client_s_dn\\n"
_COMMON = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
    access_log off;
    default_type text/plain;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    ssl_verify_depth 3;
    keepalive_timeout 5s;
"""


class Nginx(NamedTuple):
    """A running nginx: its ports. All answer 200 with `verify=... subject=...` to whom they let in, 400 to others."""

    anonymous: int
    """Asks for no certificate."""
    on: int
    """ssl_verify_client on."""
    on_tls12: int
    """The same in TLS 1.2 only."""
    optional: int
    optional_no_ca: int
    """ssl_verify_client optional_no_ca, without a CA file: an empty list."""
    trusted_not_advertised: int
    """ssl_verify_client on; advertises the foreign root, accepts certificates of the site's root as well."""
    by_name: int
    """Asks for a certificate only if the client names dc1.lab.test (SNI)."""
    impatient: int
    """ssl_verify_client optional; waits a second for a handshake."""
    expired: int
    """Asks for no certificate, and shows the site's expired server certificate; likewise the following."""
    wrong_name: int
    untrusted: int
    wrong_usage: int
    rsa: int


@contextlib.contextmanager
def nginx(site: Site) -> Iterator[Nginx]:
    """Run nginx with a virtual host on every port of `Nginx`."""
    binary = program("nginx", package="nginx")
    ports = Nginx._make(free_port() for _ in Nginx._fields)
    with directory("nginx") as home:
        config = home / "nginx.conf"
        config.write_text(_config(site, ports))
        argv = (binary, "-p", str(home), "-e", "stderr", "-c", str(config))
        with running(argv, ports=ports, cwd=home):
            yield ports


def _config(site: Site, ports: Nginx) -> str:
    # The worker of a server started by root would lose the right to read the directory of the tests.
    user = "user root;\n" if os.geteuid() == 0 else ""
    good, ca = site.servers.good, f"ssl_client_certificate {site.root_file};"
    on = f"ssl_verify_client on; {ca}"
    hosts = (
        _host(ports.anonymous, good, ""),
        _host(ports.on, good, on),
        _host(ports.on_tls12, good, on, protocols="TLSv1.2"),
        _host(ports.optional, good, f"ssl_verify_client optional; {ca}"),
        _host(ports.optional_no_ca, good, "ssl_verify_client optional_no_ca;"),
        _host(ports.trusted_not_advertised, good, _trusted_not_advertised(site.foreign_root_file, site.root_file)),
        _host(ports.by_name, good, ""),
        _host(ports.by_name, site.servers.virtual, f"server_name {VIRTUAL_HOST}; {on}"),
        _host(ports.impatient, good, f"ssl_verify_client optional; {ca} client_header_timeout 1s;"),
        _host(ports.expired, site.servers.expired, ""),
        _host(ports.wrong_name, site.servers.wrong_name, ""),
        _host(ports.untrusted, site.servers.untrusted, ""),
        _host(ports.wrong_usage, site.servers.wrong_usage, ""),
        _host(ports.rsa, site.servers.rsa, ""),
    )
    return user + _COMMON + "".join(hosts) + "}\n"


def _host(port: int, server: Identity, lines: str, *, protocols: str = "TLSv1.2 TLSv1.3") -> str:
    return f"""\
    server {{
        listen {HOST}:{port} ssl;
        ssl_protocols {protocols};
        ssl_certificate {server.chain};
        ssl_certificate_key {server.key};
        {lines}
        location / {{ return 200 "{_BODY}"; }}
    }}
"""


def _trusted_not_advertised(advertised: Path, trusted: Path) -> str:
    return f"ssl_verify_client on; ssl_client_certificate {advertised}; ssl_trusted_certificate {trusted};"
