"""The document of a matching: its schema, its types, what it shares with the report's, and its verdicts."""

from __future__ import annotations

import json
import types
from typing import Any, get_args, get_type_hints

import pytest
from jsonschema import Draft202012Validator

from certprobe.cli.exits import ExitCode
from certprobe.pki.credential import Credential, KeyStatus
from certprobe.report import shape_match
from certprobe.report.match_document import match_document
from certprobe.report.matching import CLEAN, FINDING, Found, Kind, Matching, Origin, matched, unasked, unmatched
from certprobe.report.model import Outcome, RequestRecord, StoreFacts
from certprobe.selection.select import select_client_certificate
from certprobe.tls.events import Phase
from tests.report import reports, schemas
from tests.report.reports import AT, credential, lab, request

SCHEMA = schemas.schema(schemas.MATCH)
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
OWN = {"Match": SCHEMA, "MatchVerdict": DEFINITIONS["match_verdict"], "Origin": DEFINITIONS["origin"]}
ORIGIN = Origin(Kind.SERVER, "https://localhost/")


def test_shared_definitions_are_those_of_the_report() -> None:
    own, report = schemas.text(schemas.MATCH), schemas.text(schemas.REPORT)
    assert own == schemas.with_shared_definitions(own, report), "the report's schema has changed: make schema"
    Draft202012Validator.check_schema(SCHEMA)
    shared = schemas.schema(schemas.REPORT)["$defs"]
    assert {name for name in DEFINITIONS if name not in shared} == {"match_verdict", "origin"}


@pytest.mark.parametrize("name", OWN)
def test_schema_is_strict_and_says_what_the_types_say(name: str) -> None:
    definition, hints = OWN[name], get_type_hints(getattr(shape_match, name))
    assert definition["required"] == list(definition["properties"]) == list(hints)
    assert definition["additionalProperties"] is False
    assert definition["description"]
    optional = {field for field, hint in hints.items() if types.NoneType in get_args(hint)}
    takes_null = {
        field
        for field, schema in definition["properties"].items()
        if Draft202012Validator({**schema, "$defs": DEFINITIONS}).is_valid(None)
    }
    assert takes_null == optional


def test_schema_closes_what_the_code_closes() -> None:
    assert DEFINITIONS["match_verdict"]["properties"]["outcome"]["enum"] == [found.value for found in Found]
    assert DEFINITIONS["origin"]["properties"]["kind"]["enum"] == [kind.value for kind in Kind]
    assert (CLEAN, FINDING) == (ExitCode.CLEAN, ExitCode.FINDING)


def held(*store: Credential) -> Matching:
    selection = select_client_certificate(request(lab().alice.issuer), store, at=AT)
    record = RequestRecord(Phase.INITIAL, request(lab().alice.issuer), selection, selection.chosen)
    return matched("1", AT, ORIGIN, StoreFacts(store, ("a note",)), record)


def told(matching: Matching) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(match_document(matching)))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)] == []
    assert document["verdict"]["exit_code"] == matching.exit_code
    return document


ALICE, BOB = credential(lab().alice, "store.pem #1"), credential(lab().bob, "store.pem #3")
KEYLESS = credential(lab().alice, "alone.pem", KeyStatus.ABSENT)


def test_one_fits() -> None:
    document = told(held(BOB, ALICE))
    (cause,) = document["verdict"]["causes"]
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("fits", 0)
    assert (cause["code"], cause["title"], cause["detail"]) == ("fits", "2: CN=alice fits", "")
    assert document["certificate_request"]["chosen"]["number"] == 2
    assert document["certificate_request"]["sent"] is None


def test_several_fit() -> None:
    (cause,) = told(held(*(ALICE,) * 2))["verdict"]["causes"]
    assert cause["detail"] == "So does 2: CN=alice; the first is the one that is sent."
    (cause,) = told(held(*(ALICE,) * 6))["verdict"]["causes"]
    assert cause["detail"] == (
        "So do 2: CN=alice; 3: CN=alice; 4: CN=alice and 2 more; the first is the one that is sent."
    )


def test_none_fits() -> None:
    document = told(held(BOB, KEYLESS))
    (cause,) = document["verdict"]["causes"]
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("none-fits", 1)
    assert cause["title"] == "none of your 2 fits"
    assert cause["advice"] == "For 2, CN=alice: give its private key too."
    changes = [candidate["change"] for candidate in document["certificate_request"]["selection"]["candidates"]]
    assert changes == ["have a new certificate issued by CN=Lab issuing CA", "give its private key too"]


def test_the_only_one_does_not_fit() -> None:
    (cause,) = told(held(KEYLESS))["verdict"]["causes"]
    assert (cause["code"], cause["title"]) == ("no-private-key", "CN=alice has no private key beside it")


def test_not_asked() -> None:
    document = told(unasked("1", AT, ORIGIN, StoreFacts((ALICE,), ()), "Ask."))
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("not-asked", 1)
    assert document["certificate_request"] is None
    assert document["verdict"]["causes"][0]["advice"] == "Ask."


def test_not_reached() -> None:
    report = reports.not_reached()
    document = told(unmatched(report, ORIGIN, StoreFacts((ALICE,), ())))
    assert (document["verdict"]["outcome"], document["verdict"]["exit_code"]) == ("not-reached", 3)
    assert document["verdict"]["causes"][0]["title"] == report.conclusion.causes[0].title


@pytest.mark.parametrize("outcome", [Outcome.NOT_ASKED, Outcome.REFUSED_BY_HTTP_STATUS, Outcome.ACCEPTED])
def test_reached_without_being_asked(outcome: Outcome) -> None:
    report = reports.accepted()
    report = report._replace(conclusion=report.conclusion._replace(outcome=outcome), exit_code=0)
    assert unmatched(report, ORIGIN, StoreFacts((), ())).found is Found.NOT_ASKED
