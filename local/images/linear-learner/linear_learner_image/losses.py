"""The loss functions: value per row and slope by score. Absolute values are rounded off at 0 while learning.

Scores and labels of a regression are in units of the label's deviation; `scaled` converts what has a unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ROUNDING = 1e-3


@dataclass(frozen=True)
class Loss:
    """One loss function with its constants."""

    name: str
    insensitivity: float = 0.01
    delta: float = 1.0
    quantile: float = 0.5
    margin: float = 1.0

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> "Loss":
        """Return the loss that the hyperparameters name."""
        return cls(
            parameters["loss"],
            parameters["loss_insensitivity"],
            parameters["huber_delta"],
            parameters["quantile"],
            parameters["margin"],
        )

    def scaled(self, unit: float) -> "Loss":
        """Return the same loss for labels that were divided by `unit`."""
        return Loss(self.name, self.insensitivity / unit, self.delta / unit, self.quantile, self.margin)

    def values(self, scores: Array, labels: Array) -> Array:
        """Return each row's exact loss."""
        return self._both(scores, labels, 0.0)[0]

    def smooth(self, scores: Array, labels: Array) -> tuple[Array, Array]:
        """Return each row's loss and its slope, both smooth."""
        return self._both(scores, labels, _ROUNDING)

    def _both(self, scores: Array, labels: Array, rounding: float) -> tuple[Array, Array]:
        if self.name == "softmax_loss":
            return _softmax(scores, labels)
        score = scores[:, 0]
        if self.name == "logistic":
            sign = 2 * labels - 1
            margin = sign * score
            value, slope = np.logaddexp(0, -margin), -sign / (1 + np.exp(np.clip(margin, -700, 700)))
        elif self.name == "hinge_loss":
            sign = 2 * labels - 1
            value, slope = _positive(self.margin - sign * score, rounding)
            slope = -sign * slope
        else:
            value, slope = self._residual(score - labels, rounding)
        return value, slope[:, None]

    def _residual(self, residual: Array, rounding: float) -> tuple[Array, Array]:
        absolute, sign = _absolute(residual, rounding)
        match self.name:
            case "squared_loss":
                return residual**2, 2 * residual
            case "absolute_loss":
                return absolute, sign
            case "quantile_loss":
                lean = 0.5 - self.quantile
                return 0.5 * absolute + lean * residual, 0.5 * sign + lean
            case "huber_loss":
                inside = np.abs(residual) <= self.delta
                outside = self.delta * (np.abs(residual) - self.delta / 2)
                value = np.where(inside, residual**2 / 2, outside)
                return value, np.clip(residual, -self.delta, self.delta)
            case "eps_insensitive_absolute_loss":
                value, slope = _positive(absolute - self.insensitivity, rounding)
                return value, slope * sign
            case _:
                beyond = np.maximum(np.abs(residual) - self.insensitivity, 0)
                return beyond**2, 2 * beyond * np.sign(residual)


def _absolute(values: Array, rounding: float) -> tuple[Array, Array]:
    if not rounding:
        return np.abs(values), np.sign(values)
    rounded = np.sqrt(values**2 + rounding**2)
    return rounded - rounding, values / rounded


def _positive(values: Array, rounding: float) -> tuple[Array, Array]:
    absolute, sign = _absolute(values, rounding)
    return (values + absolute) / 2, (1 + sign) / 2


def _softmax(scores: Array, labels: Array) -> tuple[Array, Array]:
    chances = softmax(scores)
    rows, classes = np.arange(len(labels)), labels.astype(np.int64)
    value = -np.log(np.maximum(chances[rows, classes], 1e-300))
    chances[rows, classes] -= 1
    return value, chances


def softmax(scores: Array) -> Array:
    """Return the probability of every class."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = raised / raised.sum(axis=1, keepdims=True)
    return result
