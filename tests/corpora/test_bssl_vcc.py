"""BoringSSL's verify_certificate_chain tests: the verdict, and the element that each expected error is on."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case

CORPUS = "bssl_vcc"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_bssl_vcc(case: Case | None) -> None:
    limbo.hold(case, suites.boringssl)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.boringssl) >= 0.97
