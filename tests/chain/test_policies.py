from __future__ import annotations

import pytest

from certprobe.chain.context import ChainContext, RequestedUsage, UsageMatch
from certprobe.chain.engine import get_certificate_chain
from certprobe.chain.path import Profile
from certprobe.chain.policies import policy_sets
from certprobe.chain.policy_graph import PolicySets
from certprobe.chain.profile import HYGIENE, RFC_5280, WINDOWS
from certprobe.chain.question import ChainQuestion, PolicyDemands, PolicyInputs
from certprobe.lab.der import oid, sequence, tlv
from certprobe.lab.pki import Extension
from certprobe.wincrypt.trust_status import TrustError
from tests.chain.judging import AT, certificate, details, errors, infos, store
from tests.chain.policy_paths import ANY, NONE, A, B, C, Issuer, Policies, signed

NO_INPUTS = PolicyInputs()
EXPLICIT = PolicyInputs(demands=PolicyDemands.INITIAL_EXPLICIT_POLICY)
GARBAGE = b"\x30\x03\x83\x01\x02"


def judge(*path: Policies, inputs: PolicyInputs = NO_INPUTS, profile: Profile = WINDOWS) -> ChainContext:
    """The chain of a path that is given from the root down."""
    root, authorities, end = signed(*path)
    question = ChainQuestion(store(root), AT, policies=inputs)
    return get_certificate_chain(certificate(end), store(*authorities), question, profile)


def requested(*oids: str, match: UsageMatch = UsageMatch.AND) -> PolicyInputs:
    return PolicyInputs(requested_issuance_policy=RequestedUsage(match, oids))


@pytest.mark.parametrize(
    ("ca", "end", "bits"),
    [
        (NONE, NONE, 0),
        (Policies([A]), Policies([B]), 0),
        (Policies(explicit=0), NONE, 0x2000000),
        (Policies([A], explicit=0), Policies([A]), 0),
        (Policies([A], explicit=0), Policies([B]), 0x2000000),
        (Policies([A], explicit=0), NONE, 0x2000000),
        (Policies([ANY], explicit=0), Policies([B]), 0),
        (Policies([ANY], explicit=0, inhibit_any=0), Policies([B]), 0),
        (Policies([B], explicit=0, inhibit_any=0), Policies([ANY]), 0x2000000),
        (Policies([B], explicit=0, inhibit_any=1), Policies([ANY]), 0),
        (Policies([A], [(A, B)], explicit=0), Policies([B]), 0),
        (Policies([A], [(A, B)], explicit=0), Policies([A]), 0x2000000),
        (Policies([A], explicit=1), Policies([B]), 0x2000000),
        (Policies([A], explicit=2), Policies([B]), 0),
        (Policies([A]), Policies([B], explicit=0), 0x2000000),
        (Policies([A]), Policies([B], explicit=1), 0),
    ],
)
def test_where_a_policy_is_required_the_end_certificate_needs_one(ca: Policies, end: Policies, bits: int) -> None:
    assert errors(judge(NONE, ca, end)) == [bits, bits, 0, 0]


@pytest.mark.parametrize(
    ("inhibit_mapping", "explicit", "end", "inputs", "bits"),
    [
        *((skip, 0, [B, C], PolicyInputs(), 0) for skip in (0, 1, 2)),
        *((skip, 0, [B], PolicyInputs(), 0x2000000 if skip < 2 else 0) for skip in (0, 1, 2)),
        *((skip, None, [B], PolicyInputs(), 0) for skip in (0, 1, 2)),
        *((skip, 0, [B, C], requested(C), 0) for skip in (0, 1, 2)),
        *((skip, None, [B, C], requested(C), 0) for skip in (0, 1, 2)),
        *((skip, 0, [B, C], requested(A), 0x10 if skip < 2 else 0) for skip in (0, 1, 2)),
    ],
)
def test_an_inhibited_mapping_ends_what_it_maps_and_is_no_fault(
    inhibit_mapping: int, explicit: int | None, end: list[str], inputs: PolicyInputs, bits: int
) -> None:
    """As Windows answers where a root without policies inhibits mapping and a CA below asserts A and C and maps A."""
    low = Policies([A, C], [(A, B)], explicit=explicit)
    chain = judge(Policies(inhibit_mapping=inhibit_mapping), Policies([ANY]), low, Policies(end), inputs=inputs)
    assert errors(chain) == [bits, bits, 0, 0, 0]


@pytest.mark.parametrize(
    ("oids", "match", "bits"),
    [
        ([A], UsageMatch.AND, 0),
        ([C], UsageMatch.AND, 0x10),
        ([B], UsageMatch.AND, 0x10),
        ([A, C], UsageMatch.AND, 0x10),
        ([A, C], UsageMatch.OR, 0),
        ([B, C], UsageMatch.OR, 0x10),
        ([], UsageMatch.OR, 0),
    ],
)
def test_a_requested_policy_in_the_names_of_the_anchor(oids: list[str], match: UsageMatch, bits: int) -> None:
    chain = judge(NONE, Policies([A], [(A, B)]), Policies([B]), inputs=requested(*oids, match=match))
    assert errors(chain) == [bits, bits, 0, 0]


