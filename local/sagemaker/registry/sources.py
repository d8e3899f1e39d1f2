"""What a package is made from, and what a model is made of by naming a package."""

from local.sagemaker.containers import containers_of
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.models import MODEL
from local.sagemaker.store import Record, Table

_OF_A_MODEL = ("Image", "ModelDataUrl", "ModelDataSource", "Environment", "AdditionalModelDataSources")


def specification(context: Context, packages: Table, request: Record) -> Record:
    """Return the InferenceSpecification of a CreateModelPackage: its own, or that of its source.

    Raises:
        AwsError: there is none.
    """
    if "InferenceSpecification" in request:
        _check(request["InferenceSpecification"])
        return dict(request["InferenceSpecification"])
    if "SourceAlgorithmSpecification" in request:
        raise validation("SourceAlgorithmSpecification is not covered by the embedded SageMaker")
    source = request.get("SourceUri", "")
    if ":model-package/" in source:
        return dict(packages.get(source.partition(":model-package/")[2].lower())["InferenceSpecification"])
    if ":model/" in source:
        return {"Containers": _of_model(context, source)}
    raise validation("InferenceSpecification is required to create a model package.")


def _check(given: Record) -> None:
    if any(not item.get("Image") for item in given["Containers"]):
        raise validation("Each container of an InferenceSpecification needs an Image.")


def _of_model(context: Context, arn: str) -> list[Record]:
    table = context.table(MODEL)
    found = [model for model in table.all() if model["ModelArn"] == arn]
    if not found:
        raise MODEL.missing(arn.rpartition("/")[2], arn)
    return [{key: item[key] for key in _OF_A_MODEL if key in item} for item in containers_of(found[0])]


def containers(package: Record, container: Record) -> list[Record]:
    """Return the containers, each with image and artifact, that a container naming `package` stands for.

    Raises:
        AwsError: the package is not approved, or has not the specification that the container names.
    """
    if package.get("ModelApprovalStatus", "Approved") != "Approved":
        raise validation(
            f"Cannot create a model from model package {package['ModelPackageArn']}: its approval status is"
            f" {package['ModelApprovalStatus']}, and must be Approved."
        )
    own = {key: value for key, value in container.items() if key not in ("ModelPackageName", "Environment")}
    made = []
    for item in _named(package, container.get("InferenceSpecificationName"))["Containers"]:
        environment = {**item.get("Environment", {}), **container.get("Environment", {})}
        found = {key: item[key] for key in (*_OF_A_MODEL, "ContainerHostname") if key in item}
        made.append({**found, **own, **({"Environment": environment} if environment else {})})
    return made


def _named(package: Record, name: str | None) -> Record:
    if name is None:
        return dict(package["InferenceSpecification"])
    for item in package.get("AdditionalInferenceSpecifications", []):
        if item["Name"] == name:
            return dict(item)
    raise validation(f"Model package {package['ModelPackageArn']} has no inference specification named {name}.")
