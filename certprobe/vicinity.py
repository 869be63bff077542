"""Where an address leads: to everybody's network, or to a place that strangers must not send us to.

A certificate names the URLs of its CRLs and issuers, and whoever made it may be anybody. Fetching whatever it names
would let him reach, through us, what only we can reach: a service of this machine, a router, a cloud's metadata.
"""

from __future__ import annotations

import enum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final


class Vicinity(enum.Enum):
    """Whose an address is; the values complete "it is ..."."""

    PUBLIC = "a public address"
    PRIVATE = "a private address"
    LINK_LOCAL = "a link-local address"
    LOOPBACK = "a loopback address"
    UNSPECIFIED = "the unspecified address"
    MULTICAST = "a multicast address"


PUBLIC_ONLY: Final = frozenset({Vicinity.PUBLIC})
ALL_UNICAST: Final = frozenset({Vicinity.PUBLIC, Vicinity.PRIVATE, Vicinity.LINK_LOCAL, Vicinity.LOOPBACK})

# Prefixes whose last 32 bits are the IPv4 address that a translator goes to: RFC 6052 2.1, RFC 8215.
_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def vicinity(ip: str) -> Vicinity:
    """Classify an IP literal, one with a zone id too; an IPv4 address inside an IPv6 address counts as itself.

    Everything that is not globally reachable and has no better word is private: also reserved and documentation ranges.
    """
    address = _inner(ip_address(ip))
    if address.is_unspecified:
        return Vicinity.UNSPECIFIED
    if address.is_loopback:
        return Vicinity.LOOPBACK
    if address.is_link_local:
        return Vicinity.LINK_LOCAL
    if address.is_multicast:
        return Vicinity.MULTICAST
    is_site_local = isinstance(address, IPv6Address) and address.is_site_local
    return Vicinity.PUBLIC if address.is_global and not is_site_local else Vicinity.PRIVATE


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address to which an IPv6 address leads: mapped, NAT64, 6to4, Teredo, and the old compatible form."""
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo
    inner = address.ipv4_mapped or address.sixtofour or (teredo and teredo[1])
    if inner:
        return inner
    number = int(address)
    if any(address in network for network in _NAT64) or 1 < number < 1 << 32:
        return IPv4Address(number & 0xFFFFFFFF)
    return address
