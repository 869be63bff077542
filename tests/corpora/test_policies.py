"""The sets of valid policies that foreign suites state, whatever else is wrong with a path."""

from __future__ import annotations

import pytest

from certprobe.chain.path import Profile
from certprobe.chain.policies import policy_sets
from certprobe.chain.profile import RFC_5280
from certprobe.wincrypt.trust_status import TrustError
from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPORA = ("pkits", "bssl_vcc")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases = [case for corpus in CORPORA if limbo.path(corpus).exists() for case in limbo.read(corpus)]
    metafunc.parametrize("case", [*cases, None], ids=[*(case.id for case in cases), "all there"])


def test_user_constrained_policy_set(case: Case | None) -> None:
    if case is None:
        assert all(map(limbo.read, CORPORA))
        return
    profile = suites.boringssl(case) if case.corpus == "bssl_vcc" else RFC_5280
    assert isinstance(profile, Profile)
    context = limbo.chain(case, profile)
    if context.error & (TrustError.CERT_TRUST_IS_PARTIAL_CHAIN | TrustError.CERT_TRUST_IS_UNTRUSTED_ROOT):
        pytest.skip("no path to an anchor")
    sets = policy_sets(context.chains[0], limbo.question(case), profile)
    assert sorted(sets.user_constrained) == case.ext["expected_user_constrained_policy_set"]
