"""A trained model and its file: weights for features in their own units.

AWS's file of the same name holds MXNet's parameters; this one is a NumPy archive of `weights` (features by outputs),
`bias` and `about` (predictor type, loss, threshold, number of classes, as JSON).
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import issparse

from linear_learner_image.data import fitted
from linear_learner_image.losses import Array, softmax
from linear_learner_image.parameters import BINARY, REGRESSOR
from linear_learner_image.problems import ClientError
from linear_learner_image.scaling import Features

FILE = "model_algo-1"


@dataclass(frozen=True)
class LinearModel:
    """Weights, and how scores become answers."""

    weights: Array
    bias: Array
    predictor_type: str
    loss: str
    threshold: float = 0.0

    @property
    def width(self) -> int:
        """The number of features."""
        return len(self.weights)

    def raw(self, features: Features) -> Array:
        """Return raw scores, a column per output.

        Raises:
            ClientError: the rows have another number of features.
        """
        if issparse(features) and features.shape[1] < self.width:
            features = fitted(features, self.width)
        if features.shape[1] != self.width:
            raise ClientError(f"the rows have {features.shape[1]} features, the model has {self.width}")
        return np.asarray(features @ self.weights) + self.bias

    def answers(self, features: Features) -> list[dict[str, Any]]:
        """Return each row's answer as AWS's algorithm gives it: 32-bit scores, labels of classes."""
        raw = self.raw(features)
        if self.predictor_type == REGRESSOR:
            return [{"score": score} for score in _single(raw[:, 0])]
        if self.predictor_type == BINARY:
            labels = (raw[:, 0] >= self.threshold).astype(int).tolist()
            scores = _single(_chance(raw[:, 0]) if self.loss == "logistic" else raw[:, 0])
        else:
            labels, scores = raw.argmax(axis=1).tolist(), _single(softmax(raw))
        return [{"score": score, "predicted_label": label} for score, label in zip(scores, labels, strict=True)]

    def save(self, folder: Path) -> None:
        """Write the file that becomes model.tar.gz."""
        about = {"predictor_type": self.predictor_type, "loss": self.loss, "threshold": self.threshold}
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / FILE).open("wb") as file:
            np.savez(file, weights=self.weights, bias=self.bias, about=np.array(json.dumps(about)))


def load(folder: Path) -> LinearModel:
    """Read a model's file.

    Raises:
        ClientError: there is none, or it is none of ours.
    """
    try:
        with np.load(folder / FILE, allow_pickle=False) as parts:
            about = json.loads(str(parts["about"]))
            return LinearModel(parts["weights"], parts["bias"], **about)
    except FileNotFoundError:
        raise ClientError(f"there is no {FILE} in the model artifact") from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ClientError(f"{FILE} was not written by this image: {error}") from error


def _chance(raw: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-np.clip(raw, -700, 700)))
    return result


def _single(values: Array) -> list[Any]:
    """Round to 32 bits."""
    result: list[Any] = values.astype(np.float32).astype(np.float64).tolist()
    return result
