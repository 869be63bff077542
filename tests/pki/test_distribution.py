"""Distribution points and access descriptions: against `cryptography`, and what is damaged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given
from hypothesis import strategies as st

from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, common_name_only
from certprobe.lab.revocation import distribution_point, distribution_points
from certprobe.pki.certificate import Certificate
from certprobe.pki.der import DerError
from certprobe.pki.distribution import (
    ALL_REASONS,
    AUTHORITY_INFO_ACCESS,
    FRESHEST_CRL,
    ID_AD_CA_ISSUERS,
    ID_AD_OCSP,
    DistributionPointName,
    ReasonFlags,
    decode_authority_info_access,
    decode_crl_distribution_points,
    decode_issuing_distribution_point,
    directory_name_key,
    general_name_key,
    name_keys,
)
from certprobe.pki.extensions import decode_general_names
from certprobe.pki.name import DistinguishedName

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CA = Authority.root("CA", at=AT)
URI = "http://crl.test/1"
NAME = x509.Name.from_rfc4514_string("CN=Issuer,O=Lab")


def with_extension(value: x509.ExtensionType, dotted: str) -> Certificate:
    return Certificate(CA.client("x", extensions=[Extension(dotted, value.public_bytes())]).der)


def test_points_written_by_cryptography() -> None:
    reasons = frozenset({x509.ReasonFlags.key_compromise, x509.ReasonFlags.aa_compromise})
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "part")])
    points = [
        x509.DistributionPoint([x509.UniformResourceIdentifier(URI), x509.DirectoryName(NAME)], None, None, None),
        x509.DistributionPoint(None, relative, reasons, [x509.DirectoryName(NAME)]),
    ]
    for value, dotted in ((x509.CRLDistributionPoints(points), "2.5.29.31"), (x509.FreshestCRL(points), FRESHEST_CRL)):
        certificate = with_extension(value, dotted)
        first, second = (certificate.crl_distribution_points or certificate.freshest_crl) or ()
        assert first.name is not None
        assert [name.value for name in first.name.full_name] == [URI, "CN=Issuer,O=Lab"]
        assert (first.reasons, first.crl_issuer) == (ALL_REASONS, ())
        assert second.name is not None
        assert second.name.relative_name == sequence(oid("2.5.4.3"), tlv(0x0C, b"part"))
        assert second.reasons == ReasonFlags.keyCompromise | ReasonFlags.aACompromise
        assert [name.value for name in second.crl_issuer] == ["CN=Issuer,O=Lab"]


def test_access_descriptions_written_by_cryptography() -> None:
    ocsp = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://o.test"))
    issuers = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.DirectoryName(NAME))
    found = with_extension(x509.AuthorityInformationAccess([ocsp, issuers]), AUTHORITY_INFO_ACCESS)
    described = [(each.method, each.location.value) for each in found.authority_info_access or ()]
    assert described == [(ID_AD_OCSP, "http://o.test"), (ID_AD_CA_ISSUERS, "CN=Issuer,O=Lab")]


def test_absent_and_damaged() -> None:
    plain = Certificate(CA.client("x").der)
    assert (plain.crl_distribution_points, plain.freshest_crl, plain.authority_info_access) == (None, None, None)
    damaged = Certificate(CA.client("x", extensions=[distribution_points(b"\x05\x00")]).der)
    assert damaged.crl_distribution_points is None


def test_a_relative_name_stands_below_its_issuer() -> None:
    """As a directoryName that is spelled out, in any letters."""
    name = DistributionPointName((), sequence(oid("2.5.4.3"), tlv(0x0C, b"Part")))
    spelled = sequence(tlv(0xA4, sequence(
        *(tlv(0x31, sequence(oid("2.5.4.3"), tlv(tag, text))) for tag, text in ((0x0C, b"Issuer"), (0x13, b"PART")))
    )))  # fmt: skip
    issuer = DistinguishedName(common_name_only("issuer"))
    assert name_keys(name, issuer) == {general_name_key(each) for each in decode_general_names(spelled)}
    assert name_keys(name, DistinguishedName(b"\x05\x00")) == frozenset()


def test_name_keys() -> None:
    """Directory names match by RFC 5280 7.1, URIs octet by octet."""
    upper, lower = (DistinguishedName(common_name_only(text)) for text in ("CA", "ca"))
    assert directory_name_key(upper) == directory_name_key(lower)
    one, other = (decode_crl_distribution_points(sequence(distribution_point(uri)))[0] for uri in (URI, URI.upper()))
    assert one.name is not None
    assert other.name is not None
    assert name_keys(one.name, upper).isdisjoint(name_keys(other.name, upper))


@pytest.mark.parametrize(("octets", "fault"), [
    (b"\x05\x00", "CRLDistributionPoints: tag 0x05"),
    (sequence(b"\x05\x00"), "DistributionPoint: tag 0x05"),
    (sequence(sequence(b"\x05\x00")), "DistributionPoint: unexpected tag 0x05"),
    (sequence(sequence(tlv(0x81))), "ReasonFlags: malformed"),
    (sequence(sequence(tlv(0x81, b"\x09\x00"))), "ReasonFlags: malformed"),
    (sequence(sequence(tlv(0xA0, b"\x05\x00"))), "DistributionPointName: unexpected tag 0x05"),
    (sequence(sequence(tlv(0xA0, tlv(0xA0), tlv(0xA0)))), "DistributionPointName: 2 bytes after its choice"),
    (sequence(sequence(tlv(0xA2, b"\x05\x00"))), "GeneralName: unexpected tag 0x05"),
])  # fmt: skip
def test_damaged_points(octets: bytes, fault: str) -> None:
    with pytest.raises(DerError, match=f"^{fault}"):
        decode_crl_distribution_points(octets)


@pytest.mark.parametrize("decode", [
    decode_crl_distribution_points, decode_issuing_distribution_point, decode_authority_info_access,
])  # fmt: skip
@given(octets=st.binary(max_size=60).map(lambda inner: sequence(inner)) | st.binary(max_size=60))
def test_any_octets(decode: object, octets: bytes) -> None:
    assert callable(decode)
    try:
        decode(octets)
    except DerError as error:
        assert str(error)
