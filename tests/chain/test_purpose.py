from __future__ import annotations

import pytest

from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.chain.profile import RFC_5280
from certprobe.chain.question import ChainQuestion
from certprobe.lab.der import oid, sequence
from certprobe.lab.pki import EXTENDED_KEY_USAGE, Authority, Extension
from certprobe.pki.extensions import APPLICATION_POLICIES
from certprobe.pki.usage import (
    ANY_APPLICATION_POLICY,
    ANY_EXTENDED_KEY_USAGE,
    CLIENT_AUTH,
    CODE_SIGNING,
    SERVER_AUTH,
    TIME_STAMPING,
)
from tests.chain.judging import AT, CA, CLIENT_USAGE, ROOT, SERVER_USAGE, ask, details, errors, judge, store

BOTH = (SERVER_AUTH, CLIENT_AUTH)
BOTH_USAGES = RequestedUsage(UsageMatch.AND, BOTH)
EITHER_USAGE = RequestedUsage(UsageMatch.OR, BOTH)
ANY_POLICY = "2.5.29.32.0"
DAMAGED = b"\x30\x11"


def application_policies(*oids: str) -> Extension:
    return Extension(APPLICATION_POLICIES, sequence(*(sequence(oid(one)) for one in oids)))


@pytest.mark.parametrize(
    ("match", "oids", "allowed", "bit"),
    [
        (UsageMatch.AND, (), (CODE_SIGNING,), 0),
        (UsageMatch.OR, (), (CODE_SIGNING,), 0),
        (UsageMatch.AND, (SERVER_AUTH,), None, 0),
        (UsageMatch.AND, (SERVER_AUTH,), (SERVER_AUTH,), 0),
        (UsageMatch.AND, (SERVER_AUTH,), (CLIENT_AUTH,), 0x10),
        (UsageMatch.AND, BOTH, (SERVER_AUTH,), 0x10),
        (UsageMatch.AND, BOTH, (SERVER_AUTH, CODE_SIGNING, CLIENT_AUTH), 0),
        (UsageMatch.OR, BOTH, (CLIENT_AUTH,), 0),
        (UsageMatch.OR, BOTH, (CODE_SIGNING,), 0x10),
        (UsageMatch.AND, (SERVER_AUTH,), (ANY_EXTENDED_KEY_USAGE,), 0),
        (UsageMatch.AND, (CLIENT_AUTH,), (ANY_EXTENDED_KEY_USAGE, TIME_STAMPING), 0),
        (UsageMatch.AND, (SERVER_AUTH,), (CODE_SIGNING, ANY_APPLICATION_POLICY), 0),
        (UsageMatch.AND, (SERVER_AUTH,), (ANY_POLICY,), 0x10),
        (UsageMatch.AND, (SERVER_AUTH,), (), 0x10),
    ],
)
def test_requested_usage_against_the_end_certificate(
    match: UsageMatch, oids: tuple[str, ...], allowed: tuple[str, ...] | None, bit: int
) -> None:
    leaf = CA.server("www.lab.test", extended_key_usage=allowed)
    assert errors(judge(leaf, CA, requested_usage=RequestedUsage(match, oids))) == [bit, bit, 0, 0]


@pytest.mark.parametrize(
    ("usages", "policies", "server", "client"),
    [
        (None, (SERVER_AUTH,), 0, 0x10),
        (None, (ANY_EXTENDED_KEY_USAGE,), 0, 0),
        (None, (ANY_EXTENDED_KEY_USAGE, TIME_STAMPING), 0, 0),
        (None, (ANY_APPLICATION_POLICY,), 0, 0),
        (None, (ANY_POLICY,), 0x10, 0x10),
        (None, (TIME_STAMPING, ANY_POLICY), 0x10, 0x10),
        (None, (), 0x10, 0x10),
        ((SERVER_AUTH,), (CLIENT_AUTH,), 0x10, 0),
        ((CLIENT_AUTH,), (SERVER_AUTH,), 0, 0x10),
        ((ANY_EXTENDED_KEY_USAGE,), (CLIENT_AUTH,), 0x10, 0),
        ((CLIENT_AUTH,), (ANY_EXTENDED_KEY_USAGE, TIME_STAMPING), 0, 0),
        (BOTH, (), 0x10, 0x10),
    ],
)
def test_application_policies_stand_in_place_of_extended_key_usages(
    usages: tuple[str, ...] | None, policies: tuple[str, ...], server: int, client: int
) -> None:
    leaf = CA.server("www.lab.test", extended_key_usage=usages, extensions=(application_policies(*policies),))
    assert errors(judge(leaf, CA, requested_usage=SERVER_USAGE)) == [server, server, 0, 0]
    assert errors(judge(leaf, CA, requested_usage=CLIENT_USAGE)) == [client, client, 0, 0]
    assert errors(judge(leaf, CA)) == [0, 0, 0, 0]


