"""Periods as numbers: what a cell in the time column means, by the frequency; one step is one period.

Every period is written back in one form, whatever the raw data wrote, so that model images read one form alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

QUARTER = re.compile(r"(\d{4})[ -]?Q([1-4])")
WEEK = re.compile(r"(\d{4})[ -]?W(\d{1,2})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = re.compile(r"(\d{4})-(\d{2})")
MONTH_NAME = re.compile(r"(\d{4})[ -]([A-Za-z]{3})")
YEAR = re.compile(r"\d{4}")
MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?Z?")
HOUR = timedelta(hours=1)
# A Monday, so that whole weeks are counted from it.
MONDAY = date(1, 1, 1)


@dataclass(frozen=True)
class Frequency:
    """The distance between two rows of a series."""

    name: str
    season: int
    """Periods in the season that a naive forecast repeats."""
    example: str
    number: Callable[[str], int]
    """Count periods from a fixed start; ValueError for what is no period."""
    text: Callable[[int], str]


def _day(text: str) -> date:
    return date.fromisoformat(MIDNIGHT.sub("", text, count=1))


def _year(text: str) -> int:
    return int(text) if YEAR.fullmatch(text) else _day(text).year


def _quarter(text: str) -> int:
    found = QUARTER.fullmatch(text)
    return int(found[1]) * 4 + int(found[2]) - 1 if found else _month(text) // 3


def _month(text: str) -> int:
    if found := MONTH_NAME.fullmatch(text):
        return int(found[1]) * 12 + MONTHS.index(found[2].lower())
    day = _day(f"{text}-01") if MONTH.fullmatch(text) else _day(text)
    return day.year * 12 + day.month - 1


def _week(text: str) -> int:
    found = WEEK.fullmatch(text)
    day = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else _day(text)
    return (day - MONDAY).days // 7


def _hour(text: str) -> int:
    moment = datetime.fromisoformat(text)
    moment = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if moment.minute or moment.second or moment.microsecond:
        raise ValueError(text)
    return (moment - datetime.min) // HOUR


def _week_text(number: int) -> str:
    year, week, _ = (MONDAY + timedelta(weeks=number)).isocalendar()
    return f"{year} W{week:02}"


FREQUENCIES = {
    frequency.name: frequency
    for frequency in (
        Frequency("yearly", 1, "2017", _year, lambda n: f"{n:04}"),
        Frequency("quarterly", 4, "2017 Q1", _quarter, lambda n: f"{n // 4:04} Q{n % 4 + 1}"),
        Frequency("monthly", 12, "2017-03", _month, lambda n: f"{n // 12:04}-{n % 12 + 1:02}"),
        Frequency("weekly", 52, "2017 W05", _week, _week_text),
        Frequency("daily", 7, "2017-03-01", lambda text: _day(text).toordinal(), lambda n: str(date.fromordinal(n))),
        Frequency("hourly", 24, "2017-03-01 05:00:00", _hour, lambda n: str(datetime.min + n * HOUR)),
    )
}
