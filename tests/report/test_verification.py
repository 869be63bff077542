"""The document of a verification: its schema, its types, and what it shares with the report's."""

from __future__ import annotations

import json
import types
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest
from jsonschema import Draft202012Validator

from certprobe.chain.context import NO_USAGE
from certprobe.chain.profile import HYGIENE, RFC_5280, WEBPKI, WINDOWS
from certprobe.cli.exits import ExitCode
from certprobe.judging import Purpose, Yardstick
from certprobe.lab.pki import Authority
from certprobe.pki.certificate import Certificate
from certprobe.pki.decode import Contents, FoundCertificate
from certprobe.pki.store import CertificateStore
from certprobe.policy.status import ChainPolicy
from certprobe.report import shape_verification
from certprobe.report.model import Role
from certprobe.report.verification import CLEAN, FINDING, UNUSABLE, Verification
from certprobe.report.verification_document import verification_document
from certprobe.verify import terms, verify
from tests.report import schemas

SCHEMA = schemas.schema(schemas.VERIFICATION)
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
OWN = {"Verification": SCHEMA, **{
    name: DEFINITIONS[definition]
    for name, definition in (
        ("FileVerdict", "file_verdict"), ("Terms", "terms"), ("Subject", "subject"), ("PolicySets", "policy_sets"),
    )
}}  # fmt: skip

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ROOT = Authority.root("Root", at=AT)


def test_shared_definitions_are_those_of_the_report() -> None:
    own, report = schemas.text(schemas.VERIFICATION), schemas.text(schemas.REPORT)
    assert set(schemas.definitions(report)) == set(schemas.schema(schemas.REPORT)["$defs"])
    assert own == schemas.with_shared_definitions(own, report), "the report's schema has changed: make schema"


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_only_own_shapes_are_own_definitions() -> None:
    shared = schemas.schema(schemas.REPORT)["$defs"]
    assert {name for name in DEFINITIONS if name not in shared} == {"file_verdict", "terms", "subject", "policy_sets"}
    here = {
        name
        for name, kind in vars(shape_verification).items()
        if is_typeddict(kind) and kind.__module__ == shape_verification.__name__
    }
    assert here == set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_schema_is_strict_and_says_what_the_types_say(name: str) -> None:
    definition, hints = OWN[name], get_type_hints(getattr(shape_verification, name))
    assert definition["required"] == list(definition["properties"]) == list(hints)
    assert definition["additionalProperties"] is False
    assert definition["description"]
    optional = {field for field, hint in hints.items() if types.NoneType in get_args(hint)}
    assert {field for field, schema in definition["properties"].items() if takes_null(schema)} == optional


def takes_null(schema: dict[str, Any]) -> bool:
    return bool(Draft202012Validator({**schema, "$defs": DEFINITIONS}).is_valid(None))


def test_schema_closes_what_the_code_closes() -> None:
    assert DEFINITIONS["terms"]["properties"]["profile"]["enum"] == [WINDOWS.name, RFC_5280.name, WEBPKI.name]
    assert DEFINITIONS["terms"]["properties"]["policy"]["enum"] == [policy.value for policy in ChainPolicy]
    assert DEFINITIONS["file_verdict"]["properties"]["exit_code"]["enum"] == [CLEAN, FINDING, UNUSABLE]
    assert (CLEAN, FINDING, UNUSABLE) == (ExitCode.CLEAN, ExitCode.FINDING, ExitCode.INPUT)


@pytest.mark.parametrize("ders", [
    (),
    (ROOT.server("www.lab.test").der,),
    (ROOT.server("www.lab.test", subject_alt_names=(), version=1).der, b"\x30\x00", b"", b"garbage"),
])  # fmt: skip
def test_document_keeps_its_schema(ders: tuple[bytes, ...]) -> None:
    purpose = Purpose(Role.ANY, NO_USAGE)
    yardstick = Yardstick(CertificateStore((Certificate(ROOT.issued.der),)), AT, ChainPolicy.BASE, profile=HYGIENE)
    contents = Contents("f", tuple(FoundCertificate(Certificate(der), "f") for der in ders))
    asked = terms(purpose, yardstick, "Root")
    for verified in (
        Verification("1", "f", asked, verify(contents, (), purpose, yardstick), ("a note",)),
        Verification("1", "f", asked, fault="f: unreadable"),
    ):
        told = json.loads(json.dumps(verification_document(verified)))
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(told)] == []
        assert told["verdict"]["exit_code"] == verified.exit_code
