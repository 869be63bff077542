"""Distinguished names from text, in the notations that people have them in."""

from __future__ import annotations

import enum
import re
from typing import Final, NamedTuple, TypeAlias

from certprobe.errors import DecodeError
from certprobe.pki import der
from certprobe.pki.name import ATTRIBUTE_TYPES, DistinguishedName

_LONGEST: Final = 65_535  # RFC 5246 7.4.4: a name of a certificate_authorities list is no longer
_MOST_ATTRIBUTES: Final = 1_000
# What other programs call them: OpenSSL, Windows and Java.
_ALIASES: Final = {
    "GN": "2.5.4.42",
    "G": "2.5.4.42",
    "I": "2.5.4.43",
    "S": "2.5.4.8",
    "T": "2.5.4.12",
    "POBOX": "2.5.4.18",
    "PHONE": "2.5.4.20",
    "E": "1.2.840.113549.1.9.1",
    "EMAIL": "1.2.840.113549.1.9.1",
}
_TYPES: Final = {name.upper(): oid for oid, name in ATTRIBUTE_TYPES.items()} | {
    **_ALIASES,
    "COMMONNAME": "2.5.4.3",
    "COUNTRYNAME": "2.5.4.6",
    "LOCALITYNAME": "2.5.4.7",
    "STATEORPROVINCENAME": "2.5.4.8",
    "ORGANIZATIONNAME": "2.5.4.10",
    "ORGANIZATIONALUNITNAME": "2.5.4.11",
    "SURNAME": "2.5.4.4",
    "USERID": "0.9.2342.19200300.100.1.1",
    "DOMAINCOMPONENT": "0.9.2342.19200300.100.1.25",
}
_DOTTED: Final = re.compile(r"(?:OID\.)?([0-2](?:\.(?:0|[1-9][0-9]{0,38})){1,40})", re.IGNORECASE)
_TYPE: Final = re.compile(r" *([A-Za-z][A-Za-z0-9-]*|(?:OID\.)?[0-9]+(?:\.[0-9]+)+) *= *", re.IGNORECASE)
_PAIR: Final = re.compile(r"([0-9A-Fa-f]{2})")
_HEXADECIMAL: Final = re.compile(r"#((?:[0-9A-Fa-f]{2})+)")
_SLASH: Final = re.compile(r"/(?=(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)=)")


class Order(enum.Enum):
    """Which end of the text is the root of the directory."""

    MOST_SPECIFIC_FIRST = "RFC 4514"
    AS_ENCODED = "OpenSSL"


class _Attribute(NamedTuple):
    oid: str
    value: bytes


_Rdn: TypeAlias = list[_Attribute]


def parse_name(text: str, order: Order = Order.MOST_SPECIFIC_FIRST) -> DistinguishedName:
    """Read RFC 4514 text, or what OpenSSL makes of it ("C = GB, O = \\"Corp, Inc.\\", CN = x"); raises DecodeError.

    Blanks around separators do not count, values may stand in quotation marks (RFC 2253 4), attribute types are known
    by several names in either case or as dotted OIDs. Also read is a malformed name's `#` with its DER.
    What text does not tell are the string types, for which UTF8String is taken; comparing does not heed them.
    """
    text = _bounded(text)
    if whole := _HEXADECIMAL.fullmatch(text.rstrip()):
        return DistinguishedName(bytes.fromhex(whole[1]))
    rdns = _Reader(text).rdns()
    return _encoded(rdns[::-1] if order is Order.MOST_SPECIFIC_FIRST else rdns)


def parse_oneline(text: str) -> DistinguishedName:
    """Read what OpenSSL's X509_NAME_oneline writes, "/C=GB/O=Corp/CN=x"; raises DecodeError.

    A slash within a value is told from one between values by what follows it.
    """
    first, *parts = _SLASH.split(_bounded(text))
    if first or not parts:
        raise DecodeError(f"no name as /C=.../CN=...: {text[:80]!r}")
    return _encoded([[_oneline_attribute(part)] for part in parts[:_MOST_ATTRIBUTES]])


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise DecodeError(f"a name of {len(text)} characters is none: {text[:40]!r}...")
    return text.lstrip()


