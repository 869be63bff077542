"""The report as a document of dictionaries, lists, strings and numbers, for JSON and for rendering.

Its shape is typed in `certprobe.report.shape` and contracted in `schema.json`. Texts of servers and certificates stand
in it as they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from certprobe.policy.http_sys import ssl_client_cert_info
from certprobe.policy.status import ChainPolicy
from certprobe.report import evidence
from certprobe.report.application import http, ldap
from certprobe.report.handshake import asked, tls
from certprobe.report.judgements import judgement
from certprobe.report.spelling import cause, status, summary, time

if TYPE_CHECKING:
    from certprobe.endpoint import Endpoint
    from certprobe.mapping.store import AccountStore
    from certprobe.pki.credential import Credential
    from certprobe.report import shape, shape_mapping, shape_pki, shape_run
    from certprobe.report.model import Attempt, Conclusion, ProbeReport, StageOutcome, StoreFacts
    from certprobe.report.visits import VisitReport

SCHEMA: Final = 1


def document(report: ProbeReport) -> shape.Document:
    """Return the whole report as JSON's types; no key and no password is in it, as none is in the report."""
    pairs = zip(report.attempts, report.conclusions, strict=True)
    return {
        **heading(report),
        "store": store_facts(report.store),
        "attempts": [
            attempt_facts(attempt, conclusion, report.store, report.accounts) for attempt, conclusion in pairs
        ],
        **_whole(report),
        "visit": None,
    }


class Heading(TypedDict):
    """What a document begins with, whoever met whom."""

    schema: int
    tool: str
    version: str
    verdict: shape.Verdict
    endpoint: shape.Endpoint
    times: shape.Times
    trust: str


def heading(report: ProbeReport | VisitReport) -> Heading:
    """Say who reports, what it came to, where and when, and which roots were trusted."""
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": report.version,
        "verdict": {
            "outcome": report.conclusion.outcome.value,
            "exit_code": report.exit_code,
            "causes": [cause(each) for each in report.conclusion.causes],
        },
        "endpoint": _endpoint(report.endpoint),
        "times": {"started": time(report.started), "seconds": _seconds(report.seconds), "at": time(report.at)},
        "trust": report.trust,
    }


class _Whole(TypedDict):
    acceptances: list[shape_run.Acceptance]
    path_map: shape_run.PathMap | None
    untried: list[shape_run.Untried]


def _whole(report: ProbeReport) -> _Whole:
    """What only a run of several connections has to tell."""
    has_more = len(report.attempts) > 1 or any(attempt.played is not None for attempt in report.attempts)
    if not has_more and not report.untried:
        return {"acceptances": [], "path_map": None, "untried": []}
    from certprobe.report.experiments import tables, untried

    found, paths = tables(report)
    return {"acceptances": found, "path_map": paths, "untried": [untried(each) for each in report.untried]}


def _endpoint(endpoint: Endpoint) -> shape.Endpoint:
    return {
        "url": endpoint.url,
        "scheme": endpoint.scheme.value,
        "host": endpoint.host,
        "port": endpoint.port,
        "path": endpoint.path,
    }


def _seconds(seconds: float) -> float:
    return round(seconds, 6)


def store_facts(store: StoreFacts) -> shape.Store:
    """What the user gave, and what was odd about it."""
    return {
        "identities": [_identity(number, credential) for number, credential in enumerate(store.credentials, 1)],
        "notes": list(store.notes),
    }


def _identity(number: int, credential: Credential) -> shape.Identity:
    return {
        "number": number,
        **summary(credential.certificate),
        "friendly_name": credential.friendly_name,
        "source": credential.source,
        "key_status": credential.key_status.value,
        "intermediates": [summary(certificate) for certificate in credential.intermediates],
    }


def attempt_facts(
    attempt: Attempt, conclusion: Conclusion, store: StoreFacts, accounts: AccountStore | None
) -> shape.Attempt:
    """One connection and what it comes to."""
    return {
        "path": attempt.path,
        "played": None if attempt.played is None else {"number": attempt.played.number},
        "peer": attempt.peer,
        "conclusion": {
            "outcome": conclusion.outcome.value,
            "causes": [cause(each) for each in conclusion.causes],
        },
        "asked": asked(attempt.tls),
        "stages": [_stage(stage) for stage in attempt.stages],
        "tls": attempt.tls and tls(attempt.tls, store),
        "http": attempt.http and http(attempt.http),
        "ldap": attempt.ldap and ldap(attempt.ldap),
        "server": attempt.server and judgement(attempt.server),
        "client": attempt.client and judgement(attempt.client),
        "cert_flags": _cert_flags(attempt),
        "mapping": _mapping(attempt, accounts),
    }


def _cert_flags(attempt: Attempt) -> shape_pki.Status | None:
    """What http.sys would say of the client's chain, if a web server is asked."""
    if attempt.client is None or attempt.path is None:
        return None
    ssl = next(each for each in attempt.client.statuses if each.policy is ChainPolicy.SSL)
    return status(ssl_client_cert_info(attempt.client.context, ssl).CertFlags)


def _stage(stage: StageOutcome) -> shape.Stage:
    return {
        "stage": stage.stage.value,
        "seconds": _seconds(stage.seconds),
        "detail": stage.detail,
        "kind": None if stage.kind is None else stage.kind.value,
        "party": None if stage.party is None else stage.party.value,
    }


def _mapping(attempt: Attempt, accounts: AccountStore | None) -> shape_mapping.Mapping | None:
    """Of the certificate that was sent, if one was."""
    record = evidence.deciding_request(attempt)
    if record is None or not record.sent:
        return None
    from certprobe.report.mapping import mapping

    return mapping(record.sent[0], accounts, attempt.ldap)
