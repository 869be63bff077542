"""The verdicts of `openssl verify` in its own tests."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPUS = "openssl_verify"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_openssl(case: Case | None) -> None:
    limbo.hold(case, suites.openssl)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.openssl) >= 0.98
