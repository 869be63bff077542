"""x509-limbo, by the profile that it is about: RFC 5280 with the CA/B rules."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPUS = "limbo"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_limbo(case: Case | None) -> None:
    limbo.hold(case, suites.limbo)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.limbo) >= 0.97
