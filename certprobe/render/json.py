"""The report as one JSON document for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from certprobe.report.document import document

if TYPE_CHECKING:
    from certprobe.report.model import ProbeReport


def render_json(report: ProbeReport) -> str:
    """Return the document in ASCII, so that no control or bidirectional character stands in it raw, and a newline."""
    return json.dumps(document(report), indent=2, ensure_ascii=True, allow_nan=False) + "\n"
