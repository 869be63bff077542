"""The CRL reader: against `cryptography` on what both read, its faults on what is odd, and any octets at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certprobe.lab.der import bit_string, integer, oid, sequence, time, tlv
from certprobe.lab.pki import Authority, Extension, Issued, encoded_extension
from certprobe.lab.revocation import Status, crl, distribution_point, issuing_distribution_point, revoked
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CRL_NUMBER, DELTA_CRL_INDICATOR, CertificateList
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.distribution import ALL_REASONS, Contents, ReasonFlags
from certprobe.pki.signature import SignatureCheck, verify_signature

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CA = Authority.root("CA", at=AT)
ALICE = CA.client("alice")
BOB = CA.client("bob", serial_number=-129)
FRESHEST = Extension("2.5.29.46", sequence(distribution_point("http://crl.test/delta")))
ODD = Extension("1.2.3.4", b"\x05\x00", critical=True)


def serial(holder: Issued) -> int:
    return Certificate(holder.der).serial_number


def made_by_cryptography() -> CertificateList:
    """Three entries, the last with everything, by a writer that is not ours."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=x509.Name.from_rfc4514_string("CN=CA"), last_update=AT, next_update=AT + timedelta(days=7)
    )
    for number in (1, 2**63, 2**159 - 1):
        entry = x509.RevokedCertificateBuilder(serial_number=number, revocation_date=AT - timedelta(days=number % 3))
        if number > 2**100:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            entry = entry.add_extension(x509.InvalidityDate(AT - timedelta(days=9)), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    builder = builder.add_extension(x509.CRLNumber(77), critical=False)
    made = builder.sign(CA.issued.private_key, hashes.SHA256())
    return CertificateList(made.public_bytes(Encoding.DER))


def test_every_field_is_read_as_cryptography_reads_it() -> None:
    ours = made_by_cryptography()
    theirs = x509.load_der_x509_crl(ours.der)
    assert (ours.fault, ours.version, ours.crl_number, ours.entry_count) == (None, 2, 77, len(theirs))
    assert ours.issuer.der == theirs.issuer.public_bytes()
    assert (ours.this_update, ours.next_update) == (theirs.last_update_utc, theirs.next_update_utc)
    assert ours.signed_octets == theirs.tbs_certlist_bytes
    assert ours.signature_value == theirs.signature
    assert ours.signature_algorithm == "ecdsa-with-SHA256"
    for entry in theirs:
        (found,) = ours.entries(entry.serial_number)
        assert (found.serial_number, found.revocation_date) == (entry.serial_number, entry.revocation_date_utc)
    assert found.reason is CrlReason.keyCompromise
    assert found.invalidity_date == AT - timedelta(days=9)
    assert list(ours.entries(3)) == []


def test_cryptography_reads_what_the_lab_writes() -> None:
    theirs = x509.load_der_x509_crl(crl(CA, revoked(ALICE, reason=CrlReason.superseded), number=5))
    (entry,) = theirs
    assert theirs.is_signature_valid(CA.issued.private_key.public_key())
    assert entry.serial_number == serial(ALICE)
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.superseded
    assert theirs.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 5


def test_signature() -> None:
    made = crl(CA, revoked(ALICE))
    broken = CertificateList(made[:-1] + bytes([made[-1] ^ 1]))
    assert verify_signature(CertificateList(made), Certificate(CA.issued.der)) is SignatureCheck.VALID
    assert verify_signature(broken, Certificate(CA.issued.der)) is SignatureCheck.INVALID
    assert verify_signature(CertificateList(made), Certificate(ALICE.der)) is SignatureCheck.INVALID


def test_extensions() -> None:
    scope = issuing_distribution_point(
        "http://crl.test/1", contents=Contents.onlyContainsUserCerts | Contents.indirectCRL,
        reasons=ReasonFlags.keyCompromise | ReasonFlags.aACompromise,
    )  # fmt: skip
    made = CertificateList(crl(CA, number=9, base=4, scope=scope, extensions=[FRESHEST]))
    assert (made.fault, made.is_delta, made.base_crl_number, made.crl_number) == (None, True, 4, 9)
    point = made.issuing_distribution_point
    assert point is not None
    assert point.name is not None
    assert [name.value for name in point.name.full_name] == ["http://crl.test/1"]
    assert point.contents == Contents.onlyContainsUserCerts | Contents.indirectCRL
    assert point.only_some_reasons == ReasonFlags.keyCompromise | ReasonFlags.aACompromise
    assert made.freshest_crl is not None
    assert made.freshest_crl[0].reasons == ALL_REASONS
    assert made.authority_key_identifier is not None
    assert made.unknown_critical_extensions == ()


def test_a_crl_without_extensions() -> None:
    made = CertificateList(crl(CA, version=1, next_update=None))
    assert (made.fault, made.version, made.next_update, made.is_delta) == (None, 1, None, False)
    assert (made.crl_number, made.issuing_distribution_point, made.freshest_crl) == (None, None, None)
    assert made.authority_key_identifier is None


@pytest.mark.parametrize(("number", "octets"), [
    (5, b"\x05"), (5, b"\x00\x05"), (5, b"\x00\x00\x00\x05"), (255, b"\x00\xff"), (-1, b"\xff"), (-1, b"\xff\xff"),
    (-129, b"\xff\x7f"), (128, b"\x00\x80"), (0, b"\x00"), (2**400, (2**400).to_bytes(51)),
])  # fmt: skip
def test_serial_numbers_are_numbers(number: int, octets: bytes) -> None:
    entry = sequence(tlv(0x02, octets), time(AT))
    made = listing(entry)
    assert made.fault is None
    assert [found.serial_number for found in made.entries(number)] == [number]
    assert list(made.entries(number ^ 0x100)) == []


def test_entries_of_one_number_have_the_certificate_issuer_in_effect() -> None:
    entries = (Status(7, 0), Status(7, 0, issuer="CN=Other"), Status(8, 0), Status(7, 0, issuer="CN=Third"))
    made = CertificateList(crl(CA, *entries))

    def issuers(number: int) -> list[str | None]:
        found = (entry.certificate_issuer for entry in made.entries(number))
        return [issuer[0].value if issuer else None for issuer in found]

    assert made.entry_count == 4
    assert issuers(7) == [None, "CN=Other", "CN=Third"]
    assert issuers(8) == ["CN=Other"]


def test_unknown_critical_extensions_of_the_list_and_of_any_entry() -> None:
    entry = Extension("1.2.3.5", b"\x05\x00", critical=True)
    known = Extension("1.2.3.6", b"\x05\x00")
    made = CertificateList(crl(CA, revoked(ALICE), revoked(BOB, extensions=(entry, known)), extensions=[ODD]))
    assert made.unknown_critical_extensions == ("1.2.3.4", "1.2.3.5")
    assert [found.serial_number for found in made.entries(-129)] == [-129]


def listing(*entries: bytes, version: int = 2) -> CertificateList:
    """A CRL with these entries as they are."""
    return shaped(integer(version - 1) if version > 1 else b"", b"", tlv(0x30, *entries))


ALGORITHM = sequence(oid("1.2.840.10045.4.3.2"))
NAME = sequence()
EMPTY_EXTENSIONS = tlv(0xA0, sequence())


def shaped(
    version: bytes, next_update: bytes, *rest: bytes, outer: bytes = ALGORITHM, end: bytes = b""
) -> CertificateList:
    tbs = sequence(version, ALGORITHM, NAME, time(AT), next_update, *rest)
    return CertificateList(sequence(tbs, outer, bit_string(b"\x00"), end))


def extended(*extensions: Extension) -> CertificateList:
    """A CRL with these extensions and no other."""
    return shaped(V2, b"", tlv(0xA0, sequence(*map(encoded_extension, extensions))))


V2 = integer(1)
NUMBER = Extension(CRL_NUMBER, integer(1))
ENTRY = sequence(integer(1), time(AT))
REASON = sequence(sequence(oid("2.5.29.21"), tlv(0x04, b"\x0a\x01\x01")))


@pytest.mark.parametrize(("made", "fault"), [
    (lambda: CertificateList(b""), "CertificateList: data ends at byte 0 where a value should begin"),
    (lambda: shaped(integer(2), b""), "Version: v3 is written out, which only v2 may be"),
    (lambda: shaped(integer(0), b""), "Version: v1 is written out, which only v2 may be"),
    (lambda: shaped(b"", b"", EMPTY_EXTENSIONS), "crlExtensions in a v1 CRL"),
    (lambda: shaped(V2, b"", sequence()), "revokedCertificates is empty"),
    (lambda: shaped(V2, tlv(0x17, b"x")), "time 'x' is neither UTCTime nor GeneralizedTime"),
    (lambda: shaped(V2, b"", tlv(0x04)), "TBSCertList: unexpected value at byte"),
    (lambda: shaped(V2, b"", outer=sequence(oid("1.2"))), "signatureAlgorithm differs from the signature field inside"),
    (lambda: shaped(V2, b"", end=b"\x05\x00"), "CertificateList: 2 bytes after signatureValue"),
    (lambda: listing(ENTRY, b"\x05\x00"), "revokedCertificates: entry: tag 0x05 at byte"),
    (lambda: listing(ENTRY, sequence(integer(2))), "revokedCertificates: data ends at byte"),
    (lambda: listing(sequence(integer(1), tlv(0x17, b"26030112000Z"))), "revokedCertificates: time '26030112000Z'"),
    (lambda: listing(sequence(integer(1), time(AT), REASON), version=1), "crlEntryExtensions in a v1 CRL"),
    (lambda: listing(sequence(integer(1), time(AT), REASON, b"\x05\x00")), "crlEntryExtensions: 2 bytes after its end"),
    (lambda: extended(Extension(DELTA_CRL_INDICATOR, b"\x05\x00")), "the extension 2.5.29.27: CRLNumber: tag 0x05"),
    (lambda: extended(Extension(CRL_NUMBER, b"")), "the extension 2.5.29.20: CRLNumber: data ends"),
    (lambda: extended(Extension("2.5.29.28", b"\x30\x03\x86\x01\x00")), "unexpected tag 0x86"),
    (lambda: extended(Extension("2.5.29.28", b"\x30\x00")), "IssuingDistributionPoint is empty"),
    (lambda: extended(NUMBER, NUMBER), "the extension 2.5.29.20 stands more than once"),
])  # fmt: skip
def test_fault(made: Callable[[], CertificateList], fault: str) -> None:
    assert fault in (made().fault or "")


def test_a_day_that_does_not_exist_hides_no_entry() -> None:
    made = listing(sequence(integer(6), tlv(0x17, b"260230120000Z")))
    (entry,) = made.entries(6)
    assert (made.fault, entry.revocation_date) == (None, None)


def test_an_unknown_reason_hides_no_entry() -> None:
    reason = sequence(sequence(oid("2.5.29.21"), tlv(0x04, b"\x0a\x01\x63")))
    (entry,) = listing(sequence(integer(6), time(AT), reason)).entries(6)
    assert entry.reason is CrlReason.unspecified


def test_entries_longer_than_the_plain_form() -> None:
    general = tlv(0x18, b"20260301120000Z")
    made = listing(sequence(integer(2**1100), time(AT)), sequence(integer(4), general), ENTRY)
    assert made.fault is None
    assert made.entry_count == 3
    assert [entry.revocation_date for number in (2**1100, 4, 1) for entry in made.entries(number)] == [AT] * 3


def test_big_crls_are_walked_over_once() -> None:
    entries = b"".join(sequence(integer(2**60 + number), time(AT)) for number in range(20_000))
    made = listing(entries)
    assert (made.fault, made.entry_count) == (None, 20_000)
    assert len(list(made.entries(2**60 + 19_999))) == 1


SEEDS = (crl(CA, revoked(ALICE, reason=CrlReason.keyCompromise), revoked(BOB, issuer="CN=Other"), number=3, base=1),)


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.tuples(st.sampled_from(SEEDS), st.integers(0, 400), st.binary(max_size=4)).map(
    lambda made: made[0][: made[1]] + made[2] + made[0][made[1] + len(made[2]) :]
))  # fmt: skip
def test_any_octets_have_an_answer_to_everything(octets: bytes) -> None:
    made = CertificateList(octets)
    assert isinstance(made.fault, str | None)
    assert made.entry_count >= 0
    for number in (serial(ALICE), -129, 0):
        assert all(entry.serial_number == number for entry in made.entries(number))
    assert isinstance(made.unknown_critical_extensions, tuple)
    made.issuing_distribution_point, made.freshest_crl, made.authority_key_identifier  # noqa: B018
    made.crl_number, made.base_crl_number, made.signature_value, made.signature_algorithm, made.this_update  # noqa: B018
    assert "CertificateList" in repr(made)
