"""The document against its schema, the schema against the types, and the facts that must never blur."""

from __future__ import annotations

import enum
import json
import types
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest
from jsonschema import Draft202012Validator

from certprobe.application.http import BodyEnd
from certprobe.chain.context import SearchEnd
from certprobe.endpoint import Scheme
from certprobe.errors import FailureKind, Party
from certprobe.lab.der import oid, sequence
from certprobe.lab.pki import Extension
from certprobe.pki.certificate import Certificate
from certprobe.pki.credential import KeyStatus
from certprobe.pki.extensions import APPLICATION_POLICIES, GeneralNameKind
from certprobe.pki.usage import KeyUsage
from certprobe.policy.status import ChainPolicy
from certprobe.report import shape, shape_mapping, shape_pki, shape_run, shape_values, shape_visit
from certprobe.report.acceptance import Listed, Received
from certprobe.report.document import document
from certprobe.report.model import Outcome, ProbeReport, RequestRecord, Role, Stage, TlsFacts, Weight, WhyUntried
from certprobe.report.servers import Server
from certprobe.report.spelling import certificate_facts, time
from certprobe.selection.cells import Reason, Subject, Verdict
from certprobe.selection.select import How
from certprobe.tls.events import Closure, Phase
from certprobe.tls.messages import Announced
from certprobe.wincrypt.trust_status import TrustError, TrustInfo
from tests.report import reports

SCHEMA = json.loads(files("certprobe.report").joinpath("schema.json").read_text(encoding="utf-8"))
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]

# TypedDict -> its definition, where the name is not simply written otherwise.
RENAMED = {"Document": None, "Bits": ("trust_error", "trust_info")}


