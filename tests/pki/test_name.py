from __future__ import annotations

import pytest

from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.pki import der
from certprobe.pki.name import EMPTY_NAME, DistinguishedName

CN, C, O, OU, DC = "2.5.4.3", "2.5.4.6", "2.5.4.10", "2.5.4.11", "0.9.2342.19200300.100.1.25"  # noqa: E741
Value = tuple[str, int, bytes]


def name(*rdns: Value | list[Value]) -> DistinguishedName:
    """A name of RDNs; a list is a multi-valued one."""
    sets = (rdn if isinstance(rdn, list) else [rdn] for rdn in rdns)
    return DistinguishedName(sequence(*(tlv(0x31, *(sequence(oid(t), tlv(g, v)) for t, g, v in s)) for s in sets)))


def utf8(kind: str, text: str) -> Value:
    return kind, der.UTF8_STRING, text.encode()


def printable(kind: str, text: str) -> Value:
    return kind, der.PRINTABLE_STRING, text.encode()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (name(), ""),
        (name(printable(C, "DE"), utf8(O, "Lab"), utf8(CN, "alice")), "CN=alice,O=Lab,C=DE"),
        (name((DC, der.IA5_STRING, b"test"), (DC, der.IA5_STRING, b"lab")), "DC=lab,DC=test"),
        (name([utf8(CN, "a"), utf8(OU, "b")], utf8(O, "c")), "O=c,CN=a+OU=b"),
        (name(utf8(O, "Sue, Grabbit and Runn")), r"O=Sue\, Grabbit and Runn"),
        (name(utf8(CN, ' "#+;<>\\ ')), r"CN=\ \"#\+\;\<\>\\\ "),
        (name(utf8(CN, "#1")), r"CN=\#1"),
        (name(utf8(CN, " ")), r"CN=\ "),
        (name(utf8(CN, "")), "CN="),
        (name(utf8(CN, "a\x00b")), r"CN=a\00b"),
        (name(utf8(CN, "a  b")), "CN=a  b"),
        (name(utf8(CN, "\x1b[31m\u202eevil\n")), "CN=\x1b[31m\u202eevil\n"),
        (name((CN, der.TELETEX_STRING, b"Z\xfcrich")), "CN=Zürich"),
        (name((CN, der.BMP_STRING, "Żółw".encode("utf-16-be"))), "CN=Żółw"),
        (name((CN, der.UNIVERSAL_STRING, "🐢".encode("utf-32-be"))), "CN=🐢"),
        (name(utf8("1.2.3.4", "x")), "1.2.3.4=#0c0178"),
        (name((CN, der.INTEGER, b"\x05")), "CN=#020105"),
        (name((CN, der.UTF8_STRING, b"\xff")), "CN=#0c01ff"),
        (name(("1.2.840.113549.1.9.1", der.IA5_STRING, b"a@b")), "emailAddress=a@b"),
        (name(printable("1.3.6.1.4.1.311.60.2.1.3", "DE")), "jurisdictionCountryName=DE"),
    ],
)
def test_rfc4514_text(given: DistinguishedName, text: str) -> None:
    assert given.rfc4514 == text
    assert str(given) == text


@pytest.mark.parametrize(
    ("encoded", "fault"),
    [
        (b"", "Name: data ends at byte 0 where a value should begin"),
        (b"\x31\x00", "Name: tag 0x31 at byte 0 where 0x30 should be"),
        (b"\x30\x00\x00", "Name: 1 bytes after its end"),
        (sequence(b"\x30\x00"), "RelativeDistinguishedName: tag 0x30 at byte 0 where 0x31 should be"),
        (sequence(b"\x31\x00"), "RelativeDistinguishedName is empty"),
        (sequence(tlv(0x31, sequence(oid(CN)))), "data ends at byte 9 where a value should begin"),
        (
            sequence(tlv(0x31, sequence(oid(CN), integer(1), integer(2)))),
            "AttributeTypeAndValue is no SEQUENCE of two values",
        ),
        (
            sequence(tlv(0x31, tlv(0x31, oid(CN), integer(1)))),
            "AttributeTypeAndValue is no SEQUENCE of two values",
        ),
    ],
)
def test_malformed_names_are_shown_and_compared_as_bytes(encoded: bytes, fault: str) -> None:
    malformed = DistinguishedName(encoded)
    assert malformed.fault == fault
    assert malformed.rfc4514 == "#" + encoded.hex()
    assert malformed.rdns == ()
    assert malformed.common_names == ()
    assert malformed == DistinguishedName(encoded)
    assert malformed != EMPTY_NAME
    assert malformed != DistinguishedName(encoded + b"\x00")


