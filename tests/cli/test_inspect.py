"""`certprobe inspect` as a process: identities first, then what is left over, and what is missing or wrong."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from certprobe.lab.der import oid, pem, sequence, tlv
from certprobe.lab.pki import Authority, Extension, KeyUsageName, rsa_key
from tests.cli.command import Answer, Arguments, Document, Ran, certprobe, on_terminal
from tests.cli.verified import AT
from tests.pki import pfx
from tests.pki.test_issuers import namesakes, orphans

ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
UPN = tlv(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), tlv(0xA0, tlv(0x0C, b"alice@corp.test")))
SID = "S-1-5-21-1-2-3-1104"
SECURITY = sequence(tlv(0xA0, oid("1.3.6.1.4.1.311.25.2.1"), tlv(0xA0, tlv(0x04, SID.encode()))))
ALICE = CA.client("alice", subject_alt_names=(UPN,), extensions=(Extension("1.3.6.1.4.1.311.25.2", SECURITY),))
BOB = CA.client("bob")
PASSWORD = b"secret"


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(files("certprobe.report").joinpath("inventory.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def inspect(directory: Path, *arguments: Arguments) -> Ran:
    return certprobe("inspect", *arguments, "--at", AT.isoformat(), cwd=directory)


def told(directory: Path, *arguments: Arguments) -> Document:
    """The document, held to its schema; nothing is said on standard error."""
    ran = inspect(directory, *arguments, "--format", "json")
    assert ran.stderr == ""
    document: Document = json.loads(ran.stdout)
    validator().validate(document)
    assert document["verdict"]["exit_code"] == ran.exit_code
    return document


def faults(document: Document) -> list[tuple[str, str, str]]:
    return [(fault["weight"], fault["source"], fault["code"]) for fault in document["verdict"]["faults"]]


def write(directory: Path, **contents: bytes) -> None:
    """Write `name_pem=octets` as name.pem."""
    for name, octets in contents.items():
        (directory / name.replace("_", ".")).write_bytes(octets)


def chain(*certificates: bytes) -> bytes:
    return b"".join(map(pem, certificates))


WHOLE = chain(ALICE.der, CA.issued.der, ROOT.issued.der) + ALICE.private_key_pem()


def test_everything_of_an_identity(tmp_path: Path) -> None:
    write(tmp_path, alice_pem=WHOLE)
    document = told(tmp_path, "alice.pem")
    assert faults(document) == []
    (identity,) = document["identities"]
    certificate = identity["certificate"]
    assert (identity["source"], identity["key_status"], identity["chain_end"]) == (
        "alice.pem #1",
        "fits",
        "self-signed",
    )
    assert identity["account"] == {"user_principal_names": ["alice@corp.test"], "security_identifiers": [SID]}
    assert [(each["subject"], each["source"], each["ca"]) for each in identity["issuers"]] == [
        ("CN=CA", "alice.pem #2", True),
        ("CN=Root", "alice.pem #3", True),
    ]
    assert certificate["extended_key_usage"] == [{"oid": "1.3.6.1.5.5.7.3.2", "name": "clientAuth"}]
    assert identity["authority_key_identifier"] == identity_of(CA)
    text = inspect(tmp_path, "alice.pem").stdout
    assert text.startswith("OK       nothing is wrong: 1 identity, 2 other certificates\n")
    for fact in (
        "  1  CN=alice\n",
        "Found in      alice.pem #1\n",
        "Issuer        CN=CA\n",
        "Key           id-ecPublicKey, secp256r1, 256 bits; private key fits\n",
        "Key usage     digitalSignature\n",
        "Extended      clientAuth\n",
        "UPN           alice@corp.test\n",
        f"SID           {SID}\n",
        f"Thumbprint    {certificate['thumbprint']}\n",
        f"SHA-256       {certificate['sha256']}\n",
        "Issued by     CN=CA  alice.pem #2\n",
        "                   CN=Root  alice.pem #3\n",
    ):
        assert fact in text


def identity_of(authority: Authority) -> str:
    from certprobe.pki.certificate import Certificate

    identifier = Certificate(authority.issued.der).subject_key_identifier
    assert identifier is not None
    return identifier.hex()


EXPIRED = CA.client("old", not_after=AT - timedelta(days=1))
FUTURE = CA.client("new", not_before=AT + timedelta(days=1))
SMALL = CA.client("small", key=rsa_key(1024))
WEAK = CA.client("weak", key=rsa_key(512), signature_hash=hashes.SHA256())
FALSE = Authority.root("CA", at=AT)  # the name of the CA without its key
CRL_ONLY: tuple[KeyUsageName, ...] = ("cRLSign",)
MUTE = ROOT.intermediate("Mute", key_usage=CRL_ONLY)
NONE = ROOT.intermediate("None", basic_constraints=x509.BasicConstraints(ca=False, path_length=None))
DOUBLE = CA.client("double", extensions=(Extension("1.2.3", b"\x05\x00"), Extension("2.5.29.15", b"garbage")))
TOP = (CA.issued.der, ROOT.issued.der)


@pytest.mark.parametrize(("content", "expected"), [
    (chain(EXPIRED.der, *TOP) + EXPIRED.private_key_pem(), [("problem", "f.pem #1", "expired")]),
    (chain(FUTURE.der, *TOP) + FUTURE.private_key_pem(), [("problem", "f.pem #1", "not-yet-valid")]),
    (chain(SMALL.der, *TOP) + SMALL.private_key_pem(), [("note", "f.pem #1", "outdated")]),
    (chain(WEAK.der, *TOP) + WEAK.private_key_pem(), [("problem", "f.pem #1", "weak")]),
    (chain(DOUBLE.der, *TOP) + DOUBLE.private_key_pem(), [("problem", "f.pem #1", "extension")]),
    (chain(ALICE.der, *TOP), [("note", "f.pem #1", "no-key")]),
    (chain(ALICE.der, *TOP) + BOB.private_key_pem(), [("problem", "f.pem #1", "key-does-not-fit")]),
    (BOB.private_key_pem(), [("problem", "f.pem #1", "no-certificate")]),
    (chain(*TOP), []),
    (chain(ALICE.der) + ALICE.private_key_pem(), [("note", "f.pem #1", "issuer-missing")]),
    (chain(ALICE.der, FALSE.issued.der) + ALICE.private_key_pem(), [("note", "f.pem #1", "issuer-missing")]),
    (chain(ALICE.der, ALICE.der, *TOP) + ALICE.private_key_pem(), [("note", "f.pem", "duplicate")]),
    (WHOLE + ALICE.private_key_pem(), [("note", "f.pem", "duplicate")]),
    (chain(*TOP, ALICE.der) + ALICE.private_key_pem(), [("note", "f.pem", "order")]),
    (pem(b"\x30\x82") + WHOLE, [("problem", "f.pem", "unusable-part")]),
    (WHOLE + BOB.private_key_pem(PASSWORD), [("note", "f.pem #5", "locked")]),
    (chain(ALICE.der, *TOP) + ALICE.private_key_pem(PASSWORD), [("note", "f.pem #4", "locked")]),
], ids=["expired", "future", "small", "weak", "extension", "no-key", "unfit", "lone-key", "cas", "no-issuer",
        "namesake", "twice", "key-twice", "order", "broken", "locked", "locked-own"])  # fmt: skip
def test_what_is_wrong_or_missing(tmp_path: Path, content: bytes, expected: list[tuple[str, str, str]]) -> None:
    write(tmp_path, f_pem=content)
    document = told(tmp_path, "f.pem")
    assert faults(document) == expected
    assert document["verdict"]["exit_code"] == int(any(weight == "problem" for weight, _, _ in expected))


@pytest.mark.parametrize(("authority", "code"), [
    (MUTE, "issuer-cannot-sign"),
    (NONE, "issuer-no-ca"),
], ids=["mute", "none"])  # fmt: skip
def test_an_issuer_that_may_not_be_one(tmp_path: Path, authority: Authority, code: str) -> None:
    leaf = authority.client("leaf")
    write(tmp_path, f_pem=chain(leaf.der, authority.issued.der, ROOT.issued.der) + leaf.private_key_pem())
    assert faults(told(tmp_path, "f.pem")) == [("problem", "f.pem #1", code)]


def test_a_chain_whose_signature_does_not_hold(tmp_path: Path) -> None:
    broken = ALICE.with_broken_signature()
    write(tmp_path, f_pem=chain(broken.der, *TOP) + ALICE.private_key_pem())
    document = told(tmp_path, "f.pem")
    assert faults(document) == [("problem", "f.pem #1", "signature")]
    title = "the signature of CN=alice is not by CN=CA, although that is named in it"
    assert document["verdict"]["faults"][0]["title"] == title
    assert inspect(tmp_path, "f.pem").head.startswith(f"PROBLEM  f.pem #1  CN=alice: {title}\n")


def test_a_file_that_gives_a_certificate_the_key_of_another(tmp_path: Path) -> None:
    first, second = pfx.local_key_id(b"1"), pfx.local_key_id(b"2")
    bags = (pfx.cert_bag(ALICE, first), pfx.cert_bag(BOB, second), pfx.key_bag(ALICE, second), pfx.key_bag(BOB, first))
    write(tmp_path, f_p12=pfx.pfx(pfx.safe(*bags)), ca_pem=chain(*TOP))
    document = told(tmp_path, "f.p12", "ca.pem")
    assert faults(document) == [("problem", "f.p12 #1", "local-key-id"), ("problem", "f.p12 #2", "local-key-id")]
    assert document["verdict"]["faults"][0]["title"] == (
        "its localKeyID is that of f.p12 #4, but the private key of f.p12 #3 fits it"
    )
    assert [identity["key_status"] for identity in document["identities"]] == ["fits", "fits"]


def test_a_file_of_many_cas_with_one_name_ends(tmp_path: Path) -> None:
    write(tmp_path, many_pem=chain(*namesakes(250), *orphans(81)))
    document = told(tmp_path, "many.pem")
    (fault,) = (each for each in document["verdict"]["faults"] if each["code"] == "issuers-not-told-apart")
    assert (fault["weight"], fault["source"], fault["subject"]) == ("note", "many.pem #331", "CN=orphan 80")
    assert len(document["identities"]) == 331


REQUEST = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(BOB.private_key, hashes.SHA256())


def test_a_key_whose_certificate_is_only_requested(tmp_path: Path) -> None:
    write(tmp_path, bob_key=BOB.private_key_pem(), bob_csr=REQUEST.public_bytes(Encoding.PEM))
    document = told(tmp_path, "bob.key", "bob.csr")
    assert faults(document) == [("problem", "bob.key #1", "no-certificate")]
    (key,), (stray,) = document["private_keys"], document["strays"]
    assert (key["request"], stray["source"], stray["kind"]) == ("bob.csr #1", "bob.csr #1", "certification-request")
    assert key["public_key"] == {"algorithm": "id-ecPublicKey", "bits": 256, "curve": "secp256r1"}
    assert told(tmp_path, "bob.csr")["verdict"] == {"exit_code": 0, "faults": []}


def test_what_lies_among_certificates_is_named_and_no_fault(tmp_path: Path) -> None:
    write(tmp_path, f_pem=REQUEST.public_bytes(Encoding.PEM) + WHOLE)
    document = told(tmp_path, "f.pem")
    assert faults(document) == []
    assert [(each["source"], each["kind"]) for each in document["strays"]] == [("f.pem #1", "certification-request")]
    assert document["identities"][0]["source"] == "f.pem #2"


def test_files_are_matched_with_each_other(tmp_path: Path) -> None:
    write(tmp_path, alice_crt=ALICE.der, alice_key=ALICE.private_key_pem(), ca_p7b=chain(*TOP))
    document = told(tmp_path, "alice.key", "ca.p7b", "alice.crt")
    (identity,) = document["identities"]
    assert (identity["source"], identity["key_status"], identity["chain_end"]) == ("alice.crt", "fits", "self-signed")
    assert faults(document) == []
    assert [(each["format"], each["certificates"], each["private_keys"]) for each in document["files"]] == [
        ("PEM", 0, 1),
        ("PEM", 2, 0),
        ("DER", 1, 0),
    ]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A directory of good, bad and foreign files, and one below it."""
    write(
        tmp_path,
        alice_pem=WHOLE,
        README=b"what this is\n",
        alice_p12=ALICE.pkcs12(PASSWORD),
        ca_crl=REQUEST.public_bytes(Encoding.DER),
    )
    (tmp_path / "below").mkdir()
    write(tmp_path / "below", bob_pem=BOB.chain_pem + BOB.private_key_pem())
    return tmp_path


