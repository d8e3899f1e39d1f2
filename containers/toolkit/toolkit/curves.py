"""What does not fit in a number: confusion matrix, ROC curves, residuals. For curves.json and the plots."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from contract import quality

from toolkit.decode import Classes, Codes, Floats

# A curve of more points looks the same and would make a file of megabytes.
POINTS = 200


def classification(actual: Codes, predicted: Classes, categories: Sequence[str]) -> dict[str, Any]:
    """Return the confusion matrix and, where there are probabilities, a ROC curve per class."""
    matrix = quality.confusion(actual, predicted.codes, len(categories)).tolist()
    result: dict[str, Any] = {"categories": list(categories), "confusion_matrix": matrix}
    if predicted.probabilities is not None:
        of = range(len(categories)) if len(categories) > 2 else [1]
        probabilities = predicted.probabilities
        result["roc"] = {categories[code]: roc(actual == code, probabilities[:, code]) for code in of}
    return result


def roc(positive: Any, score: Floats) -> dict[str, list[float]]:
    """Return rates of false and true positives from the strictest threshold to the loosest."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(positive[order])
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    true, false = hits[ends], ends + 1 - hits[ends]
    points = {"false_positive_rate": false / max(false[-1], 1), "true_positive_rate": true / max(true[-1], 1)}
    return {name: thinned(np.concatenate([[0.0], rate])) for name, rate in points.items()}


def regression(actual: Floats, predicted: Floats) -> dict[str, Any]:
    """Return rows for the plots; of many, evenly chosen ones."""
    return {"actual": thinned(actual, 2000), "predicted": thinned(predicted, 2000)}


def thinned(values: Floats, points: int = POINTS) -> list[float]:
    """Keep at most `points` values, evenly spaced, both ends among them."""
    chosen = np.unique(np.linspace(0, len(values) - 1, min(points, len(values))).round().astype(int))
    return [float(value) for value in values[chosen]]
