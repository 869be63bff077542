"""Where revocation is told: distribution points and access descriptions (RFC 5280 4.2.1.13, 4.2.2.1, 5.2.5).

A decoder takes the octets inside extnValue and raises DerError when they cannot be decoded.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

from certprobe.pki import der
from certprobe.pki.extensions import GeneralName, GeneralNameKind, decode_general_name
from certprobe.pki.name import DistinguishedName

CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
FRESHEST_CRL: Final = "2.5.29.46"
AUTHORITY_INFO_ACCESS: Final = "1.3.6.1.5.5.7.1.1"

ID_AD_OCSP: Final = "1.3.6.1.5.5.7.48.1"
ID_AD_CA_ISSUERS: Final = "1.3.6.1.5.5.7.48.2"

_MOST_POINTS: Final = 1000


class ReasonFlags(enum.IntFlag):
    """ReasonFlags; the values are the octets of the BIT STRING, the first one lowest, as for keyUsage."""

    unused = 0x80
    keyCompromise = 0x40
    cACompromise = 0x20
    affiliationChanged = 0x10
    superseded = 0x08
    cessationOfOperation = 0x04
    certificateHold = 0x02
    privilegeWithdrawn = 0x01
    aACompromise = 0x8000


ALL_REASONS: Final = ReasonFlags(0x807F)
"""Every reason; `unused` is none."""


class DistributionPointName(NamedTuple):
    """DistributionPointName: one of the two; `relative_name` is the DER of an RDN's contents, below the CRL issuer."""

    full_name: tuple[GeneralName, ...]
    relative_name: bytes | None


class DistributionPoint(NamedTuple):
    """DistributionPoint; `reasons` is ALL_REASONS if absent, `crl_issuer` is empty if the issuer signs its own CRLs."""

    name: DistributionPointName | None
    reasons: ReasonFlags
    crl_issuer: tuple[GeneralName, ...]


class Contents(enum.IntFlag):
    """The switches of IssuingDistributionPoint."""

    NONE = 0
    onlyContainsUserCerts = 1
    onlyContainsCACerts = 2
    indirectCRL = 4
    onlyContainsAttributeCerts = 8


class IssuingDistributionPoint(NamedTuple):
    """IssuingDistributionPoint (RFC 5280 5.2.5); `only_some_reasons` is ALL_REASONS if absent."""

    name: DistributionPointName | None
    contents: Contents
    only_some_reasons: ReasonFlags


class AccessDescription(NamedTuple):
    """AccessDescription; `method` dotted (ID_AD_OCSP, ID_AD_CA_ISSUERS ...)."""

    method: str
    location: GeneralName


def decode_crl_distribution_points(data: bytes) -> tuple[DistributionPoint, ...]:
    """Decode CRLDistributionPoints, also as freshestCRL."""
    sequence = der.whole(data, der.SEQUENCE, "CRLDistributionPoints")
    return tuple(_distribution_point(data, child) for child in der.children(data, sequence, limit=_MOST_POINTS))


def _distribution_point(data: bytes, point: der.Tlv) -> DistributionPoint:
    name, reasons = None, ALL_REASONS
    crl_issuer: tuple[GeneralName, ...] = ()
    _must_be(point, der.SEQUENCE, "DistributionPoint")
    for child in der.children(data, point, limit=3):
        match child.tag:
            case 0xA0:
                name = _name(data, child)
            case 0x81:
                reasons = _reasons(der.value(data, child))
            case 0xA2:
                crl_issuer = _general_names(data, child)
            case other:
                raise der.DerError(f"DistributionPoint: unexpected tag 0x{other:02x}")
    return DistributionPoint(name, reasons, crl_issuer)


