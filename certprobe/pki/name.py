"""Distinguished names: raw DER, RFC 4514 text, and the comparison of RFC 5280 7.1."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from certprobe.pki import der

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")

COMMON_NAME: Final = "2.5.4.3"

# RFC 4514 3, RFC 4519 2, and for EV certificates the names of the CA/Browser Forum's EV Guidelines 7.1.4.2.
ATTRIBUTE_TYPES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.18": "postOfficeBox",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.42": "givenName",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.45": "x500UniqueIdentifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionLocalityName",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionStateOrProvinceName",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionCountryName",
}

_MOST_RDNS = 10_000
_LONGEST_CACHED = 512


class Attribute(NamedTuple):
    """One AttributeTypeAndValue: dotted `type`, decoded `text` (None if not a readable string), the value's DER."""

    type: str
    text: str | None
    tag: int
    value: bytes


class _Name(NamedTuple):
    """The encoded RDNs; `malformed` says why there are none."""

    rdns: tuple[bytes, ...]
    malformed: str | None


class _Rdn(NamedTuple):
    attributes: tuple[Attribute, ...]
    fault: str | None


class DistinguishedName:
    """A Name of RFC 5280 4.1.2.4 as its DER; any bytes will do, `fault` tells when they are no Name.

    Equality and hash follow RFC 5280 7.1: see `match_key`.
    """

    __slots__ = ("_match_key", "der")

    def __init__(self, der: bytes) -> None:
        self.der = der
        self._match_key: bytes | None = None

    @property
    def match_key(self) -> bytes:
        """Equal for two names exactly when they match.

        Strings of a known character set are compared without regard to case, to their ASN.1 type and to the number of
        blanks (RFC 4518 2); TeletexString, whose character set nobody can tell, by its exact value; other values and
        malformed names by their DER. The values of a multi-valued RDN have no order.
        """
        if self._match_key is None:
            self._match_key = _cached(_match_key, self.der)
        return self._match_key

    @property
    def rdn_match_keys(self) -> tuple[bytes, ...]:
        """What `match_key` is to the name, for each RDN in the order of the DER; empty if malformed."""
        return tuple(_cached(_rdn_key, rdn) for rdn in _cached(_split, self.der).rdns)

    @property
    def rfc4514(self) -> str:
        """The name as RFC 4514 text, most significant RDN last; `#` and hexadecimal digits if it is no Name.

        Control and bidirectional characters are kept as they are; escape them before showing them.
        """
        return _cached(_rfc4514, self.der)

    @property
    def rdns(self) -> tuple[tuple[Attribute, ...], ...]:
        """The RDNSequence in the order of the DER; empty if malformed."""
        return tuple(_cached(_rdn, rdn).attributes for rdn in _cached(_split, self.der).rdns)

    @property
    def fault(self) -> str | None:
        """What is wrong with the encoding, or None."""
        name = _cached(_split, self.der)
        return name.malformed or next((fault for rdn in name.rdns if (fault := _cached(_rdn, rdn).fault)), None)

    @property
    def common_names(self) -> tuple[str, ...]:
        """Every readable commonName, in the order of the DER."""
        return tuple(
            attribute.text
            for rdn in self.rdns
            for attribute in rdn
            if attribute.type == COMMON_NAME and attribute.text is not None
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DistinguishedName):
            return NotImplemented
        return self.der == other.der or self.match_key == other.match_key

    def __hash__(self) -> int:
        return hash(self.match_key)

    def __repr__(self) -> str:
        return f"DistinguishedName({self.rfc4514!r})"

    def __str__(self) -> str:
        return self.rfc4514


EMPTY_NAME: Final = DistinguishedName(b"\x30\x00")


# Caches of two levels: whole names come back with every handshake, and names of one issuer share most of their RDNs.


@lru_cache(maxsize=4096)
def _split(name: bytes) -> _Name:
    try:
        sequence = der.whole(name, der.SEQUENCE, "Name")
        rdns = tuple(der.element(name, rdn) for rdn in der.children(name, sequence, limit=_MOST_RDNS))
        for rdn in rdns:
            _cached(_rdn, rdn)
    except der.DerError as error:
        return _Name((), str(error))
    return _Name(rdns, None)


@lru_cache(maxsize=8192)
def _rdn(encoded: bytes) -> _Rdn:
    """Decode a RelativeDistinguishedName; raise DerError if it is malformed."""
    attributes = []
    fault: str | None = None
    for member in der.children(encoded, der.whole(encoded, der.SET, "RelativeDistinguishedName")):
        attribute, odd = _attribute(encoded, member)
        attributes.append(attribute)
        fault = fault or odd
    if not attributes:
        raise der.DerError("RelativeDistinguishedName is empty")
    return _Rdn(tuple(attributes), fault)


