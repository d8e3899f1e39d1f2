"""Keep a fitted model for ONNX Runtime too, beside scikit-learn's own form, where both predict the same."""

import logging
from pathlib import Path

from sklearn_image import convert, runtime, sample
from sklearn_image.archive import ONNX
from sklearn_image.convert import Unconvertible
from sklearn_image.model import Model
from sklearn_image.sample import Sample
from sklearn_image.schema import Matrix

# Rows that both predict: a second of scikit-learn.
MOST_COMPARED = 20_000

log = logging.getLogger(__name__)


def save(model: Model, rows: Matrix, folder: Path) -> None:
    """Write model.onnx and the sample that a server checks it by; without them it serves by scikit-learn."""
    rows = rows[sample.spread(len(rows), MOST_COMPARED)]
    expected = Sample(rows, model.predict(rows))
    try:
        content = convert.to_onnx(model.pipeline, rows.shape[1])
        found = _difference(content, model, expected)
    except Unconvertible as error:
        found = str(error)
    if found:
        log.info("no %s, scikit-learn will serve: %s", ONNX, found)
        return
    (folder / ONNX).write_bytes(content)
    expected.save(folder)
    log.info("%s predicts what scikit-learn does on %d training rows", ONNX, len(rows))


def _difference(content: bytes, model: Model, expected: Sample) -> str | None:
    try:
        answered = runtime.load(content)(expected.rows).reshape(expected.predictions.shape)
    except Exception as error:  # ONNX Runtime has no class of its own for what it cannot load
        return f"{type(error).__name__}: {error}"
    return sample.difference(model.schema.task, expected.predictions, answered)
