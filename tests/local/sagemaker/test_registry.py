"""The model registry as boto3 meets it."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import client
from local.runtime.process import ProcessRuntime
from local.sagemaker.service import SageMaker
from local.settings import Settings
from tests.local.sagemaker.conftest import BUCKET, ROLE, World, embedded

pytestmark = pytest.mark.local

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/served:1"
PREFIX = "arn:aws:sagemaker:us-east-1:123456789012:model-package"


@pytest.fixture(scope="module")
def world(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One embedded SageMaker for all tests here, with a model's artifact."""
    settings = Settings(home=tmp_path_factory.mktemp("registry"), port=port, runtime="process")
    with embedded(settings, ProcessRuntime(settings)) as found:
        found.put("models/model.tar.gz", b"not read here")
        yield found


def specification(**container: Any) -> dict[str, Any]:
    made = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/models/model.tar.gz", **container}
    return {"Containers": [made], "SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}


def group(world: World, name: str, **more: Any) -> str:
    made = world.sagemaker.create_model_package_group(ModelPackageGroupName=name, **more)
    return str(made["ModelPackageGroupArn"])


def version(world: World, name: str, **more: Any) -> str:
    request = {"InferenceSpecification": specification(), **more}
    return str(world.sagemaker.create_model_package(ModelPackageGroupName=name, **request)["ModelPackageArn"])


def describe(world: World, package: str) -> dict[str, Any]:
    found: dict[str, Any] = world.sagemaker.describe_model_package(ModelPackageName=package)
    return found


def model(world: World, name: str, **container: Any) -> dict[str, Any]:
    world.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    found: dict[str, Any] = world.sagemaker.describe_model(ModelName=name)
    return found


def test_versions_count_up_and_are_never_given_again(world: World) -> None:
    assert group(world, "Houses", ModelPackageGroupDescription="prices").endswith(":model-package-group/houses")
    first, second = version(world, "Houses"), version(world, "Houses")
    assert (first, second) == (f"{PREFIX}/houses/1", f"{PREFIX}/houses/2")
    world.sagemaker.delete_model_package(ModelPackageName=second)
    assert version(world, "Houses") == f"{PREFIX}/houses/3"
    with pytest.raises(ClientError, match=r"ModelPackage \S+/houses/2 does not exist\."):
        describe(world, second)


def test_a_version_is_described_with_its_metrics_and_waits_for_approval(world: World) -> None:
    group(world, "described")
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/m.json"}}}
    arn = version(
        world, "described", ModelMetrics=metrics, CustomerMetadataProperties={"rmse": "2.5"},
        ModelPackageDescription="first", MetadataProperties={"CommitId": "abc"},
    )  # fmt: skip
    found = describe(world, arn)
    assert found["ModelPackageName"] == found["ModelPackageGroupName"] == "described"
    assert (found["ModelPackageVersion"], found["ModelPackageStatus"]) == (1, "Completed")
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    assert found["ModelMetrics"] == metrics
    assert found["CustomerMetadataProperties"] == {"rmse": "2.5"}
    assert found["InferenceSpecification"] == specification()
    assert found["ModelPackageStatusDetails"] == {"ValidationStatuses": [], "ImageScanStatuses": []}


def test_an_update_approves_and_changes_properties(world: World) -> None:
    group(world, "updated")
    arn = version(world, "updated", CustomerMetadataProperties={"old": "1", "kept": "2"})
    answer = world.sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription="good enough",
        CustomerMetadataProperties={"new": "3"},
        CustomerMetadataPropertiesToRemove=["old"],
    )
    assert answer["ModelPackageArn"] == arn
    found = describe(world, arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "good enough")
    assert found["CustomerMetadataProperties"] == {"kept": "2", "new": "3"}
    assert found["LastModifiedTime"] >= found["CreationTime"]


