"""The document of a client's visit: a probe's, grown; what a browser or a script reads in it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from certprobe.report.reading import read_report
from certprobe.report.visit_document import visit_document
from certprobe.report.visits import VisitReport
from certprobe.tls.messages import Announced
from tests.report import reports, visits
from tests.report.reports import lab

SCHEMA = json.loads(files("certprobe.report").joinpath("schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("make", visits.ALL, ids=lambda make: make.__name__)
def test_it_keeps_the_schema(make: Callable[[], VisitReport]) -> None:
    text = json.dumps(visit_document(make()))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(text))] == []


def test_members_of_http_ssl_client_cert_info() -> None:
    told = visit_document(visits.untrusted())["visit"]
    assert told is not None
    info = told["client_cert_info"]
    assert info is not None
    assert list(info) == ["CertFlags", "CertEncodedSize", "pCertEncoded", "Token", "CertDeniedByMapper"]
    assert info["CertFlags"] == {"symbol": "CERT_E_UNTRUSTEDROOT", "hex": "0x800B0109", "signed": -2146762487}
    assert b64decode(info["pCertEncoded"]) == lab().bob.der
    assert info["CertEncodedSize"] == len(lab().bob.der)
    assert (info["Token"], info["CertDeniedByMapper"]) == (None, False)


def test_client_hello() -> None:
    told = visit_document(visits.good())["visit"]
    assert told is not None
    hello = told["client_hello"]
    assert hello is not None
    assert hello["version"] == {"name": "TLS 1.2", "code": 0x0303}
    assert hello["supported_versions"] == [{"name": "TLS 1.3", "code": 0x0304}, {"name": "TLS 1.2", "code": 0x0303}]
    assert hello["cipher_suites"][:2] == [
        {"name": "0x1a1a", "code": 0x1A1A},
        {"name": "TLS_AES_128_GCM_SHA256", "code": 0x1301},
    ]
    assert hello["signature_algorithms_cert"] is None
    assert hello["post_handshake_auth"] is False


def test_what_a_client_sent_and_asked() -> None:
    told = visit_document(visits.good())["visit"]
    assert told is not None
    assert [each["subject"] for each in told["certificates"]] == ["CN=alice", "CN=Lab issuing CA"]
    assert told["requested"] == {
        "method": "GET",
        "target": "/",
        "user_agent": "curl/8.14",
        "headers": [
            {"name": "host", "value": "localhost"},
            {"name": "user-agent", "value": "curl/8.14"},
            {"name": "cookie", "value": "(6 characters, not shown)"},
        ],
    }


@pytest.mark.parametrize(("make", "iis"), [
    (visits.good, None),
    (visits.without_certificate, "403.7"),
    (visits.untrusted, "403.16"),
    (visits.expired, "403.17"),
    (visits.revoked, "403.13"),
    (visits.denied, "403.12"),
    (visits.bound, None),
    (visits.plain_http, None),
    (visits.distrusting, None),
])  # fmt: skip
def test_sub_status_of_iis(make: Callable[[], VisitReport], iis: str | None) -> None:
    told = visit_document(make())["visit"]
    assert told is not None
    assert (told["iis"] and told["iis"]["sub_status"]) == iis


def test_a_directory_has_no_sub_status() -> None:
    made = visits.visit(visits.asked(), path=None)
    told = visit_document(visits.report(made, endpoint=reports.LDAP))["visit"]
    assert told is not None
    assert told["iis"] is None


def test_what_a_listener_asked_can_be_matched() -> None:
    saved = read_report(json.dumps(visit_document(visits.good())).encode())
    assert saved.deciding is not None
    assert saved.deciding.request.announced is Announced.LIST
    assert saved.deciding.was_answered
