"""at(), rate() and cron(): when next, in a time zone."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from local.scheduler import cron

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
# A wall's clock misses at most a few hours a year.
_MISSED = 400


def check(expression: str, zone: str) -> None:
    """Refuse what the Scheduler refuses.

    Raises:
        ValueError: no such expression, or no such time zone.
    """
    try:
        ZoneInfo(zone)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"Invalid Schedule Expression Timezone {zone}.") from error
    try:
        following(expression, zone, after=datetime.now(UTC), anchor=datetime.now(UTC))
    except ValueError as error:
        raise ValueError(f"Invalid Schedule Expression {expression}.") from error


def is_once(expression: str) -> bool:
    """Tell whether it is a time, and not a rhythm."""
    return expression.startswith("at(")


def following(expression: str, zone: str, *, after: datetime, anchor: datetime) -> datetime | None:
    """Return the first time later than `after`, in UTC; a rate begins at `anchor`; None when there is none.

    Raises:
        ValueError: it is none of the three.
    """
    if at := _AT.fullmatch(expression):
        time = datetime.fromisoformat(at[1]).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return time if time > after else None
    if rate := _RATE.fullmatch(expression):
        every = int(rate[1]) * _UNITS[rate[2]]
        return anchor if anchor > after else anchor + ((after - anchor) // every + 1) * every
    if fields := _CRON.fullmatch(expression):
        return _cron(cron.parse(fields[1]), ZoneInfo(zone), after)
    raise ValueError(expression)


def _cron(parsed: cron.Cron, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Times that a change of the clock skips are skipped; those that it repeats come once."""
    wall = after.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3)
    for found in islice(parsed.after(wall), _MISSED):
        time = found.replace(tzinfo=zone).astimezone(UTC)
        exists = time.astimezone(zone).replace(tzinfo=None) == found
        if exists and time > after:
            return time
    return None
