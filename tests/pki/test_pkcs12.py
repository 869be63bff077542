"""PKCS#12 part by part: what is kept of each, what is said of what cannot be used, and that hostile files end."""

from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from certprobe.errors import DecodeError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.pki import derivation
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import KeyStatus
from certprobe.pki.decode import Contents, Locked, decode
from certprobe.pki.derivation import Effort, Use
from certprobe.pki.identities import Identities, credentials
from certprobe.pki.private_key import public_key_octets
from tests.pki import pfx
from tests.pki.certificates import ISSUING

ALICE, BOB = ISSUING.client("alice"), ISSUING.client("bob")
INTERMEDIATE = ISSUING.issued
PBE = PrivateFormat.PKCS12.encryption_builder()
OLD = PBE.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())


def read(data: bytes, password: bytes | None = None, locked: Locked = Locked.REFUSED) -> Contents:
    return decode(data, source="file", password=password, locked=locked)


def identities(data: bytes, password: bytes | None = None) -> Identities:
    return credentials([read(data, password)])


def told(found: Identities) -> list[tuple[str, str | None, KeyStatus]]:
    return [(one.certificate.subject.rfc4514, one.friendly_name, one.key_status) for one in found.credentials]


@pytest.mark.parametrize(
    ("data", "password"),
    [
        (ALICE.pkcs12(b"secret"), b"secret"),
        (ALICE.pkcs12(b"secret", encryption=OLD.build(b"secret")), b"secret"),
        (ALICE.pkcs12(None), None),
        (ALICE.pkcs12(None), b"meant for another file"),
        (ALICE.pkcs12("Grüße".encode()), "Grüße".encode()),
    ],
    ids=["PBES2", "3DES", "none", "not-needed", "UTF-8"],
)
def test_an_identity_of_cryptography(data: bytes, password: bytes | None) -> None:
    contents = read(data, password)
    assert contents.certificates == (Certificate(ALICE.der), Certificate(INTERMEDIATE.der))
    assert [found.source for found in contents.found_certificates] == ["file #1", "file #2"]
    assert [public_key_octets(key) for key in contents.private_keys] == [public_key_octets(ALICE.private_key)]
    assert contents.found_keys[0].source == "file #3"
    assert contents.notes == ()


# --- identities -------------------------------------------------------------------------------------------------------

TWO = pfx.safe(
    pfx.cert_bag(INTERMEDIATE),
    pfx.key_bag(BOB, pfx.friendly_name("bob’s"), pfx.local_key_id(b"b")),
    pfx.cert_bag(ALICE, pfx.friendly_name("alice’s"), pfx.local_key_id(b"a")),
    pfx.key_bag(ALICE, pfx.local_key_id(b"a")),
    pfx.cert_bag(BOB, pfx.local_key_id(b"b")),
)


def test_two_identities_in_any_order() -> None:
    """A name of the key alone is as good as one of the certificate."""
    found = identities(pfx.pfx(TWO))
    assert told(found) == [("CN=alice", "alice’s", KeyStatus.FITS), ("CN=bob", "bob’s", KeyStatus.FITS)]
    assert [one.source for one in found.credentials] == ["file #3", "file #5"]
    assert [one.intermediates for one in found.credentials] == [(Certificate(INTERMEDIATE.der),)] * 2
    assert found.notes == ()


def test_a_local_key_id_that_contradicts_the_keys_is_told() -> None:
    crossed = pfx.safe(
        pfx.cert_bag(ALICE, pfx.local_key_id(b"1")),
        pfx.cert_bag(BOB, pfx.local_key_id(b"2")),
        pfx.key_bag(ALICE, pfx.local_key_id(b"2")),
        pfx.key_bag(BOB, pfx.local_key_id(b"1")),
    )
    found = identities(pfx.pfx(crossed))
    assert [status for *_, status in told(found)] == [KeyStatus.FITS, KeyStatus.FITS]
    assert found.notes == (
        "file #1: its localKeyID is that of file #4, but the private key of file #3 fits it",
        "file #2: its localKeyID is that of file #3, but the private key of file #4 fits it",
    )


def test_a_key_that_does_not_fit_stays_with_the_certificate_of_its_local_key_id() -> None:
    stranger = ISSUING.client("stranger")
    found = identities(
        pfx.pfx(
            pfx.safe(
                pfx.cert_bag(ALICE),
                pfx.key_bag(ALICE),
                pfx.cert_bag(ISSUING.client("carol")),
                pfx.cert_bag(BOB, pfx.local_key_id(b"b")),
                pfx.key_bag(stranger, pfx.local_key_id(b"b")),
            )
        )
    )
    statuses = [KeyStatus.FITS, KeyStatus.ABSENT, KeyStatus.DOES_NOT_FIT]
    assert [status for *_, status in told(found)] == statuses
    assert found.notes == ("file #5: private key does not fit the certificate of file #4",)


