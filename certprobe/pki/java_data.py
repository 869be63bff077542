"""What Java's DataOutputStream and ObjectOutputStream write, read without making an object of it."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

_MAGIC: Final = b"\xac\xed\x00\x05"
_DEEPEST: Final = 16
_FIRST_HANDLE: Final = 0x7E0000
_WRITE_METHOD, _SERIALIZABLE = 0x01, 0x02
_SIZES: Final = {"B": 1, "C": 2, "D": 8, "F": 4, "I": 4, "J": 8, "S": 2, "Z": 1}


class JavaDataError(ValueError):
    """Bytes are not what Java would have written; the text says what and at which byte."""


class DataInput:
    """A place in bytes that moves on with every read; what is cut off raises JavaDataError."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self.offset = offset

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return max(0, len(self._data) - self.offset)

    def octets(self, length: int) -> bytes:
        """Read so many bytes."""
        if length > self.left:
            raise JavaDataError(f"{length} bytes are claimed at byte {self.offset}, {self.left} are left")
        self.offset += length
        return self._data[self.offset - length : self.offset]

    def number(self, size: int) -> int:
        """Read an unsigned integer of so many bytes, the most significant first."""
        return int.from_bytes(self.octets(size))

    def text(self) -> str:
        """Read what writeUTF writes: a length of two bytes, and modified UTF-8 (java.io.DataInput)."""
        octets = self.octets(self.number(2)).replace(b"\xc0\x80", b"\x00")
        try:
            units = octets.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise JavaDataError(f"text before byte {self.offset} is no modified UTF-8: {error.reason}") from None
        return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def pass_over_object(source: DataInput) -> None:
    """Move on behind one serialized object (Java Object Serialization Specification 6.4.2); nothing is made of it.

    Raises JavaDataError, also for what no key store holds: enums, proxies, classes that write themselves.
    """
    if source.octets(len(_MAGIC)) != _MAGIC:
        raise JavaDataError(f"no serialized object before byte {source.offset}")
    _Walk(source).value(0)


class _Kind(enum.IntEnum):
    """The TC_ constants of java.io.ObjectStreamConstants."""

    NULL = 0x70
    REFERENCE = 0x71
    CLASSDESC = 0x72
    OBJECT = 0x73
    STRING = 0x74
    ARRAY = 0x75
    BLOCKDATA = 0x77
    ENDBLOCKDATA = 0x78
    BLOCKDATALONG = 0x7A
    LONGSTRING = 0x7C


class _Class(NamedTuple):
    """As much of a class as tells how long its objects are; `fields` are the first letters of their types."""

    name: str
    flags: int
    fields: str
    parent: _Class | None


class _Walk:
    """Passes over values; each costs a byte at least, so that the walk is no longer than the data."""

    def __init__(self, source: DataInput) -> None:
        self._source = source
        # What later bytes may refer to, in the order of its appearance; only classes are ever asked for.
        self._handles: list[_Class | None] = []

    def value(self, depth: int) -> _Kind:
        if depth > _DEEPEST:
            raise self._refused("an object nested too deep")
        kind = self._kind()
        match kind:
            case _Kind.NULL | _Kind.ENDBLOCKDATA:
                pass
            case _Kind.REFERENCE:
                self._source.octets(4)
            case _Kind.STRING | _Kind.LONGSTRING:
                self._handles.append(None)
                self._source.octets(self._source.number(2 if kind is _Kind.STRING else 8))
            case _Kind.BLOCKDATA | _Kind.BLOCKDATALONG:
                self._source.octets(self._source.number(1 if kind is _Kind.BLOCKDATA else 4))
            case _Kind.OBJECT:
                described = self._class(depth + 1)
                self._handles.append(None)
                self._object(described, depth + 1)
            case _Kind.ARRAY:
                self._array(depth + 1)
            case _Kind.CLASSDESC:
                raise self._refused("a class where a value should be")
        return kind

    def _object(self, described: _Class | None, depth: int) -> None:
        lineage: list[_Class] = []
        while described is not None:
            if len(lineage) == _DEEPEST:
                raise self._refused("an object of a class with too many ancestors")
            lineage.append(described)
            described = described.parent
        for ancestor in reversed(lineage):
            self._own_fields(ancestor, depth)

    def _own_fields(self, described: _Class, depth: int) -> None:
        if described.flags & ~_WRITE_METHOD != _SERIALIZABLE:
            raise self._refused(f"an object of class {described.name}, which writes itself")
        for letter in described.fields:
            self._field(letter, depth)
        if described.flags & _WRITE_METHOD:
            self._annotation(depth)

    def _array(self, depth: int) -> None:
        described = self._class(depth)
        self._handles.append(None)
        if described is None or described.name[:1] != "[":
            raise self._refused("an array without a class")
        count, item = self._source.number(4), described.name[1:2]
        if item in _SIZES:
            self._source.octets(count * _SIZES[item])
            return
        for _ in range(count):
            self._field(item, depth)

    def _field(self, letter: str, depth: int) -> None:
        if letter in _SIZES:
            self._source.octets(_SIZES[letter])
        else:
            self.value(depth)

    def _class(self, depth: int) -> _Class | None:
        if depth > _DEEPEST:
            raise self._refused("classes nested too deep")
        match self._kind():
            case _Kind.NULL:
                return None
            case _Kind.REFERENCE:
                number = self._source.number(4) - _FIRST_HANDLE
                if 0 <= number < len(self._handles):
                    return self._handles[number]
                raise self._refused("a reference to nothing")
            case _Kind.CLASSDESC:
                return self._new_class(depth)
            case other:
                raise self._refused(f"{other.name} where a class should be")

    def _new_class(self, depth: int) -> _Class:
        name = self._source.text()
        self._source.octets(8)  # serialVersionUID
        handle = len(self._handles)
        self._handles.append(None)
        flags = self._source.number(1)
        fields = "".join(self._field_type(depth) for _ in range(self._source.number(2)))
        self._annotation(depth)
        self._handles[handle] = described = _Class(name, flags, fields, self._class(depth + 1))
        return described

    def _field_type(self, depth: int) -> str:
        letter = chr(self._source.number(1))
        self._source.text()
        if letter not in _SIZES:
            self.value(depth)  # the type's name
        return letter

    def _annotation(self, depth: int) -> None:
        while self.value(depth) is not _Kind.ENDBLOCKDATA:
            pass

    def _kind(self) -> _Kind:
        number = self._source.number(1)
        try:
            return _Kind(number)
        except ValueError:
            raise self._refused(f"a serialized value of kind 0x{number:02x}") from None

    def _refused(self, what: str) -> JavaDataError:
        return JavaDataError(f"{what} before byte {self._source.offset}")