def test_a_directory(mixed: Path) -> None:
    document = told(mixed, ".")
    assert document["verdict"]["exit_code"] == 0
    assert [each["source"] for each in document["identities"]] == ["./alice.pem #1"]
    assert faults(document) == [("note", "./README", "passed-over"), ("note", "./alice.p12", "passed-over")]
    assert [each["named"] for each in document["files"]] == ["in-directory"] * 4
    deeper = told(mixed, ".", "--recursive")
    assert [each["source"] for each in deeper["identities"]] == ["./alice.pem #1", "./below/bob.pem #1"]
    (duplicate,) = (fault for fault in deeper["verdict"]["faults"] if fault["code"] == "duplicate")
    assert (duplicate["source"], duplicate["detail"]) == ("./alice.pem", "./below/bob.pem #2 is ./alice.pem #2.")


def test_what_is_no_file_is_told(mixed: Path) -> None:
    os.mkfifo(mixed / "fifo")
    (mixed / "gone").symlink_to("nowhere")
    document = told(mixed, ".")
    titles = {fault["source"]: fault["title"] for fault in document["verdict"]["faults"]}
    assert titles["./fifo"] == "passed over: neither a file nor a directory"
    assert titles["./gone"] == "passed over: No such file or directory"


def test_a_password_opens_what_it_opens(mixed: Path) -> None:
    (mixed / "password").write_bytes(PASSWORD)
    document = told(mixed, "alice.p12", "--password-file", "password")
    assert [each["key_status"] for each in document["identities"]] == ["fits"]
    write(mixed, locked_pem=chain(BOB.der) + BOB.private_key_pem(b"another"))
    document = told(mixed, "locked.pem", "--password-file", "password")
    assert ("problem", "locked.pem #2", "wrong-password") in faults(document)
    assert document["locked_keys"] == [{"source": "locked.pem #2", "reason": "password does not open the private key"}]


