"""What is minimised: mean loss, plus the L2 and L1 norms of the weights by their hyperparameters."""

from dataclasses import dataclass

import numpy as np

from linear_learner_image.losses import Array, Loss
from linear_learner_image.scaling import Features


@dataclass(frozen=True)
class Penalty:
    """How much large weights cost."""

    wd: float = 0.0
    l1: float = 0.0
    bias_wd_mult: float = 0.0


@dataclass(frozen=True)
class Rows:
    """Normalised rows, their labels, and how much each counts."""

    features: Features
    labels: Array
    importance: Array

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "Rows":
        """Return some of the rows."""
        return Rows(self.features[chosen], self.labels[chosen], self.importance[chosen])


def slope(rows: Rows, loss: Loss, penalty: Penalty, weights: Array, bias: Array) -> tuple[float, Array, Array]:
    """Return the smooth part of the objective (all but L1), and its slope by weights and by biases."""
    scores = np.asarray(rows.features @ weights) + bias
    values, by_score = loss.smooth(scores, rows.labels)
    share = rows.importance / rows.importance.sum()
    by_score = by_score * share[:, None]
    value = float(share @ values) + penalty.wd / 2 * float((weights**2).sum() + penalty.bias_wd_mult * (bias**2).sum())
    by_weights = np.asarray(rows.features.T @ by_score) + penalty.wd * weights
    return value, by_weights, by_score.sum(axis=0) + penalty.wd * penalty.bias_wd_mult * bias
