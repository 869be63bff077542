from __future__ import annotations

from typing import Any

import pytest
from cryptography.x509 import BasicConstraints

from certprobe.pki.server_identity import NameRules
from certprobe.pki.usage import CODE_SIGNING
from certprobe.policy.status import ChainPolicy, PolicyParameters, PolicyStatus, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from tests.chain.judging import CA, CLIENT_USAGE, ROOT, SERVER, SERVER_USAGE, certificate, judge, store
from tests.policy.made import PATH, chain_with

SUCCESS = (hresult.ERROR_SUCCESS, -1, -1)
CA_FLAG, END_ENTITY_FLAG = 0x80000000, 0x40000000


def base(chain: Any, flags: int = 0) -> tuple[HResult, int, int]:
    return verify_chain_policy(ChainPolicy.BASE, chain, PolicyParameters(PolicyFlags(flags)))[1:]


def ssl(chain: Any, name: str | None, auth_type: AuthType = AuthType.AUTHTYPE_SERVER, checks: int = 0) -> Any:
    para = PolicyParameters(ssl=SslPara(auth_type, SslChecks(checks), name))
    return verify_chain_policy(ChainPolicy.SSL, chain, para)[1:]


@pytest.mark.parametrize("policy", [policy for policy in ChainPolicy if policy is not ChainPolicy.MICROSOFT_ROOT])
def test_a_good_chain_succeeds_with_both_indexes_at_minus_one(policy: ChainPolicy) -> None:
    chain = judge(SERVER, CA)
    para = PolicyParameters(nt_auth=store(CA))
    assert verify_chain_policy(policy, chain, para) == PolicyStatus(policy, *SUCCESS)


def test_the_lowest_element_with_the_fault_is_reported() -> None:
    assert base(chain_with(0, 0x1, 0x1)) == (hresult.CERT_E_EXPIRED, 0, 1)
    assert base(chain_with(0x1, 0, 0x20)) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)


def test_ignoring_one_fault_uncovers_the_next() -> None:
    chain = chain_with(0x1, 0x400, 0x20)
    assert base(chain) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)
    assert base(chain, 0x10) == (hresult.CERT_E_EXPIRED, 0, 0)
    assert base(chain, 0x11) == (hresult.TRUST_E_BASIC_CONSTRAINTS, 0, 1)
    assert base(chain, 0x19) == SUCCESS


@pytest.mark.parametrize(
    ("errors", "flags", "answer"),
    [
        ((0x40,), 0, (hresult.CRYPT_E_NO_REVOCATION_CHECK, 0, 0)),
        ((0x01000040,), 0xC00, (hresult.CRYPT_E_REVOCATION_OFFLINE, 0, 0)),
        ((0, 0x01000040), 0xB00, (hresult.CRYPT_E_REVOCATION_OFFLINE, 0, 1)),
        ((0, 0x01000040), 0x400, SUCCESS),
        ((0, 0, 0x40), 0x700, (hresult.CRYPT_E_NO_REVOCATION_CHECK, 0, 2)),
        ((0, 0, 0x40), 0x800, SUCCESS),
        ((0x40, 0x01000040), 0, (hresult.CRYPT_E_NO_REVOCATION_CHECK, 0, 0)),
        ((0x40, 0x01000040), 0x100, (hresult.CRYPT_E_REVOCATION_OFFLINE, 0, 1)),
        ((0x01000000,), 0, SUCCESS),
    ],
)
def test_base_ignores_an_unknown_revocation_status_by_place(
    errors: tuple[int, ...], flags: int, answer: tuple[HResult, int, int]
) -> None:
    assert base(chain_with(*errors), flags) == answer


def test_of_two_elements_the_second_is_the_root_to_the_revocation_flags() -> None:
    short = chain_with(0, 0x40, path=PATH[1:])
    assert base(short, 0x700) == (hresult.CRYPT_E_NO_REVOCATION_CHECK, 0, 1)
    assert base(short, 0x800) == SUCCESS


def test_a_self_signed_end_certificate_is_no_root_to_the_revocation_flags() -> None:
    alone = chain_with(0x40, path=(certificate(ROOT),))
    assert base(alone, 0x800) == (hresult.CRYPT_E_NO_REVOCATION_CHECK, 0, 0)
    assert base(alone, 0x100) == SUCCESS


@pytest.mark.parametrize(("index", "failed"), [(0, True), (1, False), (2, False)])
def test_ssl_asks_for_the_revocation_of_the_end_certificate_alone(index: int, failed: bool) -> None:
    errors = [0, 0, 0]
    errors[index] = 0x01000040
    answer = (hresult.CRYPT_E_REVOCATION_OFFLINE, 0, 0) if failed else SUCCESS
    assert verify_chain_policy(ChainPolicy.SSL, chain_with(*errors))[1:] == answer


def test_ssl_checks_the_name_of_a_server() -> None:
    chain = judge(SERVER, CA)
    assert ssl(chain, "www.lab.test") == SUCCESS
    assert ssl(chain, "WWW.lab.test") == SUCCESS
    assert ssl(chain, "ftp.lab.test") == (hresult.CERT_E_CN_NO_MATCH, 0, 0)
    assert ssl(chain, "ftp.lab.test", checks=0x1000) == SUCCESS
    assert ssl(chain, "ftp.lab.test", checks=0x2380) == (hresult.CERT_E_CN_NO_MATCH, 0, 0)
    assert ssl(chain, None) == SUCCESS
    assert verify_chain_policy(ChainPolicy.SSL, chain)[1:] == SUCCESS


