"""Where a fault stands: which element's index is told, and that precedence is one of faults and not of elements."""

from __future__ import annotations

from itertools import product

import pytest

from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from tests.policy.made import chain_with
from tests.policy.test_tables import FAULTS, SSL, Fault

Status = tuple[HResult, int, int]
SUCCESS = (hresult.ERROR_SUCCESS, -1, -1)
UNKNOWN, OFFLINE = 0x40, 0x01000040
END, CA, ROOT = 0x100, 0x400, 0x800
NAME_IGNORED = 0x1000
OTHER_NAME = "other.test"


def status(
    policy: ChainPolicy, *errors: int, of_the_chain: int = 0, flags: int = 0, ssl: SslPara | None = None
) -> Status:
    chain = chain_with(*errors, of_the_chain=of_the_chain)
    return verify_chain_policy(policy, chain, PolicyParameters(PolicyFlags(flags), ssl))[1:]


def server(name: str | None, checks: int = 0) -> SslPara:
    return SslPara(AuthType.AUTHTYPE_SERVER, SslChecks(checks), name)


def is_end_only(policy: ChainPolicy, fault: Fault) -> bool:
    """To SSL an unknown revocation status is one of the end certificate alone."""
    return policy is ChainPolicy.SSL and bool(fault.bits & UNKNOWN)


# A damaged extension counts only where nothing says what it was for; of unknown statuses the place comes first.
NOT_GRAVER = (0x100, UNKNOWN, OFFLINE)
ON_ELEMENTS = [(policy, fault) for policy, faults in FAULTS.items() for fault in faults if not fault.whole]


@pytest.mark.parametrize(("policy", "fault"), ON_ELEMENTS)
def test_the_index_is_that_of_the_lowest_element_with_the_fault(policy: ChainPolicy, fault: Fault) -> None:
    for places in product((False, True), repeat=3):
        errors = [fault.bits if here else 0 for here in places]
        seen = places[:1] if is_end_only(policy, fault) else places
        expected = (fault.error, 0, seen.index(True)) if True in seen else SUCCESS
        assert status(policy, *errors) == expected


@pytest.mark.parametrize(("policy", "fault"), ON_ELEMENTS)
def test_a_graver_fault_higher_up_comes_before_one_further_down(policy: ChainPolicy, fault: Fault) -> None:
    faults = FAULTS[policy]
    for graver in faults[: faults.index(fault)]:
        if graver.whole or graver.error == fault.error or graver.bits in NOT_GRAVER:
            continue
        assert status(policy, fault.bits, 0, graver.bits) == (graver.error, 0, 2)
        assert status(policy, fault.bits, graver.bits) == (graver.error, 0, 1)


@pytest.mark.parametrize(
    ("policy", "offline", "never_checked"),
    [
        (ChainPolicy.BASE, hresult.CRYPT_E_REVOCATION_OFFLINE, hresult.CRYPT_E_NO_REVOCATION_CHECK),
        (ChainPolicy.AUTHENTICODE, hresult.CERT_E_REVOCATION_FAILURE, hresult.CERT_E_REVOCATION_FAILURE),
    ],
)
@pytest.mark.parametrize("flags", [sum(chosen) for chosen in product((0, END), (0, CA), (0, ROOT), (0, 0x200))])
def test_each_place_has_its_own_flag_for_an_unknown_revocation_status(
    policy: ChainPolicy, offline: HResult, never_checked: HResult, flags: int
) -> None:
    own = (END, CA, ROOT)
    for errors in product((0, UNKNOWN, OFFLINE), repeat=3):
        left = [index for index in range(3) if errors[index] and not flags & own[index]]
        expected = SUCCESS
        if left:
            expected = (offline if errors[left[0]] == OFFLINE else never_checked, 0, left[0])
        assert status(policy, *errors, flags=flags) == expected


@pytest.mark.parametrize("bits", [UNKNOWN, OFFLINE, 0x01000000])
@pytest.mark.parametrize("flags", [0, END, CA, ROOT, 0x200, END | CA, CA | ROOT, 0xF00])
def test_to_ssl_only_the_flag_of_the_end_certificate_helps(bits: int, flags: int) -> None:
    fails = bits != 0x01000000 and not flags & END
    expected = (hresult.CRYPT_E_REVOCATION_OFFLINE, 0, 0) if fails else SUCCESS
    assert status(ChainPolicy.SSL, bits, flags=flags) == expected
    assert status(ChainPolicy.SSL, bits, bits, bits, flags=flags) == expected
    assert status(ChainPolicy.SSL, 0, bits, bits, flags=flags) == SUCCESS
    assert status(ChainPolicy.SSL, bits, flags=flags, ssl=server(None, 0x80)) == SUCCESS


