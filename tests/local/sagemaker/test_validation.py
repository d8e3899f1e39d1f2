from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.sagemaker import protocol
from local.sagemaker.errors import AwsError
from tests.local.sagemaker.conftest import World


def refusal(operation: str, body: bytes) -> AwsError:
    with pytest.raises(AwsError) as refused:
        protocol.parse(operation, body)
    return refused.value


@pytest.mark.unit
@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        (
            "DescribeTrainingJob",
            b'{"TrainingJobName": "a_b"}',
            "1 validation error detected: Value 'a_b' at 'trainingJobName' failed to satisfy constraint:"
            " Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        ),
        (
            "DescribeEndpoint",
            b"{}",
            "1 validation error detected: Value null at 'endpointName' failed to satisfy constraint:"
            " Member must not be null",
        ),
        (
            "ListTrainingJobs",
            b'{"MaxResults": 101, "SortOrder": "Up"}',
            "2 validation errors detected: Value '101' at 'maxResults' failed to satisfy constraint:"
            " Member must have value less than or equal to 100; Value 'Up' at 'sortOrder' failed to satisfy"
            " constraint: Member must satisfy enum value set: [Ascending, Descending]",
        ),
        (
            "AddTags",
            b'{"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m", "Tags": [{"Key": "k"}]}',
            "1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint:"
            " Member must not be null",
        ),
    ],
)
def test_what_the_model_forbids_is_refused_in_awss_words(operation: str, body: bytes, message: str) -> None:
    error = refusal(operation, body)
    assert (error.code, error.message, error.status) == ("ValidationException", message, 400)


@pytest.mark.unit
@pytest.mark.parametrize("body", [b"[]", b"not json", b'{"TrainingJobName": 3}'])
def test_a_wrong_type_is_a_serialization_error(body: bytes) -> None:
    assert refusal("DescribeTrainingJob", body).code == "SerializationException"


@pytest.mark.local
def test_operations_of_later_days_are_named(shared_world: World) -> None:
    with pytest.raises(ClientError, match="ListPipelines is not covered yet") as refused:
        shared_world.sagemaker.list_pipelines()
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.local
def test_tags_come_with_create_and_by_themselves(shared_world: World) -> None:
    image = shared_world.publish("quick", "pass")
    shared_world.train("tagged", image, Tags=[{"Key": "stage", "Value": "dev"}])
    arn = shared_world.sagemaker.describe_training_job(TrainingJobName="tagged")["TrainingJobArn"]
    shared_world.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "me"}])
    shared_world.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["stage"])
    assert shared_world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "me"}]


@pytest.mark.local
@pytest.mark.parametrize(
    ("call", "arguments", "code", "message"),
    [
        (
            "describe_training_job",
            {"TrainingJobName": "x"},
            "ValidationException",
            "Requested resource",
        ),
        ("describe_model", {"ModelName": "x"}, "ValidationException", "Could not find model"),
        (
            "describe_endpoint_config",
            {"EndpointConfigName": "x"},
            "ValidationException",
            "Could not find endpoint configuration",
        ),
        (
            "describe_processing_job",
            {"ProcessingJobName": "x"},
            "ValidationException",
            "Could not find requested job with name: x",
        ),
        (
            "create_endpoint",
            {"EndpointName": "e", "EndpointConfigName": "x"},
            "ValidationException",
            'configuration "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/x"',
        ),
    ],
)
def test_missing_things_are_named(
    shared_world: World, call: str, arguments: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(shared_world.sagemaker, call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code
    assert message in refused.value.response["Error"]["Message"]
