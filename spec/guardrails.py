"""How traffic moves to a new model: a part first, all of it when no alarm went off meanwhile.

Bounds: DeploymentConfig of UpdateEndpoint, and
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html.
"""

from collections.abc import Iterator
from math import ceil
from typing import Annotated

from pydantic import Field

from spec.base import Model, Seconds
from spec.problems import Problem

LONGEST = 7 * 3_600
"""All waiting together; SageMaker ends a deployment after 8 hours, and machines need time to start."""

Interval = Annotated[Seconds, Field(ge=0, le=3_600)]


class Canary(Model):
    """A part of the traffic first, then the rest."""

    percent: Annotated[int, Field(ge=1, le=50)] = Field(description="Machines of the new model that get traffic first.")
    bake: Interval = Field(description="Time to watch the alarms, after each of the two steps.")

    @property
    def waiting(self) -> int:
        """Seconds in all."""
        return 2 * self.bake


class Linear(Model):
    """Equal parts of the traffic, one after the other."""

    step_percent: Annotated[int, Field(ge=10, le=50)] = Field(description="Machines that are added in each step.")
    bake: Interval = Field(description="Time to watch the alarms, after each step.")

    @property
    def waiting(self) -> int:
        """Seconds in all."""
        return ceil(100 / self.step_percent) * self.bake


class Guardrails(Model):
    """A blue/green deployment that goes back by itself when an alarm of the variant goes off."""

    canary: Canary | None = Field(None, description="A part of the traffic first, then the rest.")
    linear: Linear | None = Field(None, description="Equal parts of the traffic, one after the other.")
    terminate_wait: Interval = Field(0, description="How long the old machines stay after the last step.")

    @property
    def waiting(self) -> int:
        """Seconds that a deployment waits on purpose."""
        return sum(steps.waiting for steps in (self.canary, self.linear) if steps) + self.terminate_wait


def guardrail_problems(guardrails: Guardrails) -> Iterator[Problem]:
    """What pydantic cannot see in one member."""
    if (guardrails.canary is None) == (guardrails.linear is None):
        yield Problem((), None, "give either canary or linear, exactly one")
    if guardrails.waiting > LONGEST:
        yield Problem((), f"{guardrails.waiting} seconds of waiting", f"at most {LONGEST} in all: SageMaker's limit")
