"""Tampered certificates, CRLs, OCSP responses and stores: every property answers, every question has an answer.

CERTPROBE_TAMPERED=N tries N of each kind.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.profile import HYGIENE, RFC_5280, WEBPKI, WINDOWS, refuses
from certprobe.chain.question import ChainQuestion, PolicyDemands, PolicyInputs, RevocationEvidence
from certprobe.errors import InputError
from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, rsa_key
from certprobe.lab.revocation import (
    crl,
    distribution_point,
    distribution_points,
    good,
    issuing_distribution_point,
    ocsp,
    revoked,
)
from certprobe.pki.certificate import Certificate
from certprobe.pki.crl import CertificateList
from certprobe.pki.decode import decode
from certprobe.pki.distribution import Contents
from certprobe.pki.ocsp import OcspResponse
from certprobe.pki.store import CertificateStore
from certprobe.pki.usage import SERVER_AUTH
from certprobe.policy.status import ChainPolicy, PolicyParameters, SslPara
from certprobe.policy.verify import verify_chain_policy
from certprobe.wincrypt.chain_flags import ChainFlags
from certprobe.wincrypt.policy_flags import AuthType
from tests.pki.general_names import address, constraining, directory, dns, email, other, registered, upn, uri
from tests.properties.mutations import tampered

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
HOST = "www.lab.test"
POINT = distribution_point("http://crl.lab.test/1")
PERMITTED = (dns("lab.test"), email("a@lab.test"), uri(".lab.test"), directory("CN=CA"), upn("lab.test"))
EXTENSIONS = (
    constraining(permitted=PERMITTED, excluded=(address("10.0.0.0/8"), registered("1.2.3"))),
    Extension("2.5.29.32", sequence(sequence(oid("1.2.3")), sequence(oid("2.5.29.32.0")))),
    Extension("2.5.29.33", sequence(sequence(oid("1.2.3"), oid("1.2.4")))),
    Extension("2.5.29.36", sequence(tlv(0x80, b"\x05"), tlv(0x81, b"\x05")), critical=True),
    Extension("2.5.29.54", integer(5), critical=True),
    Extension("2.5.29.46", sequence(POINT)),
    distribution_points(POINT, distribution_point(crl_issuer="CN=Auditor")),
    Extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), uri("http://ocsp.lab.test/")))),
    Extension("1.3.6.1.5.5.7.1.24", sequence(integer(5))),
    Extension("1.3.6.1.4.1.311.21.10", sequence(sequence(oid(SERVER_AUTH)))),
)
NAMES = (HOST, "127.0.0.1", "::1", email("a@lab.test"), uri("http://www.lab.test/"), directory("CN=CA"))
ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA", extensions=EXTENSIONS)
LEAF = CA.server(
    HOST,
    key=rsa_key(2048),
    subject_alt_names=(*NAMES, upn("x@lab.test"), registered("1.2.9"), other("1.2.3", "x")),
    extensions=EXTENSIONS[1:],
)
RESPONDER = CA.client("responder", extended_key_usage=("1.3.6.1.5.5.7.3.9",))
SCOPE = issuing_distribution_point("http://crl.lab.test/1", contents=Contents.indirectCRL)
CRLS = (crl(CA, revoked(LEAF, issuer="CN=CA"), scope=SCOPE), crl(CA, revoked(LEAF), number=3, base=1))
RESPONSES = (ocsp(CA, good(LEAF)), ocsp(CA, revoked(LEAF), responder=RESPONDER))
PKCS7 = pkcs7.serialize_certificates(
    [x509.load_der_x509_certificate(der) for der in (CA.issued.der, RESPONDER.der)], Encoding.DER
)
PKCS12 = RESPONDER.pkcs12(b"secret")

sometimes = settings(
    max_examples=int(os.environ.get("CERTPROBE_TAMPERED", "60")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def look_at_everything(thing: Certificate | CertificateList | OcspResponse) -> None:
    assert repr(thing)
    for name in dir(type(thing)):
        if not name.startswith("_"):
            value: Any = getattr(thing, name)
            assert callable(value) or repr(value) is not None


def judge(
    leaf: bytes = LEAF.der,
    ca: bytes = CA.issued.der,
    crls: tuple[bytes, ...] = CRLS,
    responses: tuple[bytes, ...] = RESPONSES,
) -> None:
    evidence = RevocationEvidence(tuple(map(CertificateList, crls)), tuple(map(OcspResponse, responses)))
    question = ChainQuestion(
        CertificateStore((Certificate(ROOT.issued.der),)),
        AT,
        RequestedUsage(UsageMatch.AND, (SERVER_AUTH,)),
        PolicyInputs(demands=PolicyDemands.INITIAL_EXPLICIT_POLICY),
        ChainFlags.CERT_CHAIN_REVOCATION_CHECK_CHAIN,
        evidence=evidence,
    )
    for profile in (WINDOWS, HYGIENE, RFC_5280, WEBPKI):
        context = get_certificate_chain(Certificate(leaf), CertificateStore((Certificate(ca),)), question, profile)
        told = [finding.detail for element in context.elements for finding in element.findings]
        assert all([*told, *(remark.detail for _, remark in refuses(profile, context))])
        ssl = SslPara(AuthType.AUTHTYPE_SERVER, server_name=HOST, names=profile.names)
        for policy in ChainPolicy:
            verify_chain_policy(policy, context, PolicyParameters(ssl=ssl))


@sometimes
@given(tampered(LEAF.der))
def test_end_certificate(der: bytes) -> None:
    look_at_everything(Certificate(der))
    judge(leaf=der)


@sometimes
@given(tampered(CA.issued.der))
def test_ca(der: bytes) -> None:
    look_at_everything(Certificate(der))
    judge(ca=der)


@sometimes
@given(st.one_of(*map(tampered, CRLS)))
def test_crl(der: bytes) -> None:
    look_at_everything(CertificateList(der))
    judge(crls=(der, CRLS[1]), responses=())


@sometimes
@given(st.one_of(*map(tampered, RESPONSES)))
def test_response(der: bytes) -> None:
    look_at_everything(OcspResponse(der))
    judge(crls=(), responses=(der,))


@sometimes
@given(st.one_of(tampered(PKCS7), tampered(PKCS12)))
def test_file(der: bytes) -> None:
    with contextlib.suppress(InputError):
        for note in decode(der, source="file", password=b"secret").notes:
            assert str(note)
