"""Java's key stores as keytool writes them, and damaged in every way."""

from __future__ import annotations

from hashlib import sha1

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certprobe.errors import DecodeError, InputError, PasswordRequired, UnsupportedError, WrongPassword
from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import Issued, rsa_key
from certprobe.pki import java_keystore
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import KeyStatus
from certprobe.pki.decode import Contents, Locked, decode
from certprobe.pki.identities import credentials
from certprobe.pki.java_keystore import Entry, JavaKeyStore
from certprobe.pki.private_key import public_key_octets
from tests.peers.keytool import PASSWORD, Store
from tests.pki.certificates import ISSUING, ROOT

ALICE = ISSUING.client("alice")
BOB = ISSUING.client("bob", key=rsa_key(2048))
CAROL = ISSUING.client("carol")
OWN = b"a key's own"
ODD_ALIAS = "größe €\N{GRINNING FACE}"
KINDS = ("JKS", "JCEKS")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Of each kind: two identities under the store's password, one under its own, a root, and secret keys."""
    made = {}
    for kind in KINDS:
        store = Store(tmp_path_factory.mktemp("java") / f"store.{kind.lower()}", kind)
        store.add_identity("alice", ALICE)
        store.add_identity(ODD_ALIAS, BOB)
        store.add_identity("carol", CAROL, key_password=OWN)
        store.add_certificate("root", ROOT.issued.der)
        if kind == "JCEKS":
            for number in range(8):  # in the order of a hash: between the others
                store.add_secret(f"secret{number}")
        made[kind] = store.octets
    return made


def load(data: bytes, password: bytes | None = PASSWORD) -> JavaKeyStore:
    return java_keystore.load(data, password)


def entry(store: JavaKeyStore, alias: str) -> Entry:
    (found,) = (each for each in store.entries if each.alias == alias)
    return found


