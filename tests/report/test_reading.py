"""A saved report is read back as it was, and what is wrong with one is named by its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from certprobe.errors import DecodeError
from certprobe.report.document import document
from certprobe.report.model import ProbeReport
from certprobe.report.reading import read_report
from certprobe.tls.enums import ProtocolVersion
from certprobe.tls.messages import CertificateRequest, OidFilter
from tests.report import reports

Change = Callable[[dict[str, Any]], object]


def saved(report: ProbeReport) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(document(report)))
    return told


def read(told: object) -> Any:
    return read_report(json.dumps(told).encode())


@pytest.mark.parametrize("make", [reports.accepted, reports.refused, reports.paths], ids=lambda make: make.__name__)
def test_requests_are_read_back(make: Callable[[], ProbeReport]) -> None:
    report = make()
    told = read(saved(report))
    assert told.url == report.endpoint.url
    expected = [
        (number, attempt.path, record.phase, record.request._replace(context=b""), bool(record.sent))
        for number, attempt in enumerate(report.attempts, 1)
        if attempt.tls is not None
        for record in attempt.tls.requests
    ]
    assert list(told.requests) == expected
    assert expected


def with_request(request: CertificateRequest) -> CertificateRequest:
    """What comes back of a request that is put into a report."""
    report = reports.accepted()
    (attempt,) = report.attempts
    assert attempt.tls is not None
    record = attempt.tls.requests[0]._replace(request=request)
    tls = attempt.tls._replace(requests=(record,))
    (back,) = read(saved(report._replace(attempts=(attempt._replace(tls=tls),)))).requests
    found: CertificateRequest = back.request
    return found


@pytest.mark.parametrize("request_", [
    CertificateRequest(ProtocolVersion.TLS_1_3, 9),
    CertificateRequest(ProtocolVersion.TLS_1_3, 9, certificate_authorities=()),
    CertificateRequest(ProtocolVersion.TLS_1_0, 9, certificate_types=(1, 250), certificate_authorities=(b"\xff", b"")),
    CertificateRequest(
        ProtocolVersion.TLS_1_3, 9, signature_algorithms=(0x0A0A,), signature_algorithms_cert=(),
        oid_filters=(OidFilter(b"\x06\x03\x55\x1d\x0f", b"\x03\x02\x07\x80"), OidFilter(b"", b"")), faults=("a", "b"),
    ),
], ids=["absent", "empty", "old", "rare"])  # fmt: skip
def test_every_member_survives(request_: CertificateRequest) -> None:
    assert with_request(request_) == request_


def test_the_deciding_request_is_the_last_attempts_that_asked() -> None:
    """Of its requests the last that was answered by a certificate; without any, the last."""
    told = saved(reports.accepted())
    (attempt,) = told["attempts"]
    (request,) = attempt["tls"]["certificate_requests"]
    anonymous = {**request, "sent": [], "phase": "renegotiation"}

    def deciding(*requests: dict[str, Any]) -> tuple[int, str]:
        asking = {**attempt, "tls": {**attempt["tls"], "certificate_requests": list(requests)}}
        silent = {**attempt, "tls": None}
        found = read({**told, "attempts": [attempt, asking, silent]}).deciding
        return found.attempt, found.phase.value

    assert deciding(request, anonymous) == (2, "initial")
    assert deciding(anonymous, request) == (2, "initial")
    assert deciding({**request, "sent": None}, anonymous) == (2, "renegotiation")
    assert deciding() == (1, "initial")
    assert read({**told, "attempts": []}).deciding is None


def request_of(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = told["attempts"][0]["tls"]["certificate_requests"][0]
    return found


PLACE = "attempts[0].tls.certificate_requests[0]"
FAULTS: list[tuple[str, Change, str]] = [
    ("tool", lambda told: told.update(tool="sslyze"), "no report of certprobe https or ldap"),
    ("schema", lambda told: told.update(schema=2), "no report of certprobe https or ldap"),
    ("no-attempts", lambda told: told.pop("attempts"), "the document has no attempts"),
    ("attempts", lambda told: told.update(attempts={}), "attempts is not a list"),
    ("attempt", lambda told: told.update(attempts=[1]), "attempts[0] is not an object"),
    ("url", lambda told: told["endpoint"].update(url=1), "endpoint.url is not a string"),
    ("version", lambda told: request_of(told).update(version="TLS 9"), f"{PLACE}.version is not one of TLS 1.0,"),
    ("phase", lambda told: request_of(told).update(phase="later"), f"{PLACE}.phase is not one of initial,"),
    ("size", lambda told: request_of(told).update(size=-1), f"{PLACE}.size is not a number"),
    ("true", lambda told: request_of(told).update(size=True), f"{PLACE}.size is not a number"),
    (
        "der",
        lambda told: request_of(told)["certificate_authorities"][0].update(der="?"),
        f"{PLACE}.certificate_authorities[0].der is not base64",
    ),
    (
        "unicode",
        lambda told: request_of(told)["certificate_authorities"][0].update(der="\u00e9"),
        f"{PLACE}.certificate_authorities[0].der is not base64",
    ),
    (
        "code",
        lambda told: request_of(told).update(signature_algorithms=[{"code": 65536}]),
        f"{PLACE}.signature_algorithms[0] is not a code point of TLS",
    ),
    ("sent", lambda told: request_of(told).update(sent="all"), f"{PLACE}.sent is not a list"),
    ("fault", lambda told: request_of(told).update(faults=[None]), f"{PLACE}.faults[0] is not a string"),
    ("many", lambda told: told.update(attempts=[{"tls": None}] * 10_001), "more than 10000 attempts"),
]


@pytest.mark.parametrize(("change", "words"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_fault_is_named_by_its_place(change: Change, words: str) -> None:
    told = saved(reports.accepted())
    change(told)
    with pytest.raises(DecodeError) as raised:
        read(told)
    assert str(raised.value).startswith(words)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[" * 100_000, b"\xff\xfe\x00", b"1" * 5_000, b"null", b'"certprobe"', b"[]"],
    ids=["empty", "cut", "deep", "utf-16", "long-number", "null", "string", "list"],
)
def test_what_is_no_report(data: bytes) -> None:
    with pytest.raises(DecodeError):
        read_report(data)
