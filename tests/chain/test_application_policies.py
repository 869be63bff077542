from __future__ import annotations

from typing import NamedTuple

import pytest

from certprobe.lab.der import integer, oid, sequence, tlv
from certprobe.lab.pki import Authority, Extension, common_name_only
from certprobe.pki import extensions
from certprobe.pki.usage import CLIENT_AUTH, SERVER_AUTH
from tests.chain.judging import AT, SERVER_USAGE, details, errors, judge

OURS, THEIRS = SERVER_AUTH, "1.3.6.1.4.1.99999.1"
DAMAGED = b"\x30\x11"


class Usages(NamedTuple):
    """The extensions of one certificate, None for none."""

    policies: tuple[str, ...] | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    inhibit_mapping: int | None = None
    explicit: int | None = None
    issuer: str | None = None
    damaged: tuple[Extension, ...] = ()

    def extensions(self) -> tuple[Extension, ...]:
        made = list(self.damaged)
        if self.policies is not None:
            contents = sequence(*(sequence(oid(one)) for one in self.policies))
            made.append(Extension(extensions.APPLICATION_POLICIES, contents))
        if self.mappings:
            contents = sequence(*(sequence(oid(issuer), oid(subject)) for issuer, subject in self.mappings))
            made.append(Extension(extensions.APPLICATION_POLICY_MAPPINGS, contents))
        skips = [
            tlv(tag, integer(skip)[2:])
            for tag, skip in ((0x80, self.explicit), (0x81, self.inhibit_mapping))
            if skip is not None
        ]
        if skips:
            made.append(Extension(extensions.APPLICATION_POLICY_CONSTRAINTS, sequence(*skips)))
        return tuple(made)


ALL = Usages()
ITSELF = "itself"


def judged(root: Usages, *below: Usages) -> tuple[list[int], list[str]]:
    """The errors of each element, the end certificate first, and its details; given from the root down."""
    *issuers, end = below
    anchor = authority = Authority.root("Root", at=AT, extensions=root.extensions())
    authorities = []
    for number, usages in enumerate(issuers, start=1):
        subject = authority.issued.subject if usages.issuer == ITSELF else common_name_only(f"CA {number}")
        authority = authority.intermediate("", subject=subject, extensions=usages.extensions())
        authorities.append(authority)
    leaf = authority.server("www.lab.test", extended_key_usage=None, extensions=end.extensions())
    chain = judge(leaf, *authorities, roots=(anchor,), requested_usage=SERVER_USAGE)
    return errors(chain)[1:], details(chain, 0)


MAPS = ((OURS, THEIRS),)


@pytest.mark.parametrize(
    ("path", "bits"),
    [
        ((ALL, Usages(mappings=MAPS), Usages((THEIRS,))), [0, 0, 0]),
        ((ALL, Usages((OURS,), MAPS), Usages((THEIRS,))), [0, 0, 0]),
        ((ALL, Usages((OURS,), MAPS), Usages((OURS,))), [0x10, 0, 0]),
        ((ALL, Usages((OURS,), MAPS), ALL), [0, 0, 0]),
        ((ALL, Usages((THEIRS,), MAPS), Usages((THEIRS,))), [0x10, 0x10, 0]),
        ((ALL, Usages((OURS,), ((CLIENT_AUTH, THEIRS),)), Usages((OURS,))), [0, 0, 0]),
        ((ALL, Usages(mappings=((OURS, THEIRS), (OURS, "1.2.3"))), Usages(("1.2.3",))), [0, 0, 0]),
        ((ALL, Usages(mappings=MAPS), Usages(mappings=((THEIRS, "1.2.3"),)), Usages(("1.2.3",))), [0, 0, 0, 0]),
        ((ALL, Usages((OURS,)), Usages((OURS,), MAPS)), [0, 0, 0]),
    ],
)
def test_a_mapping_renames_usages_for_what_is_below(path: tuple[Usages, ...], bits: list[int]) -> None:
    assert judged(*path)[0] == bits


@pytest.mark.parametrize(("skip", "bit"), [(0, 0x10), (1, 0x10), (2, 0), (None, 0)])
def test_an_inhibited_mapping_ends_what_it_maps(skip: int | None, bit: int) -> None:
    path = Usages(inhibit_mapping=skip), ALL, Usages((OURS,), MAPS), Usages((THEIRS,))
    bits, words = judged(*path)
    assert bits == [bit, 0, 0, 0]
    inhibited = "its issuer CN=CA 2 maps it to other usages, which a certificate above it inhibits"
    assert words == ([f"not valid for serverAuth: {inhibited}"] if bit else [])


def test_what_is_not_mapped_stays_where_mapping_is_inhibited() -> None:
    other = Usages(mappings=((CLIENT_AUTH, THEIRS),))
    assert judged(Usages(inhibit_mapping=0), other, Usages((OURS,)))[0] == [0, 0, 0]


@pytest.mark.parametrize(("skip", "bits"), [(0, [0x10, 0x10, 0]), (1, [0x10, 0, 0]), (2, [0, 0, 0])])
def test_where_application_policies_are_required_their_absence_is_no_usage(skip: int, bits: list[int]) -> None:
    assert judged(Usages(explicit=skip), ALL, ALL)[0] == bits
    assert judged(Usages(explicit=skip), Usages((OURS,)), Usages((OURS,)))[0] == [0, 0, 0]
    words = judged(Usages(explicit=1), ALL, ALL)[1]
    assert words == ["not valid for serverAuth: it has no application policies, which are required of it"]


def test_the_strictest_constraint_counts() -> None:
    assert judged(Usages(explicit=1), Usages((OURS,), explicit=5), ALL)[0] == [0x10, 0, 0]
    lax = Usages((OURS,), inhibit_mapping=9)
    assert judged(Usages(inhibit_mapping=0), lax, Usages((OURS,), MAPS), Usages((THEIRS,)))[0] == [0x10, 0, 0, 0]


def test_a_self_issued_ca_does_not_count() -> None:
    rollover = Usages((OURS,), issuer=ITSELF)
    assert judged(Usages(explicit=1), rollover, Usages((OURS,)), ALL)[0] == [0x10, 0, 0, 0]
    assert judged(Usages(explicit=1), rollover, ALL, Usages((OURS,)))[0] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("dotted", "bits"),
    [(extensions.APPLICATION_POLICY_MAPPINGS, 0x300), (extensions.APPLICATION_POLICY_CONSTRAINTS, 0x200)],
)
def test_damaged_mappings_and_constraints_are_faults_as_those_of_policies_are(dotted: str, bits: int) -> None:
    damaged = Usages((OURS,), damaged=(Extension(dotted, DAMAGED),))
    assert judged(ALL, damaged, Usages((OURS,)))[0] == [0, bits, 0]
    assert judged(ALL, damaged._replace(policies=None), ALL)[0] == [0, bits, 0]
