"""SDK integrations: names of parameters and results, bodies, errors; the redrive of the `aws` command line."""

import json
import os
import subprocess
import uuid
from typing import Any

import pytest

from local import clients
from local.settings import Settings
from tests.local.seams.machines import result, run, states_client, task, wait

pytestmark = pytest.mark.local
NOBODY = "arn:aws:states:us-east-1:123456789012:execution:nobody:one"


@pytest.fixture(scope="module")
def bucket(embedded_aws: Settings) -> str:
    name = f"sdk-{uuid.uuid4().hex[:8]}"
    clients.client("s3", embedded_aws).create_bucket(Bucket=name)
    return name


def one(settings: Settings, resource: str, arguments: Any) -> Any:
    return result(settings, {"Do": task(f"aws-sdk:{resource}", arguments, End=True)}, "Do")


def error(settings: Settings, resource: str, arguments: Any) -> str:
    answer = run(settings, {"Do": task(f"aws-sdk:{resource}", arguments, End=True)}, "Do")
    return str(answer["error"])


def test_s3_writes_reads_and_lists(embedded_aws: Settings, bucket: str) -> None:
    put = one(embedded_aws, "s3:putObject", {"Bucket": bucket, "Key": "a/b.json", "Body": {"x": "é"}})
    assert put["ETag"].startswith('"')
    got = one(embedded_aws, "s3:getObject", {"Bucket": bucket, "Key": "a/b.json"})
    assert (json.loads(got["Body"]), got["ContentLength"]) == ({"x": "é"}, 10)
    listed = one(embedded_aws, "s3:listObjectsV2", {"Bucket": bucket, "Prefix": "a/"})
    assert [item["Key"] for item in listed["Contents"]] == ["a/b.json"]
    assert listed["Contents"][0]["LastModified"].endswith("Z")


def test_names_are_in_pascal_case_whatever_the_service_spells(embedded_aws: Settings) -> None:
    """The model of Step Functions itself has camelCase, that of Logs too."""
    group = f"/sdk/{uuid.uuid4().hex[:8]}"
    one(embedded_aws, "cloudwatchlogs:createLogGroup", {"LogGroupName": group})
    groups = one(embedded_aws, "cloudwatchlogs:describeLogGroups", {"LogGroupNamePrefix": group})["LogGroups"]
    assert [each["LogGroupName"] for each in groups] == [group]
    machines = one(embedded_aws, "sfn:listStateMachines", {"MaxResults": 1})["StateMachines"]
    assert machines[0]["StateMachineArn"].startswith("arn:aws:states:")


def test_parameters_and_tables_keep_their_own_spelling(embedded_aws: Settings) -> None:
    name = f"/sdk/{uuid.uuid4().hex[:8]}"
    one(embedded_aws, "ssm:putParameter", {"Name": name, "Value": "v", "Type": "String"})
    assert one(embedded_aws, "ssm:getParameter", {"Name": name})["Parameter"]["Value"] == "v"
    table = f"sdk-{uuid.uuid4().hex[:8]}"
    clients.client("dynamodb", embedded_aws).create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    one(embedded_aws, "dynamodb:putItem", {"TableName": table, "Item": {"id": {"S": "a"}, "snake_case": {"N": "1"}}})
    got = one(embedded_aws, "dynamodb:getItem", {"TableName": table, "Key": {"id": {"S": "a"}}})
    assert got["Item"] == {"id": {"S": "a"}, "snake_case": {"N": "1"}}


@pytest.mark.parametrize(
    ("resource", "arguments", "name"),
    [
        ("s3:getObject", {"Bucket": "nobody-has-this", "Key": "a"}, "S3.NoSuchBucketException"),
        ("sagemaker:describeModel", {"ModelName": "nope"}, "SageMaker.SageMakerException"),
        ("sagemakerruntime:invokeEndpoint", {"EndpointName": "nope", "Body": {}}, "SageMakerRuntime."),
        ("sfn:describeExecution", {"ExecutionArn": NOBODY}, "Sfn.ExecutionDoesNotExistException"),
        ("dynamodb:describeTable", {"TableName": "nope"}, "DynamoDb.ResourceNotFoundException"),
        ("s3:getObject", {"Bucket": "x"}, "States.Runtime"),
    ],
)  # fmt: skip
def test_errors_have_the_names_of_the_sdk_for_java(
    embedded_aws: Settings, resource: str, arguments: dict[str, Any], name: str
) -> None:
    assert error(embedded_aws, resource, arguments).startswith(name)


def test_sagemaker_lists_times_in_iso_8601(embedded_aws: Settings) -> None:
    name = f"sdk-{uuid.uuid4().hex[:8]}"
    one(embedded_aws, "sagemaker:createModelPackageGroup", {"ModelPackageGroupName": name})
    groups = one(embedded_aws, "sagemaker:listModelPackageGroups", {"NameContains": name})
    (group,) = groups["ModelPackageGroupSummaryList"]
    assert group["CreationTime"].endswith("Z")


def test_the_aws_command_line_redrives(embedded_aws: Settings, bucket: str) -> None:
    read = task("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "late"}, Output="{% $states.result.Body %}", End=True)
    arn = run(embedded_aws, {"Read": read}, "Read")["executionArn"]
    clients.client("s3", embedded_aws).put_object(Bucket=bucket, Key="late", Body=b"here")
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": embedded_aws.endpoint_url, "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    command = ["aws", "stepfunctions", "redrive-execution", "--execution-arn", arn, "--output", "json"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert "redriveDate" in json.loads(answer.stdout)
    assert json.loads(wait(embedded_aws, arn)["output"]) == "here"
    executions = states_client(embedded_aws).list_executions(
        stateMachineArn=wait(embedded_aws, arn)["stateMachineArn"], redriveFilter="REDRIVEN", statusFilter="SUCCEEDED"
    )["executions"]
    assert [each["redriveCount"] for each in executions] == [1]