def spelled(name: str) -> str:
    """ "PolicyStatus" -> "policy_status"."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")


def shapes() -> Iterator[tuple[str, type, dict[str, Any]]]:
    modules = (shape, shape_mapping, shape_pki, shape_run, shape_values, shape_visit)
    for name, kind in {name: kind for module in modules for name, kind in vars(module).items()}.items():
        if is_typeddict(kind):
            assert isinstance(kind, type)
            where = RENAMED.get(name, (spelled(name),))
            for definition in where or ():
                yield f"{name}-{definition}", kind, DEFINITIONS[definition]
            if where is None:
                yield name, kind, SCHEMA


@pytest.mark.parametrize("make", reports.ALL, ids=lambda make: make.__name__)
def test_document_keeps_its_schema(make: Callable[[], ProbeReport]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(document(make()))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(text))] == []


@pytest.mark.parametrize(("kind", "definition"), [pytest.param(k, d, id=name) for name, k, d in shapes()])
def test_schema_is_strict_and_says_what_the_types_say(kind: type, definition: dict[str, Any]) -> None:
    hints = get_type_hints(kind)
    assert definition["required"] == list(definition["properties"])
    assert definition["additionalProperties"] is False
    assert set(definition["properties"]) == set(hints)
    assert definition["description"]
    optional = {name for name, hint in hints.items() if types.NoneType in get_args(hint)}
    assert {name for name, schema in definition["properties"].items() if takes_null(schema)} == optional


def takes_null(schema: dict[str, Any]) -> bool:
    return bool(Draft202012Validator({**schema, "$defs": DEFINITIONS}).is_valid(None))


def test_every_object_of_the_schema_is_typed() -> None:
    objects = {name for name, definition in DEFINITIONS.items() if definition.get("type") == "object"}
    assert objects == {test.partition("-")[2] for test, _, _ in shapes()} - {""}


def choices(*path: str) -> list[str | None]:
    """The values of an enum in the schema, None left out."""
    schema = DEFINITIONS[path[0]]
    for name in path[1:]:
        schema = schema["properties"][name] if "properties" in schema else schema[name]
    alternatives = schema.get("anyOf", [schema])
    return [value for each in alternatives for value in each.get("items", each).get("enum", ())]


@pytest.mark.parametrize(("path", "contract"), [
    (("outcome",), Outcome),
    (("cause", "weight"), Weight),
    (("endpoint", "scheme"), Scheme),
    (("identity", "key_status"), KeyStatus),
    (("stage", "stage"), Stage),
    (("stage", "kind"), FailureKind),
    (("stage", "party"), Party),
    (("alert", "by"), Party),
    (("rejection", "reason"), Reason),
    (("cell", "subject"), Subject),
    (("cell", "verdict"), Verdict),
    (("selection", "how"), How),
    (("certificate_request", "phase"), Phase),
    (("certificate_request", "state"), Announced),
    (("tls", "completed"), Phase),
    (("tls", "closure"), Closure),
    (("judgement", "role"), Role),
    (("judgement", "search_end"), SearchEnd),
    (("policy_status", "policy"), ChainPolicy),
    (("http_answer", "body_end"), BodyEnd),
    (("untried", "why"), WhyUntried),
    (("tried", "listed"), Listed),
    (("tried", "received"), Received),
    (("tried", "refused_in"), Stage),
    (("acceptance", "server"), Server),
    (("announced_list", "state"), Announced),
    (("ask", "phase"), Phase),
])  # fmt: skip
def test_schema_closes_what_the_code_closes(path: tuple[str, ...], contract: type[enum.Enum]) -> None:
    assert choices(*path) == [member.value for member in contract]


@pytest.mark.parametrize(("path", "contract"), [
    (("trust_error", "names"), TrustError),
    (("trust_info", "names"), TrustInfo),
    (("finding", "bit"), TrustError),
    (("general_name", "kind"), GeneralNameKind),
    (("certificate", "key_usage"), KeyUsage),
])  # fmt: skip
def test_schema_names_every_bit(path: tuple[str, ...], contract: type[enum.Enum]) -> None:
    assert choices(*path) == [member.name for member in contract]


def attempt_of(facts: TlsFacts | None) -> shape.Attempt:
    report = reports.not_reached()
    return document(report._replace(attempts=(report.attempts[0]._replace(tls=facts),)))["attempts"][0]


LISTED = ("list", [{"rfc4514": "", "der": "MAA="}], 1)


def record(*names: bytes | None) -> RequestRecord:
    return RequestRecord(Phase.INITIAL, reports.request(*names))


@pytest.mark.parametrize(("facts", "asked", "states"), [
    (None, None, None),
    (reports.tls(completed=()), None, []),
    (reports.tls(), "not-asked", []),
    (reports.tls(record(None)), "empty-list", [("extension-absent", None, 0)]),
    (reports.tls(record()), "empty-list", [("empty-list", [], 0)]),
    (reports.tls(record(b"\x30\x00"), completed=()), "list", [LISTED]),
    (reports.tls(record(), record(b"\x30\x00")), "list", [("empty-list", [], 0), LISTED]),
])  # fmt: skip
def test_not_asked_empty_list_and_list_never_blur(
    facts: TlsFacts | None, asked: str | None, states: list[tuple[str, object, int]] | None
) -> None:
    told = attempt_of(facts)
    tls = told["tls"]
    assert told["asked"] == asked
    assert states == (
        None
        if tls is None
        else [
            (each["state"], each["certificate_authorities"], each["certificate_authorities_count"])
            for each in tls["certificate_requests"]
        ]
    )


@pytest.mark.parametrize(("sent", "told"), [
    (None, None),
    ((), []),
    ((Certificate(b"x"),), ["11f6ad8ec52a2984abaafd7c3b516503785c2072"]),
])  # fmt: skip
def test_nothing_sent_and_sent_empty_never_blur(sent: tuple[Certificate, ...] | None, told: list[str] | None) -> None:
    tls = attempt_of(reports.tls(record()._replace(sent=sent)))["tls"]
    assert tls is not None
    assert tls["certificate_requests"][0]["sent"] == told


def test_verdict_stands_before_the_facts() -> None:
    assert list(document(reports.refused()))[:4] == ["schema", "tool", "version", "verdict"]
    verdict = document(reports.refused())["verdict"]
    assert (verdict["outcome"], verdict["exit_code"]) == ("refused-by-alert", 1)
    assert verdict["causes"][0] == {
        "code": "unknown_ca",
        "weight": "problem",
        "title": "the server does not trust the issuer of CN=bob",
        "detail": "The server refused with the alert unknown_ca (48).",
        "advice": "Use a certificate issued under one of the listed CAs.",
    }


def test_times_have_one_spelling() -> None:
    told = document(reports.accepted())
    assert told["times"] == {"started": "2026-11-20T12:00:01Z", "seconds": 0.0254, "at": "2026-11-20T12:00:00Z"}
    assert told["store"]["identities"][1]["not_after"] == "2026-11-19T12:00:00Z"
    assert told["attempts"][0]["stages"][0]["seconds"] == 0.001235
    assert time(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
    assert time(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=999_999)) == "2026-01-01T00:00:00Z"


def test_server_certificate_is_there_whole() -> None:
    tls = document(reports.accepted())["attempts"][0]["tls"]
    assert tls is not None
    certificate = tls["certificates"][0]
    assert b64decode(certificate["der"]) == reports.lab().server.der
    expected = Certificate(reports.lab().server.der)
    assert (certificate["thumbprint"], certificate["sha256"]) == (expected.thumbprint, expected.sha256)
    assert certificate["subject_alt_names"] == [
        {"kind": "dNSName", "value": "localhost"},
        {"kind": "iPAddress", "value": "127.0.0.1"},
    ]
    assert certificate["key_usage"] == ["digitalSignature"]
    assert certificate["extended_key_usage"] == [{"oid": "1.3.6.1.5.5.7.3.1", "name": "serverAuth"}]
    assert certificate["application_policies"] is None
    assert certificate["public_key"] == {"algorithm": "id-ecPublicKey", "bits": 256, "curve": "secp256r1"}
    assert tls["version"] == "TLS 1.2"
    assert tls["cipher_suite"] == {"name": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "code": 0xC02B}
    assert tls["stapled_ocsp"] == "MAMKAQY="


def test_application_policies_stand_beside_the_usages() -> None:
    policies = Extension(APPLICATION_POLICIES, sequence(sequence(oid("1.3.6.1.5.5.7.3.2")), sequence(oid("1.2.3"))))
    facts = certificate_facts(Certificate(reports.lab().root.server("x.test", extensions=(policies,)).der))
    assert facts["extended_key_usage"] == [{"oid": "1.3.6.1.5.5.7.3.1", "name": "serverAuth"}]
    assert facts["application_policies"] == [
        {"oid": "1.3.6.1.5.5.7.3.2", "name": "clientAuth"},
        {"oid": "1.2.3", "name": "1.2.3"},
    ]
    assert list(Draft202012Validator({"$ref": "#/$defs/certificate", "$defs": DEFINITIONS}).iter_errors(facts)) == []


def test_chain_and_policy_speak_windows() -> None:
    server = document(reports.refused())["attempts"][0]["server"]
    assert server is not None
    assert server["deciding"] == {
        "policy": "ssl",
        "error": {"symbol": "CERT_E_EXPIRED", "hex": "0x800B0101", "signed": -2146762495},
        "chain_index": 0,
        "element_index": 0,
    }
    leaf = server["chains"][0]["elements"][0]
    assert leaf["error"] == {"names": ["CERT_TRUST_IS_NOT_TIME_VALID"], "hex": "0x00000001"}
    assert leaf["info"] == {"names": ["CERT_TRUST_HAS_KEY_MATCH_ISSUER"], "hex": "0x00000002"}
    assert [finding["bit"] for finding in leaf["findings"]] == ["CERT_TRUST_IS_NOT_TIME_VALID"]


def test_cert_flags_are_told_of_a_client_of_a_web_server() -> None:
    flags = [
        [each["cert_flags"] and each["cert_flags"]["symbol"] for each in document(make())["attempts"]]
        for make in (reports.accepted, reports.refused, reports.not_reached)
    ]
    assert flags == [["ERROR_SUCCESS"], ["CERT_E_UNTRUSTEDROOT"], [None]]
    report = reports.accepted()
    of_a_directory = report._replace(attempts=(report.attempts[0]._replace(path=None),))
    assert document(of_a_directory)["attempts"][0]["cert_flags"] is None


def test_selection_tells_every_candidate_and_the_chosen_number() -> None:
    tls = document(reports.accepted())["attempts"][0]["tls"]
    assert tls is not None
    request = tls["certificate_requests"][0]
    alice = Certificate(reports.lab().alice.der)
    assert request["chosen"] == {"number": 1, "subject": "CN=alice", "thumbprint": alice.thumbprint}
    assert request["sent"] == [alice.thumbprint, Certificate(reports.lab().alice.chain[0]).thumbprint]
    assert request["selection"] is not None
    assert request["selection"]["how"] == "automatic"
    reasons = [[each["reason"] for each in candidate["rejections"]] for candidate in request["selection"]["candidates"]]
    assert reasons == [[], ["not-time-valid", "issuer-not-listed"], ["no-private-key"]]


def test_alerts_of_both_sides_stay_apart() -> None:
    tls = document(reports.refused())["attempts"][0]["tls"]
    assert tls is not None
    theirs, ours = tls["alerts"]
    assert (theirs["by"], theirs["description"]) == ("peer", {"name": "unknown_ca", "code": 48})
    assert theirs["status"] == {"symbol": "SEC_E_UNTRUSTED_ROOT", "hex": "0x80090325", "signed": -2146893019}
    assert (ours["by"], ours["status"]) == ("ourselves", None)


def test_no_key_is_in_it() -> None:
    text = json.dumps(document(reports.accepted()))
    scalar = reports.lab().alice.private_key.private_numbers().private_value  # type: ignore[union-attr]
    assert f"{scalar:x}" not in text
    assert "PRIVATE" not in text
    assert set(document(reports.accepted())["store"]["identities"][0]) == set(get_type_hints(shape.Identity))
