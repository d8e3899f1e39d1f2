"""How many machines a variant has: between two bounds, after its traffic."""

from typing import Annotated

from pydantic import Field

from spec.base import Model, Seconds

Instances = Annotated[int, Field(ge=1, le=100)]
Cooldown = Annotated[Seconds, Field(ge=0, le=86_400)]


class Autoscaling(Model):
    """Target tracking on invocations per instance, for each variant by itself.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
    """

    min: Instances = Field(description="Machines that a variant has at least.")
    max: Instances = Field(description="Machines that a variant has at most.")
    invocations_per_instance: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = Field(
        description="Requests per minute that one machine shall get: more of them, and a machine is added."
    )
    scale_in_cooldown: Cooldown = Field(300, description="Time between two removals of machines, such as 5m.")
    scale_out_cooldown: Cooldown = Field(300, description="Time between two additions of machines, such as 1m.")
