"""Names from text: what RFC 4514 writes is read back, what OpenSSL writes too, and what is no name is told."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.errors import DecodeError
from certprobe.lab import der
from certprobe.pki.name import ATTRIBUTE_TYPES, DistinguishedName
from certprobe.pki.name_text import Order, parse_name, parse_oneline

CN, O, OU, DC, EMAIL = "2.5.4.3", "2.5.4.10", "2.5.4.11", "0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1"  # noqa: E741


def name(*rdns: tuple[tuple[str, str], ...] | tuple[str, str]) -> DistinguishedName:
    """A name of UTF8Strings, in the order of the DER."""
    encoded = []
    for rdn in rdns:
        pairs = (rdn,) if isinstance(rdn[0], str) else rdn
        encoded.append(
            der.tlv(0x31, *sorted(der.sequence(der.oid(oid), der.tlv(0x0C, text.encode())) for oid, text in pairs))
        )
    return DistinguishedName(der.sequence(*encoded))


RFC_4514 = [
    ("one RDN", "CN=Lab root", name((CN, "Lab root"))),
    ("the root last", "CN=CA,DC=lab,DC=test", name((DC, "test"), (DC, "lab"), (CN, "CA"))),
    ("blanks around", " CN = CA , O = Lab ", name((O, "Lab"), (CN, "CA"))),
    ("escaped comma", r"CN=Corp\, Inc.,O=Lab", name((O, "Lab"), (CN, "Corp, Inc."))),
    ("escaped plus and backslash", r"CN=a\+b\\c", name((CN, "a+b\\c"))),
    ("hexadecimal pairs are UTF-8", r"CN=\C3\9Cber", name((CN, "\u00dcber"))),
    ("blanks that are meant", r"CN=\ a\ ", name((CN, " a "))),
    ("a blank inside", "CN=a  b", name((CN, "a  b"))),
    ("multi-valued", "CN=CA+OU=x,O=Lab", name((O, "Lab"), ((CN, "CA"), (OU, "x")))),
    ("quoted", 'CN="Corp, Inc.",O=Lab', name((O, "Lab"), (CN, "Corp, Inc."))),
    ("quoted quotation mark", r'CN="a\"b"', name((CN, 'a"b'))),
    ("semicolon", "CN=CA;O=Lab", name((O, "Lab"), (CN, "CA"))),
    ("dotted type", "2.5.4.3=CA", name((CN, "CA"))),
    ("type with OID.", "OID.2.5.4.3=CA", name((CN, "CA"))),
    ("type in lower case", "cn=CA", name((CN, "CA"))),
    ("Windows' E", "E=a@b.test", name((EMAIL, "a@b.test"))),
    ("Windows' G, I and T", "T=Dr,I=A,G=Al", name(("2.5.4.42", "Al"), ("2.5.4.43", "A"), ("2.5.4.12", "Dr"))),
    ("Windows' Phone", "Phone=1,POBox=2", name(("2.5.4.18", "2"), ("2.5.4.20", "1"))),
    ("hexadecimal value", "CN=#0c024341", name((CN, "CA"))),
    ("empty value", "CN=,O=Lab", name((O, "Lab"), (CN, ""))),
    ("equals sign in a value", "CN=a=b", name((CN, "a=b"))),
    ("a malformed name's DER", "#3005", DistinguishedName(b"\x30\x05")),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in RFC_4514], ids=[case[0] for case in RFC_4514])
def test_rfc_4514(text: str, expected: DistinguishedName) -> None:
    assert parse_name(text).der == expected.der


def test_openssl_has_the_root_first() -> None:
    text = 'C = GB, O = "Corp, Inc.", OU = \\C3\\9Cber + CN = x'
    expected = name(("2.5.4.6", "GB"), (O, "Corp, Inc."), ((OU, "\u00dcber"), (CN, "x")))
    assert parse_name(text, Order.AS_ENCODED).der == expected.der


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/C=GB/O=Corp/CN=x", name(("2.5.4.6", "GB"), (O, "Corp"), (CN, "x"))),
        ("/O=a/b c/CN=x", name((O, "a/b c"), (CN, "x"))),
        ("/CN=\\xC3\\x9Cber", name((CN, "\u00dcber"))),
        ("/CN=\\xDCber", name((CN, "\u00dcber"))),
        ("/1.2.3=x", name(("1.2.3", "x"))),
    ],
)
def test_oneline(text: str, expected: DistinguishedName) -> None:
    assert parse_oneline(text).der == expected.der


NO_NAMES = [
    ("", "no TYPE=VALUE at character 1"),
    ("CN", "no TYPE=VALUE at character 1"),
    ("CN=a,", "no TYPE=VALUE at character 6"),
    ("CN=a,,O=b", "no TYPE=VALUE at character 6"),
    ("XX=a", "XX is no attribute type"),
    ("3.1=a", "3.1 is no attribute type"),
    ('CN="a', "quotation mark is not closed"),
    ('CN="a" b', "goes on after its end at character 8"),
    ("CN=a\\", "nothing follows the last backslash"),
    ("CN=#0", "no hexadecimal digits after #"),
    ("CN=#0c0161 b", "goes on after its end"),
    ("CN=" + "a" * 70_000, "a name of 70003 characters"),
    ("CN=a," * 2_000 + "CN=a", "more than 1000 attributes"),
]


@pytest.mark.parametrize(("text", "words"), NO_NAMES, ids=[words.replace(" ", "-") for _, words in NO_NAMES])
def test_what_is_no_name(text: str, words: str) -> None:
    with pytest.raises(DecodeError) as raised:
        parse_name(text)
    assert words in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("text", ["", "CN=x", "/", "/x", "x/CN=y", "/XX=y"])
def test_what_is_no_oneline_name(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_oneline(text)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_ATTRIBUTE = st.tuples(st.sampled_from([*ATTRIBUTE_TYPES, "1.2.840.1", "2.999.3"]), _TEXT)


@given(st.lists(st.lists(_ATTRIBUTE, min_size=1, max_size=3, unique_by=lambda pair: pair[0]), min_size=1, max_size=5))
def test_what_is_written_is_read_back(rdns: list[list[tuple[str, str]]]) -> None:
    written = name(*(tuple(rdn) for rdn in rdns))
    assert parse_name(written.rfc4514).der == written.der


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_a_decode_error(text: str) -> None:
    for parse in (parse_name, parse_oneline, lambda text: parse_name(text, Order.AS_ENCODED)):
        with contextlib.suppress(DecodeError):
            assert parse(text).fault is None or "#" in text