def test_any_policy_stands_for_whatever_is_requested() -> None:
    assert errors(judge(NONE, Policies([ANY]), Policies([ANY]), inputs=requested(A, B))) == [0, 0, 0, 0]


def test_what_a_question_accepts_counts_only_where_a_policy_is_required() -> None:
    accepting = PolicyInputs(frozenset({B}))
    assert errors(judge(NONE, Policies([A]), Policies([A]), inputs=accepting)) == [0, 0, 0, 0]
    bits = 0x2000000
    assert errors(judge(NONE, Policies([A], explicit=0), Policies([A]), inputs=accepting)) == [bits, bits, 0, 0]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_damaged_policies_are_none_and_in_an_anchor_all(level: int) -> None:
    damaged = Policies(damaged=(Extension("2.5.29.32", b"\x05"),))
    path = [Policies([A]), Policies([A]), Policies([A])]
    path[2 - level] = damaged
    wanted = [0, 0, 0]
    wanted[level] = 0x300
    assert errors(judge(*path))[1:] == wanted
    wanted[0] |= 0x10 if level < 2 else 0
    assert errors(judge(*path, inputs=requested(A)))[1:] == wanted


@pytest.mark.parametrize(("extension", "section"), [
    ("2.5.29.32", "4.2.1.4"), ("2.5.29.33", "4.2.1.5"), ("2.5.29.36", "4.2.1.11"),
])  # fmt: skip
def test_damage_is_told_with_the_section_of_its_extension(extension: str, section: str) -> None:
    chain = judge(NONE, Policies(damaged=(Extension(extension, GARBAGE),)), NONE)
    bit = TrustError.CERT_TRUST_INVALID_POLICY_CONSTRAINTS
    assert [found.citation for found in chain.elements[1].findings if found.bit is bit] == [f"RFC 5280 {section}"]


def test_a_damaged_mapping_maps_nothing() -> None:
    damaged = Policies([A], damaged=(Extension("2.5.29.33", b"\x04\x13"),))
    chain = judge(NONE, damaged, Policies([A]), inputs=requested(A))
    assert errors(chain) == [0x300, 0, 0x300, 0]
    assert details(chain, 1)[0].startswith("the extension policyMappings cannot be used: PolicyMappings: ")


@pytest.mark.parametrize("critical", [False, True])
def test_damaged_policy_constraints_have_a_bit_of_their_own(critical: bool) -> None:
    damaged = Policies(damaged=(Extension("2.5.29.36", GARBAGE, critical),))
    chain = judge(NONE, damaged, NONE)
    assert errors(chain) == [0x200, 0, 0x200, 0]
    assert details(chain, 1) == [
        "the extension policyConstraints cannot be used: PolicyConstraints: unexpected tag 0x83"
    ]


@pytest.mark.parametrize("mapping", [(A, ANY), (ANY, A), (ANY, ANY)])
def test_any_policy_must_not_be_mapped(mapping: tuple[str, str]) -> None:
    chain = judge(NONE, Policies([A], [mapping]), Policies([A]))
    assert errors(chain) == [0x200, 0, 0x200, 0]
    assert details(chain, 1) == [f"maps {mapping[0]} to {mapping[1]}, but anyPolicy must not be mapped"]
    bits = 0x2000200
    chain = judge(NONE, Policies([A], [mapping]), Policies([A]), inputs=EXPLICIT)
    assert errors(chain) == [bits, 0x2000000, 0x200, 0]


@pytest.mark.parametrize(
    ("qualifier", "critical", "bits"),
    [
        ("1.3.6.1.5.5.7.2.1", True, 0),
        ("1.3.6.1.5.5.7.2.2", True, 0),
        ("1.2.3.4", True, 0x8000100),
        ("1.2.3.4", False, 0),
    ],
)
def test_a_critical_extension_with_a_qualifier_that_nobody_knows(qualifier: str, critical: bool, bits: int) -> None:
    information = sequence(oid(A), sequence(sequence(oid(qualifier), tlv(0x0C, b"hi"))))
    chain = judge(NONE, Policies(damaged=(Extension("2.5.29.32", sequence(information), critical),)), NONE)
    assert errors(chain) == [bits, 0, bits, 0]


def test_a_met_requirement_is_told_of_the_ca_that_has_it() -> None:
    chain = judge(NONE, Policies([A], explicit=0), Policies([A], explicit=3), Policies([A]))
    assert [info & 0x200 for info in infos(chain)] == [0x200, 0, 0, 0x200, 0]
    assert [info & 0x200 for info in infos(judge(NONE, Policies([A]), Policies([A])))] == [0] * 4
    assert [info & 0x200 for info in infos(judge(NONE, Policies([A]), Policies([A]), inputs=EXPLICIT))] == [0] * 4
    assert [info & 0x200 for info in infos(judge(NONE, Policies(explicit=0), NONE))] == [0] * 4


