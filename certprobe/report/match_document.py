"""A matching as a document of dictionaries, lists, strings and numbers, contracted in `match.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from certprobe.report.document import store_facts
from certprobe.report.handshake import certificate_request
from certprobe.report.spelling import cause, time

if TYPE_CHECKING:
    from certprobe.report import shape_match
    from certprobe.report.matching import Matching, Origin

SCHEMA: Final = 1


def match_document(matching: Matching) -> shape_match.Match:
    """Return what was found as JSON's types."""
    record = matching.record
    return {
        "schema": SCHEMA,
        "tool": "certprobe",
        "version": matching.version,
        "verdict": {
            "outcome": matching.found.value,
            "exit_code": matching.exit_code,
            "causes": [cause(each) for each in matching.causes],
        },
        "at": time(matching.at),
        "origin": _origin(matching.origin),
        "store": store_facts(matching.store),
        "certificate_request": None if record is None else certificate_request(record, matching.store),
    }


def _origin(origin: Origin) -> shape_match.Origin:
    return {
        "kind": origin.kind.value,
        "url": origin.url,
        "file": origin.file,
        "path": origin.path,
        "attempt": origin.attempt,
        "requests": origin.requests,
    }
