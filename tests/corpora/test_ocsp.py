"""Our answers on OCSP responses against BoringSSL's, which takes none that is older than a week."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import WEBPKI, WINDOWS
from certprobe.chain.question import ChainQuestion, RevocationEvidence
from certprobe.pki.certificate import Certificate
from certprobe.pki.ocsp import OcspResponse
from certprobe.pki.pem import split
from certprobe.pki.store import CertificateStore
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.trust_status import TrustError
from tests.corpora import limbo

BORINGSSL = "bssl_ocsp"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = limbo.path(BORINGSSL)
    cases = json.loads(path.read_text(encoding="utf-8"))["testcases"] if path.exists() else [{"id": "absent"}]
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", cases, ids=[case["id"] for case in cases])


@pytest.mark.parametrize("profile", [WINDOWS, WEBPKI], ids=lambda profile: profile.name)
def test_boringssl_status(case: dict[str, Any], profile: Profile) -> None:
    limbo.require(BORINGSSL)
    response = OcspResponse(base64.b64decode(case["ocsp_response_b64"]))
    question = ChainQuestion(
        CertificateStore((certificate(case["issuer"]),)),
        datetime.fromisoformat(case["time"]),
        flags=ChainFlags.CERT_CHAIN_REVOCATION_CHECK_END_CERT,
        evidence=RevocationEvidence(ocsp_responses=(response,), freshness_time=timedelta(days=7)),
    )
    error = get_certificate_chain(certificate(case["leaf"]), CertificateStore(), question, profile).elements[0].error
    revoked = TrustError.CERT_TRUST_IS_REVOKED in error
    unknown = TrustError.CERT_TRUST_REVOCATION_STATUS_UNKNOWN in error
    assert ("revoked" if revoked else "unknown" if unknown else "good") == case["expected_status"]


def certificate(pem: str) -> Certificate:
    (block,) = split(pem.encode())
    return Certificate(block.der)
