"""The metrics that the algorithm prints, by predictor type."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from linear_learner_image.losses import Array, Loss
from linear_learner_image.parameters import BINARY, REGRESSOR
from linear_learner_image.thresholds import f_score

LOSS, SCORE = "loss", "score"
_OBJECTIVES = {
    "squared_loss": "mse",
    "logistic": "binary_classification_cross_entropy",
    "softmax_loss": "multiclass_cross_entropy",
}

Metrics = dict[str, tuple[str, float]]


def objective(loss: Loss) -> str:
    """Return the name under which the objective is printed."""
    return f"{_OBJECTIVES.get(loss.name, loss.name)}_objective"


def measure(raw: Array, labels: Array, loss: Loss, threshold: float, parameters: Mapping[str, Any]) -> Metrics:
    """Return name, kind (`loss` or `score`) and value of every metric of raw scores."""
    result: Metrics = {objective(loss): (LOSS, float(loss.values(raw, labels).mean()))}
    kind = parameters["predictor_type"]
    if kind == REGRESSOR:
        return result | _regression(raw[:, 0], labels)
    if kind == BINARY:
        return result | _binary(raw[:, 0], labels, threshold, parameters["f_beta"])
    return result | _multiclass(raw, labels.astype(np.int64), parameters)


def _regression(predicted: Array, labels: Array) -> Metrics:
    mse = float(((predicted - labels) ** 2).mean())
    absolute = float(np.abs(predicted - labels).mean())
    return {"mse": (LOSS, mse), "absolute_loss": (LOSS, absolute), "rmse": (LOSS, mse**0.5)}


def _binary(raw: Array, labels: Array, threshold: float, beta: float) -> Metrics:
    said, true = raw >= threshold, labels == 1
    precision, recall = _ratio((said & true).sum(), said.sum()), _ratio((said & true).sum(), true.sum())
    return {
        "binary_classification_accuracy": (SCORE, float((said == true).mean())),
        f"binary_f_{beta:.3f}": (SCORE, float(f_score(np.float64(precision), np.float64(recall), beta))),
        "precision": (SCORE, precision),
        "recall": (SCORE, recall),
        "roc_auc_score": (SCORE, _area(raw, true)),
    }


def _area(raw: Array, true: "np.ndarray[Any, np.dtype[np.bool_]]") -> float:
    """The chance that a positive row scores above a negative one; equal scores count half."""
    positive, negative = int(true.sum()), int((~true).sum())
    if not positive or not negative:
        return 0.5
    _, place, count = np.unique(raw, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((ranks[true].sum() - positive * (positive + 1) / 2) / (positive * negative))


def _multiclass(raw: Array, labels: "np.ndarray[Any, np.dtype[np.int64]]", parameters: Mapping[str, Any]) -> Metrics:
    top, beta = parameters["accuracy_top_k"], parameters["f_beta"]
    own = raw[np.arange(len(labels)), labels]
    rank = (raw > own[:, None]).sum(axis=1)
    said = raw.argmax(axis=1)
    hit = said == labels
    classes = np.arange(raw.shape[1])
    right = np.bincount(labels[hit], minlength=len(classes))
    recall = _ratios(right, np.bincount(labels, minlength=len(classes)))
    precision = _ratios(right, np.bincount(said, minlength=len(classes)))
    return {
        "multiclass_accuracy": (SCORE, float(hit.mean())),
        f"multiclass_top_k_accuracy_{top}": (SCORE, float((rank < top).mean())),
        "dcg": (SCORE, float((1 / np.log2(rank + 2)).mean())),
        "macro_recall": (SCORE, float(recall.mean())),
        "macro_precision": (SCORE, float(precision.mean())),
        f"macro_f_{beta:.3f}": (SCORE, float(f_score(precision, recall, beta).mean())),
    }


def _ratio(part: Any, whole: Any) -> float:
    return float(part / whole) if whole else 0.0


def _ratios(parts: Any, wholes: Any) -> Array:
    result: Array = np.divide(parts, wholes, out=np.zeros(len(wholes)), where=wholes > 0)
    return result
