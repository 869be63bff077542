from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certprobe.chain.context import NO_USAGE
from certprobe.chain.policy_graph import MOST_NODES, THE_QUESTION, Cause, Loss, PolicySets, process_policies
from certprobe.chain.question import PolicyDemands, PolicyInputs
from tests.chain import policy_tree
from tests.chain.policy_paths import ANY, NONE, A, B, C, Issuer, Policies, unsigned

NO_INPUTS = PolicyInputs()
NOTHING = PolicySets(frozenset(), frozenset())

POLICY = st.sampled_from((A, B, C))
SKIP = st.sampled_from((None, None, None, None, 0, 1, 2))
# Mostly something, and often anyPolicy, lest few paths be valid for anything.
ASSERTED = st.lists(st.sampled_from((A, B, C, ANY, ANY)), min_size=1, max_size=4)
POLICIES = st.builds(
    Policies,
    asserted=st.one_of(ASSERTED, ASSERTED, ASSERTED, st.none()),
    mappings=st.none() | st.lists(st.tuples(POLICY, POLICY), max_size=3),
    explicit=SKIP,
    inhibit_mapping=SKIP,
    inhibit_any=SKIP,
    issuer=st.sampled_from(Issuer),
    damaged=st.just(()),
)
INPUTS = st.builds(
    PolicyInputs,
    st.just(frozenset({ANY})) | st.frozensets(POLICY, min_size=1),
    st.integers(0, 7).map(PolicyDemands),
    st.just(NO_USAGE),
)


@pytest.mark.parametrize(
    ("path", "inputs", "valid"),
    [
        ([Policies([A])], NO_INPUTS, {A}),
        ([Policies([A, B]), Policies([B, C])], NO_INPUTS, {B}),
        ([Policies([ANY]), Policies([B, C])], NO_INPUTS, {B, C}),
        ([Policies([A, ANY]), Policies([ANY])], NO_INPUTS, {A, ANY}),
        ([Policies([A, ANY]), Policies([A, B])], NO_INPUTS, {A, B}),
        ([Policies([A]), NONE, Policies([A])], NO_INPUTS, set()),
        # anyPolicy inhibited, by whom and from where on
        ([Policies([A], inhibit_any=0), Policies([ANY])], NO_INPUTS, set()),
        ([Policies([A], inhibit_any=1), Policies([ANY])], NO_INPUTS, {A}),
        ([Policies([A], inhibit_any=1), Policies([ANY]), Policies([ANY])], NO_INPUTS, set()),
        ([Policies([A], inhibit_any=2), Policies([ANY]), Policies([ANY])], NO_INPUTS, {A}),
        ([Policies([A], inhibit_any=0), Policies([ANY], inhibit_any=2), Policies([ANY])], NO_INPUTS, set()),
        ([Policies([A], inhibit_any=0), Policies([A], inhibit_any=2), Policies([ANY])], NO_INPUTS, set()),
        ([Policies([A], inhibit_any=0), Policies([ANY], issuer=Issuer.ITSELF), Policies([A])], NO_INPUTS, {A}),
        ([Policies([A], inhibit_any=1), Policies([A], issuer=Issuer.ITSELF), Policies([ANY])], NO_INPUTS, {A}),
        ([Policies([A], inhibit_any=0), Policies([ANY], issuer=Issuer.ITSELF)], NO_INPUTS, set()),
        ([Policies([A, ANY])], PolicyInputs(demands=PolicyDemands.INITIAL_ANY_POLICY_INHIBIT), {A}),
        # mappings
        ([Policies([A], [(A, B), (A, C)]), Policies([B]), Policies([B])], NO_INPUTS, {A}),
        ([Policies([A], [(A, B)]), Policies([B], [(B, C)]), Policies([C])], NO_INPUTS, {A}),
        ([Policies([A, B], [(A, C), (B, C)]), Policies([C])], NO_INPUTS, {A, B}),
        ([Policies([ANY], [(A, B)]), Policies([B, C])], NO_INPUTS, {A, C}),
        ([Policies([B], [(A, C)]), Policies([C])], NO_INPUTS, set()),
        ([Policies([A], inhibit_mapping=0), Policies([A, B], [(A, C)]), Policies([A, B, C])], NO_INPUTS, set()),
        ([Policies([A], inhibit_mapping=1), Policies([A], [(A, C)]), Policies([C])], NO_INPUTS, {A}),
        (
            [
                Policies([A], inhibit_mapping=0),
                Policies([A], inhibit_mapping=2),
                Policies([A], [(A, B)]),
                Policies([B]),
            ],
            NO_INPUTS,
            set(),
        ),
        (
            [Policies([A, B], [(A, C)]), Policies([A, B, C])],
            PolicyInputs(demands=PolicyDemands.INITIAL_POLICY_MAPPING_INHIBIT),
            {B},
        ),
        # what the question accepts
        ([Policies([A, B])], PolicyInputs(frozenset({B, C})), {B}),
        ([Policies([A, ANY])], PolicyInputs(frozenset({B})), {B}),
        ([Policies([A], [(A, B)]), Policies([B])], PolicyInputs(frozenset({B})), set()),
        ([Policies([A])], PolicyInputs(frozenset()), set()),
    ],
)
def test_for_which_policies_a_path_is_valid(path: list[Policies], inputs: PolicyInputs, valid: set[str]) -> None:
    assert process_policies(unsigned(*path), None, inputs).sets.user_constrained == valid


