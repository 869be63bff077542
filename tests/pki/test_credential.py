"""Several files together: which key belongs to which certificate, and which certificates lead up from it."""

from __future__ import annotations

import pytest
from cryptography import x509

from certprobe.lab.der import pem
from certprobe.lab.pki import Authority, Issued, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus, is_end_entity
from certprobe.pki.decode import decode
from certprobe.pki.identities import Identities, credentials
from certprobe.pki.private_key import public_key_octets
from certprobe.pki.usage import CLIENT_AUTH
from tests.pki.certificates import AT, ISSUING, ROOT

ALICE, BOB = ISSUING.client("alice"), ISSUING.client("bob", key=rsa_key())
INTERMEDIATE = Certificate(ISSUING.issued.der)


def match(**files: bytes) -> Identities:
    return credentials([decode(data, source=name, password=b"secret") for name, data in files.items()])


def told(identities: Identities) -> list[tuple[str, str, KeyStatus, tuple[str, ...]]]:
    return [
        (
            credential.certificate.subject.rfc4514,
            credential.source,
            credential.key_status,
            tuple(issuer.subject.rfc4514 for issuer in credential.intermediates),
        )
        for credential in identities.credentials
    ]


def fits(credential: Credential, issued: Issued) -> bool:
    key = credential.private_key
    return key is not None and public_key_octets(key) == public_key_octets(issued.private_key)


CHAIN = ("CN=Lab issuing CA",)


def test_keys_find_their_certificates_across_files() -> None:
    identities = match(
        keys=BOB.private_key_pem() + ALICE.private_key_pem(),
        certificates=ALICE.certificate_pem + BOB.certificate_pem,
        authorities=ROOT.issued.certificate_pem + ISSUING.issued.certificate_pem,
    )
    assert told(identities) == [
        ("CN=alice", "certificates #1", KeyStatus.FITS, CHAIN),
        ("CN=bob", "certificates #2", KeyStatus.FITS, CHAIN),
    ]
    assert fits(identities.credentials[0], ALICE)
    assert fits(identities.credentials[1], BOB)
    assert identities.certificates == (Certificate(ROOT.issued.der), INTERMEDIATE)
    assert identities.notes == ()


def test_pkcs12_and_its_friendly_name() -> None:
    identities = match(card=ALICE.pkcs12(b"secret", friendly_name="card"))
    assert told(identities) == [("CN=alice", "card #1", KeyStatus.FITS, CHAIN)]
    assert identities.credentials[0].friendly_name == "card"


def test_a_certificate_without_its_key_is_a_credential_all_the_same() -> None:
    identities = match(store=ALICE.chain_pem)
    assert told(identities) == [("CN=alice", "store #1", KeyStatus.ABSENT, CHAIN)]
    assert identities.credentials[0].private_key is None
    assert identities.certificates == (INTERMEDIATE,)
    assert identities.notes == ()


def test_authorities_alone_are_no_credentials() -> None:
    identities = match(store=ROOT.issued.certificate_pem + ISSUING.issued.certificate_pem)
    assert identities.credentials == ()
    assert len(identities.certificates) == 2


def test_an_authority_with_its_key_is_one() -> None:
    identities = match(store=ISSUING.issued.certificate_pem + ISSUING.issued.private_key_pem())
    assert told(identities) == [("CN=Lab issuing CA", "store #1", KeyStatus.FITS, ())]


def test_one_key_and_one_certificate_that_do_not_fit_stay_together() -> None:
    identities = match(certificate=ALICE.chain_pem, key=BOB.private_key_pem())
    assert told(identities) == [("CN=alice", "certificate #1", KeyStatus.DOES_NOT_FIT, CHAIN)]
    assert fits(identities.credentials[0], BOB)
    assert identities.notes == ("key #1: private key does not fit the certificate of certificate #1",)


