"""Names: any bytes are answered within bounds, RFC 4514 text can be read back, and spelling does not matter."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from certprobe.lab.der import oid, sequence, tlv
from certprobe.pki import der
from certprobe.pki.name import ATTRIBUTE_TYPES, DistinguishedName

Attribute = tuple[str, int, bytes]
Name = list[list[Attribute]]

ENCODINGS = {
    der.UTF8_STRING: "utf-8",
    der.BMP_STRING: "utf-16-be",
    der.UNIVERSAL_STRING: "utf-32-be",
    der.TELETEX_STRING: "latin-1",
    der.PRINTABLE_STRING: "ascii",
    der.IA5_STRING: "ascii",
}
HIGHEST = {0x0C: 0x10FFFF, 0x1E: 0xFFFF, 0x1C: 0x10FFFF, 0x14: 0xFF, 0x13: 0x7F, 0x16: 0x7F}
SURROGATES = range(0xD800, 0xE000)
# What RFC 4514 escapes, what RFC 4518 maps, and what may not reach a terminal.
SPECIAL = ' ,+=#;<>\\"\0\n\x1b\xad\xa0\xdf\u0301\u200b\u202e\u3000\ufb01\U0001f422'

types = st.sampled_from([*ATTRIBUTE_TYPES, "1.2.3.4", "2.999.1"])


@st.composite
def strings(draw: st.DrawFn) -> tuple[int, bytes]:
    tag = draw(st.sampled_from(list(ENCODINGS)))
    special = [character for character in SPECIAL if ord(character) <= HIGHEST[tag]]
    any_code = st.integers(0, HIGHEST[tag]).map(lambda code: "x" if code in SURROGATES else chr(code))
    return tag, draw(st.text(st.one_of(st.sampled_from(special), any_code), max_size=12)).encode(ENCODINGS[tag])


values = st.one_of(strings(), st.tuples(st.sampled_from([0x02, 0x03, 0x0C, 0x1E, 0x30, 0xA0]), st.binary(max_size=8)))
attributes = st.builds(lambda kind, value: (kind, *value), types, values)
names = st.lists(st.lists(attributes, min_size=1, max_size=3), max_size=5)
words = st.lists(st.text("abcXYZ019", min_size=1, max_size=6), min_size=1, max_size=3)


def encode(name: Name) -> bytes:
    return sequence(*(tlv(0x31, *(sequence(oid(t), tlv(tag, v)) for t, tag, v in rdn)) for rdn in name))


def readings(name: DistinguishedName) -> tuple[object, ...]:
    return name.rfc4514, name.match_key, name.rdns, name.fault, name.common_names, hash(name), repr(name), str(name)


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda b: b"\x30" + bytes([len(b)]) + b)))
def test_any_bytes_are_answered(data: bytes) -> None:
    name = DistinguishedName(data)
    readings(name)
    assert name == DistinguishedName(data)
    assert len(name.rfc4514) <= 4 * len(data) + 1


@given(names, st.data())
def test_damaged_names_are_answered(name: Name, data: st.DataObject) -> None:
    damaged = bytearray(encode(name))
    position = data.draw(st.integers(0, len(damaged) - 1))
    damaged[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for octets in (bytes(damaged), bytes(damaged[:cut])):
        readings(DistinguishedName(octets))
        assert len(DistinguishedName(octets).rfc4514) <= 4 * len(octets) + 1


@given(names)
def test_rfc4514_text_can_be_read_back(name: Name) -> None:
    expected = [[(kind, shown(kind, tag, value)) for kind, tag, value in rdn] for rdn in reversed(name)]
    assert parse(DistinguishedName(encode(name)).rfc4514) == expected


def shown(kind: str, tag: int, value: bytes) -> str | bytes:
    """The text of a readable string of a known type, else the DER."""
    encoding = ENCODINGS.get(tag) if kind in ATTRIBUTE_TYPES else None
    try:
        return value.decode(encoding) if encoding else tlv(tag, value)
    except UnicodeDecodeError:
        return tlv(tag, value)


def parse(text: str) -> list[list[tuple[str, str | bytes]]]:
    """RFC 4514 3, by the separators that no backslash stands before."""
    if not text:
        return []
    return [[attribute(part) for part in separated(rdn, r"\+")] for rdn in separated(text, ",")]


def separated(text: str, separator: str) -> list[str]:
    token = re.compile(rf"(?:[^\\{separator}]|\\.)*", re.DOTALL)
    parts, position = [], 0
    while True:
        match = token.match(text, position)
        assert match is not None
        parts.append(match[0])
        if match.end() == len(text):
            return parts
        position = match.end() + 1


OIDS = {name: dotted for dotted, name in ATTRIBUTE_TYPES.items()}


def attribute(text: str) -> tuple[str, str | bytes]:
    kind, _, value = text.partition("=")
    if value.startswith("#"):
        return OIDS.get(kind, kind), bytes.fromhex(value[1:])
    assert not value.startswith(" ")
    assert not re.search(r"(?<!\\) $", value)
    return OIDS[kind], re.sub(r"\\(00|.)", lambda m: "\0" if m[1] == "00" else m[1], value, flags=re.DOTALL)


@given(words, st.data())
def test_case_blanks_and_string_type_do_not_matter(text: list[str], data: st.DataObject) -> None:
    blanks = st.text(" ", min_size=1, max_size=3)
    spelled = "".join(data.draw(st.sampled_from([w, w.lower(), w.upper()])) + data.draw(blanks) for w in text)
    tag = data.draw(st.sampled_from([der.UTF8_STRING, der.PRINTABLE_STRING, der.IA5_STRING, der.BMP_STRING]))
    other = DistinguishedName(encode([[("2.5.4.3", tag, spelled.encode(ENCODINGS[tag]))]]))
    one = DistinguishedName(encode([[("2.5.4.3", der.UTF8_STRING, " ".join(text).encode())]]))
    assert one == other
    assert hash(one) == hash(other)


@given(names)
def test_the_values_of_an_rdn_have_no_order(name: Name) -> None:
    shuffled = [list(reversed(rdn)) for rdn in name]
    assert DistinguishedName(encode(name)) == DistinguishedName(encode(shuffled))


@given(names, names)
def test_equal_names_have_equal_hashes_and_other_names_other_keys(one: Name, other: Name) -> None:
    left, right = DistinguishedName(encode(one)), DistinguishedName(encode(other))
    assert (left == right) == (left.match_key == right.match_key)
    if left == right:
        assert hash(left) == hash(right)
    if len(one) != len(other):
        assert left != right
