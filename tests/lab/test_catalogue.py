"""The page that lists the scenarios is the one that they write."""

from __future__ import annotations

from certprobe.lab.catalogue import PAGE, page
from certprobe.lab.scenarios import SCENARIOS


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make lab"


def test_page_has_a_row_for_each_scenario() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [scenario.name for scenario in SCENARIOS]
    assert {row.replace(r"\|", "").count("|") for row in rows} == {6}


def test_page_says_what_is_stated() -> None:
    (row,) = (line for line in page().splitlines() if line.startswith("| `wildcard-too-deep` "))
    assert row == (
        r"| `wildcard-too-deep` | The server's certificate is for \*.lab.test, but it is called www.shop.lab.test. "
        "| `CERT_E_CN_NO_MATCH`, `accepted` | 1 "
        "| `certprobe https https://www.shop.lab.test:PORT/ --connect 127.0.0.1:PORT --cert alice.pem` |"
    )
