"""What the chain of a server is judged by."""

from __future__ import annotations

import pytest

from certprobe.chain.question import RevocationEvidence
from certprobe.judging import Yardstick, judge_server
from certprobe.lab.revocation import crl, good, ocsp, revoked
from certprobe.pki.crl import CertificateList
from certprobe.policy.status import ChainPolicy
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.hresult import CRYPT_E_REVOCATION_OFFLINE, CRYPT_E_REVOKED, ERROR_SUCCESS, HResult
from tests.chain.evidence import CHAIN, END
from tests.chain.judging import AT, CA, ROOT, SERVER, certificate, store

GOOD, BAD = ocsp(CA, good(SERVER)), ocsp(CA, revoked(SERVER))
LISTED = RevocationEvidence((CertificateList(crl(CA, revoked(SERVER))),))
OF_THE_CA = RevocationEvidence((CertificateList(crl(ROOT)),))


@pytest.mark.parametrize(("flags", "stapled", "evidence", "status"), [
    (ChainFlags.CERT_CHAIN_DEFAULT, BAD, LISTED, ERROR_SUCCESS),
    (END, BAD, RevocationEvidence(), CRYPT_E_REVOKED),
    (END, GOOD, RevocationEvidence(), ERROR_SUCCESS),
    (END, None, RevocationEvidence(), CRYPT_E_REVOCATION_OFFLINE),
    (END, b"garbage", RevocationEvidence(), CRYPT_E_REVOCATION_OFFLINE),
    (END, GOOD, LISTED, ERROR_SUCCESS),
    (END, None, LISTED, CRYPT_E_REVOKED),
    (CHAIN, GOOD, OF_THE_CA, ERROR_SUCCESS),
])  # fmt: skip
def test_staple_counts_where_revocation_is_asked_for(
    flags: ChainFlags, stapled: bytes | None, evidence: RevocationEvidence, status: HResult
) -> None:
    yardstick = Yardstick(store(ROOT), AT, ChainPolicy.SSL, flags=flags, evidence=evidence)
    chain = (certificate(SERVER), certificate(CA))
    judgement = judge_server(chain, stapled, "www.lab.test", yardstick)
    assert judgement is not None
    assert judgement.deciding.error == status


def test_the_reason_is_the_findings() -> None:
    yardstick = Yardstick(store(ROOT), AT, flags=END)
    judgement = judge_server((certificate(SERVER), certificate(CA)), BAD, "www.lab.test", yardstick)
    assert judgement is not None
    assert judgement.reason == (
        "revoked at 2026-02-27T12:00:00Z (unspecified), says the OCSP response of 2026-02-28T12:00:00Z"
    )
