from __future__ import annotations

from datetime import timedelta

import pytest

from certprobe.chain.context import SearchEnd
from certprobe.chain.search import DEFAULT_BUDGET, Allowance, Budget, Ground, Path, PathEnd, Search, find_paths
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, Authority, ec_key
from tests.chain.judging import AT, CA, ROOT, SERVER, Holder, certificate, judge, store

NO_IDENTIFIERS = (AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER)


def search(
    end: Holder, *others: Holder, roots: tuple[Holder, ...] = (ROOT,), budget: Budget = DEFAULT_BUDGET
) -> Search:
    return find_paths(certificate(end), Ground(store(*others), store(*roots)), budget, lambda _subject, _issuer: 0)


def names(path: Path) -> list[str]:
    return [one.subject.rfc4514.removeprefix("CN=") for one in path.certificates]


def test_one_way_is_one_path_wherever_its_certificates_lie() -> None:
    for others, roots in (((CA,), (ROOT,)), ((CA, ROOT), (ROOT,)), ((), (ROOT, CA)), ((CA, CA, ROOT, SERVER), ())):
        found = search(SERVER, *others, roots=roots)
        assert [names(path) for path in found.paths] == [["www.lab.test", "CA", "Root"]]
        assert found.paths[0].end is PathEnd.SELF_SIGNED
        assert found.end is SearchEnd.EXHAUSTED


def test_every_cross_certificate_is_a_path_of_its_own() -> None:
    other = Authority.root("Other", at=AT)
    found = search(SERVER, CA, other.cross_sign(CA), roots=(ROOT, other))
    assert sorted(names(path)[-1] for path in found.paths) == ["Other", "Root"]


@pytest.mark.parametrize("turn", [1, -1])
def test_the_order_of_a_store_changes_nothing(turn: int) -> None:
    other, third = Authority.root("Other", at=AT), Authority.root("Third", at=AT)
    newer = third.cross_sign(CA, not_before=AT - timedelta(days=1), not_after=AT + timedelta(days=9))
    found = search(SERVER, *(CA, other.cross_sign(CA), newer)[::turn], roots=(ROOT, other, third)[::turn])
    assert names(found.paths[0])[-1] == "Third"


def test_a_certificate_in_the_trust_store_is_tried_first() -> None:
    newer = Authority.root("Root", at=AT + timedelta(days=30), key=ROOT.issued.private_key)
    assert [path.certificates[-1] for path in search(SERVER, CA, newer).paths] == [
        certificate(ROOT),
        certificate(newer),
    ]


def test_an_identifier_excludes_namesakes_and_its_absence_does_not() -> None:
    namesake = Authority.root("Root", at=AT)
    assert len(search(CA, namesake).paths) == 1
    bare = ROOT.intermediate("CA", omit=NO_IDENTIFIERS)
    assert len(search(bare, roots=(ROOT, namesake)).paths) == 2


def test_a_root_that_is_trusted_or_identifies_itself_needs_no_namesake_for_an_issuer() -> None:
    self_identified = Authority.root("Root", at=AT, omit=())
    bare = [Authority.root("Root", at=AT, omit=NO_IDENTIFIERS) for _ in range(2)]
    for end, roots in ((ROOT, (ROOT,)), (self_identified, ()), (bare[0], (ROOT, bare[0]))):
        assert [names(path) for path in search(end, *bare, roots=roots).paths] == [["Root"]]


def test_any_other_self_issued_certificate_may_be_a_namesakes_work() -> None:
    disguised = ROOT.server("Root", omit=NO_IDENTIFIERS)
    found = search(disguised)
    assert [names(path) for path in found.paths] == [["Root", "Root"], ["Root"]]
    assert judge(disguised).error == 0


def test_the_name_alone_is_taken_when_the_identifier_contradicts_everybody() -> None:
    namesake = Authority.root("Root", at=AT)
    assert [path.certificates[-1] for path in search(CA, namesake, roots=()).paths] == [certificate(namesake)]


def test_a_rolled_over_key_leads_through_the_old_certificate_of_the_same_name() -> None:
    rolled = ROOT.cross_sign(Authority.root("Root", at=AT))
    found = search(rolled.server("www.lab.test"), rolled)
    assert [names(path) for path in found.paths] == [["www.lab.test", "Root", "Root"]]
    assert found.paths[0].end is PathEnd.SELF_SIGNED


def test_a_certificate_of_the_same_name_and_key_is_no_issuer() -> None:
    astray = ROOT.cross_sign(Authority.root("Root", at=AT), key=CA.issued.private_key)
    twin = CA.issue(subject=astray.issued.subject, key=CA.issued.private_key, omit=(SUBJECT_KEY_IDENTIFIER,))
    found = search(astray, twin, roots=())
    assert [(names(path), path.end) for path in found.paths] == [(["Root"], PathEnd.PARTIAL)]


