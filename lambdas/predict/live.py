"""What is live: the pointer, the features it names, the endpoint's variants; kept for a short time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from predict import schema
from predict.cache import Cache, Clock
from predict.problems import Unavailable
from predict.schema import Schema
from predict.settings import Settings


class Aws(Protocol):
    """The clients that are looked up with."""

    @property
    def ssm(self) -> Any: ...  # noqa: D102
    @property
    def s3(self) -> Any: ...  # noqa: D102
    @property
    def sagemaker(self) -> Any: ...  # noqa: D102


@dataclass(frozen=True)
class Live:
    """A workload's live model."""

    endpoint: str
    models: Mapping[str, str]
    metrics: Mapping[str, Any]
    schema: Schema


@dataclass(frozen=True)
class Variants:
    """The endpoint's state and what share of the traffic each variant has."""

    status: str
    weights: Mapping[str, float]


class LiveModels:
    """Looks up what is live, at most once per workload and time."""

    def __init__(self, settings: Settings, aws: Aws, clock: Clock) -> None:
        self._settings, self._aws = settings, aws
        self._live = Cache(self._load, settings.cache_seconds, clock)
        self._variants = Cache(self._describe, settings.cache_seconds, clock)

    def get(self, workload: str) -> Live:
        """Return the live model, or say that there is none yet."""
        return self._live.get(workload)

    def variants(self, workload: str) -> Variants:
        """Return the endpoint's variants."""
        return self._variants.get(workload)

    def forget(self, workload: str) -> None:
        """Look everything up afresh next time."""
        self._live.forget(workload)
        self._variants.forget(workload)

    def _load(self, workload: str) -> Live:
        pointer = self._pointer(workload)
        features = json.loads(self._object(workload, pointer["features"]))
        return Live(pointer["endpoint"], pointer["models"], pointer.get("metrics", {}), schema.read(features))

    def _pointer(self, workload: str) -> dict[str, Any]:
        name = self._settings.pointer(workload)
        try:
            answer = self._aws.ssm.get_parameter(Name=name)
        except (ClientError, BotoCoreError) as error:
            raise _unavailable(workload, error, {"ParameterNotFound"}) from error
        return dict(json.loads(answer["Parameter"]["Value"]))

    def _object(self, workload: str, key: str) -> bytes:
        try:
            return bytes(self._aws.s3.get_object(Bucket=self._settings.bucket, Key=key)["Body"].read())
        except (ClientError, BotoCoreError) as error:
            # Without permission to list, S3 calls a missing object a forbidden one.
            raise _unavailable(workload, error, {"NoSuchKey", "AccessDenied"}) from error

    def _describe(self, workload: str) -> Variants:
        try:
            answer = self._aws.sagemaker.describe_endpoint(EndpointName=self.get(workload).endpoint)
        except (ClientError, BotoCoreError) as error:
            # SageMaker's word for an endpoint that is not there.
            raise _unavailable(workload, error, {"ValidationException"}) from error
        variants = answer.get("ProductionVariants", [])
        weights = {item["VariantName"]: float(item.get("CurrentWeight", 0)) for item in variants}
        return Variants(answer["EndpointStatus"], weights)


def _unavailable(workload: str, error: Exception, absent: set[str]) -> Unavailable:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code in absent:
        return Unavailable(f"{workload} has no live model yet: it answers once a run has deployed one.")
    return Unavailable(f"The live model of {workload} could not be looked up just now.")
