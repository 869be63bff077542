"""Name constraints (RFC 5280 4.2.1.10): the extension as records, and which names lie within which subtrees.

Every name has a position: its components from the most general one, so that a subtree is a beginning of positions.
An IP address is a number instead, and its subtree a mask with a result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from certprobe.pki import der
from certprobe.pki.extensions import GeneralName, GeneralNameKind, decode_general_name, is_unknown_choice
from certprobe.pki.name import DistinguishedName

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_SUBTREES = 10_000
_LONGEST_HOST = 253


class GeneralSubtree(NamedTuple):
    """One GeneralSubtree; RFC 5280 knows no other `minimum` than 0 and no `maximum`."""

    base: GeneralName
    minimum: int = 0
    maximum: int | None = None

    @property
    def kind(self) -> GeneralNameKind:
        """The kind of the names it speaks of."""
        return self.base.kind


class NameConstraints(NamedTuple):
    """RFC 5280 4.2.1.10; a side that is absent is empty."""

    permitted: tuple[GeneralSubtree, ...]
    excluded: tuple[GeneralSubtree, ...]


def decode_name_constraints(data: bytes) -> NameConstraints:
    """Decode NameConstraints; both sides may be absent or empty, and unknown kinds of names are left out.

    Raises DerError.
    """
    sides: dict[int, tuple[GeneralSubtree, ...]] = {}
    for side in der.children(data, der.whole(data, der.SEQUENCE, "NameConstraints"), limit=2):
        if side.tag not in (0xA0, 0xA1) or any(tag >= side.tag for tag in sides):
            raise der.DerError(f"NameConstraints: unexpected tag 0x{side.tag:02x}")
        subtrees = (_subtree(data, child) for child in der.children(data, side, limit=_MOST_SUBTREES))
        sides[side.tag] = tuple(subtree for subtree in subtrees if subtree is not None)
    return NameConstraints(sides.get(0xA0, ()), sides.get(0xA1, ()))


def _subtree(data: bytes, encoded: der.Tlv) -> GeneralSubtree | None:
    der.expect(data, der.SEQUENCE, encoded.start, encoded.end, "GeneralSubtree")
    children = tuple(der.children(data, encoded, limit=3))
    if not children:
        raise der.DerError("GeneralSubtree is empty")
    if is_unknown_choice(children[0]):
        return None
    minimum, maximum = 0, None
    for distance in children[1:]:
        match distance.tag:
            case 0x80:
                minimum = der.integer(der.value(data, distance))
            case 0x81:
                maximum = der.integer(der.value(data, distance))
            case other:
                raise der.DerError(f"GeneralSubtree: unexpected tag 0x{other:02x}")
    return GeneralSubtree(decode_general_name(data, children[0]), minimum, maximum)


# -- forms of names

USER_PRINCIPAL_NAME: Final = "otherName 1.3.6.1.4.1.311.20.2.3"
"""The form of Microsoft's user principal names."""

SUPPORTED: Final = {
    GeneralNameKind.rfc822Name.name,
    GeneralNameKind.dNSName.name,
    GeneralNameKind.directoryName.name,
    GeneralNameKind.uniformResourceIdentifier.name,
    GeneralNameKind.iPAddress.name,
    USER_PRINCIPAL_NAME,
}
"""The forms whose subtrees are known."""


def form_of(name: GeneralName) -> str:
    """Return what must be equal for a constraint to speak of a name: its kind, and the type-id of an otherName."""
    if name.kind is GeneralNameKind.otherName:
        return f"{name.kind.name} {name.value.partition('=')[0]}"
    return name.kind.name


# -- positions

Position: TypeAlias = tuple[bytes | str | int, ...]

# Ends the labels of a host: no label is empty.
_END = ""


def position(name: GeneralName) -> Position | None:
    """Where a name of a supported form lies; None if it is nonsense, which no subtree contains."""
    match name.kind:
        case GeneralNameKind.dNSName:
            return dns_position(name.value)
        case GeneralNameKind.rfc822Name:
            return mailbox_position(name.value)
        case GeneralNameKind.otherName:
            return mailbox_position(_principal(name))
        case GeneralNameKind.uniformResourceIdentifier:
            return dns_position(_host(name.value))
        case GeneralNameKind.iPAddress:
            octets = _contents(name)
            return (len(octets), int.from_bytes(octets)) if len(octets) in (4, 16) else None
        case GeneralNameKind.directoryName:
            return directory_position(DistinguishedName(_contents(name)))
        case _:
            return None


