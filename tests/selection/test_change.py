"""The single change: one cure for everything that speaks against a certificate, with the names in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from certprobe.lab.pki import KEY_USAGE, SERVER_AUTH, Authority, Issued, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.asked import Asked
from certprobe.selection.select import Candidate
from certprobe.tls.messages import CertificateRequest

from .credentials import AT, ISSUING, OTHER, ROOT, S, credential, judge, oid_filter, tls12, tls13, with_aki_issuer

EXPIRED: dict[str, Any] = {"not_after": AT - timedelta(days=1)}
FOREIGN_ROOT = (Certificate(OTHER.issued.der),)


def foreign(**options: Any) -> Issued:
    return OTHER.client("mallory", **options)


CHANGES = [
    ("nothing is wrong", credential(ISSUING.client("alice")), tls13(), ""),
    ("expired", credential(ISSUING.client("alice", **EXPIRED)), tls13(), "have the certificate renewed"),
    (
        "another CA",
        credential(foreign()),
        tls13("CN=Lab root"),
        "use a certificate issued by CN=Lab root; --select 7 sends it all the same",
    ),
    (
        "expired and another CA",
        credential(foreign(**EXPIRED)),
        tls13("CN=Lab root", "CN=A", "CN=B", "CN=C"),
        "have a new certificate issued by CN=Lab root or another CA that the server lists",
    ),
    (
        "expired, another CA and usage",
        credential(foreign(**EXPIRED, extended_key_usage=(SERVER_AUTH,), key_usage=["keyAgreement"])),
        tls13("CN=Lab root"),
        "have a new certificate issued by CN=Lab root, with digitalSignature in keyUsage, with clientAuth in"
        " extKeyUsage",
    ),
    (
        "another kind of key and usage",
        credential(ISSUING.client("alice", key=rsa_key(), extended_key_usage=(SERVER_AUTH,))),
        tls12(types=(64,), schemes=(S.ecdsa_secp256r1_sha256,)),
        "have a new certificate issued for a key of the type ecdsa_sign, for a key that signs with"
        " ecdsa_secp256r1_sha256, with clientAuth in extKeyUsage",
    ),
    ("no key", credential(ISSUING.client("alice"), KeyStatus.ABSENT), tls13(), "give its private key too"),
    (
        "no key and expired",
        credential(ISSUING.client("alice", **EXPIRED), KeyStatus.ABSENT),
        tls13(),
        "have a new certificate issued for a key that you keep beside it",
    ),
    (
        "no key and too early: nothing new is needed",
        credential(ISSUING.client("alice", not_before=AT + timedelta(days=1)), KeyStatus.ABSENT),
        tls13(),
        "give its private key too, and wait until then, or set the clock right",
    ),
    (
        "too early and usage: a new one is valid at once",
        credential(ISSUING.client("alice", not_before=AT + timedelta(days=1), extended_key_usage=())),
        tls13(),
        "have a new certificate issued with clientAuth in extKeyUsage",
    ),
    (
        "an intermediate is missing",
        credential(with_aki_issuer("CN=Lab root"), alone="left out"),
        tls13("CN=Lab root"),
        "add the certificate of CN=Lab issuing CA to your --cert file",
    ),
    (
        "no key, and an intermediate is missing",
        credential(with_aki_issuer("CN=Lab root"), KeyStatus.ABSENT, alone="left out"),
        tls13("CN=Lab root"),
        "give its private key too, and add the certificate of CN=Lab issuing CA to your --cert file",
    ),
    (
        "a filter and usage",
        credential(ISSUING.client("alice", extended_key_usage=(SERVER_AUTH,))),
        oid_filter(KEY_USAGE, b"\x03\x02\x06\x40"),
        "have a new certificate issued with clientAuth in extKeyUsage, with keyUsage nonRepudiation",
    ),
]


@pytest.mark.parametrize(
    ("one", "request_", "expected"), [case[1:] for case in CHANGES], ids=[case[0].replace(" ", "-") for case in CHANGES]
)
def test_change(one: Credential, request_: CertificateRequest, expected: str) -> None:
    assert Candidate(7, one, Asked(request_, AT, FOREIGN_ROOT)).change == expected


def test_a_new_certificate_of_the_same_ca_still_lacks_the_intermediate() -> None:
    issued = with_aki_issuer("CN=Lab root", **EXPIRED)
    change = judge(credential(issued, alone="left out"), tls13("CN=Lab root")).change
    assert change == ("have a new certificate issued, and add the certificate of CN=Lab issuing CA to your --cert file")


def test_above_a_root_that_is_known_nothing_is_to_be_added() -> None:
    one = credential(ISSUING.client("alice"))
    roots = (Certificate(ROOT.issued.der),)
    known = Candidate(1, one, Asked(tls13("CN=Other root"), AT, roots))
    assert known.change == "use a certificate issued by CN=Other root; --select 1 sends it all the same"
    assert (
        "or add the certificate of CN=Lab root to your --cert file, if that CA"
        in judge(one, tls13("CN=Other root")).change
    )


# --- which of the listed CAs are named first --------------------------------------------------------------------------

LISTED = ("CN=Globe CA,O=Globe,C=GB", "CN=Corp CA G2,O=Corp,C=GB", "CN=Corp Mail CA,O=Corp,C=GB", "CN=Zeta CA,C=GB")


@pytest.mark.parametrize(
    ("issuer", "nearest"),
    [
        ("CN=Corp Old CA,O=Corp,C=GB", ["CN=Corp CA G2,O=Corp,C=GB", "CN=Corp Mail CA,O=Corp,C=GB"]),
        ("CN=Mail CA,O=Else", ["CN=Corp Mail CA,O=Corp,C=GB", "CN=Globe CA,O=Globe,C=GB"]),
        ("CN=Zeta CA,O=Zeta", ["CN=Zeta CA,C=GB", "CN=Globe CA,O=Globe,C=GB"]),
        ("CN=nobody's", ["CN=Globe CA,O=Globe,C=GB", "CN=Corp CA G2,O=Corp,C=GB"]),
    ],
    ids=["successor", "word", "same-common-name", "stranger"],
)
def test_the_likest_names_come_first(issuer: str, nearest: list[str]) -> None:
    one = credential(Authority.root("unused", at=AT, subject=issuer).client("alice"))
    asked = Asked(tls13(*LISTED), AT)
    assert [str(name) for name in asked.nearest([one.certificate.issuer], 2)] == nearest


def test_a_rare_word_tells_more_than_two_common_ones() -> None:
    listed = ("CN=Root CA", "CN=Root CA 2", "CN=Root CA 3", "CN=Corp")
    asked = Asked(tls13(*listed), AT)
    issuer = Authority.root("unused", at=AT, subject="CN=Corp Root CA").client("alice")
    assert str(asked.nearest([credential(issuer).certificate.issuer], 1)[0]) == "CN=Corp"


def test_of_many_names_the_nearest_are_told_and_how_many_more_there_are() -> None:
    names = [f"CN=CA {number}" for number in range(600)]
    (rejection,) = judge(credential(foreign()), tls13(*names, "CN=Other root G2")).rejections
    assert rejection.detail == (
        "issued by CN=Other root, which the server does not list; it lists CN=Other root G2; CN=CA 0; CN=CA 1"
        " and 598 more"
    )


def test_a_name_that_is_listed_twice_counts_at_its_first_place() -> None:
    asked = Asked(tls13("CN=A", "CN=B", "CN=a"), AT)
    assert [(str(name), place) for name, place in asked.names.items()] == [("CN=A", 1), ("CN=B", 2)]
