"""`certprobe verify` as a process: every fault on its element, and the answer that Windows would give."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from certprobe.lab.der import pem
from certprobe.lab.pki import Authority, Extension, Issued, KeyUsageName
from certprobe.lab.revocation import crl, good, ocsp
from certprobe.policy.status import ChainPolicy
from tests.cli.command import certprobe
from tests.cli.judged import answers
from tests.cli.verified import AT, CA, ROOT, SERVER, bits, chain_file, decides, documents, read, save, subject, verify
from tests.peers.keytool import Store

TIME = ["CERT_TRUST_IS_NOT_TIME_VALID"]
USAGE = ["CERT_TRUST_IS_NOT_VALID_FOR_USAGE"]
CONSTRAINTS = ["CERT_TRUST_INVALID_BASIC_CONSTRAINTS"]
EXTENSION = ["CERT_TRUST_INVALID_EXTENSION", "CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT"]
SIGNATURE = ["CERT_TRUST_IS_NOT_SIGNATURE_VALID"]
UNTRUSTED = ["CERT_TRUST_IS_UNTRUSTED_ROOT"]

BREAKERS = ("--flag", "allow_unknown_ca_flag", "--flag", "IGNORE_WRONG_USAGE_FLAG")


def five_faults() -> Issued:
    """A leaf that is expired, a CA that may not sign, one that is none, one with an odd extension, a foreign root."""
    odd = ROOT.intermediate("Odd", extensions=(Extension("1.2.3", b"\x05\x00", critical=True),))
    none = odd.intermediate("None", basic_constraints=None)
    usage: tuple[KeyUsageName, ...] = ("cRLSign",)
    mute = none.intermediate("Mute", key_usage=usage)
    leaf = mute.server("www.lab.test", not_after=AT - timedelta(days=1))
    return replace(leaf, chain=(*leaf.chain, ROOT.issued.der))


FIVE = five_faults()


def with_broken_signature(issued: Issued, index: int) -> Issued:
    """The chain in which the last bit of one issuer's certificate is flipped."""
    der = issued.chain[index - 1]
    flipped = der[:-1] + bytes([der[-1] ^ 1])
    return replace(issued, chain=(*issued.chain[: index - 1], flipped, *issued.chain[index:]))


def test_five_faults_stand_on_their_elements(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, FIVE), trust=None)
    assert bits(told) == [TIME, USAGE, CONSTRAINTS, EXTENSION, UNTRUSTED]
    assert told["judgement"]["error"]["hex"] == "0x08000531"
    (chain,) = told["judgement"]["chains"]
    assert all(finding["citation"] and finding["detail"] for each in chain["elements"] for finding in each["findings"])


@pytest.mark.parametrize(("options", "title", "advice", "others"), [
    (("--policy", "ssl"), ": CN=Root is self-signed, and no ", "If this root is to be trusted, give it", 4),
    (BREAKERS[:2], ": CN=Mute: a CA whose keyUsage does not ", "Have this certificate issued again: keyCertSign is", 4),
    (BREAKERS, "certificate is not valid: expired at 2026-", "Renew the certificate", 4),
])  # fmt: skip
def test_the_first_lines_say_whose_fault_it_is_and_that_there_are_more(
    tmp_path: Path, options: tuple[str, ...], title: str, advice: str, others: int
) -> None:
    first, _, change, more = verify(chain_file(tmp_path, FIVE), *options, trust=None).stdout.splitlines()[:4]
    assert title in first
    assert change.strip().startswith(f"Change: {advice}")
    assert more.strip() == f"Below: {others} other faults; a policy names one at a time."


def test_a_name_that_does_not_fit_is_told_beside_what_a_policy_names_first(tmp_path: Path) -> None:
    path, mismatch = chain_file(tmp_path, FIVE), "it names www.lab.test, not other.test"
    assert subject(path, "--host", "other.test", trust=None)["judgement"]["name_mismatch"] == mismatch
    assert subject(path, "--host", "www.lab.test", trust=None)["judgement"]["name_mismatch"] == ""
    lines = verify(path, "--host", "other.test", trust=None).stdout.splitlines()
    assert lines[3].strip() == "Below: 5 other faults; a policy names one at a time."
    assert f"  The name does not fit: {mismatch}" in lines


