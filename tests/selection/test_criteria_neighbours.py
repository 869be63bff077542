"""What lies beside each reason and must not be refused, and what is told without being refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519

from certprobe.lab import der
from certprobe.lab.pki import (
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SERVER_AUTH,
    Authority,
    Extension,
    Issued,
    ec_key,
    rsa_key,
)
from certprobe.pki.credential import KeyStatus
from certprobe.pki.extensions import APPLICATION_POLICIES
from certprobe.pki.usage import CLIENT_AUTH
from certprobe.selection.cells import Reason, Subject, Verdict
from certprobe.tls.messages import CertificateRequest, OidFilter

from .credentials import (
    AT,
    ISSUING,
    OTHER,
    ROOT,
    S,
    cell_of,
    credential,
    judge,
    oid_filter,
    refused,
    tls11,
    tls12,
    tls13,
    with_aki_issuer,
)

RSA_KEY = rsa_key()
ALICE = ISSUING.client("alice")
SELF_SIGNED = Authority.root("alice", at=AT, basic_constraints=None, key_usage=["digitalSignature"]).issued
CLIENT_AUTH_DER = der.oid("1.3.6.1.5.5.7.3.2")
DIGITAL_SIGNATURE_DER = b"\x03\x02\x07\x80"


def test_nothing_can_be_added_above_a_self_signed_certificate() -> None:
    (rejection,) = judge(credential(SELF_SIGNED), tls13("CN=Lab root")).rejections
    assert rejection.change == "use a certificate issued by CN=Lab root"


def test_no_rejection_hides_another() -> None:
    issued = OTHER.client(
        "mallory",
        not_after=AT - timedelta(days=1),
        key_usage=["keyEncipherment"],
        extended_key_usage=(SERVER_AUTH,),
        signature_hash=hashes.SHA1(),
    )
    request = tls12("CN=Lab root", types=(1,), schemes=(S.rsa_pkcs1_sha256,))
    assert refused(judge(credential(issued, KeyStatus.ABSENT), request)) == [
        Reason.NO_PRIVATE_KEY,
        Reason.NOT_TIME_VALID,
        Reason.WRONG_KEY_USAGE,
        Reason.WRONG_EXTENDED_KEY_USAGE,
        Reason.CERTIFICATE_TYPE_NOT_OFFERED,
        Reason.SIGNATURE_SCHEME_NOT_OFFERED,
        Reason.CHAIN_SIGNATURE_NOT_OFFERED,
        Reason.ISSUER_NOT_LISTED,
    ]


FITTING = [
    ("valid to the second", ISSUING.client("alice", not_before=AT, not_after=AT), tls13()),
    ("no keyUsage", ISSUING.client("alice", key_usage=None), tls13()),
    ("no extKeyUsage", ISSUING.client("alice", extended_key_usage=None), tls13()),
    ("anyExtendedKeyUsage", ISSUING.client("alice", extended_key_usage=("2.5.29.37.0",)), tls13()),
    ("RSA, TLS 1.3", ISSUING.client("alice", key=RSA_KEY), tls13()),
    ("RSA, TLS 1.2, only PKCS#1", ROOT.client("a", key=RSA_KEY), tls12(schemes=(S.rsa_pkcs1_sha1, 0x0403))),
    ("RSA, TLS 1.2, only PSS", ROOT.client("a", key=RSA_KEY), tls12(schemes=(S.rsa_pss_rsae_sha256, 0x0403))),
    ("RSA, TLS 1.1", ISSUING.client("alice", key=RSA_KEY), tls11()),
    ("P-384, TLS 1.2: no scheme of TLS 1.2 binds the curve", ROOT.client("a", key=ec_key(ec.SECP384R1())), tls12()),
    ("P-384, TLS 1.2, only SHA-256", ROOT.client("a", key=ec_key(ec.SECP384R1())), tls12(schemes=(0x0403,))),
    (
        "Ed25519, TLS 1.2 as ecdsa_sign",
        ISSUING.client("a", key=ed25519.Ed25519PrivateKey.generate()),
        tls12(types=(64,)),
    ),
    (
        "Ed448, TLS 1.2",
        ROOT.client("a", key=ed448.Ed448PrivateKey.generate()),
        tls12(types=(64,), schemes=(S.ed448, 0x0403)),
    ),
    ("Ed448", ROOT.client("a", key=ed448.Ed448PrivateKey.generate()), tls13(schemes=(S.ed448, 0x0403))),
    ("brainpool", ROOT.client("a", key=ec_key(ec.BrainpoolP256R1())), tls13(schemes=(0x081A, 0x0403))),
    ("no certificate types at all", ALICE, tls12(types=())),
    ("signature_algorithms missing", ALICE, tls13(schemes=None)),
    ("unknown schemes beside", ALICE, tls13(schemes=(0x0A0A, S.ecdsa_secp256r1_sha256))),
    (
        "a self-signed certificate's own signature",
        SELF_SIGNED,
        tls13()._replace(signature_algorithms_cert=(S.ed25519,)),
    ),
    ("a self-signed certificate that is listed", SELF_SIGNED, tls13("CN=alice")),
    ("the nearest issuer", ALICE, tls13("CN=X", "CN=Lab issuing CA")),
    ("the issuer of the own intermediate", ALICE, tls13("CN=X", "CN=Lab root")),
    ("a filter that is met", ALICE, oid_filter(KEY_USAGE, DIGITAL_SIGNATURE_DER)),
    ("a purpose that is there", ALICE, oid_filter(EXTENDED_KEY_USAGE, der.sequence(CLIENT_AUTH_DER))),
    ("an extension that is there", ALICE, oid_filter(EXTENDED_KEY_USAGE)),
    ("a filter with an OID without rule", ALICE, oid_filter("2.5.29.32", b"\x30\x00")),
    ("a filter that cannot be read", ALICE, oid_filter(KEY_USAGE, b"\x03\x7f")),
    ("a filter whose OID cannot be read", ALICE, tls13()._replace(oid_filters=(OidFilter(b"\x06\x05", b""),))),
]


@pytest.mark.parametrize(("issued", "request_"), [case[1:] for case in FITTING], ids=[case[0] for case in FITTING])
def test_no_rejection(issued: Issued, request_: CertificateRequest) -> None:
    assert judge(credential(issued), request_).rejections == ()


def test_two_filters() -> None:
    filters = (
        OidFilter(der.oid(EXTENDED_KEY_USAGE), der.sequence(der.oid("1.2.3"))),
        OidFilter(der.oid(KEY_USAGE), b"\x03\x02\x02\x04"),
        OidFilter(der.oid(KEY_USAGE), DIGITAL_SIGNATURE_DER),
    )
    (rejection,) = judge(credential(ALICE), tls13()._replace(oid_filters=filters)).rejections
    assert rejection.change == "have the certificate issued with extKeyUsage 1.2.3, keyUsage keyCertSign"


def pss_certificate() -> Issued:
    """A certificate whose key is marked for RSASSA-PSS alone (RFC 4055 1.2), by exchanging the algorithm identifier."""
    issued = ROOT.client("alice", key=RSA_KEY)
    plain = der.sequence(der.oid("1.2.840.113549.1.1.1"), b"\x05\x00")
    # The NULL goes, and an empty SEQUENCE keeps the length: parameters with every default.
    marked = der.sequence(der.oid("1.2.840.113549.1.1.10"), b"\x30\x00")
    assert issued.der.count(plain) == 1
    return Issued(issued.der.replace(plain, marked), issued.private_key, (), issued.subject, issued.issuer)


RSA_ROOT = Authority.root("RSA root", at=AT, key=RSA_KEY)


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (S.rsa_pss_rsae_sha384, []),
        (S.rsa_pss_pss_sha256, []),
        (S.rsa_pkcs1_sha256, [Reason.CHAIN_SIGNATURE_NOT_OFFERED]),
    ],
)
def test_a_certificate_signed_by_rsassa_pss(offered: int, expected: list[Reason]) -> None:
    issued = RSA_ROOT.client("alice")
    pkcs1 = der.sequence(der.oid("1.2.840.113549.1.1.11"), b"\x05\x00")
    pss = der.sequence(der.oid("1.2.840.113549.1.1.10"), b"\x30\x00")
    assert issued.der.count(pkcs1) == 2
    pss_signed = Issued(issued.der.replace(pkcs1, pss), issued.private_key, (), issued.subject, issued.issuer)
    request = tls13()._replace(signature_algorithms_cert=(offered,))
    assert refused(judge(credential(pss_signed), request)) == expected


def test_a_certificate_with_an_unknown_signature_algorithm() -> None:
    issued = RSA_ROOT.client("alice")
    known, unknown = der.oid("1.2.840.113549.1.1.11"), der.oid("1.2.840.113549.1.1.99")
    strange = Issued(issued.der.replace(known, unknown), issued.private_key, (), issued.subject, issued.issuer)
    (rejection,) = judge(credential(strange), tls13()).rejections
    assert rejection.reason is Reason.CHAIN_SIGNATURE_NOT_OFFERED
    assert "the certificate of CN=alice is signed with 1.2.840.113549.1.1.99;" in rejection.detail


@pytest.mark.parametrize(
    ("version", "schemes", "expected"),
    [
        (tls13, (S.rsa_pss_rsae_sha256,), [Reason.SIGNATURE_SCHEME_NOT_OFFERED]),
        (tls13, (S.rsa_pss_pss_sha512,), []),
        (tls12, (S.rsa_pkcs1_sha256, S.rsa_pss_rsae_sha256), [Reason.SIGNATURE_SCHEME_NOT_OFFERED]),
        (tls12, (S.rsa_pss_pss_sha256,), []),
    ],
)
def test_pss_keys_sign_with_pss_pss_only(version: object, schemes: tuple[int, ...], expected: list[Reason]) -> None:
    make = tls13 if version is tls13 else tls12
    request = make(schemes=(*schemes, S.ecdsa_secp256r1_sha256))
    assert refused(judge(credential(pss_certificate()), request)) == expected


def test_signature_algorithms_cert_is_not_asked_of_the_key() -> None:
    request = tls13(schemes=(S.ecdsa_secp256r1_sha256,))
    request = request._replace(signature_algorithms_cert=(S.ecdsa_secp384r1_sha384, S.ecdsa_secp256r1_sha256))
    assert refused(judge(credential(ALICE), request)) == []


def test_what_a_request_does_not_ask_is_told() -> None:
    assert not_asked(tls13()) == [Subject.CERTIFICATE_TYPES, Subject.CERTIFICATE_AUTHORITIES, Subject.OID_FILTERS]
    assert not_asked(tls12()) == [Subject.CERTIFICATE_AUTHORITIES, Subject.OID_FILTERS]
    assert not_asked(tls11("CN=Lab root")) == [
        Subject.SIGNATURE_ALGORITHMS,
        Subject.SIGNATURE_ALGORITHMS_CERT,
        Subject.OID_FILTERS,
    ]


def not_asked(request: CertificateRequest) -> list[Subject]:
    return [cell.subject for cell in judge(credential(ALICE), request).cells if cell.verdict is Verdict.NOT_ASKED]


@pytest.mark.parametrize("request_", [tls13(), tls12(), tls13()._replace(certificate_authorities=())])
def test_a_chain_known_to_be_incomplete_is_a_caution_where_any_issuer_may_match(request_: CertificateRequest) -> None:
    assessment = judge(credential(with_aki_issuer("CN=Lab root"), alone="left out"), request_)
    assert assessment.rejections == ()
    assert [caution.reason for caution in assessment.cautions] == [Reason.CHAIN_INCOMPLETE]


def test_nothing_is_missing_below_a_root() -> None:
    below_a_root = with_aki_issuer("CN=Lab issuing CA")
    assert judge(credential(below_a_root, alone="left out"), tls13()).cautions == ()


def test_nothing_is_missing_when_the_intermediate_is_there() -> None:
    assert judge(credential(with_aki_issuer("CN=Lab root")), tls13()).cautions == ()


def test_a_broken_list_is_named_in_the_rejection() -> None:
    request = tls12("CN=Other root")._replace(faults=("certificate_authorities: 9 octets declared, 8 follow",))
    (rejection,) = judge(credential(ALICE), request).rejections
    assert "(the list is broken: certificate_authorities: 9 octets declared, 8 follow)" in rejection.detail


def application_policies(*oids: str) -> Extension:
    contents = der.sequence(*(der.sequence(der.oid(oid)) for oid in oids))
    return Extension(APPLICATION_POLICIES, contents)


@pytest.mark.parametrize(
    ("usages", "policies", "verdict", "words"),
    [
        (
            (CLIENT_AUTH,),
            (SERVER_AUTH,),
            Verdict.CAUTION,
            "its application policies are serverAuth, without clientAuth,",
        ),
        (None, (), Verdict.CAUTION, "its application policies are empty, without clientAuth,"),
        ((CLIENT_AUTH,), (CLIENT_AUTH,), Verdict.MET, "extKeyUsage is clientAuth"),
        ((CLIENT_AUTH,), ("2.5.29.37.0",), Verdict.MET, "extKeyUsage is clientAuth"),
        ((CLIENT_AUTH,), ("1.3.6.1.4.1.311.10.12.1",), Verdict.MET, "extKeyUsage is clientAuth"),
        (None, (CLIENT_AUTH,), Verdict.MET, "no extKeyUsage: good for any purpose"),
        ((SERVER_AUTH,), (CLIENT_AUTH,), Verdict.REJECTED, "extKeyUsage is serverAuth, without clientAuth"),
    ],
)
def test_application_policies_without_client_auth_are_a_caution_and_never_a_cure(
    usages: tuple[str, ...] | None, policies: tuple[str, ...], verdict: Verdict, words: str
) -> None:
    issued = ISSUING.client("alice", extended_key_usage=usages, extensions=(application_policies(*policies),))
    cell = cell_of(judge(credential(issued), tls13()), Subject.EXTENDED_KEY_USAGE)
    assert cell.verdict is verdict
    assert cell.detail.startswith(words)
