"""Where a workload's data is, what its columns mean, and how it is split."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from spec.base import S3_PREFIX, Model, Text
from spec.problems import Problem, refuse

Frequency = Literal["hourly", "daily", "weekly", "monthly", "quarterly", "yearly"]
Share = Annotated[float, Field(gt=0, lt=1)]


class Data(Model):
    """The raw data: a sample beside the workload, or a place in S3."""

    sample: Text | None = Field(None, description="CSV file with header, in the workload's folder.")
    uri: str | None = Field(
        None, pattern=S3_PREFIX, description="S3 prefix with CSV files (with header) or Parquet files."
    )
    target: Text = Field(description="Column to predict.")
    classes: Annotated[int, Field(ge=2, le=1_000_000)] | None = Field(
        None,
        description="Classification: how many labels there are; by default counted in the sample.",
    )
    key: tuple[Text, ...] = Field(
        (), strict=False, description="Forecasting: columns that tell one series from another."
    )
    time: Text | None = Field(None, description="Forecasting: column with the time of a row.")
    frequency: Frequency | None = Field(None, description="Forecasting: distance between two rows.")

    @property
    def columns(self) -> dict[str, str]:
        """Columns that the data must have, by the field that names them."""
        named = {"target": self.target, **{f"key.{place}": name for place, name in enumerate(self.key)}}
        return named | ({"time": self.time} if self.time else {})

    def series(self, horizon: int) -> dict[str, str]:
        """What an image that forecasts is told, as hyperparameters; see Forecasting workloads in docs/contracts.md."""
        return {
            "task": "forecasting",
            "target": self.target,
            "time": str(self.time),
            "key": ",".join(self.key),
            "frequency": str(self.frequency),
            "horizon": str(horizon),
        }

    @model_validator(mode="after")
    def _one_source_and_distinct_columns(self) -> Self:
        refuse(_data_problems(self))
        return self


def _data_problems(data: Data) -> list[Problem]:
    problems = []
    if (data.sample is None) == (data.uri is None):
        both = [name for name in (data.sample, data.uri) if name] or None
        problems.append(Problem((), both, "give either sample (a file) or uri (s3://...), exactly one"))
    seen: dict[str, str] = {}
    for field, column in data.columns.items():
        if column in seen:
            where = tuple(int(part) if part.isdigit() else part for part in field.split("."))
            problems.append(Problem(where, column, f"another column than {seen[column]}"))
        seen.setdefault(column, field)
    return problems


class Split(Model):
    """Shares of the rows: random, or by time for a forecast."""

    train: Share = Field(0.7, description="Share that trains.")
    validation: Share = Field(0.15, description="Share that tunes and stops early.")
    test: Share = Field(0.15, description="Share that the gate judges by.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.train + self.validation + self.test
        if not math.isclose(total, 1.0, abs_tol=1e-6):
            refuse([Problem((), round(total, 6), "train, validation and test must sum to 1")])
        return self


class Prepare(Model):
    """How raw data becomes training, validation and test data."""

    split: Split = Field(default_factory=Split, description="Shares of train, validation and test.")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(28, description="Seed of the random split.")
