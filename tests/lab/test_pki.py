"""What the lab issues is what was asked for, read by a library that did not write it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from certprobe.lab.der import tlv
from certprobe.lab.pki import (
    AUTHORITY_KEY_IDENTIFIER,
    SERVER_AUTH,
    SUBJECT_KEY_IDENTIFIER,
    Authority,
    Extension,
    Issued,
    KeyUsageName,
    Options,
    common_name_only,
    ec_key,
    name_der,
    rsa_key,
)

AT = datetime(2030, 6, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(1950, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2050, 1, 1, tzinfo=UTC)
ROOT = Authority.root("Lab root", at=AT)
ISSUING = ROOT.intermediate("Lab issuing CA")


def load(issued: Issued) -> x509.Certificate:
    return x509.load_der_x509_certificate(issued.der)


def verify(issued: Issued, authority: Authority) -> None:
    load(issued).verify_directly_issued_by(load(authority.issued))


def test_server_is_right_by_default() -> None:
    certificate = load(ISSUING.server("localhost", "127.0.0.1", "::1"))
    assert certificate.version is x509.Version.v3
    assert certificate.subject.rfc4514_string() == "CN=localhost"
    assert certificate.issuer.rfc4514_string() == "CN=Lab issuing CA"
    assert certificate.not_valid_before_utc == AT - timedelta(days=1)
    assert certificate.not_valid_after_utc == AT + timedelta(days=90)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_encipherment
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.SERVER_AUTH
    ]
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.BasicConstraints)


def test_client_is_right_by_default() -> None:
    certificate = load(ISSUING.client("alice"))
    assert certificate.subject.rfc4514_string() == "CN=alice"
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_authorities_are_right_by_default() -> None:
    root, issuing = load(ROOT.issued), load(ISSUING.issued)
    for certificate in (root, issuing):
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert constraints.value == x509.BasicConstraints(ca=True, path_length=None)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.key_cert_sign
        assert usage.crl_sign
        assert not usage.digital_signature
    assert root.subject == root.issuer
    assert [extension.oid for extension in root.extensions] == [
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
    ]
    verify(ROOT.issued, ROOT)
    verify(ISSUING.issued, ROOT)


def test_key_identifiers_link_subject_to_issuer() -> None:
    issued = load(ISSUING.client("alice"))
    issuer = load(ISSUING.issued)
    aki = issued.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    ski = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert aki.key_identifier == ski.digest


@pytest.mark.parametrize(
    ("authority", "length"), [(ROOT, 0), (ISSUING, 1), (ISSUING.intermediate("Lower"), 2)], ids=["root", "one", "two"]
)
def test_chain_holds_the_issuers_without_the_root(authority: Authority, length: int) -> None:
    chain = authority.client("alice").chain
    assert len(chain) == length
    assert chain[:1] == (authority.issued.der,)[:length]
    assert ROOT.issued.der not in chain


@pytest.mark.parametrize(
    "key", [ec_key, lambda: ec_key(ec.SECP384R1()), rsa_key, ed25519.Ed25519PrivateKey.generate], ids=range(4)
)
def test_every_kind_of_key_signs(
    key: Callable[[], ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey],
) -> None:
    authority = Authority.root("Lab root", at=AT, key=key())
    verify(authority.client("alice"), authority)


def test_rsa_server_may_encipher_keys() -> None:
    certificate = load(ISSUING.server("localhost", key=rsa_key(1024)))
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment


@pytest.mark.parametrize("bits", [512, 768, 1024])
def test_weak_rsa_key_has_the_size_asked_for(bits: int) -> None:
    key = rsa_key(bits)
    assert key.key_size == bits
    verify((weak := Authority.root("Weak", at=AT, key=key)).issued, weak)


@pytest.mark.parametrize(
    ("digest", "oid"),
    [
        (hashes.MD5(), "1.2.840.113549.1.1.4"),
        (hashes.SHA1(), "1.2.840.113549.1.1.5"),
        (hashes.SHA512(), "1.2.840.113549.1.1.13"),
    ],
)
def test_signature_hash(digest: hashes.HashAlgorithm, oid: str) -> None:
    certificate = load(Authority.root("Lab root", at=AT, key=rsa_key(1024)).client("alice", signature_hash=digest))
    assert certificate.signature_algorithm_oid.dotted_string == oid


def test_broken_signature_differs_in_the_signature_only() -> None:
    alice = ISSUING.client("alice")
    broken = alice.with_broken_signature()
    assert load(broken).tbs_certificate_bytes == load(alice).tbs_certificate_bytes
    verify(alice, ISSUING)
    with pytest.raises(InvalidSignature):
        verify(broken, ISSUING)


@pytest.mark.parametrize(
    ("options", "not_before", "not_after"),
    [
        (Options(not_after=AT - timedelta(days=9)), AT - timedelta(days=10), AT - timedelta(days=9)),
        (Options(not_before=AT + timedelta(days=9)), AT + timedelta(days=9), AT + timedelta(days=99)),
        (Options(not_before=AT, not_after=AT - timedelta(days=1)), AT, AT - timedelta(days=1)),
        (Options(not_before=LONG_AGO, not_after=FAR_AHEAD), LONG_AGO, FAR_AHEAD),
    ],
    ids=["expired", "not yet valid", "inside out", "generalized time"],
)
def test_validity_window(options: Options, not_before: datetime, not_after: datetime) -> None:
    certificate = load(ISSUING.client("alice", **options))
    assert (certificate.not_valid_before_utc, certificate.not_valid_after_utc) == (not_before, not_after)


def test_common_name_only_server_has_no_alternative_names() -> None:
    certificate = load(ISSUING.server("localhost", subject_alt_names=()))
    assert certificate.subject.rfc4514_string() == "CN=localhost"
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_usages_may_be_wrong_or_absent() -> None:
    wrong = load(ISSUING.client("alice", extended_key_usage=(SERVER_AUTH,), key_usage=("keyAgreement", "decipherOnly")))
    assert list(wrong.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.SERVER_AUTH
    ]
    usage = wrong.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.key_agreement, usage.decipher_only, usage.encipher_only) == (True, True, False)
    absent = load(ISSUING.client("alice", extended_key_usage=None, key_usage=None))
    assert {extension.oid for extension in absent.extensions} == {
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    }


@pytest.mark.parametrize(
    ("names", "value"),
    [
        ((), "030100"),
        (("digitalSignature",), "03020780"),
        (("keyCertSign", "cRLSign"), "03020106"),
        (("decipherOnly", "digitalSignature"), "0303078080"),
    ],
)
def test_key_usage_has_no_trailing_zero_bits(names: tuple[KeyUsageName, ...], value: str) -> None:
    assert tlv(0x04, bytes.fromhex(value)) in ISSUING.client("alice", key_usage=names).der


def test_authorities_outlive_what_they_issue() -> None:
    for authority in (ROOT, ISSUING):
        certificate = load(authority.issued)
        assert certificate.not_valid_before_utc == AT - timedelta(days=365)
        assert certificate.not_valid_after_utc == AT + timedelta(days=3650)


def test_basic_constraints_may_be_wrong() -> None:
    limited = load(ROOT.intermediate("Limited", basic_constraints=x509.BasicConstraints(ca=True, path_length=0)).issued)
    assert limited.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    not_a_ca = ROOT.intermediate("No CA", basic_constraints=x509.BasicConstraints(ca=False, path_length=None))
    assert not load(not_a_ca.issued).extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_extensions_are_added_replaced_and_omitted() -> None:
    certificate = load(
        ISSUING.client(
            "alice",
            extensions=(Extension("1.2.3", b"unknown", critical=True), Extension(SUBJECT_KEY_IDENTIFIER, b"\x04\x01x")),
            omit=(AUTHORITY_KEY_IDENTIFIER,),
        )
    )
    found = {extension.oid.dotted_string: extension for extension in certificate.extensions}
    assert AUTHORITY_KEY_IDENTIFIER not in found
    assert found["1.2.3"].critical
    assert found["1.2.3"].value == x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"unknown")
    assert found[SUBJECT_KEY_IDENTIFIER].value == x509.SubjectKeyIdentifier(b"x")


def test_version_1_has_no_extensions() -> None:
    certificate = load(ROOT.client("alice", version=1))
    assert certificate.version is x509.Version.v1
    assert list(certificate.extensions) == []


@pytest.mark.parametrize("text", ["[red]x[/red]", "a\x1b[31m\x00b", "a\u202eb", "x" * 64])
def test_common_name_may_hold_any_characters(text: str) -> None:
    certificate = load(ROOT.client(text))
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == text


def test_subject_in_three_forms() -> None:
    text = "CN=alice,OU=people,DC=lab,DC=test"
    name = x509.Name.from_rfc4514_string(text)
    for subject in (text, name, name.public_bytes()):
        assert load(ROOT.client("alice", subject=subject)).subject == name
    assert name_der(common_name_only("alice")) == name_der("CN=alice")


def test_issuer_and_serial_number_may_be_anything() -> None:
    certificate = load(ROOT.client("alice", issuer="CN=somebody else", serial_number=2**64))
    assert certificate.issuer.rfc4514_string() == "CN=somebody else"
    assert certificate.serial_number == 2**64


def test_cross_sign_keeps_name_and_key() -> None:
    other = Authority.root("Other root", at=AT)
    crossed = ROOT.cross_sign(other)
    assert crossed.issued.subject == other.issued.subject
    assert crossed.issued.issuer == ROOT.issued.subject
    verify(crossed.issued, ROOT)
    verify(crossed.client("alice"), other)
    assert crossed.client("alice").chain == (crossed.issued.der,)


def test_end_entity_may_act_as_authority() -> None:
    leaf = ISSUING.client("leaf")
    below = Authority(leaf, AT).client("below")
    assert below.chain == (leaf.der, ISSUING.issued.der)
    assert below.issuer == leaf.subject


def test_pem_and_pkcs12_forms() -> None:
    alice = ISSUING.client("alice")
    pem = x509.load_pem_x509_certificates(alice.chain_pem)
    assert pem == [load(alice), load(ISSUING.issued)]
    assert x509.load_pem_x509_certificates(alice.certificate_pem) == pem[:1]
    key = load_pem_private_key(alice.private_key_pem(b"secret"), b"secret")
    assert key.public_key() == alice.private_key.public_key()
    loaded = pkcs12.load_pkcs12(alice.pkcs12(b"secret", "Alice"), b"secret")
    assert loaded.cert is not None
    assert (loaded.cert.certificate, loaded.cert.friendly_name) == (load(alice), b"Alice")
    assert [extra.certificate for extra in loaded.additional_certs] == pem[1:]


def test_no_key_in_any_representation() -> None:
    assert "private_key" not in repr(ISSUING)
    assert "private_key" not in repr(ISSUING.client("alice"))
