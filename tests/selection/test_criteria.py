"""Every reason for a rejection, with the clause that it cites."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certprobe.lab import der
from certprobe.lab.pki import (
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SERVER_AUTH,
    SUBJECT_ALT_NAME,
    Authority,
    Extension,
    ec_key,
    rsa_key,
)
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.cells import Reason, Subject, Verdict
from certprobe.tls.messages import CertificateRequest

from .credentials import AT, ISSUING, ROOT, S, credential, judge, oid_filter, tls11, tls12, tls13, with_aki_issuer

RSA_KEY = rsa_key()
ALICE = ISSUING.client("alice")
SELF_SIGNED = Authority.root("alice", at=AT, basic_constraints=None, key_usage=["digitalSignature"]).issued
CLIENT_AUTH_DER = der.oid("1.3.6.1.5.5.7.3.2")
DIGITAL_SIGNATURE_DER = b"\x03\x02\x07\x80"


@pytest.mark.parametrize("request_", [tls13(), tls12(), tls11(), tls13("CN=Lab root"), tls12("CN=Lab issuing CA")])
def test_a_good_certificate_meets_every_demand(request_: CertificateRequest) -> None:
    assessment = judge(credential(ALICE), request_)
    assert assessment.rejections == ()
    assert assessment.cautions == ()


class Case(NamedTuple):
    name: str
    credential: Credential
    request: CertificateRequest
    reason: Reason
    clause: str
    detail: str
    change: str


def broken_certificate() -> Credential:
    issued = ISSUING.client("alice", extensions=[Extension(SUBJECT_ALT_NAME, b"\x30\x05\x01")])
    return credential(issued)


CASES = [
    Case(
        "an extension that cannot be decoded",
        broken_certificate(),
        tls13(),
        Reason.CERTIFICATE_UNREADABLE,
        "RFC 5280 4.1",
        "2.5.29.17",
        "issued again",
    ),
    Case(
        "no key, TLS 1.3",
        credential(ALICE, KeyStatus.ABSENT),
        tls13(),
        Reason.NO_PRIVATE_KEY,
        "RFC 8446 4.4.3",
        "no private key for it was found beside the certificate from store.pem #1",
        "give its private key too",
    ),
    Case(
        "no key, TLS 1.2",
        credential(ALICE, KeyStatus.ABSENT),
        tls12(),
        Reason.NO_PRIVATE_KEY,
        "RFC 5246 7.4.8",
        "store.pem #1",
        "private key",
    ),
    Case(
        "another key",
        credential(ALICE, KeyStatus.DOES_NOT_FIT),
        tls13(),
        Reason.KEY_DOES_NOT_FIT,
        "RFC 8446 4.4.3",
        "belongs to another certificate",
        "give the private key that was made for this certificate",
    ),
    Case(
        "expired",
        credential(ISSUING.client("alice", not_after=AT - timedelta(days=30))),
        tls13(),
        Reason.NOT_TIME_VALID,
        "RFC 5280 4.1.2.5",
        "expired on 2027-01-30T12:00:00Z, 30 days before 2027-03-01T12:00:00Z",
        "renewed",
    ),
    Case(
        "expired a second ago",
        credential(ISSUING.client("alice", not_after=AT - timedelta(seconds=1))),
        tls13(),
        Reason.NOT_TIME_VALID,
        "RFC 5280 4.1.2.5",
        "less than a day before",
        "renewed",
    ),
    Case(
        "not yet valid",
        credential(ISSUING.client("alice", not_before=AT + timedelta(days=1))),
        tls13(),
        Reason.NOT_TIME_VALID,
        "RFC 5280 4.1.2.5",
        "not valid before 2027-03-02T12:00:00Z, 1 day after",
        "wait",
    ),
    Case(
        "keyUsage without digitalSignature",
        credential(ISSUING.client("alice", key_usage=("keyEncipherment", "keyAgreement"))),
        tls12(),
        Reason.WRONG_KEY_USAGE,
        "RFC 5280 4.2.1.3",
        "keyUsage is keyEncipherment, keyAgreement;",
        "digitalSignature in keyUsage",
    ),
    Case(
        "extKeyUsage of a server",
        credential(ISSUING.client("alice", extended_key_usage=(SERVER_AUTH,))),
        tls13(),
        Reason.WRONG_EXTENDED_KEY_USAGE,
        "RFC 5280 4.2.1.12",
        "extKeyUsage is serverAuth, without clientAuth (public CAs",
        "with clientAuth in extKeyUsage",
    ),
    Case(
        "extKeyUsage of an unknown purpose",
        credential(ISSUING.client("alice", extended_key_usage=("1.2.3.4",))),
        tls13(),
        Reason.WRONG_EXTENDED_KEY_USAGE,
        "RFC 5280 4.2.1.12",
        "extKeyUsage is 1.2.3.4,",
        "clientAuth",
    ),
    Case(
        "extKeyUsage without any purpose",
        credential(ISSUING.client("alice", extended_key_usage=())),
        tls13(),
        Reason.WRONG_EXTENDED_KEY_USAGE,
        "RFC 5280 4.2.1.12",
        "extKeyUsage is empty, without clientAuth",
        "clientAuth",
    ),
    Case(
        "EC key where only RSA may sign",
        credential(ALICE),
        tls12(types=(1,)),
        Reason.CERTIFICATE_TYPE_NOT_OFFERED,
        "RFC 8422 5.5",
        "id-ecPublicKey on secp256r1 takes ecdsa_sign; the server offers rsa_sign",
        "rsa_sign",
    ),
    Case(
        "RSA key where only EC may sign, TLS 1.1",
        credential(ISSUING.client("alice", key=RSA_KEY)),
        tls11(types=(64, 3)),
        Reason.CERTIFICATE_TYPE_NOT_OFFERED,
        "RFC 5246 7.4.4",
        "rsaEncryption takes rsa_sign; the server offers ecdsa_sign, rsa_fixed_dh",
        "ecdsa_sign",
    ),
    Case(
        "P-521 in TLS 1.3 where only P-256 and P-384 are offered",
        credential(ISSUING.client("alice", key=ec_key(ec.SECP521R1()))),
        tls13(),
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        "RFC 8446 4.2.3",
        "secp521r1 signs with ecdsa_secp521r1_sha512; the server takes ecdsa_secp256r1_sha256, ",
        "another kind of key",
    ),
    Case(
        "a curve that TLS 1.3 has no scheme for",
        credential(ISSUING.client("alice", key=ec_key(ec.SECP256K1()))),
        tls13(),
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        "RFC 8446 4.2.3",
        "secp256k1 cannot sign in this version of TLS",
        "another kind of key",
    ),
    Case(
        "RSA in TLS 1.3 where only PKCS#1 is offered",
        credential(ISSUING.client("alice", key=RSA_KEY)),
        tls13(schemes=(S.rsa_pkcs1_sha256, S.ecdsa_secp256r1_sha256)),
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        "RFC 8446 4.2.3",
        "rsaEncryption signs with rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512; the server takes",
        "another kind of key",
    ),
    Case(
        "RSA in TLS 1.2 where only ECDSA pairs are offered",
        credential(ISSUING.client("alice", key=RSA_KEY)),
        tls12(schemes=(S.ecdsa_secp256r1_sha256,)),
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        "RFC 5246 7.4.4",
        "the server takes ecdsa_secp256r1_sha256",
        "another kind of key",
    ),
    Case(
        "an empty list of schemes",
        credential(SELF_SIGNED),
        tls13(schemes=()),
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        "RFC 8446 4.2.3",
        "the server takes no scheme at all",
        "another kind of key",
    ),
    Case(
        "Ed25519 before TLS 1.2",
        credential(ISSUING.client("alice", key=ed25519.Ed25519PrivateKey.generate())),
        tls11(),
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        "RFC 4346 7.4.8",
        "id-Ed25519 cannot sign in this version of TLS; the server takes nothing but MD5 and SHA-1",
        "another kind of key",
    ),
    Case(
        "signed with SHA-1",
        credential(ISSUING.client("alice", signature_hash=hashes.SHA1())),
        tls13(),
        Reason.CHAIN_SIGNATURE_NOT_OFFERED,
        "RFC 8446 4.2.3",
        "the certificate of CN=alice is signed with ecdsa-with-SHA1; for certificates the server takes ecdsa_secp256r1",
        "signed with one of these",
    ),
    Case(
        "an intermediate signed with SHA-512",
        credential(ROOT.intermediate("Strong CA", signature_hash=hashes.SHA512()).client("alice")),
        tls12(),
        Reason.CHAIN_SIGNATURE_NOT_OFFERED,
        "RFC 5246 7.4.4",
        "the certificate of CN=Strong CA is signed with ecdsa-with-SHA512;",
        "signed with one of these",
    ),
    Case(
        "signature_algorithms_cert goes before signature_algorithms",
        credential(ALICE),
        tls13()._replace(signature_algorithms_cert=(S.rsa_pkcs1_sha256,)),
        Reason.CHAIN_SIGNATURE_NOT_OFFERED,
        "RFC 8446 4.2.3",
        "for certificates the server takes rsa_pkcs1_sha256",
        "signed with one of these",
    ),
    Case(
        "issued by nobody in the list, TLS 1.3",
        credential(ALICE),
        tls13("CN=Other root", "CN=A third"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 8446 4.2.4",
        "issued by CN=Lab issuing CA under CN=Lab root, none of which the server lists;"
        " it lists CN=Other root; CN=A third",
        "use a certificate issued by CN=Other root or another CA that the server lists; or add the certificate of"
        " CN=Lab root to your --cert file, if a listed CA has issued it",
    ),
    Case(
        "issued by nobody in the list, TLS 1.1",
        credential(ALICE),
        tls11("CN=Other root"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 5246 7.4.4",
        "none of which the server lists; it lists CN=Other root",
        "use a certificate issued by CN=Other root; or add the certificate of CN=Lab root to your --cert file, if that",
    ),
    Case(
        "a list that lists the holder itself",
        credential(ALICE),
        tls13("CN=alice"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 8446 4.2.4",
        "it lists CN=alice",
        "issued by CN=alice",
    ),
    Case(
        "the root in the list, its intermediate not in the file",
        credential(ALICE, alone="left out"),
        tls13("CN=Lab root"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 8446 4.2.4",
        "issued by CN=Lab issuing CA, which the server does not list; it lists CN=Lab root",
        "; or add the certificate of CN=Lab issuing CA to your --cert file, if that CA has issued it",
    ),
    Case(
        "the same, and authorityKeyIdentifier tells",
        credential(with_aki_issuer("CN=Lab root"), alone="left out"),
        tls13("CN=Lab root"),
        Reason.CHAIN_INCOMPLETE,
        "RFC 8446 4.4.2",
        "the chain ends below CN=Lab issuing CA, which is no root but was issued by CN=Lab root",
        "add the certificate of CN=Lab issuing CA to your --cert file",
    ),
    Case(
        "keyUsage bits of a filter",
        credential(ALICE),
        oid_filter(KEY_USAGE, b"\x03\x02\x06\xc0"),
        Reason.OID_FILTER,
        "RFC 8446 4.2.5",
        "demands keyUsage digitalSignature, nonRepudiation",
        "issued with keyUsage digitalSignature, nonRepudiation",
    ),
    Case(
        "a purpose of a filter",
        credential(ALICE),
        oid_filter(EXTENDED_KEY_USAGE, der.sequence(CLIENT_AUTH_DER, der.oid("1.2.3"))),
        Reason.OID_FILTER,
        "RFC 8446 4.2.5",
        "demands extKeyUsage clientAuth, 1.2.3",
        "extKeyUsage clientAuth, 1.2.3",
    ),
    Case(
        "an extension that a filter wants to be there",
        credential(ISSUING.client("alice", extended_key_usage=None)),
        oid_filter(EXTENDED_KEY_USAGE),
        Reason.OID_FILTER,
        "RFC 8446 4.2.5",
        "demands extKeyUsage,",
        "issued with extKeyUsage",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_rejection(case: Case) -> None:
    rejections = judge(case.credential, case.request).rejections
    assert [rejection.reason for rejection in rejections] == [case.reason]
    (rejection,) = rejections
    assert rejection.clause == case.clause
    assert case.detail in rejection.detail
    assert case.change in rejection.change


def test_every_reason_has_a_case() -> None:
    assert {case.reason for case in CASES} == set(Reason)


def test_every_criterion_can_refuse() -> None:
    refusing = {
        cell.subject
        for case in CASES
        for cell in judge(case.credential, case.request).cells
        if cell.verdict is Verdict.REJECTED
    }
    assert refusing == set(Subject)