def test_a_key_without_certificate_is_noted() -> None:
    carol = ISSUING.client("carol")
    identities = match(store=ALICE.chain_pem + ALICE.private_key_pem() + carol.private_key_pem())
    assert told(identities) == [("CN=alice", "store #1", KeyStatus.FITS, CHAIN)]
    assert identities.notes == ("store #4: private key without the certificate that it belongs to",)
    alone = match(store=carol.private_key_pem())
    assert (alone.credentials, alone.notes) == (
        (),
        ("store #1: private key without the certificate that it belongs to",),
    )


def test_two_keys_that_fit_nothing_are_given_to_nobody() -> None:
    identities = match(store=ALICE.certificate_pem, keys=BOB.private_key_pem() + ISSUING.issued.private_key_pem())
    assert told(identities) == [("CN=alice", "store #1", KeyStatus.ABSENT, ())]
    assert len(identities.notes) == 2


def test_what_stands_twice_is_noted_once_per_file() -> None:
    identities = match(one=ALICE.chain_pem + ALICE.private_key_pem(), two=ALICE.chain_pem + ALICE.private_key_pem())
    assert told(identities) == [("CN=alice", "one #1", KeyStatus.FITS, CHAIN)]
    assert identities.notes == (
        "two: 2 certificates are there twice or were read before",
        "two #3: the same private key as one #3",
    )


def test_a_name_is_taken_from_wherever_it_is() -> None:
    identities = match(one=ALICE.chain_pem + ALICE.private_key_pem(), two=ALICE.pkcs12(b"secret", friendly_name="card"))
    (credential,) = identities.credentials
    assert (credential.friendly_name, credential.source) == ("card", "one #1")


def test_two_certificates_of_one_key_are_two_credentials() -> None:
    renewed = ISSUING.client("alice", key=ALICE.private_key)
    identities = match(store=ALICE.certificate_pem + renewed.certificate_pem + ALICE.private_key_pem())
    assert [status for _, _, status, _ in told(identities)] == [KeyStatus.FITS, KeyStatus.FITS]


def test_notes_of_the_files_come_first() -> None:
    identities = match(store=pem(b"x", "X509 CRL") + ALICE.chain_pem + BOB.private_key_pem())
    assert identities.notes[0].startswith("store #1 (X509 CRL, not used)")
    assert len(identities.notes) == 2


def test_an_end_entity_that_issues_another_is_no_credential_without_its_key() -> None:
    subordinate = Authority(ISSUING.client("proxy issuer"), AT)
    leaf = subordinate.client("leaf")
    store = subordinate.issued.certificate_pem + leaf.certificate_pem
    assert told(match(store=store)) == [("CN=leaf", "store #2", KeyStatus.ABSENT, ("CN=proxy issuer",))]
    with_key = match(store=store + subordinate.issued.private_key_pem())
    assert [subject for subject, *_ in told(with_key)] == ["CN=proxy issuer", "CN=leaf"]


def test_the_private_key_is_not_in_the_repr() -> None:
    (credential,) = match(store=ALICE.chain_pem + ALICE.private_key_pem()).credentials
    assert "private_key" not in repr(credential)


END_ENTITIES = [
    (ALICE.der, True),
    (ROOT.issued.der, False),
    (ISSUING.issued.der, False),
    (ISSUING.issue(basic_constraints=x509.BasicConstraints(ca=False, path_length=None)).der, True),
    (ISSUING.issue(key_usage=["keyCertSign"]).der, False),
    (ISSUING.client("alice", version=1).der, True),
    (Authority.root("old root", at=AT, version=1).issued.der, False),
    (
        Authority.root(
            "self", at=AT, basic_constraints=None, key_usage=None, extended_key_usage=(CLIENT_AUTH,)
        ).issued.der,
        True,
    ),
]


@pytest.mark.parametrize(
    ("certificate", "expected"), END_ENTITIES, ids=[str(number) for number in range(len(END_ENTITIES))]
)
def test_end_entities(certificate: bytes, expected: bool) -> None:
    assert is_end_entity(Certificate(certificate)) is expected
