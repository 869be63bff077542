"""The certificates of the place where all peers live: one root, one issuing CA, servers and clients good and bad."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from certprobe.lab.pki import CLIENT_AUTH, SERVER_AUTH, Authority, Issued, rsa_key
from tests.peers.process import HOST

PKCS12_PASSWORD = b"correct horse"
PEOPLE = "OU=people,DC=lab,DC=test"
VIRTUAL_HOST = "dc1.lab.test"


class Identity(NamedTuple):
    """A certificate with its key, in memory and as the files that servers and tools want."""

    issued: Issued
    certificate: Path
    """The certificate alone, PEM."""
    chain: Path
    """The certificate and its issuers without the root, PEM."""
    key: Path
    """The private key, PKCS#8 PEM, unencrypted."""


class Servers(NamedTuple):
    """Server identities; all but `untrusted` end in the site's root."""

    good: Identity
    """localhost, 127.0.0.1."""
    virtual: Identity
    """dc1.lab.test, 127.0.0.1."""
    expired: Identity
    wrong_name: Identity
    """other.lab.test, no address."""
    untrusted: Identity
    """Right in itself, of a root that nobody was told of."""
    wrong_usage: Identity
    """Its extended key usage is clientAuth alone."""
    rsa: Identity
    """Like `good`, with an RSA key."""


class Clients(NamedTuple):
    """Client identities, named after what becomes of them at a server that trusts the site's root."""

    alice: Identity
    """CN=alice in `PEOPLE`, by the issuing CA; the directory maps her."""
    unmapped: Identity
    """Accepted, but no entry of the directory stands for it."""
    expired: Identity
    """CN=alice once more, out of time since yesterday."""
    foreign: Identity
    """CN=alice once more, of a root that the servers do not trust."""
    wrong_usage: Identity
    """Its extended key usage is serverAuth alone."""


class Site(NamedTuple):
    """Everything the peers are configured from, and what a client needs to talk to them."""

    directory: Path
    at: datetime
    root: Authority
    issuing: Authority
    foreign_root: Authority
    root_file: Path
    """The site's root, PEM: what clients and servers trust."""
    authorities_file: Path
    """Root and issuing CA, PEM."""
    foreign_root_file: Path
    servers: Servers
    clients: Clients
    store_file: Path
    """Keys and certificates of foreign, expired, unmapped and alice, in no order and with text between, PEM."""
    pkcs12_file: Path
    """Alice with her chain, under `PKCS12_PASSWORD`."""


def build(directory: Path, at: datetime) -> Site:
    """Issue everything for the time `at` and write the files into the directory."""
    root = Authority.root("Lab root", at=at, subject="CN=Lab root,O=Lab,DC=lab,DC=test")
    issuing = root.intermediate("Lab issuing CA", subject="CN=Lab issuing CA,O=Lab,DC=lab,DC=test")
    foreign_root = Authority.root("Foreign root", at=at)
    servers = _servers(directory, issuing, foreign_root)
    clients = _clients(directory, issuing, foreign_root)
    return Site(
        directory=directory,
        at=at,
        root=root,
        issuing=issuing,
        foreign_root=foreign_root,
        root_file=_write(directory / "root.pem", root.issued.certificate_pem),
        authorities_file=_write(
            directory / "authorities.pem", root.issued.certificate_pem + issuing.issued.certificate_pem
        ),
        foreign_root_file=_write(directory / "foreign-root.pem", foreign_root.issued.certificate_pem),
        servers=servers,
        clients=clients,
        store_file=_write(directory / "store.pem", _store(clients, issuing)),
        pkcs12_file=_write(directory / "alice.p12", clients.alice.issued.pkcs12(PKCS12_PASSWORD, "Alice of the lab")),
    )


def write_identity(directory: Path, name: str, issued: Issued) -> Identity:
    """One more identity as files in the directory, for the tests that need their own."""
    return Identity(
        issued,
        certificate=_write(directory / f"{name}.crt", issued.certificate_pem),
        chain=_write(directory / f"{name}.pem", issued.chain_pem),
        key=_write(directory / f"{name}.key", issued.private_key_pem()),
    )


def _servers(directory: Path, issuing: Authority, foreign_root: Authority) -> Servers:
    names = ("localhost", HOST)
    yesterday = issuing.at - timedelta(days=1)
    issued = {
        "good": issuing.server(*names),
        "virtual": issuing.server(VIRTUAL_HOST, HOST),
        "expired": issuing.server(*names, not_after=yesterday),
        "wrong_name": issuing.server("other.lab.test"),
        "untrusted": foreign_root.server(*names),
        "wrong_usage": issuing.server(*names, extended_key_usage=(CLIENT_AUTH,)),
        "rsa": issuing.server(*names, key=rsa_key()),
    }
    return Servers(**{name: write_identity(directory, f"server-{name}", each) for name, each in issued.items()})


def _clients(directory: Path, issuing: Authority, foreign_root: Authority) -> Clients:
    alice, yesterday = f"CN=alice,{PEOPLE}", issuing.at - timedelta(days=1)
    issued = {
        "alice": issuing.client("alice", subject=alice),
        "unmapped": issuing.client("unmapped", subject="CN=unmapped,OU=machines,DC=lab,DC=test"),
        "expired": issuing.client("alice", subject=alice, not_after=yesterday),
        "foreign": foreign_root.client("alice", subject=alice),
        "wrong_usage": issuing.client("alice", subject=alice, extended_key_usage=(SERVER_AUTH,)),
    }
    return Clients(**{name: write_identity(directory, f"client-{name}", each) for name, each in issued.items()})


def _store(clients: Clients, issuing: Authority) -> bytes:
    foreign, expired, unmapped, alice = (
        identity.issued for identity in (clients.foreign, clients.expired, clients.unmapped, clients.alice)
    )
    return b"\n".join(
        (
            b"Bag Attributes\n    friendlyName: not a PEM block",
            unmapped.private_key_pem(),
            foreign.certificate_pem,
            alice.private_key_pem(),
            expired.certificate_pem,
            issuing.issued.certificate_pem,
            foreign.private_key_pem(),
            b"-- text between the blocks --",
            alice.certificate_pem,
            unmapped.certificate_pem,
            expired.private_key_pem(),
        )
    )


def _write(path: Path, content: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
