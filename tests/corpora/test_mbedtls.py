"""The verdicts of Mbed TLS in its own tests."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPUS = "mbedtls_verify"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_mbedtls(case: Case | None) -> None:
    limbo.hold(case, suites.mbedtls)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.mbedtls) >= 0.98
