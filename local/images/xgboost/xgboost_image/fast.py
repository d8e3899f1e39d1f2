"""Fast predictions of a model that were compared with XGBoost's own before the first request."""

import numpy as np
import xgboost
from numpy.typing import NDArray

from xgboost_image.forest import Forest, Splits, beside
from xgboost_image.links import LINKS
from xgboost_image.problems import Unfaithful

Floats = NDArray[np.float32]

_ROWS = 500
_MISSING_SHARE = 0.1
_BESIDE_SHARE = 2 / 3
# What other callers of a worker can wait for: some milliseconds, with models of up to this many steps for a row.
_INLINE_BYTES, _INLINE_STEPS = 32 * 1024, 5_000
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
        self.inline_bytes = _INLINE_BYTES * _INLINE_STEPS // max(_INLINE_STEPS, self._forest.steps)
        self.compare(booster)

    def __call__(self, rows: Floats) -> Floats:
        """Predict."""
        return self._link(self._forest(rows))

    def text(self, body: bytes) -> Floats | None:
        """Predict for rows of plain numbers; None: they have to be read in another way."""
        sums = self._forest.text(body)
        return None if sums is None else self._link(sums)

    def compare(self, booster: xgboost.Booster) -> None:
        """Compare with XGBoost on rows made for the purpose: an archive holds no others.

        Raises:
            Unfaithful: a sum or a prediction differs.
        """
        rows = _probes(self._forest.splits, self._forest.features)
        matrix = xgboost.DMatrix(rows)
        sums = booster.predict(matrix, output_margin=True, validate_features=False).reshape(len(rows), -1)
        expected = booster.predict(matrix, validate_features=False)
        for part in (slice(None), slice(1)):  # one row takes a way of its own
            if not np.array_equal(self._forest(rows[part]), sums[part]):
                raise Unfaithful("sums of leaves differ")
            if not _alike(self(rows[part]), expected[part]):
                raise Unfaithful("predictions differ")


def _probes(splits: Splits, columns: int) -> Floats:
    """Return rows at, just below and just above the values at which the model splits, some values missing."""
    random = np.random.default_rng(0)
    # Each column has one: where nothing splits, any value does.
    features = np.concatenate([splits.features, np.arange(columns)])
    values = np.concatenate([splits.values, np.zeros(columns, np.float32)])[np.argsort(features)]
    counts, shape = np.bincount(features), (_ROWS, columns)
    rows = values[np.cumsum(counts) - counts + (random.random(shape) * counts).astype(int)]
    near = beside(rows, random.choice(np.array([-np.inf, np.inf], np.float32), shape))
    rows = np.where(random.random(shape) < _BESIDE_SHARE, near, rows)
    rows[(random.random(shape) < _MISSING_SHARE) | ~np.isfinite(rows)] = np.nan
    return rows


def _alike(found: Floats, expected: Floats) -> bool:
    return found.shape == expected.shape and np.allclose(found, expected, rtol=_TOLERANCE, atol=0)
