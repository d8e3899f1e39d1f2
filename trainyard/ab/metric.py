"""The metric from feedback of each variant, with its interval, and who is probably the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spec.alarms import FEEDBACK
from trainyard.ab import posterior

ENOUGH = 30
"""Judged rows of each variant below which no probability is told: an early lead is mostly chance."""

NAMES: dict[str, str] = dict(FEEDBACK.items())
HIGHER = {"accuracy"}


@dataclass(frozen=True)
class Metric:
    """`low` and `high` bound the true value with a confidence of 95 %; None for a mean of one value."""

    rows: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    also: dict[str, float] = field(default_factory=dict)
    probability_best: float | None = None


def read(task: str, values: Mapping[str, Sequence[float]]) -> dict[str, Metric]:
    """By variant; errors of a regression come with their sign."""
    name = NAMES[task]
    shown = {key: [abs(value) for value in found] for key, found in values.items()}
    make = posterior.share if name == "accuracy" else posterior.mean
    least = 1 if name == "accuracy" else 2
    spreads = {key: make(found) for key, found in shown.items() if len(found) >= least}
    told = len(shown) > 1 and all(len(found) >= ENOUGH for found in shown.values())
    best = posterior.best(spreads, higher=name in HIGHER) if told else {}
    return {key: _metric(task, values[key], spreads.get(key), best.get(key)) for key in values}


def _metric(task: str, values: Sequence[float], spread: posterior.Distribution | None, best: float | None) -> Metric:
    if not values:
        return Metric(0)
    low, high = posterior.interval(spread) if spread is not None else (None, None)
    value = sum(abs(value) for value in values) / len(values)
    return Metric(len(values), value, low, high, _also(task, values), best)


def _also(task: str, values: Sequence[float]) -> dict[str, float]:
    if task != "regression":
        return {}
    mse = sum(value * value for value in values) / len(values)
    return {"mse": mse, "rmse": mse**0.5, "bias": sum(values) / len(values)}
