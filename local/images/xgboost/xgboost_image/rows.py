"""Rows of data in memory, whatever format they came in, and XGBoost's own form of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import xgboost
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, issparse, vstack

from xgboost_image.problems import UserError

Vector = NDArray[np.float64]


class Rows(NamedTuple):
    """Features, dense (a missing one is NaN) or sparse, and what else a row has."""

    features: Any
    labels: Vector | None = None
    weights: Vector | None = None
    queries: Vector | None = None

    def matrix(self) -> xgboost.DMatrix:
        """Return what XGBoost trains on and predicts."""
        return xgboost.DMatrix(self.features, label=self.labels, weight=self.weights, qid=self.queries)


def joined(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several files as one.

    Raises:
        UserError: dense files have different numbers of columns.
    """
    if len(parts) == 1:
        return parts[0]
    return Rows(
        _features([part.features for part in parts]),
        *(_vectors([getattr(part, name) for part in parts]) for name in ("labels", "weights", "queries")),
    )


def _features(parts: Sequence[Any]) -> Any:
    widths = [part.shape[1] for part in parts]
    if any(issparse(part) for part in parts):
        wide = [_widened(csr_matrix(part), max(widths)) for part in parts]
        return vstack(wide).tocsr()
    if len(set(widths)) > 1:
        raise UserError(f"the files of a channel have {min(widths)} and {max(widths)} feature columns")
    return np.concatenate(parts)


def _widened(part: csr_matrix, width: int) -> csr_matrix:
    return csr_matrix((part.data, part.indices, part.indptr), shape=(part.shape[0], width))


def _vectors(parts: Sequence[Vector | None]) -> Vector | None:
    found = [part for part in parts if part is not None]
    if found and len(found) < len(parts):
        raise UserError("only some files of a channel have labels, weights or query ids")
    return np.concatenate(found) if found else None