def decode_issuing_distribution_point(data: bytes) -> IssuingDistributionPoint:
    """Decode IssuingDistributionPoint."""
    name, contents, reasons = None, Contents.NONE, ALL_REASONS
    sequence = der.whole(data, der.SEQUENCE, "IssuingDistributionPoint")
    if sequence.value_start == sequence.end:
        raise der.DerError("IssuingDistributionPoint is empty")
    for child in der.children(data, sequence, limit=6):
        match child.tag:
            case 0xA0:
                name = _name(data, child)
            case 0x83:
                reasons = _reasons(der.value(data, child))
            case tag if tag in _SWITCHES:
                if der.boolean(der.value(data, child)):
                    contents |= _SWITCHES[tag]
            case other:
                raise der.DerError(f"IssuingDistributionPoint: unexpected tag 0x{other:02x}")
    return IssuingDistributionPoint(name, contents, reasons)


_SWITCHES: Final = {
    0x81: Contents.onlyContainsUserCerts,
    0x82: Contents.onlyContainsCACerts,
    0x84: Contents.indirectCRL,
    0x85: Contents.onlyContainsAttributeCerts,
}


def decode_authority_info_access(data: bytes) -> tuple[AccessDescription, ...]:
    """Decode AuthorityInfoAccessSyntax."""
    sequence = der.whole(data, der.SEQUENCE, "AuthorityInfoAccessSyntax")
    return tuple(_access_description(data, child) for child in der.children(data, sequence, limit=_MOST_POINTS))


def _access_description(data: bytes, description: der.Tlv) -> AccessDescription:
    _must_be(description, der.SEQUENCE, "AccessDescription")
    method = der.expect(data, der.OBJECT_IDENTIFIER, description.value_start, description.end, "accessMethod")
    location = der.read(data, method.end, description.end)
    return AccessDescription(der.object_identifier(der.value(data, method)), decode_general_name(data, location))


def name_keys(name: DistributionPointName, crl_issuer: DistinguishedName) -> frozenset[bytes]:
    """Return a key for each full name, equal for names that match; a relative name stands below its CRL issuer's."""
    if name.relative_name is None:
        return frozenset(map(general_name_key, name.full_name))
    try:
        rdns = der.value(crl_issuer.der, der.whole(crl_issuer.der, der.SEQUENCE, "Name"))
    except der.DerError:
        return frozenset()
    return frozenset(
        {
            directory_name_key(
                DistinguishedName(der.encoded(der.SEQUENCE, rdns + der.encoded(der.SET, name.relative_name)))
            )
        }
    )


def general_name_key(name: GeneralName) -> bytes:
    """Return a key that is equal for names that match: a directoryName by RFC 5280 7.1, others octet by octet."""
    if name.kind is not GeneralNameKind.directoryName:
        return name.der
    return directory_name_key(DistinguishedName(der.value(name.der, der.read(name.der))))


def directory_name_key(name: DistinguishedName) -> bytes:
    """Return the key of the directoryName that holds `name`."""
    return b"directoryName " + name.match_key


def _name(data: bytes, field: der.Tlv) -> DistributionPointName:
    choice = der.read(data, field.value_start, field.end)
    if choice.end != field.end:
        raise der.DerError(f"DistributionPointName: {field.end - choice.end} bytes after its choice")
    match choice.tag:
        case 0xA0:
            return DistributionPointName(_general_names(data, choice), None)
        case 0xA1:
            return DistributionPointName((), der.value(data, choice))
        case other:
            raise der.DerError(f"DistributionPointName: unexpected tag 0x{other:02x}")


def _general_names(data: bytes, names: der.Tlv) -> tuple[GeneralName, ...]:
    return tuple(decode_general_name(data, child) for child in der.children(data, names, limit=_MOST_POINTS))


def _reasons(octets: bytes) -> ReasonFlags:
    if not octets or octets[0] > 7 or (octets[0] and len(octets) == 1):
        raise der.DerError("ReasonFlags: malformed BIT STRING")
    first, second = (*octets[1:3], 0, 0)[:2]
    return ReasonFlags(first | (second << 8 & ReasonFlags.aACompromise))


def _must_be(found: der.Tlv, tag: int, what: str) -> None:
    if found.tag != tag:
        raise der.DerError(f"{what}: tag 0x{found.tag:02x} at byte {found.start} where 0x{tag:02x} should be")
