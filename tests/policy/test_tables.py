"""The order of the tables against a list of its own, fault by fault and pair by pair."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import pytest

from certprobe.policy import tables
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from certprobe.wincrypt.prose import meaning
from tests.policy.made import chain_with


class Fault(NamedTuple):
    """A bit, its code, the dwFlags and fdwChecks that silence it, and whether the chain as a whole has it."""

    bits: int
    error: HResult
    flags: int = 0
    checks: int = 0
    whole: bool = False


BASE = (
    Fault(0x8, hresult.TRUST_E_CERT_SIGNATURE),
    Fault(0x4, hresult.CRYPT_E_REVOKED),
    Fault(0x04000000, hresult.TRUST_E_EXPLICIT_DISTRUST),
    Fault(0x20, hresult.CERT_E_UNTRUSTEDROOT, 0x10),
    Fault(0x80, hresult.CERT_E_CHAINING, whole=True),
    Fault(0x10000, hresult.CERT_E_CHAINING, 0x10, whole=True),
    Fault(0x10, hresult.CERT_E_WRONG_USAGE, 0x20),
    Fault(0x1, hresult.CERT_E_EXPIRED, 0x1),
    Fault(0x800, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x1000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x2000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x4000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x8000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x200, hresult.CERT_E_INVALID_POLICY, 0x80),
    Fault(0x02000000, hresult.CERT_E_INVALID_POLICY, 0x80),
    Fault(0x400, hresult.TRUST_E_BASIC_CONSTRAINTS, 0x8),
    Fault(0x08000000, hresult.CERT_E_CRITICAL, 0x2000),
    Fault(0x100, hresult.CERT_E_CRITICAL, 0x2000),
    Fault(0x01000040, hresult.CRYPT_E_REVOCATION_OFFLINE, 0x100),
    Fault(0x40, hresult.CRYPT_E_NO_REVOCATION_CHECK, 0x100),
    Fault(0x2, hresult.CERT_E_VALIDITYPERIODNESTING, 0x4),
)

SSL = (
    Fault(0x8, hresult.TRUST_E_CERT_SIGNATURE),
    Fault(0x04000000, hresult.TRUST_E_EXPLICIT_DISTRUST),
    Fault(0x20, hresult.CERT_E_UNTRUSTEDROOT, 0x10, 0x100),
    Fault(0x80, hresult.CERT_E_UNTRUSTEDROOT, whole=True),
    Fault(0x10000, hresult.CERT_E_UNTRUSTEDROOT, 0x10, 0x100, whole=True),
    Fault(0x1, hresult.CERT_E_EXPIRED, 0x1, 0x2000),
    Fault(0x10, hresult.CERT_E_WRONG_USAGE, 0x20, 0x200),
    Fault(0x4, hresult.CRYPT_E_REVOKED, 0, 0x80),
    Fault(0x01000040, hresult.CRYPT_E_REVOCATION_OFFLINE, 0x100, 0x80),
    Fault(0x40, hresult.CRYPT_E_REVOCATION_OFFLINE, 0x100, 0x80),
    Fault(0x08000000, hresult.CERT_E_CRITICAL, 0x2000),
    Fault(0x100, hresult.CERT_E_CRITICAL, 0x2000),
    Fault(0x400, hresult.TRUST_E_BASIC_CONSTRAINTS, 0x8),
    Fault(0x800, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x1000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x2000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x4000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x8000, hresult.CERT_E_INVALID_NAME, 0x40),
    Fault(0x200, hresult.CERT_E_INVALID_POLICY, 0x80),
    Fault(0x02000000, hresult.CERT_E_INVALID_POLICY, 0x80),
)

SIGNING_CODES = {
    hresult.CRYPT_E_REVOKED: hresult.CERT_E_REVOKED,
    hresult.CRYPT_E_REVOCATION_OFFLINE: hresult.CERT_E_REVOCATION_FAILURE,
    hresult.CRYPT_E_NO_REVOCATION_CHECK: hresult.CERT_E_REVOCATION_FAILURE,
}
AUTHENTICODE = tuple(fault._replace(error=SIGNING_CODES.get(fault.error, fault.error)) for fault in BASE)

FAULTS = {ChainPolicy.BASE: BASE, ChainPolicy.AUTHENTICODE: AUTHENTICODE, ChainPolicy.SSL: SSL}

# Beside the bit of what an extension was for, that it cannot be read is no second fault.
UNREADABLE, EXPLAINED = 0x100, (0x800, 0x200)

# Says more of an unknown revocation status, and nothing by itself.
OFFLINE = 0x01000000

EVERY_FLAG, EVERY_CHECK = 0xFFFF, 0x3380
CASES = [(policy, fault) for policy, faults in FAULTS.items() for fault in faults]
PAIRS = [(policy, *pair) for policy, faults in FAULTS.items() for pair in combinations(faults, 2)]


def answer(policy: ChainPolicy, *faults: Fault, flags: int = 0, checks: int = 0) -> tuple[HResult, int, int]:
    """The status of a chain with these faults on its end certificate, or on itself."""
    element = chain = 0
    for fault in faults:
        if fault.whole:
            chain |= fault.bits
        else:
            element |= fault.bits
    ssl = SslPara(AuthType.AUTHTYPE_CLIENT, SslChecks(checks))
    para = PolicyParameters(PolicyFlags(flags), ssl)
    return verify_chain_policy(policy, chain_with(element, of_the_chain=chain), para)[1:]


@pytest.mark.parametrize(("policy", "fault"), CASES)
def test_each_fault_has_its_code_and_its_place(policy: ChainPolicy, fault: Fault) -> None:
    assert answer(policy, fault) == (fault.error, 0, -1 if fault.whole else 0)


@pytest.mark.parametrize(("policy", "first", "second"), PAIRS)
def test_of_two_faults_the_first_in_the_list_is_reported(policy: ChainPolicy, first: Fault, second: Fault) -> None:
    is_explained = first.bits == UNREADABLE and second.bits in EXPLAINED
    assert answer(policy, first, second) == answer(policy, second if is_explained else first)


@pytest.mark.parametrize(("policy", "fault"), CASES)
def test_each_fault_is_silenced_by_its_own_flags_and_no_others(policy: ChainPolicy, fault: Fault) -> None:
    reported, silenced = answer(policy, fault), (hresult.ERROR_SUCCESS, -1, -1)
    for bit in (1 << n for n in range(16)):
        assert answer(policy, fault, flags=bit) == (silenced if bit & fault.flags else reported)
    assert answer(policy, fault, flags=EVERY_FLAG & ~fault.flags) == reported
    if policy is ChainPolicy.SSL:
        for bit in (0x80, 0x100, 0x200, 0x1000, 0x2000):
            assert answer(policy, fault, checks=bit) == (silenced if bit & fault.checks else reported)
    else:
        assert answer(policy, fault, checks=EVERY_CHECK) == reported


@pytest.mark.parametrize(("policy", "fault"), CASES)
def test_the_bits_behind_a_code_include_every_one_that_gives_it(policy: ChainPolicy, fault: Fault) -> None:
    given = [other.bits for other in FAULTS[policy] if other.error == fault.error]
    expected = 0
    for bits in given:
        expected |= bits & ~OFFLINE
    assert tables.bits_behind(policy, fault.error) == expected


@pytest.mark.parametrize("policy", FAULTS)
def test_an_extension_that_cannot_be_read_counts_by_what_it_was_for(policy: ChainPolicy) -> None:
    for bits, error, flag in ((0x900, hresult.CERT_E_INVALID_NAME, 0x40), (0x300, hresult.CERT_E_INVALID_POLICY, 0x80)):
        fault = Fault(bits, error)
        assert answer(policy, fault) == answer(policy, fault, flags=0x2000) == (error, 0, 0)
        assert answer(policy, fault, flags=flag) == (hresult.ERROR_SUCCESS, -1, -1)


def test_nt_auth_has_the_bits_of_base_and_of_basic_constraints() -> None:
    assert tables.bits_behind(ChainPolicy.NT_AUTH, hresult.CERT_E_EXPIRED) == 0x1
    assert tables.bits_behind(ChainPolicy.NT_AUTH, hresult.TRUST_E_BASIC_CONSTRAINTS) == 0x400
    assert tables.bits_behind(ChainPolicy.BASIC_CONSTRAINTS, hresult.TRUST_E_BASIC_CONSTRAINTS) == 0x400
    assert tables.bits_behind(ChainPolicy.NT_AUTH, hresult.CERT_E_UNTRUSTEDCA) == 0
    assert tables.bits_behind(ChainPolicy.MICROSOFT_ROOT, hresult.CERT_E_UNTRUSTEDROOT) == 0


@pytest.mark.parametrize("table", [tables.BASE, tables.AUTHENTICODE, tables.SSL, tables.BASIC_CONSTRAINTS])
def test_every_code_of_a_table_is_explained(table: tuple[tables.Rule, ...]) -> None:
    general = meaning(HResult(0x8FFFFFFF)).advice
    assert [rule.error.symbol for rule in table if meaning(rule.error).advice == general] == []
