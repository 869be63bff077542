"""Every criterion tells a fact also when it is met or not asked, in the same place for every certificate."""

from __future__ import annotations

import pytest

from certprobe.lab import der
from certprobe.lab.pki import EXTENDED_KEY_USAGE, Issued, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.selection.asked import Asked
from certprobe.selection.cells import Subject, Verdict
from certprobe.selection.select import Candidate
from certprobe.tls.messages import CertificateRequest

from .credentials import (
    AT,
    ISSUING,
    ROOT,
    S,
    cell_of,
    credential,
    judge,
    oid_filter,
    tls11,
    tls12,
    tls13,
    with_aki_issuer,
)

ALICE = ISSUING.client("alice")
BARE = ISSUING.client("alice", key_usage=None, extended_key_usage=None)
LISTED = tls12("CN=X", "CN=Lab root")
CLIENT_AUTH_DER = der.sequence(der.oid("1.3.6.1.5.5.7.3.2"))

FACTS: list[tuple[Subject, Issued, CertificateRequest, Verdict, str, str]] = [
    (Subject.CERTIFICATE, ALICE, tls13(), Verdict.MET, "RFC 5280 4.1", "read in full"),
    (Subject.PRIVATE_KEY, ALICE, tls13(), Verdict.MET, "RFC 8446 4.4.3", "its private key is there"),
    (
        Subject.VALIDITY,
        ALICE,
        tls13(),
        Verdict.MET,
        "RFC 5280 4.1.2.5",
        "until 2027-05-30T12:00:00Z, 90 days from 2027-03-01T12:00:00Z",
    ),
    (Subject.KEY_USAGE, ALICE, tls13(), Verdict.MET, "RFC 5280 4.2.1.3", "keyUsage is digitalSignature"),
    (Subject.KEY_USAGE, BARE, tls13(), Verdict.MET, "RFC 5280 4.2.1.3", "no keyUsage: the key may be used for any"),
    (Subject.EXTENDED_KEY_USAGE, ALICE, tls13(), Verdict.MET, "RFC 5280 4.2.1.12", "extKeyUsage is clientAuth"),
    (Subject.EXTENDED_KEY_USAGE, BARE, tls13(), Verdict.MET, "RFC 5280 4.2.1.12", "no extKeyUsage: good for any purp"),
    (Subject.CERTIFICATE_TYPES, ALICE, tls12(), Verdict.MET, "RFC 8422 5.5", "on secp256r1 takes ecdsa_sign"),
    (Subject.CERTIFICATE_TYPES, ALICE, tls13(), Verdict.NOT_ASKED, "RFC 8446 4.3.2", "TLS 1.3 has no certificate typ"),
    (
        Subject.CERTIFICATE_TYPES,
        ALICE,
        tls12(types=()),
        Verdict.NOT_ASKED,
        "RFC 5246 7.4.4",
        "the server names no certificate type",
    ),
    (
        Subject.SIGNATURE_ALGORITHMS,
        ISSUING.client("alice", key=rsa_key()),
        tls13(schemes=(S.ed25519, S.rsa_pss_rsae_sha512, S.rsa_pss_rsae_sha256)),
        Verdict.MET,
        "RFC 8446 4.2.3",
        "a key of rsaEncryption signs with rsa_pss_rsae_sha512",
    ),
    (
        Subject.SIGNATURE_ALGORITHMS,
        ALICE,
        tls11(),
        Verdict.NOT_ASKED,
        "RFC 5246 7.4.4",
        "no signature schemes are listed",
    ),
    (Subject.SIGNATURE_ALGORITHMS_CERT, ALICE, tls13(), Verdict.MET, "RFC 8446 4.2.3", "signed with ecdsa-with-SHA256"),
    (
        Subject.SIGNATURE_ALGORITHMS_CERT,
        ALICE,
        tls13(schemes=None),
        Verdict.NOT_ASKED,
        "RFC 8446 4.2.3",
        "no signature schemes are listed",
    ),
    (
        Subject.CERTIFICATE_AUTHORITIES,
        ALICE,
        LISTED,
        Verdict.MET,
        "RFC 5246 7.4.4",
        "issued by CN=Lab issuing CA under CN=Lab root, number 2 of 2 listed",
    ),
    (
        Subject.CERTIFICATE_AUTHORITIES,
        ALICE,
        tls13("CN=Lab issuing CA", "CN=Lab root"),
        Verdict.MET,
        "RFC 8446 4.2.4",
        "issued by CN=Lab issuing CA, number 1 of 2 listed",
    ),
    (
        Subject.CERTIFICATE_AUTHORITIES,
        ALICE,
        tls13(),
        Verdict.NOT_ASKED,
        "RFC 8446 4.2.4",
        "the server lists no CA: any issuer may do",
    ),
    (
        Subject.CHAIN,
        ALICE,
        tls13(),
        Verdict.MET,
        "RFC 8446 4.4.2",
        "1 intermediate; nothing is known to be missing below CN=Lab root",
    ),
    (Subject.CHAIN, ALICE, tls12(), Verdict.MET, "RFC 5246 7.4.2", "1 intermediate; nothing is known"),
    (
        Subject.OID_FILTERS,
        ALICE,
        oid_filter(EXTENDED_KEY_USAGE, CLIENT_AUTH_DER),
        Verdict.MET,
        "RFC 8446 4.2.5",
        "has extKeyUsage clientAuth",
    ),
    (Subject.OID_FILTERS, ALICE, tls13(), Verdict.NOT_ASKED, "RFC 8446 4.2.5", "the server filters by no extension"),
    (Subject.OID_FILTERS, ALICE, tls12(), Verdict.NOT_ASKED, "RFC 8446 4.2.5", "only TLS 1.3 has filters"),
]


