from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.pki import der


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x02\x01\x05", der.Tlv(0x02, 0, 2, 3)),
        (b"\x04\x81\x80" + bytes(128), der.Tlv(0x04, 0, 3, 131)),
        (b"\x04\x82\x00\x01x", der.Tlv(0x04, 0, 4, 5)),  # not minimal
        (b"\x1f\x21\x00", der.Tlv(0x1F21, 0, 3, 3)),
        (b"\x7f\x81\x01\x00", der.Tlv(0x7F8101, 0, 4, 4)),
    ],
)
def test_a_value_lies_where_its_length_says(data: bytes, expected: der.Tlv) -> None:
    assert der.read(data) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "data ends at byte 0 where a value should begin"),
        (b"\x30", "data ends at byte 0 where a value should begin"),
        (b"\x30\x02\x05", "value at byte 0 claims 2 bytes, 1 are left"),
        (b"\x30\x80\x00\x00", "length at byte 1 is not a definite one within the data"),
        (b"\x30\x84\x00\x00\x00", "length at byte 1 is not a definite one within the data"),
        (b"\x30\x85\x00\x00\x00\x00\x01x", "length at byte 1 is not a definite one within the data"),
        (b"\x30\xff" + bytes(200), "length at byte 1 is not a definite one within the data"),
        (b"\x1f\x81\x81\x81\x01\x00", "tag at byte 0 is too long"),
        (b"\x1f\x81", "tag at byte 0 is too long"),
        (b"\x1f\x01", "tag at byte 0 is too long"),
    ],
)
def test_what_is_cut_off_or_indefinite_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(der.DerError) as caught:
        der.read(data)
    assert str(caught.value) == message


def test_nothing_is_read_beyond_the_given_end() -> None:
    data = sequence(integer(5)) + integer(6)
    with pytest.raises(der.DerError, match="value at byte 2 claims 1 bytes, 0 are left"):
        der.read(data, 2, 4)


def test_children_come_in_order_and_a_bad_one_ends_them() -> None:
    data = tlv(0x30, integer(1), integer(2), b"\x02\x09\x03")
    children = der.children(data, der.read(data))
    assert [der.integer(der.value(data, next(children))) for _ in range(2)] == [1, 2]
    with pytest.raises(der.DerError, match="value at byte 8 claims 9 bytes, 1 are left"):
        next(children)


def test_children_are_limited() -> None:
    data = sequence(*[integer(0)] * 4)
    assert len(list(der.children(data, der.read(data), limit=4))) == 4
    with pytest.raises(der.DerError, match="more than 3 values inside the one at byte 0"):
        list(der.children(data, der.read(data), limit=3))


def test_whole_wants_the_tag_and_nothing_behind() -> None:
    with pytest.raises(der.DerError, match="Name: 2 bytes after its end"):
        der.whole(b"\x30\x00\x05\x00", der.SEQUENCE, "Name")
    with pytest.raises(der.DerError, match="Name: tag 0x31 at byte 0 where 0x30 should be"):
        der.whole(b"\x31\x00", der.SEQUENCE, "Name")


@pytest.mark.parametrize(
    "dotted",
    ["0.0", "0.39", "1.2.840.113549.1.1.11", "2.5.29.17", "2.999.3", "2.16.840.1.101.3.4.2.1", f"1.3.{2**70}"],
)
def test_object_identifiers(dotted: str) -> None:
    assert der.object_identifier(oid(dotted)[2:]) == dotted


@pytest.mark.parametrize("contents", [b"", b"\x2a\x86", b"\x2a" * 129])
def test_no_object_identifier(contents: bytes) -> None:
    with pytest.raises(der.DerError):
        der.object_identifier(contents)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**160])
def test_integers(number: int) -> None:
    assert der.integer(integer(number)[2:]) == number


def test_the_longest_integer_can_be_written() -> None:
    assert len(str(der.integer(b"\x80" + bytes(1023)))) < sys.get_int_max_str_digits()


def test_keys_have_longer_integers() -> None:
    assert der.key_integer(b"\x00" + b"\xff" * 2048).bit_length() == 16_384
    with pytest.raises(der.DerError, match="INTEGER of 2057 bytes"):
        der.key_integer(bytes(2057))


