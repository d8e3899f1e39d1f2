"""How predictions for whole files are made."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from spec.base import Model, Seconds, Text
from spec.instance import DAY, InstanceType
from spec.problems import Problem

Chosen = Literal["live", "heaviest"]
Names = Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]


def _kind(value: Any) -> str:
    return "<names>" if isinstance(value, list | tuple) else "<word>"


Variants = Annotated[
    Annotated[Chosen, Tag("<word>")] | Annotated[Names, Tag("<names>")],
    Discriminator(_kind),
]


class Batch(Model):
    """Defaults of a batch; each can be given with a batch as well, but for the machines."""

    variants: Variants = Field(
        "live",
        description="Who answers: live (every variant, side by side), heaviest (the one with the most traffic), names.",
    )
    on_bad_rows: Literal["fail", "skip"] = Field(
        "fail", description="A row that does not fit: fail all, or set it aside with the reason."
    )
    type: InstanceType = Field("ml.m5.large", description="SageMaker instance type of the transform.")
    count: Annotated[int, Field(ge=1, le=100)] = Field(1, description="Machines; each takes whole files.")
    max_runtime_seconds: Annotated[Seconds, Field(ge=60, le=5 * DAY)] = Field(
        6 * 3_600, alias="max_runtime", description="A transform is stopped after this time: 6h, 90m or seconds."
    )


def batch_problems(batch: Batch, candidates: Iterable[str]) -> Iterator[Problem]:
    """What the batch and the candidates do not agree on."""
    known = sorted(candidates)
    for place, name in enumerate(batch.variants if isinstance(batch.variants, tuple) else ()):
        if name not in known:
            yield Problem(("variants", place), name, f"a candidate of this workload: {', '.join(known)}")
