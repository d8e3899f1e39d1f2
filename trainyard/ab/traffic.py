"""Calls, errors and latencies of each variant, from SageMaker's metrics in CloudWatch.

Metrics and units: AWS's page "Amazon SageMaker AI metrics in Amazon CloudWatch", endpoint invocation metrics;
latencies are microseconds there and milliseconds here. A window longer than a day comes day by day: sums add up,
a percentile is the days' mean by calls, since percentiles cannot be put together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from trainyard.context import Context

DAY = 86_400
MINUTE = timedelta(minutes=1)
PERCENTILES = ("p50", "p90", "p99")
COUNTS = {"invocations": "Invocations", "errors_4xx": "Invocation4XXErrors", "errors_5xx": "Invocation5XXErrors"}
LATENCIES = {"model": "ModelLatency", "overhead": "OverheadLatency"}
_PER_MS = 1_000

Latency = dict[str, float | None]


@dataclass(frozen=True)
class Traffic:
    """One variant's; `latency_ms` has `model` and `overhead`, each with `average` and the percentiles."""

    invocations: int = 0
    errors_4xx: int = 0
    errors_5xx: int = 0
    latency_ms: dict[str, Latency] = field(default_factory=dict)

    @property
    def error_rate(self) -> float | None:
        """Failed calls by calls."""
        return (self.errors_4xx + self.errors_5xx) / self.invocations if self.invocations else None

    @property
    def average_ms(self) -> float | None:
        """Model and overhead together."""
        parts = [latency["average"] for latency in self.latency_ms.values() if latency["average"] is not None]
        return sum(parts) if parts else None


def read(context: Context, endpoint: str, names: Sequence[str], start: datetime, end: datetime) -> dict[str, Traffic]:
    """Every variant's traffic between two moments."""
    series = [
        (name, metric, statistic)
        for name in names
        for metric, statistics in _WANTED.items()
        for statistic in statistics
    ]
    values = _values(context, endpoint, series, start, end)
    return {name: _traffic({key[1:]: found for key, found in values.items() if key[0] == name}) for name in names}


def calls(context: Context, endpoint: str, names: Sequence[str], start: datetime, end: datetime) -> dict[str, int]:
    """Only how often each variant was called."""
    values = _values(context, endpoint, [(name, "Invocations", "Sum") for name in names], start, end)
    return {name: round(sum(values[name, "Invocations", "Sum"].values())) for name in names}


_STATISTICS = ("Sum", "SampleCount", *PERCENTILES)
_WANTED = dict.fromkeys(COUNTS.values(), ("Sum",)) | dict.fromkeys(LATENCIES.values(), _STATISTICS)

Key = tuple[str, str, str]
Points = dict[datetime, float]


def _values(
    context: Context, endpoint: str, series: Sequence[Key], start: datetime, end: datetime
) -> dict[Key, Points]:
    """Points by moment; GetMetricData takes whole minutes, and pages."""
    end = end.replace(second=0, microsecond=0) + MINUTE
    start = min(start.replace(second=0, microsecond=0), end - MINUTE)
    period = min(DAY, int((end - start).total_seconds()))
    queries = [_query(number, endpoint, key, period) for number, key in enumerate(series)]
    pages = context.client("cloudwatch").get_paginator("get_metric_data")
    found: dict[Key, Points] = defaultdict(dict)
    for page in pages.paginate(MetricDataQueries=queries, StartTime=start, EndTime=end):
        for result in page["MetricDataResults"]:
            key = series[int(result["Id"].removeprefix("q"))]
            found[key].update(zip(result["Timestamps"], result["Values"], strict=True))
    return found


def _query(number: int, endpoint: str, key: Key, period: int) -> dict[str, Any]:
    name, metric, statistic = key
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": name}]
    measured = {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": f"q{number}", "MetricStat": {"Metric": measured, "Period": period, "Stat": statistic}}


def _traffic(values: dict[tuple[str, str], Points]) -> Traffic:
    counts = {name: round(sum(values.get((metric, "Sum"), {}).values())) for name, metric in COUNTS.items()}
    latency = {name: _latency(metric, values) for name, metric in LATENCIES.items()}
    return Traffic(**counts, latency_ms=latency)


def _latency(metric: str, values: dict[tuple[str, str], Points]) -> Latency:
    samples = values.get((metric, "SampleCount"), {})
    total = sum(values.get((metric, "Sum"), {}).values())
    count = sum(samples.values())
    average = {"average": total / count / _PER_MS if count else None}
    return average | {name: _together(values.get((metric, name), {}), samples) for name in PERCENTILES}


def _together(points: Points, samples: Points) -> float | None:
    weights = {moment: samples.get(moment, 0.0) for moment in points}
    total = sum(weights.values())
    return sum(points[moment] * weight for moment, weight in weights.items()) / total / _PER_MS if total else None
