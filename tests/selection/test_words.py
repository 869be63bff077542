"""Phrases that rejections are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from certprobe.selection.words import days, listing, moment

NOON = datetime(2027, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "text"), [(0, ""), (1, "0"), (6, "0, 1, 2, 3, 4, 5"), (7, "0, 1, 2, 3, 4, 5 and 1 more")]
)
def test_listing(count: int, text: str) -> None:
    assert listing(str(number) for number in range(count)) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=1), "less than a day"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, seconds=-1), "1 day"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_days(span: timedelta, text: str) -> None:
    assert days(NOON + span, NOON) == text


def test_moment() -> None:
    assert moment(NOON) == "2027-03-01T12:00:00Z"
    assert moment(NOON.replace(year=850)) == "0850-03-01T12:00:00Z"
