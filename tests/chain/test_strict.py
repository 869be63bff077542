"""Each strict rule: broken once, it is told on the element that breaks it, and Windows' bits stay as they are."""

from __future__ import annotations

from typing import Unpack

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certprobe.chain.checks import CHECKS
from certprobe.chain.path import Profile
from certprobe.chain.profile import HYGIENE, RFC_5280, WEBPKI, WINDOWS, refuses
from certprobe.chain.question import ChainQuestion
from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SUBJECT_ALT_NAME,
    SUBJECT_KEY_IDENTIFIER,
    Authority,
    Extension,
    Options,
    ec_key,
    rsa_key,
)
from certprobe.pki.certificate import Certificate
from certprobe.pki.usage import CODE_SIGNING, OCSP_SIGNING, SERVER_AUTH, TIME_STAMPING
from tests.chain.judging import AT, SERVER_USAGE, ask, errors, remarks, store
from tests.pki.certificates import extension, with_extensions

ROOT = Authority.root("Root", at=AT)
CA = ROOT.intermediate("CA")
DAMAGED_AIA = Extension("1.3.6.1.5.5.7.1.1", sequence(b"\x05\x00"))
ALT_NAME = sequence(tlv(0x82, b"www.lab.test"))
NAME_CONSTRAINTS = Extension("2.5.29.30", sequence(tlv(0xA0, sequence(tlv(0x82, b"lab.test")))), critical=True)
TLS_FEATURE = Extension("1.3.6.1.5.5.7.1.24", sequence(tlv(0x02, b"\x05"), tlv(0x02, b"\x11")))
ISSUER = tlv(0xA1, tlv(0xA4, ROOT.issued.subject)) + tlv(0x82, b"\x01")
KEYLESS_AKI = Extension(AUTHORITY_KEY_IDENTIFIER, sequence(ISSUER))
FOREIGN_AKI = Extension(AUTHORITY_KEY_IDENTIFIER, sequence(tlv(0x80, b"another key")))


def told(*path: Authority, profile: Profile = WEBPKI, **leaf: Unpack[Options]) -> list[tuple[int, str]]:
    """The remarks on a server below the last of the path; the first is the trusted root."""
    root, *cas = path
    end = path[-1].server("www.lab.test", **leaf)
    question = ChainQuestion(store(root), AT, SERVER_USAGE)
    return remarks(ask(end, *cas, question=question, profile=profile))


def test_a_careful_chain_has_no_remarks() -> None:
    assert told(ROOT, CA) == []


