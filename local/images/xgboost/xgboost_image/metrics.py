"""Metrics that AWS's container adds to XGBoost's own: of classes and of numbers, by scikit-learn."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn import metrics as sk

Values = NDArray[Any]
_Measure = Callable[[Values, Values], float]


def _averaged(measure: Callable[..., float], average: str) -> _Measure:
    return lambda actual, predicted: measure(actual, predicted, average=average, zero_division=0)


_OF_CLASSES: dict[str, _Measure] = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1": _averaged(sk.f1_score, "macro"),
    "f1_binary": _averaged(sk.f1_score, "binary"),
    "f1_macro": _averaged(sk.f1_score, "macro"),
    "precision": _averaged(sk.precision_score, "binary"),
    "precision_macro": _averaged(sk.precision_score, "macro"),
    "precision_micro": _averaged(sk.precision_score, "micro"),
    "recall": _averaged(sk.recall_score, "binary"),
    "recall_macro": _averaged(sk.recall_score, "macro"),
    "recall_micro": _averaged(sk.recall_score, "micro"),
}
_OF_NUMBERS: dict[str, _Measure] = {"mse": sk.mean_squared_error, "r2": sk.r2_score}
_THRESHOLDS = {"binary:logistic": 0.5, "reg:logistic": 0.5}


def measure(names: Sequence[str], objective: str) -> Callable[[Values, xgboost.DMatrix], list[tuple[str, float]]]:
    """Return a function that XGBoost calls after each round with its predictions."""

    def evaluate(predictions: Values, matrix: xgboost.DMatrix) -> list[tuple[str, float]]:
        actual = matrix.get_label()
        return [(name, _one(name, actual, predictions, objective)) for name in names]

    return evaluate


def _one(name: str, actual: Values, predictions: Values, objective: str) -> float:
    if name in _OF_NUMBERS:
        return float(_OF_NUMBERS[name](actual, predictions))
    return float(_OF_CLASSES[name](actual, classes(predictions, objective)))


def classes(predictions: Values, objective: str) -> Values:
    """Return the class that each prediction means."""
    if predictions.ndim > 1:
        return np.asarray(predictions.argmax(axis=1))
    if objective.startswith("multi:"):
        return predictions.astype(int)
    return np.asarray(predictions > _THRESHOLDS.get(objective, 0.0)).astype(int)
