"""What a program answers: every form that names a certificate or none, and every other in words."""

from __future__ import annotations

import json
from itertools import count

import jsonschema
import pytest

from certprobe.errors import CallbackError
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.selection.answer import read_answer
from certprobe.selection.callbacks import Decision

from .credentials import ISSUING, OTHER, credential

ALICE = credential(ISSUING.client("alice"))
MALLORY = credential(OTHER.client("mallory"))
NO_KEY = credential(ISSUING.client("bob"), KeyStatus.ABSENT)
STORE = (MALLORY, ALICE, NO_KEY)
SHA1, SHA256 = ALICE.certificate.thumbprint, ALICE.certificate.sha256


def colons(digits: str) -> str:
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))


def read(answer: object) -> Decision:
    return read_answer(json.dumps(answer).encode(), STORE, "program pick")


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        ({"thumbprint": SHA1}, Decision(ALICE)),
        ({"thumbprint": SHA256}, Decision(ALICE)),
        ({"thumbprint": colons(SHA1).upper()}, Decision(ALICE)),
        ({"thumbprint": f" {colons(SHA256)} ".replace(":", " ")}, Decision(ALICE)),
        ({"number": 1}, Decision(MALLORY)),
        ({"anonymous": True}, Decision(None)),
        ({"anonymous": True, "note": "no card in the reader"}, Decision(None, "no card in the reader")),
        ({"number": 2, "note": "x" * 2000}, Decision(ALICE, "x" * 1000)),
        ({"number": 2, "note": None}, Decision(ALICE)),
        ({"number": 2, "note": ""}, Decision(ALICE)),
    ],
    ids=count(),
)
def test_answer(answer: dict[str, object], decision: Decision, answer_schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator(answer_schema).validate(answer)
    assert read(answer) == decision


ONE = 'one of "thumbprint", "number" and "anonymous" is an answer'


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, f"answered none of them: {ONE}"),
        ({"note": "well"}, f"answered none of them: {ONE}"),
        ({"thumprint": SHA1}, f'answered "thumprint": {ONE}'),
        ({"thumbprint": SHA1, "number": 2}, f'answered "thumbprint", "number": {ONE}'),
        ({"thumbprint": SHA1, "anonymous": True}, f'answered "thumbprint", "anonymous": {ONE}'),
        ({"anonymous": True, "why": 1}, f'answered "anonymous", "why": {ONE}'),
        ({"anonymous": False}, 'answered "anonymous" that is not true: leave it out, or say which one'),
        ({"anonymous": 1}, 'answered "anonymous" that is not true: leave it out, or say which one'),
        ({"number": 2, "note": 7}, 'answered with a "note" that is no string'),
        ({"thumbprint": None}, 'answered what cannot be sent: its "thumbprint" is no string of hexadecimal digits'),
        ({"thumbprint": 7}, 'answered what cannot be sent: its "thumbprint" is no string of hexadecimal digits'),
        (
            {"thumbprint": "0" * 2000},
            'answered what cannot be sent: its "thumbprint" is no string of hexadecimal digits',
        ),
        ({"thumbprint": ""}, "answered what cannot be sent: '' is no thumbprint: 40 (SHA-1) or 64 (SHA-256)"),
        ({"thumbprint": SHA1[1:]}, f"answered what cannot be sent: '{SHA1[1:]}' is no thumbprint"),
        ({"number": True}, 'answered what cannot be sent: its "number" is no whole number'),
        ({"number": 2.0}, 'answered what cannot be sent: its "number" is no whole number'),
        ({"number": "2"}, 'answered what cannot be sent: its "number" is no whole number'),
    ],
    ids=count(),
)
def test_answer_that_is_none(answer: dict[str, object], words: str, answer_schema: dict[str, object]) -> None:
    with pytest.raises(CallbackError) as raised:
        read(answer)
    assert str(raised.value).startswith(f"program pick {words}")
    with_integers = {name: value for name, value in answer.items() if not isinstance(value, float)}
    if with_integers == answer:  # to JSON Schema 2.0 is an integer
        assert not jsonschema.Draft202012Validator(answer_schema).is_valid(answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"thumbprint": "00" * 20}, f"thumbprint={'00' * 20} names no certificate; there are: 1: CN=mallory ("),
        ({"number": 4}, "4 names no certificate; there are: 1: CN=mallory ("),
        ({"number": 0}, "0 names no certificate; there are: "),
        ({"number": -1}, "-1 names no certificate; there are: "),
    ],
    ids=count(),
)
def test_answer_that_names_nobody(answer: object, words: str) -> None:
    with pytest.raises(CallbackError) as raised:
        read(answer)
    assert str(raised.value).startswith(f"program pick answered what cannot be sent: {words}")


def test_answer_without_its_key() -> None:
    with pytest.raises(CallbackError) as raised:
        read({"number": 3})
    assert str(raised.value) == "program pick returned the credential of CN=bob, which has no private key"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "wrote no answer to its standard output"),
        (b" \n\t\r\n", "wrote no answer to its standard output"),
        (SHA1.encode(), f"answered '{SHA1}', which is no JSON: "),
        (b"alice\nbob\n", "answered 'alice' ..., which is no JSON: "),
        (b"x" * 100, f"answered '{'x' * 60}' ..., which is no JSON: "),
        (b'{"number": 2} {"number": 2}', 'answered \'{"number": 2} {"number": 2}\', which is no JSON: Extra data'),
        (b'{"number": 1, "number": 2}', 'answered \'{"number": 1, "number": 2}\', which is no JSON: a member'),
        (b'{"number": ' + b"9" * 5000 + b"}", 'answered \'{"number": 9999'),
        (b"[" * 60_000, f"answered '{'[' * 60}' ..., which is no JSON: nested too deeply"),
        (b'["thumbprint"]', "answered '[\"thumbprint\"]', which is no JSON object"),
        (b"null", "answered 'null', which is no JSON object"),
        (b"\x1b[2J", r"answered '\x1b[2J', which is no JSON: "),
        (b'{"note": "\xff"}', "answered with octets that are no UTF-8, the first at 10"),
    ],
    ids=count(),
)
def test_rubbish(octets: bytes, words: str) -> None:
    with pytest.raises(CallbackError) as raised:
        read_answer(octets, STORE, "program pick")
    assert str(raised.value).startswith(f"program pick {words}")


def test_a_store_without_certificates() -> None:
    empty: tuple[Credential, ...] = ()
    with pytest.raises(CallbackError, match="1 names no certificate; no client certificate was given"):
        read_answer(b'{"number": 1}', empty, "program pick")
    assert read_answer(b'{"anonymous": true}', empty, "program pick") == Decision(None)


@pytest.fixture(scope="module")
def answer_schema() -> dict[str, object]:
    from tests.report import schemas

    answer: dict[str, object] = schemas.schema(schemas.QUESTION)["$defs"]["answer"]
    return answer
