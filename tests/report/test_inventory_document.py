"""The document of an inventory: its schema, its types, and what it shares with the report's."""

from __future__ import annotations

import types
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest
from jsonschema import Draft202012Validator

from certprobe.cli.exits import ExitCode
from certprobe.pki.credential import KeyStatus
from certprobe.pki.strays import StrayKind
from certprobe.report import shape_inventory
from certprobe.report.inventory import CLEAN, FINDING, UNUSABLE, ChainEnd, Named
from certprobe.report.inventory_strays import WORDS
from tests.report import schemas

SCHEMA = schemas.schema(schemas.INVENTORY)
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
NAMES = {
    "Verdict": "inventory_verdict",
    "Fault": "fault",
    "LookedAt": "looked_at",
    "Account": "account",
    "Placed": "placed_certificate",
    "Identity": "held_identity",
    "Other": "other_certificate",
    "LooseKey": "loose_key",
    "LockedKey": "locked_key",
    "Fact": "stray_fact",
    "Stray": "stray",
}
OWN = {"Inventory": SCHEMA, **{name: DEFINITIONS[definition] for name, definition in NAMES.items()}}


def test_shared_definitions_are_those_of_the_report() -> None:
    own, report = schemas.text(schemas.INVENTORY), schemas.text(schemas.REPORT)
    assert own == schemas.with_shared_definitions(own, report), "the report's schema has changed: make schema"
    Draft202012Validator.check_schema(SCHEMA)
    shared = schemas.schema(schemas.REPORT)["$defs"]
    assert {name for name in DEFINITIONS if name not in shared} == set(NAMES.values())


def test_every_shape_has_a_definition() -> None:
    kinds = {name: kind for name, kind in vars(shape_inventory).items() if is_typeddict(kind)}
    assert {name for name, kind in kinds.items() if kind.__module__ == shape_inventory.__name__} == set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_schema_is_strict_and_says_what_the_types_say(name: str) -> None:
    definition, hints = OWN[name], get_type_hints(getattr(shape_inventory, name))
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
    def enum(definition: str, field: str) -> list[Any]:
        closed: list[Any] = DEFINITIONS[definition]["properties"][field]["enum"]
        return closed

    assert enum("inventory_verdict", "exit_code") == [CLEAN, FINDING, UNUSABLE]
    assert (CLEAN, FINDING, UNUSABLE) == (ExitCode.CLEAN, ExitCode.FINDING, ExitCode.INPUT)
    assert enum("looked_at", "named") == [named.value for named in Named]
    assert enum("held_identity", "key_status") == [status.value for status in KeyStatus]
    assert enum("held_identity", "chain_end") == [end.value for end in ChainEnd]
    assert enum("stray", "kind") == [kind.value for kind in StrayKind]
    assert set(WORDS) == set(StrayKind)
