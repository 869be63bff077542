"""The verdicts of Go's crypto/x509 in its own tests."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPUS = "go_x509"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_go(case: Case | None) -> None:
    limbo.hold(case, suites.go)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.go) >= 0.98
