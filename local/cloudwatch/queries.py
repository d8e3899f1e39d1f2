"""MetricDataQuery: a statistic of a metric, or an expression over other queries; evaluated by id."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.cloudwatch import expressions
from local.cloudwatch.series import Key, Metrics

Series = expressions.Series
Query = Mapping[str, Any]


def evaluate(metrics: Metrics, queries: Sequence[Query], *, start: float, end: float) -> dict[str, Series]:
    """Return the series of every query, from `start` to before `end`.

    Raises:
        ValueError: a statistic or an expression that we cannot compute, or that does not exist.
    """
    found = {query["Id"]: _statistic(metrics, query["MetricStat"], start, end) for query in _stats(queries)}
    step = shortest_period(queries)
    times = range(int(start) // step * step, int(end - 1) // step * step + step, step)
    waiting = [query for query in queries if query.get("Expression")]
    while waiting:
        ready = [query for query in waiting if not _needs(query, waiting)]
        if not ready:
            raise expressions.ExpressionError(f"{waiting[0]['Expression']}: refers to itself")
        for query in ready:
            found[query["Id"]] = expressions.evaluate(query["Expression"], found, times)
        waiting = [query for query in waiting if query not in ready]
    return found


def shortest_period(queries: Sequence[Query]) -> int:
    """Return the period of the metrics, or of the expression where there are none."""
    given = [query["MetricStat"]["Period"] for query in _stats(queries)]
    return int(min(given or [query["Period"] for query in queries if query.get("Period")] or [60]))


def _stats(queries: Sequence[Query]) -> list[Query]:
    return [query for query in queries if query.get("MetricStat")]


def _statistic(metrics: Metrics, asked: Mapping[str, Any], start: float, end: float) -> Series:
    metric = asked["Metric"]
    key = Key.of(metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or ())
    return metrics.statistic(key, asked["Stat"], start=start, end=end, period=int(asked["Period"]))


def _needs(query: Query, waiting: Sequence[Query]) -> bool:
    names = expressions.names(query["Expression"])
    return any(other["Id"] in names for other in waiting)
