"""Which certificate policies a path is valid for: RFC 5280 6.1 with the directed graph of RFC 9618 for the tree.

The graph has a level for each certificate and on it one node for each policy, so that a level is no larger than what
its certificate and those above name; MOST_NODES bounds what hostile certificates make of that.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from certprobe.chain.question import ANY_POLICY, PolicyDemands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from certprobe.chain.question import PolicyInputs
    from certprobe.pki.certificate import Certificate
    from certprobe.pki.policies import PolicyMapping

MOST_NODES: Final = 10_000

THE_QUESTION: Final = -1
"""Stands for the index of a certificate where the question itself requires an explicit policy."""


class Cause(enum.Enum):
    """How a certificate ends the validity of the last policies."""

    NOT_ASSERTED = "not-asserted"
    NOTHING_IN_COMMON = "nothing-in-common"
    ANY_POLICY_INHIBITED = "any-policy-inhibited"
    MAPPING_INHIBITED = "mapping-inhibited"
    ANY_POLICY_MAPPED = "any-policy-mapped"
    TOO_MANY = "too-many"


class Loss(NamedTuple):
    """The index of the certificate at which no policy was left, and why."""

    at: int
    cause: Cause


class PolicySets(NamedTuple):
    """The sets of RFC 5280 6.1.5 (g) as dotted OIDs, in the anchor's names for them; ANY_POLICY is every policy."""

    authority_constrained: frozenset[str]
    user_constrained: frozenset[str]


class PolicyOutcome(NamedTuple):
    """What came of policy processing.

    `required_by` are the indexes of the certificates that require an explicit policy of this path, and THE_QUESTION.
    """

    sets: PolicySets
    required_by: tuple[int, ...]
    loss: Loss | None


def process_policies(certificates: Sequence[Certificate], anchor: int | None, inputs: PolicyInputs) -> PolicyOutcome:
    """Process the policies of a path, end certificate first; `anchor` is the index of its trust anchor, if it has one.

    An anchor above the end certificate is processed as any other certificate, but one that asserts no policies is
    good for all of them.
    """
    counters = _Counters(inputs.demands, len(certificates))
    graph = _Graph()
    for index in range(len(certificates) - 1, -1, -1):
        certificate = certificates[index]
        asserted = certificate.certificate_policies
        if asserted is None and index and index == anchor:
            graph.descend(index, (ANY_POLICY,), _AnyPolicy.COUNTS)
        else:
            counts = counters.inhibit_any_policy > 0 or (index > 0 and certificate.is_self_issued)
            policies = tuple(information.policy for information in asserted or ())
            graph.descend(index, policies, _AnyPolicy.COUNTS if counts else _AnyPolicy.INHIBITED)
        if index:
            graph.map(index, certificate.policy_mappings or (), counters.policy_mapping)
            counters.prepare_for_next(index, certificate)
    counters.wrap_up(certificates[0])
    required_by = tuple(index for index, skip in counters.explicit_policy.items() if not skip)
    return PolicyOutcome(graph.sets(inputs.initial_policy_set), required_by, graph.loss)


class _Counters:
    """The state variables of RFC 5280 6.1.2 (d) to (f); explicit_policy is kept for each who asks for it."""

    def __init__(self, demands: PolicyDemands, length: int) -> None:
        never = length + 1
        self.policy_mapping = 0 if PolicyDemands.INITIAL_POLICY_MAPPING_INHIBIT in demands else never
        self.inhibit_any_policy = 0 if PolicyDemands.INITIAL_ANY_POLICY_INHIBIT in demands else never
        self.explicit_policy: dict[int, int] = {}
        if PolicyDemands.INITIAL_EXPLICIT_POLICY in demands:
            self.explicit_policy[THE_QUESTION] = 0

    def prepare_for_next(self, index: int, certificate: Certificate) -> None:
        """6.1.4 (h) to (j)."""
        if not certificate.is_self_issued:
            self._count_down()
            self.policy_mapping = max(self.policy_mapping - 1, 0)
            self.inhibit_any_policy = max(self.inhibit_any_policy - 1, 0)
        constraints = certificate.policy_constraints
        if constraints is not None and constraints.require_explicit_policy is not None:
            self.explicit_policy[index] = constraints.require_explicit_policy
        if constraints is not None and constraints.inhibit_policy_mapping is not None:
            self.policy_mapping = min(self.policy_mapping, constraints.inhibit_policy_mapping)
        if certificate.inhibit_any_policy is not None:
            self.inhibit_any_policy = min(self.inhibit_any_policy, certificate.inhibit_any_policy)

    def wrap_up(self, end: Certificate) -> None:
        """6.1.5 (a) and (b)."""
        self._count_down()
        if end.policy_constraints is not None and end.policy_constraints.require_explicit_policy == 0:
            self.explicit_policy[0] = 0

    def _count_down(self) -> None:
        for index, skip in self.explicit_policy.items():
            self.explicit_policy[index] = max(skip - 1, 0)


