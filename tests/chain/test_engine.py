from __future__ import annotations

import random

from certprobe.chain.checks import CHECKS
from certprobe.chain.context import SearchEnd
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, Authority, Extension
from certprobe.pki.certificate import Certificate
from certprobe.wincrypt.trust_status import TrustError
from tests.chain.judging import AT, CA, ROOT, SERVER, SERVER_USAGE, errors, judge, subjects


def test_one_failed_check_never_stops_the_next() -> None:
    wrong_in_every_way = ROOT.intermediate(
        "CA",
        basic_constraints=None,
        key_usage=["digitalSignature"],
        not_after=AT.replace(year=2025),
        extensions=(Extension("1.2.3", b"", critical=True),),
    )
    leaf = wrong_in_every_way.client("alice").with_broken_signature()
    ca = Certificate(wrong_in_every_way.issued.with_broken_signature().der)
    chain = judge(leaf, ca, ROOT, roots=(), requested_usage=SERVER_USAGE)
    assert errors(chain) == [0x8000539, 0x18, 0x8000519, 0x20]


def test_an_elements_error_is_the_union_of_its_findings_each_with_one_bit_a_citation_and_a_detail() -> None:
    chain = judge(SERVER.with_broken_signature(), at=AT.replace(year=2030))
    for element in chain.elements:
        assert element.error == sum({finding.bit for finding in element.findings})
        for finding in element.findings:
            assert finding.bit.value.bit_count() == 1
            assert finding.citation
            assert finding.detail
    assert [finding.bit for finding in chain.chains[0].findings] == [TrustError.CERT_TRUST_IS_PARTIAL_CHAIN]
    assert chain.error == TrustError.CERT_TRUST_IS_PARTIAL_CHAIN | chain.elements[0].error


def test_a_chain_has_what_its_elements_have_but_not_how_their_issuers_were_found() -> None:
    other, expired = Authority.root("Other", at=AT), ROOT.cross_sign(CA, not_after=AT.replace(year=2025))
    for chain in (
        judge(SERVER, CA),
        judge(CA),
        judge(ROOT),
        judge(SERVER),
        judge(SERVER, other.cross_sign(CA), expired),
    ):
        for simple in (*chain.chains, *chain.lower_quality):
            info = error = 0
            for element in simple.elements:
                info |= element.info & ~0xF
                error |= element.error
            assert simple.info == info
            assert simple.error & ~TrustError.CERT_TRUST_IS_PARTIAL_CHAIN == error
        assert (chain.info, chain.error) == (chain.chains[0].info, chain.chains[0].error)


def test_the_table_holds_each_check_once() -> None:
    assert len(set(CHECKS)) == len(CHECKS)


def test_the_better_path_wins_and_the_others_are_kept_in_order() -> None:
    other, third = Authority.root("Other", at=AT), Authority.root("Third", at=AT)
    expired = other.cross_sign(CA, not_after=AT.replace(year=2025))
    untrusted = third.cross_sign(CA)
    broken = Certificate(ROOT.cross_sign(CA).issued.with_broken_signature().der)
    chain = judge(SERVER, broken, untrusted, expired, CA, third, roots=(other, ROOT))
    assert subjects(chain) == ["CN=www.lab.test", "CN=CA", "CN=Root"]
    assert chain.error == 0
    assert [simple.error.value for simple in chain.lower_quality] == [0x1, 0x20, 0x8]
    assert chain.search_end is SearchEnd.EXHAUSTED


def test_the_shorter_of_two_good_paths_wins() -> None:
    old = Authority.root("Old", at=AT)
    crossed = old.cross_sign(ROOT)
    chain = judge(SERVER, CA, crossed, roots=(old, ROOT))
    assert subjects(chain)[-1] == "CN=Root"
    assert len(chain.lower_quality[0].elements) == 4
    assert subjects(judge(SERVER, CA, crossed, ROOT, roots=(old,)))[-1] == "CN=Old"


def test_a_namesake_with_another_key_is_passed_over() -> None:
    bare = Authority.root("Bare", at=AT, omit=("2.5.29.14", AUTHORITY_KEY_IDENTIFIER))
    namesake = Authority.root("Bare", at=AT, omit=("2.5.29.14", AUTHORITY_KEY_IDENTIFIER))
    leaf = bare.server("www.lab.test")
    for roots in ((bare, namesake), (namesake, bare)):
        assert errors(judge(leaf, roots=roots)) == [0, 0, 0]


def test_damaged_certificates_are_judged_and_never_raise() -> None:
    """Single octets changed at places drawn once and for all, in the end certificate, an issuer and a root."""
    dice = random.Random(5280)
    for holder in (SERVER.der, CA.issued.der, ROOT.issued.der):
        for _ in range(300):
            der = bytearray(holder)
            der[dice.randrange(len(der))] = dice.randrange(256)
            damaged = Certificate(bytes(der))
            chain = judge(damaged, SERVER, CA, roots=(ROOT, damaged), requested_usage=SERVER_USAGE)
            assert chain.elements[0].certificate is damaged
            assert chain.search_end is SearchEnd.EXHAUSTED
            chain = judge(SERVER, damaged, roots=(damaged,), requested_usage=SERVER_USAGE)
            assert chain.elements[0].error.value | chain.error.value == chain.error.value
