"""Normalisation: learn on features and labels of mean 0 and deviation 1, answer in their own units.

Dense features are shifted and scaled, sparse ones only scaled, labels of a regression are shifted and scaled, unless
the hyperparameters say otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import diags, issparse

from linear_learner_image.losses import Array
from linear_learner_image.parameters import REGRESSOR

# A dense array or a sparse matrix: scipy's types are unknown to the checker.
Features: TypeAlias = Any


@dataclass(frozen=True)
class Scaling:
    """What was subtracted and what it was divided by."""

    mean: Array
    deviation: Array
    label_mean: float = 0.0
    label_deviation: float = 1.0

    @classmethod
    def learn(cls, features: Features, labels: Array, parameters: Mapping[str, Any]) -> "Scaling":
        """Learn it from a sample of the rows."""
        sample = features[: parameters["num_point_for_scaler"]]
        width = features.shape[1]
        mean, deviation = _moments(sample)
        scale = parameters["normalize_data"] is not False
        shift = _chosen(parameters["unbias_data"], scale and not issparse(features)) and not issparse(features)
        regression = parameters["predictor_type"] == REGRESSOR
        scale_label = regression and parameters["normalize_label"] is not False
        shift_label = regression and _chosen(parameters["unbias_label"], scale_label)
        return cls(
            mean if shift else np.zeros(width),
            deviation if scale else np.ones(width),
            float(labels.mean()) if shift_label and parameters["use_bias"] else 0.0,
            _nonzero(float(labels.std())) if scale_label else 1.0,
        )

    def features(self, features: Features) -> Features:
        """Return normalised features."""
        if issparse(features):
            return (features @ diags(1 / self.deviation)).tocsr()
        result: Array = (features - self.mean) / self.deviation
        return result

    def labels(self, labels: Array) -> Array:
        """Return normalised labels."""
        return (labels - self.label_mean) / self.label_deviation

    def undone(self, weights: Array, bias: Array) -> tuple[Array, Array]:
        """Return the weights and biases for features and labels in their own units."""
        own = weights / self.deviation[:, None] * self.label_deviation
        shifted = bias * self.label_deviation + self.label_mean - self.mean @ own
        return own, shifted


def _moments(sample: Features) -> tuple[Array, Array]:
    if issparse(sample):
        mean = np.asarray(sample.mean(axis=0)).ravel()
        square = np.asarray(sample.multiply(sample).mean(axis=0)).ravel()
        deviation = np.sqrt(np.maximum(square - mean**2, 0))
    else:
        mean, deviation = np.mean(sample, axis=0), np.std(sample, axis=0)
    # A feature that does not vary cannot be scaled by its deviation, up to rounding.
    flat = deviation <= 1e-12 * np.maximum(1, np.abs(mean))
    return mean, np.where(flat, 1.0, deviation)


def _chosen(wish: bool | None, otherwise: bool) -> bool:
    return otherwise if wish is None else wish


def _nonzero(value: float) -> float:
    return value if value > 0 else 1.0
