"""The clock's hand under a clock of the test's own: what fires, how often, and what is left."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from local.scheduler.entries import Entry
from local.scheduler.ticker import Ticker

pytestmark = pytest.mark.unit

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class World:
    """One schedule under a clock that stands still until told."""

    expression: str
    began: datetime = NOON
    start: datetime | None = None
    end: datetime | None = None
    enabled: bool = True
    last: datetime | None = None
    now: datetime = NOON
    fired: list[str] = field(default_factory=list)
    finished: int = 0
    breaks: bool = False

    def __post_init__(self) -> None:
        self.ticker = Ticker(self.entries, lambda: self.now)

    def entries(self) -> Iterator[Entry]:
        yield Entry(
            key="k", expression=self.expression, zone="UTC", enabled=self.enabled, began=self.began,
            start=self.start, end=self.end, last=self.last, fire=self.fire, finish=self.finish,
        )  # fmt: skip

    def fire(self, due: datetime, now: datetime) -> None:
        self.last = now
        self.fired.append(f"{due:%H:%M:%S}")
        if self.breaks:
            raise RuntimeError("no such machine")

    def finish(self) -> None:
        self.finished += 1

    def until(self, later: timedelta, step: timedelta = timedelta(seconds=10)) -> list[str]:
        end = self.now + later
        while self.now <= end:
            self.ticker.tick()
            self.now += step
        return self.fired


MINUTES = timedelta(minutes=1)


def test_a_rate_begins_at_once_and_goes_on() -> None:
    assert World("rate(1 minute)").until(2 * MINUTES) == ["12:00:00", "12:01:00", "12:02:00"]


def test_a_rate_with_a_start_begins_there() -> None:
    world = World("rate(1 minute)", start=NOON + timedelta(seconds=30))
    assert world.until(2 * MINUTES) == ["12:00:30", "12:01:30"]


def test_nothing_fires_after_the_end() -> None:
    world = World("rate(1 minute)", end=NOON + timedelta(seconds=70))
    assert world.until(5 * MINUTES) == ["12:00:00", "12:01:00"]
    assert world.finished


def test_a_time_comes_once() -> None:
    world = World("at(2026-06-01T12:00:30)")
    assert world.until(5 * MINUTES) == ["12:00:30"]
    assert world.finished


def test_a_time_that_passed_while_no_server_ran_is_made_up_for() -> None:
    world = World("at(2026-06-01T11:00:00)", began=NOON - timedelta(hours=2))
    assert world.until(MINUTES) == ["11:00:00"]


def test_a_rhythm_that_passed_while_no_server_ran_only_goes_on() -> None:
    world = World("rate(1 hour)", began=NOON - timedelta(minutes=150), last=NOON - timedelta(minutes=90))
    assert world.until(40 * MINUTES) == ["12:30:00"]


def test_cron_fires_at_its_minutes() -> None:
    assert World("cron(0/2 * * * ? *)").until(5 * MINUTES) == ["12:00:00", "12:02:00", "12:04:00"]


def test_of_times_that_were_missed_in_one_look_one_is_made_up_for() -> None:
    assert World("rate(1 minute)", last=NOON).until(9 * MINUTES, timedelta(minutes=3)) == [
        "12:01:00",
        "12:04:00",
        "12:07:00",
    ]


def test_a_disabled_schedule_is_silent() -> None:
    assert World("rate(1 minute)", enabled=False).until(2 * MINUTES) == []


def test_a_target_that_breaks_is_not_fired_again_for_the_same_time() -> None:
    assert World("rate(1 minute)", breaks=True).until(MINUTES) == ["12:00:00", "12:01:00"]