@pytest.mark.parametrize("auth_type", [AuthType.AUTHTYPE_SERVER, AuthType.AUTHTYPE_CLIENT])
def test_ssl_asks_for_no_usage_of_its_own(auth_type: AuthType) -> None:
    """Only a usage that the chain was asked for can be refused."""
    leaf = CA.server("www.lab.test", extended_key_usage=(CODE_SIGNING,))
    assert ssl(judge(leaf, CA), "www.lab.test", auth_type) == SUCCESS
    for usage in (SERVER_USAGE, CLIENT_USAGE):
        asked = judge(leaf, CA, requested_usage=usage)
        assert ssl(asked, "www.lab.test", auth_type) == (hresult.CERT_E_WRONG_USAGE, 0, 0)


def test_ssl_asks_no_name_of_a_client() -> None:
    assert ssl(judge(SERVER, CA), "ftp.lab.test", AuthType.AUTHTYPE_CLIENT) == SUCCESS


def test_a_name_mismatch_shows_only_if_nothing_else_is_wrong() -> None:
    chain = judge(SERVER, CA, ROOT, roots=())
    assert ssl(chain, "ftp.lab.test") == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)
    assert ssl(chain, "ftp.lab.test", checks=0x100) == (hresult.CERT_E_CN_NO_MATCH, 0, 0)


def basic_constraints(chain: Any, flags: int = 0) -> tuple[HResult, int, int]:
    return verify_chain_policy(ChainPolicy.BASIC_CONSTRAINTS, chain, PolicyParameters(PolicyFlags(flags)))[1:]


def test_basic_constraints_looks_at_nothing_else() -> None:
    assert basic_constraints(chain_with(0x39, 0x10, 0x20, of_the_chain=0x10000)) == SUCCESS
    assert basic_constraints(chain_with(0x1, 0x400, 0x400)) == (hresult.TRUST_E_BASIC_CONSTRAINTS, 0, 1)


@pytest.mark.parametrize(
    ("flags", "end_entity_fails", "ca_fails"),
    [
        (0, False, False),
        (CA_FLAG, True, False),
        (END_ENTITY_FLAG, False, True),
        (CA_FLAG | END_ENTITY_FLAG, False, False),
    ],
)
def test_basic_constraints_flags_say_what_the_end_certificate_must_be(
    flags: int, end_entity_fails: bool, ca_fails: bool
) -> None:
    end_entity = CA.server("www.lab.test", basic_constraints=BasicConstraints(ca=False, path_length=None))
    failure = (hresult.TRUST_E_BASIC_CONSTRAINTS, 0, 0)
    assert basic_constraints(judge(end_entity, CA), flags) == (failure if end_entity_fails else SUCCESS)
    assert basic_constraints(judge(CA), flags) == (failure if ca_fails else SUCCESS)
    assert basic_constraints(judge(SERVER, CA), flags) == SUCCESS


def nt_auth(chain: Any, *trusted: Any, flags: int = 0) -> tuple[HResult, int, int]:
    para = PolicyParameters(PolicyFlags(flags), nt_auth=store(*trusted) if trusted else None)
    return verify_chain_policy(ChainPolicy.NT_AUTH, chain, para)[1:]


def test_nt_auth_wants_the_issuing_ca_in_its_store() -> None:
    chain = judge(SERVER, CA)
    assert nt_auth(chain, CA) == SUCCESS
    assert nt_auth(chain, ROOT, SERVER) == (hresult.CERT_E_UNTRUSTEDCA, 0, 1)
    assert nt_auth(chain) == (hresult.CERT_E_UNTRUSTEDCA, 0, 1)
    assert nt_auth(judge(ROOT), ROOT) == (hresult.CERT_E_UNTRUSTEDCA, 0, 0)


def test_nt_auth_asks_base_and_basic_constraints_first() -> None:
    assert nt_auth(chain_with(0x1), CA) == (hresult.CERT_E_EXPIRED, 0, 0)
    assert nt_auth(chain_with(0x1), CA, flags=0x1) == SUCCESS
    assert nt_auth(chain_with(0, 0x400), CA, flags=0x8) == (hresult.TRUST_E_BASIC_CONSTRAINTS, 0, 1)
    end_certificate_is_a_ca = chain_with(path=PATH[1:])
    assert nt_auth(end_certificate_is_a_ca, ROOT) == SUCCESS
    assert nt_auth(end_certificate_is_a_ca, ROOT, flags=END_ENTITY_FLAG) == (hresult.TRUST_E_BASIC_CONSTRAINTS, 0, 0)


def test_the_rules_of_names_are_the_askers() -> None:
    nameless = CA.server("www.lab.test", subject_alt_names=())
    for rules, answer in ((NameRules.WINDOWS, SUCCESS), (NameRules.WEBPKI, (hresult.CERT_E_CN_NO_MATCH, 0, 0))):
        para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_SERVER, server_name="www.lab.test", names=rules))
        assert verify_chain_policy(ChainPolicy.SSL, judge(nameless, CA), para)[1:] == answer
