"""Serialized Java objects are passed over, whole or broken; keytool's own are in test_java_keystore."""

from __future__ import annotations

import pytest

from certprobe.pki.java_data import DataInput, JavaDataError, pass_over_object

HEAD = bytes.fromhex("aced0005")
NULL, END = b"\x70", b"\x78"
TAIL = b"what follows"


def text(value: str) -> bytes:
    return len(value).to_bytes(2) + value.encode()


def string(value: str) -> bytes:
    return b"\x74" + text(value)


def field(letter: str, kind: str = "") -> bytes:
    return letter.encode() + text("f") + (string(kind) if kind else b"")


def described(name: str, *fields: bytes, flags: int = 2, annotation: bytes = b"", parent: bytes = NULL) -> bytes:
    body = b"\x72" + text(name) + bytes(8) + bytes([flags]) + len(fields).to_bytes(2) + b"".join(fields)
    return body + annotation + END + parent


def reference(number: int) -> bytes:
    return b"\x71" + (0x7E0000 + number).to_bytes(4)


BYTES = b"\x75" + described("[B") + (3).to_bytes(4) + b"abc"


@pytest.mark.parametrize("value", [
    NULL,
    string("text"),
    b"\x7c" + (5).to_bytes(8) + b"texts",
    BYTES,
    b"\x75" + described("[Ljava.lang.String;") + (2).to_bytes(4) + string("a") + NULL,
    b"\x75" + described("[[I") + (1).to_bytes(4) + b"\x75" + described("[I") + (2).to_bytes(4) + bytes(8),
    b"\x73" + described("A"),
    b"\x73" + described("A", field("I"), field("J"), field("Z"), field("[", "[B")) + bytes(13) + BYTES,
    b"\x73" + described("A", field("I"), parent=described("B", field("B"))) + bytes(5),
    b"\x73" + described("A", field("L", "LA;")) + b"\x73" + reference(0) + NULL,
    b"\x73" + described("A", flags=3) + b"\x77\x02ab" + b"\x7a\x00\x00\x00\x01a" + string("x") + END,
    b"\x73" + described("A", annotation=string("note")),
    b"\x73" + NULL,
], ids=["null", "string", "long", "bytes", "strings", "nested", "object", "fields", "parent", "again", "own", "note",
        "nothing"])  # fmt: skip
def test_an_object_is_passed_over(value: bytes) -> None:
    source = DataInput(HEAD + value + TAIL)
    pass_over_object(source)
    assert source.octets(source.left) == TAIL
    for length in range(len(HEAD + value)):
        with pytest.raises(JavaDataError):
            pass_over_object(DataInput((HEAD + value)[:length]))


def descendants(generations: int) -> bytes:
    """An array of objects, each of a class whose parent is that of the object before."""
    objects = [b"\x73" + described("A")]
    # The array takes two handles, as does each object: its class and itself.
    objects += [b"\x73" + described("A", parent=reference(2 + 2 * number)) for number in range(generations - 1)]
    return b"\x75" + described("[L") + generations.to_bytes(4) + b"".join(objects)


@pytest.mark.parametrize(("value", "message"), [
    (b"\x00", "a serialized value of kind 0x00 before byte 5"),
    (described("A"), "a class where a value should be before byte 5"),
    (b"\x73" + string("A"), "STRING where a class should be"),
    (b"\x73" + reference(0), "a reference to nothing"),
    (b"\x73" + described("A", flags=4), "an object of class A, which writes itself"),
    (b"\x75" + described("B") + bytes(4), "an array without a class"),
    (b"\x75" + NULL + bytes(4), "an array without a class"),
    (b"\x75" + described("[J") + b"\xff" * 4, "34359738360 bytes are claimed at byte"),
    ((b"\x75" + described("[[") + b"\0\0\0\1") * 40, "nested too deep"),
    (b"\x73" + described("A", parent=b"") * 40, "classes nested too deep"),
    (descendants(17), "an object of a class with too many ancestors"),
], ids=["kind", "class", "text", "ref", "own", "array", "null", "huge", "deep", "parents", "ancestors"])  # fmt: skip
def test_what_no_key_store_holds(value: bytes, message: str) -> None:
    with pytest.raises(JavaDataError, match=message):
        pass_over_object(DataInput(HEAD + value))


def test_sixteen_generations_are_none_too_many() -> None:
    pass_over_object(DataInput(HEAD + descendants(16)))


def test_another_beginning_is_no_object() -> None:
    with pytest.raises(JavaDataError, match="no serialized object before byte 4"):
        pass_over_object(DataInput(b"\xac\xed\x00\x04" + NULL))


@pytest.mark.parametrize(("octets", "expected"), [
    (b"caf\xc3\xa9", "caf\u00e9"),
    (b"a\xc0\x80b", "a\x00b"),
    (b"\xed\xa0\xbd\xed\xb8\x80", "\N{GRINNING FACE}"),
    (b"\xed\xa0\xbd", "\ufffd"),
], ids=["accent", "null", "pair", "half-a-pair"])  # fmt: skip
def test_modified_utf_8(octets: bytes, expected: str) -> None:
    assert DataInput(len(octets).to_bytes(2) + octets).text() == expected


def test_what_is_no_modified_utf_8() -> None:
    with pytest.raises(JavaDataError, match="text before byte 4 is no modified UTF-8"):
        DataInput(b"\x00\x02\xff\xff").text()
