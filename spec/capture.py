"""Keeping what an endpoint is asked and what it answers."""

from typing import Annotated

from pydantic import Field

from spec.base import Model


class DataCapture(Model):
    """Requests and answers as files in the workload's part of the bucket. Bounds: DataCaptureConfig."""

    sampling_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        100, description="Share of the requests that are kept, with their answers."
    )
