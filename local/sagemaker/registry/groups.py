"""Model package groups: one per model whose versions are registered."""

from local.sagemaker import lists, tags
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.store import Kind, Record

GROUP = Kind(
    prefix="ModelPackageGroup",
    segment="model-package-group",
    missing=lambda _, arn: validation(f"ModelPackageGroup {arn} does not exist."),
    taken=lambda _, arn: validation(f"Model Package Group already exists: {arn}"),
)


def name_of(name_or_arn: str) -> str:
    """Return a group's name in small letters, as in ARNs; operations take its ARN as well."""
    return name_or_arn.rpartition("/")[2].lower()


class Groups:
    """The operations on model package groups."""

    def __init__(self, context: Context, packages: str) -> None:
        """`packages` is the prefix of the table whose records are the groups' versions."""
        self._context = context
        self._packages = packages
        self.table = context.table(GROUP)

    def create(self, request: Record) -> Record:
        """CreateModelPackageGroup."""
        tags.check(request.get("Tags", []))
        record = {key: value for key, value in request.items() if key != "Tags"}
        started = {"ModelPackageGroupStatus": "Completed", "CreatedBy": {}, "LatestVersion": 0}
        arn = self.table.add(name_of(request["ModelPackageGroupName"]), {**record, **started})
        self._context.tags.add(arn, request.get("Tags", []))
        return {"ModelPackageGroupArn": arn}

    def describe(self, request: Record) -> Record:
        """DescribeModelPackageGroup."""
        return self.table.get(name_of(request["ModelPackageGroupName"]))

    def list(self, request: Record) -> Record:
        """ListModelPackageGroups; nobody shares groups with this account."""
        if request.get("CrossAccountFilterOption") == "CrossAccount":
            return {"ModelPackageGroupSummaryList": []}
        return lists.page(self.table, request, "ModelPackageGroupSummaryList")

    def delete(self, request: Record) -> Record:
        """DeleteModelPackageGroup: an empty one."""
        name = name_of(request["ModelPackageGroupName"])
        record = self.table.get(name)
        packages = self._context.tables[self._packages].all()
        if any(package.get("ModelPackageGroupName") == record["ModelPackageGroupName"] for package in packages):
            raise AwsError(
                "ConflictException",
                f"Model Package Group {record['ModelPackageGroupArn']} cannot be deleted: it still contains model"
                " packages.",
            )
        self._context.tags.forget(self.table.remove(name)["ModelPackageGroupArn"])
        return {}
