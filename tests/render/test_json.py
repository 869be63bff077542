"""The report as JSON: one ASCII document, nothing raw in it, and nothing of rich behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from certprobe.render.json import render_json
from certprobe.report.document import document
from certprobe.report.model import ProbeReport
from tests.report import reports


@pytest.mark.parametrize("make", reports.ALL)
def test_one_document_in_printable_ascii(make: Callable[[], ProbeReport]) -> None:
    report = make()
    for text in (render_json(report), render_json(report, indent=2)):
        assert text.endswith("}\n")
        assert all(line.isascii() and line.isprintable() for line in text.splitlines())
        assert text.count("\n") == len(text.splitlines())
        assert json.loads(text) == document(report)
    assert len(render_json(report).splitlines()) == 1


def test_schema_number_comes_first() -> None:
    assert render_json(reports.accepted(), indent=2).startswith(
        '{\n  "schema": 1,\n  "tool": "certprobe",\n  "version": "0.1.0",\n'
    )


def test_does_not_import_rich() -> None:
    program = "import sys, certprobe.render.json; print(*sys.modules)"
    process = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert {"rich", "asyncio", "importlib.metadata"}.isdisjoint(process.stdout.split())
