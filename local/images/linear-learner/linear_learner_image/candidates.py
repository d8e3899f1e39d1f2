"""The models that learn side by side: they differ in what the hyperparameters leave to the algorithm.

Without a validation channel nothing speaks for a penalty, so only the plain model learns.
"""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from linear_learner_image.losses import Loss
from linear_learner_image.objective import Penalty, Rows
from linear_learner_image.solvers import Lbfgs, MiniBatches, Solver

_WD = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
_L1 = (0.0, 1e-4, 1e-3, 1e-2)
_RATES = (0.1, 0.01, 0.005, 0.001)


class Candidate:
    """One model, with the hyperparameters that are its own."""

    def __init__(self, solver: Solver, settings: dict[str, Any]) -> None:
        self.solver = solver
        self.settings = settings


def make(
    rows: Rows, loss: Loss, parameters: Mapping[str, Any], shape: tuple[int, int], *, validated: bool
) -> list[Candidate]:
    """Return the models, at most `num_models`."""
    settings = islice(_settings(parameters, validated), parameters["num_models"])
    return [Candidate(_solver(rows, loss, parameters, shape, own), own) for own in settings]


def _settings(parameters: Mapping[str, Any], validated: bool) -> Iterator[dict[str, Any]]:
    rates = _given(parameters["learning_rate"], _RATES) if parameters["optimizer"] != "auto" else (None,)
    seen = set()
    few = parameters["num_models"] is None
    for l1, wd, rate in product(
        _given(parameters["l1"], _L1 if validated else (0.0,)),
        _given(parameters["wd"], _WD if validated else (0.0,)),
        rates,
    ):
        # Left alone, one penalty at a time is tried.
        both = l1 and wd and parameters["l1"] is None and parameters["wd"] is None
        if (few and both) or (l1, wd, rate) in seen:
            continue
        seen.add((l1, wd, rate))
        named = {"optimizer": parameters["optimizer"], "l1": l1, "wd": wd}
        yield named if rate is None else {**named, "learning_rate": rate}


def _given(value: float | None, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    return otherwise if value is None else (value,)


def _solver(
    rows: Rows, loss: Loss, parameters: Mapping[str, Any], shape: tuple[int, int], own: Mapping[str, Any]
) -> Solver:
    penalty = Penalty(own["wd"], own["l1"], parameters["bias_wd_mult"] or 0.0)
    if parameters["optimizer"] == "auto":
        return Lbfgs(rows, loss, penalty, parameters, shape)
    return MiniBatches(rows, loss, penalty, parameters, shape, own["learning_rate"])
