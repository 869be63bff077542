"""The shape of the document of `certprobe match`; the store, the request and its candidates are those of the report."""

from __future__ import annotations

from typing import TypedDict

from certprobe.report.shape import Cause, CertificateRequest, Store


class MatchVerdict(TypedDict):
    """What is decided."""

    outcome: str
    exit_code: int
    causes: list[Cause]


class Origin(TypedDict):
    """Where the request is from: `path` and `attempt` tell which of `requests` certificate requests it is."""

    kind: str
    url: str | None
    file: str | None
    path: str | None
    attempt: int | None
    requests: int


class Match(TypedDict):
    """The whole document; `certificate_request` is null where none came."""

    schema: int
    tool: str
    version: str
    verdict: MatchVerdict
    at: str
    origin: Origin
    store: Store
    certificate_request: CertificateRequest | None