def dns_position(name: str) -> Position | None:
    """The position of a DNS name, also of a wildcard, whose asterisk is a label like any other."""
    labels = _labels(name)
    return (*labels, _END) if labels else None


def mailbox_position(mailbox: str) -> Position | None:
    """The position of Local-part@Domain: behind its host; only the host is compared without regard to case."""
    local_part, at, host = mailbox.rpartition("@")
    labels = _labels(host)
    return (*labels, _END, _unquoted(local_part)) if at and labels else None


def directory_position(name: DistinguishedName) -> Position | None:
    """The position of a distinguished name: its RDNs as RFC 5280 7.1 compares them."""
    return None if name.fault else name.rdn_match_keys


def _labels(host: str) -> tuple[str, ...] | None:
    """The labels from the top level down, in lower case; None if it is no host's name."""
    host = host.removesuffix(".").lower()
    labels = tuple(reversed(host.split(".")))
    return labels if len(host) <= _LONGEST_HOST and all(labels) else None


def _unquoted(local_part: str) -> str:
    """Quoting does not make another mailbox (RFC 5321 4.1.2)."""
    if len(local_part) > 1 and local_part[0] == local_part[-1] == '"':
        return re.sub(r"\\(.)", r"\1", local_part[1:-1])
    return local_part


def _principal(name: GeneralName) -> str:
    """A user principal name; Active Directory compares it without regard to case."""
    return name.value.partition("=")[2].lower()


def _host(uri: str) -> str:
    """The host of a URI's authority (RFC 3986 3.2.2); empty if there is none."""
    _, slashes, rest = uri.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0] if slashes else ""
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        return host
    host, _, port = host.partition(":")
    return host if not port or port.isdecimal() else ""


def _contents(name: GeneralName) -> bytes:
    return der.value(name.der, der.read(name.der))


# -- subtrees


class _Beginning(NamedTuple):
    """All positions that begin alike for so many components; with a leading dot only those of subdomains."""

    length: int
    subdomains_only: bool = False

    def cut(self, position: Position) -> Position | None:
        if self.subdomains_only and position[self.length : self.length + 1] == (_END,):
            return None
        return position[: self.length]


class _Mask(NamedTuple):
    """All addresses of a family that are the same under a mask."""

    octets: int
    mask: int

    def cut(self, position: Position) -> Position | None:
        octets, address = position
        return (address & self.mask,) if octets == self.octets and isinstance(address, int) else None


_Area: TypeAlias = tuple[_Beginning | _Mask, Position]


class Subtrees:
    """Subtrees of one supported form; to ask for a name costs one look-up per length or mask among them.

    A base that is nonsense contains nothing.
    """

    def __init__(self, subtrees: Iterable[GeneralSubtree]) -> None:
        self._areas: dict[_Beginning | _Mask, dict[Position, GeneralSubtree]] = {}
        for subtree in subtrees:
            area = _area(subtree.base)
            if area is not None:
                self._areas.setdefault(area[0], {})[area[1]] = subtree

    def containing(self, position: Position) -> GeneralSubtree | None:
        """Return a subtree that contains the position, if any does."""
        for shape, areas in self._areas.items():
            key = shape.cut(position)
            if key is not None and key in areas:
                return areas[key]
        return None

    def reached_by_wildcard(self, position: Position) -> GeneralSubtree | None:
        """Return a subtree that holds a name which the wildcard stands for, whose asterisk is any one label."""
        parent = position[:-2]
        for key, subtree in self._areas.get(_Beginning(len(parent) + 1), {}).items():
            if key[:-1] == parent:
                return subtree
        return None