def test_a_name_that_a_policy_refuses_is_told_once(tmp_path: Path) -> None:
    out = verify(chain_file(tmp_path, CA.server("www.lab.test")), "--host", "other.test").stdout
    assert "it names www.lab.test, not other.test" in out
    assert "The name does not fit" not in out


@pytest.mark.parametrize(("options", "base", "ssl"), [
    ((), ("CERT_E_UNTRUSTEDROOT", 0, 4), ("CERT_E_UNTRUSTEDROOT", 0, 4)),
    (BREAKERS[:2], ("CERT_E_WRONG_USAGE", 0, 1), ("CERT_E_EXPIRED", 0, 0)),
    (BREAKERS, ("CERT_E_EXPIRED", 0, 0), ("CERT_E_EXPIRED", 0, 0)),
    (
        (*BREAKERS, "--flag", "IGNORE_NOT_TIME_VALID_FLAG"),
        ("TRUST_E_BASIC_CONSTRAINTS", 0, 2),
        ("CERT_E_CRITICAL", 0, 3),
    ),
])  # fmt: skip
def test_the_policies_name_the_fault_that_windows_would(
    tmp_path: Path, options: tuple[str, ...], base: tuple[str, int, int], ssl: tuple[str, int, int]
) -> None:
    told = subject(chain_file(tmp_path, FIVE), *options, trust=None)
    assert list(answers(told["judgement"])) == [policy.value for policy in ChainPolicy]
    assert (answers(told["judgement"])["base"], answers(told["judgement"])["ssl"]) == (base, ssl)
    assert answers(told["judgement"])["basic-constraints"] == ("TRUST_E_BASIC_CONSTRAINTS", 0, 2)
    assert decides(told) == ("base", *base)
    assert told["causes"][0]["code"] == base[0]


def test_a_broken_signature_comes_before_all(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, with_broken_signature(FIVE, 3)), trust=None)
    assert bits(told) == [TIME, USAGE, CONSTRAINTS, SIGNATURE + EXTENSION, UNTRUSTED]
    assert decides(told) == ("base", "TRUST_E_CERT_SIGNATURE", 0, 3)


def test_text_tells_all_five_and_marks_the_policy_that_decides(tmp_path: Path) -> None:
    ran = verify(chain_file(tmp_path, FIVE), "--policy", "ssl", trust=None)
    assert (ran.exit_code, ran.stderr) == (1, "")
    first, code, change, *lines = ran.stdout.splitlines()
    assert re.match(
        r"PROBLEM  \S+/chain\.pem #1  CN=www\.lab\.test: the certificate chain is not trusted: CN=Root is ", first
    )
    assert code.strip() == "Windows: CERT_E_UNTRUSTEDROOT 0x800B0109 (-2146762487), chain 0, element 4, policy ssl."
    assert change.strip().startswith("Change: If this root is to be trusted, give it with --trust")
    paths = "\n".join(lines).partition("  What the chain policies")[0]
    elements = re.split(r"^ +\d  CN=", paths, flags=re.MULTILINE)[1:]
    assert [re.findall(r"\((CERT_TRUST_\w+), ", element) for element in elements] == [
        TIME,
        USAGE,
        CONSTRAINTS,
        sorted(EXTENSION, key=lambda bit: "CRITICAL" not in bit),
        UNTRUSTED,
    ]
    assert [line for line in lines if line.endswith("<- decides")] == [
        f"  {'SSL'.ljust(17)}  fails  CERT_E_UNTRUSTEDROOT 0x800B0109 (-2146762487)  chain 0 element 4  <- decides"
    ]
    assert (
        f"  {'BASIC-CONSTRAINTS'}  fails  TRUST_E_BASIC_CONSTRAINTS 0x80096019 (-2146869223)  chain 0 element 2"
        in lines
    )


