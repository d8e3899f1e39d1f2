"""The group of a workload's versions, as a stack makes it, and approvals that wake a waiting execution."""

import json
import uuid
from typing import Any

import pytest

from local.clients import client
from local.settings import Settings
from tests.local.seams.machines import ROLE, create, start, states_client, task, until, wait

pytestmark = pytest.mark.local


def stack(settings: Settings, name: str, **properties: Any) -> dict[str, Any]:
    group = {"ModelPackageGroupName": name, **properties}
    resources = {"Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": group}}
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Group", "ModelPackageGroupArn"]}}, "Ref": {"Value": {"Ref": "Group"}}}
    return {"StackName": name, "TemplateBody": json.dumps({"Resources": resources, "Outputs": outputs})}


def group(settings: Settings, name: str) -> dict[str, Any]:
    described: dict[str, Any] = client("sagemaker", settings).describe_model_package_group(ModelPackageGroupName=name)
    return described


def version(settings: Settings, name: str, **more: Any) -> str:
    arn: str = client("sagemaker", settings).create_model_package(
        ModelPackageGroupName=name,
        InferenceSpecification={"Containers": [{"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"}]},
        **more,
    )["ModelPackageArn"]
    return arn


@pytest.fixture
def name(embedded_aws: Settings) -> str:
    return f"g-{uuid.uuid4().hex[:8]}"


def test_a_stack_makes_retags_and_deletes_a_group(embedded_aws: Settings, name: str) -> None:
    cloudformation, sagemaker = (client(service, embedded_aws) for service in ("cloudformation", "sagemaker"))
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    cloudformation.create_stack(**stack(embedded_aws, name, ModelPackageGroupDescription="d", Tags=tags))
    made = group(embedded_aws, name)
    assert made["ModelPackageGroupDescription"] == "d"
    (described,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert {output["OutputValue"] for output in described["Outputs"]} == {made["ModelPackageGroupArn"]}
    changed = [{"Key": "a", "Value": "3"}]
    cloudformation.update_stack(**stack(embedded_aws, name, ModelPackageGroupDescription="d", Tags=changed))
    kept = sagemaker.list_tags(ResourceArn=made["ModelPackageGroupArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in kept if not tag["Key"].startswith("aws:")} == {"a": "3"}
    assert group(embedded_aws, name)["CreationTime"] == made["CreationTime"]
    cloudformation.delete_stack(StackName=name)
    assert sagemaker.list_model_package_groups(NameContains=name)["ModelPackageGroupSummaryList"] == []


def test_a_decision_about_a_version_wakes_what_waits_for_it(embedded_aws: Settings, name: str) -> None:
    """EventBridge -> a state machine -> the token in a table -> SendTaskSuccess."""
    sagemaker, dynamodb, events = (client(one, embedded_aws) for one in ("sagemaker", "dynamodb", "events"))
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    arn = version(embedded_aws, name)
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "lease", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lease", "KeyType": "HASH"}],
    )  # fmt: skip
    waker = create_waker(embedded_aws, name)
    pattern = {"source": ["aws.sagemaker"], "detail": {"ModelPackageGroupName": [name]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "waker", "Arn": waker, "RoleArn": ROLE}])
    execution = start(embedded_aws, {"Wait": waiting(name, arn, seconds=30)}, "Wait")
    until(lambda: dynamodb.get_item(TableName=name, Key={"lease": {"S": arn}}).get("Item"))
    assert states_client(embedded_aws).describe_execution(executionArn=execution)["status"] == "RUNNING"
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    assert json.loads(wait(embedded_aws, execution)["output"]) == {"woken": True}


def waiting(table: str, key: str, *, seconds: int) -> dict[str, Any]:
    item = {"lease": {"S": key}, "token": {"S": "{% $states.context.Task.Token %}"}}
    arguments = {"TableName": table, "Item": item}
    return task("aws-sdk:dynamodb:putItem.waitForTaskToken", arguments, TimeoutSeconds=seconds, End=True)


def create_waker(settings: Settings, table: str) -> str:
    key = {"lease": {"S": "{% $states.input.detail.ModelPackageArn %}"}}
    token = "{% $states.result.Item.token.S %}"
    find = task("dynamodb:getItem", {"TableName": table, "Key": key}, Assign={"token": token}, Next="Wake")
    wake = task("aws-sdk:sfn:sendTaskSuccess", {"TaskToken": "{% $token %}", "Output": '{"woken": true}'}, End=True)
    return create(settings, {"Find": find, "Wake": wake}, "Find")


def test_a_token_that_nobody_sends_times_out_and_a_redrive_waits_with_a_new_one(
    embedded_aws: Settings, name: str
) -> None:
    dynamodb, states = client("dynamodb", embedded_aws), states_client(embedded_aws)
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "lease", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lease", "KeyType": "HASH"}],
    )  # fmt: skip

    def token() -> Any:
        return dynamodb.get_item(TableName=name, Key={"lease": {"S": "k"}}).get("Item", {}).get("token", {}).get("S")

    execution = start(embedded_aws, {"Wait": waiting(name, "k", seconds=2)}, "Wait")
    ended = wait(embedded_aws, execution)
    assert (ended["status"], ended.get("error")) == ("FAILED", "States.Timeout")
    first = token()
    states.redrive_execution(executionArn=execution)
    until(lambda: token() != first)
    states.send_task_success(taskToken=token(), output='"yes"')
    assert wait(embedded_aws, execution)["output"] == '"yes"'