def test_an_anchor_at_the_end_asserts_what_it_asserts() -> None:
    assert process_policies(unsigned(NONE), 0, NO_INPUTS).sets == NOTHING


@given(st.lists(POLICIES, min_size=1, max_size=6), INPUTS)
def test_the_graph_agrees_with_the_tree(path: list[Policies], inputs: PolicyInputs) -> None:
    outcome = process_policies(unsigned(*path), None, inputs)
    assert (bool(outcome.required_by), *outcome.sets) == policy_tree.validate(path, inputs)


@given(st.lists(POLICIES, min_size=1, max_size=4), INPUTS)
def test_an_anchor_that_asserts_nothing_is_no_part_of_the_path(path: list[Policies], inputs: PolicyInputs) -> None:
    below = unsigned(*path)
    anchored = (*below, *unsigned(NONE))
    assert process_policies(anchored, len(below), inputs) == process_policies(below, None, inputs)


def test_who_requires_a_policy() -> None:
    path = unsigned(Policies([A], explicit=4), Policies([A], explicit=1), Policies([A], explicit=1), Policies([A]))
    inputs = PolicyInputs(demands=PolicyDemands.INITIAL_EXPLICIT_POLICY)
    assert process_policies(path, None, NO_INPUTS).required_by == (2, 1)
    assert process_policies(path, None, inputs).required_by == (THE_QUESTION, 2, 1)


def test_a_tree_of_millions_is_a_graph_of_a_few() -> None:
    """Two policies, each mapped to both, double the tree with every certificate."""
    doubling = Policies([A, B], [(A, A), (A, B), (B, A), (B, B)], explicit=0)
    outcome = process_policies(unsigned(*[doubling] * 200, Policies([A])), None, NO_INPUTS)
    assert outcome.sets == PolicySets(frozenset({A, B}), frozenset({A, B}))


def test_a_graph_that_is_made_to_grow_is_given_up() -> None:
    """Whatever is valid in one certificate goes on to the next, which adds as much again."""

    def adding(number: int) -> Policies:
        return Policies([ANY], [(f"1.2.{number}.{n}", f"1.3.{number}.{n}") for n in range(900)])

    few = process_policies(unsigned(*map(adding, range(2)), Policies([ANY])), None, NO_INPUTS)
    assert len(few.sets.authority_constrained) == 1 + 2 * 900
    assert few.loss is None
    many = process_policies(unsigned(*map(adding, range(20)), Policies([ANY])), None, NO_INPUTS)
    assert many.sets == NOTHING
    assert many.loss is not None
    assert many.loss.cause is Cause.TOO_MANY
    assert MOST_NODES < 900 * 20


def test_the_first_loss_is_told() -> None:
    path = unsigned(Policies([A]), NONE, Policies([B]))
    assert process_policies(path, None, NO_INPUTS).loss == Loss(1, Cause.NOT_ASSERTED)
