"""What a call takes: IAM's actions, resources and condition keys, for the caller and for the roles it hands on.

An operation is not always an action: a copy reads and writes, a list of objects is the bucket's, tags and roles
in a request are actions of their own. Names follow the Service Authorization Reference.
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local.access.sagemaker import sagemaker
from local.settings import ACCOUNT, REGION

Parameters = dict[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Need:
    """One permission that a role needs; `context` are condition keys with their values."""

    role: str
    action: str
    resource: str
    context: tuple[Pair, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As a line of the record."""
        return {"role": self.role, "action": self.action, "resource": self.resource, "context": dict(self.context)}


def needs(role: str, service: str, operation: str, sent: Parameters) -> list[Need]:
    """Return what `role` needs to call an operation (as botocore names it), and what the roles it names will need."""
    if service in ("sagemaker", "sagemaker-runtime"):
        return [Need(who or role, *rest) for who, *rest in sagemaker(operation, sent)]
    found = _SERVICES.get(service, _unknown(service))
    return [Need(role, *one) for one in found(operation, sent)]


def arn(service: str, resource: str) -> str:
    """Return an ARN of the embedded AWS's account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


_SCALING = "sagemaker.application-autoscaling.amazonaws.com"
_SCALING_ROLE = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{_SCALING}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
Found = Iterator[tuple[str, str] | tuple[str, str, tuple[Pair, ...]]]
_OBJECT_ACTIONS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
}


def _s3(operation: str, sent: Parameters) -> Found:
    bucket = f"arn:aws:s3:::{sent['Bucket']}"
    match operation:
        case "ListObjectsV2" | "ListObjects":
            prefix = (("s3:prefix", str(sent["Prefix"])),) if sent.get("Prefix") else ()
            yield "s3:ListBucket", bucket, prefix
        case "HeadBucket":
            yield "s3:ListBucket", bucket
        case "DeleteObjects":
            for item in sent["Delete"]["Objects"]:
                yield "s3:DeleteObject", f"{bucket}/{item['Key']}"
        case "CopyObject":
            yield "s3:GetObject", f"arn:aws:s3:::{unquote(str(sent['CopySource'])).removeprefix('/')}"
            yield "s3:PutObject", f"{bucket}/{sent['Key']}"
        case _:
            yield f"s3:{_OBJECT_ACTIONS.get(operation, operation)}", f"{bucket}/{sent['Key']}"
    if sent.get("Tagging"):
        yield "s3:PutObjectTagging", f"{bucket}/{sent['Key']}"


def _ssm(operation: str, sent: Parameters) -> Found:
    for name in sent.get("Names") or [sent.get("Name") or sent.get("ResourceId")]:
        yield f"ssm:{operation}", arn("ssm", f"parameter/{str(name).removeprefix('/')}")


def _dynamodb(operation: str, sent: Parameters) -> Found:
    yield f"dynamodb:{operation}", arn("dynamodb", f"table/{sent['TableName']}")


def _states(operation: str, sent: Parameters) -> Found:
    name = next((sent[key] for key in ("stateMachineArn", "executionArn", "mapRunArn") if key in sent), "*")
    yield f"states:{operation}", name


def _logs(operation: str, sent: Parameters) -> Found:
    """A group is asked for as if with a stream without a name, which a policy's `:*` at the end covers.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    yield (
        f"logs:{operation}",
        arn("logs", f"log-group:{sent['logGroupName']}:log-stream:{sent.get('logStreamName', '')}"),
    )


def _cloudwatch(operation: str, sent: Parameters) -> Found:
    if operation == "PutMetricData":
        yield "cloudwatch:PutMetricData", "*", (("cloudwatch:namespace", str(sent["Namespace"])),)
    elif operation == "DescribeAlarms":
        for name in sent.get("AlarmNames") or ["*"]:
            yield "cloudwatch:DescribeAlarms", arn("cloudwatch", f"alarm:{name}")
    else:
        yield f"cloudwatch:{operation}", "*"


def _scheduler(operation: str, sent: Parameters) -> Found:
    name = f"schedule/{sent.get('GroupName') or 'default'}/{sent['Name']}"
    yield f"scheduler:{operation}", arn("scheduler", name)
    if role := (sent.get("Target") or {}).get("RoleArn"):
        yield "iam:PassRole", role, (("iam:PassedToService", "scheduler.amazonaws.com"),)


def _autoscaling(operation: str, sent: Parameters) -> Found:
    if operation.startswith("Describe"):
        yield f"application-autoscaling:{operation}", "*"
        return
    context = (
        ("application-autoscaling:service-namespace", str(sent["ServiceNamespace"])),
        ("application-autoscaling:scalable-dimension", str(sent["ScalableDimension"])),
    )
    yield f"application-autoscaling:{operation}", arn("application-autoscaling", "scalable-target/0"), context
    yield from _scaled_endpoint(operation, str(sent["ResourceId"]))


def _scaled_endpoint(operation: str, resource: str) -> Found:
    """Autoscaling looks at the variant, and makes alarms, by right of the caller.

    https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
    """
    alarm = arn("cloudwatch", f"alarm:TargetTracking-{resource}-AlarmHigh-0")
    if operation == "RegisterScalableTarget":
        endpoint = arn("sagemaker", "/".join(resource.split("/")[:2]))
        yield "sagemaker:DescribeEndpoint", endpoint
        yield "sagemaker:UpdateEndpointWeightsAndCapacities", endpoint
        yield "iam:CreateServiceLinkedRole", _SCALING_ROLE, (("iam:AWSServiceName", _SCALING),)
    elif operation == "PutScalingPolicy":
        yield "cloudwatch:PutMetricAlarm", alarm
        yield "cloudwatch:DescribeAlarms", arn("cloudwatch", "alarm:*")
    else:
        yield "cloudwatch:DeleteAlarms", alarm


def _events(operation: str, sent: Parameters) -> Found:
    if operation == "PutEvents":
        for name in {entry.get("EventBusName", "default") for entry in sent["Entries"]}:
            yield "events:PutEvents", arn("events", f"event-bus/{name}")
    else:
        yield f"events:{operation}", arn("events", f"rule/{sent.get('Name') or sent.get('Rule')}")


def _sns(operation: str, sent: Parameters) -> Found:
    yield f"sns:{operation}", str(sent["TopicArn"])


def _sqs(operation: str, sent: Parameters) -> Found:
    yield f"sqs:{operation}", arn("sqs", str(sent["QueueUrl"]).rpartition("/")[2])


def _lambda(operation: str, sent: Parameters) -> Found:
    action = "InvokeFunction" if operation == "Invoke" else operation
    name = str(sent["FunctionName"]).rpartition(":")[2]
    yield f"lambda:{action}", arn("lambda", f"function:{name}")


def _tagging(operation: str, sent: Parameters) -> Found:
    yield f"tag:{operation}", "*"


_SERVICES: dict[str, Callable[[str, Parameters], Found]] = {
    "s3": _s3,
    "ssm": _ssm,
    "dynamodb": _dynamodb,
    "stepfunctions": _states,
    "logs": _logs,
    "cloudwatch": _cloudwatch,
    "scheduler": _scheduler,
    "application-autoscaling": _autoscaling,
    "events": _events,
    "sns": _sns,
    "sqs": _sqs,
    "lambda": _lambda,
    "resourcegroupstaggingapi": _tagging,
}


def _unknown(service: str) -> Callable[[str, Parameters], Found]:
    """A service that nobody described yet: no policy allows this resource, so a test will tell."""

    def found(operation: str, sent: Parameters) -> Found:
        yield f"{service}:{operation}", "unknown to local/access/needs.py"

    return found
