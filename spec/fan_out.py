"""Many data sets, each with models of its own: how the workload's data is divided, and how many train at once."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from spec import sample
from spec.base import Model, Text
from spec.data import Data
from spec.problems import Problem, refuse

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class FanOut(Model):
    """A fan-out trains and judges every candidate on every data set, and deploys none of them."""

    by: Annotated[tuple[Text, ...], Field(max_length=10)] = Field(
        (), strict=False, description="Columns whose values tell one data set from another."
    )
    prefix: bool = Field(False, description="Each file below the data's prefix is a data set, in place of by.")
    # Distributed Map runs at most 10,000 children at once; SageMaker's quotas of instances end it long before.
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = Field(4, description="Data sets that train at once.")
    tolerated_failure_percent: Percent = Field(
        5.0, description="Share of the data sets that may end without a model before the fan-out stops and fails."
    )
    candidates: Annotated[tuple[Text, ...], Field(max_length=10)] = Field(
        (), strict=False, description="Which candidates take part; all if not given."
    )
    pictures: bool = Field(
        False, description="Whether every evaluation draws its pictures, which take most of its time."
    )

    @model_validator(mode="after")
    def _one_way_to_divide(self) -> Self:
        refuse(_own_problems(self))
        return self


def _own_problems(fan_out: FanOut) -> Iterator[Problem]:
    if bool(fan_out.by) == fan_out.prefix:
        both = {"by": list(fan_out.by), "prefix": True} if fan_out.prefix else None
        yield Problem((), both, "give either by (columns) or prefix: true (each file a data set), exactly one")
    for member, names in (("by", fan_out.by), ("candidates", fan_out.candidates)):
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Problem((member, place), name, "each name once")


def fan_out_problems(fan_out: FanOut, data: Data | None, candidates: Iterable[str], folder: Path) -> Iterator[Problem]:
    """What the fan-out and the rest of the workload do not agree on."""
    names = list(candidates)
    for place, name in enumerate(fan_out.candidates):
        if names and name not in names:
            yield Problem(("candidates", place), name, f"a candidate of this workload: {', '.join(names)}")
    if data is None:
        return
    header = sample.header(data, folder)
    for place, column in enumerate(fan_out.by):
        if column in (data.target, data.time):
            yield Problem(("by", place), column, "neither the target nor the time: a column that many rows share")
        elif header and column not in header:
            yield Problem(("by", place), column, f"a column of {data.sample}: {', '.join(header)}")
