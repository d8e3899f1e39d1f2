"""When somebody should look: too many errors, too slow, silence."""

from typing import Annotated

from pydantic import AfterValidator, Field

from spec.base import Model, Seconds
from spec.problems import Problem, refuse

HOUR = 3_600
LONGEST_SILENCE = 168 * HOUR
MOST_SUMMED = 5
"""Candidates whose calls one alarm can add up: it has at most 10 metrics, and each variant has two endpoints."""


def _whole_hours(value: int) -> int:
    if value % HOUR or not HOUR <= value <= LONGEST_SILENCE:
        refuse([Problem((), value, "whole hours from 1h to 168h (7d)")])
    return value


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
