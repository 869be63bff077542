"""Apache httpd: client certificates for a whole host and for single locations, in TLS 1.2 and 1.3."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.peers.process import HOST, directory, free_port, missing, program, running
from tests.peers.site import Identity, Site

_MODULES = Path("/usr/lib/apache2/modules")
_LOADED = ("mpm_event", "authz_core", "dir", "headers", "reqtimeout", "socache_shmcb", "ssl")


class Apache(NamedTuple):
    """A running Apache: its ports.

    All serve `/` and `/secret/`, forbid `/forbidden`, and put the client's subject into `X-Client`.
    """

    require: int
    """SSLVerifyClient require for the whole host."""
    optional: int
    """SSLVerifyClient optional for the whole host."""
    location_tls12: int
    """`/secret/` requires a certificate, in TLS 1.2: by renegotiation."""
    location_tls13: int
    """`/secret/` requires a certificate, in TLS 1.3: by post-handshake authentication."""
    advertises_other: int
    """SSLVerifyClient require; SSLCADNRequestFile names the foreign root, the site's root is what is trusted."""
    impatient: int
    """SSLVerifyClient optional; waits a second for a handshake."""
    expired: int
    """Asks for no certificate, and shows the site's expired server certificate; likewise the following."""
    wrong_name: int
    untrusted: int


@contextlib.contextmanager
def apache(site: Site) -> Iterator[Apache]:
    """Run Apache with a virtual host on every port of `Apache`."""
    binary = program("apache2", package="apache2")
    if not _MODULES.is_dir():
        missing(f"no modules of Apache in {_MODULES} (Debian package apache2)")
    ports = Apache._make(free_port() for _ in Apache._fields)
    with directory("apache") as home:
        for page in (home / "www" / "index.txt", home / "www" / "secret" / "index.txt"):
            page.parent.mkdir()
            page.write_text(f"{page.parent.name}\n")
        config = home / "apache.conf"
        config.write_text(_config(site, ports, home))
        argv = (binary, "-d", str(home), "-f", str(config), "-DFOREGROUND")
        # Apache listens before it reads certificates, and writes the pid file when nothing can go wrong any more.
        with running(argv, cwd=home, ports=ports, pid_file=home / "apache.pid"):
            yield ports


def _config(site: Site, ports: Apache, home: Path) -> str:
    # A server started by root must change to an account that is not root.
    account = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    ca = f"SSLCACertificateFile {site.root_file}"
    secret = "<Location /secret/>\nSSLVerifyClient require\nSSLVerifyDepth 3\n</Location>"
    hosts = (
        _host(site, ports.require, f"{ca}\nSSLVerifyClient require"),
        _host(site, ports.optional, f"{ca}\nSSLVerifyClient optional"),
        _host(site, ports.location_tls12, f"{ca}\nSSLProtocol TLSv1.2\n{secret}"),
        _host(site, ports.location_tls13, f"{ca}\nSSLProtocol TLSv1.3\n{secret}"),
        _host(
            site,
            ports.advertises_other,
            f"{ca}\nSSLVerifyClient require\nSSLCADNRequestFile {site.foreign_root_file}",
        ),
        _host(site, ports.impatient, f"{ca}\nSSLVerifyClient optional\nRequestReadTimeout handshake=1"),
        _host(site, ports.expired, "", site.servers.expired),
        _host(site, ports.wrong_name, "", site.servers.wrong_name),
        _host(site, ports.untrusted, "", site.servers.untrusted),
    )
    return account + _common(home) + "".join(hosts)


def _common(home: Path) -> str:
    modules = "".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so\n" for name in _LOADED)
    return f"""\
{modules}ServerName localhost
PidFile {home}/apache.pid
DefaultRuntimeDir {home}
Mutex posixsem
ErrorLog {home}/error.log
LogLevel warn
StartServers 1
ServerLimit 2
ThreadsPerChild 8
MaxRequestWorkers 16
KeepAliveTimeout 5
DocumentRoot {home}/www
DirectoryIndex index.txt
<Directory {home}/www>
    Require all granted
</Directory>
<Location /forbidden>
    Require all denied
</Location>
SSLSessionCache none
SSLVerifyDepth 3
"""


def _host(site: Site, port: int, lines: str, identity: Identity | None = None) -> str:
    server = identity or site.servers.good
    return f"""\
Listen {HOST}:{port}
<VirtualHost {HOST}:{port}>
    SSLEngine on
    SSLCertificateFile {server.chain}
    SSLCertificateKeyFile {server.key}
    SSLVerifyDepth 3
    Header always set X-Client "%{{SSL_CLIENT_VERIFY}}s %{{SSL_CLIENT_S_DN}}s"
    {lines}
</VirtualHost>
"""
