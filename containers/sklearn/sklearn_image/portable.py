"""Keep a fitted model in forms that predict faster too, beside scikit-learn's own, where all predict the same."""

import logging
from collections.abc import Callable
from pathlib import Path

from compiled import Unavailable

from sklearn_image import convert, engine, forest, sample
from sklearn_image.archive import FOREST, ONNX
from sklearn_image.convert import Unconvertible
from sklearn_image.engine import Load
from sklearn_image.model import Model
from sklearn_image.sample import Sample
from sklearn_image.schema import Matrix

# Rows that all predict: a second of scikit-learn.
MOST_COMPARED = 20_000

log = logging.getLogger(__name__)


def save(model: Model, rows: Matrix, folder: Path) -> None:
    """Write forest.npz, model.onnx, and the sample that a server checks them by; without, it serves by scikit-learn."""
    rows = rows[sample.spread(len(rows), MOST_COMPARED)]
    expected = Sample(rows, model.predict(rows))
    keep = _Keeper(model, expected, folder)
    kept = keep(ONNX, lambda: convert.to_onnx(model.pipeline, rows.shape[1]), engine.onnx)
    if forest.fits(model.pipeline[-1], model.schema):
        kept |= keep(FOREST, lambda: forest.content(model.pipeline[-1]), engine.compiled)
    if kept:
        expected.save(folder)


class _Keeper:
    def __init__(self, model: Model, expected: Sample, folder: Path) -> None:
        self._model, self._expected, self._folder = model, expected, folder

    def __call__(self, name: str, content: Callable[[], bytes], load: Load) -> bool:
        """Write a file if what it predicts is right; tell whether it is there."""
        try:
            (self._folder / name).write_bytes(content())
            found = self._difference(load)
        except (Unconvertible, ValueError) as error:
            found = str(error)
        if found:
            (self._folder / name).unlink(missing_ok=True)
            log.info("no %s: %s", name, found)
            return False
        log.info("%s predicts what scikit-learn does on %d training rows", name, len(self._expected.rows))
        return True

    def _difference(self, load: Load) -> str | None:
        try:
            answered = load(self._folder, self._model.schema).predict(self._expected.rows)
        except Unavailable:
            return None  # the server that can evaluate it will check it
        except Exception as error:  # ONNX Runtime has no class of its own for what it cannot load
            return f"{type(error).__name__}: {error}"
        return sample.difference(self._model.schema.task, self._expected.predictions, answered)
