"""The steps of stochastic gradient descent: how far, and which way."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from linear_learner_image.losses import Array


class Schedule:
    """Learning rates that shrink."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._used = bool(parameters["use_lr_scheduler"])
        self._step = parameters["lr_scheduler_step"] or 10
        self._factor = 0.99 if parameters["lr_scheduler_factor"] is None else parameters["lr_scheduler_factor"]
        self._least = parameters["lr_scheduler_minimum_lr"] or 1e-5
        self._count = 0

    def rate(self, first: float) -> float:
        """Return the rate of the next step."""
        self._count += 1
        if not self._used:
            return first
        shrunk: float = first * self._factor ** ((self._count - 1) // self._step)
        return max(min(first, self._least), shrunk)


class Step:
    """Which way to go from a slope: plainly, with momentum, or scaled by past slopes."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._kind = parameters["optimizer"]
        self._momentum = parameters["momentum"] or 0.0
        self._beta_1 = min(0.9 if parameters["beta_1"] is None else parameters["beta_1"], 1 - 1e-9)
        self._beta_2 = min(0.999 if parameters["beta_2"] is None else parameters["beta_2"], 1 - 1e-9)
        self._mean: Any = 0.0
        self._square: Any = 0.0
        self._count = 0

    def direction(self, by: Array) -> Array:
        """Return the direction of the next step."""
        self._count += 1
        if self._kind == "sgd":
            self._mean = self._momentum * self._mean + by
            return np.asarray(self._mean)
        self._square = self._beta_2 * self._square + (1 - self._beta_2) * by**2
        spread = np.sqrt(self._square / (1 - self._beta_2**self._count)) + 1e-8
        if self._kind == "rmsprop":
            return np.asarray(by / spread)
        self._mean = self._beta_1 * self._mean + (1 - self._beta_1) * by
        return np.asarray(self._mean / (1 - self._beta_1**self._count) / spread)