@pytest.mark.parametrize("contents", [b"", bytes(1025)])
def test_no_integer(contents: bytes) -> None:
    with pytest.raises(der.DerError, match=f"INTEGER of {len(contents)} bytes"):
        der.integer(contents)


@pytest.mark.parametrize(
    ("tag", "contents", "text"),
    [
        (der.UTF8_STRING, "Zoë".encode(), "Zoë"),
        (der.PRINTABLE_STRING, b"a*b@c", "a*b@c"),
        (der.PRINTABLE_STRING, b"Z\xfcrich", "Zürich"),
        (der.IA5_STRING, "Zürich".encode(), "Zürich"),
        (der.NUMERIC_STRING, b"123", "123"),
        (der.VISIBLE_STRING, b"abc", "abc"),
        (der.TELETEX_STRING, b"Z\xfcrich", "Zürich"),
        (der.BMP_STRING, "Żółw".encode("utf-16-be"), "Żółw"),
        (der.UNIVERSAL_STRING, "a🐢".encode("utf-32-be"), "a🐢"),
        (der.INTEGER, b"\x05", None),
        (der.SEQUENCE, b"", None),
    ],
)
def test_strings(tag: int, contents: bytes, text: str | None) -> None:
    assert der.string(tag, contents) == text


@pytest.mark.parametrize(
    ("tag", "contents"),
    [
        (der.UTF8_STRING, b"\xff"),
        (der.BMP_STRING, b"\x00a\x00"),
        (der.BMP_STRING, b"\xd8\x00\x00a"),
        (der.UNIVERSAL_STRING, b"\x00\x11\x00\x00"),
    ],
)
def test_strings_that_cannot_be_decoded(tag: int, contents: bytes) -> None:
    with pytest.raises(der.DerError, match=f"string of type 0x{tag:02x} cannot be decoded"):
        der.string(tag, contents)


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (der.UTC_TIME, b"491231235959Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (der.UTC_TIME, b"500101000000Z", datetime(1950, 1, 1, tzinfo=UTC)),
        (der.UTC_TIME, b"2701011200Z", datetime(2027, 1, 1, 12, tzinfo=UTC)),
        (der.UTC_TIME, b"270101120000+0130", datetime(2027, 1, 1, 10, 30, tzinfo=UTC)),
        (der.UTC_TIME, b"270101120000-0130", datetime(2027, 1, 1, 13, 30, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"16010101000000Z", datetime(1601, 1, 1, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"00000101000000Z", datetime(1, 1, 1, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"99991231235959Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"20270101120000.5Z", datetime(2027, 1, 1, 12, tzinfo=UTC)),
        (der.GENERALIZED_TIME, b"20270101120000", datetime(2027, 1, 1, 12, tzinfo=UTC)),
    ],
)
def test_times(tag: int, text: bytes, expected: datetime) -> None:
    assert der.time(tag, text) == expected


@pytest.mark.parametrize(
    ("tag", "text", "reason"),
    [
        (der.UTC_TIME, b"", "neither UTCTime nor GeneralizedTime"),
        (der.UTC_TIME, b"20270101120000Z", "neither"),
        (der.GENERALIZED_TIME, b"270101120000Z1", "does not exist"),
        (der.UTC_TIME, b"271301000000Z", "does not exist"),
        (der.UTC_TIME, b"270230000000Z", "does not exist"),
        (der.UTC_TIME, b"2701010000 0Z", "does not exist"),
        (der.UTC_TIME, "27010100000²Z".encode("latin-1"), "does not exist"),
        (der.GENERALIZED_TIME, b"00010101000000+0100", "does not exist"),
        (der.GENERALIZED_TIME, b"99991231235959-0100", "does not exist"),
        (der.INTEGER, b"\x05", "neither"),
    ],
)
def test_no_times(tag: int, text: bytes, reason: str) -> None:
    with pytest.raises(der.DerError, match=reason):
        der.time(tag, text)


def test_fewer_members_than_there_must_be() -> None:
    """Hostile structures are short of what a reader takes for granted."""
    data = sequence(integer(5))
    assert [tlv.tag for tlv in der.members(data, der.read(data), 1)] == [der.INTEGER]
    with pytest.raises(der.DerError, match="1 values inside the one at byte 0 where 2 should be"):
        der.members(data, der.read(data), 2)
