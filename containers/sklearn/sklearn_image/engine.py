"""What computes predictions: ONNX Runtime where it agrees with scikit-learn, else scikit-learn itself.

scikit-learn needs a third of a second to be imported, 100 MB, and half a millisecond for a row; so it is imported
only where it is needed.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from contract.text import shortened

from sklearn_image import archive, runtime, sample, schema, trial
from sklearn_image.archive import ONNX
from sklearn_image.sample import Sample
from sklearn_image.schema import Predict, Schema

# ONNX Runtime can say a lot.
REASON_BYTES = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Engine:
    """What predicts."""

    name: str
    reason: str
    schema: Schema
    predict: Predict


def choose(folder: Path) -> Engine:
    """Load what answers for the model in a folder."""
    archive.check(folder)
    known = schema.load(folder)
    reason = unfit(folder, known)
    if reason is None:
        agrees = f"{ONNX} agrees with scikit-learn on the sample of training rows"
        return _told(Engine("onnxruntime", agrees, known, onnx(folder, known)))
    from sklearn_image import model

    reason = shortened(" ".join(reason.split()), REASON_BYTES)
    return _told(Engine("scikit-learn", reason, known, model.load(folder).predict))


def _told(engine: Engine) -> Engine:
    log.info("engine: %s (%s)", engine.name, engine.reason)
    return engine


def unfit(folder: Path, known: Schema) -> str | None:
    """Tell why ONNX Runtime cannot answer for the model; None: it can."""
    if not (folder / ONNX).is_file():
        return f"the archive has no {ONNX}"
    try:
        expected = sample.load(folder, known)
    except (OSError, ValueError) as error:
        return f"no sample to check {ONNX} by: {error}"
    found = trial.run(lambda: _compared(onnx(folder, known), expected, known.task))
    return f"{ONNX}: {found}" if found else None


def onnx(folder: Path, known: Schema) -> Predict:
    """Load model.onnx; raises whatever ONNX Runtime raises."""
    predict = runtime.load((folder / ONNX).read_bytes())
    if known.classes:
        return predict
    return lambda matrix: predict(matrix).reshape(-1)


def _compared(predict: Predict, expected: Sample, task: str) -> str | None:
    return sample.difference(task, expected.predictions, predict(expected.rows))
