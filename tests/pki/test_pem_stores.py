"""PEM files as people put them together: any order, any form of key, any text between; and those that are hostile."""

from __future__ import annotations

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from certprobe.errors import FileError, InputError, PasswordRequired, WrongPassword
from certprobe.lab.pki import Issued, rsa_key
from certprobe.pki.credential import KeyStatus
from certprobe.pki.decode import decode
from certprobe.pki.identities import Identities, credentials
from certprobe.pki.private_key import public_key_octets
from tests.peers.exporters import Exporters
from tests.pki.certificates import ISSUING, ROOT

PASSWORD = b"secret"
BELOW = ISSUING.intermediate("CA below")
PEOPLE = {
    "rsa": ISSUING.client("rsa", key=rsa_key()),
    "ec": BELOW.client("ec"),
    "ed25519": BELOW.client("ed25519", key=ed25519.Ed25519PrivateKey.generate()),
}
AUTHORITIES = [ROOT.issued, ISSUING.issued, BELOW.issued]
CHAINS = {"rsa": ["Lab issuing CA"], "ec": ["CA below", "Lab issuing CA"], "ed25519": ["CA below", "Lab issuing CA"]}
PKCS8, TRADITIONAL = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL


def match(data: bytes, password: bytes | None = None) -> Identities:
    return credentials([decode(data, source="store", password=password)])


def key_pem(name: str, form: PrivateFormat = PKCS8, encryption: KeySerializationEncryption | None = None) -> bytes:
    """PKCS#1 for RSA and SEC 1 for EC where the form is traditional; Ed25519 has no traditional form."""
    form = PKCS8 if name == "ed25519" else form
    return PEOPLE[name].private_key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


def require_all_three(found: Identities) -> None:
    """Each has its own key and its own chain, and nothing is to be said."""
    assert {one.certificate.subject.common_names[0] for one in found.credentials} == set(PEOPLE)
    for one in found.credentials:
        (name,) = one.certificate.subject.common_names
        assert one.key_status is KeyStatus.FITS and one.private_key is not None
        assert public_key_octets(one.private_key) == public_key_octets(PEOPLE[name].private_key)
        assert [issuer.subject.common_names[0] for issuer in one.intermediates] == CHAINS[name]
    assert found.notes == ()


def certificates(*issued: Issued) -> list[bytes]:
    return [one.certificate_pem for one in issued]


ORDERS = {
    "keys-first": [*map(key_pem, PEOPLE), *certificates(*PEOPLE.values(), *AUTHORITIES)],
    "authorities-first": [*certificates(*AUTHORITIES, *PEOPLE.values()), *map(key_pem, PEOPLE)],
    "keys-backwards": [*certificates(*PEOPLE.values(), *AUTHORITIES), *map(key_pem, reversed(PEOPLE))],
    "each-after-its-certificate": [
        *itertools.chain.from_iterable((one.certificate_pem, key_pem(name)) for name, one in PEOPLE.items()),
        *certificates(*AUTHORITIES),
    ],
    "another-key-after-each": [
        *itertools.chain.from_iterable(
            (one.certificate_pem, key_pem(name))
            for one, name in zip(PEOPLE.values(), ("ec", "ed25519", "rsa"), strict=True)
        ),
        *certificates(*reversed(AUTHORITIES)),
    ],
}


@pytest.mark.parametrize("blocks", ORDERS.values(), ids=ORDERS)
def test_several_identities_in_any_order(blocks: list[bytes]) -> None:
    require_all_three(match(b"".join(blocks)))


BETWEEN = {
    "nothing": b"",
    "a-line": b"# who put this here?\n",
    "what-openssl-writes": b"Bag Attributes\n    friendlyName: alice\n    localKeyID: 01 02\nsubject=CN = alice\n\n",
    "dashes": b"-----\n---- BEGIN ----\n----------\n",
    "a-mark-of-utf-8": b"\xef\xbb\xbf",
    "no-text": bytes(range(256)).replace(b"-", b""),
    "a-block-without-interest": b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n",
}


@pytest.mark.parametrize("text", BETWEEN.values(), ids=BETWEEN)
def test_text_between_the_blocks(text: bytes) -> None:
    require_all_three(match(text + text.join(ORDERS["keys-backwards"]) + text))


