"""Fast predictions of a model that were compared with XGBoost's own before the first request."""

import numpy as np
import xgboost
from numpy.typing import NDArray

from xgboost_image.forest import Forest
from xgboost_image.links import LINKS
from xgboost_image.problems import Unfaithful

Floats = NDArray[np.float32]

_ROWS = 500
_MISSING_SHARE = 0.1
# Of a prediction, relative: the last bit of 32. Sums of leaves have none to spare.
_TOLERANCE = 2.0**-22


class Fast:
    """From rows, which miss a value where it is NaN, to what `Booster.predict` returns for them."""

    def __init__(self, booster: xgboost.Booster, objective: str) -> None:
        """Convert and compare.

        Raises:
            Unfaithful: the model cannot be converted, or predicts something else then.
        """
        if objective not in LINKS:
            raise Unfaithful(f"objective {objective}")
        self._link = LINKS[objective]
        self._forest = Forest(booster)
        self.compare(booster)

    def __call__(self, rows: Floats) -> Floats:
        """Predict."""
        return self._link(self._forest(rows))

    def compare(self, booster: xgboost.Booster) -> None:
        """Compare with XGBoost on rows made for the purpose: an archive holds no others.

        Raises:
            Unfaithful: a sum or a prediction differs.
        """
        rows = _probes(self._forest.splits)
        matrix = xgboost.DMatrix(rows)
        sums = booster.predict(matrix, output_margin=True, validate_features=False).reshape(len(rows), -1)
        expected = booster.predict(matrix, validate_features=False)
        for part in (slice(None), slice(1)):  # one row takes a way of its own
            if not np.array_equal(self._forest(rows[part]), sums[part]):
                raise Unfaithful("sums of leaves differ")
            if not _alike(self(rows[part]), expected[part]):
                raise Unfaithful("predictions differ")


def _probes(splits: list[set[float]]) -> Floats:
    """Return rows at, just below and just above the values at which the model splits, some values missing."""
    random = np.random.default_rng(0)
    columns = [random.choice(_around(values), _ROWS) for values in splits]
    rows = np.stack(columns, axis=1)
    rows[random.random(rows.shape) < _MISSING_SHARE] = np.nan
    return rows


def _around(values: set[float]) -> Floats:
    at = np.array(sorted(values) or [0.0], dtype=np.float32)
    return np.concatenate([at, np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))])


def _alike(found: Floats, expected: Floats) -> bool:
    return found.shape == expected.shape and np.allclose(found, expected, rtol=_TOLERANCE, atol=0)
