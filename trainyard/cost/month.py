"""What a month of the endpoint costs, with the API before it and the alarms beside it.

Machines cost by the hour whether somebody calls or not; the rest is by the call. One key and one dashboard are
counted in full, though workloads of a stage share the key.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spec.workload import Workload
from trainyard.cost.lines import Line, instance
from trainyard.cost.prices import Prices

HOURS = 730
FUNCTION_GB = 0.5
ALARM_METRICS_PER_VARIANT = 8
ALARM_METRICS_OF_RUNS = 3
LOG_GB_PER_REQUEST = 2e-6
"""About 2 KB: access log and the function's line."""


@dataclass(frozen=True)
class Use:
    """How much the API is called in a month, how long a model takes for an answer, what is kept in S3."""

    requests: int
    seconds: float
    storage_gb: float = 1.0


def month_lines(workload: Workload, prices: Prices, use: Use) -> list[Line]:
    """Lines of one month; every candidate is taken to be a variant."""
    return [
        *_serving(workload, prices, use),
        Line("API", use.requests, "requests", prices.api_request),
        Line("function", use.requests, "invocations", prices.lambda_request),
        Line("function", use.requests * use.seconds * FUNCTION_GB, "GB-seconds", prices.lambda_gb_second),
        Line("logs", use.requests * LOG_GB_PER_REQUEST, "GB", prices.log_gb),
        Line("storage", use.storage_gb, "GB", prices.storage_gb_month),
        Line("alarms", _alarm_metrics(workload), "metrics", prices.alarm_metric_month),
        Line("dashboard", 1, "dashboards", prices.dashboard_month),
        Line("key", 1, "keys", prices.key_month),
    ]


def _serving(workload: Workload, prices: Prices, use: Use) -> Iterator[Line]:
    endpoint = workload.endpoint
    if endpoint.serverless:
        size = endpoint.serverless.memory_mb / 1024
        spent = use.requests * use.seconds * size
        yield Line("serverless variant", spent, "serverless GB-seconds", prices.serverless_gb_second)
    if endpoint.instance:
        for name in workload.candidates:
            machines = endpoint.instance
            yield instance(f"variant {name}, {machines.count} x", machines.type, HOURS * machines.count, prices)


def most_machines(workload: Workload) -> int | None:
    """How many machines a variant may grow to; None where their number is fixed."""
    return workload.endpoint.autoscaling.max if workload.endpoint.autoscaling else None


def _alarm_metrics(workload: Workload) -> int:
    alarms = workload.endpoint.alarms
    silence = 2 if alarms.no_calls_seconds else 0  # one on each endpoint
    feedback = 2 if alarms.feedback else 0  # the metric, and how many rows it rests on
    return (ALARM_METRICS_PER_VARIANT + silence + feedback) * len(workload.candidates) + ALARM_METRICS_OF_RUNS
