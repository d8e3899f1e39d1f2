"""What is live: the endpoint that the pointer names, its variants with their weights, and since when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import NotFound


@dataclass(frozen=True)
class Variant:
    """Weights are shares of 1; `desired` differs from `weight` while an update is under way."""

    name: str
    weight: float
    desired: float
    instances: int | None


@dataclass(frozen=True)
class Test:
    """A live A/B test. Under the same names other models may have served before `deployed`."""

    workload: str
    endpoint: str
    status: str
    features: str
    variants: tuple[Variant, ...]
    deployed: datetime
    weighed: datetime
    captures: bool

    @property
    def names(self) -> list[str]:
        """The variants in the endpoint's order."""
        return [variant.name for variant in self.variants]


def read(context: Context, workload: str) -> Test:
    """The workload's test, or NotFound with the command that makes one."""
    pointer = stacks.require_live(context.client("ssm"), context.stage, workload)
    sagemaker = context.client("sagemaker")
    endpoint = stacks.describe_endpoint(sagemaker, pointer.endpoint)
    if endpoint is None:
        raise NotFound(f"the endpoint {pointer.endpoint} of {workload} is gone", fix=f"trainyard run {workload}")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    return Test(
        workload=workload, endpoint=pointer.endpoint, status=endpoint["EndpointStatus"], features=pointer.features,
        variants=_variants(endpoint.get("ProductionVariants", [])), deployed=config["CreationTime"],
        weighed=endpoint.get("LastModifiedTime", config["CreationTime"]), captures=_captures(endpoint, config),
    )  # fmt: skip


def _variants(described: list[dict[str, Any]]) -> tuple[Variant, ...]:
    now = _shares([item.get("CurrentWeight", 0.0) for item in described])
    soon = _shares([item.get("DesiredWeight", item.get("CurrentWeight", 0.0)) for item in described])
    return tuple(
        Variant(item["VariantName"], weight, desired, item.get("CurrentInstanceCount"))
        for item, weight, desired in zip(described, now, soon, strict=True)
    )


def _shares(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [weight / total if total else 0.0 for weight in weights]


def _captures(endpoint: dict[str, Any], config: dict[str, Any]) -> bool:
    asked = endpoint.get("DataCaptureConfig") or config.get("DataCaptureConfig") or {}
    return bool(asked) and bool(asked.get("EnableCapture", True))
