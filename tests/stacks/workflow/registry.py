"""The model registry of the fake cloud, and the people who approve."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.stacks.workflow.interpreter import TaskError

Json = dict[str, Any]
ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package"


def nobody(package: Json) -> None:
    """Lets every approval time out."""


@dataclass
class Versions:
    """Model packages of one account, by ARN; `approver` is asked when a run waits, and may change the package."""

    packages: dict[str, Json] = field(default_factory=dict)
    approver: Callable[[Json], None] = nobody
    tokens: dict[str, Json] = field(default_factory=dict)
    registered: int = 0

    def _createModelPackage(self, sent: Json) -> Json:
        same = [arn for arn, one in self.packages.items() if one["ClientToken"] == sent["ClientToken"]]
        if same:
            return {"ModelPackageArn": same[0]}
        self.registered += 1
        arn = f"{ARN}/{sent['ModelPackageGroupName']}/{self.registered}"
        self.packages[arn] = sent | {"ModelPackageArn": arn, "CreationTime": "2026-01-01T00:00:00.000Z"}
        return {"ModelPackageArn": arn}

    def _describeModelPackage(self, sent: Json) -> Json:
        if sent["ModelPackageName"] not in self.packages:
            raise TaskError("SageMaker.SageMakerException", f"ModelPackage {sent['ModelPackageName']} does not exist.")
        return self.packages[sent["ModelPackageName"]]

    def _listModelPackages(self, sent: Json) -> Json:
        told = ("ModelPackageArn", "ModelPackageDescription")
        newest_first = [{key: one[key] for key in told if key in one} for one in reversed(self.packages.values())]
        return {"ModelPackageSummaryList": newest_first[: sent["MaxResults"]]}

    def _deleteModelPackage(self, sent: Json) -> Json:
        if not self.packages.pop(sent["ModelPackageName"], None):
            raise TaskError("SageMaker.SageMakerException", f"ModelPackage {sent['ModelPackageName']} does not exist.")
        return {}

    def _waited(self, item: Json) -> Json:
        arn = item["lease"]["S"]
        self.tokens[arn] = item
        self.approver(self.packages[arn])
        if self.packages[arn]["ModelApprovalStatus"] == "PendingManualApproval":
            raise TaskError("States.Timeout")
        return {}


def approve(package: Json) -> None:
    """Somebody approves."""
    package["ModelApprovalStatus"] = "Approved"


def reject(package: Json) -> None:
    """Somebody says no, and why."""
    package |= {
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": "unfair to the north",
        "LastModifiedBy": {"IamIdentity": {"Arn": "arn:aws:sts::123456789012:assumed-role/lead/ann"}},
    }