def test_a_password_is_asked_for_on_a_terminal(mixed: Path) -> None:
    ran = on_terminal(
        "inspect", mixed / "alice.p12", "--at", AT.isoformat(), answers=[Answer("alice.p12: ", "secret\r")]
    )
    assert ran.exit_code == 0
    assert "private key fits" in ran.screen


UNUSABLE = [
    ("alice.p12", "alice.p12: PKCS#12 file is encrypted: give its password by --password-file or --password-env"),
    ("README", "README: neither PEM nor DER"),
    ("missing.pem", "missing.pem: No such file or directory"),
    ("empty", "empty: no certificate and no private key in it; with --recursive what is below it is read too"),
]


@pytest.mark.parametrize(("file", "words"), UNUSABLE, ids=["locked", "text", "missing", "empty"])
def test_what_cannot_be_used_does_not_hide_the_rest(mixed: Path, file: str, words: str) -> None:
    (mixed / "empty").mkdir()
    document = told(mixed, file, "alice.pem")
    assert document["verdict"]["exit_code"] == 4
    assert len(document["identities"]) == 1
    ran = inspect(mixed, file, "alice.pem")
    assert ran.exit_code == 4
    assert ran.head.startswith(f"UNUSABLE INPUT  {words}")


def test_standard_input(tmp_path: Path) -> None:
    ran = certprobe("inspect", "-", "--at", AT.isoformat(), "--format", "json", stdin=WHOLE, cwd=tmp_path)
    assert json.loads(ran.stdout)["identities"][0]["source"] == "standard input #1"


