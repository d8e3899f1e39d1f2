"""How good predictions are, in SageMaker's model-quality form: each metric with its bootstrap deviation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
REPLICATES = 200


def regression(actual: Floats, predicted: Floats) -> dict[str, float]:
    """Return mae, mse, rmse and r2 (0 where the actual values do not vary)."""
    error = actual - predicted
    mse = float(np.mean(error**2))
    spread = float(np.mean((actual - actual.mean()) ** 2))
    r2 = 1 - mse / spread if spread > 0 else 0.0
    return {"mae": float(np.mean(np.abs(error))), "mse": mse, "rmse": mse**0.5, "r2": r2}


def confusion(actual: Codes, predicted: Codes, classes: int) -> NDArray[np.int64]:
    """Count rows by actual (down) and predicted (across) class."""
    counts = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def classification(actual: Codes, predicted: Codes, probabilities: Floats | None, classes: int) -> dict[str, float]:
    """Return accuracy, precision, recall, f1 and, where there are probabilities, auc.

    Two classes: the second is the positive one. More: the mean over the classes that occur.
    """
    table = confusion(actual, predicted, classes)
    hits = np.diag(table).astype(float)
    precision = _ratio(hits, table.sum(axis=0))
    recall = _ratio(hits, table.sum(axis=1))
    f1 = _ratio(2 * hits, table.sum(axis=0) + table.sum(axis=1))
    of = slice(1, 2) if classes == 2 else (table.sum(axis=0) + table.sum(axis=1)) > 0
    result = {
        "accuracy": float(hits.sum() / len(actual)),
        "precision": float(precision[of].mean()),
        "recall": float(recall[of].mean()),
        "f1": float(f1[of].mean()),
    }
    return result if probabilities is None else {**result, "auc": auc(actual, probabilities)}


def _ratio(part: Floats, whole: NDArray[Any]) -> Floats:
    result: Floats = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return result


def auc(actual: Codes, probabilities: Floats) -> float:
    """Area under the ROC curve; several classes: each against the rest, then the mean."""
    classes = probabilities.shape[1]
    of = [1] if classes == 2 else range(classes)
    areas = [_area(actual == code, probabilities[:, code]) for code in of]
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")


def _area(positive: NDArray[np.bool_], score: Floats) -> float:
    """Chance that a positive row scores above a negative one; ties count half."""
    wins, losses = int(positive.sum()), int((~positive).sum())
    if not wins or not losses:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[positive].sum() - wins * (wins + 1) / 2) / (wins * losses))


def with_deviations(
    measure: Callable[[Codes], dict[str, float]], rows: int, seed: int, replicates: int = REPLICATES
) -> dict[str, dict[str, float]]:
    """Measure all rows, then samples of them, for value and standard deviation of each metric."""
    generator = np.random.default_rng(seed)
    samples = [measure(generator.integers(0, rows, rows)) for _ in range(replicates)]
    return {
        name: {"value": value, "standard_deviation": _deviation([sample[name] for sample in samples])}
        for name, value in measure(np.arange(rows)).items()
        if not np.isnan(value)
    }


def _deviation(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.std(known, ddof=1)) if len(known) > 1 else 0.0


def group(task: str, classes: int) -> str:
    """Name the group of metrics as SageMaker Model Monitor does."""
    if task == "regression":
        return "regression_metrics"
    return "binary_classification_metrics" if classes == 2 else "multiclass_classification_metrics"
