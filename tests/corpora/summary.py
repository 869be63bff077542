"""The table at the end of a session: for each test of a foreign corpus, how its cases came out."""

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
        columns = list(OUTCOMES.values())
        terminalreporter.write_line(f"{'':34}{'cases':>9}" + "".join(f"{column:>9}" for column in columns))
        for test in sorted(rows):
            counts = "".join(f"{rows[test][column] or '-':>9}" for column in columns)
            terminalreporter.write_line(f"{test:34}{rows[test].total():>9}{counts}")


def _test(nodeid: str) -> str:
    """ "limbo" of test_limbo.py::test_limbo, "crl verdict" of test_crl.py::test_verdict."""
    file, _, function = nodeid.removeprefix(ROOM).partition("[")[0].partition("::")
    suite, what = file.removesuffix(".py").removeprefix("test_"), function.removeprefix("test_")
    return suite if what == suite else f"{suite} {what}"
