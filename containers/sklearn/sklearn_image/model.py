"""A fitted model with its schema, kept as data.

skops writes no pickle: a model archive comes from a bucket, and loading a pickle runs what it says.
Only scikit-learn's own tree types are trusted beyond what skops trusts itself.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from contract.errors import UserError
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_image import archive, schema
from sklearn_image.archive import PIPELINE
from sklearn_image.schema import Matrix, Schema

TRUSTED = ["sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]


@dataclass(frozen=True)
class Model:
    """What answers."""

    pipeline: Any
    schema: Schema

    def values(self, matrix: Matrix) -> NDArray[np.float64]:
        """Predict numbers."""
        return np.asarray(self.pipeline.predict(matrix), dtype=float)

    def probabilities(self, matrix: Matrix) -> NDArray[np.float64]:
        """Predict one probability per class, in the order of the schema."""
        return np.asarray(self.pipeline.predict_proba(matrix), dtype=float)

    def predict(self, matrix: Matrix) -> NDArray[np.float64]:
        """Predict what the task asks for: numbers, or probabilities."""
        return self.values(matrix) if self.schema.task == "regression" else self.probabilities(matrix)


def pipeline(known: Schema, estimator: Any, *, scaled: bool) -> Pipeline:
    """Join encoder and estimator: levels become one column each, numbers pass or are scaled."""
    numbers = [position for position, column in enumerate(known.columns) if not column.levels]
    levels = [position for position, column in enumerate(known.columns) if column.levels]
    codes = [np.arange(len(known.columns[position].levels), dtype=float) for position in levels]
    parts: list[tuple[str, Any, list[int]]] = []
    if numbers:
        parts.append(("numbers", StandardScaler() if scaled else "passthrough", numbers))
    if levels:
        parts.append(("levels", OneHotEncoder(categories=codes, sparse_output=False), levels))
    return Pipeline([("columns", ColumnTransformer(parts)), ("estimator", estimator)])


def save(model: Model, folder: Path) -> None:
    """Write the model's two files."""
    folder.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model.pipeline, folder / PIPELINE)
    model.schema.save(folder)


def load(folder: Path) -> Model:
    """Read the model's two files; anything but a model of ours is refused."""
    archive.check(folder)
    known = schema.load(folder)
    try:
        return Model(skops.io.load(folder / PIPELINE, trusted=TRUSTED), known)
    except skops.io.exceptions.UntrustedTypesFoundException as error:
        raise UserError(f"{PIPELINE} holds types that are not scikit-learn's: {error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise UserError(f"{PIPELINE} is not a model: {error}") from error