LEAVES: list[tuple[Options, str]] = [
    ({"version": 2}, "the certificate is v2, not v3"),
    ({"serial_number": -5}, "the serial number is -5, not positive"),
    ({"serial_number": 0}, "the serial number is 0, not positive"),
    ({"serial_number": 1 << 160}, "the serial number has 21 octets, over 20"),
    ({"key": rsa_key(1024)}, "an RSA key of 1024 bits: at least 2048 are required, and whole octets"),
    ({"key": rsa_key(2052)}, "an RSA key of 2052 bits: at least 2048 are required, and whole octets"),
    ({"key": ec_key(ec.SECP256K1())}, "a key on the curve secp256k1: only P-256, P-384 and P-521 are allowed"),
    ({"key": ed25519.Ed25519PrivateKey.generate()}, "a id-Ed25519 key: only RSA and ECDSA are allowed"),
    ({"signature_hash": hashes.SHA1()}, "signed with ecdsa-with-SHA1"),
    ({"omit": (AUTHORITY_KEY_IDENTIFIER,)}, "authorityKeyIdentifier is missing"),
    ({"extensions": (FOREIGN_AKI,)}, "authorityKeyIdentifier does not fit the issuer's subjectKeyIdentifier"),
    (
        {"extensions": (Extension(SUBJECT_KEY_IDENTIFIER, tlv(0x04, b"key"), critical=True),)},
        "subjectKeyIdentifier is critical, and must not be",
    ),
    (
        {"extensions": (Extension(EXTENDED_KEY_USAGE, sequence(oid("1.3.6.1.5.5.7.3.1")), critical=True),)},
        "extKeyUsage is critical, and must not be",
    ),
    (
        {"extensions": (Extension("2.5.29.36", sequence(tlv(0x80, b"\x05"))),)},
        "policyConstraints is not critical, and must be",
    ),
    (
        {"basic_constraints": x509.BasicConstraints(ca=True, path_length=None)},
        "the end certificate is a CA",
    ),
    (
        {"extensions": (Extension(BASIC_CONSTRAINTS, sequence(tlv(0x02, b"\x00"))),)},
        "pathLenConstraint stands in a certificate that is no CA",
    ),
    (
        {"key_usage": ("digitalSignature", "keyCertSign")},
        "keyUsage has keyCertSign in a certificate that is no CA",
    ),
    ({"key_usage": ()}, "keyUsage allows nothing"),
    ({"extended_key_usage": None}, "extKeyUsage is missing in a server's certificate"),
    (
        {"extended_key_usage": ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")},
        "extKeyUsage has anyExtendedKeyUsage",
    ),
    ({"extended_key_usage": (SERVER_AUTH, CODE_SIGNING)}, "extKeyUsage has codeSigning beside a usage for TLS"),
    ({"extended_key_usage": (SERVER_AUTH, TIME_STAMPING)}, "extKeyUsage has timeStamping beside a usage for TLS"),
    ({"extended_key_usage": (SERVER_AUTH, OCSP_SIGNING)}, "extKeyUsage has OCSPSigning beside a usage for TLS"),
    ({"subject_alt_names": ()}, "there is no subjectAltName that could name the server"),
    (
        {"extensions": (Extension(SUBJECT_ALT_NAME, ALT_NAME, critical=True),)},
        "subjectAltName is critical beside a subject, and must not be",
    ),
    ({"subject": b"\x30\x00"}, "subjectAltName is not critical without a subject, and must be"),
    ({"subject_alt_names": ("www.lab.test", "*.test")}, "the wildcard *.test stands right below a top-level domain"),
    ({"subject_alt_names": ("www.lab.test", "no name")}, "the dNSName 'no name' has not the form of one"),
    ({"subject_alt_names": ("www.lab.test", "-a.test")}, "the dNSName '-a.test' has not the form of one"),
    (
        {"subject_alt_names": ("www.lab.test", tlv(0x81, b"a b@lab.test"))},
        "the rfc822Name 'a b@lab.test' has not the form of one",
    ),
    (
        {"subject_alt_names": ("www.lab.test", tlv(0x81, b"a@[lab.test]"))},
        "the rfc822Name 'a@[lab.test]' has not the form of one",
    ),
    (
        {"subject_alt_names": ("www.lab.test", tlv(0x87, b"\x7f\x00\x00\x01\xff\x00\x00\x00"))},
        "the iPAddress '127.0.0.1/255.0.0.0' has not the form of one",
    ),
    ({"subject": "CN=WWW.lab.test"}, "the commonName 'WWW.lab.test' is not spelled as in subjectAltName"),
    ({"subject": "CN=xn--bcher-kva.test"}, "the commonName 'xn--bcher-kva.test' is not spelled as in subjectAltName"),
    ({"subject": "CN=127.0.0.001"}, "the commonName '127.0.0.001' is no usual spelling of an address"),
    ({"subject": "CN=0x7f000001"}, "the commonName '0x7f000001' is no usual spelling of an address"),
    ({"subject": "CN=::FF"}, "the commonName '::FF' is no usual spelling of an address"),
]


@pytest.mark.parametrize(("options", "detail"), LEAVES, ids=lambda value: value if isinstance(value, str) else "")
def test_an_end_certificate(options: Options, detail: str) -> None:
    assert (0, detail) in told(ROOT, CA, **options)


def test_an_end_certificate_with_name_constraints() -> None:
    constraints = Extension("2.5.29.30", sequence(tlv(0xA0, sequence(tlv(0x82, b"test")))), critical=True)
    assert told(ROOT, CA, extensions=(constraints,)) == [(0, "nameConstraints stands in a certificate that is no CA")]


CAS: list[tuple[Options, str]] = [
    ({"omit": (SUBJECT_KEY_IDENTIFIER,)}, "subjectKeyIdentifier is missing in a CA"),
    ({"omit": (AUTHORITY_KEY_IDENTIFIER,)}, "authorityKeyIdentifier is missing"),
    ({"omit": (BASIC_CONSTRAINTS,)}, "basicConstraints is missing in a CA"),
    (
        {"extensions": (Extension(BASIC_CONSTRAINTS, sequence(tlv(0x01, b"\xff"))),)},
        "basicConstraints is not critical, and must be in a CA",
    ),
    ({"key_usage": None}, "keyUsage is missing in a CA"),
    ({"key": rsa_key(1024)}, "an RSA key of 1024 bits: at least 2048 are required, and whole octets"),
    ({"serial_number": 0}, "the serial number is 0, not positive"),
    ({"extensions": (Extension(SUBJECT_ALT_NAME, sequence()),)}, "subjectAltName is empty"),
    (
        {"extended_key_usage": (SERVER_AUTH, CODE_SIGNING)},
        "extKeyUsage has codeSigning in the issuer of one for TLS",
    ),
    (
        {"extended_key_usage": (SERVER_AUTH, TIME_STAMPING)},
        "extKeyUsage has timeStamping in the issuer of one for TLS",
    ),
]


@pytest.mark.parametrize(("options", "detail"), CAS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_ca(options: Options, detail: str) -> None:
    assert (1, detail) in told(ROOT, ROOT.intermediate("CA", **options))


def test_usages_are_foreign_to_tls_alone_and_to_those_that_issue_for_it() -> None:
    mixed = (SERVER_AUTH, CODE_SIGNING, TIME_STAMPING)
    above = ROOT.intermediate("Above", extended_key_usage=mixed)
    assert told(ROOT, above, above.intermediate("CA", extended_key_usage=(SERVER_AUTH, OCSP_SIGNING))) == []
    assert told(Authority.root("Root", at=AT, extended_key_usage=mixed)) == [(1, "extKeyUsage stands in a root")]
    end = CA.server("www.lab.test", extended_key_usage=mixed)
    assert remarks(ask(end, CA, question=ChainQuestion(store(ROOT), AT), profile=WEBPKI)) == []


def test_a_root_may_leave_out_what_names_its_issuer_and_nothing_else() -> None:
    omitted = (AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, KEY_USAGE)
    bare = Authority.root("Root", at=AT, omit=omitted, serial_number=0)
    assert told(bare) == [(1, "basicConstraints is missing in a CA")]
    keyless = Authority.root("Root", at=AT, omit=(), serial_number=1, extensions=(KEYLESS_AKI,))
    assert told(keyless) == [
        (1, "authorityKeyIdentifier has no keyIdentifier"),
        (1, "authorityKeyIdentifier names its issuer's certificate, and must name no more than its key"),
    ]
    limited = Authority.root("Root", at=AT, extended_key_usage=("1.3.6.1.5.5.7.3.1",))
    assert told(limited) == [(1, "extKeyUsage stands in a root")]


def test_a_mailbox_may_be_at_an_address() -> None:
    mailboxes = (
        tlv(0x81, text) for text in (b"a@lab.test", b"a@[192.0.2.1]", b"a@[IPv6:2001:db8::1]", b'"a b"@lab.test')
    )
    assert told(ROOT, CA, subject_alt_names=("www.lab.test", *mailboxes)) == []


KEYLESS_ROOT = Authority.root("Alone", at=AT, omit=(AUTHORITY_KEY_IDENTIFIER,))
LIMITED_CA = ROOT.intermediate("Limited", extensions=(NAME_CONSTRAINTS,))


@pytest.mark.parametrize("authority", [KEYLESS_ROOT, LIMITED_CA], ids=["root", "intermediate"])
def test_a_ca_is_in_order_by_itself_and_not_as_a_server(authority: Authority) -> None:
    question = ChainQuestion(store(ROOT, KEYLESS_ROOT), AT)
    assert remarks(ask(authority, question=question, profile=HYGIENE)) == []
    told = remarks(ask(authority, question=question._replace(requested_usage=SERVER_USAGE), profile=HYGIENE))
    assert (0, "the end certificate is a CA") in told


def test_how_a_root_is_signed_does_not_matter() -> None:
    old = Authority.root("Root", at=AT, signature_hash=hashes.SHA1())
    assert told(old) == []


def test_a_curve_is_named() -> None:
    named, spelled_out = oid("1.2.840.10045.3.1.7"), sequence(tlv(0x02, b"\x01"), tlv(0x02, b"\x01\x02\x03"))
    end = Certificate(CA.server("www.lab.test").der.replace(named, spelled_out))
    assert remarks(ask(end, CA, question=ChainQuestion(store(ROOT), AT), profile=RFC_5280)) == [
        (0, "an elliptic curve that is spelled out instead of named")
    ]


def test_what_a_strict_parser_refuses_is_told_in_its_words() -> None:
    [(index, detail)] = told(ROOT, CA, extensions=(DAMAGED_AIA,))
    assert (index, detail.partition(": ")[0]) == (0, "a strict parser refuses it")


@pytest.mark.parametrize("profile", [RFC_5280, WEBPKI], ids=lambda profile: profile.name)
@pytest.mark.parametrize(("encoded", "detail"), [
    ([extension(SUBJECT_KEY_IDENTIFIER, tlv(0x05))], "SubjectKeyIdentifier: tag 0x05 at byte 0 where 0x04 should be"),
    ([extension("1.2.3.4", b"")] * 2, "stands more than once"),
    ([extension("1.3.6.1.4.1.311.21.10", tlv(0x05))], None),
])  # fmt: skip
def test_no_extension_is_damaged_or_stands_twice(encoded: list[bytes], detail: str | None, profile: Profile) -> None:
    chain = ask(Certificate(with_extensions(*encoded)), question=ChainQuestion(store(ROOT), AT), profile=profile)
    found = [told for _, told in remarks(chain) if told.startswith("the extension")]
    assert [told.partition(": ")[2] for told in found] == ([detail] if detail else [])


def test_what_a_ca_promises_of_tls_those_below_promise() -> None:
    ca = ROOT.intermediate("CA", extensions=(TLS_FEATURE,))
    assert told(ROOT, ca, profile=RFC_5280) == [(0, "lacks the TLS features 5, 17 that CN=CA has")]
    assert told(ROOT, ca, profile=RFC_5280, extensions=(TLS_FEATURE,)) == []


def test_names_of_servers_are_asked_of_servers_only() -> None:
    end = CA.client("alice")
    question = ChainQuestion(store(ROOT), AT)
    assert remarks(ask(end, CA, question=question, profile=WEBPKI)) == []


def test_weak_signatures_are_weak_at_any_time() -> None:
    at = AT.replace(year=2005)
    root = Authority.root("Root", at=at, key=rsa_key(2048), signature_hash=hashes.MD5())
    end = root.server("www.lab.test", signature_hash=hashes.MD5())
    question = ChainQuestion(store(root), at)
    assert remarks(ask(end, question=question, profile=RFC_5280)) == [(0, "signed with md5WithRSAEncryption")]


# -- what becomes of them


def test_remarks_refuse_where_the_profile_says_so_and_never_set_a_bit() -> None:
    end = CA.server("www.lab.test", serial_number=0)
    answers = {
        profile: ask(end, CA, question=ChainQuestion(store(ROOT), AT, SERVER_USAGE), profile=profile)
        for profile in (WINDOWS, HYGIENE, WEBPKI)
    }
    assert {profile.name: errors(chain) for profile, chain in answers.items()} == {
        "windows": [0, 0, 0, 0],
        "webpki": [0, 0, 0, 0],
    }
    assert remarks(answers[WINDOWS]) == []
    assert remarks(answers[HYGIENE]) == remarks(answers[WEBPKI]) == [(0, "the serial number is 0, not positive")]
    assert [list(refuses(profile, chain)) for profile, chain in answers.items()] == [
        [],
        [],
        [(0, answers[WEBPKI].elements[0].remarks[0])],
    ]


def test_a_path_without_remarks_is_the_better_one() -> None:
    odd = ROOT.cross_sign(CA, serial_number=0)
    question = ChainQuestion(store(ROOT), AT, SERVER_USAGE)
    for others in ((CA, odd), (odd, CA)):
        assert remarks(ask(CA.server("www.lab.test"), *others, question=question, profile=WEBPKI)) == []


def test_hygiene_is_windows_with_remarks() -> None:
    assert HYGIENE.checks()[: len(CHECKS)] == WINDOWS.checks() == CHECKS
