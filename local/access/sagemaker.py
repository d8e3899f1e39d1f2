"""What calls of SageMaker take: also what SageMaker and Step Functions do on behalf of the roles that are named.

A job that Step Functions waits for carries its tag; the wait is by a rule of EventBridge that the state machine's
role makes. A role that is handed on will pull the images from ECR.
"""

import re
from collections.abc import Iterator
from typing import Any

from local.settings import ACCOUNT, REGION

Context = tuple[tuple[str, str], ...]
Found = Iterator[tuple[str | None, str, str] | tuple[str | None, str, str, Context]]

_KINDS = {
    "TrainingJob": "training-job",
    "TransformJob": "transform-job",
    "ProcessingJob": "processing-job",
    "HyperParameterTuningJob": "hyper-parameter-tuning-job",
    "Model": "model",
    "EndpointConfig": "endpoint-config",
    "Endpoint": "endpoint",
    "ModelPackageGroup": "model-package-group",
    "ModelPackage": "model-package",
}
_RULES = {"TrainingJob": "Training", "TransformJob": "Transform", "ProcessingJob": "Processing"} | {
    "HyperParameterTuningJob": "Tuning"
}
_NOUN = re.compile(r"(?:Create|Describe|Delete|Stop|Update|Invoke)(?P<noun>\w+)")
_WAITED_FOR = "AWS_STEP_FUNCTIONS_EXECUTION_ARN"
_REPOSITORY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.com/(?P<name>[^:@]+)")
_PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


def sagemaker(operation: str, sent: dict[str, Any]) -> Found:
    """Yield (role or None for the caller, action, resource, context) of one call."""
    resources = list(_resources(operation, sent))
    for resource in resources:
        yield None, f"sagemaker:{operation}", resource
    if operation.startswith("Create") and sent.get("Tags"):
        yield None, "sagemaker:AddTags", resources[0]
        yield from _waiting(operation, sent["Tags"])
    for role in set(_values(sent, ("RoleArn", "ExecutionRoleArn"))):
        yield None, "iam:PassRole", role, (("iam:PassedToService", "sagemaker.amazonaws.com"),)
        for image in sorted(set(_values(sent, ("TrainingImage", "ImageUri", "Image")))):
            yield from _pull(role, image)


def _resources(operation: str, sent: dict[str, Any]) -> Iterator[str]:
    if "ResourceArn" in sent:
        yield sent["ResourceArn"]
        return
    found = _NOUN.fullmatch(operation)
    noun = "Endpoint" if operation == "UpdateEndpointWeightsAndCapacities" else found["noun"] if found else ""
    if noun not in _KINDS:
        yield "*"  # lists have no resource
        return
    yield _named(noun, sent)
    if operation in ("CreateEndpoint", "UpdateEndpoint"):
        yield _named("EndpointConfig", sent)


def _named(noun: str, sent: dict[str, Any]) -> str:
    name = str(sent.get(f"{noun}Name") or sent.get(f"{noun}Arn") or f"{sent.get('ModelPackageGroupName')}/*")
    if name.startswith("arn:"):
        return name
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{_KINDS[noun]}/{name}"


def _waiting(operation: str, tags: list[dict[str, str]]) -> Found:
    noun = operation.removeprefix("Create")
    if noun in _RULES and any(tag["Key"] == _WAITED_FOR for tag in tags):
        rule = f"StepFunctionsGetEventsForSageMaker{_RULES[noun]}JobsRule"
        for action in ("PutTargets", "PutRule", "DescribeRule"):
            yield None, f"events:{action}", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"


def _pull(role: str, image: str) -> Found:
    if found := _REPOSITORY.match(image):
        repository = f"arn:aws:ecr:{found['region']}:{found['account']}:repository/{found['name']}"
        yield role, "ecr:GetAuthorizationToken", "*"
        for action in _PULL:
            yield role, f"ecr:{action}", repository


def _values(value: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Every text of these names, at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in names and isinstance(item, str):
                yield item
            else:
                yield from _values(item, names)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, names)
