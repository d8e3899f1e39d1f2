"""What is live: the pointer, the features it names, the endpoint's variants; kept for a short time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from predict import schema
from predict.aws.errors import BrokenOff, Refused, TimedOut, Unreachable
from predict.cache import Cache, Clock
from predict.problems import Unavailable
from predict.schema import Schema
from predict.settings import Settings

_FAILURES = (Refused, Unreachable, TimedOut, BrokenOff)


class Aws(Protocol):
    """What is looked up, and where."""

    def parameter(self, name: str) -> str: ...  # noqa: D102
    def object(self, key: str) -> bytes: ...  # noqa: D102
    def describe_endpoint(self, name: str) -> dict[str, Any]: ...  # noqa: D102


@dataclass(frozen=True)
class Live:
    """A workload's live model; models, packages (those that are registered) and metrics by variant."""

    endpoint: str
    models: Mapping[str, str]
    packages: Mapping[str, str]
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
        return Live(
            endpoint=pointer["endpoint"],
            models=pointer["models"],
            packages={variant: _package(arn) for variant, arn in pointer.get("packages", {}).items()},
            metrics=pointer.get("metrics", {}),
            schema=schema.read(features),
        )

    def _pointer(self, workload: str) -> dict[str, Any]:
        try:
            value = self._aws.parameter(self._settings.pointer(workload))
        except _FAILURES as error:
            raise _unavailable(workload, error, {"ParameterNotFound"}) from error
        return dict(json.loads(value))

    def _object(self, workload: str, key: str) -> bytes:
        try:
            return self._aws.object(key)
        except _FAILURES as error:
            # Without permission to list, S3 calls a missing object a forbidden one.
            raise _unavailable(workload, error, {"NoSuchKey", "AccessDenied"}) from error

    def _describe(self, workload: str) -> Variants:
        endpoint = self.get(workload).endpoint
        try:
            answer = self._aws.describe_endpoint(endpoint)
        except _FAILURES as error:
            # SageMaker's word for an endpoint that is not there.
            raise _unavailable(workload, error, {"ValidationException"}) from error
        variants = answer.get("ProductionVariants", [])
        weights = {item["VariantName"]: float(item.get("CurrentWeight", 0)) for item in variants}
        return Variants(answer["EndpointStatus"], weights)


def _package(arn: str) -> str:
    """Group and version; account and region are nobody's business."""
    return arn.rpartition(":model-package/")[2]


def _unavailable(workload: str, error: Exception, absent: set[str]) -> Unavailable:
    code = error.code if isinstance(error, Refused) else ""
    if code in absent:
        return Unavailable(f"{workload} has no live model yet: it answers once a run has deployed one.")
    return Unavailable(f"The live model of {workload} could not be looked up just now.")