@pytest.mark.parametrize("fault", SSL)
def test_the_name_is_the_last_thing_to_be_asked(fault: Fault) -> None:
    element, chain = (0, fault.bits) if fault.whole else (fault.bits, 0)
    reported = (fault.error, 0, -1 if fault.whole else 0)
    mismatch = (hresult.CERT_E_CN_NO_MATCH, 0, 0)
    for checks in (0, NAME_IGNORED):
        assert status(ChainPolicy.SSL, element, of_the_chain=chain, ssl=server(OTHER_NAME, checks)) == reported
    if fault.flags:
        silenced = {"of_the_chain": chain, "flags": fault.flags}
        assert status(ChainPolicy.SSL, element, **silenced, ssl=server(OTHER_NAME)) == mismatch
        assert status(ChainPolicy.SSL, element, **silenced, ssl=server(OTHER_NAME, NAME_IGNORED)) == SUCCESS
    if fault.checks:
        asked = server(OTHER_NAME, fault.checks)
        assert status(ChainPolicy.SSL, element, of_the_chain=chain, ssl=asked) == mismatch
        asked = server(OTHER_NAME, fault.checks | NAME_IGNORED)
        assert status(ChainPolicy.SSL, element, of_the_chain=chain, ssl=asked) == SUCCESS


@pytest.mark.parametrize("fault", SSL)
def test_every_form_of_the_parameters_gives_the_same_answer(fault: Fault) -> None:
    element, chain = (0, fault.bits) if fault.whole else (fault.bits, 0)
    forms = [None, server(None), server("www.lab.test"), server(OTHER_NAME)]
    forms += [SslPara(AuthType.AUTHTYPE_CLIENT, server_name=name) for name in (None, OTHER_NAME)]
    answers = {status(ChainPolicy.SSL, element, of_the_chain=chain, ssl=form) for form in forms}
    assert answers == {(fault.error, 0, -1 if fault.whole else 0)}


# What comes to light as one after the other is ignored: the leaf is expired and of another usage, the CA is no CA and
# has a critical extension that nobody knows, and the root is not trusted.
UNCOVERED = [
    (0, hresult.CERT_E_UNTRUSTEDROOT, 2),
    (0x10, hresult.CERT_E_WRONG_USAGE, 0),
    (0x30, hresult.CERT_E_EXPIRED, 0),
    (0x31, hresult.TRUST_E_BASIC_CONSTRAINTS, 1),
    (0x39, hresult.CERT_E_CRITICAL, 1),
    (0x2039, hresult.ERROR_SUCCESS, -1),
]


@pytest.mark.parametrize(("flags", "error", "index"), UNCOVERED)
def test_ignored_faults_uncover_the_next_one(flags: int, error: HResult, index: int) -> None:
    expected = (error, 0 if index >= 0 else -1, index)
    assert status(ChainPolicy.BASE, 0x11, 0x08000500, 0x20, flags=flags) == expected
    assert status(ChainPolicy.AUTHENTICODE, 0x11, 0x08000500, 0x20, flags=flags) == expected


# The same with fdwChecks; expired comes before usage, and there is no check for the rest.
UNCOVERED_BY_CHECKS = [
    (0, hresult.CERT_E_UNTRUSTEDROOT, 2),
    (0x100, hresult.CERT_E_EXPIRED, 0),
    (0x2100, hresult.CERT_E_WRONG_USAGE, 0),
    (0x2300, hresult.CRYPT_E_REVOKED, 1),
    (0x2380, hresult.CERT_E_CRITICAL, 1),
    (0x3380, hresult.CERT_E_CRITICAL, 1),
]


@pytest.mark.parametrize(("checks", "error", "index"), UNCOVERED_BY_CHECKS)
def test_checks_uncover_the_next_one_too(checks: int, error: HResult, index: int) -> None:
    assert status(ChainPolicy.SSL, 0x11, 0x08000104, 0x20, ssl=server(OTHER_NAME, checks)) == (error, 0, index)


@pytest.mark.parametrize("flags", [0x8, 0x1, 0xFFFF])
def test_basic_constraints_know_no_flag_that_ignores(flags: int) -> None:
    for index in range(3):
        errors = [0x400 if index == here else 0x31 for here in range(3)]
        expected = (hresult.TRUST_E_BASIC_CONSTRAINTS, 0, index)
        assert status(ChainPolicy.BASIC_CONSTRAINTS, *errors, flags=flags) == expected
    assert status(ChainPolicy.BASIC_CONSTRAINTS, *[0xFFFFFFFF & ~0x400] * 3, flags=flags) == SUCCESS
