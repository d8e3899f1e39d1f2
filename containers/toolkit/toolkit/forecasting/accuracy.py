"""How good forecasts are: errors in the target's unit, in percent, and scaled so that series can be compared.

MASE: Hyndman & Koehler (2006), "Another look at measures of forecast accuracy", International Journal of
Forecasting 22(4), eq. 3: the mean of errors divided by the in-sample error of the seasonal naive forecast.
RMSSE: the M5 competition (Makridakis, Spiliotis & Assimakopoulos, 2022), per series, then the mean over series.
Below 1 a forecast is better than the naive one was on its own past.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from contract import quality

from toolkit.decode import Codes
from toolkit.forecasting.scores import LEVELS, Forecast
from toolkit.forecasting.series import Floats

GROUP = "forecasting_metrics"


@dataclass(frozen=True)
class Results:
    """Series down, periods across; NaN where there is no value or no forecast."""

    actual: Floats
    mean: Floats
    lower: dict[str, Floats]
    upper: dict[str, Floats]
    scale: Floats
    """In-sample mean absolute error of the naive forecast, one per series; NaN where unknown or 0."""
    square_scale: Floats

    def part(self, rows: Codes | slice, columns: Codes | slice) -> "Results":
        """Return some series and periods."""

        def cut(values: Floats) -> Floats:
            return values[rows][:, columns]

        return Results(
            cut(self.actual),
            cut(self.mean),
            {level: cut(values) for level, values in self.lower.items()},
            {level: cut(values) for level, values in self.upper.items()},
            self.scale[rows],
            self.square_scale[rows],
        )


def together(actual: Floats, forecasts: Sequence[Forecast], scales: Sequence[tuple[float, float]]) -> Results:
    """Put actual values and forecasts side by side."""
    scale = np.array(scales, dtype=float).reshape(len(forecasts), 2)
    scale[scale <= 0] = np.nan
    nothing = np.full(actual.shape[1], np.nan)
    lower, upper = (
        {level: np.array([getattr(one, side).get(level, nothing) for one in forecasts]) for level in LEVELS}
        for side in ("lower", "upper")
    )
    return Results(actual, np.array([one.mean for one in forecasts]), lower, upper, scale[:, 0], scale[:, 1])


def measures(results: Results) -> dict[str, float]:
    """Return every metric; NaN where nothing defines it. MAPE is in percent, coverage a share."""
    error = results.actual - results.mean
    squared = error**2
    mse = _mean(squared)
    ratio = np.divide(error, results.actual, out=np.full_like(error, np.nan), where=results.actual != 0)
    return {
        "mase": _mean(np.abs(error) / results.scale[:, None]),
        "rmsse": _mean(np.sqrt(_by_series(squared) / results.square_scale)),
        "mape": 100 * _mean(np.abs(ratio)),
        "rmse": mse**0.5,
        "mae": _mean(np.abs(error)),
        "mse": mse,
        **{f"coverage_{level}": _coverage(results, level) for level in LEVELS},
    }


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _by_series(values: Floats) -> Floats:
    """Return the mean of each row's known values."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    nothing = np.full(len(values), np.nan)
    result: Floats = np.divide(np.where(known, values, 0.0).sum(axis=1), count, out=nothing, where=count > 0)
    return result


def _coverage(results: Results, level: str) -> float:
    lower, upper = results.lower[level], results.upper[level]
    known = np.isfinite(results.actual) & np.isfinite(lower) & np.isfinite(upper)
    inside = (results.actual >= lower) & (results.actual <= upper)
    return float(inside[known].mean()) if known.any() else float("nan")


def with_deviations(results: Results, seed: int) -> dict[str, dict[str, float]]:
    """Measure, with deviations by bootstrap over whole series, whose errors go together; over periods if it is one."""
    series, periods = results.actual.shape
    if series == 1:
        return quality.with_deviations(lambda chosen: measures(results.part(slice(None), chosen)), periods, seed)
    return quality.with_deviations(lambda chosen: measures(results.part(chosen, slice(None))), series, seed)
