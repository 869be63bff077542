"""x509-limbo, by the profile that it is about: RFC 5280 with the CA/B rules."""

from __future__ import annotations

import pytest

from certprobe.chain.profile import WEBPKI
from tests.corpora import limbo
from tests.corpora.limbo import Case

CORPUS = "limbo"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_limbo(case: Case | None) -> None:
    limbo.hold(case, WEBPKI)


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, lambda _case: WEBPKI) >= 0.97
