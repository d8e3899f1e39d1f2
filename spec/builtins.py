"""What AWS knows about its built-in algorithms: hyperparameters, metrics, and what follows from the task.

The facts are in `tables/builtins.json`, which names their sources.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from spec.base import Scalar
from spec.gate import Task

_TABLE = Path(__file__).parent / "tables" / "builtins.json"

Kind = Literal["regression", "binary", "multiclass"]


class Hyperparameter(BaseModel):
    """What one hyperparameter of a built-in accepts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["integer", "continuous", "categorical", "text"]
    required: bool = False
    tunable: bool = False
    auto: bool = False
    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    values: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """In words."""
        words = [*self.values, *(["auto"] if self.auto else [])]
        if self.type == "categorical":
            return "one of " + ", ".join(words)
        kind = {"integer": "a whole number", "continuous": "a number", "text": "a text"}[self.type]
        return " or ".join([" ".join([kind, *self._bounds()]), *words])

    def _bounds(self) -> list[str]:
        named = {"from": self.min, "above": self.above, "up to": self.max, "below": self.below}
        return [f"{word} {bound:g}" for word, bound in named.items() if bound is not None]

    def accepts(self, value: Scalar) -> bool:
        """Whether AWS would take the value."""
        if isinstance(value, bool):
            return str(value).lower() in self.values
        if isinstance(value, str):
            return self.type == "text" or value in self.values or (self.auto and value == "auto")
        if self.type == "integer" and not isinstance(value, int):
            return False
        return self.type == "text" or (self.type != "categorical" and self.spans(value))

    def spans(self, value: float) -> bool:
        """Whether a number is within the bounds."""
        return (
            (self.min is None or value >= self.min)
            and (self.max is None or value <= self.max)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )


class Metric(BaseModel):
    """An objective that a built-in reports, and for which kind of target."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    direction: Literal["Minimize", "Maximize"]
    kinds: tuple[Kind, ...]


class Builtin(BaseModel):
    """One built-in algorithm."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: tuple[str, ...]
    checkpoints: bool
    channels: Mapping[str, bool]
    hyperparameters: Mapping[str, Hyperparameter]
    metrics: Mapping[str, Metric]


@cache
def builtin(name: str) -> Builtin:
    """The facts about a built-in."""
    return Builtin.model_validate(json.loads(_TABLE.read_text(encoding="utf-8"))[name])


def kind_of(task: Task, classes: int | None) -> Kind:
    """Which kind of target a built-in sees."""
    if task != "classification":
        return "regression"
    return "binary" if classes == 2 else "multiclass"


_OBJECTIVES: dict[Kind, tuple[str, ...]] = {
    "regression": (
        "reg:squarederror",
        "reg:squaredlogerror",
        "reg:logistic",
        "reg:pseudohubererror",
        "reg:linear",
        "reg:gamma",
        "reg:tweedie",
        "count:poisson",
    ),
    "binary": ("binary:logistic", "binary:hinge", "multi:softprob", "multi:softmax"),
    "multiclass": ("multi:softprob", "multi:softmax"),
}
_PREDICTORS: dict[Kind, str] = {
    "regression": "regressor",
    "binary": "binary_classifier",
    "multiclass": "multiclass_classifier",
}


def follows(name: str, kind: Kind, classes: int | None, given: Mapping[str, Scalar]) -> dict[str, tuple[str, ...]]:
    """What the task leaves to choose for a hyperparameter.

    The first choice is what it becomes if not given; without a choice it must not be given.
    """
    count = (str(classes),)
    if name == "linear-learner":
        return {"predictor_type": (_PREDICTORS[kind],), "num_classes": count if kind == "multiclass" else ()}
    several = str(given.get("objective", _OBJECTIVES[kind][0])).startswith("multi:")
    return {"objective": _OBJECTIVES[kind], "num_class": count if several else ()}


def decoder(name: str, task: Task, given: Mapping[str, Scalar]) -> dict[str, str]:
    """How the built-in's answer reads (docs/contracts.md, features.json)."""
    if name == "linear-learner":
        return {"format": "json", "output": "score"}
    if task == "regression":
        return {"format": "csv", "output": "value"}
    codes = given.get("objective") in ("multi:softmax", "binary:hinge")
    return {"format": "csv", "output": "code" if codes else "probabilities"}