def test_one_undecodable_value_leaves_the_rest_readable() -> None:
    odd = name(utf8(O, "Lab"), (CN, der.UTF8_STRING, b"\xff"), utf8(CN, "b"))
    assert odd.fault == "CN: string of type 0x0c cannot be decoded: invalid start byte"
    assert odd.rfc4514 == "CN=b,CN=#0c01ff,O=Lab"
    assert odd.common_names == ("b",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (name(printable(CN, "Lab CA")), name(utf8(CN, "lab  ca"))),
        (name(printable(CN, "Lab CA")), name(utf8(CN, " LAB CA "))),
        (name(utf8(CN, "STRASSE")), name(utf8(CN, "straße"))),
        (name(utf8(CN, "e\u0301")), name(utf8(CN, "\u00c9"))),
        (name(utf8(CN, "a\u00adb")), name(utf8(CN, "ab"))),  # RFC 4518 2.2: SOFT HYPHEN maps to nothing
        (name(utf8(CN, "a\tb")), name(utf8(CN, "a b"))),
        (name(utf8(CN, "a\u00a0b")), name(utf8(CN, "a b"))),
        (name((DC, der.IA5_STRING, b"LAB")), name((DC, der.IA5_STRING, b"lab"))),
        (name((CN, der.BMP_STRING, "Lab".encode("utf-16-be"))), name(utf8(CN, "lab"))),
        (name((CN, der.TELETEX_STRING, b"Lab")), name((CN, der.TELETEX_STRING, b"Lab"))),
        (name([utf8(CN, "a"), utf8(OU, "b")]), name([printable(OU, "B"), utf8(CN, "a")])),
        (name([utf8(CN, "b"), utf8(CN, "a")]), name([utf8(CN, "A"), utf8(CN, "B")])),
        (name(utf8("1.2.3.4", "X")), name(printable("1.2.3.4", "x"))),
    ],
)
def test_names_that_match(one: DistinguishedName, other: DistinguishedName) -> None:
    assert one == other
    assert hash(one) == hash(other)
    assert one.match_key == other.match_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (name(utf8(CN, "a")), name(utf8(CN, "b"))),
        (name(utf8(CN, "a")), name(utf8(OU, "a"))),
        (name(utf8(CN, "ab")), name(utf8(CN, "a b"))),
        (name(utf8(CN, "a")), name(utf8(CN, "a"), utf8(CN, "a"))),
        (name(utf8(CN, "a"), utf8(OU, "b")), name(utf8(OU, "b"), utf8(CN, "a"))),
        (name([utf8(CN, "a"), utf8(OU, "b")]), name(utf8(CN, "a"), utf8(OU, "b"))),
        (name([utf8(CN, "a"), utf8(CN, "a")]), name(utf8(CN, "a"))),
        (name((CN, der.TELETEX_STRING, b"Lab")), name((CN, der.TELETEX_STRING, b"lab"))),
        (name((CN, der.TELETEX_STRING, b"Lab")), name(utf8(CN, "Lab"))),
        (name((CN, der.INTEGER, b"\x05")), name((CN, 0x0A, b"\x05"))),
        (name((CN, der.UTF8_STRING, b"\xff")), name((CN, der.UTF8_STRING, b"\xfe"))),
        (name(utf8(CN, "a=1:b")), name(utf8(CN, "a"), utf8(CN, "1:b"))),
    ],
)
def test_names_that_do_not_match(one: DistinguishedName, other: DistinguishedName) -> None:
    assert one != other
    assert one.match_key != other.match_key


def test_a_name_is_not_its_bytes() -> None:
    assert EMPTY_NAME != b"\x30\x00"


def test_common_names_in_the_order_of_the_der() -> None:
    assert name(utf8(CN, "foo.com"), [utf8(OU, "x"), utf8(CN, "*.foo.com")]).common_names == ("foo.com", "*.foo.com")


def test_names_too_long_for_the_caches_answer_the_same() -> None:
    long = [utf8(CN, "X" * 600), utf8(O, "Lab")]
    assert name(*long).rfc4514 == "O=Lab,CN=" + "X" * 600
    assert name(*long) == name(utf8(CN, "x" * 600), printable(O, "LAB"))


def test_a_name_of_many_rdns_is_read_up_to_a_limit() -> None:
    assert len(name(*[utf8(CN, "a")] * 10_000).rdns) == 10_000
    assert name(*[utf8(CN, "a")] * 10_001).fault == "more than 10000 values inside the one at byte 0"
