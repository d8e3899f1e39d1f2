"""When somebody should look: too many errors, too slow, silence, predictions that turn out wrong."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from spec.base import Model, Seconds
from spec.gate import Bound, Task
from spec.problems import Problem, refuse

HOUR = 3_600
LONGEST_SILENCE = 168 * HOUR
MOST_SUMMED = 5
"""Candidates whose calls one alarm can add up: it has at most 10 metrics, and each variant has two endpoints."""


def _whole_hours(value: int) -> int:
    if value % HOUR or not HOUR <= value <= LONGEST_SILENCE:
        refuse([Problem((), value, "whole hours from 1h to 168h (7d)")])
    return value


FEEDBACK: dict[Task, Literal["accuracy", "mae"]] = {
    "classification": "accuracy",
    "regression": "mae",
    "forecasting": "mae",
}
"""The metric from feedback of each task, as `trainyard ab` computes and publishes it."""


class FeedbackBound(Model):
    """How good a variant must turn out to be, by what callers said was true."""

    metric: Literal["accuracy", "mae"] = Field(description="accuracy of a classification, mae of anything else.")
    min: Bound | None = Field(None, description="The least accuracy.")
    max: Bound | None = Field(None, description="The most mean absolute error.")
    rows: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        30, description="Judged predictions of a variant below which there is no alarm."
    )

    @model_validator(mode="after")
    def _its_bound(self) -> Self:
        refuse(_bound_problems(self))
        return self


def _bound_problems(feedback: FeedbackBound) -> Iterator[Problem]:
    given, other = (feedback.min, feedback.max) if feedback.metric == "accuracy" else (feedback.max, feedback.min)
    wanted, unwanted = ("min", "max") if feedback.metric == "accuracy" else ("max", "min")
    if given is None:
        yield Problem((wanted,), None, f"a number: the bound of {feedback.metric}")
    if other is not None:
        yield Problem((unwanted,), other, f"nothing: {feedback.metric} is bounded by {wanted}")
    if given is not None and feedback.metric == "accuracy" and not 0 < given <= 1:
        yield Problem((wanted,), given, "above 0, at most 1")
    if given is not None and feedback.metric == "mae" and given < 0:
        yield Problem((wanted,), given, "0 or more")


class Alarms(Model):
    """Thresholds of the alarms on each variant; they also stop a deployment and a shift of traffic.

    Limits of periods: PutMetricAlarm (at most seven days in all).
    """

    error_percent: Annotated[float, Field(gt=0, le=100)] = Field(
        5.0, description="Alarm when this share of a variant's calls, in percent, fails with a server error."
    )
    latency_ms: Annotated[int, Field(ge=1, le=60_000)] = Field(
        5_000, description="Alarm when the slowest hundredth of a variant's calls takes longer, in milliseconds."
    )
    no_calls_seconds: Annotated[Seconds, AfterValidator(_whole_hours)] | None = Field(
        None, alias="no_calls", description="Alarm when nobody called the workload for this time, such as 24h."
    )
    feedback: FeedbackBound | None = Field(
        None, description="Alarm when a variant's predictions turn out too wrong; a shift goes back then."
    )