@pytest.mark.parametrize(
    ("subject", "issued", "request_", "verdict", "clause", "detail"),
    FACTS,
    ids=[f"{fact[0].name}-{number}" for number, fact in enumerate(FACTS)],
)
def test_fact(
    subject: Subject, issued: Issued, request_: CertificateRequest, verdict: Verdict, clause: str, detail: str
) -> None:
    cell = cell_of(judge(credential(issued), request_), subject)
    assert (cell.verdict, cell.clause) == (verdict, clause)
    assert detail in cell.detail


def test_every_subject_has_a_fact_and_every_row_the_same_order() -> None:
    assert {fact[0] for fact in FACTS} == set(Subject)
    for _, issued, request_, *_ in FACTS:
        assert [cell.subject for cell in judge(credential(issued), request_).cells] == list(Subject)


def test_a_root_that_is_known_ends_the_chain() -> None:
    asked = Asked(tls13(), AT, (Certificate(ROOT.issued.der),))
    cell = cell_of(Candidate(1, credential(ALICE), asked), Subject.CHAIN)
    assert cell.detail == "1 intermediate; up to CN=Lab root"


def test_a_listed_ca_ends_the_chain_though_it_goes_on() -> None:
    cell = cell_of(
        judge(credential(with_aki_issuer("CN=Lab root"), alone="x"), tls13("CN=Lab issuing CA")), Subject.CHAIN
    )
    assert (cell.verdict, cell.detail) == (Verdict.MET, "no intermediates, as far as a listed CA")


def test_a_listed_name_beyond_the_chain_is_reached() -> None:
    """The issuer is listed; what is missing is the certificate between."""
    candidate = judge(credential(with_aki_issuer("CN=Lab root"), alone="x"), tls13("CN=Lab root"))
    cell = cell_of(candidate, Subject.CERTIFICATE_AUTHORITIES)
    assert cell.detail == "issued by CN=Lab issuing CA under CN=Lab root, number 1 of 1 listed"
    assert not candidate.fits


@pytest.mark.parametrize("request_", [tls13(), LISTED, tls13("CN=Other root")])
@pytest.mark.parametrize("issued", [ALICE, ISSUING.client("old", not_after=AT.replace(year=2026))])
def test_fitting_is_having_no_rejection(issued: Issued, request_: CertificateRequest) -> None:
    candidate = judge(credential(issued), request_)
    assert candidate.fits == (candidate.rejections == ())
