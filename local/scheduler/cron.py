"""cron(minutes hours day-of-month month day-of-week year), with AWS's `?`, `L`, `W` and `#`.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LAST_YEAR = 2199
_NEAREST = re.compile(r"([0-9]{1,2})W")
_NTH = re.compile(r"(\w+)#([1-5])")

Days = Callable[[date], bool]


@dataclass(frozen=True)
class Cron:
    """An expression, taken apart."""

    minutes: Sequence[int]
    hours: Sequence[int]
    months: frozenset[int]
    years: frozenset[int]
    days: Days

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the times on the wall's clock that follow a moment."""
        day = moment.date()
        while day.year <= LAST_YEAR:
            if day.year not in self.years:
                later = [year for year in self.years if year > day.year]
                if not later:
                    return
                day = date(min(later), 1, 1)
            elif day.month not in self.months:
                day = _next_month(day)
            else:
                if self.days(day):
                    yield from (found for found in self._times(day) if found > moment)
                day += timedelta(days=1)

    def _times(self, day: date) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                yield datetime.combine(day, time(hour, minute))


def parse(fields: str) -> Cron:
    """Take the text between the brackets apart.

    Raises:
        ValueError: it is no such expression.
    """
    parts = fields.upper().split()
    if len(parts) != 6:
        raise ValueError(f"{len(parts)} fields instead of 6")
    minutes, hours, of_month, months, of_week, years = parts
    if (of_month == "?") == (of_week == "?"):
        raise ValueError("either day of month or day of week is ?, exactly one")
    return Cron(
        minutes=sorted(_numbers(minutes, 0, 59)),
        hours=sorted(_numbers(hours, 0, 23)),
        months=frozenset(_numbers(months, 1, 12, _MONTHS)),
        years=frozenset(_numbers(years, 1970, LAST_YEAR)),
        days=_days_of_week(of_week) if of_month == "?" else _days_of_month(of_month),
    )


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _numbers(text: str, low: int, high: int, words: Sequence[str] = ()) -> set[int]:
    return {number for item in text.split(",") for number in _item(item, low, high, words)}


def _item(item: str, low: int, high: int, words: Sequence[str]) -> range:
    span, slash, step = item.partition("/")
    if span == "*":
        first, last = low, high
    else:
        ends = [words.index(end) + low if end in words else int(end) for end in span.split("-")]
        first, last = ends[0], ends[-1] if len(ends) == 2 or not slash else high
    if not low <= first <= last <= high or (slash and int(step) < 1):
        raise ValueError(f"{item} is not within {low} to {high}")
    return range(first, last + 1, int(step) if slash else 1)


def _days_of_month(text: str) -> Days:
    if text == "L":
        return lambda day: day.day == _length(day)
    if text == "LW":
        return lambda day: day == _nearest_weekday(day, _length(day))
    if nearest := _NEAREST.fullmatch(text):
        (wanted,) = _item(nearest[1], 1, 31, ())
        return lambda day: wanted <= _length(day) and day == _nearest_weekday(day, wanted)
    numbers = _numbers(text, 1, 31)
    return lambda day: day.day in numbers


def _days_of_week(text: str) -> Days:
    """Sunday is 1; `6L` is the last Friday of a month, `L` alone Saturday."""
    if text == "L":
        return lambda day: day.isoweekday() == 6
    if text.endswith("L"):
        (last,) = _item(text[:-1], 1, 7, _DAYS)
        return lambda day: _number(day) == last and day.day + 7 > _length(day)
    if nth := _NTH.fullmatch(text):
        (wanted,) = _item(nth[1], 1, 7, _DAYS)
        return lambda day: _number(day) == wanted and (day.day + 6) // 7 == int(nth[2])
    numbers = _numbers(text, 1, 7, _DAYS)
    return lambda day: _number(day) in numbers


def _number(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date, wanted: int) -> date:
    """Find the weekday nearest to a day of the month, within the month."""
    near = day.replace(day=wanted)
    if near.isoweekday() == 6:
        return near - timedelta(days=1) if wanted > 1 else near + timedelta(days=2)
    if near.isoweekday() == 7:
        return near + timedelta(days=1) if wanted < _length(day) else near - timedelta(days=2)
    return near