def test_rfc_5280_knows_no_application_policies() -> None:
    question = ChainQuestion(store(ROOT), AT, SERVER_USAGE)
    for usages, policies, bit in (((SERVER_AUTH,), (), 0), ((CLIENT_AUTH,), BOTH, 0x10)):
        leaf = CA.server("www.lab.test", extended_key_usage=usages, extensions=(application_policies(*policies),))
        assert errors(ask(leaf, CA, question=question, profile=RFC_5280)) == [bit, bit, 0, 0]


def test_the_refusal_names_what_is_allowed_instead() -> None:
    chain = judge(CA.server("www.lab.test"), CA, requested_usage=CLIENT_USAGE)
    assert details(chain, 0) == ["not valid for clientAuth: it allows serverAuth"]
    leaf = CA.server("www.lab.test", extensions=(application_policies(CODE_SIGNING, SERVER_AUTH),))
    assert details(judge(leaf, CA, requested_usage=CLIENT_USAGE), 0) == [
        "not valid for clientAuth: it allows codeSigning, serverAuth by its application policies"
    ]
    leaf = CA.server("www.lab.test", extensions=(application_policies(),))
    assert details(judge(leaf, CA, requested_usage=EITHER_USAGE), 0) == [
        "not valid for serverAuth: it allows nothing by its application policies; "
        "not valid for clientAuth: it allows nothing by its application policies"
    ]


def test_of_several_that_refuse_each_element_is_told_of_the_nearest() -> None:
    top = ROOT.intermediate("top CA", extended_key_usage=(CODE_SIGNING,))
    ca = top.intermediate("CA", extended_key_usage=(TIME_STAMPING,))
    low = ca.intermediate("low CA")
    own = low.server("www.lab.test", extended_key_usage=(CLIENT_AUTH,))
    chains = [judge(leaf, low, ca, top, requested_usage=SERVER_USAGE) for leaf in (own, low.server("www.lab.test"))]
    assert [errors(chain) for chain in chains] == [[0x10, 0x10, 0x10, 0x10, 0x10, 0]] * 2
    refusal = "not valid for serverAuth: "
    assert details(chains[0], 0) == [f"{refusal}it allows clientAuth"]
    assert details(chains[1], 0) == [f"{refusal}its issuer CN=CA allows timeStamping"]
    assert details(chains[1], 1) == [f"{refusal}its issuer CN=CA allows timeStamping"]
    assert details(chains[1], 2) == [f"{refusal}it allows timeStamping"]
    assert details(chains[1], 3) == [f"{refusal}it allows codeSigning"]


@pytest.mark.parametrize("allowed", [(CLIENT_AUTH,), (CODE_SIGNING, CLIENT_AUTH)])
def test_an_issuer_restricts_itself_and_what_is_below_it(allowed: tuple[str, ...]) -> None:
    top = ROOT.intermediate("top CA")
    ca = top.intermediate("narrow CA", extended_key_usage=allowed)
    for usages in ((SERVER_AUTH,), None, (ANY_EXTENDED_KEY_USAGE,)):
        chain = judge(ca.server("www.lab.test", extended_key_usage=usages), ca, top, requested_usage=SERVER_USAGE)
        assert errors(chain) == [0x10, 0x10, 0x10, 0, 0]
        assert details(chain, 0)[0].startswith("not valid for serverAuth: its issuer CN=narrow CA allows ")
        assert details(chain, 1)[0].startswith("not valid for serverAuth: it allows ")


def test_a_root_restricts_as_well() -> None:
    root = Authority.root("code root", at=AT, extended_key_usage=(CODE_SIGNING,))
    chain = judge(root.server("www.lab.test"), roots=(root,), requested_usage=SERVER_USAGE)
    assert errors(chain) == [0x10, 0x10, 0x10]