def test_a_local_key_id_of_a_key_that_fits_another_certificate_is_told() -> None:
    found = identities(
        pfx.pfx(
            pfx.safe(
                pfx.cert_bag(ALICE, pfx.local_key_id(b"1")),
                pfx.key_bag(ALICE, pfx.local_key_id(b"1")),
                pfx.cert_bag(BOB, pfx.local_key_id(b"1")),
            )
        )
    )
    assert [status for *_, status in told(found)] == [KeyStatus.FITS, KeyStatus.ABSENT]
    assert found.notes == ("file #3: its localKeyID is that of file #2, which fits another certificate",)


def test_a_certificate_that_stands_twice_is_there_once() -> None:
    twice = pfx.safe(pfx.cert_bag(INTERMEDIATE), pfx.cert_bag(INTERMEDIATE), pfx.cert_bag(ALICE), pfx.cert_bag(BOB))
    assert len(read(pfx.pfx(twice)).certificates) == 3
    tied = pfx.safe(*[pfx.cert_bag(ALICE, pfx.local_key_id(b"a"))] * 2)
    assert identities(pfx.pfx(tied)).notes == ("file #2: the same certificate as file #1",)


# --- parts of other kinds, and parts that cannot be used --------------------------------------------------------------


def nested(levels: int) -> bytes:
    contents = sequence(pfx.cert_bag(ALICE))
    for _ in range(levels):
        contents = sequence(pfx.bag(pfx.SAFE_CONTENTS, contents))
    return pfx.pfx(sequence(oid(pfx.DATA), tlv(0xA0, pfx.octets(contents))))


def test_bags_within_bags() -> None:
    assert read(nested(8)).certificates == (Certificate(ALICE.der),)
    with pytest.raises(DecodeError, match="file: PKCS#12 file is damaged: SafeContents of more than 8 levels"):
        read(nested(9))


PASSED_OVER = {
    "crl": (pfx.bag(pfx.CRL, sequence()), "file #1: CRL bag is passed over"),
    "secret": (pfx.bag(pfx.SECRET, sequence()), "file #1: secret bag is passed over"),
    "unknown": (pfx.bag("1.2.3", sequence()), "file #1: unknown (1.2.3) bag is passed over"),
    "sdsi": (
        pfx.cert_bag(ALICE, kind="1.2.840.113549.1.9.22.2"),
        "file #1 (certificate, not used): certificate of type 1.2.840.113549.1.9.22.2 is not supported",
    ),
    "no-certificate": (
        pfx.bag(pfx.CERT, sequence(oid(pfx.X509), tlv(0xA0, pfx.octets(b"\x30\x00")))),
        "file #1 (certificate, not used): no certificate: tbs_certificate: data ends at byte 2",
    ),
    "no-key": (
        pfx.bag(pfx.KEY, sequence(integer(0), integer(5))),
        "file #1 (private key, not used): private key is damaged or in no known format",
    ),
    "damaged": (
        pfx.bag(pfx.CERT, integer(1)),
        "file #1 (certificate, not used): damaged: contentType: data ends at byte",
    ),
}


@pytest.mark.parametrize(("bag", "note"), PASSED_OVER.values(), ids=PASSED_OVER)
def test_a_bag_that_cannot_be_used_is_noted(bag: bytes, note: str) -> None:
    contents = read(pfx.pfx(pfx.safe(bag, pfx.cert_bag(ALICE), pfx.key_bag(ALICE))))
    assert told(credentials([contents])) == [("CN=alice", None, KeyStatus.FITS)]
    (found,) = contents.notes
    assert found.startswith(note)


def test_contents_that_no_password_opens_are_noted() -> None:
    enveloped = sequence(oid(pfx.ENVELOPED_DATA), tlv(0xA0, sequence()))
    signed = sequence(oid("1.2.840.113549.1.7.2"), tlv(0xA0, sequence()))
    contents = read(pfx.pfx(enveloped, signed, TWO))
    assert len(contents.private_keys) == 2
    assert contents.notes == (
        "file (safe 1, not used): encrypted for the holder of a certificate, not by a password",
        "file (safe 2, not used): content type 1.2.840.113549.1.7.2",
    )


def test_a_file_with_nothing_in_it() -> None:
    for empty in (pfx.pfx(), pfx.pfx(pfx.safe())):
        with pytest.raises(DecodeError, match="file: PKCS#12 without certificates or private keys"):
            read(empty)


# --- passwords --------------------------------------------------------------------------------------------------------

SHA1 = sequence(oid("1.3.14.3.2.26"))
ONE, OTHER = b"one", "Grüße".encode()
LOCKED_KEY = pfx.shrouded_key_bag(ALICE, ONE)


