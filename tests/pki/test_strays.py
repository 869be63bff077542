"""Things among certificates that are neither certificate nor key, each named for what it is."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from certprobe.lab.der import integer, oid, pem, sequence, tlv
from certprobe.pki.certification_request import decode_certification_request
from certprobe.pki.der import DerError
from certprobe.pki.strays import StrayKind, strays
from tests.peers.process import program
from tests.pki.certificates import AT, ISSUING

ALICE = ISSUING.client("alice")
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "alice")])
REQUEST = x509.CertificateSigningRequestBuilder().subject_name(NAME).sign(ALICE.private_key, hashes.SHA256())
REQUEST_DER = REQUEST.public_bytes(Encoding.DER)
PUBLIC = ALICE.private_key.public_key()
SPKI = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
CRL = x509.CertificateRevocationListBuilder().issuer_name(NAME).last_update(AT).next_update(AT)
CRL_DER = CRL.sign(ISSUING.issued.private_key, hashes.SHA256()).public_bytes(Encoding.DER)
OCSP = sequence(tlv(0x0A, b"\x06"))
OPENSSH = ALICE.private_key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

_ALGORITHM = sequence(oid("1.2.840.113549.1.5.13"), sequence())
BCFKS = sequence(sequence(_ALGORITHM, tlv(0x04, bytes(99))), sequence(_ALGORITHM, _ALGORITHM, tlv(0x04, bytes(64))))


def kinds(data: bytes) -> list[StrayKind]:
    return [stray.kind for stray in strays(data, "file")]


@pytest.mark.parametrize(("data", "kind"), [
    (REQUEST_DER, StrayKind.CERTIFICATION_REQUEST),
    (REQUEST.public_bytes(Encoding.PEM), StrayKind.CERTIFICATION_REQUEST),
    (pem(REQUEST_DER, "NEW CERTIFICATE REQUEST"), StrayKind.CERTIFICATION_REQUEST),
    (CRL_DER, StrayKind.CRL),
    (pem(CRL_DER, "X509 CRL"), StrayKind.CRL),
    (OCSP, StrayKind.OCSP_RESPONSE),
    (SPKI, StrayKind.PUBLIC_KEY),
    (PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), StrayKind.PUBLIC_KEY),
    (pem(b"\x30\x00", "DH PARAMETERS"), StrayKind.PARAMETERS),
    (OPENSSH, StrayKind.OPENSSH_PRIVATE_KEY),
    (PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH), StrayKind.SSH_PUBLIC_KEY),
    (b"---- BEGIN SSH2 PUBLIC KEY ----\r\nAAAA\r\n", StrayKind.SSH_PUBLIC_KEY),
    (b"PuTTY-User-Key-File-3: ssh-ed25519\r\n", StrayKind.PUTTY_PRIVATE_KEY),
    (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ==\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n", StrayKind.PGP),
    (b'{"keys": [{"kty": "EC"}]}', StrayKind.JSON_WEB_KEY),
    (bytes.fromhex("1ef1b5b0") + bytes(20), StrayKind.PVK),
    (b"\x00\x00\x00\x00CERT\x00\x00", StrayKind.SERIALIZED_STORE),
    (b"\x00\x00\x00\x02\x00\x00\x00\x14" + bytes(20), StrayKind.BOUNCY_CASTLE_STORE),
    (b"\x00\x00\x00\x01\x00\x00\x00\x14" + bytes(24), StrayKind.BOUNCY_CASTLE_STORE),
    (BCFKS, StrayKind.BOUNCY_CASTLE_STORE),
    (b"SQLite format 3\x00" + bytes(84), StrayKind.NSS_DATABASE),
    (base64.encodebytes(ALICE.der), StrayKind.BARE_BASE64),
    (base64.b64encode(ALICE.pkcs12(b"secret")), StrayKind.BARE_BASE64),
    (b"<!DOCTYPE html><title>403</title>", StrayKind.WEB_PAGE),
    (b"\n <!-- proxy -->\n<HTML>", StrayKind.WEB_PAGE),
], ids=lambda value: value.name if isinstance(value, StrayKind) else None)  # fmt: skip
def test_it_is_named(data: bytes, kind: StrayKind) -> None:
    assert kinds(data) == [kind]


@pytest.mark.parametrize("data", [
    ALICE.der, ALICE.chain_pem, ALICE.private_key_pem(), ALICE.private_key_pem(b"secret"), ALICE.pkcs12(b"secret"),
    b"", b"\x30", b"\x30\x80", b"\x30\x00", b"hello\n", bytes(40), b"ssh is a program", b'{"key": 1}', b"MIIB",
    sequence(sequence(integer(0)), sequence(), tlv(0x03, b"\0")), b"{" + b"[" * 5000 + b'"kty":',
])  # fmt: skip
def test_what_is_used_or_unknown_is_not(data: bytes) -> None:
    assert kinds(data) == []


def test_each_block_has_its_place_and_damaged_ones_have_none() -> None:
    data = (
        ALICE.chain_pem
        + pem(CRL_DER, "X509 CRL")
        + pem(REQUEST_DER, "CERTIFICATE REQUEST").partition(b"-----END")[0]
        + pem(SPKI, "PUBLIC KEY")
    )
    assert [(stray.source, stray.kind, stray.der) for stray in strays(data, "f")] == [
        ("f #3", StrayKind.CRL, CRL_DER),
        ("f #5", StrayKind.PUBLIC_KEY, SPKI),
    ]


def test_a_request() -> None:
    request = decode_certification_request(REQUEST_DER)
    assert (request.subject.rfc4514, request.public_key.subject_public_key) == ("CN=alice", SPKI[-65:])
    for other in (ALICE.der, CRL_DER, SPKI, b"", REQUEST_DER[:-1], REQUEST_DER + b"\0"):
        with pytest.raises(DerError):
            decode_certification_request(other)


def test_what_openssl_writes(tmp_path: Path) -> None:
    openssl = program("openssl", package="openssl")
    key = tmp_path / "key.pem"
    key.write_bytes(ALICE.private_key_pem())
    made = (
        (
            StrayKind.CERTIFICATION_REQUEST,
            (openssl, "req", "-new", "-key", key, "-subj", "/CN=alice", "-outform", "DER"),
        ),
        (StrayKind.PUBLIC_KEY, (openssl, "pkey", "-in", key, "-pubout", "-outform", "DER")),
        (StrayKind.PARAMETERS, (openssl, "dsaparam", "1024")),
    )
    for kind, command in made:
        output = subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout
        assert kinds(output) == [kind]