WRITTEN = {
    "cr-lf": lambda data: data.replace(b"\n", b"\r\n"),
    "cr": lambda data: data.replace(b"\n", b"\r"),
    "indented": lambda data: data.replace(b"\n", b"\n   "),
    "utf-16-of-windows": lambda data: data.decode().encode("utf-16"),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_lines_as_other_systems_write_them(write: object) -> None:
    assert callable(write)
    require_all_three(match(write(b"".join(ORDERS["keys-first"]))))


FORMS = {
    "pkcs8": (PKCS8, NoEncryption()),
    "pkcs1-and-sec1": (TRADITIONAL, NoEncryption()),
    "pkcs8-encrypted": (PKCS8, BestAvailableEncryption(PASSWORD)),
    "traditional-encrypted": (TRADITIONAL, BestAvailableEncryption(PASSWORD)),
}


@pytest.mark.parametrize(("form", "encryption"), FORMS.values(), ids=FORMS)
def test_every_form_of_key(form: PrivateFormat, encryption: KeySerializationEncryption) -> None:
    keys = b"".join(key_pem(name, form, encryption) for name in PEOPLE)
    data = keys + b"".join(certificates(*PEOPLE.values(), *AUTHORITIES))
    require_all_three(match(data, PASSWORD))
    if isinstance(encryption, BestAvailableEncryption):
        with pytest.raises(PasswordRequired, match="store: private key is encrypted"):
            match(data)
        with pytest.raises(WrongPassword, match="store: password does not open the private key"):
            match(data, b"wrong")


def test_what_openssl_makes_of_pkcs12(tmp_path_factory: pytest.TempPathFactory) -> None:
    exporters = Exporters(tmp_path_factory.mktemp("exporters"))
    data = b"".join(exporters.pem_of_pkcs12(exporters.openssl(one, "x", "-name", "y"), "x") for one in PEOPLE.values())
    assert b"Bag Attributes" in data
    found = match(data)
    assert [one.key_status for one in found.credentials] == [KeyStatus.FITS] * 3
    assert [len(one.intermediates) for one in found.credentials] == [1, 2, 2]


STRANGER = ISSUING.client("stranger")
TOLD: dict[str, tuple[list[bytes], list[KeyStatus], tuple[str, ...]]] = {
    "a-key-without-certificate": (
        [*certificates(PEOPLE["rsa"], *AUTHORITIES), key_pem("rsa"), key_pem("ec")],
        [KeyStatus.FITS],
        ("store #6: private key without the certificate that it belongs to",),
    ),
    "a-certificate-without-key": (
        [*certificates(PEOPLE["rsa"], PEOPLE["ec"], *AUTHORITIES), key_pem("rsa")],
        [KeyStatus.FITS, KeyStatus.ABSENT],
        (),
    ),
    "a-key-that-does-not-fit": (
        [*certificates(PEOPLE["rsa"], *AUTHORITIES), STRANGER.private_key_pem()],
        [KeyStatus.DOES_NOT_FIT],
        ("store #5: private key does not fit the certificate of store #1",),
    ),
    "a-certificate-twice": (
        [*certificates(PEOPLE["rsa"], PEOPLE["rsa"], *AUTHORITIES), key_pem("rsa")],
        [KeyStatus.FITS],
        ("store #2: the same certificate as store #1",),
    ),
    "a-key-twice-in-two-forms": (
        [*certificates(PEOPLE["rsa"], *AUTHORITIES), key_pem("rsa"), key_pem("rsa", TRADITIONAL)],
        [KeyStatus.FITS],
        ("store #6: the same private key as store #5",),
    ),
    "certificates-twice": (
        [*certificates(PEOPLE["rsa"], *AUTHORITIES, *AUTHORITIES), key_pem("rsa")],
        [KeyStatus.FITS],
        ("store: 3 certificates are there twice or were read before",),
    ),
}


@pytest.mark.parametrize(("blocks", "statuses", "notes"), TOLD.values(), ids=TOLD)
def test_what_is_missing_wrong_or_double_is_told(
    blocks: list[bytes], statuses: list[KeyStatus], notes: tuple[str, ...]
) -> None:
    found = match(b"".join(blocks))
    assert [one.key_status for one in found.credentials] == statuses
    assert found.notes == notes


CERTIFICATE = PEOPLE["rsa"].certificate_pem
HOSTILE = {
    "a-million-beginnings": (b"-----BEGIN CERTIFICATE-----\n" * 1_000_000, "store: more than 100000 PEM blocks"),
    "a-million-headers": (
        b"-----BEGIN CERTIFICATE-----\n" + b"X: y\n" * 1_000_000 + b"-----END CERTIFICATE-----\n",
        "store: PEM block is empty",
    ),
    "a-header-of-a-megabyte": (
        b"-----BEGIN PRIVATE KEY-----\nProc-Type: " + b"4" * 1_000_000 + b"\n\nAAAA\n-----END PRIVATE KEY-----\n",
        "store: private key: PrivateKeyInfo: tag 0x00",
    ),
    "a-label-of-a-megabyte": (b"-----BEGIN " + b"A" * 1_000_000 + b"-----\n", "store: neither PEM nor DER"),
    "a-million-dashes": (b"-" * 1_000_000, "store: neither PEM nor DER"),
    "a-million-ends": (b"-----END CERTIFICATE-----\n" * 1_000_000, "store: neither PEM nor DER"),
    "base64-of-nothing": (
        b"-----BEGIN CERTIFICATE-----\n" + b"=" * 1_000_000 + b"\n-----END CERTIFICATE-----\n",
        "store: PEM block is not base64",
    ),
    "deep-nesting": (
        b"-----BEGIN PKCS7-----\n" + b"MIAwgDCA" * 100_000 + b"\n-----END PKCS7-----\n",
        "store: PKCS#7: BER of more than 32 levels or 100000 values",
    ),
}


@pytest.mark.parametrize(("data", "message"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_end_in_a_named_fault(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        match(data)
    assert str(caught.value).startswith(message)


def test_too_many_blocks_are_a_fault_of_the_file() -> None:
    with pytest.raises(FileError):
        match(CERTIFICATE * 100_001)
