from __future__ import annotations

from certprobe.wincrypt.policy_flags import AuthType, PolicyFlags, SslChecks
from certprobe.wincrypt.trust_status import TrustError, TrustInfo


def test_bits_are_those_of_wincrypt_h() -> None:
    assert [bit.value for bit in TrustError] == [1 << n for n in (*range(21), 24, 25, 26, 27)]
    assert [bit.value for bit in TrustInfo] == [1 << n for n in (*range(21), 24, 25)]
    assert TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT.value == 0x20
    assert TrustError.CERT_TRUST_IS_PARTIAL_CHAIN.value == 0x10000
    assert TrustError.CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT.value == 0x08000000


def test_policy_flags_are_those_of_wincrypt_h() -> None:
    assert [flag.value for flag in PolicyFlags] == [1 << n for n in (*range(18), 30, 31)]
    assert PolicyFlags.CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG.value == 0x10
    assert PolicyFlags.CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG.value == 0x2000
    assert [check.value for check in SslChecks] == [0x80, 0x100, 0x200, 0x1000, 0x2000]
    assert (AuthType.AUTHTYPE_CLIENT, AuthType.AUTHTYPE_SERVER) == (1, 2)
