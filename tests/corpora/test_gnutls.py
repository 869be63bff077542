"""The verdicts of GnuTLS on its own chains."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPUS = "gnutls_chains"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_gnutls(case: Case | None) -> None:
    limbo.hold(case, suites.gnutls)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.gnutls) >= 0.98