class _AnyPolicy(enum.Enum):
    COUNTS = enum.auto()
    INHIBITED = enum.auto()


class _Node(NamedTuple):
    """A policy on one level: which policies of the level above lead to it, and by which names it goes below."""

    parents: tuple[str, ...]
    expected: tuple[str, ...]


_Level = dict[str, _Node]


class _Graph:
    """valid_policy_graph, with nodes that lead nowhere left in; it is NULL if its lowest level is empty."""

    def __init__(self) -> None:
        self._levels: list[_Level] = [{ANY_POLICY: _Node((), (ANY_POLICY,))}]
        self._size = 1
        self.loss: Loss | None = None

    def descend(self, index: int, asserted: Sequence[str], any_policy: _AnyPolicy) -> None:
        """6.1.3 (d) and (e): add the level of one certificate."""
        self._levels.append(_next_level(self._levels[-1], asserted, any_policy))
        if not asserted:
            self._check(index, Cause.NOT_ASSERTED)
        elif ANY_POLICY in asserted and any_policy is _AnyPolicy.INHIBITED:
            self._check(index, Cause.ANY_POLICY_INHIBITED)
        else:
            self._check(index, Cause.NOTHING_IN_COMMON)

    def map(self, index: int, mappings: Iterable[PolicyMapping], policy_mapping: int) -> None:
        """6.1.4 (a), (b): let policies of the lowest level go by the subject's names, or end those that are mapped."""
        level = self._levels[-1]
        names: dict[str, dict[str, None]] = {}
        for mapping in mappings:
            names.setdefault(mapping.issuer_domain_policy, {})[mapping.subject_domain_policy] = None
        if any(ANY_POLICY in (policy, *expected) for policy, expected in names.items()):
            level.clear()
            self._check(index, Cause.ANY_POLICY_MAPPED)
            return
        for policy, expected in names.items():
            if policy_mapping == 0:
                level.pop(policy, None)
            elif policy in level:
                level[policy] = level[policy]._replace(expected=tuple(expected))
            elif ANY_POLICY in level:
                level[policy] = _Node((ANY_POLICY,), tuple(expected))
        self._check(index, Cause.MAPPING_INHIBITED)

    def _check(self, index: int, cause: Cause) -> None:
        level = self._levels[-1]
        self._size += sum(len(node.expected) for node in level.values())
        if self._size > MOST_NODES:
            level.clear()
            cause = Cause.TOO_MANY
        if not level and self.loss is None:
            self.loss = Loss(index, cause)

    def sets(self, initial_policy_set: frozenset[str]) -> PolicySets:
        """6.1.5 (g): the policies right below anyPolicy that lead to the lowest level."""
        authority = {ANY_POLICY} & self._levels[-1].keys()
        leading = set(self._levels[-1])
        for level in reversed(self._levels[1:]):
            nodes = {policy: level[policy] for policy in leading}
            authority |= {policy for policy, node in nodes.items() if node.parents == (ANY_POLICY,)} - {ANY_POLICY}
            leading = {parent for node in nodes.values() for parent in node.parents}
        user = authority
        if ANY_POLICY not in initial_policy_set:
            user = set(initial_policy_set) if ANY_POLICY in authority else authority & initial_policy_set
        return PolicySets(frozenset(authority), frozenset(user))


def _next_level(above: _Level, asserted: Sequence[str], any_policy: _AnyPolicy) -> _Level:
    """6.1.3 (d): a node for every asserted policy that is expected, or that anyPolicy above stands for."""
    expecting: dict[str, list[str]] = {}
    for policy, node in above.items():
        for name in node.expected:
            expecting.setdefault(name, []).append(policy)
    for_any = [ANY_POLICY] if ANY_POLICY in above else []
    level: _Level = {}
    for policy in asserted:
        parents = expecting.get(policy, for_any)
        if policy != ANY_POLICY and parents:
            level[policy] = _Node(tuple(parents), (policy,))
    if any_policy is _AnyPolicy.COUNTS and ANY_POLICY in asserted:
        level |= {policy: _Node(tuple(parents), (policy,)) for policy, parents in expecting.items()}
    return level
