"""What the pictures of a forecast show: a few series in full, the error by step, the spread over series."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from toolkit.curves import thinned
from toolkit.forecasting.accuracy import Results, measures
from toolkit.forecasting.scores import Forecast
from toolkit.forecasting.series import Floats

Facts = Sequence[Mapping[str, Any]]


def shapes(
    facts: Facts, forecasts: Sequence[Forecast], results: Results, singles: Sequence[Mapping[str, float]]
) -> dict[str, Any]:
    """Return curves.json of a forecast."""
    by = "mase" if any(np.isfinite(one["mase"]) for one in singles) else "rmse"
    errors = np.array([one[by] for one in singles])
    return {
        "by": by,
        "series": [
            {
                "rank": rank,
                "error": float(errors[place]),
                **_series(facts[place], forecasts[place], results.actual[place]),
            }
            for rank, place in _ranked(errors)
        ],
        "errors": thinned(np.sort(errors[np.isfinite(errors)]), 2000),
        "steps": _steps(results, by),
    }


def _ranked(errors: Floats) -> list[tuple[str, int]]:
    """Choose the best, the median and the worst series; fewer where there are fewer."""
    order = np.argsort(errors, kind="stable")[: int(np.isfinite(errors).sum())]
    if not len(order):
        return []
    chosen = {"best": order[0], "worst": order[-1], "median": order[(len(order) - 1) // 2]}
    places = {int(place): rank for rank, place in chosen.items()}
    return [(rank, place) for rank in ("best", "median", "worst") for place in places if places[place] == rank]


def _series(fact: Mapping[str, Any], forecast: Forecast, actual: Floats) -> dict[str, Any]:
    return {
        "key": fact["key"],
        "model": forecast.model,
        "history": fact["history"],
        "periods": fact["periods"],
        "actual": [None if np.isnan(value) else float(value) for value in actual],
        "mean": forecast.mean.tolist(),
        "intervals": {
            level: {"lower": forecast.lower[level].tolist(), "upper": forecast.upper[level].tolist()}
            for level in forecast.lower
        },
    }


def _steps(results: Results, by: str) -> list[dict[str, Any]]:
    """Measure each number of periods ahead by itself."""
    found = []
    for step in range(results.actual.shape[1]):
        said = measures(results.part(slice(None), slice(step, step + 1)))
        numbers = {"error": said[by], "coverage_80": said["coverage_80"], "coverage_95": said["coverage_95"]}
        known = {name: value for name, value in numbers.items() if np.isfinite(value)}
        found.append({"ahead": step + 1, **known})
    return found
