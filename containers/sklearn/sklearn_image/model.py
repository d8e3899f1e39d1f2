"""A fitted model with its schema, kept as data.

skops writes no pickle: a model archive comes from a bucket, and loading a pickle runs what it says.
Only scikit-learn's own tree types are trusted beyond what skops trusts itself.
"""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from contract.errors import UserError
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sklearn_image.schema import Column, Matrix, Schema

TRUSTED = ["sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
PIPELINE = "model.skops"
SCHEMA = "schema.json"


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


def pipeline(schema: Schema, estimator: Any, *, scaled: bool) -> Pipeline:
    """Join encoder and estimator: levels become one column each, numbers pass or are scaled."""
    numbers = [position for position, column in enumerate(schema.columns) if not column.levels]
    levels = [position for position, column in enumerate(schema.columns) if column.levels]
    codes = [np.arange(len(schema.columns[position].levels), dtype=float) for position in levels]
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
    text = json.dumps(asdict(model.schema), indent=1, ensure_ascii=False)
    (folder / SCHEMA).write_text(text, encoding="utf-8")


def load(folder: Path) -> Model:
    """Read the model's two files; anything but a model of ours is refused."""
    for name in (PIPELINE, SCHEMA):
        if not (folder / name).is_file():
            raise UserError(f"no {name} in the model's folder; is this archive made by `train` of this image?")
    raw = json.loads((folder / SCHEMA).read_text(encoding="utf-8"))
    columns = tuple(Column(column["name"], tuple(column["levels"])) for column in raw["columns"])
    schema = Schema(raw["task"], raw["target"], columns, tuple(raw["classes"]))
    try:
        return Model(skops.io.load(folder / PIPELINE, trusted=TRUSTED), schema)
    except skops.io.exceptions.UntrustedTypesFoundException as error:
        raise UserError(f"{PIPELINE} holds types that are not scikit-learn's: {error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise UserError(f"{PIPELINE} is not a model: {error}") from error
