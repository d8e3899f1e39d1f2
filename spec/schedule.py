"""What starts runs and batches by itself. Syntax: EventBridge Scheduler, schedule types 'rate' and 'cron'."""

import re
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator, model_validator

from spec.base import EXPRESSION, IN_WORDS, PLACE, Model, Seconds
from spec.problems import Problem, refuse

MANAGED = ("batch", "capture", "feedback", "live", "runs")
"""Folders below a workload's own that are not for the user's files."""

_RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minutes", 0, 59, []),
    ("hours", 0, 23, []),
    ("day of month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _DAYS),
    ("year", 1970, 2199, []),
)


def _cron_mistake(fields: list[str]) -> str | None:
    if len(fields) != len(_FIELDS):
        return f"six fields ({', '.join(name for name, *_ in _FIELDS)}), not {len(fields)}"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "a ? for either day of month or day of week, exactly one"
    for text, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        if not _fits(text, name, low, high, words):
            return f"{name} from {low} to {high}, not {text}"
    return None


def _fits(text: str, name: str, low: int, high: int, words: list[str]) -> bool:
    if text == "?":
        return name.startswith("day")
    if name == "day of month" and re.fullmatch(r"L|LW|([1-9]|[12][0-9]|3[01])W", text):
        return True
    if name == "day of week" and re.fullmatch(r"L|[1-7]L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]", text):
        return True
    return all(_item_fits(item, low, high, words) for item in text.split(","))


def _item_fits(item: str, low: int, high: int, words: list[str]) -> bool:
    span, slash, step = item.partition("/")
    if slash and not (step.isdecimal() and int(step) > 0):
        return False
    if span == "*":
        return True
    ends = [words.index(end) + low if end in words else _number(end) for end in span.split("-")]
    return len(ends) <= 2 and all(low <= end <= high for end in ends) and ends == sorted(ends)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else -1


def _expression(text: str) -> str:
    if rate := _RATE.fullmatch(text):
        if (rate[1] == "1") == bool(rate[3]):
            refuse([Problem((), text, f"rate({rate[1]} {rate[2]}{'' if rate[1] == '1' else 's'})")])
    elif cron := _CRON.fullmatch(text):
        if mistake := _cron_mistake(cron[1].split()):
            refuse([Problem((), text, mistake)])
    else:
        refuse([Problem((), text, IN_WORDS[EXPRESSION])])
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last for a folder of zones, such as Europe
        refuse([Problem((), name, "a time zone of the IANA database, such as Europe/Berlin or UTC")])
    return name


Expression = Annotated[str, Field(pattern=EXPRESSION), AfterValidator(_expression)]


class BatchSchedule(Model):
    """Predictions for files that somebody puts into the same place again and again."""

    when: Expression = Field(description='Such as "cron(0 6 * * ? *)" or "rate(1 day)".')
    input: Annotated[str, Field(pattern=PLACE)] = Field(
        description="Where the files are: s3://bucket/prefix/, or a folder below the workload's own, such as inbox/."
    )

    @field_validator("input")
    @classmethod
    def _not_ours(cls, place: str) -> str:
        if (first := place.partition("/")[0]) in MANAGED:
            refuse([Problem((), place, f"another folder: {first}/ is written, and emptied, by runs and deployments")])
        return place


class Schedule(Model):
    """Runs and batches that nobody has to start."""

    retrain: Expression | None = Field(None, description='Such as "cron(0 3 ? * SUN *)" or "rate(7 days)".')
    batch: BatchSchedule | None = Field(None, description="Predictions by the clock.")
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="In which the expressions are meant, such as Europe/Berlin."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.retrain is None and self.batch is None:
            refuse([Problem((), None, "give retrain, batch or both")])
        return self


class NewData(Model):
    """Files that arrive together start one run, when no more have come for a while."""

    quiet_seconds: Annotated[Seconds, Field(ge=10, le=86_400)] = Field(
        300, alias="quiet", description="How long nothing must arrive before the run starts: 5m, 1h or seconds."
    )


class Trigger(Model):
    """What starts a run besides the clock and a person."""

    new_data: NewData = Field(description="Files put below the workload's data/.")
