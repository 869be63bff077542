"""Every reason, with the clause that it cites, and the neighbours that must not be refused."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519

from certprobe.lab import der
from certprobe.lab.pki import (
    AUTHORITY_KEY_IDENTIFIER,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SERVER_AUTH,
    SUBJECT_ALT_NAME,
    Authority,
    Extension,
    Issued,
    ec_key,
    name_der,
    rsa_key,
)
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.criteria import CRITERIA, Assessment, Reason, assess
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.messages import CertificateRequest, OidFilter

from .credentials import AT, ISSUING, OTHER, ROOT, S, credential, tls11, tls12, tls13

RSA_KEY = rsa_key()
ALICE = ISSUING.client("alice")
SELF_SIGNED = Authority.root("alice", at=AT, basic_constraints=None, key_usage=["digitalSignature"]).issued
CLIENT_AUTH_DER = der.oid("1.3.6.1.5.5.7.3.2")
DIGITAL_SIGNATURE_DER = b"\x03\x02\x07\x80"


def refused(assessment: Assessment) -> list[Reason]:
    return [rejection.reason for rejection in assessment.rejections]


def judge(credential: Credential, request: CertificateRequest) -> Assessment:
    return assess(credential, request, AT)


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


def with_aki_issuer(issuer: str) -> Issued:
    """A certificate that says who issued its issuer's certificate."""
    names = der.tlv(0xA1, der.tlv(0xA4, name_der(issuer)))
    aki = Extension(AUTHORITY_KEY_IDENTIFIER, der.sequence(names, der.tlv(0x82, b"\x05")))
    return ISSUING.client("alice", extensions=[aki])


