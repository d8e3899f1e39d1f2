"""Machines: what a training job or an endpoint runs on, and for how long."""

from typing import Annotated

from pydantic import Field

from spec.base import INSTANCE_TYPE, Model, Seconds

InstanceType = Annotated[str, Field(pattern=INSTANCE_TYPE, max_length=32)]

DAY = 86_400


class Instance(Model):
    """The machines of a training job.

    Limits: ResourceConfig and StoppingCondition (28 days) of CreateTrainingJob.
    """

    type: InstanceType = Field("ml.m5.large", description="SageMaker instance type, such as ml.m5.xlarge.")
    count: Annotated[int, Field(ge=1, le=100)] = Field(1, description="How many machines train together.")
    volume_gb: Annotated[int, Field(ge=1, le=16_384)] = Field(10, description="Disk per machine.")
    max_runtime_seconds: Annotated[Seconds, Field(ge=1, le=28 * DAY)] = Field(
        3_600, alias="max_runtime", description="The job is stopped after this time: 1h, 90m or seconds."
    )


class Spot(Model):
    """Train on spare capacity: cheaper, may wait and be interrupted."""

    max_wait_seconds: Annotated[Seconds, Field(ge=1, le=28 * DAY)] = Field(
        alias="max_wait", description="Longest time for waiting and running together; at least max_runtime."
    )


class EndpointInstance(Model):
    """The machines behind each variant of an endpoint."""

    type: InstanceType = Field("ml.m5.large", description="SageMaker instance type, such as ml.m5.large.")
    count: Annotated[int, Field(ge=1, le=100)] = Field(1, description="How many machines serve each variant.")