def _area(base: GeneralName) -> _Area | None:
    match base.kind:
        case GeneralNameKind.dNSName:
            return _beginning(base.value, ())
        case GeneralNameKind.uniformResourceIdentifier:
            return _beginning(base.value, (_END,))
        case GeneralNameKind.rfc822Name:
            return _mailboxes(base.value)
        case GeneralNameKind.otherName:
            return _mailboxes(_principal(base))
        case GeneralNameKind.iPAddress:
            return _network(_contents(base))
        case GeneralNameKind.directoryName:
            rdns = directory_position(DistinguishedName(_contents(base)))
            return None if rdns is None else (_Beginning(len(rdns)), rdns)
        case _:
            return None


def _beginning(host: str, end: Position) -> _Area | None:
    """A host, or with a leading dot its subdomains; nothing is everything."""
    if not host:
        return _Beginning(0), ()
    labels = _labels(host.removeprefix("."))
    if labels is None:
        return None
    if host.startswith("."):
        return _Beginning(len(labels), subdomains_only=True), labels
    return _Beginning(len(labels + end)), labels + end


def _mailboxes(base: str) -> _Area | None:
    """One mailbox, all of a host (which Microsoft's tools write `@host`), or all of the hosts in a domain."""
    local_part, _, host = base.rpartition("@")
    if not local_part:
        return _beginning(host, (_END,))
    mailbox = mailbox_position(base)
    return None if mailbox is None else (_Beginning(len(mailbox)), mailbox)


def _network(octets: bytes) -> _Area | None:
    if len(octets) not in (8, 32):
        return None
    half = len(octets) // 2
    mask = int.from_bytes(octets[half:])
    return _Mask(half, mask), (int.from_bytes(octets[:half]) & mask,)


# -- what RFC 5280 does not allow, though it can be read

_DNS_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.IGNORECASE)
_MAILBOX = re.compile(rf'(?P<local>[^\s@"<>()\[\],;:\\]+|"([^"\\]|\\.)*")@(?P<host>{_DNS_NAME.pattern})', re.IGNORECASE)


def name_flaw(name: GeneralName) -> str | None:
    """Say why a name of a supported form is none that RFC 5280 4.2.1.6 and 4.2.1.10 let be compared, or None."""
    match name.kind:
        case GeneralNameKind.dNSName:
            return None if _DNS_NAME.fullmatch(name.value.removeprefix("*.")) else "is no DNS name"
        case GeneralNameKind.rfc822Name:
            return None if _MAILBOX.fullmatch(name.value) else "is no mailbox"
        case GeneralNameKind.uniformResourceIdentifier:
            host = _host(name.value)
            return None if _DNS_NAME.fullmatch(host) and not _is_address(host) else "has no host that is a DNS name"
        case GeneralNameKind.iPAddress:
            return None if position(name) else "is no address of 4 or 16 octets"
        case GeneralNameKind.directoryName:
            return None if position(name) is not None else "is no distinguished name"
        case _:
            return None


def is_nonsense(base: GeneralName) -> bool:
    """Whether nobody can tell which names of a supported form lie in the subtree."""
    area = _area(base)
    return area is None or (isinstance(area[0], _Mask) and not _is_prefix(area))


def base_flaw(base: GeneralName) -> str | None:
    """Say why a base is none of RFC 5280 4.2.1.10, or None; forms that are not supported have no flaws."""
    match base.kind:
        case GeneralNameKind.dNSName:
            return None if not base.value or _DNS_NAME.fullmatch(base.value) else "is no DNS name"
        case GeneralNameKind.uniformResourceIdentifier:
            return None if not base.value or _DNS_NAME.fullmatch(base.value.removeprefix(".")) else "is no host"
        case GeneralNameKind.rfc822Name:
            host = base.value.removeprefix(".")
            fits = not host or _DNS_NAME.fullmatch(host) or _MAILBOX.fullmatch(base.value)
            return None if fits else "is neither a mailbox nor a host"
        case GeneralNameKind.iPAddress:
            return None if _is_prefix(_network(_contents(base))) else "is no address with the mask of a prefix"
        case GeneralNameKind.directoryName:
            return None if _area(base) is not None else "is no distinguished name"
        case _:
            return None


def _is_address(host: str) -> bool:
    return all(label.isdigit() for label in host.split("."))


def _is_prefix(area: _Area | None) -> bool:
    if area is None or not isinstance(area[0], _Mask):
        return False
    host_bits = (1 << 8 * area[0].octets) - 1 - area[0].mask
    return host_bits & (host_bits + 1) == 0
