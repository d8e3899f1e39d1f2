"""A search over hyperparameters: ranges, strategy and budget.

Limits: CreateHyperParameterTuningJob (ParameterRanges, HyperParameterTuningJobConfig, ResourceLimits) and
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from spec.base import CheckedScalar, Model, Text
from spec.problems import Problem, refuse

Scaling = Literal["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class IntegerRange(Model):
    """Whole numbers from the first to the second, both included."""

    integer: tuple[int, int] = Field(strict=False, description="[least, greatest]")
    scaling: Literal["Auto", "Linear", "Logarithmic"] = Field("Auto", description="How the range is searched.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        refuse(_range_problems("integer", self.integer, self.scaling))
        return self


class ContinuousRange(Model):
    """Numbers from the first to the second."""

    continuous: tuple[Finite, Finite] = Field(strict=False, description="[least, greatest]")
    scaling: Scaling = Field("Auto", description="How the range is searched.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        refuse(_range_problems("continuous", self.continuous, self.scaling))
        return self


class CategoricalRange(Model):
    """One of several values."""

    categorical: Annotated[tuple[CheckedScalar, ...], Field(min_length=1, max_length=30)] = Field(
        strict=False, description="The values to try."
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(map(repr, self.categorical))) < len(self.categorical):
            refuse([Problem(("categorical",), list(self.categorical), "each value once")])
        return self


def _range_problems(kind: str, bounds: tuple[float, float], scaling: str) -> Iterator[Problem]:
    low, high = bounds
    if low >= high:
        yield Problem((kind,), list(bounds), "the least value first, then a greater one")
    if scaling == "Logarithmic" and low <= 0:
        yield Problem(("scaling",), scaling, "Logarithmic needs a range above 0")
    if scaling == "ReverseLogarithmic" and not (low >= 0 and high < 1):
        yield Problem(("scaling",), scaling, "ReverseLogarithmic needs a range from 0 to below 1")


_KINDS = {IntegerRange: "integer", ContinuousRange: "continuous", CategoricalRange: "categorical"}


def _kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((f"<{kind}>" for kind in _KINDS.values() if kind in value), None)
    return next((f"<{kind}>" for model, kind in _KINDS.items() if isinstance(value, model)), None)


Range = Annotated[
    Annotated[IntegerRange, Tag("<integer>")]
    | Annotated[ContinuousRange, Tag("<continuous>")]
    | Annotated[CategoricalRange, Tag("<categorical>")],
    Discriminator(
        _kind,
        custom_error_type="refused",
        custom_error_message="one range",
        custom_error_context={"allowed": "{integer: [a, b]}, {continuous: [a, b]} or {categorical: [...]}"},
    ),
]


class Tuning(Model):
    """A tuning job instead of one training job."""

    objective: Text = Field(description="Metric to improve, such as validation:rmse.")
    direction: Literal["Minimize", "Maximize"] = Field(description="Which way is better.")
    strategy: Literal["Bayesian", "Random", "Grid", "Hyperband"] = Field(
        "Bayesian", description="How the next values are chosen."
    )
    max_jobs: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="Training jobs in all; with Grid it follows from the ranges."
    )
    max_parallel_jobs: Annotated[int, Field(ge=1, le=100)] = Field(1, description="Training jobs at once.")
    ranges: Annotated[Mapping[str, Range], Field(min_length=1, max_length=30)] = Field(
        description="Range of each hyperparameter to search."
    )

    @property
    def jobs(self) -> int:
        """Training jobs in all: given, or one per point of the grid."""
        return self.max_jobs or self._points

    @property
    def _points(self) -> int:
        return math.prod(len(r.categorical) for r in self.ranges.values() if isinstance(r, CategoricalRange))

    @model_validator(mode="after")
    def _affordable(self) -> Self:
        refuse(_tuning_problems(self))
        return self

    @field_validator("objective")
    @classmethod
    def _short(cls, objective: str) -> str:
        if len(objective) > 255:
            refuse([Problem((), objective, "at most 255 characters")])
        return objective


def _tuning_problems(tuning: Tuning) -> Iterator[Problem]:
    numeric = {name: r for name, r in tuning.ranges.items() if not isinstance(r, CategoricalRange)}
    if tuning.strategy == "Grid" and numeric:
        for name, searched in numeric.items():
            yield Problem(("ranges", name), searched.model_dump(), "categorical: Grid takes no other ranges")
        return
    if tuning.strategy == "Grid":
        if tuning.max_jobs not in (None, tuning._points):
            allowed = f"{tuning._points}, one per point of the grid, or leave it out"
            yield Problem(("max_jobs",), tuning.max_jobs, allowed)
    elif tuning.max_jobs is None:
        yield Problem(("max_jobs",), None, f"how many training jobs {tuning.strategy} may run")
    elif tuning.strategy != "Random" and tuning.max_jobs > 750:
        yield Problem(("max_jobs",), tuning.max_jobs, f"at most 750 with {tuning.strategy}")
    if tuning.jobs < tuning.max_parallel_jobs:
        yield Problem(("max_parallel_jobs",), tuning.max_parallel_jobs, f"at most max_jobs, {tuning.jobs}")
