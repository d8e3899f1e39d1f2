"""Models: images and their artifacts, under one name."""

from collections.abc import Callable
from typing import Any

from local.sagemaker import containers, lists, modeldata
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.store import Kind, Record

MODEL = Kind(
    prefix="Model",
    segment="model",
    missing=lambda _, arn: validation(f'Could not find model "{arn}".'),
    taken=lambda _, arn: validation(f'Cannot create already existing model "{arn}".'),
)
Packages = Callable[[Record], list[Record]]


def _no_packages(container: Record) -> list[Record]:
    raise validation("ModelPackageName is not covered by the embedded SageMaker")


class Models:
    """The operations on models."""

    def __init__(self, context: Context, packages: Packages = _no_packages) -> None:
        """`packages` turns a container that names a model package into those with image and artifact."""
        self._context = context
        self._packages = packages
        self.table = context.table(MODEL)

    def create(self, request: Record) -> Record:
        """CreateModel: as on AWS the artifact must exist."""
        containers.check_request(request)
        resolved = [made for item in containers.given(request) for made in self._resolved(item)]
        s3 = self._context.acting_as(request.get("ExecutionRoleArn", "")).s3
        for container in resolved:
            containers.check(container)
            modeldata.check(s3, container)
        record = {key: value for key, value in request.items() if key != "Tags"}
        arn = self.table.add(request["ModelName"], {**_with_defaults(record), "ResolvedContainers": resolved})
        self._context.tags.add(arn, request.get("Tags", []))
        return {"ModelArn": arn}

    def _resolved(self, container: Record) -> list[Record]:
        if not container.get("ModelPackageName"):
            return [container]
        if container.get("Image"):
            raise validation("Only one of Image and ModelPackageName may be specified for a container.")
        return self._packages(container)

    def describe(self, request: Record) -> Record:
        """DescribeModel."""
        return {"EnableNetworkIsolation": False, **self.table.get(request["ModelName"])}

    def list(self, request: Record) -> Record:
        """ListModels."""
        return lists.page(self.table, request, "Models")

    def delete(self, request: Record) -> Record:
        """DeleteModel."""
        self._context.tags.forget(self.table.remove(request["ModelName"])["ModelArn"])
        return {}


def _with_defaults(record: Record) -> Record:
    """Every container that is described says its mode, as on AWS."""
    described: dict[str, Any] = dict(record)
    if "PrimaryContainer" in record:
        described["PrimaryContainer"] = {"Mode": "SingleModel", **record["PrimaryContainer"]}
    if "Containers" in record:
        described["Containers"] = [{"Mode": "SingleModel", **item} for item in record["Containers"]]
    return described
