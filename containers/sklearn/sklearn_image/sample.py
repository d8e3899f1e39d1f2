"""Some training rows with what scikit-learn predicts for them: what another engine has to agree with."""

import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sklearn_image.archive import SAMPLE_PREDICTIONS, SAMPLE_ROWS
from sklearn_image.schema import Matrix, Predictions, Schema

MOST_ROWS = 200
HEADER_BYTES = 4096
# Of a number relative to itself, of a probability as such.
TOLERANCE = 1e-5
# Numbers this much smaller than the largest are zero but for rounding.
NOTHING = 1e-12


@dataclass(frozen=True)
class Sample:
    """Rows as the model reads them, and a number or the probabilities of the classes for each."""

    rows: Matrix
    predictions: Predictions

    def save(self, folder: Path) -> None:
        """Write both files."""
        chosen = spread(len(self.rows), MOST_ROWS)
        np.save(folder / SAMPLE_ROWS, self.rows[chosen], allow_pickle=False)
        np.save(folder / SAMPLE_PREDICTIONS, self.predictions[chosen], allow_pickle=False)


def spread(count: int, most: int) -> NDArray[np.intp]:
    """Choose at most so many rows, from everywhere in the data."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))


def load(folder: Path, schema: Schema) -> Sample:
    """Read both files.

    Raises:
        OSError, ValueError: they are not there, or not what `save` writes.
    """
    width = (len(schema.classes),) if schema.classes else ()
    rows = _array(folder / SAMPLE_ROWS, (len(schema.columns),))
    predictions = _array(folder / SAMPLE_PREDICTIONS, width)
    if len(rows) != len(predictions):
        raise ValueError(f"{SAMPLE_ROWS} has {len(rows)} rows and {SAMPLE_PREDICTIONS} {len(predictions)}")
    return Sample(rows, predictions)


def _array(file: Path, width: tuple[int, ...]) -> NDArray[np.float64]:
    """Read one file; as much of it as it may have."""
    most = MOST_ROWS * math.prod(width) * 8 + HEADER_BYTES
    with file.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{file.name} is larger than {MOST_ROWS} rows are")
    try:
        array: NDArray[np.float64] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception as error:  # a header may be wrong in many ways
        raise ValueError(f"{file.name} cannot be read: {str(error)[:200] or type(error).__name__}") from error
    if array.dtype != np.float64 or array.shape[1:] != width or not len(array):
        wanted = f"rows of {math.prod(width)} float64"
        raise ValueError(f"{file.name} has {array.dtype} of shape {array.shape}, not {wanted}")
    if not np.isfinite(array).all():
        raise ValueError(f"{file.name} has numbers that are not finite")
    return array


def difference(task: str, expected: Predictions, answered: Predictions) -> str | None:
    """Tell how predictions differ from those that are expected; None: they agree."""
    if answered.shape != expected.shape:
        return f"it answers {answered.shape} numbers instead of {expected.shape}"
    apart = np.abs(answered - expected)
    if task == "regression":
        allowed = TOLERANCE * np.abs(expected) + NOTHING * np.abs(expected).max(initial=0)
    else:
        allowed = np.full(expected.shape, TOLERANCE)
        apart[answered.argmax(axis=1) != expected.argmax(axis=1)] = np.inf
    wrong = ~(apart <= allowed)
    if not wrong.any():
        return None
    rows = np.flatnonzero(wrong.reshape(len(wrong), -1).any(axis=1))
    row = rows[0]
    return f"{len(rows)} of {len(wrong)} rows differ, row {row + 1}: {answered[row]} instead of {expected[row]}"
