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


class Gate(Model):
    """One metric of the test set and its bound."""

    metric: MetricName = Field(description="Metric of the evaluation on the test set; MAPE is in percent.")
    min: Bound | None = Field(None, description="The least that passes.")
    max: Bound | None = Field(None, description="The most that passes.")

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            bounds = None if self.min is None else {"min": self.min, "max": self.max}
            refuse([Problem((), bounds, "give either min or max, exactly one")])
        return self
