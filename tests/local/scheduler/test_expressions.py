"""When a schedule is due next, in its time zone."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.scheduler import cron
from local.scheduler.expressions import check, following

pytestmark = pytest.mark.unit

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def times(fields: str, count: int, begin: datetime = BEGIN) -> list[str]:
    found = cron.parse(fields).after(begin.replace(tzinfo=None))
    return [f"{time:%Y-%m-%d %H:%M}" for time in islice(found, count)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("0 3 ? * SUN *", ["2026-01-04 03:00", "2026-01-11 03:00"]),
        ("0/30 8-9 ? * MON-FRI *", ["2026-01-01 08:00", "2026-01-01 08:30", "2026-01-01 09:00", "2026-01-01 09:30"]),
        ("30 4 1,15 * ? *", ["2026-01-01 04:30", "2026-01-15 04:30", "2026-02-01 04:30"]),
        ("0 0 L * ? *", ["2026-01-31 00:00", "2026-02-28 00:00"]),
        ("0 0 L 2 ? 2028", ["2028-02-29 00:00"]),
        ("0 0 LW * ? *", ["2026-01-30 00:00", "2026-02-27 00:00"]),
        ("0 0 15W * ? *", ["2026-01-15 00:00", "2026-02-16 00:00", "2026-03-16 00:00"]),
        ("0 0 1W * ? *", ["2026-01-01 00:00".replace("01-01", "02-02"), "2026-03-02 00:00"]),
        ("0 0 31W * ? *", ["2026-01-30 00:00", "2026-03-31 00:00", "2026-05-29 00:00"]),
        ("0 0 ? * 2#1 *", ["2026-01-05 00:00", "2026-02-02 00:00"]),
        ("0 0 ? * FRI#5 *", ["2026-01-30 00:00", "2026-05-29 00:00"]),
        ("0 0 ? * 6L *", ["2026-01-30 00:00", "2026-02-27 00:00"]),
        ("0 0 ? * L *", ["2026-01-03 00:00", "2026-01-10 00:00"]),
        ("0 12 25 DEC ? 2026-2027", ["2026-12-25 12:00", "2027-12-25 12:00"]),
        ("0 0 1 1 ? 2020", []),
        ("0 0 30 2 ? *", []),
    ],
)
def test_cron_has_the_times_that_its_fields_say(fields: str, expected: list[str]) -> None:
    assert times(fields, len(expected) or 1) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 3 * * * *)",
        "cron(0 3 ? * ? *)",
        "cron(60 3 ? * SUN *)",
        "cron(0 3 ? * SUN)",
        "cron(0/0 3 ? * SUN *)",
        "cron(0 9-3 ? * SUN *)",
        "cron(0 3 ? * NOW *)",
        "rate(0 minutes)",
        "rate(1 fortnight)",
        "at(2026-13-01T00:00:00)",
        "at(2026-01-01)",
        "every day",
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="Invalid Schedule Expression"):
        check(expression, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../etc/passwd", ""])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="Timezone"):
        check("rate(1 day)", zone)


def due(expression: str, zone: str, after: datetime) -> str:
    return str(following(expression, zone, after=after, anchor=BEGIN))


def test_a_zone_of_its_own_moves_with_the_summer() -> None:
    noon = "cron(0 12 * * ? *)"
    assert due(noon, "Europe/Berlin", datetime(2026, 1, 5, tzinfo=UTC)) == "2026-01-05 11:00:00+00:00"
    assert due(noon, "Europe/Berlin", datetime(2026, 7, 5, tzinfo=UTC)) == "2026-07-05 10:00:00+00:00"
    assert due("at(2026-07-05T12:00:00)", "Asia/Tokyo", BEGIN) == "2026-07-05 03:00:00+00:00"


def test_an_hour_that_the_clock_skips_is_skipped() -> None:
    assert due("cron(30 2 * * ? *)", "Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC)) == (
        "2026-03-30 00:30:00+00:00"
    )


def test_an_hour_that_the_clock_repeats_comes_once() -> None:
    expression, zone = "cron(30 2 * * ? *)", "Europe/Berlin"
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due(expression, zone, first - timedelta(hours=1)) == str(first)
    assert due(expression, zone, first) == "2026-10-26 01:30:00+00:00"


def test_a_time_that_has_passed_does_not_come_again() -> None:
    assert following("at(2025-01-01T00:00:00)", "UTC", after=BEGIN, anchor=BEGIN) is None


@given(st.integers(1, 90), st.sampled_from(["minute", "hour", "day"]), st.integers(0, 10**8))
def test_a_rate_keeps_its_distance_from_where_it_began(every: int, unit: str, seconds: int) -> None:
    expression = f"rate({every} {unit}{'' if every == 1 else 's'})"
    after = BEGIN + timedelta(seconds=seconds)
    found = following(expression, "UTC", after=after, anchor=BEGIN)
    step = timedelta(**{f"{unit}s": every})
    assert found
    assert after < found <= after + step
    assert (found - BEGIN) % step == timedelta()
