"""Quarterly visits to a few places, and forecasts of them in the shape that a model image answers."""

import json
from typing import Any

import numpy as np

PLAN: dict[str, Any] = {
    "workload": "trips",
    "task": "forecasting",
    "horizon": 4,
    "data": {
        "uri": "",
        "target": "Trips",
        "key": ["Region", "Purpose"],
        "time": "Quarter",
        "frequency": "quarterly",
    },
    "candidates": {"ets": {"decoder": {"format": "json", "output": "forecast"}}},
    "gate": {"metric": "mase", "max": 1.5},
}
HEADER = "Quarter,Region,State,Purpose,Trips"
KEYS = [("Bay, North", "Business"), ("Bay, North", "Holiday"), ("Cape", "Holiday")]


def quarters(count: int, start: int = 2000) -> list[str]:
    """Return consecutive quarters."""
    return [f"{start + place // 4} Q{place % 4 + 1}" for place in range(count)]


def value(series: int, period: int) -> float:
    """Return a series' value: a level, a season, some noise that is always the same."""
    noise = np.random.default_rng(100 * series + period).normal()
    return round(50.0 * (series + 1) + 10 * (period % 4) + noise, 3)


def lines(count: int = 40) -> list[str]:
    """Return the rows without header, series after series."""
    return [
        f'{quarter},"{region}",South,{purpose},{value(series, period)}'
        for series, (region, purpose) in enumerate(KEYS)
        for period, quarter in enumerate(quarters(count))
    ]


def trips(rows: list[str] | None = None) -> str:
    """Return a data file."""
    return "\n".join([HEADER, *(lines() if rows is None else rows)]) + "\n"


def forecast(periods: list[str], mean: list[float], half: float = 5.0, **more: Any) -> str:
    """Return one line of an answer; the 95 % interval is twice as wide as the 80 % one."""
    intervals = {
        level: {"lower": [m - width for m in mean], "upper": [m + width for m in mean]}
        for level, width in (("80", half), ("95", 2 * half))
    }
    return json.dumps({"periods": periods, "mean": mean, "intervals": intervals, "model": "ETS(A,N,A)", **more})