def test_pbmac1() -> None:
    data = pfx.pfx_with_mac(pfx.encrypted_safe(pfx.cert_bag(ALICE), password=OTHER), password=OTHER)
    assert read(data, OTHER).certificates == (Certificate(ALICE.der),)
    with pytest.raises(PasswordRequired, match="file: PKCS#12 file is encrypted"):
        read(data)
    with pytest.raises(WrongPassword, match="file: password does not open the PKCS#12 file, or the file is damaged"):
        read(data, ONE)


def test_a_mac_without_a_number_of_iterations_has_one() -> None:
    """RFC 7292 4: iterations INTEGER DEFAULT 1."""
    secret = derivation.pkcs12(Use.MAC_KEY, "sha1", b"\0o\0n\0e\0\0", pfx.SALT, 1, 20, Effort())
    digest = hmac.digest(secret, sequence(TWO), "sha1")
    data = pfx.pfx(TWO, mac_data=sequence(sequence(SHA1, pfx.octets(digest)), pfx.octets(pfx.SALT)))
    assert len(read(data, ONE).private_keys) == 2


def test_indefinite_lengths_in_what_is_encrypted() -> None:
    contents = b"\x30\x80" + pfx.cert_bag(ALICE) + b"\0\0"
    safe = pfx.safe_encrypted_with(pfx.PBES2_WITH_AES, pfx.encrypted(contents, ONE))
    assert read(pfx.pfx(safe), ONE).certificates == (Certificate(ALICE.der),)


def test_a_key_with_another_password_than_its_file() -> None:
    """As Java's KeyStore.setKeyEntry() can make it."""
    safes = (pfx.encrypted_safe(pfx.cert_bag(ALICE), password=OTHER), pfx.safe(LOCKED_KEY))
    data = pfx.pfx_with_mac(*safes, password=OTHER)
    with pytest.raises(WrongPassword, match="file: the password is that of the PKCS#12 file, but this part of it has"):
        read(data, OTHER)
    kept = read(data, OTHER, Locked.KEPT)
    assert kept.certificates == (Certificate(ALICE.der),)
    assert [key.source for key in kept.locked] == ["file #2"]
    with pytest.raises(DecodeError, match="file: PKCS#12 file is damaged: the password opens what is encrypted in it"):
        read(data, ONE)


def test_a_second_key_with_another_password_is_noted() -> None:
    data = pfx.pfx_with_mac(
        pfx.safe(pfx.cert_bag(ALICE), LOCKED_KEY, pfx.cert_bag(BOB), pfx.shrouded_key_bag(BOB, OTHER)), password=OTHER
    )
    found = identities(data, OTHER)
    assert told(found) == [("CN=alice", None, KeyStatus.ABSENT), ("CN=bob", None, KeyStatus.FITS)]
    (note,) = found.notes
    assert note.startswith("file #2 (private key, not used): the password is that of the PKCS#12 file, but this part")


def test_certificates_lie_open_beside_a_locked_key() -> None:
    data = pfx.pfx(pfx.safe(pfx.cert_bag(ALICE), LOCKED_KEY))
    with pytest.raises(PasswordRequired, match="file: PKCS#12 file is encrypted"):
        read(data)
    assert read(data, None, Locked.KEPT).certificates == (Certificate(ALICE.der),)
    assert told(identities(data, ONE)) == [("CN=alice", None, KeyStatus.FITS)]
    with pytest.raises(WrongPassword):
        read(data, OTHER)


def test_a_change_in_what_lies_open_is_not_told_from_a_wrong_password() -> None:
    changed = bytearray(pfx.pfx_with_mac(pfx.safe(pfx.cert_bag(ALICE)), password=ONE))
    changed[changed.index(ALICE.der) + len(ALICE.der) - 1] ^= 1
    with pytest.raises(WrongPassword, match="file: password does not open the PKCS#12 file, or the file is damaged"):
        read(bytes(changed), ONE)


TRIPLE_DES = "1.2.840.113549.1.12.1.3"
WHOLE = pfx.pfx_with_mac(pfx.encrypted_safe(pfx.cert_bag(ALICE), password=b"secret"), password=b"secret")
TOO_MANY = "PKCS#12: asks for 2147483648 iterations of its key derivation function"


def with_mac(data: bytes) -> bytes:
    return pfx.pfx(TWO, mac_data=data)


