"""Something with a rhythm: when it is due, and what is left of it afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.scheduler.expressions import following, is_once

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A schedule as it is at the moment; `last` is when it was fired last, None while it never was.

    `began` is when it was made, or changed: a rate without a start begins there. `fire` is told for which time, and
    the time that is to be `last` from then on.
    """

    key: str
    expression: str
    zone: str
    enabled: bool
    began: datetime
    start: datetime | None
    end: datetime | None
    last: datetime | None
    fire: Callable[[datetime, datetime], None]
    finish: Callable[[], None]

    def due(self, now: datetime, running_since: datetime) -> datetime | None:
        """Return the time for which it is due.

        Of the times that passed while nobody looked, a single one is made up for; a rhythm only goes on.
        """
        if is_once(self.expression):
            found = following(self.expression, self.zone, after=datetime.min.replace(tzinfo=now.tzinfo), anchor=now)
            return found if found and found <= now and self.last is None else None
        found = self._following(self._after(running_since))
        return found if found and found <= now else None

    def over(self, now: datetime) -> bool:
        """Tell whether it will never be due again."""
        if is_once(self.expression):
            return self.last is not None
        return self._following(now) is None

    def _after(self, running_since: datetime) -> datetime:
        if self.last is None and self.began >= running_since:
            return self.began - _INSTANT
        return max(self.last or self.began, running_since)

    def _following(self, after: datetime) -> datetime | None:
        if self.start:
            after = max(after, self.start - _INSTANT)
        found = following(self.expression, self.zone, after=after, anchor=self.start or self.began)
        return None if found and self.end and found > self.end else found
