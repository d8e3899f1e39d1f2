"""Cut by time, at the same periods for every series: the last are the test, those before are validation.

A cut at random, or at another period for each series, would let a model learn from what it has to foresee.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from contract.errors import UserError

from toolkit.forecasting.periods import Frequency
from toolkit.forecasting.series import Floats, Series
from toolkit.plan import Split

LEAST_TRAINING = 2


@dataclass(frozen=True)
class Cut:
    """Periods at which the parts begin; `end` is after the last."""

    validation: int
    test: int
    end: int

    @property
    def horizon(self) -> int:
        """Periods of the test."""
        return self.end - self.test


def cut(series: Sequence[Series], shares: Split, horizon: int, frequency: Frequency) -> Cut:
    """Cut by the shares of the periods; test and validation are no longer than the horizon.

    Raises:
        UserError: there are too few periods, or no series goes on from training into the test.
    """
    start, end = min(one.start for one in series), max(one.end for one in series)
    test, validation = (_length(end - start, share, horizon) for share in (shares.test, shares.validation))
    found = Cut(end - test - validation, end - test, end)
    if found.validation - start < LEAST_TRAINING:
        raise UserError(
            f"too few periods: {end - start}, from {frequency.text(start)} to {frequency.text(end - 1)}; "
            f"{validation} for validation and {test} for the test need {test + validation + LEAST_TRAINING} or more"
        )
    if not any(testable(one, found) for one in series):
        raise UserError(f"no series has values both before {frequency.text(found.test)} and from there on")
    return found


def _length(periods: int, share: float, horizon: int) -> int:
    return min(max(round(periods * share), 1), horizon) if share else 0


def testable(one: Series, at: Cut) -> bool:
    """Tell whether a model can know the series and the test has something to compare with."""
    return one.start < at.test and bool(np.isfinite(one.between(at.test, at.end)).any())


@dataclass(frozen=True)
class Scale:
    """What an error is measured by: the in-sample error of the seasonal naive forecast, absolute and squared.

    Hyndman & Koehler (2006), "Another look at measures of forecast accuracy", eq. 2; the squared one as in the M5
    competition's RMSSE (Makridakis et al., 2022), there with a lag of one period.
    """

    lag: int
    absolute: float
    squared: float


def scale(sample: Floats, season: int) -> Scale | None:
    """Measure by the season, or by the last period where the series is too short for one."""
    for lag in dict.fromkeys((season, 1)):
        errors = sample[lag:] - sample[:-lag]
        errors = errors[np.isfinite(errors)]
        if len(errors):
            return Scale(lag, float(np.mean(np.abs(errors))), float(np.mean(errors**2)))
    return None
