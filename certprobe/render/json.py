"""The report as one JSON document for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from certprobe.report.document import document

if TYPE_CHECKING:
    from certprobe.report.model import ProbeReport


def render_json(report: ProbeReport, indent: int | None = None) -> str:
    """Return the document in ASCII, so that no control or bidirectional character stands in it raw, and a newline.

    It is one line, or indented by so many blanks.
    """
    return json.dumps(document(report), indent=indent, ensure_ascii=True, allow_nan=False) + "\n"