def _oneline_attribute(part: str) -> _Attribute:
    kind, _, value = part.partition("=")
    unescaped = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), value)
    try:
        octets = unescaped.encode("latin-1")
    except UnicodeEncodeError:
        octets = unescaped.encode()
    return _attribute(kind, octets)


class _Reader:
    """A cursor over "type=value" with separators between."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def rdns(self) -> list[_Rdn]:
        """Read to the end."""
        rdns: list[_Rdn] = [[]]
        while sum(map(len, rdns)) < _MOST_ATTRIBUTES:
            rdns[-1].append(self._attribute())
            if self._at >= len(self._text):
                return rdns
            separator, self._at = self._text[self._at], self._at + 1
            if separator != "+":
                rdns.append([])
        raise DecodeError(f"a name of more than {_MOST_ATTRIBUTES} attributes: {self._text[:40]!r}...")

    def _attribute(self) -> _Attribute:
        found = _TYPE.match(self._text, self._at)
        if found is None:
            raise DecodeError(f"no TYPE=VALUE at character {self._at + 1} of {self._text[:80]!r}")
        self._at = found.end()
        if self._text.startswith("#", self._at):
            return self._hexadecimal(found[1])
        return _attribute(found[1], self._value())

    def _hexadecimal(self, kind: str) -> _Attribute:
        """RFC 4514 2.4: the BER of the value."""
        found = _HEXADECIMAL.match(self._text, self._at)
        if found is None:
            raise DecodeError(f"no hexadecimal digits after # at character {self._at + 1} of {self._text[:80]!r}")
        self._at = found.end()
        self._skip_blanks()
        self._require_separator()
        return _Attribute(_oid(kind), bytes.fromhex(found[1]))

    def _value(self) -> bytes:
        if self._text.startswith('"', self._at):
            self._at += 1
            value = self._until('"')
            if self._at >= len(self._text):
                raise DecodeError(f"a quotation mark is not closed in {self._text[:80]!r}")
            self._at += 1
            self._skip_blanks()
            self._require_separator()
            return value
        return self._until(",;+")

    def _until(self, ends: str) -> bytes:
        """Unescape up to one of these characters; blanks before it that are not escaped do not count."""
        value = bytearray()
        kept = 0
        while self._at < len(self._text) and (character := self._text[self._at]) not in ends:
            self._at += 1
            if character != "\\":
                value += character.encode(errors="surrogatepass")
                kept = kept if character == " " and ends != '"' else len(value)
                continue
            value += self._escaped()
            kept = len(value)
        return bytes(value[:kept])

    def _escaped(self) -> bytes:
        if pair := _PAIR.match(self._text, self._at):
            self._at = pair.end()
            return bytes.fromhex(pair[1])
        if self._at >= len(self._text):
            raise DecodeError(f"nothing follows the last backslash of {self._text[:80]!r}")
        self._at += 1
        return self._text[self._at - 1].encode(errors="surrogatepass")

    def _skip_blanks(self) -> None:
        while self._text.startswith(" ", self._at):
            self._at += 1

    def _require_separator(self) -> None:
        if self._at < len(self._text) and self._text[self._at] not in ",;+":
            raise DecodeError(f"a value goes on after its end at character {self._at + 1} of {self._text[:80]!r}")


def _oid(kind: str) -> str:
    if dotted := _DOTTED.fullmatch(kind):
        return dotted[1]
    if (oid := _TYPES.get(kind.upper())) is None:
        raise DecodeError(f"{kind} is no attribute type that is known here; its dotted OID would be")
    return oid


def _attribute(kind: str, octets: bytes) -> _Attribute:
    try:
        octets.decode()
    except UnicodeDecodeError:
        octets = octets.decode("latin-1").encode()
    return _Attribute(_oid(kind), der.encoded(der.UTF8_STRING, octets))


def _encoded(rdns: list[_Rdn]) -> DistinguishedName:
    encoded = []
    for rdn in rdns:
        members = [
            der.encoded(der.SEQUENCE, der.encoded(der.OBJECT_IDENTIFIER, _arcs(oid)), value) for oid, value in rdn
        ]
        encoded.append(der.encoded(der.SET, *sorted(members)))
    return DistinguishedName(der.encoded(der.SEQUENCE, *encoded))


def _arcs(dotted: str) -> bytes:
    first, second, *others = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (40 * first + second, *others):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        octets += bytes(reversed(digits))
    return bytes(octets)
