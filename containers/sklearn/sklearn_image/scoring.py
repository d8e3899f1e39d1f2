"""A model's quality on labelled rows; shared by `train`, for its metric lines, and `evaluate`."""

from collections.abc import Callable

import numpy as np
from contract import quality
from contract.errors import UserError
from contract.text import quoted
from numpy.typing import NDArray

from sklearn_image.data import Labelled
from sklearn_image.model import Model
from sklearn_image.schema import Column, Schema

Measure = Callable[[NDArray[np.intp]], dict[str, float]]


def targets(schema: Schema, labelled: Labelled) -> NDArray[np.float64]:
    """Return the labels as numbers: the value, or the class's position."""
    return np.asarray(Column(schema.target, schema.classes).values(labelled.labels), dtype=float)


def measure(model: Model, labelled: Labelled) -> Measure:
    """Predict once; the answer measures any selection of the rows."""
    if labelled.header[1:] != model.schema.names:
        wanted = ", ".join(quoted(name) for name in model.schema.names)
        raise UserError(f"the rows' columns are not the model's: {wanted}")
    actual, matrix = targets(model.schema, labelled), model.schema.matrix(labelled.features)
    if model.schema.task == "regression":
        values = model.values(matrix)
        return lambda rows: quality.regression(actual[rows], values[rows])
    codes, probabilities = actual.astype(np.intp), model.probabilities(matrix)
    best, classes = probabilities.argmax(axis=1), len(model.schema.classes)
    return lambda rows: quality.classification(codes[rows], best[rows], probabilities[rows], classes)