def test_lists_filter_by_group_status_and_type(world: World) -> None:
    group(world, "listed")
    arns = [version(world, "listed") for _ in range(3)]
    world.sagemaker.update_model_package(ModelPackageArn=arns[1], ModelApprovalStatus="Approved")
    single = world.sagemaker.create_model_package(
        ModelPackageName="Single", InferenceSpecification=specification(), Tags=[{"Key": "a", "Value": "b"}]
    )["ModelPackageArn"]

    def listed(**filters: Any) -> list[str]:
        pages = world.sagemaker.get_paginator("list_model_packages").paginate(
            PaginationConfig={"PageSize": 2}, **filters
        )
        return [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]

    assert listed(ModelPackageGroupName="listed") == arns
    assert listed(ModelPackageGroupName="listed", SortOrder="Descending") == arns[::-1]
    assert listed(ModelPackageGroupName="listed", ModelApprovalStatus="Approved") == [arns[1]]
    assert listed() == [single] == [f"{PREFIX}/single"]
    assert {*arns, single} <= set(listed(ModelPackageType="Both"))
    assert single not in listed(ModelPackageType="Versioned")
    assert world.sagemaker.list_tags(ResourceArn=single)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert describe(world, single)["ModelPackageName"] == describe(world, "Single")["ModelPackageName"] == "Single"


def test_groups_are_listed_tagged_and_deleted_when_empty(world: World) -> None:
    arn = group(world, "bin", Tags=[{"Key": "team", "Value": "a"}])
    assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    with pytest.raises(ClientError, match="Model Package Group already exists: "):
        group(world, "bin")
    (row,) = world.sagemaker.list_model_package_groups(NameContains="bin")["ModelPackageGroupSummaryList"]
    assert (row["ModelPackageGroupArn"], row["ModelPackageGroupStatus"]) == (arn, "Completed")
    package = version(world, arn)
    with pytest.raises(world.sagemaker.exceptions.ConflictException, match="still contains model packages"):
        world.sagemaker.delete_model_package_group(ModelPackageGroupName="bin")
    world.sagemaker.delete_model_package(ModelPackageName=package)
    world.sagemaker.delete_model_package_group(ModelPackageGroupName=arn)
    with pytest.raises(ClientError, match=r"ModelPackageGroup \S+/bin does not exist\."):
        world.sagemaker.describe_model_package_group(ModelPackageGroupName="bin")


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "Missing ARN"),
        ({"ModelPackageName": "a", "ModelPackageGroupName": "b"}, "Cannot determine which one to use"),
        ({"ModelPackageGroupName": "nobody"}, r"ModelPackageGroup \S+/nobody does not exist"),
        ({"ModelPackageGroupName": "b", "Tags": [{"Key": "k", "Value": "v"}]}, "uses those of its group"),
        ({"ModelPackageName": "a", "ModelApprovalStatus": "Approved"}, "does not apply to an unversioned"),
        ({"ModelPackageName": "a", "InferenceSpecification": None}, "InferenceSpecification is required"),
    ],
)
def test_a_package_that_cannot_be_is_refused(world: World, request_: dict[str, Any], message: str) -> None:
    request = {"InferenceSpecification": specification(), **request_}
    with pytest.raises(ClientError, match=message) as refused:
        world.sagemaker.create_model_package(**{key: value for key, value in request.items() if value is not None})
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_client_that_asks_again_gets_the_same_version(world: World) -> None:
    group(world, "again")
    assert version(world, "again", ClientToken="t-1") == version(world, "again", ClientToken="t-1")


def test_only_an_approved_version_becomes_a_model(world: World) -> None:
    group(world, "gated")
    container = specification(Environment={"LEVEL": "1", "MODE": "a"})
    arn = version(world, "gated", InferenceSpecification=container)
    with pytest.raises(ClientError, match="its approval status is PendingManualApproval"):
        model(world, "gated-model", ModelPackageName=arn)
    world.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    described = model(world, "gated-model", ModelPackageName=arn, Environment={"MODE": "b"})
    assert described["PrimaryContainer"]["ModelPackageName"] == arn
    assert "Image" not in described["PrimaryContainer"]
    (served,) = world.service._context.tables["Model"].get("gated-model")["ResolvedContainers"]
    assert served["Image"] == IMAGE
    assert served["ModelDataUrl"] == f"s3://{BUCKET}/models/model.tar.gz"
    assert served["Environment"] == {"LEVEL": "1", "MODE": "b"}
    with pytest.raises(ClientError, match=r"ModelPackage \S+/gated/9 does not exist"):
        model(world, "nothing", ModelPackageName=f"{PREFIX}/gated/9")