def test_a_good_chain_is_clean(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, SERVER), "--host", "www.lab.test")
    assert (told["causes"], bits(told), decides(told)) == ([], [[], [], []], ("ssl", "ERROR_SUCCESS", -1, -1))
    ran = verify(chain_file(tmp_path, SERVER), "--host", "www.lab.test")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[0].startswith("OK       ")


# --- files ------------------------------------------------------------------------------------------------------------


def pkcs7(*certificates: bytes) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in certificates], Encoding.DER)


@pytest.mark.parametrize(("name", "data", "places"), [
    ("a.pem", SERVER.chain_pem, ["a.pem #1"]),
    ("upside-down.pem", pem(CA.issued.der) + SERVER.certificate_pem, ["upside-down.pem #2"]),
    ("twice.pem", SERVER.chain_pem * 2, ["twice.pem #1"]),
    ("two.pem", SERVER.chain_pem + CA.client("alice").certificate_pem, ["two.pem #1", "two.pem #3"]),
    ("ca.pem", pem(ROOT.issued.der) + pem(CA.issued.der), ["ca.pem #2"]),
    ("a.der", ROOT.server("a.test").der, ["a.der"]),
    ("a.p7b", pkcs7(CA.issued.der, SERVER.der), None),
])  # fmt: skip
def test_a_file_is_about_its_end_entities(tmp_path: Path, name: str, data: bytes, places: list[str] | None) -> None:
    (document,) = documents(save(tmp_path, name, data))
    assert document["verdict"] == {"exit_code": 0, "fault": None}
    assert document["file"] == str(tmp_path / name)
    found = [each["source"].removeprefix(f"{tmp_path}/") for each in document["subjects"]]
    if places is None:
        assert [each["certificate"]["subject"] for each in document["subjects"]] == ["CN=www.lab.test"]
    else:
        assert found == places


def test_pkcs12_with_its_password(tmp_path: Path) -> None:
    file = save(tmp_path, "me.p12", CA.client("alice").pkcs12(b"secret"))
    told = subject(file, "--password-env", "SECRET", env={"SECRET": "secret"})
    assert (told["certificate"]["subject"], told["causes"], len(bits(told))) == ("CN=alice", [], 3)
    password = save(tmp_path, "password", b"secret\n")
    assert subject(file, "--password-file", password) == told
    ran = verify(file)
    assert ran.exit_code == 4
    assert "is encrypted: give its password" in ran.stdout


def test_who_judges_certificates_needs_no_password_for_the_keys_beside_them(tmp_path: Path) -> None:
    alice = CA.client("alice")
    file = save(tmp_path, "me.pem", alice.chain_pem + alice.private_key_pem(b"secret"))
    told = subject(file)
    assert (told["certificate"]["subject"], told["causes"], len(bits(told))) == ("CN=alice", [], 3)
    store = Store(tmp_path / "store.jks", "JKS")
    store.add_identity("alice", alice)
    assert subject(store.file)["certificate"] == told["certificate"]
    wrong = verify(store.file, "--password-env", "SECRET", env={"SECRET": "secret"})
    assert wrong.exit_code == 4
    assert "password does not open the Java key store" in wrong.stdout
    lone = verify(save(tmp_path, "key.pem", alice.private_key_pem(b"secret")))
    assert lone.exit_code == 4
    assert "no certificate in it" in lone.stdout


def test_a_batch_is_one_document_a_line_and_the_worst_counts(tmp_path: Path) -> None:
    good = chain_file(tmp_path, SERVER, "good.pem")
    bad = chain_file(tmp_path, CA.server("b.test", not_after=AT - timedelta(days=1)), "bad.pem")
    garbage = save(tmp_path, "garbage", b"garbage")
    key = save(tmp_path, "key.pem", SERVER.private_key_pem())
    absent = tmp_path / "absent"

    def codes(*paths: Path) -> list[int]:
        told = documents(*paths)
        assert [each["file"] for each in told] == [str(path) for path in paths]
        assert all(bool(each["verdict"]["fault"]) is not bool(each["subjects"]) for each in told)
        return [each["verdict"]["exit_code"] for each in told]

    assert codes(good, good) == [0, 0]
    assert codes(good, bad, good) == [0, 1, 0]
    assert codes(good, garbage, bad, absent, key, good) == [0, 4, 1, 4, 4, 0]
    faults = [each["verdict"]["fault"] for each in documents(garbage, absent, key)]
    assert faults == [
        f"{garbage}: neither PEM nor DER",
        f"{absent}: No such file or directory",
        f"{key}: no certificate in it",
    ]
    ran = verify(good, garbage, bad)
    assert ran.exit_code == 4
    assert f"UNUSABLE INPUT  {garbage}: neither PEM nor DER" in ran.stdout.splitlines()
    assert "  In all         1 clean, 1 with faults, 1 unusable" in ran.stdout.splitlines()


