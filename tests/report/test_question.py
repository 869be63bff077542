"""What a program is asked: by its schema, in the report's spelling, line by line, and nothing secret."""

from __future__ import annotations

import base64
import json
import re

import jsonschema
import pytest

from certprobe import __version__
from certprobe.pki.credential import Credential
from certprobe.pki.name import DistinguishedName
from certprobe.report.handshake import candidates, certificate_request
from certprobe.report.model import RequestRecord, StoreFacts
from certprobe.report.question import Question, on_open, on_request, question_text
from certprobe.selection.callbacks import ConnectionInfo, EndpointAddress
from certprobe.selection.select import select_client_certificate
from certprobe.tls.events import Phase
from certprobe.tls.messages import CertificateRequest, OidFilter
from tests.report import schemas
from tests.selection.credentials import AT, ISSUING, OTHER, credential, tls12, tls13

SCHEMA = schemas.schema(schemas.QUESTION)
ALICE = credential(ISSUING.client("alice"))
QUOTED = credential(OTHER.client('a"}, {"number": 9, "subject": "b'))
STORE = (QUOTED, ALICE)
HOSTILE = r"CN=evil \"subject\": \"CN=alice\,\1b[2J" + "\u202e"
CLIENT_AUTH = bytes.fromhex("06082b06010505070302")


def connection(request: CertificateRequest, store: tuple[Credential, ...] = STORE) -> ConnectionInfo:
    found = select_client_certificate(request, store, at=AT).candidates
    return ConnectionInfo("https://localhost/", Phase.POST_HANDSHAKE, request, found)


def asked(request: CertificateRequest, store: tuple[Credential, ...] = STORE) -> Question:
    names = map(DistinguishedName, request.certificate_authorities or ())
    return held_to_schema(on_request(connection(request, store), names))


def held_to_schema(question: Question) -> Question:
    loaded: Question = json.loads(question_text(question))
    jsonschema.Draft202012Validator(SCHEMA).validate(loaded)
    assert loaded == question
    return loaded


def test_schema_shares_the_definitions_of_the_report() -> None:
    own, report = schemas.text(schemas.QUESTION), schemas.text(schemas.REPORT)
    assert own == schemas.with_shared_definitions(own, report), "the report's schema has changed: make schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    shared = schemas.schema(schemas.REPORT)["$defs"]
    assert set(SCHEMA["$defs"]) - set(shared) == {"offered", "answer"}


def test_question_of_query_client_cert() -> None:
    question = asked(tls13("CN=Lab issuing CA", "CN=A second"))
    assert list(question) == SCHEMA["required"]
    head = {name: question[name] for name in ("schema", "tool", "version", "contract", "url", "phase")}
    assert head == {
        "schema": 1,
        "tool": "certprobe",
        "version": __version__,
        "contract": "QUERYCLIENTCERT",
        "url": "https://localhost/",
        "phase": "post-handshake",
    }
    assert (question["via_uri"], question["issuer_list"]) == (None, None)
    trusted = question["trusted_CAs"]
    assert trusted is not None
    assert [each["rfc4514"] for each in trusted] == ["CN=Lab issuing CA", "CN=A second"]
    assert trusted[0]["der"] == base64.b64encode(ISSUING.issued.subject).decode()


@pytest.mark.parametrize(("request_", "trusted"), [(tls13(), []), (tls12(), [])], ids=["absent", "empty"])
def test_question_without_a_list(request_: CertificateRequest, trusted: list[object]) -> None:
    assert asked(request_)["trusted_CAs"] == trusted


def test_request_and_candidates_are_those_of_the_report() -> None:
    request = tls13("CN=Lab issuing CA")._replace(oid_filters=(OidFilter(CLIENT_AUTH, b""),))
    question = asked(request)
    record = RequestRecord(Phase.POST_HANDSHAKE, request)
    assert question["certificate_request"] == certificate_request(record, StoreFacts(STORE, ()))
    told = candidates(select_client_certificate(request, STORE, at=AT))
    shared = set(told[0]) & set(question["candidates"][0])
    assert set(told[0]) - shared == {"cells", "not_asked"}
    for ours, theirs in zip(question["candidates"], told, strict=True):
        assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}  # type: ignore[literal-required]


def test_candidates() -> None:
    mallory, alice = asked(tls13("CN=Lab issuing CA"))["candidates"]
    assert (mallory["number"], mallory["fits"]) == (1, False)
    assert [each["reason"] for each in mallory["rejections"] or ()] == ["issuer-not-listed"]
    assert mallory["change"] is not None
    assert (alice["number"], alice["fits"], alice["rejections"], alice["change"]) == (2, True, [], None)
    assert (alice["thumbprint"], alice["sha256"]) == (ALICE.certificate.thumbprint, ALICE.certificate.sha256)
    assert base64.b64decode(alice["der"]) == ALICE.certificate.der
    assert alice["key_status"] == "fits"


def test_question_of_get_cert() -> None:
    target = EndpointAddress("https://localhost/")
    question = held_to_schema(on_open(target, "//10.0.0.1:443", None, STORE))
    assert list(question) == SCHEMA["required"]
    assert (question["contract"], question["url"]) == ("WS_GET_CERT_CALLBACK", "https://localhost/")
    assert (question["via_uri"], question["issuer_list"]) == ("//10.0.0.1:443", None)
    assert (question["phase"], question["trusted_CAs"], question["certificate_request"]) == (None, None, None)
    for each in question["candidates"]:
        assert (each["fits"], each["rejections"], each["cautions"], each["change"]) == (None, None, None, None)
    assert [each["thumbprint"] for each in question["candidates"]] == [each.certificate.thumbprint for each in STORE]


def test_question_of_get_cert_after_a_refusal() -> None:
    issuers = (DistinguishedName(ISSUING.issued.subject),)
    told = held_to_schema(on_open(EndpointAddress("https://localhost/"), None, issuers, STORE))["issuer_list"]
    assert told == [{"rfc4514": "CN=Lab issuing CA", "der": base64.b64encode(ISSUING.issued.subject).decode()}]
    assert held_to_schema(on_open(EndpointAddress("https://localhost/"), None, (), STORE))["issuer_list"] == []


def test_a_line_for_each_member_name_and_candidate() -> None:
    lines = question_text(asked(tls13("CN=Lab issuing CA", HOSTILE))).splitlines()
    members = [match[1] for line in lines if (match := re.match(r'\{?"(\w+)": (?!.*"der")', line)) is not None]
    assert [name for name in members if name in SCHEMA["required"]] == [
        name for name in SCHEMA["required"] if name != "certificate_request"
    ]
    assert sum(line.startswith('{"rfc4514": ') for line in lines) == 2
    numbered = [line for line in lines if line.startswith('{"number": ')]
    assert len(numbered) == 2
    # What the documentation's sed looks for is in the line of that candidate alone, whatever names there are.
    assert [line for line in lines if '"subject": "CN=alice' in line] == numbered[1:]
    assert [len(re.findall('"thumbprint": "[0-9a-f]*"', line)) for line in numbered] == [1, 1]


def test_nothing_that_a_terminal_would_obey() -> None:
    text = question_text(asked(tls13(HOSTILE)))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_no_secret() -> None:
    text = question_text(asked(tls13()))
    key = ISSUING.client("alice").private_key_pem().decode().splitlines()[1]
    assert "PRIVATE" not in text
    assert key not in text
