"""Versions of a workload's model in SageMaker's registry: what they are, which serve, and somebody's word on them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import ClientError

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import NotFound, code_of

Decision = Literal["Approved", "Rejected"]
_METRIC = "metrics."
_GONE = ("ValidationException", "ResourceNotFound")


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version; `variant` is the live variant that serves it, `by` and `reason` tell of the last decision."""

    version: int
    arn: str
    status: str
    candidate: str | None
    execution: str | None
    created: datetime
    metrics: dict[str, float]
    variant: str | None
    by: str | None
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """The shape in docs/cli.md."""
        return asdict(self)


def group(context: Context, workload: str) -> str:
    """The name of the workload's model package group."""
    return f"{context.stage}-{workload}"


def arns(context: Context, workload: str) -> Iterator[str]:
    """The ARNs of all versions, the newest first; none where there is no group."""
    pages = context.client("sagemaker").get_paginator("list_model_packages")
    try:
        for page in pages.paginate(
            ModelPackageGroupName=group(context, workload), SortBy="CreationTime", SortOrder="Descending"
        ):
            yield from (item["ModelPackageArn"] for item in page["ModelPackageSummaryList"])
    except ClientError as error:
        if code_of(error) not in _GONE:
            raise


def all_of(context: Context, workload: str) -> list[Version]:
    """All versions, the newest first."""
    live = stacks.live(context.client("ssm"), context.stage, workload)
    variants = {arn: variant for variant, arn in (live.packages if live else {}).items()}
    sagemaker = context.client("sagemaker")
    found = [sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns(context, workload)]
    return [_version(package, variants) for package in found]


def one_of(context: Context, workload: str, number: int) -> Version:
    """One version, or NotFound with the command that lists them."""
    for version in all_of(context, workload):
        if version.version == number:
            return version
    raise NotFound(f"{workload} has no version {number}", fix=f"trainyard models {workload}")


def decide(context: Context, version: Version, decision: Decision, reason: str) -> None:
    """Approve or reject; a run that waits for it hears by an event. An earlier reason is replaced."""
    context.client("sagemaker").update_model_package(
        ModelPackageArn=version.arn, ModelApprovalStatus=decision, ApprovalDescription=reason
    )


def _version(package: dict[str, Any], variants: dict[str, str]) -> Version:
    properties = package.get("CustomerMetadataProperties", {})
    metrics = {key.removeprefix(_METRIC): value for key, value in properties.items() if key.startswith(_METRIC)}
    who = package.get("LastModifiedBy", {})
    return Version(
        version=package["ModelPackageVersion"],
        arn=package["ModelPackageArn"],
        status=package["ModelApprovalStatus"],
        candidate=properties.get("candidate"),
        execution=package.get("MetadataProperties", {}).get("GeneratedBy", "").rpartition(":")[2] or None,
        created=package["CreationTime"],
        metrics={name: float(value) for name, value in metrics.items()},
        variant=variants.get(package["ModelPackageArn"]),
        by=who.get("UserProfileName") or who.get("IamIdentity", {}).get("Arn"),
        reason=package.get("ApprovalDescription") or None,
    )
