"""BoringSSL's verify_certificate_chain tests: the verdict, and the element that each expected error is on."""

from __future__ import annotations

import pytest

from tests.corpora import limbo, suites
from tests.corpora.limbo import Case, Unasked

CORPUS = "bssl_vcc"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    limbo.parametrize(metafunc, CORPUS)


def test_bssl_vcc(case: Case | None) -> None:
    limbo.hold(case, suites.boringssl)


def test_elements(case: Case | None) -> None:
    """The elements with errors are those that BoringSSL blames; what concerns the whole chain is the last one's."""
    if case is None:
        limbo.absent(limbo.CORPORA)
    profile = suites.boringssl(case)
    if isinstance(profile, Unasked):
        pytest.skip(profile.reason)
    context = limbo.chain(case, profile)
    blamed = {index for index, element in enumerate(context.elements) if element.findings or element.remarks}
    if context.chains[0].findings:
        blamed.add(len(context.elements) - 1)
    assert blamed == expected_elements(case)


def expected_elements(case: Case) -> set[int]:
    """The indexes of BoringSSL's paragraphs that tell an error; warnings are none."""
    paragraphs = case.ext["expected_errors"].split("----- Certificate i=")
    return {int(paragraph.split()[0]) for paragraph in paragraphs[1:] if "\nERROR: " in paragraph}


def test_reach() -> None:
    assert limbo.share_that_agrees(CORPUS, suites.boringssl) >= 0.97
