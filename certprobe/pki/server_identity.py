"""Is this certificate the server's that was asked for? (RFC 9525 6, or with Windows' fallback to the commonName)"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Literal, NamedTuple

from certprobe.pki import extensions
from certprobe.pki.extensions import GeneralNameKind

if TYPE_CHECKING:
    from certprobe.pki.certificate import Certificate

_LONGEST_NAME = 255


class NameRules(enum.Enum):
    """What names a certificate's holder."""

    WINDOWS = "windows"
    """The subjectAltName, and without a dNSName there the commonName too."""
    RFC_6125 = "rfc6125"
    """The subjectAltName, and without a dNSName or an iPAddress there the commonName, as many did before RFC 9525."""
    WEBPKI = "webpki"
    """RFC 9525 and RFC 5280: the subjectAltName alone."""


class NameMatch(NamedTuple):
    """Whether a name matched, by which kind of presented identifier, and every identifier that was compared."""

    matched: bool
    by: Literal["dNSName", "iPAddress", "CN"] | None
    presented: tuple[str, ...]


def match_server_name(certificate: Certificate, name: str, rules: NameRules = NameRules.WINDOWS) -> NameMatch:
    """Match a server name, a DNS name in A-labels or an IP address, against what the certificate presents.

    To Windows, a dNSName silences the commonName, and so does a subjectAltName that cannot be decoded (SEMANTICS of
    Windows); an iPAddress does not, as Windows 10 answered BetterTLS in 2016. RFC 9525 has no commonName at all. A
    wildcard is the whole leftmost label and stands for exactly one. An IP address is only ever compared with addresses.
    """
    address = _ip_address(name)
    names = certificate.subject_alt_names or ()
    dns_names = tuple(n.value for n in names if n.kind is GeneralNameKind.dNSName)
    addresses = tuple(n.value for n in names if n.kind is GeneralNameKind.iPAddress)
    presented = dns_names + addresses
    if address is not None and address in addresses:
        return NameMatch(True, "iPAddress", presented)
    if address is None and any(matches_dns_name(pattern, name) for pattern in dns_names):
        return NameMatch(True, "dNSName", presented)
    silencing = dns_names if rules is NameRules.WINDOWS else presented
    if rules is NameRules.WEBPKI or silencing or is_undecodable(certificate):
        return NameMatch(False, None, presented)
    # A NUL at the end belongs to certificates whose maker counted C's terminator; Windows takes them.
    common_names = tuple(text.rstrip("\x00") for text in certificate.subject.common_names)
    matched = any(_is_named(text, name, address) for text in common_names)
    return NameMatch(matched, "CN" if matched else None, presented + common_names)


def _is_named(common_name: str, name: str, address: str | None) -> bool:
    return matches_dns_name(common_name, name) if address is None else _ip_address(common_name) == address


def is_undecodable(certificate: Certificate) -> bool:
    """Whether there is a subjectAltName of which nobody can tell what it says."""
    present = any(certificate.extension(oid) for oid in (extensions.SUBJECT_ALT_NAME, extensions.OLD_SUBJECT_ALT_NAME))
    return present and certificate.subject_alt_names is None


def matches_dns_name(pattern: str, name: str) -> bool:
    """Match one presented DNS identifier, possibly a wildcard or U-labels, against a DNS name in A-labels."""
    presented, wanted = _labels(pattern), _labels(name)
    if not presented or not wanted or len(presented) != len(wanted):
        return False
    if presented[0] == "*" and len(presented) > 1:
        return presented[1:] == wanted[1:]
    return presented == wanted


def _labels(name: str) -> list[str]:
    """Split into lower-case A-labels; empty if it is no DNS name."""
    if not name.isascii():
        try:
            name = name[:_LONGEST_NAME].encode("idna").decode("ascii")
        except UnicodeError:
            return []
    labels = name.removesuffix(".").lower().split(".")
    return labels if len(name) <= _LONGEST_NAME and all(labels) else []


def _ip_address(name: str) -> str | None:
    """Return the one spelling of an IP address, as `GeneralName.value` has it; None if it is none."""
    if ":" not in name and not name[-1:].isdigit():
        return None
    from ipaddress import ip_address

    try:
        return str(ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        return None
