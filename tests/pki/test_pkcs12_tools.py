"""PKCS#12 files of the tools that people have: what is in them comes out, whatever they are encrypted with."""

from __future__ import annotations

import pytest

from certprobe.errors import DecodeError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.lab.pki import Issued, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import KeyStatus
from certprobe.pki.decode import Contents, decode
from certprobe.pki.identities import Identities, credentials
from certprobe.pki.private_key import public_key_octets
from tests.peers.exporters import Exporters
from tests.peers.keytool import Store, keytool
from tests.pki.certificates import ISSUING, ROOT

ALICE, BOB, CAROL = (ISSUING.client(name) for name in ("alice", "bob", "carol"))
RSA = ISSUING.client("rsa", key=rsa_key())
INTERMEDIATE = Certificate(ISSUING.issued.der)
ODD_NAME = "Zoë’s €-card"
PASSWORDS = ("secret", "", "Grüße, €uro \N{GRINNING FACE}")


@pytest.fixture(scope="module")
def exporters(tmp_path_factory: pytest.TempPathFactory) -> Exporters:
    return Exporters(tmp_path_factory.mktemp("exporters"))


def read(data: bytes, password: str | None) -> Contents:
    return decode(data, source="file", password=None if password is None else password.encode())


def identities(data: bytes, password: str | None) -> Identities:
    return credentials([read(data, password)])


def told(found: Identities) -> list[tuple[str, str | None, KeyStatus, tuple[Certificate, ...]]]:
    """Subject, name, key and issuers of each credential."""
    return [
        (one.certificate.subject.rfc4514, one.friendly_name, one.key_status, one.intermediates)
        for one in found.credentials
    ]


def is_alone(found: Identities, issued: Issued, name: str | None) -> bool:
    """Assert that this identity is in it whole, that nothing else is, and that nothing is noted."""
    (one,) = found.credentials
    assert one.private_key is not None
    assert public_key_octets(one.private_key) == public_key_octets(issued.private_key)
    assert one.certificate.der == issued.der
    assert (one.friendly_name, one.intermediates, found.notes) == (name, (INTERMEDIATE,), ())
    return True


# --- openssl ----------------------------------------------------------------------------------------------------------

OPENSSL = {
    "as-it-comes": (),
    "legacy-rc2-40-and-3des": ("-legacy",),
    "rc2-128": ("-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-RC2-128"),
    "rc2-40-for-both": ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-RC2-40"),
    "rc4-128": ("-legacy", "-certpbe", "PBE-SHA1-RC4-128", "-keypbe", "PBE-SHA1-RC4-128"),
    "rc4-40": ("-legacy", "-certpbe", "PBE-SHA1-RC4-40", "-keypbe", "PBE-SHA1-RC4-40"),
    "3des": ("-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "3des-of-two-keys": ("-legacy", "-certpbe", "PBE-SHA1-2DES", "-keypbe", "PBE-SHA1-2DES"),
    "aes-128": ("-certpbe", "AES-128-CBC", "-keypbe", "AES-192-CBC", "-macalg", "sha384"),
    "camellia": ("-certpbe", "CAMELLIA-128-CBC", "-keypbe", "CAMELLIA-256-CBC", "-macalg", "sha512"),
    "pbes2-with-3des": ("-certpbe", "DES-EDE3-CBC", "-keypbe", "DES-EDE3-CBC", "-macalg", "sha224"),
    "mac-of-sha3": ("-macalg", "sha3-256"),
    "without-mac": ("-nomac",),
    "without-iterations": ("-noiter", "-nomaciter"),
    "certificates-open": ("-certpbe", "NONE"),
    "key-open": ("-keypbe", "NONE"),
    "all-open-but-mac": ("-certpbe", "NONE", "-keypbe", "NONE"),
}


@pytest.mark.parametrize("password", PASSWORDS, ids=["ascii", "empty", "beyond-ascii"])
@pytest.mark.parametrize("options", OPENSSL.values(), ids=OPENSSL)
def test_openssl(exporters: Exporters, options: tuple[str, ...], password: str) -> None:
    data = exporters.openssl(ALICE, password, "-name", ODD_NAME, *options)
    assert is_alone(identities(data, password), ALICE, ODD_NAME)


@pytest.mark.parametrize("options", OPENSSL.values(), ids=OPENSSL)
def test_openssl_and_no_or_a_wrong_password(exporters: Exporters, options: tuple[str, ...]) -> None:
    data = exporters.openssl(ALICE, "secret", *options)
    with pytest.raises(PasswordRequired, match="file: PKCS#12 file is encrypted"):
        read(data, None)
    for wrong in ("Secret", ""):
        with pytest.raises(
            WrongPassword, match="file: password does not open the PKCS#12 file, or the file is damaged"
        ):
            read(data, wrong)


@pytest.mark.parametrize("options", [("-nomac",), ()], ids=["without-mac", "with-mac"])
def test_an_empty_password_is_none(exporters: Exporters, options: tuple[str, ...]) -> None:
    data = exporters.openssl(ALICE, "", *options)
    for password in (None, ""):
        assert is_alone(identities(data, password), ALICE, None)


def test_an_rsa_key(exporters: Exporters) -> None:
    assert is_alone(identities(exporters.openssl(RSA, "secret", "-legacy"), "secret"), RSA, None)


def test_an_identity_without_its_key(exporters: Exporters) -> None:
    data = exporters.openssl(ALICE, "secret", "-nokeys", "-caname", "alice", "-caname", "the issuer")
    assert told(identities(data, "secret")) == [("CN=alice", "alice", KeyStatus.ABSENT, (INTERMEDIATE,))]
    assert [found.friendly_name for found in read(data, "secret").found_certificates] == ["alice", "the issuer"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-keypbe", "ARIA-128-CBC"), "cipher aria128-CBC (1.2.410.200046.1.1.2)"),
        (("-certpbe", "SM4-CBC"), "cipher sm4-CBC (1.2.156.10197.1.104.2)"),
    ],
    ids=["key", "certificates"],
)
def test_an_algorithm_that_is_not_supported_is_named(
    exporters: Exporters, options: tuple[str, ...], words: str
) -> None:
    contents = read(exporters.openssl(ALICE, "secret", *options), "secret")
    (note,) = contents.notes
    assert note.endswith(f"{words} is not supported; PBES2 with AES-256-CBC and PBKDF2 is")
    with pytest.raises(UnsupportedError, match="is not supported; PBES2"):
        read(exporters.openssl(ALICE, "secret", "-keypbe", "ARIA-128-CBC", "-certpbe", "ARIA-128-CBC"), "secret")


