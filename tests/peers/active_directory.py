"""The attributes of Active Directory by which certificates are mapped, as a schema and entries for slapd."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Final

from tests.peers.slapd import SUFFIX

_ATTRIBUTES: Final = (
    # Name, OID (MS-ADA1, MS-ADA3), syntax and matching rule.
    ("altSecurityIdentities", "1.2.840.113556.1.4.867", "1466.115.121.1.15 EQUALITY caseIgnoreMatch"),
    ("userPrincipalName", "1.2.840.113556.1.4.656", "1466.115.121.1.15 EQUALITY caseIgnoreMatch SINGLE-VALUE"),
    ("dNSHostName", "1.2.840.113556.1.4.619", "1466.115.121.1.15 EQUALITY caseIgnoreMatch SINGLE-VALUE"),
    ("sAMAccountName", "1.2.840.113556.1.4.221", "1466.115.121.1.15 EQUALITY caseIgnoreMatch SINGLE-VALUE"),
    ("objectSid", "1.2.840.113556.1.4.146", "1466.115.121.1.40 EQUALITY octetStringMatch SINGLE-VALUE"),
    ("whenCreated", "1.2.840.113556.1.2.2", "1466.115.121.1.24 EQUALITY generalizedTimeMatch SINGLE-VALUE"),
    ("userAccountControl", "1.2.840.113556.1.4.8", "1466.115.121.1.27 EQUALITY integerMatch SINGLE-VALUE"),
)


def schema() -> tuple[str, ...]:
    """Lines for the global part of slapd.conf."""
    names = " $ ".join(name for name, _, _ in _ATTRIBUTES)
    return (
        *(f"attributetype ( {oid} NAME '{name}' {_syntax(rest)} )" for name, oid, rest in _ATTRIBUTES),
        f"objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY MAY ( {names} ) )",
    )


def _syntax(rest: str) -> str:
    number, _, others = rest.partition(" ")
    rule, _, single = others.removeprefix("EQUALITY ").partition(" ")
    return f"EQUALITY {rule} SYNTAX 1.3.6.1.4.1.{number} {single}".rstrip()


def user(name: str, attributes: Iterable[tuple[str, str | bytes]] = (), suffix: str = SUFFIX) -> str:
    """An entry in LDIF, `CN=name` right below the suffix."""
    lines = [f"dn: cn={name},{suffix.lower()}", "objectClass: person", "objectClass: user", f"cn: {name}", "sn: x"]
    for kind, value in attributes:
        octets = value.encode() if isinstance(value, str) else value
        lines.append(f"{kind}:: {base64.b64encode(octets).decode()}")
    return "\n" + "\n".join(lines) + "\n"
