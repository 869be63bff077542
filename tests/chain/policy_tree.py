"""The valid_policy_tree of RFC 5280 6.1 to the letter, exponential as it is: what the graph must agree with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from certprobe.chain.question import PolicyDemands, PolicyInputs
from tests.chain.policy_paths import ANY, Issuer, Policies


class Verdict(NamedTuple):
    """Whether a policy is required, and both sets of 6.1.5 (g)."""

    explicit: bool
    authority_constrained: frozenset[str]
    user_constrained: frozenset[str]


class Node:
    def __init__(self, policy: str, expected: set[str], parent: Node | None) -> None:
        self.policy, self.expected, self.parent = policy, expected, parent
        self.children: list[Node] = []

    def add(self, policy: str, expected: set[str]) -> None:
        self.children.append(Node(policy, expected, self))

    def at(self, depth: int) -> Iterator[Node]:
        if depth == 0:
            yield self
        else:
            for child in self.children:
                yield from child.at(depth - 1)

    def prune(self, depth: int) -> bool:
        """Delete what does not reach the depth; say whether anything does."""
        self.children = [child for child in self.children if child.prune(depth - 1)]
        return depth == 0 or bool(self.children)

    def all(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.all()


def validate(path: Sequence[Policies], inputs: PolicyInputs) -> Verdict:
    """`path` from the top down, without its anchor."""
    length = len(path)
    tree: Node | None = Node(ANY, {ANY}, None)
    explicit = 0 if PolicyDemands.INITIAL_EXPLICIT_POLICY in inputs.demands else length + 1
    mapping = 0 if PolicyDemands.INITIAL_POLICY_MAPPING_INHIBIT in inputs.demands else length + 1
    any_policy = 0 if PolicyDemands.INITIAL_ANY_POLICY_INHIBIT in inputs.demands else length + 1
    for depth, one in enumerate(path, start=1):
        itself = one.issuer is Issuer.ITSELF
        if one.asserted is None:
            tree = None
        if tree is not None:
            descend(tree, depth, one.asserted or (), any_policy > 0 or (itself and depth < length))
            tree = tree if tree.prune(depth) else None
        if depth == length:
            break
        if tree is not None:
            map_policies(tree, depth, one.mappings or (), mapping)
            tree = tree if tree.prune(depth) else None
        if not itself:
            explicit, mapping, any_policy = (max(count - 1, 0) for count in (explicit, mapping, any_policy))
        explicit = explicit if one.explicit is None else min(explicit, one.explicit)
        mapping = mapping if one.inhibit_mapping is None else min(mapping, one.inhibit_mapping)
        any_policy = any_policy if one.inhibit_any is None else min(any_policy, one.inhibit_any)
    explicit = max(explicit - 1, 0)
    if path[-1].explicit == 0:
        explicit = 0
    authority = constrained(tree, length)
    if ANY not in inputs.initial_policy_set and tree is not None:
        intersect(tree, length, inputs.initial_policy_set)
        tree = tree if tree.prune(length) else None
    return Verdict(explicit == 0, authority, constrained(tree, length))


def descend(tree: Node, depth: int, asserted: Sequence[str], any_counts: bool) -> None:
    """6.1.3 (d) (1) and (2)."""
    above = list(tree.at(depth - 1))
    for policy in dict.fromkeys(asserted):
        if policy != ANY:
            expecting = [node for node in above if policy in node.expected]
            for node in expecting or [node for node in above if node.policy == ANY]:
                node.add(policy, {policy})
    if ANY in asserted and any_counts:
        for node in above:
            for policy in sorted(node.expected - {child.policy for child in node.children}):
                node.add(policy, {policy})


def map_policies(tree: Node, depth: int, mappings: Sequence[tuple[str, str]], mapping: int) -> None:
    """6.1.4 (b)."""
    for issuer_domain in dict(mappings):
        subjects = {subject for issuer, subject in mappings if issuer == issuer_domain}
        level = list(tree.at(depth))
        mapped = [node for node in level if node.policy == issuer_domain]
        if mapping > 0:
            for node in mapped:
                node.expected = subjects
            for node in level if not mapped else ():
                if node.policy == ANY and node.parent:
                    node.parent.add(issuer_domain, subjects)
        else:
            for node in mapped:
                assert node.parent
                node.parent.children.remove(node)


def intersect(tree: Node, length: int, initial_policy_set: frozenset[str]) -> None:
    """6.1.5 (g) (iii) 1 to 3."""
    roots = [node for node in tree.all() if node.parent and node.parent.policy == ANY]
    for node in roots:
        if node.policy != ANY and node.policy not in initial_policy_set and node.parent:
            node.parent.children.remove(node)
    for node in list(tree.at(length)):
        if node.policy == ANY and node.parent:
            for policy in initial_policy_set - {root.policy for root in roots}:
                node.parent.add(policy, {policy})
            node.parent.children.remove(node)


def constrained(tree: Node | None, length: int) -> frozenset[str]:
    if tree is None:
        return frozenset()
    below_any = {node.policy for node in tree.all() if node.parent and node.parent.policy == ANY} - {ANY}
    return frozenset(below_any | {node.policy for node in tree.at(length) if node.policy == ANY})
