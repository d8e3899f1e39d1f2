"""What computes predictions: compiled code or ONNX Runtime where they agree with scikit-learn, else scikit-learn.

scikit-learn needs a third of a second to be imported, 100 MB, and half a millisecond for a row; so it is imported
only where it is needed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from compiled import MeanForest
from contract.text import shortened

from sklearn_image import archive, forest, sample, schema, trial
from sklearn_image.archive import FOREST, ONNX
from sklearn_image.sample import Sample
from sklearn_image.schema import Predict, Schema

# ONNX Runtime can say a lot.
REASON_BYTES = 500

log = logging.getLogger(__name__)


class Computer(NamedTuple):
    """What predicts, and the forest where that is all of it: one can be asked by text, too."""

    predict: Predict
    forest: MeanForest | None = None


@dataclass(frozen=True)
class Engine:
    """What predicts."""

    name: str
    reason: str
    schema: Schema
    predict: Predict
    forest: MeanForest | None = None


def choose(folder: Path) -> Engine:
    """Load what answers for the model in a folder."""
    archive.check(folder)
    known = schema.load(folder)
    reasons: list[str] = []
    for name, file, load in WAYS:
        reason = unfit(folder, known, file, load)
        if reason is None:
            agrees = f"{file} agrees with scikit-learn on the sample of training rows"
            return _told(Engine(name, _joined([agrees, *reasons]), known, *load(folder, known)))
        if reason:
            reasons.append(reason)
    from sklearn_image import model

    return _told(Engine("scikit-learn", _joined(reasons), known, model.load(folder).predict))


def _joined(reasons: list[str]) -> str:
    return "; ".join(shortened(" ".join(reason.split()), REASON_BYTES) for reason in reasons)


def _told(engine: Engine) -> Engine:
    log.info("engine: %s (%s)", engine.name, engine.reason)
    return engine


Load = Callable[[Path, Schema], Computer]


def unfit(folder: Path, known: Schema, file: str, load: Load) -> str | None:
    """Tell why what is in a file cannot answer for the model; None: it can; empty: nothing has gone wrong."""
    if not (folder / file).is_file():
        return f"the archive has no {file}" if file == ONNX else ""
    try:
        expected = sample.load(folder, known)
    except (OSError, ValueError) as error:
        return f"no sample to check {file} by: {error}"
    found = trial.run(lambda: _compared(load(folder, known).predict, expected, known.task))
    return f"{file}: {found}" if found else None


def _compared(predict: Predict, expected: Sample, task: str) -> str | None:
    return sample.difference(task, expected.predictions, predict(expected.rows))


def compiled(folder: Path, known: Schema) -> Computer:
    """Load forest.npz; raises what says why not."""
    evaluate = forest.load(folder, known)
    if known.classes:
        return Computer(lambda matrix: evaluate(matrix.astype(np.float32)), evaluate)
    return Computer(lambda matrix: evaluate(matrix.astype(np.float32)).reshape(-1), evaluate)


def onnx(folder: Path, known: Schema) -> Computer:
    """Load model.onnx; raises whatever ONNX Runtime raises."""
    from sklearn_image import runtime

    predict = runtime.load((folder / ONNX).read_bytes())
    if known.classes:
        return Computer(predict)
    return Computer(lambda matrix: predict(matrix).reshape(-1))


# In the order of their speed.
WAYS: tuple[tuple[str, str, Load], ...] = (("compiled", FOREST, compiled), ("onnxruntime", ONNX, onnx))