def test_a_file_may_be_standard_input(tmp_path: Path) -> None:
    root = save(tmp_path, "root.pem", pem(ROOT.issued.der))
    common = ("--at", AT.isoformat(), "--format", "json")
    piped = certprobe("verify", "-", "--trust", root, *common, stdin=SERVER.chain_pem)
    (document,) = read(piped.stdout)
    assert (piped.exit_code, document["file"]) == (0, "-")
    assert document["subjects"][0]["source"] == "standard input #1"
    garbage = certprobe("verify", "-", "--trust", root, *common, stdin=b"garbage")
    (document,) = read(garbage.stdout)
    assert (garbage.exit_code, document["verdict"]["fault"]) == (4, "standard input: neither PEM nor DER")
    file = chain_file(tmp_path, SERVER)
    trusted = certprobe("verify", file, "--trust", "-", *common, stdin=root.read_bytes())
    (document,) = read(trusted.stdout)
    assert (trusted.exit_code, document["terms"]["trust"]) == (0, "standard input (1 certificate)")


def test_what_stands_beside_certificates_is_known(tmp_path: Path) -> None:
    files = [
        save(tmp_path, "crl.der", crl(CA)),
        save(tmp_path, "crl.pem", pem(crl(CA), "X509 CRL")),
        save(tmp_path, "ocsp.der", ocsp(CA, good(SERVER))),
    ]
    ends = [document["verdict"]["fault"].rpartition("; ")[2] for document in documents(*files)]
    assert ends == ["it is a CRL, for --crl"] * 2 + ["it is an OCSP response, for --ocsp"]


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (document,) = documents(tmp_path)
    assert document["verdict"]["fault"] == f"{tmp_path}: Is a directory: name the files in it, as {tmp_path}/*"


def test_what_is_not_used_of_a_file_is_a_note(tmp_path: Path) -> None:
    file = save(tmp_path, "a.pem", SERVER.chain_pem + b"-----BEGIN CERTIFICATE-----\nMAA")
    (document,) = documents(file)
    assert document["notes"] == [f"{file} #3 (CERTIFICATE, not used): PEM block ends nowhere"]
    assert f"NOTE     {document['notes'][0]}" in verify(file).stdout.splitlines()
    assert "NOTE" not in verify(file, "-q").stdout


def test_quiet_is_a_line_for_each(tmp_path: Path) -> None:
    good = chain_file(tmp_path, SERVER, "good.pem")
    ran = verify(good, chain_file(tmp_path, FIVE, "bad.pem"), tmp_path / "absent", "-q")
    words = [line.split("  ")[0] for line in ran.stdout.splitlines()]
    assert (ran.exit_code, words) == (4, ["OK", "PROBLEM", "UNUSABLE INPUT"])


def test_names_are_made_harmless(tmp_path: Path) -> None:
    file = chain_file(tmp_path, CA.server("x", subject=Authority.root("\x1b[2J\u202e[red]", at=AT).issued.subject))
    ran = verify(file, "-v")
    assert "CN=\\x1b[2J\\u{202e}[red]" in ran.stdout
    assert not re.search(r"[^\n -~]", ran.stdout)
    assert subject(file)["certificate"]["subject"] == "CN=\x1b[2J\u202e[red]"
    assert verify(file, "--format", "json").stdout.isascii()
