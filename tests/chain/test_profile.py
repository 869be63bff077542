"""What may end a path, by profile, flags and stores."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509

from certprobe.chain.path import Profile
from certprobe.chain.profile import RFC_5280, WEBPKI, WINDOWS
from certprobe.chain.question import ChainQuestion
from certprobe.chain.rules import AnchorFields, Anchors
from certprobe.lab.pki import BASIC_CONSTRAINTS, Authority, Options
from certprobe.pki.usage import CLIENT_AUTH
from certprobe.wincrypt.chain_flags import ChainFlags, ExclusiveFlags
from tests.chain.judging import (
    AT,
    CA,
    CLIENT_USAGE,
    ROOT,
    SERVER,
    SERVER_USAGE,
    Holder,
    ask,
    details,
    errors,
    infos,
    store,
    subjects,
)

SUB = CA.intermediate("Sub")
LEAF = SUB.server("www.lab.test")
LIBRARY = RFC_5280._replace(anchors=Anchors.ANY, anchor_fields=WEBPKI.anchor_fields)
BY_CA_FLAG = ExclusiveFlags.CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG
FROM_EXCLUSIVE_STORE, CA_TRUSTED, PEER_TRUSTED = 0x2000, 0x4000, 0x800


def test_windows_takes_an_intermediate_for_an_anchor_under_its_flag_and_stops_at_the_shortest() -> None:
    question = ChainQuestion(store(ROOT, CA, SUB), AT, exclusive_flags=BY_CA_FLAG)
    chain = ask(LEAF, question=question)
    assert subjects(chain) == ["CN=www.lab.test", "CN=Sub"]
    assert errors(chain) == [0, 0, 0]
    assert infos(chain) == [FROM_EXCLUSIVE_STORE | CA_TRUSTED, 0x2, FROM_EXCLUSIVE_STORE | CA_TRUSTED]
    assert chain.lower_quality == ()


def test_without_the_flag_it_takes_the_root() -> None:
    chain = ask(LEAF, question=ChainQuestion(store(ROOT, CA, SUB), AT))
    assert subjects(chain)[-1] == "CN=Root"
    assert infos(chain)[-1] & (FROM_EXCLUSIVE_STORE | CA_TRUSTED) == FROM_EXCLUSIVE_STORE


@pytest.mark.parametrize("profile", [WEBPKI, LIBRARY, RFC_5280])
def test_other_profiles_take_any_anchor(profile: Profile) -> None:
    chain = ask(LEAF, CA, question=ChainQuestion(store(SUB), AT), profile=profile)
    assert (subjects(chain), chain.error) == (["CN=www.lab.test", "CN=Sub"], 0)


# What is wrong with the anchor, and with the chain, if so much of it counts; the CA below is one too many for it.
FIELDS = {
    AnchorFields.NAME_AND_KEY: [0, 0, 0, 0],
    AnchorFields.VALIDITY: [0x1, 0, 0, 0x1],
    AnchorFields.EXTENSIONS: [0x410, 0, 0x400, 0x10],
    AnchorFields.VALIDITY | AnchorFields.EXTENSIONS: [0x411, 0, 0x400, 0x11],
}


def test_of_an_anchor_counts_what_the_profile_says() -> None:
    faults: Options = {
        "not_after": AT - timedelta(days=1),
        "extended_key_usage": (CLIENT_AUTH,),
        "basic_constraints": x509.BasicConstraints(ca=True, path_length=0),
    }
    old = Authority.root("Old", at=AT, **faults)
    ca = old.intermediate("CA", not_before=AT - timedelta(days=1), not_after=AT + timedelta(days=1))
    leaf = ca.server("www.lab.test")
    question = ChainQuestion(store(old), AT, SERVER_USAGE)
    assert errors(ask(leaf, ca, question=question)) == [0x411, 0x10, 0x410, 0x411]
    for fields, expected in FIELDS.items():
        chain = ask(leaf, ca, question=question, profile=RFC_5280._replace(anchor_fields=fields))
        assert errors(chain) == expected
        # What is shown is the certificate itself.
        assert chain.elements[2].certificate.basic_constraints == (True, 0)


def test_an_anchor_need_not_say_that_it_is_a_ca_unless_it_is_an_element() -> None:
    mute = ROOT.intermediate("Mute", omit=(BASIC_CONSTRAINTS,))
    question = ChainQuestion(store(mute), AT)
    assert errors(ask(mute.server("www.lab.test"), question=question, profile=LIBRARY)) == [0, 0, 0]
    element = LIBRARY._replace(anchor_fields=WINDOWS.anchor_fields)
    chain = ask(mute.server("www.lab.test"), question=question, profile=element)
    assert errors(chain) == [0x400, 0, 0x400]


def test_an_end_certificate_is_its_own_anchor_but_not_by_rfc_5280() -> None:
    question = ChainQuestion(store(SERVER), AT)
    chains = {profile: ask(SERVER, question=question, profile=profile) for profile in (LIBRARY, RFC_5280)}
    assert [(len(chain.elements), chain.error) for chain in chains.values()] == [(1, 0), (1, 0x10000)]


def test_an_anchor_vouches_for_another_certificate_of_its_own_name_and_key() -> None:
    again = Authority.root("Root", at=AT, key=ROOT.issued.private_key)
    question = ChainQuestion(store(ROOT), AT)
    assert ask(again, question=question).error == 0x20
    chain = ask(again, question=question, profile=LIBRARY)
    assert (subjects(chain), chain.error) == (["CN=Root", "CN=Root"], 0)


def test_how_an_anchor_is_signed_concerns_windows_alone() -> None:
    broken = Authority(ROOT.issued.with_broken_signature(), AT)
    question = ChainQuestion(store(broken), AT)
    assert errors(ask(SERVER, CA, question=question)) == [0x8, 0, 0, 0x8]
    assert errors(ask(SERVER, CA, question=question, profile=WEBPKI)) == [0, 0, 0, 0]


def test_a_question_may_limit_the_length() -> None:
    question = ChainQuestion(store(ROOT), AT, path_length=2)
    assert ask(LEAF, CA, SUB, question=question).error == 0
    assert ask(LEAF, CA, SUB, question=question, profile=WEBPKI).error == 0
    question = question._replace(path_length=1)
    assert errors(ask(LEAF, CA, SUB, question=question)) == [0x400, 0, 0x400, 0x400, 0x400]
    assert errors(ask(LEAF, CA, SUB, question=question, profile=WEBPKI)) == [0x400, 0, 0x400, 0, 0]


# -- stores beside the roots


def test_what_is_disallowed_is_distrusted_wherever_it_stands() -> None:
    path: tuple[Holder, ...] = (SERVER, CA, ROOT)
    for index, holder in enumerate(path):
        chain = ask(SERVER, CA, question=ChainQuestion(store(ROOT), AT, disallowed=store(holder)))
        assert [error == 0x4000000 for error in errors(chain)[1:]] == [place == index for place in range(3)]
        assert details(chain, index)[0].endswith(" is expressly distrusted")


def test_another_path_around_what_is_disallowed_is_the_better_one() -> None:
    other = Authority.root("Other", at=AT)
    question = ChainQuestion(store(ROOT, other), AT, disallowed=store(CA))
    chain = ask(SERVER, CA, other.cross_sign(CA), question=question)
    assert (subjects(chain)[-1], chain.error) == ("CN=Other", 0)


def test_a_peer_is_trusted_for_itself_if_that_is_asked_for() -> None:
    question = ChainQuestion(store(), AT, trusted_people=store(SERVER))
    assert ask(SERVER, CA, ROOT, question=question).error == 0x20
    trusting = question._replace(flags=ChainFlags.CERT_CHAIN_ENABLE_PEER_TRUST)
    chain = ask(SERVER, CA, ROOT, question=trusting)
    assert (errors(chain), infos(chain)) == ([0, 0], [PEER_TRUSTED, PEER_TRUSTED])
    assert ask(CA, ROOT, question=trusting).error == 0x20
    assert ask(SERVER, CA, ROOT, question=trusting._replace(trusted_people=store(ROOT))).error == 0x20
    expired = trusting._replace(at=AT + timedelta(days=3000), requested_usage=CLIENT_USAGE)
    assert errors(ask(SERVER, question=expired)) == [0x11, 0x11]
    alone = Authority.root("alone", at=AT)
    chain = ask(alone, question=trusting._replace(trusted_people=store(alone)))
    assert (errors(chain), infos(chain)[0]) == ([0, 0], PEER_TRUSTED)
