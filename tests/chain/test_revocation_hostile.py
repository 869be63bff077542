"""Evidence of bad will: well signed, and odd in every field, or odd altogether. There is an answer, and soon."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS
from certprobe.chain.question import ChainQuestion, RevocationEvidence
from certprobe.lab.der import sequence, tlv
from certprobe.lab.pki import Authority, Extension, KeyUsageName
from certprobe.lab.revocation import Status, crl, good, ocsp, revoked
from certprobe.pki.crl import CertificateList
from certprobe.pki.crl_entries import CrlReason
from certprobe.pki.usage import OCSP_SIGNING
from tests.chain.evidence import BELOW_ROOT, END, REVOKED, UNKNOWN, asked, revocation, status
from tests.chain.judging import AT, CA, ROOT, SERVER, certificate, store

CRLS: tuple[KeyUsageName, ...] = ("cRLSign",)
DOTTED = ("2.5.29.20", "2.5.29.21", "2.5.29.24", "2.5.29.27", "2.5.29.28", "2.5.29.29", "2.5.29.35", "2.5.29.46")
WORDS = {0, REVOKED, UNKNOWN}

octets = st.binary(max_size=24)
tags = st.sampled_from([0x01, 0x02, 0x03, 0x04, 0x0A, 0x18, 0x30, 0x31, *range(0x80, 0x89), *range(0xA0, 0xA9)])
values = st.recursive(octets, lambda inner: st.builds(tlv, tags, inner, inner), max_leaves=6)
extensions = st.lists(st.builds(Extension, st.sampled_from(DOTTED), values, st.booleans()), max_size=3)
serials = st.sampled_from([certificate(SERVER).serial_number, certificate(CA).serial_number, 0, -1])
entries = st.builds(
    Status, serials, st.sampled_from([0x80, 0xA1, 0x82]), at=st.none(), reason=st.none() | st.sampled_from(CrlReason),
    issuer=st.none() | st.sampled_from(["CN=CA", "CN=Root"]) | octets, extensions=extensions.map(tuple),
)  # fmt: skip
signers = st.sampled_from([ROOT, CA])
made_crls = st.builds(
    lambda signer, listed, more, number: crl(signer, *listed, extensions=more, number=number),
    signers, st.lists(entries, max_size=3), extensions, st.integers(0, 3),
)  # fmt: skip
made_responses = st.builds(
    lambda signer, told, more, single: ocsp(signer, *told, extensions=more, single_extensions=single),
    signers, st.lists(entries, max_size=3), extensions, extensions,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(made_crls | octets, max_size=4),
    st.lists(made_responses | octets, max_size=2),
    values,
    st.sampled_from([WINDOWS, RFC_5280, WEBPKI]),
)
def test_every_question_has_an_answer(
    crls: list[bytes], responses: list[bytes], points: bytes, profile: Profile
) -> None:
    server = CA.server("www.lab.test", extensions=[Extension("2.5.29.31", sequence(points))])
    chain = asked(server, CA, crls=crls, responses=responses, flags=BELOW_ROOT, profile=profile)
    assert set(revocation(chain)) <= WORDS


def test_signers_that_vouch_for_each_other() -> None:
    """Each has a CRL of its own, and each CRL may be of any: only the CAs of a signer's own path are heard on it."""
    signers = [ROOT.intermediate("CA", key_usage=CRLS, basic_constraints=None) for _ in range(12)]
    crls = [crl(signer, *map(revoked, signers), number=number) for number, signer in enumerate(signers)]
    responders = [CA.issue(subject="CN=R", extended_key_usage=(OCSP_SIGNING,)) for _ in range(12)]
    responses = [ocsp(CA, *map(good, responders), responder=responder) for responder in responders]
    assert status(asked(SERVER, CA, *signers, *responders, crls=crls, responses=responses)) == "good"


def test_many_namesakes_cost_no_more_than_some() -> None:
    strangers = [Authority.root("CA", at=AT) for _ in range(40)]
    verified = []

    class Counting(CertificateList):
        @property
        def signed_octets(self) -> bytes:
            verified.append(self)
            return super().signed_octets

    evidence = RevocationEvidence((Counting(crl(Authority.root("CA", at=AT))),))
    question = ChainQuestion(store(ROOT), AT, flags=END, evidence=evidence)
    chain = get_certificate_chain(certificate(SERVER), store(CA, *strangers), question)
    assert status(chain) == "unknown"
    assert len(verified) == 16


@pytest.mark.parametrize("profile", [WINDOWS, RFC_5280], ids=lambda profile: profile.name)
def test_a_serial_number_that_cannot_be_read_is_on_no_list(profile: Profile) -> None:
    server = CA.server("www.lab.test", serial_number=2**600)
    chain = asked(server, CA, crls=[crl(CA, Status(0, 0xA1))], profile=profile)
    assert status(chain) == "unknown"
