"""Finds what is deployed by the names and outputs in docs/contracts.md, and nothing else."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import NotFound, code_of

DEPLOY = "npx cdk deploy --all --asset-prebuild=false"
STATE_MACHINE = "StateMachineArn"
SHIFT = "ShiftStateMachineArn"
BATCH = "BatchStateMachineArn"
FAN_OUT = "FanOutStateMachineArn"
RETIRE = "RetireStateMachineArn"
ABSENT = {"ParameterNotFound", "NoSuchKey", "404", "ResourceNotFoundException"}


@dataclass(frozen=True)
class Live:
    """The live pointer: what answers the public API now."""

    endpoint: str
    config: str
    execution: str
    features: str
    models: dict[str, str] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)


def deploy_command(stage: str) -> str:
    """What to type when something is not deployed."""
    return DEPLOY if stage == "dev" else f"TRAINYARD_STAGE={stage} {DEPLOY}"


def outputs(cloudformation: Any, stage: str, part: str) -> dict[str, str]:
    """The outputs of one stack, or NotFound with the command that deploys it."""
    name = f"trainyard-{stage}-{part}"
    try:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if code_of(error) != "ValidationError":
            raise
        raise NotFound(f"stack {name} is not deployed", fix=deploy_command(stage)) from error
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}


def output(cloudformation: Any, stage: str, part: str, key: str) -> str:
    """One output of one stack."""
    found = outputs(cloudformation, stage, part)
    if key not in found:
        raise NotFound(f"stack trainyard-{stage}-{part} has no output {key}", fix=deploy_command(stage))
    return found[key]


def bucket(cloudformation: Any, stage: str) -> str:
    """The bucket for data and artifacts."""
    return output(cloudformation, stage, "storage", "BucketName")


def state_machine(cloudformation: Any, stage: str, workload: str) -> str:
    """The ARN of the workload's state machine."""
    return output(cloudformation, stage, f"workload-{workload}", STATE_MACHINE)


def deployed(cloudformation: Any, stage: str) -> dict[str, str]:
    """Every stack of the stage, without its prefix, with its status."""
    prefix = f"trainyard-{stage}-"
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    found = [stack for page in pages for stack in page["Stacks"] if stack["StackName"].startswith(prefix)]
    return {stack["StackName"].removeprefix(prefix): stack["StackStatus"] for stack in found}


def endpoint_names(stage: str, workload: str) -> tuple[str, str]:
    """The workload's endpoint, and the one that takes its place when the schema changes, and back."""
    return f"{stage}-{workload}", f"{stage}-{workload}-2"


def pointer_name(stage: str, workload: str) -> str:
    """The SSM parameter that names the live endpoint."""
    return f"/trainyard/{stage}/{workload}/live"


def live(ssm: Any, stage: str, workload: str) -> Live | None:
    """The live pointer, or None before the first successful run."""
    try:
        value = ssm.get_parameter(Name=pointer_name(stage, workload))["Parameter"]["Value"]
    except ClientError as error:
        if code_of(error) in ABSENT:
            return None
        raise
    fields = json.loads(value)
    return Live(**{name: fields[name] for name in Live.__dataclass_fields__ if name in fields})


def require_live(ssm: Any, stage: str, workload: str) -> Live:
    """The live pointer, or NotFound with the command that makes one."""
    found = live(ssm, stage, workload)
    if found is None:
        raise NotFound(f"{workload} has no live endpoint yet", fix=f"trainyard run {workload}")
    return found


def read_json(s3: Any, bucket_name: str, key: str) -> Any:
    """A JSON object of the bucket, or None where there is none."""
    try:
        return json.loads(s3.get_object(Bucket=bucket_name, Key=key)["Body"].read())
    except ClientError as error:
        if code_of(error) in ABSENT:
            return None
        raise


def describe_endpoint(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """The endpoint, or None; SageMaker says "could not find" with a ValidationException."""
    try:
        answer: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if code_of(error) in ("ValidationException", "ResourceNotFound"):
            return None
        raise
    return answer


def endpoint_status(sagemaker: Any, name: str) -> str:
    """Its status, or `Missing`."""
    found = describe_endpoint(sagemaker, name)
    return str(found["EndpointStatus"]) if found else "Missing"
