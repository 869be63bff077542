"""Microsoft's roots and test roots, which are known by their keys, and trust in peers."""

from __future__ import annotations

import hashlib

import pytest

from certprobe.chain.context import ChainContext
from certprobe.lab.der import tlv
from certprobe.pki.certificate import Certificate
from certprobe.policy import microsoft_roots
from certprobe.policy.status import ChainPolicy, PolicyParameters
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt import hresult
from certprobe.wincrypt.hresult import HResult
from certprobe.wincrypt.policy_flags import PolicyFlags
from certprobe.wincrypt.trust_status import TrustInfo
from tests.chain.judging import CA, ROOT, certificate
from tests.policy.made import PATH, chain_with

ENABLE_TEST_ROOT, CHECK_APPLICATION_ROOT = 0x10000, 0x20000
ALLOW_UNKNOWN_CA, TRUST_TESTROOT, ALLOW_TESTROOT = 0x10, 0x4000, 0x8000
IGNORE_PEER_TRUST = 0x1000
SUCCESS = (hresult.ERROR_SUCCESS, -1, -1)
FOUND = (hresult.ERROR_SUCCESS, 0, 0)

# The modulus of a test key: 512 bits, which nobody else would use.
TEST_MODULUS = bytes.fromhex(
    "9c50051de20e4c53d8d9b5e5fde9e3ad834b8008d9dce8e835f811f1e99b037a"
    "65647635ce382cf2b6719e06d9bfbb3169a3f630a0787b18dd504d791eeb61c1"
)
RSA = bytes.fromhex("300d06092a864886f70d0101010500")


def status(policy: ChainPolicy, chain: ChainContext, flags: int = 0) -> tuple[HResult, int, int]:
    return verify_chain_policy(policy, chain, PolicyParameters(PolicyFlags(flags)))[1:]


def microsoft_root(chain: ChainContext, flags: int = 0) -> tuple[HResult, int, int]:
    return status(ChainPolicy.MICROSOFT_ROOT, chain, flags)


def with_key(modulus: bytes) -> Certificate:
    """A certificate of which nothing but the RSA key matters."""
    key = tlv(0x30, RSA + tlv(0x03, b"\0" + tlv(0x30, tlv(0x02, modulus) + b"\x02\x03\x01\x00\x01")))
    name = tlv(0x30, b"")
    times = tlv(0x30, tlv(0x17, b"200101000000Z") + tlv(0x17, b"300101000000Z"))
    algorithm = bytes.fromhex("300d06092a864886f70d0101050500")
    tbs = tlv(0x30, tlv(0x02, b"\x01") + algorithm + name + times + name + key)
    return Certificate(tlv(0x30, tbs + algorithm + tlv(0x03, b"\0" * 65)))


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own root and intermediate stand in for Microsoft's, whose certificates are not ours to carry."""
    keys = [hashlib.sha256(certificate(each).public_key_info).hexdigest() for each in (ROOT, CA)]
    monkeypatch.setattr(microsoft_roots, "_PRODUCT_ROOTS", {keys[0]})
    monkeypatch.setattr(microsoft_roots, "_APPLICATION_ROOTS", {keys[1]})


def test_an_ordinary_root_fails_at_the_last_element() -> None:
    assert microsoft_root(chain_with()) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)
    assert microsoft_root(chain_with(path=PATH[2:])) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 0)
    assert microsoft_root(chain_with(), ENABLE_TEST_ROOT) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)


@pytest.mark.usefixtures("known")
def test_the_flag_for_applications_asks_for_their_root_alone() -> None:
    to_root, to_ca = chain_with(), chain_with(path=PATH[:2])
    assert microsoft_root(to_root) == FOUND
    assert microsoft_root(to_root, CHECK_APPLICATION_ROOT) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)
    assert microsoft_root(to_ca) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 1)
    assert microsoft_root(to_ca, CHECK_APPLICATION_ROOT) == FOUND


@pytest.mark.usefixtures("known")
def test_only_the_key_of_the_last_element_counts() -> None:
    assert microsoft_root(chain_with(0x1, 0x400, 0x20, of_the_chain=0x10000)) == FOUND
    renewed = certificate(ROOT.intermediate("Root again", key=ROOT.issued.private_key))
    assert microsoft_root(chain_with(path=(*PATH[:2], renewed))) == FOUND
    assert microsoft_root(chain_with(path=(PATH[2], PATH[0]))) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 1)


@pytest.mark.parametrize("modulus", [TEST_MODULUS, b"\0" + TEST_MODULUS])
def test_a_test_root_counts_where_it_is_asked_for(modulus: bytes) -> None:
    chain = chain_with(path=(*PATH[:2], with_key(modulus)))
    assert microsoft_root(chain) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)
    assert microsoft_root(chain, ENABLE_TEST_ROOT) == FOUND
    assert microsoft_root(chain, ENABLE_TEST_ROOT | CHECK_APPLICATION_ROOT) == FOUND


def test_a_test_root_is_known_by_its_thumbprint_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microsoft_roots, "_TEST_CERTIFICATES", {PATH[2].thumbprint})
    assert microsoft_root(chain_with(), ENABLE_TEST_ROOT) == FOUND
    assert status(ChainPolicy.BASE, chain_with(0, 0, 0x20)) == (hresult.CERT_E_UNTRUSTEDTESTROOT, 0, 2)


@pytest.mark.parametrize("policy", [ChainPolicy.BASE, ChainPolicy.AUTHENTICODE, ChainPolicy.SSL])
def test_an_untrusted_test_root_has_a_code_and_flags_of_its_own(policy: ChainPolicy) -> None:
    code = hresult.CERT_E_UNTRUSTEDROOT if policy is ChainPolicy.SSL else hresult.CERT_E_UNTRUSTEDTESTROOT
    tests = chain_with(0x1, 0, 0x20, path=(*PATH[:2], with_key(TEST_MODULUS)))
    assert status(policy, tests) == (code, 0, 2)
    for flag in (ALLOW_UNKNOWN_CA, TRUST_TESTROOT, ALLOW_TESTROOT):
        assert status(policy, tests, flag) == (hresult.CERT_E_EXPIRED, 0, 0)
    other = chain_with(0, 0, 0x20)
    for flag in (0, TRUST_TESTROOT, ALLOW_TESTROOT):
        assert status(policy, other, flag) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 2)
    assert status(policy, chain_with(path=(*PATH[:2], with_key(TEST_MODULUS)))) == SUCCESS


@pytest.mark.parametrize("policy", [ChainPolicy.BASE, ChainPolicy.AUTHENTICODE, ChainPolicy.SSL])
def test_trust_in_a_peer_can_be_taken_back(policy: ChainPolicy) -> None:
    chain = chain_with(path=PATH[:1])
    trusted = chain.elements[0]._replace(info=TrustInfo.CERT_TRUST_IS_PEER_TRUSTED)
    of_a_peer = chain._replace(chains=(chain.chains[0]._replace(elements=(trusted,)),))
    assert status(policy, of_a_peer) == SUCCESS
    assert status(policy, of_a_peer, IGNORE_PEER_TRUST) == (hresult.CERT_E_UNTRUSTEDROOT, 0, 0)
    assert status(policy, of_a_peer, IGNORE_PEER_TRUST | ALLOW_UNKNOWN_CA) == SUCCESS
    assert status(policy, chain_with(), IGNORE_PEER_TRUST) == SUCCESS