def holds(entry: Entry, issued: Issued) -> bool:
    assert entry.private_key is not None
    return public_key_octets(entry.private_key) == public_key_octets(issued.private_key)


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_of_keytool(stores: dict[str, bytes], kind: str) -> None:
    store = load(stores[kind])
    assert (store.kind, store.intact) == (kind, True)
    assert {each.alias for each in store.entries} == {"alice", ODD_ALIAS, "carol", "root"}
    assert len(store.secret_keys) == (8 if kind == "JCEKS" else 0)
    assert holds(entry(store, "alice"), ALICE)
    assert holds(entry(store, ODD_ALIAS), BOB)
    assert entry(store, "alice").certificates == (Certificate(ALICE.der), Certificate(ISSUING.issued.der))
    assert entry(store, "root") == ("root", (Certificate(ROOT.issued.der),), None, None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_with_a_password_of_its_own(stores: dict[str, bytes], kind: str) -> None:
    carol = entry(load(stores[kind]), "carol")
    assert carol.private_key is None
    assert isinstance(carol.fault, WrongPassword)
    store = load(stores[kind], OWN)
    assert store.intact is False
    assert holds(entry(store, "carol"), CAROL)
    assert isinstance(entry(store, "alice").fault, WrongPassword)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_password_the_certificates_lie_open(stores: dict[str, bytes], kind: str) -> None:
    store = load(stores[kind], None)
    assert store.intact is None
    assert isinstance(entry(store, "alice").fault, PasswordRequired)
    assert entry(store, "alice").certificates[0] == Certificate(ALICE.der)


def read(data: bytes, password: bytes | None, locked: Locked = Locked.REFUSED) -> Contents:
    return decode(data, source="store", password=password, locked=locked)


@pytest.mark.parametrize("kind", KINDS)
def test_identities_of_a_store(stores: dict[str, bytes], kind: str) -> None:
    identities = credentials((read(stores[kind], PASSWORD),))
    told = {each.friendly_name: (each.certificate.der, each.key_status) for each in identities.credentials}
    assert told == {
        "alice": (ALICE.der, KeyStatus.FITS),
        ODD_ALIAS: (BOB.der, KeyStatus.FITS),
        "carol": (CAROL.der, KeyStatus.ABSENT),
    }
    assert "store 'carol' (private key, not used): password does not open the private key" in identities.notes


def test_three_failures_have_three_messages(stores: dict[str, bytes]) -> None:
    data = stores["JKS"]
    with pytest.raises(WrongPassword, match="store: password does not open the Java key store, or the file is damaged"):
        read(data, b"wrong")
    with pytest.raises(DecodeError, match="store: Java key store is damaged: "):
        read(data[:-100], PASSWORD)
    with pytest.raises(UnsupportedError, match="store: Java key store of version 3; 1 and 2 are supported"):
        read(data[:4] + (3).to_bytes(4) + data[8:], PASSWORD)
    with pytest.raises(PasswordRequired, match="store: private key is encrypted"):
        read(data, None)


def test_locked_keys_are_kept_on_request(stores: dict[str, bytes]) -> None:
    contents = read(stores["JKS"], None, Locked.KEPT)
    assert len(contents.certificates) == 5  # three chains have the same issuer
    assert sorted(contents.locked) == [
        ("store 'alice'", "private key is encrypted"),
        ("store 'carol'", "private key is encrypted"),
        (f"store {ODD_ALIAS!r}", "private key is encrypted"),
    ]
    assert contents.notes == ()


def test_a_changed_certificate_is_noticed_where_keys_open(stores: dict[str, bytes]) -> None:
    data = stores["JKS"].replace(ROOT.issued.der, ROOT.issued.der[:-1] + bytes([ROOT.issued.der[-1] ^ 1]))
    assert "store: changed since it was written, or written with another password" in read(data, PASSWORD).notes


@pytest.mark.parametrize("kind", KINDS)
def test_cut_off_anywhere_it_is_damaged(stores: dict[str, bytes], kind: str) -> None:
    data = stores[kind]
    for length in range(4, len(data), 7):
        with pytest.raises(DecodeError):
            read(data[:length], PASSWORD)


@pytest.mark.parametrize("kind", KINDS)
def test_any_octet_changed_ends_in_a_named_error_or_a_note(stores: dict[str, bytes], kind: str) -> None:
    data = stores[kind]
    for place in range(0, len(data), 5):
        changed = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        try:
            contents = read(changed, None, Locked.KEPT)
        except InputError:
            continue
        assert contents.locked


# -- stores of our own making

BOB_KEY = BOB.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


def certificate(der: bytes, kind: str | None = "X.509") -> bytes:
    return (text(kind) if kind else b"") + len(der).to_bytes(4) + der


def trusted(der: bytes, kind: str | None = "X.509") -> bytes:
    return (2).to_bytes(4) + text("a") + bytes(8) + certificate(der, kind)


def key(info: bytes, *chain: bytes) -> bytes:
    header = (1).to_bytes(4) + text("k") + bytes(8) + len(info).to_bytes(4) + info
    return header + len(chain).to_bytes(4) + b"".join(map(certificate, chain))


def store(*entries: bytes, magic: str = "cececece", version: int = 2, count: int | None = None) -> bytes:
    number = len(entries) if count is None else count
    body = bytes.fromhex(magic) + version.to_bytes(4) + number.to_bytes(4) + b"".join(entries)
    return body + sha1(PASSWORD.decode().encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()


def sealed(algorithm: str, parameters: bytes, encrypted: bytes) -> bytes:
    return sequence(sequence(oid(algorithm), parameters), tlv(0x04, encrypted))


def pbe(salt: bytes, iterations: int, encrypted: bytes) -> bytes:
    return sealed("1.3.6.1.4.1.42.2.19.1", sequence(tlv(0x04, salt), integer(iterations)), encrypted)


def test_version_1_has_no_types_of_certificates() -> None:
    data = store(trusted(ROOT.issued.der, None), version=1, magic="feedfeed")
    assert load(data).entries[0].certificates == (Certificate(ROOT.issued.der),)


@pytest.mark.parametrize(("data", "error", "message"), [
    (store(trusted(ROOT.issued.der, "PGP")), UnsupportedError, "a certificate of type PGP"),
    (store(trusted(b"text")), DecodeError, "damaged: no certificate before byte"),
    (store(b"\0\0\0\4\0\0" + bytes(8)), DecodeError, "damaged: entry of kind 4 before byte 26"),
    (store(trusted(ROOT.issued.der), count=0), DecodeError, "bytes are left behind its entries"),
    (store(count=100_001), DecodeError, "claims 100001 entries, more than 100000"),
    (store(key(b"", *[b"\x30"] * 100_001)), DecodeError, "more than 100000 certificates"),
    (store(), DecodeError, "file: Java key store without certificates or private keys"),
    (bytes.fromhex("feedfeed"), DecodeError, "damaged: 4 bytes are claimed at byte 4, 0 are left"),
], ids=["type", "no-certificate", "entry-kind", "left-over", "entries", "certificates", "empty", "short"])  # fmt: skip
def test_what_cannot_be_read(data: bytes, error: type[InputError], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        decode(data, source="file", password=PASSWORD)
    assert type(caught.value) is error


def test_a_salt_of_equal_halves() -> None:
    """What SunJCE of JDK 17 made of "hello", twenty iterations and this salt."""
    octets = java_keystore._decrypted(
        bytes.fromhex("a6c7bd8b2e09402a"), bytes.fromhex("0102030401020304"), 20, "changeit"
    )
    assert octets == b"hello\x03\x03\x03"


@pytest.mark.parametrize(("info", "error", "message"), [
    (pbe(bytes(8), 20_000_001, bytes(8)), UnsupportedError, "asks for 20000001 iterations"),
    (pbe(bytes(8), 0, bytes(8)), UnsupportedError, "asks for 0 iterations"),
    (pbe(bytes(8), 20, bytes(9)), DecodeError, "cut off within a block"),
    (pbe(bytes(8), 20, b""), DecodeError, "cut off within a block"),
    (pbe(bytes(8), 20, bytes(64)), WrongPassword, "does not open"),
    (sealed("1.3.6.1.4.1.42.2.17.1.1", b"", bytes(30)), WrongPassword, "does not open"),
    (sealed("1.2.3", b"", bytes(40)), UnsupportedError, "encryption algorithm 1.2.3"),
    (b"\x30\x00", DecodeError, "0 values inside"),
    (b"", DecodeError, "private key"),
], ids=["iterations", "none", "block", "empty", "pbe", "masked", "unknown", "no-members", "no-key"])  # fmt: skip
def test_keys_that_do_not_open(info: bytes, error: type[InputError], message: str) -> None:
    (found,) = load(store(key(info, ALICE.der))).entries
    assert (found.private_key, type(found.fault)) == (None, error)
    assert message in str(found.fault)


def test_all_keys_of_a_file_share_one_budget_of_iterations() -> None:
    entries = load(store(key(pbe(bytes(8), 19_999_999, bytes(9))), key(pbe(bytes(8), 2, bytes(8))))).entries
    assert [str(each.fault) for each in entries] == [
        "private key is cut off within a block of its cipher",
        "asks for 2 iterations, 1 are left for this file",
    ]


def test_a_key_under_the_encryption_of_pkcs8() -> None:
    """As other vendors' Java may write it."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    info = BOB.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD))
    (found,) = load(store(key(info, BOB.der))).entries
    assert holds(found, BOB)
