"""Which certificates of a store lead up from one."""

from __future__ import annotations

import pytest

from certprobe.lab.der import integer, pem, sequence, tlv
from certprobe.lab.pki import Authority, Issued, common_name_only, ec_key, rsa_key
from certprobe.pki.certificate import Certificate
from certprobe.pki.decode import decode
from certprobe.pki.identities import credentials
from certprobe.pki.issuers import GIVEN_UP, Issuers, is_self_signed
from certprobe.pki.store import CertificateStore
from tests.pki.certificates import AT, ISSUING, ROOT, encoded, extension

ALICE = ISSUING.client("alice")
SAME = common_name_only("one of many")
KEY_OF_ANOTHER_KIND = Certificate(ROOT.client("rsa", key=rsa_key()).der).public_key_info
KEY_IDENTIFIER = b"the 150th"


def namesakes(number: int) -> list[bytes]:
    """CAs of one name, none of which has signed anything here."""
    return [
        encoded(subject=SAME, serial_number=integer(1 + each), subject_public_key_info=KEY_OF_ANOTHER_KIND)
        for each in range(number)
    ]


def orphans(number: int) -> list[bytes]:
    return [encoded(issuer=SAME, subject=common_name_only(f"orphan {each}")) for each in range(number)]


def path(certificate: Issued, *others: Issued) -> list[str]:
    store = CertificateStore(Certificate(other.der) for other in others)
    return [issuer.subject.rfc4514 for issuer in Issuers(store).path(Certificate(certificate.der))]


def test_issuers_up_to_the_root() -> None:
    assert path(ALICE, ROOT.issued, ISSUING.issued) == ["CN=Lab issuing CA", "CN=Lab root"]
    assert path(ALICE, ISSUING.issued) == ["CN=Lab issuing CA"]
    assert path(ALICE, ROOT.issued) == []
    assert path(ROOT.issued, ROOT.issued) == []


@pytest.mark.parametrize("omit", [(), ("2.5.29.14",)], ids=["key identifier", "signature"])
def test_a_namesake_with_another_key_is_passed_over(omit: tuple[str, ...]) -> None:
    namesake = ROOT.intermediate("Lab issuing CA").issued
    true = ROOT.intermediate("Lab issuing CA", omit=omit)
    leaf = true.client("leaf")
    store = CertificateStore([Certificate(namesake.der), Certificate(true.issued.der)])
    assert Issuers(store).path(Certificate(leaf.der)) == (Certificate(true.issued.der),)


def test_a_ring_of_issuers_ends() -> None:
    one, two = (Authority.root(name, at=AT) for name in ("one", "two"))
    ring = one.cross_sign(two).issued, two.cross_sign(one).issued
    assert path(one.client("leaf"), *ring) == ["CN=one", "CN=two"]


def test_a_path_is_bounded() -> None:
    authorities = [ROOT]
    for number in range(20):
        authorities.append(authorities[-1].intermediate(f"CA {number}"))
    assert len(path(authorities[-1].client("leaf"), *(authority.issued for authority in authorities))) == 16


def test_self_signed() -> None:
    assert is_self_signed(Certificate(ROOT.issued.der))
    assert not is_self_signed(Certificate(ISSUING.issued.der))
    rolled_over = ROOT.cross_sign(ROOT, key=ec_key())
    assert Certificate(rolled_over.issued.der).is_self_issued
    assert not is_self_signed(Certificate(rolled_over.issued.der))


def test_among_namesakes_the_one_of_the_key_identifier_comes_first() -> None:
    first = ROOT.intermediate("Lab issuing CA", omit=("2.5.29.14",))
    leaf = first.client("leaf")
    renewed = ROOT.intermediate("Lab issuing CA", key=first.issued.private_key)
    store = CertificateStore([Certificate(first.issued.der), Certificate(renewed.issued.der)])
    assert Issuers(store).path(Certificate(leaf.der)) == (Certificate(renewed.issued.der),)


def test_the_search_among_namesakes_is_bounded() -> None:
    """200 CAs of one name times 100 certificates are tried; key identifiers are looked up all the same."""
    key_identifier = sequence(tlv(0x80, KEY_IDENTIFIER))
    named = encoded(issuer=SAME, extensions=tlv(0xA3, sequence(extension("2.5.29.35", key_identifier))))
    ca = encoded(subject=SAME, extensions=tlv(0xA3, sequence(extension("2.5.29.14", tlv(0x04, KEY_IDENTIFIER)))))
    leaves = [Certificate(der) for der in orphans(150)]
    issuers = Issuers(CertificateStore(map(Certificate, [*namesakes(199), ca])))
    assert [issuers.path(leaf) for leaf in leaves] == [()] * 150
    assert issuers.given_up is leaves[100]
    assert issuers.path(Certificate(named)) == (Certificate(ca),)


def test_who_is_looked_for_in_vain_a_second_time_costs_nothing() -> None:
    issuers = Issuers(CertificateStore(map(Certificate, namesakes(200))))
    (leaf,) = (Certificate(der) for der in orphans(1))
    assert [issuers.path(leaf) for _ in range(200)] == [()] * 200
    assert issuers.given_up is None


def test_giving_up_is_noted() -> None:
    data = b"".join(map(pem, [*namesakes(250), *orphans(81)]))
    identities = credentials([decode(data, source="many.pem", password=None)])
    assert f"many.pem #331: {GIVEN_UP}" in identities.notes
