from __future__ import annotations

import pytest

from certprobe.chain.context import RequestedUsage, UsageMatch
from certprobe.lab.pki import EXTENDED_KEY_USAGE, Authority, Extension
from certprobe.pki.usage import ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, CODE_SIGNING, SERVER_AUTH
from tests.chain.judging import AT, CA, CLIENT_USAGE, ROOT, SERVER_USAGE, details, errors, judge

BOTH = (SERVER_AUTH, CLIENT_AUTH)
ANY_APPLICATION_POLICY = "1.3.6.1.4.1.311.10.12.1"


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
        (UsageMatch.AND, (SERVER_AUTH,), (CODE_SIGNING, ANY_APPLICATION_POLICY), 0),
    ],
)
def test_requested_usage_against_the_end_certificate(
    match: UsageMatch, oids: tuple[str, ...], allowed: tuple[str, ...] | None, bit: int
) -> None:
    leaf = CA.server("www.lab.test", extended_key_usage=allowed)
    assert errors(judge(leaf, CA, requested_usage=RequestedUsage(match, oids))) == [bit, bit, 0, 0]


def test_the_refusal_names_what_is_allowed_instead() -> None:
    chain = judge(CA.server("www.lab.test"), CA, requested_usage=CLIENT_USAGE)
    assert details(chain, 0) == ["not valid for clientAuth: the certificate allows serverAuth"]


@pytest.mark.parametrize("allowed", [(CLIENT_AUTH,), (CODE_SIGNING, CLIENT_AUTH)])
def test_an_issuer_restricts_what_is_below_it(allowed: tuple[str, ...]) -> None:
    ca = ROOT.intermediate("narrow CA", extended_key_usage=allowed)
    for usages in ((SERVER_AUTH,), None):
        chain = judge(ca.server("www.lab.test", extended_key_usage=usages), ca, requested_usage=SERVER_USAGE)
        assert errors(chain) == [0x10, 0x10, 0, 0]
        assert details(chain, 0)[0].startswith("not valid for serverAuth: its issuer CN=narrow CA allows ")


def test_a_root_restricts_as_well() -> None:
    root = Authority.root("code root", at=AT, extended_key_usage=(CODE_SIGNING,))
    chain = judge(root.server("www.lab.test"), roots=(root,), requested_usage=SERVER_USAGE)
    assert errors(chain) == [0x10, 0x10, 0]


def test_usages_are_intersected_not_only_those_next_to_each_other() -> None:
    ca = ROOT.intermediate("CA", extended_key_usage=(ANY_EXTENDED_KEY_USAGE,))
    leaf = ca.server("www.lab.test", extended_key_usage=BOTH)
    assert errors(judge(leaf, ca, requested_usage=RequestedUsage(UsageMatch.AND, BOTH))) == [0, 0, 0, 0]


def test_usages_that_cannot_be_read_allow_nothing() -> None:
    leaf = CA.server("www.lab.test", extensions=(Extension(EXTENDED_KEY_USAGE, b"garbage"),))
    chain = judge(leaf, CA, requested_usage=SERVER_USAGE)
    assert errors(chain) == [0x110, 0x110, 0, 0]
    assert "not valid for serverAuth: the certificate allows nothing that can be read" in details(chain, 0)
