from __future__ import annotations

import pytest

from certprobe.lab.der import bit_string, integer, oid, sequence, tlv
from certprobe.lab.pki import common_name_only
from certprobe.pki import der, extensions
from certprobe.pki.extensions import GeneralNameKind
from certprobe.pki.usage import KeyUsage

TRUE, FALSE = b"\x01\x01\xff", b"\x01\x01\x00"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (sequence(), (False, None)),
        (sequence(TRUE), (True, None)),
        (sequence(FALSE), (False, None)),
        (sequence(b"\x01\x01\x01"), (True, None)),
        (sequence(TRUE, integer(0)), (True, 0)),
        (sequence(integer(3)), (False, 3)),
    ],
)
def test_basic_constraints(data: bytes, expected: tuple[bool, int | None]) -> None:
    assert extensions.decode_basic_constraints(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        sequence(TRUE) + b"\x00",
        sequence(TRUE, integer(-1)),
        sequence(TRUE, TRUE),
        sequence(b"\x01\x00"),
        sequence(b"\x05\x00"),
        sequence(TRUE, integer(0), integer(0)),
    ],
)
def test_no_basic_constraints(data: bytes) -> None:
    with pytest.raises(der.DerError):
        extensions.decode_basic_constraints(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x03\x02\x05\xa0", KeyUsage.digitalSignature | KeyUsage.keyEncipherment),
        (b"\x03\x02\x01\x06", KeyUsage.keyCertSign | KeyUsage.cRLSign),
        (b"\x03\x03\x07\x08\x80", KeyUsage.keyAgreement | KeyUsage.decipherOnly),
        (b"\x03\x02\x00\x01", KeyUsage.encipherOnly),
        (b"\x03\x03\x00\x40\xff", KeyUsage.nonRepudiation | KeyUsage.decipherOnly),
        (b"\x03\x02\x04\x10", KeyUsage.dataEncipherment),
        (b"\x03\x01\x00", KeyUsage(0)),
    ],
)
def test_key_usage(data: bytes, expected: KeyUsage) -> None:
    assert extensions.decode_key_usage(data) == expected


@pytest.mark.parametrize("data", [b"\x03\x00", b"\x03\x01\x01", b"\x03\x02\x08\x80", b"\x04\x01\x80", b"\x03\x02\x00"])
def test_no_key_usage(data: bytes) -> None:
    with pytest.raises(der.DerError):
        extensions.decode_key_usage(data)


def test_extended_key_usage() -> None:
    purposes = ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")
    assert extensions.decode_extended_key_usage(sequence(*map(oid, purposes))) == purposes
    assert extensions.decode_extended_key_usage(sequence()) == ()
    with pytest.raises(der.DerError, match="KeyPurposeId: tag 0x02"):
        extensions.decode_extended_key_usage(sequence(integer(1)))


def test_authority_key_identifier() -> None:
    other, issuer = tlv(0x82, b"a.test"), common_name_only("Lab root")
    names = tlv(0xA1, other, tlv(0xA4, issuer), tlv(0xA4, common_name_only("another")))
    found = extensions.decode_authority_key_identifier(sequence(tlv(0x80, b"key"), names, tlv(0x82, b"\x05")))
    assert found.key_identifier == b"key"
    assert found.issuer is not None
    assert found.issuer.der == issuer
    assert found.serial_number == 5
    assert extensions.decode_authority_key_identifier(sequence()) == (None, None, None)
    assert extensions.decode_authority_key_identifier(sequence(tlv(0xA1, other))).issuer is None


@pytest.mark.parametrize(
    "data", [sequence(tlv(0x83)), sequence(tlv(0x82)), sequence(b"\x80"), sequence(*[tlv(0x80)] * 4)]
)
def test_no_authority_key_identifier(data: bytes) -> None:
    with pytest.raises(der.DerError):
        extensions.decode_authority_key_identifier(data)


@pytest.mark.parametrize(
    ("encoded", "kind", "value"),
    [
        (tlv(0x82, b"*.a.test"), GeneralNameKind.dNSName, "*.a.test"),
        (tlv(0x82, b""), GeneralNameKind.dNSName, ""),
        (tlv(0x81, b"a@a.test"), GeneralNameKind.rfc822Name, "a@a.test"),
        (tlv(0x86, b"spiffe://a/b"), GeneralNameKind.uniformResourceIdentifier, "spiffe://a/b"),
        (tlv(0x87, bytes([127, 0, 0, 1])), GeneralNameKind.iPAddress, "127.0.0.1"),
        (tlv(0x87, bytes(15) + b"\x01"), GeneralNameKind.iPAddress, "::1"),
        (tlv(0x87, bytes([10, 0, 0, 0, 255, 0, 0, 0])), GeneralNameKind.iPAddress, "10.0.0.0/255.0.0.0"),
        (tlv(0x87, b"\x01\x02\x03"), GeneralNameKind.iPAddress, "#010203"),
        (tlv(0x88, oid("1.2.3")[2:]), GeneralNameKind.registeredID, "1.2.3"),
        (tlv(0xA4, common_name_only("a, b")), GeneralNameKind.directoryName, r"CN=a\, b"),
        (
            tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, tlv(0x0C, b"alice@lab.test"))),
            GeneralNameKind.otherName,
            "1.3.6.1.4.1.311.20.2.3=alice@lab.test",
        ),
        (tlv(0xA0, oid("1.2.3"), tlv(0xA0, integer(5))), GeneralNameKind.otherName, "1.2.3=#020105"),
        (tlv(0xA3, b"x"), GeneralNameKind.x400Address, "#78"),
        (tlv(0xA5, b"x"), GeneralNameKind.ediPartyName, "#78"),
    ],
)
def test_general_names(encoded: bytes, kind: GeneralNameKind, value: str) -> None:
    assert extensions.decode_general_names(sequence(encoded)) == ((kind, value, encoded),)


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        (tlv(0x82, b"a.test\x00.b.test"), r"dNSName b'a.test\\x00.b.test' is no readable IA5String"),
        (tlv(0x82, "ü".encode()), r"dNSName b'\\xc3\\xbc' is no readable IA5String"),
        (tlv(0x81, b"\xff"), "rfc822Name"),
        (tlv(0xA0, b""), "OtherName type-id: data ends at byte 4"),
    ],
)
def test_one_bad_general_name_makes_all_undecodable(encoded: bytes, message: str) -> None:
    with pytest.raises(der.DerError, match=message):
        extensions.decode_general_names(sequence(encoded, tlv(0x82, b"a.test")))


@pytest.mark.parametrize("encoded", [tlv(0x89, b""), b"\x05\x00"])
def test_an_unknown_choice_of_general_name_is_left_out(encoded: bytes) -> None:
    names = extensions.decode_general_names(sequence(encoded, tlv(0x82, b"a.test")))
    assert [name.value for name in names] == ["a.test"]


def test_subject_key_identifier() -> None:
    assert extensions.decode_subject_key_identifier(tlv(0x04, b"key")) == b"key"
    with pytest.raises(der.DerError):
        extensions.decode_subject_key_identifier(bit_string(b"key"))
