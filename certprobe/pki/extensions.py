"""Certificate extensions (RFC 5280 4.2) as small records, and the lenient decoders that make them.

A decoder takes the octets inside extnValue and raises DerError when they cannot be decoded.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

from certprobe.pki import der
from certprobe.pki.name import DistinguishedName
from certprobe.pki.usage import KeyUsage

SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
KEY_USAGE: Final = "2.5.29.15"
SUBJECT_ALT_NAME: Final = "2.5.29.17"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
NAME_CONSTRAINTS: Final = "2.5.29.30"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
POLICY_MAPPINGS: Final = "2.5.29.33"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
POLICY_CONSTRAINTS: Final = "2.5.29.36"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
INHIBIT_ANY_POLICY: Final = "2.5.29.54"
OLD_SUBJECT_ALT_NAME: Final = "2.5.29.7"

# szOID_APPLICATION_CERT_POLICIES and its kin of wincrypt.h, each encoded as the policy extension of that name.
APPLICATION_POLICIES: Final = "1.3.6.1.4.1.311.21.10"
APPLICATION_POLICY_MAPPINGS: Final = "1.3.6.1.4.1.311.21.11"
APPLICATION_POLICY_CONSTRAINTS: Final = "1.3.6.1.4.1.311.21.12"

POLICY_EXTENSIONS: Final = frozenset(
    {
        CERTIFICATE_POLICIES,
        POLICY_MAPPINGS,
        POLICY_CONSTRAINTS,
        INHIBIT_ANY_POLICY,
        APPLICATION_POLICIES,
        APPLICATION_POLICY_MAPPINGS,
        APPLICATION_POLICY_CONSTRAINTS,
    }
)


class Extension(NamedTuple):
    """One Extension as it stands: dotted extnID, critical, and the octets inside extnValue."""

    oid: str
    critical: bool
    value: bytes


class ExtensionFault(NamedTuple):
    """An extension that cannot be decoded, or stands twice."""

    oid: str
    message: str


class BasicConstraints(NamedTuple):
    """RFC 5280 4.2.1.9."""

    ca: bool
    path_length: int | None


class GeneralNameKind(enum.Enum):
    """The choices of GeneralName (RFC 5280 4.2.1.6); the values are their context tags."""

    otherName = 0
    rfc822Name = 1
    dNSName = 2
    x400Address = 3
    directoryName = 4
    ediPartyName = 5
    uniformResourceIdentifier = 6
    iPAddress = 7
    registeredID = 8


class GeneralName(NamedTuple):
    """One GeneralName.

    `value` is text: names and addresses as written (an iPAddress of 8 or 32 octets as address/mask), a directoryName as
    RFC 4514 text, a registeredID as dotted OID, an otherName as `OID=text` or `OID=#hex`, anything else as `#hex`.
    `der` is the whole encoding with its context tag.
    """

    kind: GeneralNameKind
    value: str
    der: bytes


class AuthorityKeyIdentifier(NamedTuple):
    """RFC 5280 4.2.1.1; `issuer` is the first directoryName of authorityCertIssuer."""

    key_identifier: bytes | None
    issuer: DistinguishedName | None
    serial_number: int | None


def decode_basic_constraints(data: bytes) -> BasicConstraints:
    """Decode BasicConstraints; a cA FALSE that is written out and a BER TRUE are taken."""
    sequence = der.whole(data, der.SEQUENCE, "BasicConstraints")
    ca, path_length = False, None
    for child in der.children(data, sequence, limit=2):
        if child.tag == der.BOOLEAN and child.start == sequence.value_start:
            ca = der.boolean(der.value(data, child))
        elif child.tag == der.INTEGER:
            path_length = der.integer(der.value(data, child))
        else:
            raise der.DerError(f"BasicConstraints: unexpected tag 0x{child.tag:02x}")
    if path_length is not None and path_length < 0:
        raise der.DerError(f"BasicConstraints: pathLenConstraint is {path_length}")
    return BasicConstraints(ca, path_length)


def decode_key_usage(data: bytes) -> KeyUsage:
    """Decode KeyUsage; bits that RFC 5280 does not name are left out."""
    octets = der.value(data, der.whole(data, der.BIT_STRING, "KeyUsage"))
    if not octets or octets[0] > 7 or (octets[0] and len(octets) == 1):
        raise der.DerError("KeyUsage: malformed BIT STRING")
    first, second = (*octets[1:3], 0, 0)[:2]
    return KeyUsage(first | (second << 8 & KeyUsage.decipherOnly))


def decode_extended_key_usage(data: bytes) -> tuple[str, ...]:
    """Decode ExtKeyUsageSyntax to dotted OIDs."""
    sequence = der.whole(data, der.SEQUENCE, "ExtKeyUsageSyntax")
    purposes = []
    for child in der.children(data, sequence):
        der.expect(data, der.OBJECT_IDENTIFIER, child.start, child.end, "KeyPurposeId")
        purposes.append(der.object_identifier(der.value(data, child)))
    return tuple(purposes)


def decode_subject_key_identifier(data: bytes) -> bytes:
    """Decode SubjectKeyIdentifier."""
    return der.value(data, der.whole(data, der.OCTET_STRING, "SubjectKeyIdentifier"))


def decode_authority_key_identifier(data: bytes) -> AuthorityKeyIdentifier:
    """Decode AuthorityKeyIdentifier."""
    key_identifier = issuer = serial_number = None
    for child in der.children(data, der.whole(data, der.SEQUENCE, "AuthorityKeyIdentifier"), limit=3):
        contents = der.value(data, child)
        match child.tag:
            case 0x80:
                key_identifier = contents
            case 0xA1:
                issuer = _first_directory_name(data, child)
            case 0x82:
                serial_number = der.integer(contents)
            case other:
                raise der.DerError(f"AuthorityKeyIdentifier: unexpected tag 0x{other:02x}")
    return AuthorityKeyIdentifier(key_identifier, issuer, serial_number)


def _first_directory_name(data: bytes, names: der.Tlv) -> DistinguishedName | None:
    for name in der.children(data, names):
        if name.tag == 0xA0 | GeneralNameKind.directoryName.value:
            return DistinguishedName(der.value(data, name))
    return None


def decode_general_names(data: bytes) -> tuple[GeneralName, ...]:
    """Decode GeneralNames; one IA5String that holds NUL or more than ASCII makes the whole undecodable.

    Choices that RFC 5280 does not know are left out.
    """
    names = der.children(data, der.whole(data, der.SEQUENCE, "GeneralNames"), limit=10_000)
    return tuple(decode_general_name(data, name) for name in names if not is_unknown_choice(name))


def is_unknown_choice(name: der.Tlv) -> bool:
    """Whether this stands where a GeneralName should, under a tag that no standard has given to any."""
    return name.tag & 0xC0 != 0x80 or name.tag & 0x1F > GeneralNameKind.registeredID.value


def decode_general_name(data: bytes, name: der.Tlv) -> GeneralName:
    """Decode the GeneralName that `name` delimits."""
    if is_unknown_choice(name):
        raise der.DerError(f"GeneralName: unexpected tag 0x{name.tag:02x} at byte {name.start}")
    kind = GeneralNameKind(name.tag & 0x1F)
    return GeneralName(kind, _general_name_value(data, name, kind), der.element(data, name))


def _general_name_value(data: bytes, name: der.Tlv, kind: GeneralNameKind) -> str:
    contents = der.value(data, name)
    match kind:
        case GeneralNameKind.rfc822Name | GeneralNameKind.dNSName | GeneralNameKind.uniformResourceIdentifier:
            return _ia5(contents, kind)
        case GeneralNameKind.iPAddress:
            return _address(contents)
        case GeneralNameKind.directoryName:
            return DistinguishedName(contents).rfc4514
        case GeneralNameKind.registeredID:
            return der.object_identifier(contents)
        case GeneralNameKind.otherName:
            return _other_name(data, name)
        case GeneralNameKind.x400Address | GeneralNameKind.ediPartyName:
            return "#" + contents.hex()


def _ia5(contents: bytes, kind: GeneralNameKind) -> str:
    if b"\x00" in contents or not contents.isascii():
        raise der.DerError(f"{kind.name} {contents[:100]!r} is no readable IA5String")
    return contents.decode("ascii")


def _address(octets: bytes) -> str:
    from ipaddress import ip_address

    match len(octets):
        case 4 | 16:
            return str(ip_address(octets))
        case 8 | 32:
            half = len(octets) // 2
            return f"{ip_address(octets[:half])}/{ip_address(octets[half:])}"
        case _:
            return "#" + octets.hex()


def _other_name(data: bytes, name: der.Tlv) -> str:
    kind = der.expect(data, der.OBJECT_IDENTIFIER, name.value_start, name.end, "OtherName type-id")
    oid = der.object_identifier(der.value(data, kind))
    outer = der.expect(data, 0xA0, kind.end, name.end, "OtherName value")
    inner = der.read(data, outer.value_start, outer.end)
    text = der.string(inner.tag, der.value(data, inner))
    return f"{oid}=#{der.element(data, inner).hex()}" if text is None else f"{oid}={text}"
