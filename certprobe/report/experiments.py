"""Acceptances and the path map as parts of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certprobe.report import evidence
from certprobe.report.acceptance import acceptances
from certprobe.report.contradictions import is_contradiction
from certprobe.report.handshake import asked
from certprobe.report.path_map import path_map
from certprobe.report.treatment import answer, treatment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.pki.name import DistinguishedName
    from certprobe.report import shape_run
    from certprobe.report.acceptance import Acceptance, Tried
    from certprobe.report.model import Attempt, ProbeReport, StoreFacts, Untried
    from certprobe.report.path_map import AnnouncedList, Row


def untried(value: Untried) -> shape_run.Untried:
    """A connection that was not made."""
    return {
        "path": value.path,
        "played": None if value.played is None else {"number": value.played.number},
        "why": value.why.value,
    }


def tables(report: ProbeReport) -> tuple[list[shape_run.Acceptance], shape_run.PathMap | None]:
    """What was accepted, path by path, and the map of the paths, if there are several."""
    found = acceptances(report.attempts, report.conclusions, report.store, report.untried)
    mapped = path_map(report.attempts)
    paths: shape_run.PathMap | None = None
    if mapped is not None:
        rows = [_row(row, report.store) for row in mapped.rows]
        paths = {"lists": [_list(each) for each in mapped.lists], "paths": rows}
    return [_acceptance(each) for each in found], paths


def _acceptance(found: Acceptance) -> shape_run.Acceptance:
    return {
        "path": found.path,
        "server": None if found.server is None else found.server.value,
        "tried": [_tried(each) for each in found.tried],
    }


def _tried(tried: Tried) -> shape_run.Tried:
    certificate = None if tried.credential is None else tried.credential.certificate
    return {
        "attempt": tried.place,
        "number": tried.number,
        "subject": None if certificate is None else certificate.subject.rfc4514,
        "issuer": None if certificate is None else certificate.issuer.rfc4514,
        "thumbprint": None if certificate is None else certificate.thumbprint,
        "listed": None if tried.listed is None else tried.listed.value,
        "listed_as": None if tried.listed_as is None else tried.listed_as.rfc4514,
        "against": _against(tried),
        "received": tried.received.value,
        "refused_in": None if tried.refused_in is None else tried.refused_in.value,
        "treatment": treatment(tried),
        "contradicts": is_contradiction(tried),
    }


def _against(tried: Tried) -> list[str]:
    """What the selection has against it, or else the chain engine, which finds the same in other words."""
    judgement = evidence.failed_client_judgement(tried.attempt)
    if tried.rejections or judgement is None:
        return [rejection.reason.value for rejection in tried.rejections]
    return [judgement.deciding.error.symbol]


def _list(announced: AnnouncedList) -> shape_run.AnnouncedList:
    return {
        "label": announced.label,
        "state": announced.state.value,
        "names": _names(announced.names),
        "missing": _names(announced.missing),
        "extra": _names(announced.extra),
    }


def _names(names: Iterable[DistinguishedName]) -> list[str]:
    return [name.rfc4514 for name in names]


def _row(row: Row, store: StoreFacts) -> shape_run.PathRow:
    return {
        "path": row.path,
        "attempt": row.place,
        "asked": asked(row.attempt.tls),
        "asks": [{"phase": ask.phase.value, "list": ask.label} for ask in row.asks],
        "sent": _sent(row.attempt, store),
        "answer": answer(row.attempt),
    }


def _sent(attempt: Attempt, store: StoreFacts) -> int | None:
    record = evidence.deciding_request(attempt)
    if record is None or not record.sent:
        return None
    return next((number for number, each in enumerate(store.credentials, 1) if each is record.credential), None)
