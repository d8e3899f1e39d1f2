"""Buckets of a stack keep what the template says of them, through updates too."""

import json
import uuid
from typing import Any

import pytest

from local.clients import client
from local.settings import Settings

pytestmark = pytest.mark.local

PRIVATE = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"),
    True,
)


def template(**properties: Any) -> str:
    return json.dumps(
        {
            "Resources": {"Data": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": properties}},
            "Outputs": {"Name": {"Value": {"Ref": "Data"}}},
        }
    )


@pytest.fixture
def stack(embedded_aws: Settings) -> tuple[Any, str]:
    return client("cloudformation", embedded_aws), f"buckets-{uuid.uuid4().hex[:8]}"


def name_of(cloudformation: Any, stack: str) -> str:
    return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"][0]["OutputValue"])


def test_bucket_is_private_encrypted_and_versioned_as_its_template_says(
    embedded_aws: Settings, stack: tuple[Any, str]
) -> None:
    cloudformation, name = stack
    encryption = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=template(
            PublicAccessBlockConfiguration=PRIVATE,
            VersioningConfiguration={"Status": "Enabled"},
            BucketEncryption={"ServerSideEncryptionConfiguration": encryption},
        ),
    )
    s3, bucket = client("s3", embedded_aws), name_of(cloudformation, name)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == PRIVATE
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_update_changes_the_lifecycle_and_keeps_the_objects(embedded_aws: Settings, stack: tuple[Any, str]) -> None:
    cloudformation, name = stack
    rule = {"Id": "runs", "Status": "Enabled", "Prefix": "a/runs/", "ExpirationInDays": 90}
    cloudformation.create_stack(StackName=name, TemplateBody=template(LifecycleConfiguration={"Rules": [rule]}))
    s3, bucket = client("s3", embedded_aws), name_of(cloudformation, name)
    s3.put_object(Bucket=bucket, Key="a", Body=b"kept")
    other = {**rule, "Id": "others", "Prefix": "b/runs/"}
    cloudformation.update_stack(StackName=name, TemplateBody=template(LifecycleConfiguration={"Rules": [rule, other]}))
    assert name_of(cloudformation, name) == bucket
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"kept"
    found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [(rule["ID"], rule["Expiration"]["Days"]) for rule in found] == [("runs", 90), ("others", 90)]


def test_access_logs_may_be_set_before_the_policy_of_their_target(
    embedded_aws: Settings, stack: tuple[Any, str]
) -> None:
    cloudformation, name = stack
    resources = {
        "Logs": {"Type": "AWS::S3::Bucket"},
        "Data": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"LoggingConfiguration": {"DestinationBucketName": {"Ref": "Logs"}, "LogFilePrefix": "d/"}},
        },
    }
    outputs = {"Name": {"Value": {"Ref": "Data"}}}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources, "Outputs": outputs}))
    logging = client("s3", embedded_aws).get_bucket_logging(Bucket=name_of(cloudformation, name))
    assert logging["LoggingEnabled"]["TargetPrefix"] == "d/"
