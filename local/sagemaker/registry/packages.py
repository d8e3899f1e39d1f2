"""Model packages: versions in a group, or single ones; approved, rejected, or waiting for somebody's approval."""

from local.sagemaker import lists, stateevents, tags
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.registry import changes, sources
from local.sagemaker.registry.groups import Groups, name_of
from local.sagemaker.store import Kind, Record

_STATE_CHANGE = "SageMaker Model Package State Change"
_TOLD = (
    "ModelPackageName", "ModelPackageGroupName", "ModelPackageVersion", "ModelPackageArn", "ModelPackageDescription",
    "CreationTime", "LastModifiedTime", "InferenceSpecification", "ModelPackageStatus", "ModelPackageStatusDetails",
    "CertifyForMarketplace", "ModelApprovalStatus", "ApprovalDescription", "MetadataProperties", "ModelMetrics",
    "CustomerMetadataProperties", "ModelLifeCycle",
)  # fmt: skip
PACKAGE = Kind(
    prefix="ModelPackage",
    segment="model-package",
    missing=lambda _, arn: validation(f"ModelPackage {arn} does not exist."),
    taken=lambda _, arn: validation(f"Model Package already exists: {arn}"),
)


def key_of(name_or_arn: str) -> str:
    """Return the table's key of a package named by ARN, by name, or by group and version: `GROUP/VERSION`.

    In small letters, as in ARNs: two names that differ in case alone would have the same ARN.
    """
    return (name_or_arn.partition(":model-package/")[2] or name_or_arn).lower()


class Packages:
    """The operations on model packages."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.table = context.table(PACKAGE)
        self.groups = Groups(context, PACKAGE.prefix)

    def create(self, request: Record) -> Record:
        """CreateModelPackage."""
        tags.check(request.get("Tags", []))
        if earlier := self._earlier(request):
            return {"ModelPackageArn": earlier["ModelPackageArn"]}
        group = self._group_of(request)
        record = {key: value for key, value in request.items() if key != "Tags"}
        record["InferenceSpecification"] = sources.specification(self._context, self.table, request)
        record |= {
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CertifyForMarketplace": request.get("CertifyForMarketplace", False),
        }
        arn = self._add_version(group, record) if group else self.table.add(key_of(request["ModelPackageName"]), record)
        self._context.tags.add(arn, request.get("Tags", []))
        self._tell(self.get(arn))
        return {"ModelPackageArn": arn}

    def _earlier(self, request: Record) -> Record | None:
        """Return what the same request made before: a client that heard no answer asks again."""
        token = request.get("ClientToken")
        return next((item for item in self.table.all() if token and item.get("ClientToken") == token), None)

    def _group_of(self, request: Record) -> str:
        name, group = request.get("ModelPackageName"), request.get("ModelPackageGroupName")
        if name and group:
            raise validation(
                "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which"
                " one to use."
            )
        if not (name or group):
            raise validation("Missing ARN.")
        if group and request.get("Tags"):
            raise validation("Tags cannot be added to a versioned model package: it uses those of its group.")
        if name and request.get("ModelApprovalStatus"):
            raise validation("ModelApprovalStatus does not apply to an unversioned model package.")
        return name_of(group) if group else ""

    def _add_version(self, group: str, record: Record) -> str:
        def count(found: Record) -> None:
            found["LatestVersion"] += 1

        found = self.groups.table.change(group, count)
        version = found["LatestVersion"]
        versioned = {
            **record,
            "ModelPackageName": found["ModelPackageGroupName"],
            "ModelPackageGroupName": found["ModelPackageGroupName"],
            "ModelPackageVersion": version,
            "ModelApprovalStatus": record.get("ModelApprovalStatus", "PendingManualApproval"),
        }
        return self.table.add(key_of(PACKAGE.arn(f"{group}/{version}")), versioned)

    def containers(self, container: Record) -> list[Record]:
        """Return what a model's container that names a package stands for.

        Raises:
            AwsError: there is no such package, or it is not approved.
        """
        return sources.containers(self.get(container["ModelPackageName"]), container)

    def describe(self, request: Record) -> Record:
        """DescribeModelPackage."""
        return self.get(request["ModelPackageName"])

    def get(self, name_or_arn: str) -> Record:
        """Return a package's record.

        Raises:
            AwsError: there is no such package.
        """
        return self.table.get(key_of(name_or_arn))

    def list(self, request: Record) -> Record:
        """ListModelPackages: unversioned ones unless a group or the type says otherwise."""
        group = request.get("ModelPackageGroupName")
        kind = request.get("ModelPackageType") or ("Versioned" if group else "Unversioned")
        if group:
            self.groups.table.get(name_of(group))

        def wanted(record: Record) -> bool:
            return (
                (kind == "Both" or ("ModelPackageVersion" in record) == (kind == "Versioned"))
                and (not group or key_of(record.get("ModelPackageGroupName", "")) == name_of(group))
                and request.get("ModelApprovalStatus") in (None, record.get("ModelApprovalStatus"))
            )

        return lists.page(self.table, request, "ModelPackageSummaryList", wanted=wanted)

    def batch_describe(self, request: Record) -> Record:
        """BatchDescribeModelPackage."""
        found: Record = {}
        errors: Record = {}
        for arn in request["ModelPackageArnList"]:
            try:
                found[arn] = self.get(arn)
            except AwsError as error:
                errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
        return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": errors}

    def update(self, request: Record) -> Record:
        """UpdateModelPackage."""
        record = self.get(request["ModelPackageArn"])
        if "ModelPackageVersion" not in record:
            raise validation("Only versioned model packages can be updated.")
        changed = self.table.change(key_of(record["ModelPackageArn"]), lambda found: changes.apply(found, request))
        if "ModelApprovalStatus" in request or "ModelLifeCycle" in request:
            self._tell(changed)
        return {"ModelPackageArn": record["ModelPackageArn"]}

    def delete(self, request: Record) -> Record:
        """DeleteModelPackage."""
        record = self.get(request["ModelPackageName"])
        self.table.remove(key_of(record["ModelPackageArn"]))
        self._context.tags.forget(record["ModelPackageArn"])
        return {}

    def _tell(self, record: Record) -> None:
        detail = {member: record[member] for member in _TOLD if member in record}
        stateevents.tell(self._context.settings, _STATE_CHANGE, record["ModelPackageArn"], detail)
