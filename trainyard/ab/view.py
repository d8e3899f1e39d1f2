"""The test as tables for a terminal."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from trainyard import render
from trainyard.ab import report
from trainyard.ab.live import Variant
from trainyard.ab.report import Report
from trainyard.ab.traffic import Traffic

SURE = 0.95
TITLES = {"accuracy": "accuracy (higher is better)", "mae": "mean absolute error (lower is better)"}


def view(found: Report) -> Iterator[RenderableType]:
    """Traffic, then the metric from feedback, then what has to be known."""
    test = found.test
    head = ((test.workload, "bold"), f"  {test.endpoint}  ", render.coloured(test.status))
    yield Text.assemble(*head, (f"  since {found.start:%Y-%m-%d %H:%M} UTC", "dim"))
    yield render.table(
        ["variant", "weight", "calls", "share", "4xx", "5xx", "errors", "ms avg", "p50", "p90", "p99"],
        [_traffic_cells(found, one) for one in test.variants],
    )
    if any(one.rows for one in found.metrics.values()):
        yield render.table(
            ["variant", "judged", found.metric, "95 % interval", "probably best"],
            [_metric_cells(found, name) for name in test.names],
            title=f"From feedback: {TITLES[found.metric]}",
        )
    yield Text(_counted(found), style="dim")
    for note in report.notes(found):
        yield Text.assemble(("! ", "yellow"), note)


def _traffic_cells(found: Report, one: Variant) -> list[Any]:
    calls = found.traffic[one.name]
    total = sum(other.invocations for other in found.traffic.values())
    weight = _percent(one.weight)
    if abs(one.desired - one.weight) > 0.0005:
        weight += f" -> {_percent(one.desired)}"
    errors = Text(_percent(calls.error_rate), style="red" if calls.errors_5xx else "")
    share = calls.invocations / total if total else None
    times = [_ms(calls.average_ms), *(_ms(_percentile(calls, name)) for name in ("p50", "p90", "p99"))]
    return [one.name, weight, calls.invocations, _percent(share), calls.errors_4xx, calls.errors_5xx, errors, *times]


def _percentile(calls: Traffic, name: str) -> float | None:
    """The model's own: percentiles of two times do not add up."""
    return calls.latency_ms.get("model", {}).get(name)


def _metric_cells(found: Report, name: str) -> list[Any]:
    one = found.metrics[name]
    bounds = f"{_number(one.low)} to {_number(one.high)}" if one.low is not None else "-"
    sure = one.probability_best is not None and one.probability_best >= SURE
    best = Text(_percent(one.probability_best), style="bold green" if sure else "")
    return [name, one.rows, Text(_number(one.value), style="bold"), bounds, best]


def _counted(found: Report) -> str:
    given, judged = found.given, found.judged
    parts = [
        f"{given.received} feedback",
        f"{given.duplicates} replaced by a later one" if given.duplicates else "",
        f"{found.unknown} on no captured prediction of this time" if found.unknown else "",
        f"{given.unreadable + judged.unreadable} unreadable" if given.unreadable + judged.unreadable else "",
        f"{judged.mismatched} not of the prediction's form" if judged.mismatched else "",
    ]
    return ", ".join(part for part in parts if part)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.3g} %"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _number(value: float | None) -> str:
    return "-" if value is None else render.number(value)
