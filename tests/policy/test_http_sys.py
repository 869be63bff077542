"""CertFlags for every answer that the SSL policy can give, and the record around it."""

from __future__ import annotations

import pytest

from certprobe.policy import tables
from certprobe.policy.http_sys import HttpSslClientCertInfo, cert_flags, ssl_client_cert_info
from certprobe.policy.status import ChainPolicy, PolicyStatus
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from tests.policy.made import PATH, chain_with

CODES = (
    (hresult.ERROR_SUCCESS, hresult.ERROR_SUCCESS),
    (hresult.CERT_E_EXPIRED, hresult.CERT_E_EXPIRED),
    (hresult.CERT_E_UNTRUSTEDCA, hresult.CERT_E_UNTRUSTEDCA),
    (hresult.CERT_E_WRONG_USAGE, hresult.CERT_E_WRONG_USAGE),
    (hresult.CERT_E_UNTRUSTEDROOT, hresult.CERT_E_UNTRUSTEDROOT),
    (hresult.CERT_E_REVOKED, hresult.CERT_E_REVOKED),
    (hresult.CERT_E_CN_NO_MATCH, hresult.CERT_E_CN_NO_MATCH),
    (hresult.CRYPT_E_REVOKED, hresult.CRYPT_E_REVOKED),
    (hresult.CRYPT_E_REVOCATION_OFFLINE, hresult.CRYPT_E_REVOCATION_OFFLINE),
    (hresult.CRYPT_E_NO_REVOCATION_CHECK, hresult.CRYPT_E_NO_REVOCATION_CHECK),
    (hresult.TRUST_E_CERT_SIGNATURE, hresult.SEC_E_UNTRUSTED_ROOT),
    (hresult.CERT_E_CHAINING, hresult.SEC_E_UNTRUSTED_ROOT),
    (hresult.CERT_E_ROLE, hresult.SEC_E_CERT_UNKNOWN),
    (hresult.CERT_E_CRITICAL, hresult.SEC_E_CERT_UNKNOWN),
    (hresult.TRUST_E_BASIC_CONSTRAINTS, hresult.SEC_E_CERT_UNKNOWN),
    (hresult.CERT_E_INVALID_NAME, hresult.SEC_E_CERT_UNKNOWN),
    (hresult.CERT_E_INVALID_POLICY, hresult.SEC_E_CERT_UNKNOWN),
    (hresult.TRUST_E_EXPLICIT_DISTRUST, hresult.SEC_E_CERT_UNKNOWN),
)


@pytest.mark.parametrize(("error", "flags"), CODES)
def test_a_documented_code_stays_and_another_becomes_a_status_of_sspi(error: HResult, flags: HResult) -> None:
    assert cert_flags(PolicyStatus(ChainPolicy.SSL, error, 0, 0)) == flags


def test_the_list_has_every_code_of_the_ssl_policy() -> None:
    assert {rule.error for rule in tables.SSL} <= {error for error, _ in CODES}


@pytest.mark.parametrize("policy", [policy for policy in ChainPolicy if policy is not ChainPolicy.SSL])
def test_only_the_ssl_policy_is_asked(policy: ChainPolicy) -> None:
    with pytest.raises(ValueError, match=f"does not ask the policy {policy.value}"):
        cert_flags(PolicyStatus(policy, hresult.CERT_E_EXPIRED, 0, 0))


def test_the_certificate_is_handed_up_though_it_is_not_valid() -> None:
    chain = chain_with(0x1)
    der = PATH[0].der
    expected = HttpSslClientCertInfo(hresult.CERT_E_EXPIRED, len(der), der, None, False)
    assert ssl_client_cert_info(chain, verify_chain_policy(ChainPolicy.SSL, chain)) == expected
