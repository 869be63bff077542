"""BetterTLS: name constraints and path building, against what Windows 10 answered and against what is right."""

from __future__ import annotations

import pytest

from certprobe.chain.context import ChainContext
from certprobe.chain.profile import WEBPKI, WINDOWS
from certprobe.pki import algorithms
from certprobe.pki.server_identity import NameRules
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.hresult import ERROR_SUCCESS
from certprobe.wincrypt.policy_flags import AuthType
from tests.corpora import limbo
from tests.corpora.limbo import Case

EDGE_ON_WINDOWS_10 = "win10-edge94-2021"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, "bettertls")


def test_expected(case: Case | None) -> None:
    limbo.hold(case, WEBPKI)


def test_windows_10(case: Case | None) -> None:
    """CryptoAPI built and judged the chain; Edge itself matched the name, and refused SHA-1."""
    if case is None:
        pytest.skip("the corpora are not there")
    answer = case.ext["recorded"].get(EDGE_ON_WINDOWS_10)
    if answer is None:
        pytest.skip("nobody asked Windows 10")
    assert case.peer_name is not None
    chain = limbo.chain(case, WINDOWS)
    ssl = SslPara(AuthType.AUTHTYPE_SERVER, server_name=case.peer_name[1], names=NameRules.WEBPKI)
    statuses = [
        verify_chain_policy(policy, chain, PolicyParameters(ssl=ssl)) for policy in (ChainPolicy.BASE, ChainPolicy.SSL)
    ]
    accepted = all(status.error == ERROR_SUCCESS for status in statuses) and not signed_with_sha1(chain)
    assert ("accept" if accepted else "reject", statuses) == (answer, statuses)


def signed_with_sha1(chain: ChainContext) -> bool:
    """Whether any certificate below the root is."""
    signatures = (
        algorithms.SIGNATURE_ALGORITHMS[element.certificate.signature_algorithm_oid] for element in chain.elements[:-1]
    )
    return any(signature.hash == "sha1" for signature in signatures)