def test_a_mac_that_is_not_supported_is_named(exporters: Exporters) -> None:
    with pytest.raises(UnsupportedError) as caught:
        read(exporters.openssl(ALICE, "secret", "-macalg", "sm3"), "secret")
    assert str(caught.value) == (
        "file: PKCS#12: MAC with hash function sm3 (1.2.156.10197.1.401) is not supported; SHA-256 is"
    )


# --- Windows ----------------------------------------------------------------------------------------------------------

WINDOWS = ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-LMK")
CONTAINER = "te-ClientAuth-1f0c8e6a-5b3e-4e0c-9d0f-2b8a1c6d7e9f"


def test_a_pfx_in_the_style_of_windows(exporters: Exporters) -> None:
    """The key's friendlyName is that of its container; a name for people is that of the certificate."""
    provider = ("-CSP", "Microsoft Software Key Storage Provider")
    data = exporters.openssl(RSA, "secret", *WINDOWS, *provider, "-keyex", "-name", CONTAINER)
    assert is_alone(identities(data, "secret"), RSA, CONTAINER)
    contents = read(data, "secret")
    assert [key.friendly_name for key in contents.found_keys] == [None]
    assert contents.found_certificates[0].local_key_id == contents.found_keys[0].local_key_id
    assert contents.found_keys[0].local_key_id is not None


# --- Java -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three identities, a root, and a secret key."""
    store = Store(tmp_path_factory.mktemp("java") / "store.p12", "PKCS12")
    for name, issued in (("alice", ALICE), (ODD_NAME, BOB), ("carol", CAROL)):
        store.add_identity(name, issued)
    store.add_certificate("the root", ROOT.issued.der)
    store.add_certificate("a peer", ISSUING.client("peer").der)
    store.add_secret("secret")
    return store.octets


def test_three_identities_of_keytool(java: bytes) -> None:
    found = identities(java, "changeit")
    assert sorted(told(found), key=str) == sorted(
        [
            (f"CN={subject}", name, KeyStatus.FITS, (INTERMEDIATE,))
            for subject, name in (("alice", "alice"), ("bob", ODD_NAME.lower()), ("carol", "carol"))
        ],
        key=str,
    )
    by_name = {one.friendly_name: one for one in found.credentials}
    assert public_key_octets(by_name["carol"].private_key) == public_key_octets(CAROL.private_key)  # type: ignore[arg-type]
    (note,) = found.notes
    assert note.startswith("file #") and note.endswith(": secret bag is passed over")


