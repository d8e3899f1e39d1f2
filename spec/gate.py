"""The bar that a candidate must meet before it may serve."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spec.base import Model
from spec.problems import Problem, refuse

Task = Literal["regression", "classification", "forecasting"]

METRICS: dict[Task, tuple[str, ...]] = {
    "regression": ("mae", "mse", "rmse", "r2"),
    "classification": ("accuracy", "precision", "recall", "f1", "auc"),
    "forecasting": ("mase", "rmsse", "mape", "rmse", "mae", "mse", "coverage_80", "coverage_95"),
}
"""What `evaluate` writes into metrics.json for each task."""

MetricName = Literal[
    "mae", "mse", "rmse", "r2", "mape", "mase", "rmsse", "coverage_80", "coverage_95",
    "accuracy", "precision", "recall", "f1", "auc",
]  # fmt: skip
Bound = Annotated[float, Field(allow_inf_nan=False)]
Tolerance = Annotated[float, Field(ge=0, allow_inf_nan=False)]

HIGHER_IS_BETTER = ("r2", "accuracy", "precision", "recall", "f1", "auc")
NOMINAL: dict[str, float] = {"coverage_80": 0.80, "coverage_95": 0.95}
"""Metrics that are best at a value of their own; of all others the lower is better."""


class NoWorse(Model):
    """The bar that moves with what serves: its models are scored on the same test set."""

    tolerance: Tolerance = Field(0.0, description="How much worse still passes, in the metric's unit.")


class Gate(Model):
    """One metric of the test set and its bound."""

    metric: MetricName = Field(description="Metric of the evaluation on the test set; MAPE is in percent.")
    min: Bound | None = Field(None, description="The least that passes.")
    max: Bound | None = Field(None, description="The most that passes.")
    no_worse_than_live: NoWorse | None = Field(
        None, description="Also refuse what is worse than the best of the models that serve now."
    )

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            bounds = None if self.min is None else {"min": self.min, "max": self.max}
            refuse([Problem((), bounds, "give either min or max, exactly one")])
        return self
