"""What the embedded AWS writes down of a role's calls: each permission that AWS would ask for, and nobody else's."""

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from local.access.credentials import access_key
from local.access.needs import needs
from local.access.record import Recorder

pytestmark = pytest.mark.unit
ROLE = "arn:aws:iam::123456789012:role/run"
JOBS = "arn:aws:iam::123456789012:role/jobs"
OURS = "arn:aws:{service}:us-east-1:123456789012:{rest}"


class Sent(Exception):
    """The request that would have gone out."""

    def __init__(self, request: AWSRequest) -> None:
        super().__init__(request.url)
        self.request = request


def environ(service: str, operation: str, role: str = ROLE, **parameters: Any) -> dict[str, Any]:
    """The request that boto3 makes of a call, as the server gets it."""
    client: Any = boto3.client(  # type: ignore[call-overload]
        service, region_name="us-east-1", endpoint_url="http://localhost:1", aws_access_key_id=access_key(role),
        aws_secret_access_key="test", config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip

    def stop(request: AWSRequest, **_: Any) -> None:
        raise Sent(request)

    client.meta.events.register("before-send", stop)
    with pytest.raises(Sent) as sent:
        getattr(client, operation)(**parameters)
    request: Any = sent.value.request
    path, _, query = request.url.removeprefix("http://localhost:1").partition("?")
    headers = {
        "HTTP_" + name.upper().replace("-", "_"): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    sent_body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = sent_body if isinstance(sent_body, bytes) else sent_body.encode()
    return {
        "REQUEST_METHOD": request.method, "PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": headers.get("HTTP_CONTENT_TYPE", ""), **headers,
    }  # fmt: skip


def recorded(folder: Path, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    recorder = Recorder(folder / "calls.jsonl")
    for request in requests:
        recorder.hear(request)
    path = folder / "calls.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "needed"),
    [
        ("s3", "get_object", {"Bucket": "b", "Key": "a/b c"}, [("s3:GetObject", "arn:aws:s3:::b/a/b c", {})]),
        ("s3", "head_object", {"Bucket": "b", "Key": "a"}, [("s3:GetObject", "arn:aws:s3:::b/a", {})]),
        (
            "s3",
            "list_objects_v2",
            {"Bucket": "b", "Prefix": "runs/"},
            [("s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "runs/"})],
        ),
        (
            "s3",
            "copy_object",
            {"Bucket": "b", "Key": "to", "CopySource": {"Bucket": "other", "Key": "from"}},
            [("s3:GetObject", "arn:aws:s3:::other/from", {}), ("s3:PutObject", "arn:aws:s3:::b/to", {})],
        ),
        (
            "s3",
            "delete_objects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y"}]}},
            [("s3:DeleteObject", "arn:aws:s3:::b/x", {}), ("s3:DeleteObject", "arn:aws:s3:::b/y", {})],
        ),
        ("s3", "put_object", {"Bucket": "b", "Key": "a", "Body": b"1"}, [("s3:PutObject", "arn:aws:s3:::b/a", {})]),
        (
            "s3",
            "upload_part",
            {"Bucket": "b", "Key": "a", "PartNumber": 1, "UploadId": "u", "Body": b"1"},
            [("s3:PutObject", "arn:aws:s3:::b/a", {})],
        ),
        (
            "sagemaker-runtime",
            "invoke_endpoint",
            {"EndpointName": "dev-boston", "Body": b"1"},
            [("sagemaker:InvokeEndpoint", OURS.format(service="sagemaker", rest="endpoint/dev-boston"), {})],
        ),
        (
            "cloudwatch",
            "put_metric_data",
            {"Namespace": "AWS/SageMaker", "MetricData": [{"MetricName": "x", "Value": 1.0}]},
            [("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/SageMaker"})],
        ),
        (
            "sns",
            "publish",
            {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"},
            [("sns:Publish", "arn:aws:sns:us-east-1:123456789012:t", {})],
        ),
        ("sagemaker", "list_endpoints", {}, [("sagemaker:ListEndpoints", "*", {})]),
        (
            "scheduler",
            "create_schedule",
            {
                "Name": "new-data",
                "GroupName": "dev-boston",
                "ScheduleExpression": "at(2026-11-21T10:00:00)",
                "FlexibleTimeWindow": {"Mode": "OFF"},
                "Target": {"Arn": "arn:aws:states:::m", "RoleArn": JOBS},
            },
            [
                ("scheduler:CreateSchedule", OURS.format(service="scheduler", rest="schedule/dev-boston/new-data"), {}),
                ("iam:PassRole", JOBS, {"iam:PassedToService": "scheduler.amazonaws.com"}),
            ],
        ),
    ],
)
def test_a_call_is_told_as_iam_names_it(
    tmp_path: Path, service: str, operation: str, parameters: dict[str, Any], needed: list[Any]
) -> None:
    found = recorded(tmp_path, environ(service, operation, **parameters))
    assert [(one["action"], one["resource"], one["context"]) for one in found] == needed
    assert {one["role"] for one in found} == {ROLE}


def test_a_body_stays_readable_for_who_answers() -> None:
    request = environ("sagemaker", "describe_endpoint", EndpointName="dev-boston")
    Recorder(Path("/dev/null")).hear(request)
    assert json.loads(request["wsgi.input"].read()) == {"EndpointName": "dev-boston"}


def test_a_compressed_body_is_read(tmp_path: Path) -> None:
    data = [{"MetricName": f"metric-{number}", "Value": number, "Unit": "None"} for number in range(500)]
    request = environ("cloudwatch", "put_metric_data", Namespace="trainyard", MetricData=data)
    assert request["HTTP_CONTENT_ENCODING"] == "gzip"
    (found,) = recorded(tmp_path, request)
    assert found["action"] == "cloudwatch:PutMetricData"


def test_what_is_needed_again_is_written_once(tmp_path: Path) -> None:
    request = environ("sagemaker", "list_endpoints")
    assert len(recorded(tmp_path, request, request)) == 1


def test_who_is_no_role_is_not_written_down(tmp_path: Path) -> None:
    assert recorded(tmp_path, environ("sagemaker", "list_endpoints", role="")) == []


def test_a_job_that_is_waited_for_takes_tags_a_rule_a_role_and_its_images() -> None:
    sent = {
        "TrainingJobName": "dev-boston-1",
        "RoleArn": JOBS,
        "AlgorithmSpecification": {"TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/ours:1"},
        "Tags": [{"Key": "AWS_STEP_FUNCTIONS_EXECUTION_ARN", "Value": "x"}],
    }
    found = {(need.role, need.action) for need in needs(ROLE, "sagemaker", "CreateTrainingJob", sent)}
    assert found == {
        *((ROLE, f"sagemaker:{action}") for action in ("CreateTrainingJob", "AddTags")),
        *((ROLE, f"events:{action}") for action in ("PutRule", "PutTargets", "DescribeRule")),
        (ROLE, "iam:PassRole"),
        (JOBS, "ecr:GetAuthorizationToken"),
        *((JOBS, f"ecr:{a}") for a in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")),
    }


def test_a_service_that_nobody_described_is_allowed_by_no_policy() -> None:
    (need,) = needs(ROLE, "polly", "SynthesizeSpeech", {})
    assert not need.resource.startswith(("arn:", "*"))