def test_a_ring_is_given_only_where_there_is_no_other_way_on() -> None:
    one, two = Authority.root("one", at=AT), Authority.root("two", at=AT)
    ring = (one.cross_sign(two), two.cross_sign(one))
    leaf = one.server("www.lab.test")
    assert [(names(path), path.end) for path in search(leaf, *ring).paths] == [
        (["www.lab.test", "one", "two", "one"], PathEnd.CYCLIC)
    ]
    found = search(leaf, *ring, roots=(two,))
    assert [(names(path), path.end) for path in found.paths] == [
        (["www.lab.test", "one", "two"], PathEnd.SELF_SIGNED),
        (["www.lab.test", "one", "two", "one"], PathEnd.CYCLIC),
    ]


def test_a_budget_of_paths() -> None:
    others = [Authority.root(f"Other {n}", at=AT) for n in range(4)]
    crosses = [other.cross_sign(CA) for other in others]
    everything = search(SERVER, CA, *crosses, roots=(ROOT, *others))
    assert (len(everything.paths), everything.end) == (5, SearchEnd.EXHAUSTED)
    some = search(SERVER, CA, *crosses, roots=(ROOT, *others), budget=Budget(paths=3))
    assert (len(some.paths), some.end) == (3, SearchEnd.BUDGET)
    exactly = search(SERVER, CA, *crosses, roots=(ROOT, *others), budget=Budget(paths=5))
    assert (len(exactly.paths), exactly.end) == (5, SearchEnd.EXHAUSTED)


def test_a_budget_of_length_cuts_an_endless_chain() -> None:
    authority = ROOT
    chain = []
    for n in range(6):
        authority = authority.intermediate(f"CA {n}")
        chain.append(authority)
    leaf = authority.server("www.lab.test")
    assert search(leaf, *chain, budget=Budget(length=7)).paths[0].end is PathEnd.CUT
    found = search(leaf, *chain, budget=Budget(length=8))
    assert (found.paths[0].end, found.end) == (PathEnd.SELF_SIGNED, SearchEnd.EXHAUSTED)


def test_a_mesh_of_cas_ends_within_its_budget() -> None:
    """Twelve CAs that have all certified each other: more ways than anybody can walk."""
    key = ec_key()
    cas = [Authority.root(f"CA {n}", at=AT, key=ec_key()) for n in range(12)]
    crosses = [one.cross_sign(two) for one in cas for two in cas if one is not two]
    found = search(cas[0].server("www.lab.test", key=key), *crosses, roots=())
    assert found.end is SearchEnd.BUDGET
    assert 1 <= len(found.paths) <= DEFAULT_BUDGET.paths


def test_a_crowd_of_namesakes_costs_no_more_than_the_budget() -> None:
    crowd = [Authority.root("Root", at=AT, omit=NO_IDENTIFIERS) for _ in range(40)]
    leaf = ROOT.server("www.lab.test", omit=NO_IDENTIFIERS)
    found = search(leaf, *crowd, roots=(), budget=Budget(candidates=10))
    assert found.end is SearchEnd.BUDGET
    assert len(found.paths) <= 10


def test_searches_of_one_allowance_have_a_few_candidates_each_and_share_the_others() -> None:
    allowance = Allowance(100)
    assert allowance.within(DEFAULT_BUDGET) == Budget(candidates=116)
    allowance.charge(16)
    assert allowance.within(DEFAULT_BUDGET) == Budget(candidates=116)
    allowance.charge(46)
    assert allowance.within(DEFAULT_BUDGET) == Budget(candidates=86)
    allowance.charge(200)
    assert allowance.within(DEFAULT_BUDGET) == Budget(candidates=16)
    assert allowance.within(Budget(candidates=5)) == Budget(candidates=5)


def test_a_file_has_as_much_as_sixteen_whole_searches() -> None:
    allowance = Allowance()
    for _ in range(16):
        assert allowance.within(DEFAULT_BUDGET) == DEFAULT_BUDGET
        allowance.charge(DEFAULT_BUDGET.candidates)
    assert allowance.within(DEFAULT_BUDGET) == Budget(candidates=16 + 16 * 16)


def test_how_many_candidates_were_looked_at() -> None:
    assert search(SERVER, CA).candidates == 3
    crowd = [Authority.root("Other", at=AT).intermediate("CA", omit=NO_IDENTIFIERS) for _ in range(9)]
    leaf = CA.server("www.lab.test", omit=NO_IDENTIFIERS)
    assert search(leaf, *crowd).candidates == 1 + 8 + 9
    assert search(leaf, *crowd, budget=Budget(candidates=4)).candidates == 4


def test_in_a_crowd_the_trusted_namesakes_are_looked_at_first() -> None:
    crowd = [Authority.root("Root", at=AT, omit=NO_IDENTIFIERS) for _ in range(9)]
    leaf = ROOT.server("www.lab.test", omit=NO_IDENTIFIERS)
    found = search(leaf, *crowd, budget=Budget(candidates=4))
    assert certificate(ROOT) in [path.certificates[-1] for path in found.paths]
    assert found.end is SearchEnd.BUDGET


def test_who_was_passed_over_is_told_even_if_no_trail_is_left() -> None:
    """There was room for one issuer, which is the certificate itself."""
    crowd = [Authority.root("Root", at=AT, omit=NO_IDENTIFIERS) for _ in range(3)]
    found = search(crowd[0], *crowd, roots=(), budget=Budget(candidates=1))
    assert [names(path) for path in found.paths] == [["Root"]]
    assert found.end is SearchEnd.BUDGET