def test_trusted_certificates_of_keytool_have_names_and_are_no_identities(java: bytes) -> None:
    contents = read(java, "changeit")
    trusted = {found.friendly_name: found.certificate for found in contents.found_certificates if found.is_trusted}
    assert set(trusted) == {"the root", "a peer"}
    assert trusted["the root"] == Certificate(ROOT.issued.der)
    assert set(trusted.values()) <= set(credentials([contents]).certificates)


def test_passwords_of_keytool(java: bytes) -> None:
    with pytest.raises(PasswordRequired):
        read(java, None)
    with pytest.raises(WrongPassword):
        read(java, "changeit ")


def test_keytool_as_it_was(tmp_path_factory: pytest.TempPathFactory) -> None:
    """RC2-40 and 3DES with 50,000 and 100,000 iterations, before Java 8u301."""
    file = tmp_path_factory.mktemp("java") / "store.p12"
    given = ("-storetype", "PKCS12", "-storepass", "changeit", "-keystore", file)
    for name in ("one", "two"):
        keytool(
            *("-J-Dkeystore.pkcs12.legacy", "-genkeypair", "-keyalg", "EC", "-alias", name, "-dname", f"CN={name}"),
            *given,
        )
    found = identities(file.read_bytes(), "changeit")
    assert told(found) == [(f"CN={name}", name, KeyStatus.FITS, ()) for name in ("one", "two")]


# --- GnuTLS and NSS, which both ask for 600,000 iterations of everything ----------------------------------------------


@pytest.mark.parametrize("cipher", ["3des-pkcs12", "rc2-40", "aes-128", "aes-256"])
def test_two_identities_of_certtool(exporters: Exporters, cipher: str) -> None:
    data = exporters.certtool((ALICE, BOB), "both", "--pkcs-cipher", cipher, "--password", "secret")
    found = identities(data, "secret")
    assert [(subject, status, path) for subject, _, status, path in told(found)] == [
        (f"CN={name}", KeyStatus.FITS, (INTERMEDIATE,)) for name in ("alice", "bob")
    ]


@pytest.mark.parametrize("option", ["--null-password", "--empty-password"])
@pytest.mark.parametrize("cipher", ["3des-pkcs12", "aes-256"])
def test_certtool_with_an_absent_and_with_an_empty_password(exporters: Exporters, option: str, cipher: str) -> None:
    """RFC 7292 B.1: an absent password has no octets at all, an empty one two of zero."""
    data = exporters.certtool((ALICE,), "card", "--pkcs-cipher", cipher, option)
    assert is_alone(identities(data, None), ALICE, "card")


def test_certtool_with_an_empty_password_where_another_is_given(exporters: Exporters) -> None:
    data = exporters.certtool((ALICE,), "card", "--pkcs-cipher", "aes-256", "--null-password")
    assert is_alone(identities(data, "meant for another file"), ALICE, "card")


RC2_40 = "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC"
TRIPLE_DES = "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC"


@pytest.mark.parametrize(
    ("options", "password"),
    [((), PASSWORDS[2]), (("-c", TRIPLE_DES, "-C", RC2_40, "-M", "SHA-384"), "secret")],
    ids=["as-it-comes", "rc2-40-and-3des"],
)
def test_nss_with_indefinite_lengths(exporters: Exporters, options: tuple[str, ...], password: str) -> None:
    data = exporters.nss({"alice": ALICE}, "alice", password, *options)
    assert data[:2] == b"\x30\x80"
    (one,) = identities(data, password).credentials
    assert (one.certificate.der, one.friendly_name, one.key_status) == (ALICE.der, "alice", KeyStatus.FITS)


def test_passwords_of_nss(exporters: Exporters) -> None:
    data = exporters.nss({"alice": ALICE}, "alice", "secret")
    with pytest.raises(PasswordRequired):
        read(data, None)
    with pytest.raises(WrongPassword):
        read(data, "wrong")


# --- what went wrong with a file on its way ---------------------------------------------------------------------------


@pytest.mark.parametrize("options", [("-legacy",), ()], ids=["rc2-40-and-3des", "aes-256"])
@pytest.mark.parametrize("place", [1 / 3, 1 / 2, 2 / 3])
def test_a_changed_byte_is_damage_and_no_wrong_password(
    exporters: Exporters, options: tuple[str, ...], place: float
) -> None:
    data = bytearray(exporters.openssl(RSA, "secret", *options))
    data[int(len(data) * place)] ^= 0x40
    with pytest.raises(DecodeError, match="file: PKCS#12 file is damaged: the password opens"):
        read(bytes(data), "secret")


def test_a_file_cut_off(exporters: Exporters) -> None:
    data = exporters.openssl(ALICE, "secret")
    for end in (len(data) - 1, len(data) // 2, 20):
        with pytest.raises(DecodeError, match="file: damaged DER"):
            read(data[:end], "secret")