@pytest.mark.parametrize(
    ("root", "bits"),
    [
        (NONE, 0),
        (Policies([A]), 0),
        (Policies([ANY]), 0),
        (Policies([B]), 0x2000000),
        (Policies([B], [(B, A)]), 0),
        (Policies(explicit=0), 0),
    ],
)
def test_to_windows_a_root_is_an_element_and_to_the_rfc_none_of_the_path(root: Policies, bits: int) -> None:
    path = (root, Policies([A]), Policies([A]))
    assert errors(judge(*path, inputs=EXPLICIT)) == [bits, bits, 0, 0]
    assert errors(judge(*path, inputs=EXPLICIT, profile=RFC_5280)) == [0, 0, 0, 0]


def test_a_root_that_is_the_end_certificate_asserts_what_it_asserts() -> None:
    root, _, _ = signed(Policies([A]), NONE)
    for policy, bits in ((A, 0), (B, 0x10)):
        question = ChainQuestion(store(root), AT, policies=requested(policy))
        assert errors(get_certificate_chain(certificate(root), store(), question)) == [bits, bits]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ((Policies([A]), Policies([B])), f"CN=www.lab.test asserts {B}, and none of that is valid above it"),
        ((Policies([A]), NONE), "CN=www.lab.test asserts none"),
        ((NONE, Policies([A])), "CN=CA 1 asserts none"),
        (
            (Policies([A], inhibit_any=0), Policies([ANY])),
            f"CN=www.lab.test asserts {ANY}, and a certificate above it inhibits anyPolicy",
        ),
        (
            (Policies([A], inhibit_mapping=0), Policies([A], [(A, B)]), Policies([B])),
            "CN=CA 2 maps its policies, and a certificate above it inhibits that",
        ),
        ((Policies([A], [(A, ANY)]), Policies([A])), "CN=CA 1 maps anyPolicy"),
    ],
)
def test_the_end_of_the_last_policy_is_told(path: tuple[Policies, ...], reason: str) -> None:
    chain = judge(NONE, *path, inputs=EXPLICIT)
    demand = "a certificate policy that is valid for the whole path"
    assert details(chain, 0) == [f"{demand} is asked for, and there is none: {reason}"]
    chain = judge(Policies([ANY], explicit=0), *path)
    assert details(chain, 0) == [f"CN=Root requires {demand}, and there is none: {reason}"]


def test_what_is_valid_is_told_where_something_else_was_wanted() -> None:
    chain = judge(NONE, Policies([A, B]), Policies([A, B]), inputs=requested(C))
    assert details(chain, 0) == [f"not valid for the certificate policy {C}: the path is valid for {A}, {B}"]
    chain = judge(NONE, Policies([A]), Policies([A]), inputs=EXPLICIT._replace(initial_policy_set=frozenset({C})))
    demand = "a certificate policy that is valid for the whole path is asked for, and there is none"
    assert details(chain, 0) == [f"{demand}: the path is valid for {A}"]


def test_self_issued_certificates_are_not_counted() -> None:
    rollover = Policies([A], issuer=Issuer.ITSELF)
    assert errors(judge(NONE, Policies([A], explicit=1), rollover, Policies([A]), Policies([B])))[0] == 0x2000000
    assert errors(judge(NONE, Policies([A], explicit=2), rollover, Policies([B])))[0] == 0
    assert errors(judge(NONE, Policies([A], explicit=2), Policies([A]), Policies([B])))[0] == 0x2000000


@pytest.mark.parametrize(
    ("profile", "policies", "valid"),
    [
        (WINDOWS, (NONE, Policies([A, B]), Policies([B, C])), {B}),
        (WINDOWS, (Policies([A]), Policies([ANY]), Policies([A, B])), {A}),
        (RFC_5280, (Policies([A]), Policies([ANY]), Policies([A, B])), {A, B}),
        (WINDOWS, (NONE, Policies([ANY]), Policies([ANY])), {ANY}),
        (WINDOWS, (NONE, NONE, Policies([A])), set()),
    ],
)
def test_the_sets_of_a_judged_chain(profile: Profile, policies: tuple[Policies, ...], valid: set[str]) -> None:
    root, authorities, end = signed(*policies)
    question = ChainQuestion(store(root), AT)
    chain = get_certificate_chain(certificate(end), store(*authorities), question, profile)
    assert policy_sets(chain.chains[0], question, profile) == PolicySets(frozenset(valid), frozenset(valid))


@pytest.mark.parametrize(
    ("policies", "remarks"),
    [
        (Policies([A, B], [(A, B)], explicit=9), []),
        (Policies([A, B, A, A]), [("RFC 5280 4.2.1.4", f"certificatePolicies name {A} 3 times")]),
        (Policies([]), [("RFC 5280 4.2.1.4", "certificatePolicies name no policy")]),
        (Policies([A], []), [("RFC 5280 4.2.1.5", "policyMappings map nothing")]),
    ],
)
def test_what_is_remarked_of_those_who_write_them(policies: Policies, remarks: list[tuple[str, str]]) -> None:
    chain = judge(NONE, policies, Policies([A]), profile=HYGIENE)
    assert errors(chain) == [0, 0, 0, 0]
    assert [
        one for one in chain.elements[1].remarks if "olic" in one.detail and "critical" not in one.detail
    ] == remarks
