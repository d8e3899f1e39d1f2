"""Where candidates that met the gate become versions of the workload's model, and who lets them serve."""

from typing import Annotated, Literal

from pydantic import Field

from spec.base import Model, Seconds

DAY = 86_400

Timeout = Annotated[Seconds, Field(ge=60, le=30 * DAY)]


class Registry(Model):
    """The workload's model package group. A run that waits for approval holds no lease."""

    approval: Literal["automatic", "manual"] = Field(
        "automatic", description="Whether what met the gate serves at once, or when somebody has approved it."
    )
    timeout_seconds: Timeout = Field(
        DAY, alias="timeout", description="How long a run waits for somebody's approval, 1m to 30d."
    )
    keep: Annotated[int, Field(ge=1, le=90)] = Field(
        20, description="Versions kept with their artifacts, the newest; what serves is always kept."
    )