CLOSED: dict[str, tuple[bytes, type[InputError], str]] = {
    "cut-off": (WHOLE[:-1], DecodeError, "damaged DER: value at byte 0 claims"),
    "no-content": (
        sequence(integer(3), sequence(b"\x05\x00")),
        DecodeError,
        "PKCS#12 file is damaged: contentType: tag 0x05",
    ),
    "nothing-in-the-mac": (with_mac(sequence()), DecodeError, "PKCS#12 file is damaged: 0 values inside"),
    "version": (
        sequence(integer(4), sequence(oid(pfx.DATA))),
        UnsupportedError,
        "PKCS#12: PFX of version 4 is not supported",
    ),
    "signed": (
        sequence(integer(3), sequence(oid("1.2.840.113549.1.7.2"), tlv(0xA0, sequence()))),
        UnsupportedError,
        "PKCS#12: content type 1.2.840.113549.1.7.2 (public-key integrity) is not supported",
    ),
    "mac-hash": (
        with_mac(pfx.mac_data(sequence(oid("1.2.3")), bytes(32))),
        UnsupportedError,
        "PKCS#12: MAC with hash function 1.2.3 is not supported; SHA-256 is",
    ),
    "mac-hash-with-a-name": (
        with_mac(pfx.mac_data(sequence(oid("1.2.643.7.1.1.2.3")), bytes(64))),
        UnsupportedError,
        "PKCS#12: MAC with hash function id-tc26-gost3411-12-512 (1.2.643.7.1.1.2.3) is not supported; SHA-256 is",
    ),
    "mac-iterations": (with_mac(pfx.mac_data(SHA1, bytes(20), 2**31)), UnsupportedError, TOO_MANY),
    "mac-without-iterations": (
        with_mac(pfx.mac_data(SHA1, bytes(20), 0)),
        DecodeError,
        "PKCS#12 file is damaged: iteration count 0",
    ),
    "pbmac1-iterations": (with_mac(pfx.mac_data(pfx.pbmac1(2**31), bytes(32))), UnsupportedError, TOO_MANY),
    "pbmac1-without-key-length": (
        with_mac(pfx.mac_data(pfx.pbmac1(2, None), bytes(32))),
        DecodeError,
        "PKCS#12 file is damaged: PBKDF2-params: no keyLength",
    ),
    "pbmac1-key-length": (
        with_mac(pfx.mac_data(pfx.pbmac1(2, 2**31), bytes(32))),
        DecodeError,
        "PKCS#12 file is damaged: keyLength 2147483648",
    ),
    "safe-algorithm": (
        pfx.pfx(pfx.safe_encrypted_with(sequence(oid("1.2.5")))),
        UnsupportedError,
        "encryption algorithm 1.2.5 is not supported; PBES2 with AES-256-CBC and PBKDF2 is",
    ),
    "safe-iterations": (
        pfx.pfx(pfx.safe_encrypted_with(sequence(oid(TRIPLE_DES), sequence(pfx.octets(pfx.SALT), integer(2**31))))),
        UnsupportedError,
        TOO_MANY,
    ),
    "key-algorithm": (
        pfx.pfx(pfx.safe(pfx.bag(pfx.SHROUDED_KEY, sequence(sequence(oid("1.2.6")), pfx.octets(bytes(16)))))),
        UnsupportedError,
        "encryption algorithm 1.2.6 is not supported; PBES2 with AES-256-CBC and PBKDF2 is",
    ),
    "half-a-block": (
        pfx.pfx(pfx.safe_encrypted_with(pfx.PBES2_WITH_AES, bytes(17))),
        DecodeError,
        "damaged: 17 encrypted bytes and an IV of 16 where blocks have 16",
    ),
    "more-than-a-thousand-safes": (
        pfx.pfx(*[pfx.safe()] * 1001),
        DecodeError,
        "PKCS#12 file is damaged: more than 1000 values inside",
    ),
    "more-than-a-hundred-thousand-bags": (
        pfx.pfx(*[pfx.safe(*[pfx.bag("1.2.3", b"\x05\x00")] * 50_001)] * 2),
        DecodeError,
        "PKCS#12 file is damaged: more than 100000 bags",
    ),
    "deep-indefinite-lengths": (
        b"\x30\x80\x02\x01\x03" + b"\x30\x80" * 100_000,
        DecodeError,
        "PKCS#12 file is damaged: BER of more than 32 levels or 100000 values",
    ),
    "many-values-of-indefinite-length": (
        b"\x30\x80\x02\x01\x03" + b"\x05\x00" * 100_000,
        DecodeError,
        "PKCS#12 file is damaged: BER of more than 32 levels or 100000 values",
    ),
    "indefinite-length-without-end": (
        b"\x30\x80\x02\x01\x03" + b"\x04\x00" * 4,
        DecodeError,
        "PKCS#12 file is damaged: data ends at byte 13",
    ),
}


@pytest.mark.parametrize(("data", "error", "message"), CLOSED.values(), ids=CLOSED)
def test_why_a_file_does_not_open(data: bytes, error: type[InputError], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data, b"secret")
    assert type(caught.value) is error
    assert str(caught.value).startswith(f"file: {message}")
