"""How one model learns, an epoch at a time: by L-BFGS where `optimizer` is `auto`, else in mini-batches.

AWS's algorithm learns by stochastic gradient descent only. L-BFGS goes several times over the data in what counts as
one epoch here, and ends near the optimum whatever the number of rows is.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import minimize

from linear_learner_image.losses import Array, Loss
from linear_learner_image.objective import Penalty, Rows, slope
from linear_learner_image.steps import Schedule, Step

_ITERATIONS = 40
_SEED = 20


class Solver(ABC):
    """A model that learns."""

    def __init__(
        self, rows: Rows, loss: Loss, penalty: Penalty, parameters: Mapping[str, Any], shape: tuple[int, int]
    ) -> None:
        self._rows = rows
        self._loss = loss
        self._penalty = penalty
        self._use_bias = bool(parameters["use_bias"])
        random = np.random.default_rng(_SEED)
        if parameters["init_method"] == "uniform":
            self.weights: Array = random.uniform(-parameters["init_scale"], parameters["init_scale"], shape)
        else:
            self.weights = random.normal(0, parameters["init_sigma"], shape)
        self.bias: Array = np.full(shape[1], parameters["init_bias"] if self._use_bias else 0.0)

    @abstractmethod
    def epoch(self) -> None:
        """Learn from all rows."""


class Lbfgs(Solver):
    """L-BFGS on all rows at once; weights are split by sign where L1 makes the objective bend at 0."""

    def epoch(self) -> None:
        """Go on until an epoch's steps are used up."""
        split = self._penalty.l1 > 0
        start = self._packed(split)
        bounds = None
        if split:
            bounds = [(0, None)] * (2 * self.weights.size) + [(None, None)] * self.bias.size
        found = minimize(
            lambda point: self._value(point, split),
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": _ITERATIONS, "ftol": 1e-15, "gtol": 1e-9},
        )
        self.weights, self.bias = self._unpacked(found.x, split)

    def _packed(self, split: bool) -> Array:
        flat = self.weights.ravel()
        parts = [np.maximum(flat, 0), np.maximum(-flat, 0)] if split else [flat]
        return np.concatenate([*parts, self.bias])

    def _unpacked(self, point: Array, split: bool) -> tuple[Array, Array]:
        size = self.weights.size
        flat = point[:size] - point[size : 2 * size] if split else point[:size]
        return flat.reshape(self.weights.shape), point[-self.bias.size :]

    def _value(self, point: Array, split: bool) -> tuple[float, Array]:
        weights, bias = self._unpacked(point, split)
        value, by_weights, by_bias = slope(self._rows, self._loss, self._penalty, weights, bias)
        flat = by_weights.ravel()
        if not self._use_bias:
            by_bias = np.zeros_like(by_bias)
        if not split:
            return value, np.concatenate([flat, by_bias])
        l1 = self._penalty.l1
        cost = value + l1 * float(point[: 2 * self.weights.size].sum())
        return cost, np.concatenate([flat + l1, -flat + l1, by_bias])


class MiniBatches(Solver):
    """Mini-batches in a random order that is the same every time, with the optimizer that was asked for."""

    def __init__(
        self,
        rows: Rows,
        loss: Loss,
        penalty: Penalty,
        parameters: Mapping[str, Any],
        shape: tuple[int, int],
        learning_rate: float,
    ) -> None:
        super().__init__(rows, loss, penalty, parameters, shape)
        self._size = int(parameters["mini_batch_size"])
        self._rate = learning_rate
        self._schedule = Schedule(parameters)
        self._bias_rate = float(parameters["bias_lr_mult"] or 1.0) if self._use_bias else 0.0
        self._random = np.random.default_rng(_SEED)
        self._steps = (Step(parameters), Step(parameters))

    def epoch(self) -> None:
        """Go once over the rows."""
        order = self._random.permutation(len(self._rows))
        for start in range(0, len(order), self._size):
            batch = self._rows.part(order[start : start + self._size])
            _, by_weights, by_bias = slope(batch, self._loss, self._penalty, self.weights, self.bias)
            rate = self._schedule.rate(self._rate)
            moved = self.weights - rate * self._steps[0].direction(by_weights)
            self.weights = np.sign(moved) * np.maximum(np.abs(moved) - rate * self._penalty.l1, 0)
            self.bias = self.bias - rate * self._bias_rate * self._steps[1].direction(by_bias)
