"""What does not fit in a number: confusion matrix, ROC curves, residuals. For curves.json and the plots."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from contract import quality

from toolkit.decode import Classes, Codes, Floats

# A curve of more points looks the same and would make a file of megabytes.
POINTS = 200
BINS = 10


def classification(actual: Codes, predicted: Classes, categories: Sequence[str]) -> dict[str, Any]:
    """Return the confusion matrix and, where there are probabilities, curves per class."""
    matrix = quality.confusion(actual, predicted.codes, len(categories)).tolist()
    result: dict[str, Any] = {"categories": list(categories), "confusion_matrix": matrix}
    if predicted.probabilities is None:
        return result
    kinds = {"roc": roc, "precision_recall": precision_recall, "calibration": calibration}
    of = range(len(categories)) if len(categories) > 2 else [1]
    for name, curve in kinds.items():
        result[name] = {categories[code]: curve(actual == code, predicted.probabilities[:, code]) for code in of}
    return result


def _thresholds(positive: Any, score: Floats) -> tuple[Floats, Floats]:
    """Count true and false positives from the strictest threshold to the loosest; equal scores fall together."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(positive[order])
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    return hits[ends].astype(float), (ends + 1 - hits[ends]).astype(float)


def roc(positive: Any, score: Floats) -> dict[str, list[float]]:
    """Return rates of false and true positives from the strictest threshold to the loosest."""
    true, false = _thresholds(positive, score)
    points = {"false_positive_rate": false / max(false[-1], 1), "true_positive_rate": true / max(true[-1], 1)}
    return {name: thinned(np.concatenate([[0.0], rate])) for name, rate in points.items()}


def precision_recall(positive: Any, score: Floats) -> dict[str, list[float]]:
    """Return recall and precision from the strictest threshold to the loosest; begins at recall 0, precision 1."""
    true, false = _thresholds(positive, score)
    points = {"recall": (0.0, true / max(true[-1], 1)), "precision": (1.0, true / (true + false))}
    return {name: thinned(np.concatenate([[first], rate])) for name, (first, rate) in points.items()}


def calibration(positive: Any, score: Floats) -> dict[str, list[float]]:
    """Return, for each tenth of the probabilities that has rows, their mean, the share that came true, the rows."""
    bins = np.clip((score * BINS).astype(int), 0, BINS - 1)
    rows = np.bincount(bins, minlength=BINS)
    filled = rows > 0
    means = {
        "predicted": np.bincount(bins, weights=score, minlength=BINS)[filled] / rows[filled],
        "observed": np.bincount(bins, weights=positive, minlength=BINS)[filled] / rows[filled],
        "rows": rows[filled],
    }
    return {name: values.tolist() for name, values in means.items()}


def regression(actual: Floats, predicted: Floats) -> dict[str, Any]:
    """Return rows for the plots, of many evenly chosen ones, and the distribution of all residuals."""
    left = actual - predicted
    counts, edges = np.histogram(left, bins=min(40, max(8, int(len(left) ** 0.5) + 1)))
    histogram = {"edges": edges.tolist(), "rows": counts.tolist(), "mean": float(left.mean())}
    return {"actual": thinned(actual, 2000), "predicted": thinned(predicted, 2000), "residuals": histogram}


def thinned(values: Floats, points: int = POINTS) -> list[float]:
    """Keep at most `points` values, evenly spaced, both ends among them."""
    chosen = np.unique(np.linspace(0, len(values) - 1, min(points, len(values))).round().astype(int))
    return [float(value) for value in values[chosen]]
