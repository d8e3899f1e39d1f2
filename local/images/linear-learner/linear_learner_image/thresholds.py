"""Where a binary classifier cuts its scores, and how good the cut is by the criterion of the hyperparameters."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from linear_learner_image.losses import Array
from linear_learner_image.parameters import OLD_CRITERIA


def f_score(precision: Any, recall: Any, beta: float) -> Any:
    """Return the F score; 0 where there is no precision and no recall."""
    weighted = beta**2 * precision + recall
    return np.divide((1 + beta**2) * precision * recall, weighted, out=np.zeros_like(weighted), where=weighted > 0)


def choose(raw: Array, labels: Array, parameters: Mapping[str, Any]) -> tuple[float, float]:
    """Return the threshold on raw scores and what it reaches; more is better.

    For `loss_function` the threshold is raw score 0, a probability of one half.
    """
    named = parameters["binary_classifier_model_selection_criteria"]
    criterion, beta = OLD_CRITERIA.get(named, named), 1.0 if named == "f1" else parameters["f_beta"]
    limit = parameters["num_calibration_samples"]
    raw, labels = raw[:limit], labels[:limit]
    if criterion == "loss_function":
        return 0.0, 0.0
    cuts, precision, recall, accuracy = _curve(raw, labels)
    match criterion:
        case "accuracy":
            reached = accuracy
        case "f_beta":
            reached = f_score(precision, recall, beta)
        case "precision_at_target_recall":
            reached = _aimed(precision, recall, parameters["target_recall"])
        case _:
            reached = _aimed(recall, precision, parameters["target_precision"])
    best = reached.max()
    # Of equally good cuts the one nearest to even chances.
    good = np.flatnonzero(reached >= best - 1e-12)
    chosen = good[np.argmin(np.abs(cuts[good]))]
    return float(cuts[chosen]), float(best)


def _curve(raw: Array, labels: Array) -> tuple[Array, Array, Array, Array]:
    """Return every cut between two scores, with precision, recall and accuracy of it."""
    levels = np.unique(raw)
    between = (levels[1:] + levels[:-1]) / 2
    cuts = np.concatenate([[min(levels[0], 0.0)], between, [max(np.nextafter(levels[-1], np.inf), 0.0)]])
    positive = np.sort(raw[labels == 1])
    negative = np.sort(raw[labels != 1])
    hits = len(positive) - np.searchsorted(positive, cuts)
    alarms = len(negative) - np.searchsorted(negative, cuts)
    said = hits + alarms
    precision = np.divide(hits, said, out=np.zeros(len(cuts)), where=said > 0)
    recall = hits / len(positive) if len(positive) else np.zeros(len(cuts))
    return cuts, precision, recall, (hits + len(negative) - alarms) / len(raw)


def _aimed(wanted: Array, held: Array, target: float) -> Array:
    """What is wanted where the target is held; where it never is, how near one comes."""
    reached = held >= target - 1e-12
    return np.where(reached, wanted, -1.0) if reached.any() else held - 2.0
