"""Encoded GeneralNames and name constraints (RFC 5280 4.2.1.6, 4.2.1.10)."""

from __future__ import annotations

import ipaddress

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Extension, name_der

NAME_CONSTRAINTS = "2.5.29.30"
USER_PRINCIPAL_NAME = "1.3.6.1.4.1.311.20.2.3"


def dns(name: str) -> bytes:
    return tlv(0x82, name.encode())


def email(mailbox: str) -> bytes:
    return tlv(0x81, mailbox.encode())


def uri(text: str) -> bytes:
    return tlv(0x86, text.encode())


def address(text: str) -> bytes:
    """An address, or with `/` and the length of its prefix a network."""
    if "/" in text:
        network = ipaddress.ip_network(text)
        return tlv(0x87, network.network_address.packed, network.netmask.packed)
    return tlv(0x87, ipaddress.ip_address(text).packed)


def octets(contents: bytes) -> bytes:
    return tlv(0x87, contents)


def directory(rfc4514: str) -> bytes:
    return tlv(0xA4, name_der(rfc4514) if rfc4514 else sequence())


def other(type_id: str, text: str) -> bytes:
    return tlv(0xA0, oid(type_id), tlv(0xA0, tlv(0x0C, text.encode())))


def upn(principal: str) -> bytes:
    return other(USER_PRINCIPAL_NAME, principal)


def registered(dotted: str) -> bytes:
    return tlv(0x88, oid(dotted)[2:])


def subtree(base: bytes, *distances: bytes) -> bytes:
    return sequence(base, *distances)


def constraints(*, permitted: tuple[bytes, ...] = (), excluded: tuple[bytes, ...] = ()) -> bytes:
    """NameConstraints with these bases; a side without any is left out."""
    sides = ((0xA0, permitted), (0xA1, excluded))
    return sequence(*(tlv(tag, *map(subtree, bases)) for tag, bases in sides if bases))


def constraining(
    *, permitted: tuple[bytes, ...] = (), excluded: tuple[bytes, ...] = (), critical: bool = True
) -> Extension:
    """The extension that says so."""
    return Extension(NAME_CONSTRAINTS, constraints(permitted=permitted, excluded=excluded), critical)
