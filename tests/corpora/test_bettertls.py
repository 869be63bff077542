"""BetterTLS: name constraints and path building, against what is right and against what Windows 10 answered.

Two browsers asked Windows 10. Edge of 2016 (EdgeHTML 14) left everything to Windows, so that its answers are those of
CERT_CHAIN_POLICY_SSL. Edge of 2021 (Chromium 94) let CryptoAPI build and judge the chain, and then had two rules of its
own, which are Chromium's and no fact of Windows:

* Chromium matches the name itself and knows no commonName. CERT_CHAIN_POLICY_SSL does (letter W of Windows' semantics).
* Chromium refuses SHA-1 below every root. Windows does so only below the roots of Microsoft's own program, and leaves
  roots that somebody installed alone (D: "SHA-1 deprecation countdown", Microsoft Edge, November 2016).

So the profile of Windows is held to both, to the second with these two rules asked for beside it, and where it differs
without them one of the two must be why.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import pytest

from certprobe.chain.checks import CHECKS
from certprobe.chain.context import ChainContext
from certprobe.chain.profile import WEBPKI, WINDOWS
from certprobe.chain.strict_fields import check_hash
from certprobe.pki.extensions import GeneralNameKind
from certprobe.pki.server_identity import NameRules
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.hresult import ERROR_SUCCESS
from certprobe.wincrypt.policy_flags import AuthType
from tests.corpora import limbo
from tests.corpora.limbo import Case

WINDOWS_ALONE = "win10-edge14-2016"
WITH_EDGES_RULES = "win10-edge94-2021"

# Windows, and a remark on every SHA-1 signature below the root.
EDGE = WINDOWS._replace(checks=lambda: (*CHECKS, check_hash))

BY_COMMON_NAME = "Edge matches names itself and knows no commonName; Windows does (letter W)"
BY_HASH = "Edge refuses SHA-1 below every root; Windows below those of Microsoft's program alone (letter D)"
BY_WANT_OF_A_NAME = "where a DNS name is permitted, the Windows of 2016 wanted one; that of 2021 does not"

# The ids of the half of the corpus that the numbers are of.
OPEN_HALF = "2555210fbd644440"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, "bettertls")


def test_expected(case: Case | None) -> None:
    limbo.hold(case, WEBPKI)


def test_windows_2016(case: Case | None) -> None:
    """Edge 14: the profile of Windows as it is."""
    hold(WINDOWS_ALONE, case)


def test_windows_2021(case: Case | None) -> None:
    """Edge 94: the profile of Windows as it is, which does not have Edge's own rules."""
    hold(WITH_EDGES_RULES, case)


def test_edge_2021(case: Case | None) -> None:
    """Edge 94: the profile of Windows and Edge's two rules."""
    answer, asked = recorded(WITH_EDGES_RULES, case)
    assert accepts(asked, limbo.chain(asked, EDGE), NameRules.WEBPKI) is answer


def test_how_often_and_why_windows_differs() -> None:
    cases = limbo.read("bettertls")
    if sha256("\n".join(case.id for case in cases).encode()).hexdigest()[:16] != OPEN_HALF:
        pytest.skip("the numbers are those of the open half")
    found = {
        browser: Counter(reason for case in cases if browser in case.ext["recorded"] for reason in [why(browser, case)])
        for browser in (WINDOWS_ALONE, WITH_EDGES_RULES)
    }
    assert found == {
        WINDOWS_ALONE: {None: 689, BY_WANT_OF_A_NAME: 3},
        WITH_EDGES_RULES: {None: 1062, BY_COMMON_NAME: 26, BY_HASH: 2},
    }


def hold(browser: str, case: Case | None) -> None:
    """The browser answered as the profile of Windows does, unless there is a reason not to."""
    answer, asked = recorded(browser, case)
    accepted = accepts(asked, limbo.chain(asked, WINDOWS), NameRules.WINDOWS)
    reason = why(browser, asked)
    assert (accepted and reason is None) is answer
    if reason is not None:
        pytest.xfail(reason)


def recorded(browser: str, case: Case | None) -> tuple[bool, Case]:
    """Whether the browser accepted; the test is skipped if nobody asked it."""
    if case is None:
        pytest.skip("the corpora are not there")
    answer = case.ext["recorded"].get(browser)
    if answer is None:
        pytest.skip("nobody asked that browser")
    return answer == "accept", case


def accepts(case: Case, chain: ChainContext, names: NameRules) -> bool:
    """Whether both policies do, and no element has a remark."""
    assert case.peer_name is not None
    para = PolicyParameters(ssl=SslPara(AuthType.AUTHTYPE_SERVER, server_name=case.peer_name[1], names=names))
    statuses = [verify_chain_policy(policy, chain, para) for policy in (ChainPolicy.BASE, ChainPolicy.SSL)]
    return all(status.error == ERROR_SUCCESS for status in statuses) and not any(
        element.remarks for element in chain.elements
    )


def why(browser: str, case: Case) -> str | None:
    """Why the browser refuses what the profile of Windows accepts; None if it does not."""
    chain = limbo.chain(case, EDGE)
    if not accepts(case, limbo.chain(case, WINDOWS), NameRules.WINDOWS):
        return None
    if browser == WINDOWS_ALONE:
        return BY_WANT_OF_A_NAME if wants_a_dns_name(chain) else None
    if not accepts(case, limbo.chain(case, WINDOWS), NameRules.WEBPKI):
        return BY_COMMON_NAME
    return None if accepts(case, chain, NameRules.WEBPKI) else BY_HASH


def wants_a_dns_name(chain: ChainContext) -> bool:
    """Whether a CA permits DNS names, and the end certificate has none, nor a commonName that could be one."""
    end, *authorities = (element.certificate for element in chain.elements)
    kinds = {name.kind for name in end.subject_alt_names or ()}
    if GeneralNameKind.dNSName in kinds or end.subject.common_names:
        return False
    constraints = [authority.name_constraints for authority in authorities]
    return any(subtree.base.kind is GeneralNameKind.dNSName for one in constraints if one for subtree in one.permitted)