def oid_filter(oid: str, values: bytes = b"") -> CertificateRequest:
    return tls13()._replace(oid_filters=(OidFilter(der.oid(oid), values),))


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
        "its chain is issued by CN=Lab issuing CA, CN=Lab root; none of the 2 names in the server's list matches",
        "use a certificate issued under one of the listed CAs, or add the certificate of CN=Lab root if",
    ),
    Case(
        "issued by nobody in the list, TLS 1.1",
        credential(ALICE),
        tls11("CN=Other root"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 5246 7.4.4",
        "the only name in the server's list is another",
        "listed CAs",
    ),
    Case(
        "a list that lists the holder itself",
        credential(ALICE),
        tls13("CN=alice"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 8446 4.2.4",
        "is another",
        "listed CAs",
    ),
    Case(
        "the root in the list, its intermediate not in the file",
        credential(ALICE, alone="left out"),
        tls13("CN=Lab root"),
        Reason.ISSUER_NOT_LISTED,
        "RFC 8446 4.2.4",
        "its chain is issued by CN=Lab issuing CA;",
        "or add the certificate of CN=Lab issuing CA if one of them has issued it",
    ),
    Case(
        "the same, and authorityKeyIdentifier tells",
        credential(with_aki_issuer("CN=Lab root"), alone="left out"),
        tls13("CN=Lab root"),
        Reason.CHAIN_INCOMPLETE,
        "RFC 8446 4.2.4",
        "the chain ends below CN=Lab issuing CA, which is no root but was issued by CN=Lab root",
        "add the certificate of CN=Lab issuing CA to the file",
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
        criterion.subject
        for case in CASES
        for criterion in CRITERIA
        if criterion.check(case.credential, case.request, AT) in judge(case.credential, case.request).rejections
    }
    assert refusing == {criterion.subject for criterion in CRITERIA}


def test_nothing_can_be_added_above_a_self_signed_certificate() -> None:
    (rejection,) = judge(credential(SELF_SIGNED), tls13("CN=Lab root")).rejections
    assert rejection.change == "use a certificate issued under one of the listed CAs"


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
    assert judge(credential(ALICE), tls13()).not_asked == (
        "certificate_types",
        "certificate_authorities",
        "oid_filters",
    )
    assert judge(credential(ALICE), tls12()).not_asked == ("certificate_authorities", "oid_filters")
    assert judge(credential(ALICE), tls11("CN=Lab root")).not_asked == (
        "signature_algorithms",
        "signature_algorithms_cert",
        "oid_filters",
    )


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


def rdn(*attributes: tuple[str, int, bytes]) -> bytes:
    members = sorted(der.sequence(der.oid(oid), der.tlv(tag, value)) for oid, tag, value in attributes)
    return der.tlv(0x31, *members)


CN, O, DC = "2.5.4.3", "2.5.4.10", "0.9.2342.19200300.100.1.25"  # noqa: E741
UTF8, PRINTABLE, IA5, TELETEX, BMP = 0x0C, 0x13, 0x16, 0x14, 0x1E

SAME_NAMES = [
    ("PrintableString and UTF8String", rdn((CN, PRINTABLE, b"Lab CA")), rdn((CN, UTF8, b"Lab CA"))),
    ("case and blanks", rdn((CN, UTF8, b"Lab  CA ")), rdn((CN, PRINTABLE, b"lab ca"))),
    ("BMPString", rdn((CN, UTF8, b"Lab CA")), rdn((CN, BMP, "Lab CA".encode("utf-16-be")))),
    ("commas", rdn((O, UTF8, b"Lab, Inc.")), rdn((O, PRINTABLE, b"Lab, Inc."))),
    (
        "DC=",
        rdn((DC, IA5, b"test")) + rdn((DC, IA5, b"lab")) + rdn((CN, UTF8, b"CA")),
        rdn((DC, IA5, b"TEST")) + rdn((DC, IA5, b"Lab")) + rdn((CN, PRINTABLE, b"CA")),
    ),
    (
        "multi-valued RDN, other type and order",
        rdn((CN, UTF8, b"CA"), (O, UTF8, b"Lab")),
        rdn((O, PRINTABLE, b"Lab"), (CN, UTF8, b"CA")),
    ),
    ("TeletexString, byte for byte", rdn((CN, TELETEX, b"Lab \xe4")), rdn((CN, TELETEX, b"Lab \xe4"))),
]
OTHER_NAMES = [
    ("another value", rdn((CN, UTF8, b"Lab CA")), rdn((CN, UTF8, b"Lab CA 2"))),
    ("another attribute", rdn((CN, UTF8, b"Lab")), rdn((O, UTF8, b"Lab"))),
    (
        "DC= in another order",
        rdn((DC, IA5, b"test")) + rdn((DC, IA5, b"lab")),
        rdn((DC, IA5, b"lab")) + rdn((DC, IA5, b"test")),
    ),
    (
        "two RDNs instead of a multi-valued one",
        rdn((CN, UTF8, b"CA"), (O, UTF8, b"Lab")),
        rdn((CN, UTF8, b"CA")) + rdn((O, UTF8, b"Lab")),
    ),
    ("a part of the name", rdn((O, UTF8, b"Lab")) + rdn((CN, UTF8, b"CA")), rdn((CN, UTF8, b"CA"))),
]


@pytest.mark.parametrize(
    ("issuer", "listed", "expected"),
    [(*names[1:], []) for names in SAME_NAMES] + [(*names[1:], [Reason.ISSUER_NOT_LISTED]) for names in OTHER_NAMES],
    ids=[names[0] for names in SAME_NAMES + OTHER_NAMES],
)
def test_names_are_compared_as_rfc_5280_says(issuer: bytes, listed: bytes, expected: list[Reason]) -> None:
    authority = Authority.root("unused", at=AT, subject=der.sequence(issuer))
    request = tls13("CN=Somebody else", der.sequence(listed))
    assert refused(judge(credential(authority.client("alice")), request)) == expected


def test_a_name_among_six_hundred() -> None:
    names = [f"CN=CA {number},O=Lab\\, Inc.,DC=lab,DC=test" for number in range(600)]
    assert refused(judge(credential(ALICE), tls13(*names))) == [Reason.ISSUER_NOT_LISTED]
    assert refused(judge(credential(ALICE), tls13(*names[:300], "CN=LAB  ROOT", *names[300:]))) == []


def test_listed_names_that_are_no_names() -> None:
    request = tls13()._replace(certificate_authorities=(b"", b"\x30\x05\x31", b"\xff" * 40))
    assert refused(judge(credential(ALICE), request)) == [Reason.ISSUER_NOT_LISTED]


@pytest.mark.parametrize("garbage", [b"", b"\x30\x80", b"\x30\x03\x02\x01", ALICE.der[:200], b"\xff" * 100])
@pytest.mark.parametrize("version", list(ProtocolVersion))
def test_garbage_is_refused_and_nothing_raises(garbage: bytes, version: ProtocolVersion) -> None:
    issued = Issued(garbage, ALICE.private_key, (), b"", b"")
    request = oid_filter(KEY_USAGE, DIGITAL_SIGNATURE_DER)._replace(
        version=version, certificate_types=(1, 64), certificate_authorities=(name_der("CN=Lab root"),)
    )
    assert Reason.CERTIFICATE_UNREADABLE in refused(judge(credential(issued), request))