@pytest.mark.parametrize(
    ("of_the_ca", "of_the_leaf", "both", "either"),
    [
        ((ANY_EXTENDED_KEY_USAGE,), BOTH, [0, 0, 0], [0, 0, 0]),
        ((CLIENT_AUTH,), (SERVER_AUTH,), [0x10, 0x10, 0], [0x10, 0, 0]),
        ((CLIENT_AUTH,), BOTH, [0x10, 0x10, 0], [0, 0, 0]),
        (BOTH, (SERVER_AUTH,), [0x10, 0, 0], [0, 0, 0]),
        ((CODE_SIGNING,), BOTH, [0x10, 0x10, 0], [0x10, 0x10, 0]),
    ],
)
def test_usages_are_intersected_over_the_whole_path(
    of_the_ca: tuple[str, ...], of_the_leaf: tuple[str, ...], both: list[int], either: list[int]
) -> None:
    """Of CA and leaf each allows one of two: the leaf has neither of them, though the CA is good for one."""
    ca = ROOT.intermediate("CA", extended_key_usage=of_the_ca)
    leaf = ca.server("www.lab.test", extended_key_usage=of_the_leaf)
    assert errors(judge(leaf, ca, requested_usage=BOTH_USAGES))[1:] == both
    assert errors(judge(leaf, ca, requested_usage=EITHER_USAGE))[1:] == either


@pytest.mark.parametrize("damaged", [EXTENDED_KEY_USAGE, APPLICATION_POLICIES])
@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("requested", [None, CLIENT_USAGE, BOTH_USAGES])
def test_a_damaged_list_of_usages_is_a_fault_and_restricts_nothing(
    damaged: str, level: int, requested: RequestedUsage | None
) -> None:
    """All certificates are for clients; the damaged one is good for all that its issuers are good for."""
    good = {
        EXTENDED_KEY_USAGE: Extension(EXTENDED_KEY_USAGE, sequence(oid(CLIENT_AUTH))),
        APPLICATION_POLICIES: application_policies(CLIENT_AUTH),
    }[damaged]
    lists = [(good,)] * 4
    lists[level] = (Extension(damaged, DAMAGED),)
    root = Authority.root("Root", at=AT, extensions=lists[3])
    top = root.intermediate("top CA", extensions=lists[2])
    ca = top.intermediate("CA", extensions=lists[1])
    leaf = ca.client("alice", extensions=lists[0], extended_key_usage=None)
    wanted = [0, 0, 0, 0]
    if requested is BOTH_USAGES:
        wanted = [0x10, 0x10, 0x10, 0 if level == 3 else 0x10]
    wanted[level] |= 0x300
    chain = judge(leaf, ca, top, roots=(root,), requested_usage=requested or RequestedUsage(UsageMatch.AND, ()))
    assert errors(chain)[1:] == wanted
    name = {EXTENDED_KEY_USAGE: "extKeyUsage", APPLICATION_POLICIES: "application policies"}[damaged]
    assert details(chain, level)[0].startswith(f"the extension {name} cannot be used: ")


@pytest.mark.parametrize("value", [b"\x05\x00", b"\x30\x03\x02\x01\x2a", b"\x30\x82\x7f\xff"])
@pytest.mark.parametrize("critical", [False, True])
def test_undecodable_application_policies_are_a_fault_whatever_else_there_is(value: bytes, critical: bool) -> None:
    for usages in (None, (SERVER_AUTH,), (CLIENT_AUTH,)):
        extension = Extension(APPLICATION_POLICIES, value, critical)
        leaf = CA.server("www.lab.test", extended_key_usage=usages, extensions=(extension,))
        assert errors(judge(leaf, CA, requested_usage=SERVER_USAGE)) == [0x300, 0x300, 0, 0]


def test_nobody_reads_damaged_usages_beside_application_policies() -> None:
    beside = (Extension(EXTENDED_KEY_USAGE, DAMAGED), application_policies(SERVER_AUTH))
    leaf = CA.server("www.lab.test", extensions=beside)
    assert errors(judge(leaf, CA, requested_usage=SERVER_USAGE)) == [0, 0, 0, 0]
    assert errors(judge(leaf, CA, requested_usage=CLIENT_USAGE)) == [0x10, 0x10, 0, 0]


def test_to_rfc_5280_usages_that_cannot_be_read_allow_nothing() -> None:
    leaf = CA.server("www.lab.test", extensions=(Extension(EXTENDED_KEY_USAGE, b"garbage"),))
    chain = ask(leaf, CA, question=ChainQuestion(store(ROOT), AT, SERVER_USAGE), profile=RFC_5280)
    assert errors(chain) == [0x110, 0x110, 0, 0]
    assert "not valid for serverAuth: it allows nothing that can be read" in details(chain, 0)


def test_rfc_5280_blames_the_certificate_that_restricts() -> None:
    ca = ROOT.intermediate("narrow CA", extended_key_usage=(CLIENT_AUTH,))
    chain = ask(ca.server("www.lab.test"), ca, question=ChainQuestion(store(ROOT), AT, SERVER_USAGE), profile=RFC_5280)
    assert errors(chain) == [0x10, 0, 0x10, 0]
    assert details(chain, 1) == ["not valid for serverAuth: it allows clientAuth"]
