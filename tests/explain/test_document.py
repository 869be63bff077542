from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from certprobe.explain import document as shapes
from certprobe.explain.catalogue import entries
from certprobe.explain.document import document, log_document
from certprobe.explain.families import Family
from certprobe.explain.log import Annotator
from certprobe.explain.lookup import explain

SCHEMA = json.loads(files("certprobe.explain").joinpath("schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def told(*spellings: str) -> Any:
    """The document of those codes, through JSON, held to the schema."""
    return kept(document((each for spelling in spellings for each in explain(spelling)), "1.2.3"))


def kept(made: Any) -> Any:
    read = json.loads(json.dumps(made, ensure_ascii=True, allow_nan=False))
    assert [error.message for error in VALIDATOR.iter_errors(read)] == []
    return read


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("family", Family, ids=lambda family: family.value)
def test_every_code_keeps_the_schema(family: Family) -> None:
    read = told(*(f"{entry.symbol}" for entry in entries(family).values()))
    assert len(read["codes"]) == len(entries(family))
    assert read["unknown"] == []


def test_one_code() -> None:
    read = told("49/52e", "foo\x1b")
    assert {name: read[name] for name in ("schema", "tool", "version", "unknown")} == {
        "schema": 1,
        "tool": "certprobe",
        "version": "1.2.3",
        "unknown": ["foo\x1b"],
    }
    assert [(code["given"], code["occurrences"]) for code in read["codes"]] == [("49", None), ("data 52e", None)]
    (reading,) = read["codes"][1]["readings"]
    assert {
        name: reading[name] for name in ("family", "symbol", "code", "spellings", "source", "windows", "parts")
    } == {
        "family": "ad-data",
        "symbol": "ERROR_LOGON_FAILURE",
        "code": "52e",
        "spellings": ["1326"],
        "source": "winerror.h",
        "windows": {"symbol": "SEC_E_LOGON_DENIED", "hex": "0x8009030C", "signed": -2146893044},
        "parts": [],
    }


def test_a_mask_has_parts() -> None:
    (reading,) = told("error:0x10040")["codes"][0]["readings"]
    assert [part["symbol"] for part in reading["parts"]] == [
        "CERT_TRUST_REVOCATION_STATUS_UNKNOWN",
        "CERT_TRUST_IS_PARTIAL_CHAIN",
    ]
    assert [part["windows"]["symbol"] for part in reading["parts"]] == [
        "CRYPT_E_NO_REVOCATION_CHECK",
        "CERT_E_CHAINING",
    ]


def test_a_log() -> None:
    annotator = Annotator()
    for line in ("alert number 48", "", "alert number 48", "SEC_E_NONE_SUCH"):
        annotator.line(line)
    read = kept(log_document(annotator, "1.2.3"))
    assert [(code["given"], code["occurrences"]) for code in read["codes"]] == [
        ("alert 48", {"lines": 2, "first_line": 1})
    ]
    assert read["unknown"] == ["SEC_E_NONE_SUCH"]


@given(st.lists(st.text() | st.integers(-(2**31), 2**32).map(str) | st.integers(0, 2**32).map(hex), max_size=5))
def test_anything_keeps_the_schema(spellings: list[str]) -> None:
    told(*spellings)


def objects() -> Iterator[tuple[type, dict[str, Any]]]:
    """Every TypedDict with the definition of the schema that is called like it."""
    yield shapes.DocumentShape, SCHEMA
    for name, definition in SCHEMA["$defs"].items():
        yield getattr(shapes, f"{name.capitalize()}Shape"), definition


@pytest.mark.parametrize(("kind", "definition"), list(objects()))
def test_schema_is_strict_and_says_what_the_types_say(kind: type, definition: dict[str, Any]) -> None:
    hints = get_type_hints(kind)
    assert definition["required"] == list(definition["properties"])
    assert definition["additionalProperties"] is False
    assert set(definition["properties"]) == set(hints)
    nullable = {name for name, schema in definition["properties"].items() if "oneOf" in schema}
    assert nullable == {name for name, hint in hints.items() if type(None) in get_args(hint)}


def test_schema_names_every_family() -> None:
    assert SCHEMA["$defs"]["reading"]["properties"]["family"]["enum"] == [
        *("hresult", "tls-alert", "openssl-verify", "ldap-result", "ldap-api", "ad-data", "iis-sub-status", "win32"),
        *("kdc-event", "schannel-event", "trust-error", "trust-info"),
    ]
    assert sorted(SCHEMA["$defs"]["reading"]["properties"]["family"]["enum"]) == sorted(each.value for each in Family)
