"""What is chosen, how, and what a choice that cannot be meant is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certprobe.errors import UsageError
from certprobe.lab.pki import common_name_only
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.cells import Reason
from certprobe.selection.select import (
    ANONYMOUS,
    AUTO,
    By,
    Choice,
    How,
    named_credential,
    parse_choice,
    select_client_certificate,
)

from .credentials import AT, ISSUING, OTHER, ROOT, credential, tls12, tls13

ALICE = credential(ISSUING.client("alice"), source="alice.p12")
ALICE_OLD = credential(ISSUING.client("alice", not_after=AT - timedelta(days=1)), source="old.pem")
ALICE_2 = credential(ISSUING.client("alice2"), source="alice2.pem")
MALLORY = credential(OTHER.client("Mallory, Jr.", subject="CN=Mallory\\, Jr.,O=Other,DC=lab,DC=test"))
NO_KEY = credential(ISSUING.client("bob"), KeyStatus.ABSENT, source="bob.pem")
REQUEST = tls13("CN=Lab root")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("auto", AUTO),
        ("none", ANONYMOUS),
        ("1", Choice(By.NUMBER, "1")),
        ("007", Choice(By.NUMBER, "7")),
        ("subject=CN=alice,DC=lab", Choice(By.SUBJECT, "CN=alice,DC=lab")),
        ("name=subject=a b", Choice(By.NAME, "subject=a b")),
        ("thumbprint=" + "AB:" * 19 + "cd", Choice(By.THUMBPRINT, "ab" * 19 + "cd")),
        ("thumbprint=" + "0A " * 31 + "0a", Choice(By.THUMBPRINT, "0a" * 32)),
    ],
)
def test_choice(text: str, choice: Choice) -> None:
    assert parse_choice(text) == choice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is no choice"),
        ("0", "'0' is no choice"),
        ("-1", "'-1' is no choice"),
        ("1" * 10, "is no choice"),
        ("²", "is no choice"),
        ("AUTO", "'AUTO' is no choice"),
        ("number", "'number' is no choice"),
        ("number=1", "'number=1' is no choice"),
        ("subject", "'subject' is no choice"),
        ("subject= ", "is no choice"),
        ("name=", "is no choice"),
        ("thumbprint=abcd", "'abcd' is no thumbprint"),
        ("thumbprint=" + "g" * 40, "is no thumbprint"),
    ],
)
def test_choice_that_cannot_be_meant(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_choice(text)


STORE = (MALLORY, ALICE_OLD, ALICE, ALICE_2, NO_KEY)


def test_automatic_choice_is_the_first_that_fits_and_keeps_the_others_reasons() -> None:
    selection = select_client_certificate(REQUEST, iter(STORE), at=AT)
    assert selection.chosen is ALICE
    assert selection.how is How.AUTOMATIC
    assert [(c.number, c.credential, [r.reason for r in c.rejections]) for c in selection.candidates] == [
        (1, MALLORY, [Reason.ISSUER_NOT_LISTED]),
        (2, ALICE_OLD, [Reason.NOT_TIME_VALID]),
        (3, ALICE, []),
        (4, ALICE_2, []),
        (5, NO_KEY, [Reason.NO_PRIVATE_KEY]),
    ]


def test_an_empty_list_takes_any_issuer() -> None:
    assert select_client_certificate(tls12(), STORE, at=AT).chosen is MALLORY
    assert select_client_certificate(tls13(), STORE, at=AT).chosen is MALLORY


def test_time_is_the_one_given() -> None:
    assert select_client_certificate(REQUEST, STORE, at=AT - timedelta(days=1)).chosen is ALICE_OLD


@pytest.mark.parametrize(
    ("choice", "chosen", "how"),
    [
        ("none", None, How.ANONYMOUS_BY_CHOICE),
        ("3", ALICE, How.BY_USER),
        ("2", ALICE_OLD, How.BY_USER),
        ("subject=mallory", MALLORY, How.BY_USER),
        ("subject=dc=LAB,dc=test", MALLORY, How.BY_USER),
        ("subject=alice2", ALICE_2, How.BY_USER),
        ("5", None, How.CHOICE_HAS_NO_KEY),
        pytest.param(f"thumbprint={ALICE.certificate.thumbprint.upper()}", ALICE, How.BY_USER, id="SHA-1"),
        pytest.param(f"thumbprint={ALICE_2.certificate.sha256}", ALICE_2, How.BY_USER, id="SHA-256"),
    ],
)
def test_the_user_has_the_last_word(choice: str, chosen: Credential | None, how: How) -> None:
    selection = select_client_certificate(REQUEST, STORE, at=AT, choice=parse_choice(choice))
    assert selection.chosen is chosen
    assert selection.how is how
    left_alone = select_client_certificate(REQUEST, STORE, at=AT)
    assert [each.cells for each in selection.candidates] == [each.cells for each in left_alone.candidates]


CARDS = tuple(
    one._replace(friendly_name=name)
    for one, name in ((ALICE, "Work"), (ALICE_2, "Work of old"), (NO_KEY, None), (MALLORY, "Zoë’s"))
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("work", 0), ("of OLD", 1), ("ZOË", 3)],
    ids=["whole-before-part", "part", "without-regard-to-case"],
)
def test_friendly_names(name: str, expected: int) -> None:
    assert named_credential(parse_choice(f"name={name}"), CARDS) is CARDS[expected]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "wor",
            'name=wor names 2 certificates: 1: CN=alice, "Work" (alice.p12); 2: CN=alice2, "Work of old" (alice2.pem)',
        ),
        ("alice", 'name=alice names no certificate; there are: 1: CN=alice, "Work" (alice.p12)'),
    ],
    ids=["several", "subjects-are-none"],
)
def test_a_friendly_name_of_none_or_several(name: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        named_credential(parse_choice(f"name={name}"), CARDS)
    assert str(raised.value).startswith(words)


def test_nothing_to_choose_from() -> None:
    assert select_client_certificate(REQUEST, (), at=AT) == ((), None, How.NO_CREDENTIALS)
    assert select_client_certificate(REQUEST, (), at=AT, choice=ANONYMOUS).how is How.ANONYMOUS_BY_CHOICE
    nothing = select_client_certificate(REQUEST, (MALLORY, NO_KEY), at=AT)
    assert (nothing.chosen, nothing.how) == (None, How.NOTHING_FITS)


@pytest.mark.parametrize(
    ("choice", "store", "words"),
    [
        (
            "6",
            STORE,
            "6 names no certificate; there are: 1: CN=Mallory\\, Jr.,O=Other,DC=lab,DC=test (store.pem #1); 2:",
        ),
        ("subject=carol", (ALICE,), "subject=carol names no certificate; there are: 1: CN=alice (alice.p12)"),
        ("subject=carol", (), "subject=carol names no certificate; no client certificate was given"),
        (
            "subject=alice",
            STORE,
            "subject=alice names 2 certificates: 2: CN=alice (old.pem); 3: CN=alice (alice.p12)",
        ),
        ("thumbprint=" + "0" * 40, (NO_KEY,), "0 names no certificate; there are: 1: CN=bob (bob.pem)"),
    ],
)
def test_choice_that_names_none_or_several(choice: str, store: tuple[Credential, ...], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        named_credential(parse_choice(choice), store)
    assert words in str(raised.value)
    with pytest.raises(UsageError):
        select_client_certificate(REQUEST, store, at=AT, choice=parse_choice(choice))


def test_a_long_store_is_cut_in_the_message() -> None:
    with pytest.raises(UsageError, match=r"20: CN=bob \(bob.pem\); and 30 more$"):
        named_credential(parse_choice("99"), (NO_KEY,) * 50)


def test_auto_and_none_name_nobody() -> None:
    assert named_credential(AUTO, STORE) is None
    assert named_credential(ANONYMOUS, STORE) is None


def test_summary_in_one_line() -> None:
    nameless = credential(ROOT.client("", subject=b"\x30\x00"))
    store = (ALICE_OLD, credential(ISSUING.client("", subject=common_name_only("a b"))), nameless)
    assert [candidate.summary for candidate in select_client_certificate(REQUEST, store, at=AT).candidates] == [
        "1: CN=alice (old.pem), issued by CN=Lab issuing CA, until 2027-02-28T12:00:00Z: does not fit:"
        " expired on 2027-02-28T12:00:00Z, 1 day before 2027-03-01T12:00:00Z",
        "2: CN=a b (store.pem #1), issued by CN=Lab issuing CA, until 2027-05-30T12:00:00Z: fits",
        "3: a certificate without a subject (store.pem #1), issued by CN=Lab root, until 2027-05-30T12:00:00Z: fits",
    ]
