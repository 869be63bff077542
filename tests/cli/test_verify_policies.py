"""What `certprobe verify` may be asked of certificate policies, and what it tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from certprobe.lab.der import oid, sequence
from certprobe.lab.pki import Extension, Issued
from certprobe.pki.extensions import CERTIFICATE_POLICIES, POLICY_MAPPINGS
from tests.cli.verified import HOST, ROOT, SERVER, bits, chain_file, subject, verify

A, B, ANY = "1.2.3.1", "1.2.3.2", "2.5.29.32.0"
NONE_HOLDS, WRONG_USAGE = ["CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY"], ["CERT_TRUST_IS_NOT_VALID_FOR_USAGE"]
EXPLICIT = ("--flag", "initial-explicit-policy")


def policies(*oids: str) -> Extension:
    return Extension(CERTIFICATE_POLICIES, sequence(*(sequence(oid(each)) for each in oids)))


def mapping(issuer: str, subject: str) -> Extension:
    return Extension(POLICY_MAPPINGS, sequence(sequence(oid(issuer), oid(subject))))


AB = ROOT.intermediate("AB", extensions=(policies(A, B),)).server(HOST, extensions=(policies(A),))
MAPPED = ROOT.intermediate("M", extensions=(policies(A), mapping(A, B))).server(HOST, extensions=(policies(B),))
ANYTHING = ROOT.intermediate("Any", extensions=(policies(ANY),)).server(HOST, extensions=(policies(A),))


@pytest.mark.parametrize(("issued", "options", "expected", "sets"), [
    (AB, (), [], None),
    (AB, ("--initial-policy", "any"), [], ([A], [A])),
    (AB, ("--initial-policy", A), [], ([A], [A])),
    (AB, ("--initial-policy", B), [], ([A], [])),
    (AB, ("--initial-policy", B, *EXPLICIT), NONE_HOLDS, ([A], [])),
    (AB, ("--initial-policy", B, "--initial-policy", A, *EXPLICIT), [], ([A], [A])),
    (AB, EXPLICIT, [], ([A], [A])),
    (SERVER, EXPLICIT, NONE_HOLDS, ([], [])),
    (AB, ("--issuance-policy", A), [], ([A], [A])),
    (AB, ("--issuance-policy", B), WRONG_USAGE, ([A], [A])),
    (AB, ("--issuance-policy", A, "--issuance-policy", B), WRONG_USAGE, ([A], [A])),
    (MAPPED, EXPLICIT, [], ([A], [A])),
    (MAPPED, (*EXPLICIT, "--flag", "INITIAL_POLICY_MAPPING_INHIBIT"), NONE_HOLDS, ([], [])),
    (ANYTHING, EXPLICIT, [], ([A], [A])),
    (ANYTHING, (*EXPLICIT, "--flag", "initial_any_policy_inhibit"), NONE_HOLDS, ([], [])),
])  # fmt: skip
def test_certificate_policies(
    tmp_path: Path,
    issued: Issued,
    options: tuple[str, ...],
    expected: list[str],
    sets: tuple[list[str], list[str]] | None,
) -> None:
    told = subject(chain_file(tmp_path, issued), *options)
    assert bits(told) == [expected, [], []]
    assert [cause["code"] for cause in told["causes"]] == {
        (): [],
        tuple(NONE_HOLDS): ["CERT_E_INVALID_POLICY"],
        tuple(WRONG_USAGE): ["CERT_E_WRONG_USAGE"],
    }[tuple(expected)]
    shown = told["policy_sets"]
    assert (shown and (shown["authority_constrained"], shown["user_constrained"])) == sets


def test_certificate_policies_are_told_in_words(tmp_path: Path) -> None:
    file = chain_file(tmp_path, AB)
    assert "Certificate policies" not in verify(file).stdout
    assert (
        "  Certificate policies that the path is valid for: 1.2.3.1\n\n"
        in verify(file, "--initial-policy", "any").stdout
    )
    text = verify(file, "--initial-policy", B, "--issuance-policy", B, *EXPLICIT).stdout
    assert "Change: Use a certificate of a CA that asserts this policy, or do not ask for it.\n" in text
    assert "  Certificate policies that the path is valid for: 1.2.3.1\n  Of those that will do: none\n" in text
    assert "  Policies       1.2.3.2 will do\n  Policies       1.2.3.2 must be valid\n" in text
    assert "  Flag           INITIAL_EXPLICIT_POLICY\n" in text
