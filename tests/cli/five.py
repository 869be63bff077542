"""A store of five identities of which one fits, as a person may have it, and what is to be said of each."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from certprobe.lab.pki import SERVER_AUTH, Authority, Issued
from tests.peers.keytool import PASSWORD, Store
from tests.peers.site import PEOPLE, Site

ALICE = f"CN=alice,{PEOPLE}"
LISTED = "CN=Lab root,O=Lab,DC=lab,DC=test"


class Told(NamedTuple):
    """Who it is, why it does not fit (None if it does), and the change that it needs."""

    subject: str
    reasons: tuple[str, ...]
    change: str | None


TOLD = {
    "late": Told(f"CN=late,{PEOPLE}", ("not-time-valid",), "have the certificate renewed"),
    "foreign": Told(
        f"CN=foreign,{PEOPLE}",
        ("issuer-not-listed",),
        f"use a certificate issued by {LISTED}; --select NUMBER sends it all the same",
    ),
    "web": Told(
        f"CN=web,{PEOPLE}",
        ("wrong-extended-key-usage",),
        "have the certificate issued with clientAuth in extKeyUsage, by a private CA if need be",
    ),
    "alice": Told(ALICE, (), None),
    "old": Told(
        f"CN=old,{PEOPLE}",
        ("not-time-valid", "wrong-key-usage", "issuer-not-listed"),
        f"have a new certificate issued by {LISTED}, with digitalSignature in keyUsage",
    ),
}


@cache
def five(site: Site) -> dict[str, Issued]:
    """The identities by name; those of the other CA come with its root, which is known to be one then."""
    yesterday = site.at - timedelta(days=1)
    return {
        "late": site.issuing.client("late", subject=TOLD["late"].subject, not_after=yesterday),
        "foreign": site.foreign_root.client("foreign", subject=TOLD["foreign"].subject),
        "web": site.issuing.client("web", subject=TOLD["web"].subject, extended_key_usage=(SERVER_AUTH,)),
        "alice": site.clients.alice.issued,
        "old": site.foreign_root.client(
            "old", subject=TOLD["old"].subject, not_after=yesterday, key_usage=["keyAgreement"]
        ),
    }


def pem(site: Site, directory: Path) -> Path:
    """One file: keys before and after, certificates in between, every CA's once."""
    issued = list(five(site).values())
    file = directory / "store.pem"
    file.write_bytes(
        b"".join(one.private_key_pem() for one in issued[::2])
        + b"".join(one.certificate_pem for one in issued)
        + b"".join(authority.issued.certificate_pem for authority in _authorities(site))
        + b"".join(one.private_key_pem() for one in issued[1::2])
    )
    return file


def tree(site: Site, directory: Path) -> Path:
    """A directory of files of every format, and one that is none of them."""
    home = directory / "store"
    home.mkdir()
    for number, (name, one) in enumerate(five(site).items()):
        if number % 2:
            (home / f"{number}-{name}.p12").write_bytes(one.pkcs12(PASSWORD, name))
        else:
            (home / f"{number}-{name}.crt").write_bytes(one.der)
            (home / f"{number}-{name}.key").write_bytes(one.private_key_pem())
    for number, authority in enumerate(_authorities(site)):
        (home / f"ca-{number}.der").write_bytes(authority.issued.der)
    (home / "README").write_text("Who put this here?\n")
    return home


def keytool(site: Site, directory: Path) -> Path:
    """A PKCS#12 file of five entries, as keytool fills it."""

    store = Store(directory / "store.p12", "PKCS12")
    for name, one in five(site).items():
        store.add_identity(name, one)
    store.add_certificate("foreign-root", site.foreign_root.issued.der)
    return store.file


def _authorities(site: Site) -> tuple[Authority, ...]:
    return site.issuing, site.foreign_root
