"""Reports as JSON documents for programs."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from certprobe.report.matching import Matching
    from certprobe.report.model import ProbeReport
    from certprobe.report.verification import Verification
    from certprobe.report.visits import VisitReport


def render_json(report: ProbeReport, indent: int | None = None) -> str:
    """Return the document in ASCII, so that no control or bidirectional character stands in it raw, and a newline.

    It is one line, or indented by so many blanks.
    """
    from certprobe.report.document import document

    return json.dumps(document(report), indent=indent, ensure_ascii=True, allow_nan=False) + "\n"


def render_match_json(matching: Matching, indent: int | None = None) -> str:
    """Return the document of a matching, likewise."""
    from certprobe.report.match_document import match_document

    return json.dumps(match_document(matching), indent=indent, ensure_ascii=True, allow_nan=False) + "\n"


def render_visit_json(report: VisitReport, indent: int | None = None) -> str:
    """Return the document of a client's visit, likewise."""
    from certprobe.report.visit_document import visit_document

    return json.dumps(visit_document(report), indent=indent, ensure_ascii=True, allow_nan=False) + "\n"


def write_json_lines(verifications: Iterable[Verification], file: IO[str]) -> None:
    """Write a document in one line for each, likewise in ASCII, as soon as it is there; raises what writing raises."""
    from certprobe.report.verification_document import verification_document

    for verified in verifications:
        file.write(json.dumps(verification_document(verified), ensure_ascii=True, allow_nan=False) + "\n")
        file.flush()