def _attribute(rdn: bytes, member: der.Tlv) -> tuple[Attribute, str | None]:
    kind = der.expect(rdn, der.OBJECT_IDENTIFIER, member.value_start, member.end, "AttributeType")
    value = der.read(rdn, kind.end, member.end)
    if member.tag != der.SEQUENCE or value.end != member.end:
        raise der.DerError("AttributeTypeAndValue is no SEQUENCE of two values")
    oid = der.object_identifier(der.value(rdn, kind))
    encoded = der.element(rdn, value)
    try:
        return Attribute(oid, der.string(value.tag, der.value(rdn, value)), value.tag, encoded), None
    except der.DerError as error:
        return Attribute(oid, None, value.tag, encoded), f"{ATTRIBUTE_TYPES.get(oid, oid)}: {error}"


@lru_cache(maxsize=4096)
def _match_key(name: bytes) -> bytes:
    if (plain := _plain_match_key(name)) is not None:
        return plain
    found = _cached(_split, name)
    if found.malformed:
        return b"\x00" + name
    return b"\x01" + b"".join([_cached(_rdn_key, rdn) for rdn in found.rdns])


def _plain_match_key(name: bytes) -> bytes | None:
    """Read a name whose RDNs are one short ASCII string each in one go; None for any other name.

    Nearly every CA's name is one, a trust store has many, and the general way costs several times as much.
    """
    end = len(name)
    offset = 3 if name[1:2] == b"\x81" else 2
    if name[:1] != b"\x30" or end <= offset or name[offset - 1] != end - offset:
        return None
    keys = [b"\x01"]
    while offset + 6 < end:
        set_tag, set_length, sequence_tag, sequence_length, oid_tag, oid_length = name[offset : offset + 6]
        string, following = offset + 6 + oid_length, offset + 2 + set_length
        text = name[string + 2 : following]
        if (
            (set_tag, sequence_tag, oid_tag) != (der.SET, der.SEQUENCE, der.OBJECT_IDENTIFIER)
            or set_length >= 0x80
            or sequence_length != set_length - 2
            or not string + 2 <= following <= end
            or name[string] not in _PLAIN_STRINGS
            or name[string + 1] != len(text)
            or not (text.isascii() and text.decode("ascii").isprintable())
        ):
            return None
        try:
            oid = der.object_identifier(name[offset + 6 : string])
        except der.DerError:
            return None
        keys.append(b"1:" + _framed(oid, b"=", b" ".join(text.lower().split())))
        offset = following
    return b"".join(keys) if offset == end else None


_PLAIN_STRINGS: Final = (der.PRINTABLE_STRING, der.UTF8_STRING, der.IA5_STRING)


@lru_cache(maxsize=8192)
def _rdn_key(encoded: bytes) -> bytes:
    members = sorted(map(_attribute_key, _cached(_rdn, encoded).attributes))
    return b"%d:%b" % (len(members), b"".join(members))


def _attribute_key(attribute: Attribute) -> bytes:
    if attribute.text is None:
        return _framed(attribute.type, b"#", attribute.value)
    if attribute.tag == der.TELETEX_STRING:
        return _framed(attribute.type, b"T", attribute.text.encode())
    return _framed(attribute.type, b"=", prepared(attribute.text).encode())


def _framed(oid: str, kind: bytes, value: bytes) -> bytes:
    return b"%b%b%d:%b" % (oid.encode(), kind, len(value), value)


def prepared(text: str) -> str:
    """Prepare a string for caseIgnoreMatch (RFC 4518 2): case folded, normalised, blanks squeezed."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    from unicodedata import category, normalize

    mapped = "".join(" " if c.isspace() else c for c in text if c.isspace() or category(c) not in ("Cc", "Cf"))
    return " ".join(normalize("NFKC", normalize("NFKC", mapped).casefold()).split())


@lru_cache(maxsize=4096)
def _rfc4514(name: bytes) -> str:
    found = _cached(_split, name)
    if found.malformed:
        return "#" + name.hex()
    return ",".join(["+".join(map(_attribute_text, _cached(_rdn, rdn).attributes)) for rdn in reversed(found.rdns)])


def _attribute_text(attribute: Attribute) -> str:
    descriptor = ATTRIBUTE_TYPES.get(attribute.type)
    if descriptor is None or attribute.text is None:
        return f"{descriptor or attribute.type}=#{attribute.value.hex()}"
    return f"{descriptor}={_escaped(attribute.text)}"


_ESCAPES = str.maketrans({"\0": "\\00"} | {c: "\\" + c for c in '"+,;<>\\'})


def _escaped(text: str) -> str:
    escaped = text.translate(_ESCAPES)
    if escaped.startswith(("#", " ")):
        escaped = "\\" + escaped
    if escaped.endswith(" ") and len(text) > 1:
        escaped = escaped[:-1] + "\\ "
    return escaped


def _cached(compute: _lru_cache_wrapper[T], encoded: bytes) -> T:
    """Keep a hostile peer from filling the caches with long names that nobody meets twice."""
    return compute(encoded) if len(encoded) <= _LONGEST_CACHED else compute.__wrapped__(encoded)
