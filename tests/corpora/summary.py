"""The table at the end of a session: for each test of a foreign corpus, how many cases are asked and how they end."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

ROOM = "tests/corpora/"
OUTCOMES = {"passed": "agree", "xfailed": "argued", "skipped": "skipped", "failed": "disagree"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for outcome, column in OUTCOMES.items():
        for report in terminalreporter.stats.get(outcome, []):
            if report.nodeid.startswith(ROOM) and "[" in report.nodeid:
                rows[_test(report.nodeid)][column] += 1
    if rows:
        terminalreporter.section("foreign corpora")
        columns = ("cases", "asked", *OUTCOMES.values())
        terminalreporter.write_line(f"{'':34}" + "".join(f"{column:>9}" for column in columns))
        for test, row in sorted(rows.items()):
            row["cases"] = row.total()
            row["asked"] = row["cases"] - row["skipped"]
            terminalreporter.write_line(f"{test:34}" + "".join(f"{row[column] or '-':>9}" for column in columns))


def _test(nodeid: str) -> str:
    """ "limbo" of test_limbo.py::test_limbo, "crl verdict" of test_crl.py::test_verdict."""
    file, _, function = nodeid.removeprefix(ROOM).partition("[")[0].partition("::")
    suite, what = file.removesuffix(".py").removeprefix("test_"), function.removeprefix("test_")
    return suite if what == suite else f"{suite} {what}"
