"""Strict rules for the CRLs of a path, which only strict profiles refuse for."""

from __future__ import annotations

import pytest

from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS, refuses
from certprobe.lab.pki import Extension
from certprobe.lab.revocation import CrlOptions, crl, issuing_distribution_point
from certprobe.pki.distribution import Contents
from certprobe.wincrypt.chain_flags import ChainFlags
from tests.chain.evidence import END, asked, status
from tests.chain.judging import CA, ROOT, SERVER

NUMBER = Extension("2.5.29.20", b"\x02\x01\x01", critical=True)
SCOPE = issuing_distribution_point(contents=Contents.onlyContainsUserCerts)
IDENTIFIER = Extension("2.5.29.35", b"\x30\x00", critical=True)
FRESHEST = Extension("2.5.29.46", b"\x30\x00", critical=True)


def remarks(crls: list[bytes], flags: ChainFlags = END) -> list[str]:
    chain = asked(SERVER, CA, crls=crls, flags=flags, profile=WEBPKI)
    return [f"{remark.citation}: {remark.detail}" for _, remark in refuses(WEBPKI, chain) if " CRL " in remark.detail]


@pytest.mark.parametrize(("options", "expected"), [
    ({}, []),
    ({"scope": SCOPE}, []),
    ({"next_update": None}, ["5.1.2.5: a CRL of its issuer does not say when the next one comes (nextUpdate)"]),
    ({"omit": ("2.5.29.20",)}, ["5.2.3: a CRL of its issuer has no cRLNumber"]),
    ({"omit": ("2.5.29.35",)}, ["5.2.1: a CRL of its issuer has no authorityKeyIdentifier"]),
    ({"version": 1}, [
        "5.1.2.1: a CRL of its issuer is v1, not v2",
        "5.2.1: a CRL of its issuer has no authorityKeyIdentifier",
        "5.2.3: a CRL of its issuer has no cRLNumber",
    ]),
    ({"extensions": [NUMBER]}, ["5.2.3: in a CRL of its issuer the extension cRLNumber is critical"]),
    ({"extensions": [IDENTIFIER]},
     ["4.2.1.1: in a CRL of its issuer the extension authorityKeyIdentifier is critical"]),
    ({"extensions": [FRESHEST]}, ["5.2.6: in a CRL of its issuer the extension freshestCRL is critical"]),
    ({"scope": SCOPE._replace(critical=False)},
     ["5.2.5: in a CRL of its issuer the extension issuingDistributionPoint is not critical"]),
])  # fmt: skip
def test_remarks(options: CrlOptions, expected: list[str]) -> None:
    made = crl(CA, **options)
    assert remarks([made]) == [f"RFC 5280 {each}" for each in expected]
    for profile in (WINDOWS, RFC_5280):
        chain = asked(SERVER, CA, crls=[made], profile=profile)
        assert status(chain) == "good"
        assert list(refuses(profile, chain)) == []


def test_only_crls_that_concern_what_is_asked() -> None:
    odd = crl(ROOT, next_update=None)
    assert remarks([crl(CA), odd]) == []
    assert remarks([crl(CA), odd], ChainFlags.CERT_CHAIN_DEFAULT) == []
    assert len(remarks([crl(CA), odd], ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT)) == 1
