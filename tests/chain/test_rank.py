"""The best path comes first whatever the order of the certificates, and a small budget finds it."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from cryptography import x509

from certprobe.chain.context import SearchEnd
from certprobe.chain.question import ChainQuestion
from certprobe.chain.search import Budget
from certprobe.lab.der import oid, sequence
from certprobe.lab.pki import AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER, Authority, Extension, Options
from certprobe.pki.extensions import APPLICATION_POLICIES
from certprobe.pki.usage import CLIENT_AUTH
from tests.chain.judging import AT, CA, ROOT, SERVER, SERVER_USAGE, ask, certificate, store, subjects

OTHER = Authority.root("Other", at=AT)
NO_IDENTIFIERS = (AUTHORITY_KEY_IDENTIFIER, SUBJECT_KEY_IDENTIFIER)

FAULTS: dict[str, Options] = {
    "expired": {"not_after": AT - timedelta(days=1)},
    "not yet valid": {"not_before": AT + timedelta(days=1)},
    "no CA": {"basic_constraints": x509.BasicConstraints(ca=False, path_length=None)},
    "without basicConstraints": {"basic_constraints": None},
    "may not sign": {"key_usage": ["cRLSign"]},
    "for clients": {"extended_key_usage": (CLIENT_AUTH,)},
    "for clients by its policies": {
        "extensions": (Extension(APPLICATION_POLICIES, sequence(sequence(oid(CLIENT_AUTH)))),)
    },
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_path_without_faults_is_found_first_in_any_order(fault: str) -> None:
    newer: Options = {"not_before": AT - timedelta(days=1)}
    faulty = OTHER.cross_sign(CA, **(newer | FAULTS[fault]))
    for order in itertools.permutations((CA, faulty, faulty)):
        question = ChainQuestion(store(ROOT, OTHER), AT, SERVER_USAGE)
        whole = ask(SERVER, *order, question=question)
        assert (subjects(whole)[-1], whole.error, whole.search_end) == ("CN=Root", 0, SearchEnd.EXHAUSTED)
        assert [bool(chain.error) for chain in whole.lower_quality] == [True]
        hurried = ask(SERVER, *order, question=question, budget=Budget(paths=1))
        assert (subjects(hurried), hurried.search_end) == (subjects(whole), SearchEnd.BUDGET)


def test_the_path_without_distrust_is_tried_first() -> None:
    crossed = OTHER.cross_sign(CA, not_before=AT - timedelta(days=1))
    question = ChainQuestion(store(ROOT, OTHER), AT, disallowed=store(crossed))
    assert ask(SERVER, CA, crossed, question=question, budget=Budget(paths=1)).error == 0


def test_a_false_signature_is_worse_than_any_fault() -> None:
    impostor = Authority.root("Root", at=AT, omit=NO_IDENTIFIERS)
    old = Authority.root("Root", at=AT, key=ROOT.issued.private_key, not_after=AT - timedelta(days=1))
    bare = ROOT.intermediate("CA", omit=NO_IDENTIFIERS)
    leaf = bare.server("www.lab.test")
    question = ChainQuestion(store(impostor, old), AT)
    chain = ask(leaf, bare, question=question, budget=Budget(paths=1))
    assert (chain.elements[-1].certificate, chain.error) == (certificate(old), 0x1)


def test_the_shorter_of_equal_paths() -> None:
    detour = OTHER.cross_sign(ROOT)
    chain = ask(SERVER, CA, detour, question=ChainQuestion(store(ROOT, OTHER), AT))
    assert [len(simple.elements) for simple in (*chain.chains, *chain.lower_quality)] == [3, 4]
    untrusted = ask(SERVER, CA, detour, question=ChainQuestion(store(OTHER), AT))
    assert (subjects(untrusted)[-1], untrusted.error) == ("CN=Other", 0)


def test_a_mesh_hides_no_way_out() -> None:
    """Ten CAs that have all certified each other, and one of them also by the root."""
    cas = [Authority.root(f"CA {number}", at=AT) for number in range(10)]
    mesh = [one.cross_sign(two) for one, two in itertools.permutations(cas, 2)]
    leaf = cas[0].server("www.lab.test")
    question = ChainQuestion(store(ROOT), AT)
    chain = ask(leaf, *mesh, ROOT.cross_sign(cas[-1]), question=question)
    assert (subjects(chain), chain.error) == (["CN=www.lab.test", "CN=CA 0", "CN=CA 9", "CN=Root"], 0)
    assert chain.search_end is SearchEnd.BUDGET
    assert ask(leaf, *mesh, question=question).search_end is SearchEnd.BUDGET
