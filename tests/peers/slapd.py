"""OpenLDAP's slapd: StartTLS and LDAPS, SASL EXTERNAL, one mapped user."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from tests.peers.process import HOST, directory, free_port, program, running
from tests.peers.site import PEOPLE, Identity, Site

VerifyClient: TypeAlias = Literal["never", "allow", "try", "demand"]
"""TLSVerifyClient of slapd.conf(5)."""

SUFFIX = "DC=lab,DC=test"
ALICE = "uid=alice,ou=people,dc=lab,dc=test"
"""What WhoAmI answers for the site's alice, after `dn:`."""

_SCHEMAS = ("core", "cosine", "inetorgperson")
_LDIF = """\
dn: dc=lab,dc=test
objectClass: dcObject
objectClass: organization
dc: lab
o: Lab

dn: ou=people,dc=lab,dc=test
objectClass: organizationalUnit
ou: people

dn: uid=alice,ou=people,dc=lab,dc=test
objectClass: inetOrgPerson
uid: alice
cn: Alice of the lab
sn: Lab
userPassword: alice
"""


class Slapd(NamedTuple):
    """A running slapd: its ports for StartTLS (`ldap`) and for TLS from the first byte (`ldaps`)."""

    ldap: int
    ldaps: int


@contextlib.contextmanager
def slapd(
    site: Site,
    verify_client: VerifyClient | None = "demand",
    *,
    server: Identity | None = None,
    lines: tuple[str, ...] = (),
    entries: str = "",
) -> Iterator[Slapd]:
    """Run slapd with the site's root as TLSCACertificateFile; `lines` are added to the global part of slapd.conf.

    `entries` are LDIF for more of the tree below SUFFIX.

    Without `verify_client` it knows no TLS: it refuses StartTLS, and closes the connections to its `ldaps` port.
    A subject `CN=x,OU=people,DC=lab,DC=test` is mapped to `uid=x,ou=people,dc=lab,dc=test`, every other one to nothing.
    Debian's slapd is linked with GnuTLS: it judges the client's certificate after the handshake, looks at no extended
    key usage, and TLSProtocolMin does nothing (use `TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.2`).
    """
    binary = program("slapd", package="slapd")
    ports = Slapd(free_port(), free_port())
    with directory("slapd") as home:
        config = home / "slapd.conf"
        config.write_text(_config(home, _tls(site, server or site.servers.good, verify_client) + lines))
        _load(home, config, _LDIF + entries)
        urls = f"ldap://{HOST}:{ports.ldap}/ ldaps://{HOST}:{ports.ldaps}/"
        # Any level of debugging, 0 too, keeps slapd in the foreground.
        with running((binary, "-d", "0", "-f", str(config), "-h", urls), ports=ports, cwd=home):
            yield ports


def _tls(site: Site, server: Identity, verify_client: VerifyClient | None) -> tuple[str, ...]:
    if verify_client is None:
        return ()
    return (
        f"TLSCACertificateFile {site.root_file}",
        f"TLSCertificateFile {server.chain}",
        f"TLSCertificateKeyFile {server.key}",
        f"TLSVerifyClient {verify_client}",
    )


def _config(home: Path, global_lines: tuple[str, ...]) -> str:
    mapped = f"^cn=([^,]+),{PEOPLE.lower()}$"
    return "\n".join(
        (
            *(f"include /etc/ldap/schema/{schema}.schema" for schema in _SCHEMAS),
            "modulepath /usr/lib/ldap",
            "moduleload back_mdb",
            f"pidfile {home / 'slapd.pid'}",
            f'authz-regexp "{mapped}" "uid=$1,{PEOPLE.lower()}"',
            *global_lines,
            "database mdb",
            f'suffix "{SUFFIX}"',
            f"directory {home}",
            "maxsize 1048576",
            "access to attrs=userPassword by anonymous auth",
            "access to * by * read",
            "",
        )
    )


def _load(home: Path, config: Path, entries: str) -> None:
    ldif = home / "lab.ldif"
    ldif.write_text(entries)
    argv = (program("slapadd", package="slapd"), "-q", "-f", str(config), "-l", str(ldif))
    subprocess.run(argv, cwd=home, check=True, stdout=subprocess.DEVNULL)
