"""Our answers on CRLs against foreign suites: BoringSSL's status of each leaf, and verdicts of those with chains."""

from __future__ import annotations

import pytest

from certprobe.chain.path import Profile
from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS
from certprobe.wincrypt.trust_status import TrustError
from tests.corpora import limbo
from tests.corpora.limbo import Case

BORINGSSL = "bssl_crl"
MBEDTLS = "mbedtls_verify"

# Corpus -> the beginnings of the categories whose verdict hinges on CRLs alone.
CHAINS = {
    "pkits": ("s04-", "s05-", "s07-", "s14-", "s15-"),
    "limbo": ("crl",),
    "realworld": ("amazon-valid-crl", "amazon-expired-crl", "amazon-revoked-crl"),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, corpora in (("boringssl", [BORINGSSL]), ("mbedtls", [MBEDTLS]), ("case", list(CHAINS))):
        if argument in metafunc.fixturenames:
            cases = [each for corpus in corpora for each in found(corpus)]
            metafunc.parametrize(argument, cases, ids=[case.id if case else "absent" for case in cases])


def found(corpus: str) -> list[Case | None]:
    """Its cases about CRLs; none of which means that it is not there."""
    if not limbo.path(corpus).exists():
        return [None]
    categories = CHAINS.get(corpus, ("crl",) if corpus == MBEDTLS else ("",))
    return [case for case in limbo.read(corpus) if case.ext["category"].startswith(categories)]


def revocation(case: Case, profile: Profile) -> str:
    """What we say of the leaf, in BoringSSL's words."""
    error = limbo.chain(case, profile).elements[0].error
    if TrustError.CERT_TRUST_IS_REVOKED in error:
        return "revoked"
    return "unknown" if TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN in error else "good"


@pytest.mark.parametrize("profile", [WINDOWS, WEBPKI], ids=lambda profile: profile.name)
def test_boringssl_status(boringssl: Case | None, profile: Profile) -> None:
    case = boringssl or limbo.read(BORINGSSL)[0]
    reason = limbo.argued(case, profile)
    assert (revocation(case, profile) == case.ext["expected_revocation_status"]) is (reason is None), reason


def test_mbedtls_revoked(mbedtls: Case | None) -> None:
    case = mbedtls or limbo.read(MBEDTLS)[0]
    assert (revocation(case, RFC_5280) == "revoked") is ("BADCERT_REVOKED" in case.ext["mbedtls_expected_flags"])


def test_verdict(case: Case | None) -> None:
    for corpus in CHAINS:
        limbo.require(corpus)
    limbo.hold(case, RFC_5280)