def test_quiet_is_what_is_wrong_alone(tmp_path: Path) -> None:
    write(tmp_path, f_pem=chain(EXPIRED.der, *TOP) + EXPIRED.private_key_pem())
    ran = inspect(tmp_path, "f.pem", "-q")
    assert (ran.exit_code, ran.stdout) == (1, "PROBLEM  f.pem #1  CN=old: expired on 2026-02-28T12:00:00Z\n")
    assert inspect(tmp_path, "f.pem", "-q", "-v").exit_code == 2


def test_long_lists_are_cut_unless_all_is_asked_for(tmp_path: Path) -> None:
    many = [Authority.root(f"Root {number:02}", at=AT).issued.der for number in range(52)]
    write(tmp_path, f_pem=chain(*many))
    short, whole = inspect(tmp_path, "f.pem").stdout, inspect(tmp_path, "f.pem", "-v").stdout
    assert "and 2 more (-v shows all)" in short
    assert ("CN=Root 51" in short, "CN=Root 51" in whole) == (False, True)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_lines_fit_the_terminal_and_nothing_reaches_it_raw(tmp_path: Path, columns: int) -> None:
    odd = CA.client(
        "mallory", subject=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "\x1b]0;owned\x07 \u202e")])
    )
    write(tmp_path, f_pem=chain(odd.der, *TOP) + BOB.private_key_pem())
    ran = on_terminal("inspect", tmp_path / "f.pem", columns=columns, env={"NO_COLOR": "1"})
    lines = [line.rstrip("\r") for line in ran.screen.split("\n")]
    assert all(len(line) <= columns for line in lines)
    assert "\x1b" not in ran.screen and "\u202e" not in ran.screen
    assert r"\x1b]0\;owned\x07" in ran.screen
