"""Every way in which people write a time down, as `--at` takes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from certprobe.cli.inputs import parse_time
from certprobe.errors import UsageError

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0)


@pytest.mark.parametrize(("text", "time"), [
    ("2026-01-31T12:00:00Z", NOON),
    ("2026-01-31t12:00:00z", NOON),
    ("2026-01-31 12:00:00", NOON),
    ("2026-01-31 12:00", NOON),
    ("2026-01-31T13:00:00+01:00", NOON),
    ("20260131T120000Z", NOON),
    ("2026-01-31", MIDNIGHT),
    ("20260131", MIDNIGHT),
    ("@1769860800", NOON),
    ("1769860800", NOON),
    ("@0", datetime(1970, 1, 1, tzinfo=UTC)),
    ("@-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("20260131120000Z", NOON),
    ("260131120000Z", NOON),
    ("500131120000Z", NOON.replace(year=1950)),
    ("Jan 31 12:00:00 2026 GMT", NOON),
    ("Jan  1 12:00:00 2026 GMT", NOON.replace(day=1)),
    (" 2026-01-31T12:00:00Z\n", NOON),
])  # fmt: skip
def test_spellings(text: str, time: datetime) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize("text", [
    "", "yesterday", "2026", "202601", "2026-01", "2026-13-01", "20261331", "2026-0131", "2026-01-31x12:00:00Z",
    "2026-01-31112:00:00", "20260131120000", "20261331120000Z", "2601311200Z", "@", "@1.5", "@999999999999",
    "99999999999", "Foo 31 12:00:00 2026 GMT", "Jan 31 12:00:00 2026 CET", "0001-01-01T00:00:00+14:00",
])  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="is no time: 2026-01-31, 2026-01-31T12:00:00Z, @1769860800 or"):
        parse_time(text)
