"""What each option of `certprobe verify` asks."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from certprobe.lab.der import pem
from certprobe.lab.pki import Authority
from certprobe.lab.revocation import crl, good, ocsp, revoked
from certprobe.policy.status import ChainPolicy
from tests.cli.command import started
from tests.cli.judged import answers
from tests.cli.verified import (
    AT,
    CA,
    CLIENT,
    HOST,
    ROOT,
    SERVER,
    bits,
    chain_file,
    decides,
    documents,
    save,
    subject,
    verify,
)

CLEAN = ("base", "ERROR_SUCCESS", -1, -1)
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
UNKNOWN = ["CERT_TRUST_REVOCATION_STATUS_UNKNOWN", "CERT_TRUST_IS_OFFLINE_REVOCATION"]
BELOW_ROOT = "CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT"
END_CERT = "CERT_CHAIN_REVOCATION_CHECK_END_CERT"
EXPIRED = CA.server(HOST, not_after=AT - timedelta(days=1))


@pytest.mark.parametrize(("options", "decision"), [
    ((), CLEAN),
    (("--host", HOST), ("ssl", "ERROR_SUCCESS", -1, -1)),
    (("--host", "www2.lab.test"), ("ssl", "CERT_E_CN_NO_MATCH", 0, 0)),
    (("--host", "www2.lab.test", "--policy", "base"), CLEAN),
    (("--host", "www2.lab.test", "--flag", "security_flag_ignore_cert_cn_invalid"), ("ssl", "ERROR_SUCCESS", -1, -1)),
    (("--usage", "server"), CLEAN),
    (("--usage", "any"), CLEAN),
    (("--usage", "client"), ("base", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--usage", "server", "--usage", "client"), ("base", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--usage", "server,client"), CLEAN),
    (("--usage", "codesigning, serverAuth"), CLEAN),
    (("--usage", "client,codeSigning"), ("base", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--usage", "serverAuth"), CLEAN),
    (("--usage", "clientauth"), ("base", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--usage", "codeSigning"), ("base", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--usage", CODE_SIGNING), ("base", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--usage", CODE_SIGNING, "--flag", "CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG"), CLEAN),
    (("--host", HOST, "--usage", "client"), ("ssl", "CERT_E_WRONG_USAGE", 0, 0)),
    (("--policy", "nt-auth"), ("nt-auth", "CERT_E_UNTRUSTEDCA", 0, 1)),
    (("--policy", "microsoft-root"), ("microsoft-root", "CERT_E_UNTRUSTEDROOT", 0, 2)),
])  # fmt: skip
def test_names_usages_and_policies(
    tmp_path: Path, options: tuple[str, ...], decision: tuple[str, str, int, int]
) -> None:
    told = subject(chain_file(tmp_path, SERVER), *options)
    assert decides(told) == decision
    assert [cause["code"] for cause in told["causes"]] == ([] if decision[1] == "ERROR_SUCCESS" else [decision[1]])


def test_a_wrong_name_is_told_with_the_right_ones(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, SERVER), "--host", "www2.lab.test")
    assert told["judgement"]["reason"] == f"it names {HOST}, not www2.lab.test"
    assert told["judgement"]["role"] == "server"


def test_a_client_is_held_to_no_name(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, CLIENT), "--usage", "client", "--policy", "ssl")
    assert (decides(told), told["judgement"]["role"]) == (("ssl", "ERROR_SUCCESS", -1, -1), "client")


def test_terms_say_what_was_asked(tmp_path: Path) -> None:
    (document,) = documents(
        chain_file(tmp_path, SERVER), "--host", HOST, "--usage", "server", "--usage", CODE_SIGNING,
        "--flag", "ignore_wrong_usage_flag", "--profile", "webpki", "--all-paths",
    )  # fmt: skip
    assert document["terms"] == {
        "at": "2026-03-01T12:00:00Z",
        "trust": f"{tmp_path}/trusted-root.der (1 certificate)",
        "profile": "webpki",
        "policy": "ssl",
        "usage": [{"oid": "1.3.6.1.5.5.7.3.1", "name": "serverAuth"}, {"oid": CODE_SIGNING, "name": "codeSigning"}],
        "usage_match": "and",
        "host": HOST,
        "flags": ["CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS", "CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG"],
        "crls": 0,
        "ocsp_responses": 0,
        "ntauth": None,
        "initial_policy_set": ["2.5.29.32.0"],
        "issuance_policies": [],
    }
    assert "  For            any usage\n" in verify(chain_file(tmp_path, SERVER)).stdout


def test_issuers_may_come_from_elsewhere(tmp_path: Path) -> None:
    leaf, ca = save(tmp_path, "leaf.pem", SERVER.certificate_pem), save(tmp_path, "ca.der", CA.issued.der)
    told = subject(leaf)
    assert decides(told) == ("base", "CERT_E_CHAINING", 0, -1)
    assert "--untrusted" in told["causes"][0]["advice"]
    assert decides(subject(leaf, "--untrusted", ca)) == CLEAN
    other = save(tmp_path, "other.der", Authority.root("Other", at=AT).issued.der)
    assert decides(subject(leaf, "--untrusted", other, "--untrusted", ca)) == CLEAN


def test_trust(tmp_path: Path) -> None:
    file = save(tmp_path, "chain.pem", SERVER.chain_pem + pem(ROOT.issued.der))
    assert decides(subject(file)) == CLEAN
    assert decides(subject(file, trust=None)) == ("base", "CERT_E_UNTRUSTEDROOT", 0, 2)


def test_paths_may_end_in_a_trusted_intermediate_if_that_is_allowed(tmp_path: Path) -> None:
    file = save(tmp_path, "leaf.pem", SERVER.certificate_pem)
    assert decides(subject(file, trust=CA)) == ("base", "CERT_E_CHAINING", 0, -1)
    assert decides(subject(file, "--flag", "CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG", trust=CA)) == CLEAN


@pytest.mark.parametrize(("policy", "title", "advice"), [
    ("nt-auth", "the certificate chain is not valid: CN=CA is not in the NTAuth store", "Publish the CA's certificate"),
    ("microsoft-root", "the certificate chain is not trusted: CN=Root is none of Microsoft's roots", "Judge by "),
])  # fmt: skip
def test_policies_that_ask_for_certain_cas_say_so(tmp_path: Path, policy: str, title: str, advice: str) -> None:
    (cause,) = subject(chain_file(tmp_path, CLIENT), "--policy", policy)["causes"]
    assert cause["title"] == title
    assert cause["advice"].startswith(advice)


def test_distrust(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, SERVER), "--disallowed", save(tmp_path, "ca.der", CA.issued.der))
    assert bits(told) == [[], ["CERT_TRUST_IS_EXPLICIT_DISTRUST"], []]
    assert decides(told) == ("base", "TRUST_E_EXPLICIT_DISTRUST", 0, 1)


def test_peer_trust(tmp_path: Path) -> None:
    file, peer = chain_file(tmp_path, SERVER), save(tmp_path, "peer.der", SERVER.der)
    told = subject(file, "--trusted-people", peer, trust=None)
    assert (bits(told), decides(told)) == ([[]], CLEAN)
    assert told["judgement"]["info"]["names"] == ["CERT_TRUST_IS_PEER_TRUSTED"]
    ignored = ("--flag", "IGNORE_PEER_TRUST_FLAG")
    assert decides(subject(file, "--trusted-people", peer, *ignored)) == ("base", "CERT_E_UNTRUSTEDROOT", 0, 0)
    assert bits(subject(file, "--trusted-people", save(tmp_path, "ca.der", CA.issued.der))) == [[], [], []]


def test_nt_auth_knows_the_issuing_ca(tmp_path: Path) -> None:
    file, ca = chain_file(tmp_path, CLIENT), save(tmp_path, "ca.der", CA.issued.der)
    told = subject(file, "--ntauth", ca, "--policy", "nt-auth", "--usage", "client")
    assert decides(told) == ("nt-auth", "ERROR_SUCCESS", -1, -1)
    assert "NTAuth         1 CA\n" in verify(file, "--ntauth", ca).stdout
    assert "NTAuth         not given" in verify(file).stdout


@pytest.mark.parametrize(("options", "exit_code"), [
    ((), 1),
    (("--policy", "basic-constraints"), 0),
    (("--flag", "IGNORE_NOT_TIME_VALID_FLAG"), 0),
    (("--flag", "CERT_CHAIN_POLICY_IGNORE_ALL_NOT_TIME_VALID_FLAGS"), 0),
    (("--flag", "ignore_all_rev_unknown_flags"), 1),
    (("--host", HOST, "--flag", "SECURITY_FLAG_IGNORE_CERT_DATE_INVALID"), 0),
    (("--host", HOST, "--policy", "base", "--flag", "SECURITY_FLAG_IGNORE_CERT_DATE_INVALID"), 1),
])  # fmt: skip
def test_one_policy_decides(tmp_path: Path, options: tuple[str, ...], exit_code: int) -> None:
    (document,) = documents(chain_file(tmp_path, EXPIRED), *options)
    assert document["verdict"]["exit_code"] == exit_code
    assert bits(document["subjects"][0])[0] == ["CERT_TRUST_IS_NOT_TIME_VALID"]


def test_time(tmp_path: Path) -> None:
    file = chain_file(tmp_path, EXPIRED)
    root = save(tmp_path, "root.der", ROOT.issued.der)
    for at, exit_code in ((AT, 1), (AT - timedelta(days=1), 0), (AT - timedelta(days=3), 1)):
        with started("verify", file, "--trust", root, "--at", at.isoformat(), "-q") as process:
            process.communicate()
        assert process.returncode == exit_code


# --- revocation -------------------------------------------------------------------------------------------------------


@pytest.fixture
def crls(tmp_path: Path) -> dict[str, Path]:
    return {
        "root": save(tmp_path, "root.crl", crl(ROOT)),
        "root revokes": save(tmp_path, "root-revokes.crl", crl(ROOT, revoked(CA))),
        "ca": save(tmp_path, "ca.crl", crl(CA)),
        "ca revokes": save(tmp_path, "ca-revokes.crl", pem(crl(CA, revoked(SERVER)), "X509 CRL")),
        "both": save(tmp_path, "both.crl", pem(crl(CA), "X509 CRL") + pem(crl(ROOT), "X509 CRL")),
    }


@pytest.mark.parametrize(("given", "flags", "expected", "decision"), [
    (("ca", "root"), (), [[], [], []], CLEAN),
    (("both",), (), [[], [], []], CLEAN),
    (("ca revokes", "root"), (), [["CERT_TRUST_IS_REVOKED"], [], []], ("base", "CRYPT_E_REVOKED", 0, 0)),
    (("ca revokes",), (), [["CERT_TRUST_IS_REVOKED"], UNKNOWN, []], ("base", "CRYPT_E_REVOKED", 0, 0)),
    (("ca", "root revokes"), (), [UNKNOWN, ["CERT_TRUST_IS_REVOKED"], []], ("base", "CRYPT_E_REVOKED", 0, 1)),
    (("ca",), (), [[], UNKNOWN, []], ("base", "CRYPT_E_REVOCATION_OFFLINE", 0, 1)),
    (("ca",), ("IGNORE_CA_REV_UNKNOWN_FLAG",), [[], UNKNOWN, []], CLEAN),
    (("ca",), ("IGNORE_ALL_REV_UNKNOWN_FLAGS",), [[], UNKNOWN, []], CLEAN),
    (("ca",), (END_CERT.lower(),), [[], [], []], CLEAN),
])  # fmt: skip
def test_crls(
    tmp_path: Path,
    crls: dict[str, Path],
    given: tuple[str, ...],
    flags: tuple[str, ...],
    expected: list[list[str]],
    decision: tuple[str, str, int, int],
) -> None:
    options = [word for name in given for word in ("--crl", crls[name])]
    options += [word for flag in flags for word in ("--flag", flag)]
    (document,) = documents(chain_file(tmp_path, SERVER), *options)
    (told,) = document["subjects"]
    assert (bits(told), decides(told)) == (expected, decision)
    asked = END_CERT if END_CERT.lower() in flags else BELOW_ROOT
    assert [flag for flag in document["terms"]["flags"] if "REVOCATION_CHECK" in flag] == [asked]
    assert document["terms"]["crls"] == (2 if given == ("both",) else len(given))


def test_nothing_given_nothing_asked(tmp_path: Path) -> None:
    (document,) = documents(chain_file(tmp_path, SERVER))
    assert (document["terms"]["flags"], bits(document["subjects"][0])) == ([], [[], [], []])


@pytest.mark.parametrize(("response", "decision"), [
    (ocsp(CA, good(SERVER)), CLEAN),
    (ocsp(CA, revoked(SERVER)), ("base", "CRYPT_E_REVOKED", 0, 0)),
])  # fmt: skip
def test_ocsp(tmp_path: Path, response: bytes, decision: tuple[str, str, int, int]) -> None:
    for name, data in (("a.der", response), ("a.pem", pem(response, "OCSP RESPONSE"))):
        told = subject(
            chain_file(tmp_path, SERVER), "--ocsp", save(tmp_path, name, data), "--crl", save(tmp_path, "r", crl(ROOT))
        )
        assert decides(told) == decision


@pytest.mark.parametrize(("option", "data", "words"), [
    ("--crl", b"garbage", "no CRL: "),
    ("--crl", SERVER.der, "no CRL: "),
    ("--crl", SERVER.certificate_pem, "PEM without X509 CRL"),
    ("--ocsp", b"", "no OCSP response: "),
    ("--ocsp", SERVER.certificate_pem, "PEM without OCSP RESPONSE"),
    ("--untrusted", b"garbage", "neither PEM nor DER"),
    ("--disallowed", b"garbage", "neither PEM nor DER"),
    ("--trusted-people", b"garbage", "neither PEM nor DER"),
    ("--ntauth", b"garbage", "neither PEM nor DER"),
])  # fmt: skip
def test_what_all_files_are_judged_by_has_to_be_right(tmp_path: Path, option: str, data: bytes, words: str) -> None:
    bad = save(tmp_path, "bad", data)
    ran = verify(chain_file(tmp_path, SERVER), option, bad)
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert ran.stderr.startswith(f"certprobe: {bad}: {words}")


# --- flags, profiles, paths, output -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "words"), [
    (("--flag", "IGNORE_WRONG_USAGE"), "'IGNORE_WRONG_USAGE' is no flag of wincrypt.h; near it: IGNORE_WRONG_USAGE_"),
    (("--flag", "0x20"), "'0x20' is a number, which means another flag in each place: give its name\n"),
    (("--initial-policy", "gold"), "'gold' is no certificate policy: a dotted OID such as "),
    (("--issuance-policy", "any"), "'any' is no certificate policy: a dotted OID such as "),
    (("--flag", ""), "'' is no flag of wincrypt.h\n"),
    (("--usage", "servers"), "'servers' is no usage"),
    (("--usage", "1.2.03"), "'1.2.03' is no usage"),
    (("--usage", "any", "--usage", "client"), "--usage any asks for nothing"),
    (("--usage", "client,any"), "--usage any asks for nothing"),
    (("--usage", "client,"), "'' is no usage"),
    (("--usage", "client,server", "--usage", "codeSigning"), "(--usage client,server), not for a mixture"),
    (("--at", "yesterday"), "'yesterday' is no time"),
    (("--host", "a b"), "blanks and control characters have no place there"),
    (("--policy", "ev"), "'ev' is not one of"),
    (("--profile", "mozilla"), "'mozilla' is not one of"),
    (("-v", "-q"), "--verbose and --quiet exclude each other"),
])  # fmt: skip
def test_what_cannot_be_meant(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    from tests.cli.command import certprobe

    ran = certprobe("verify", chain_file(tmp_path, SERVER), "--trust", "none", *options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr


def test_a_file_has_to_be_named() -> None:
    from tests.cli.command import certprobe

    ran = certprobe("verify")
    assert ran.exit_code == 2
    assert "Missing argument 'FILE...'" in ran.stderr


def test_windows_has_remarks_and_webpki_refuses_for_them(tmp_path: Path) -> None:
    file = chain_file(tmp_path, CA.server(HOST, subject_alt_names=()))
    (lax,) = documents(file, "--host", HOST)
    (strict,) = documents(file, "--host", HOST, "--profile", "webpki")
    assert [each["verdict"]["exit_code"] for each in (lax, strict)] == [0, 1]
    remarks = lax["subjects"][0]["judgement"]["chains"][0]["elements"][0]["remarks"]
    assert any("subjectAltName" in remark["detail"] for remark in remarks)
    assert bits(lax["subjects"][0]) == [[], [], []]
    assert "profile" in [cause["code"] for cause in strict["subjects"][0]["causes"]]
    text = verify(file, "--host", HOST).stdout
    before, _, apart = text.partition("  Not by the rules, though Windows does not mind:\n")
    assert apart.startswith(f"  0  {remarks[0]['detail']} ({remarks[0]['citation']})\n")
    assert remarks[0]["detail"] not in before
    assert "  Not by the rules:\n" in verify(file, "--host", HOST, "--profile", "webpki").stdout


def test_to_rfc_5280_a_root_is_a_name_and_a_key(tmp_path: Path) -> None:
    old = Authority.root("Old", at=AT, not_after=AT - timedelta(days=1))
    chain = chain_file(tmp_path, old.server(HOST, not_before=AT - timedelta(days=2), not_after=AT + timedelta(days=2)))
    profiles = ("windows", "rfc5280", "webpki")
    found = {name: documents(chain, "--host", HOST, "--profile", name, trust=old)[0] for name in profiles}
    assert [each["terms"]["profile"] for each in found.values()] == list(found)
    decisions = {name: decides(each["subjects"][0])[1] for name, each in found.items()}
    assert decisions == {"windows": "CERT_E_EXPIRED", "rfc5280": "ERROR_SUCCESS", "webpki": "CERT_E_EXPIRED"}


def test_other_paths(tmp_path: Path) -> None:
    other = Authority.root("Other root", at=AT)
    crossed = other.cross_sign(CA)
    file = save(tmp_path, "a.pem", SERVER.chain_pem + pem(crossed.issued.der) + pem(other.issued.der))
    (worse,) = subject(file)["judgement"]["lower_quality"]
    assert [element["subject"] for element in worse["elements"]] == [f"CN={HOST}", "CN=CA", "CN=Other root"]
    assert worse["error"]["hex"] == "0x00000020"
    plain, all_paths = verify(file).stdout, verify(file, "--all-paths").stdout
    assert "  1 other path no better (--all-paths shows all)\n" in plain
    assert "CN=Other root" not in plain
    assert f"  Path 2, which is no better: error 0x00000020, info {worse['info']['hex']}\n  0  CN=" in all_paths
    assert "CN=Other root is self-signed and not the one trusted certificate" in all_paths
    assert verify(file, "--flag", "cert_chain_return_lower_quality_contexts").stdout == all_paths


def test_verbose_tells_more_of_each_element(tmp_path: Path) -> None:
    lines = verify(chain_file(tmp_path, SERVER), "-v").stdout.splitlines()
    assert sum(line.startswith("     thumbprint ") for line in lines) == 3


@pytest.mark.parametrize(("options", "shown", "aside"), [
    ((), {}, "NT-AUTH and MICROSOFT-ROOT fail, as for most chains (-v shows why)"),
    (("-v",), {"NT-AUTH": "fails", "MICROSOFT-ROOT": "fails"}, None),
    (("--ntauth",), {"NT-AUTH": "passes"}, "MICROSOFT-ROOT fails, as for most chains (-v shows why)"),
    (("--policy", "microsoft-root"), {"MICROSOFT-ROOT": "fails"}, "NT-AUTH fails, as for most chains (-v shows why)"),
])  # fmt: skip
def test_policies_that_fail_for_most_chains_stand_aside(
    tmp_path: Path, options: tuple[str, ...], shown: dict[str, str], aside: str | None
) -> None:
    if options == ("--ntauth",):
        options = ("--ntauth", str(save(tmp_path, "ca.der", CA.issued.der)))
    file = chain_file(tmp_path, SERVER)
    _, _, table = verify(file, *options).stdout.partition("  What the chain policies of Windows answer:\n")
    lines = table.partition("\n\n")[0].splitlines()
    rows = {line.split()[0]: line.split()[1] for line in lines if " 0x" in line}
    usual = {"BASE": "passes", "AUTHENTICODE": "passes", "SSL": "passes", "BASIC-CONSTRAINTS": "passes"}
    assert rows == {**usual, **shown}
    assert [line.strip() for line in lines if "most chains" in line] == ([aside] if aside else [])
    assert len(subject(file, *options)["judgement"]["policies"]) == len(ChainPolicy)


def test_every_policy_is_asked_under_the_same_flags(tmp_path: Path) -> None:
    told = subject(chain_file(tmp_path, EXPIRED), "--flag", "IGNORE_NOT_TIME_VALID_FLAG")
    assert {policy: answer[0] for policy, answer in answers(told["judgement"]).items()}["ssl"] == "ERROR_SUCCESS"


def test_a_reader_that_has_seen_enough_changes_nothing(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    root = save(tmp_path, "root.der", ROOT.issued.der)
    with os.fdopen(write, "wb") as pipe:
        arguments = ("verify", chain_file(tmp_path, EXPIRED), "--trust", root, "--at", AT.isoformat())
        with started(*arguments, stdout=pipe) as process:
            _, stderr = process.communicate()
    assert (process.returncode, stderr) == (1, b"")