def test_a_package_of_a_pipeline_becomes_a_model_of_several_containers(world: World) -> None:
    group(world, "pipeline")
    both = specification()
    both["Containers"] = [{**both["Containers"][0], "Environment": {"PLACE": place}} for place in ("1", "2")]
    arn = version(world, "pipeline", InferenceSpecification=both, ModelApprovalStatus="Approved")
    model(world, "pipeline-model", ModelPackageName=arn)
    made = world.service._context.tables["Model"].get("pipeline-model")["ResolvedContainers"]
    assert [item["Environment"]["PLACE"] for item in made] == ["1", "2"]


def test_a_package_is_made_of_a_model_or_of_another_package(world: World) -> None:
    group(world, "cloned")
    source = model(world, "source", Image=IMAGE, ModelDataUrl=f"s3://{BUCKET}/models/model.tar.gz")
    request = {"ModelPackageGroupName": "cloned", "SourceUri": source["ModelArn"]}
    first = world.sagemaker.create_model_package(**request)["ModelPackageArn"]
    second = world.sagemaker.create_model_package(**{**request, "SourceUri": first})["ModelPackageArn"]
    for arn in (first, second):
        (container,) = describe(world, arn)["InferenceSpecification"]["Containers"]
        assert (container["Image"], container["ModelDataUrl"]) == (IMAGE, f"s3://{BUCKET}/models/model.tar.gz")


def test_several_versions_are_described_at_once(world: World) -> None:
    group(world, "batch")
    arns = [version(world, "batch"), f"{PREFIX}/batch/7"]
    answer = world.sagemaker.batch_describe_model_package(ModelPackageArnList=arns)
    assert answer["ModelPackageSummaries"][arns[0]]["ModelPackageVersion"] == 1
    assert answer["BatchDescribeModelPackageErrorMap"][arns[1]]["ErrorCode"] == "ValidationException"


def test_approval_reaches_an_eventbridge_rule(world: World) -> None:
    events, logs = client("events", world.settings), world.logs
    logs.create_log_group(logGroupName="/aws/events/packages")
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": ["told"], "ModelApprovalStatus": ["Approved"]},
    }
    events.put_rule(Name="approved", EventPattern=json.dumps(pattern))
    target = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/packages"
    events.put_targets(Rule="approved", Targets=[{"Id": "log", "Arn": target}])
    group(world, "told")
    version(world, "told")
    arn = version(world, "told")
    world.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    deadline = time.monotonic() + 20
    while not (lines := world.lines("/aws/events/packages")) and time.monotonic() < deadline:
        time.sleep(0.05)
    (event,) = map(json.loads, lines)
    assert event["resources"] == [arn]
    assert event["detail"]["ModelPackageVersion"] == 2
    assert event["detail"]["InferenceSpecification"]["Containers"][0]["Image"] == IMAGE
    assert event["detail"]["CreationTime"].endswith("Z")


def test_the_registry_survives_a_restart(world: World) -> None:
    group(world, "kept")
    arn = version(world, "kept")
    kept = json.loads(json.dumps(world.service.state()))
    service = SageMaker(world.settings, runtime=ProcessRuntime(world.settings), kept=kept)
    found = service._operations["DescribeModelPackage"]({"ModelPackageName": arn})
    assert found["ModelPackageArn"] == arn
    again = service._operations["CreateModelPackage"](
        {"ModelPackageGroupName": "kept", "InferenceSpecification": specification()}
    )
    assert again["ModelPackageArn"] == f"{PREFIX}/kept/2"
