"""NIST's PKITS, by the rules that it tests: RFC 5280 6.1."""

from __future__ import annotations

import pytest

from certprobe.chain.profile import RFC_5280
from tests.corpora import limbo
from tests.corpora.limbo import Case

CORPUS = "pkits"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_pkits(case: Case | None) -> None:
    limbo.hold(case, RFC_5280)
