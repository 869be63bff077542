"""Chains of real servers with the verdicts of rustls-webpki, in both profiles: what is well made pleases everybody."""

from __future__ import annotations

import pytest

from certprobe.chain.path import Profile
from certprobe.chain.profile import WEBPKI, WINDOWS
from tests.corpora import limbo
from tests.corpora.limbo import Case

CORPUS = "realworld"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


@pytest.mark.parametrize("profile", [WINDOWS, WEBPKI], ids=lambda profile: profile.name)
def test_realworld(case: Case | None, profile: Profile) -> None:
    limbo.hold(case, profile)
