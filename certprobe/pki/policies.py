"""Policy extensions (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14, Microsoft's) as small records, and their decoders.

A decoder takes the octets inside extnValue and raises DerError when they cannot be decoded. Empty lists and policies
that stand twice are taken, as Windows takes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.pki import der, extensions

if TYPE_CHECKING:
    from collections.abc import Callable

ID_QT_CPS: Final = "1.3.6.1.5.5.7.2.1"
ID_QT_UNOTICE: Final = "1.3.6.1.5.5.7.2.2"


class PolicyQualifier(NamedTuple):
    """PolicyQualifierInfo: dotted policyQualifierId and the DER of the qualifier."""

    oid: str
    der: bytes


class PolicyInformation(NamedTuple):
    """PolicyInformation: dotted policyIdentifier and its qualifiers."""

    policy: str
    qualifiers: tuple[PolicyQualifier, ...]


class PolicyMapping(NamedTuple):
    """One pair of PolicyMappings, dotted: what the issuer calls by the one name, the subject calls by the other."""

    issuer_domain_policy: str
    subject_domain_policy: str


class PolicyConstraints(NamedTuple):
    """PolicyConstraints: after how many more certificates each one begins, None if it does not."""

    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None


def decode_certificate_policies(data: bytes) -> tuple[PolicyInformation, ...]:
    """Decode CertificatePolicies."""
    sequence = der.whole(data, der.SEQUENCE, "CertificatePolicies")
    return tuple(_policy_information(data, child) for child in der.children(data, sequence))


def _policy_information(data: bytes, information: der.Tlv) -> PolicyInformation:
    der.expect(data, der.SEQUENCE, information.start, information.end, "PolicyInformation")
    policy, end = _object_identifier(data, information.value_start, information.end, "policyIdentifier")
    if end == information.end:
        return PolicyInformation(policy, ())
    qualifiers = der.expect(data, der.SEQUENCE, end, information.end, "policyQualifiers")
    _at_end(qualifiers.end, information, "PolicyInformation")
    return PolicyInformation(policy, tuple(_qualifier(data, child) for child in der.children(data, qualifiers)))


def _qualifier(data: bytes, info: der.Tlv) -> PolicyQualifier:
    der.expect(data, der.SEQUENCE, info.start, info.end, "PolicyQualifierInfo")
    oid, end = _object_identifier(data, info.value_start, info.end, "policyQualifierId")
    qualifier = der.read(data, end, info.end)
    _at_end(qualifier.end, info, "PolicyQualifierInfo")
    return PolicyQualifier(oid, der.element(data, qualifier))


def decode_application_policies(data: bytes) -> tuple[str, ...]:
    """Decode Microsoft's application policies, CertificatePolicies again, to their dotted OIDs."""
    return tuple(information.policy for information in decode_certificate_policies(data))


def decode_policy_mappings(data: bytes) -> tuple[PolicyMapping, ...]:
    """Decode PolicyMappings."""
    sequence = der.whole(data, der.SEQUENCE, "PolicyMappings")
    return tuple(_policy_mapping(data, child) for child in der.children(data, sequence))


def _policy_mapping(data: bytes, mapping: der.Tlv) -> PolicyMapping:
    der.expect(data, der.SEQUENCE, mapping.start, mapping.end, "PolicyMapping")
    issuer_domain, middle = _object_identifier(data, mapping.value_start, mapping.end, "issuerDomainPolicy")
    subject_domain, end = _object_identifier(data, middle, mapping.end, "subjectDomainPolicy")
    _at_end(end, mapping, "PolicyMapping")
    return PolicyMapping(issuer_domain, subject_domain)


def decode_policy_constraints(data: bytes) -> PolicyConstraints:
    """Decode PolicyConstraints."""
    skips: dict[int, int] = {}
    for child in der.children(data, der.whole(data, der.SEQUENCE, "PolicyConstraints"), limit=2):
        if child.tag not in (0x80, 0x81) or any(tag >= child.tag for tag in skips):
            raise der.DerError(f"PolicyConstraints: unexpected tag 0x{child.tag:02x}")
        skips[child.tag] = _skip_certs(data, child)
    return PolicyConstraints(skips.get(0x80), skips.get(0x81))


def decode_inhibit_any_policy(data: bytes) -> int:
    """Decode InhibitAnyPolicy: after how many more certificates anyPolicy counts no longer."""
    return _skip_certs(data, der.whole(data, der.INTEGER, "InhibitAnyPolicy"))


def _skip_certs(data: bytes, field: der.Tlv) -> int:
    count = der.integer(der.value(data, field))
    if count < 0:
        raise der.DerError(f"SkipCerts is {count}")
    return count


def _object_identifier(data: bytes, offset: int, end: int, what: str) -> tuple[str, int]:
    found = der.expect(data, der.OBJECT_IDENTIFIER, offset, end, what)
    return der.object_identifier(der.value(data, found)), found.end


def _at_end(offset: int, parent: der.Tlv, what: str) -> None:
    if offset != parent.end:
        raise der.DerError(f"{what}: {parent.end - offset} bytes too many")


DECODERS: Final[dict[str, Callable[[bytes], object]]] = {
    extensions.CERTIFICATE_POLICIES: decode_certificate_policies,
    extensions.POLICY_MAPPINGS: decode_policy_mappings,
    extensions.POLICY_CONSTRAINTS: decode_policy_constraints,
    extensions.INHIBIT_ANY_POLICY: decode_inhibit_any_policy,
    extensions.APPLICATION_POLICIES: decode_application_policies,
    extensions.APPLICATION_POLICY_MAPPINGS: decode_policy_mappings,
    extensions.APPLICATION_POLICY_CONSTRAINTS: decode_policy_constraints,
}
