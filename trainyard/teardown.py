"""Removes what runs have made and what costs money: endpoints, configs, models, autoscaling, the pointer.

The versions in the registry go too: CloudFormation deletes their group, which is the stack's, only when it is empty.

Found by name and confirmed by tag, so that nothing else is touched. What is gone already is no error:
a second time changes nothing.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from trainyard import stacks, versions
from trainyard.context import Context
from trainyard.errors import TrainyardError, code_of

EVERY, LONGEST = 5.0, 1800.0
GONE = {
    "ValidationException",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "ParameterNotFound",
    "ObjectNotFoundException",
}
MOVING = {"Creating", "Updating", "SystemUpdating", "RollingBack"}


@dataclass(frozen=True)
class Kind:
    """How SageMaker lists and deletes one kind of resource."""

    what: str
    lists: str
    member: str
    name: str
    arn: str
    delete: str


ENDPOINT = Kind("endpoint", "list_endpoints", "Endpoints", "EndpointName", "EndpointArn", "delete_endpoint")
CONFIG = Kind(
    "endpoint config", "list_endpoint_configs", "EndpointConfigs", "EndpointConfigName", "EndpointConfigArn",
    "delete_endpoint_config",
)  # fmt: skip
MODEL = Kind("model", "list_models", "Models", "ModelName", "ModelArn", "delete_model")
GROUP = Kind(
    "model package group", "list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroupName",
    "ModelPackageGroupArn", "delete_model_package_group",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """One resource of the stage."""

    kind: Kind
    name: str
    arn: str
    workload: str | None


def find(context: Context, kind: Kind, workload: str | None = None) -> Iterator[Found]:
    """The resources of one kind that carry the stage's tag, and the workload's where one is given."""
    sagemaker = context.client("sagemaker")
    prefix = f"{context.stage}-{workload}" if workload else f"{context.stage}-"
    for page in sagemaker.get_paginator(kind.lists).paginate(NameContains=prefix):
        for item in page[kind.member]:
            name = item[kind.name]
            if name == prefix or name.startswith(prefix if prefix.endswith("-") else f"{prefix}-"):
                tags = tags_of(sagemaker, item[kind.arn])
                if tags.get("trainyard:stage") == context.stage and workload in (
                    None,
                    tags.get("trainyard:workload"),
                ):
                    yield Found(kind, name, item[kind.arn], tags.get("trainyard:workload"))


def tags_of(sagemaker: Any, arn: str) -> dict[str, str]:
    """The tags of a SageMaker resource; none where it has just gone."""
    try:
        return {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    except ClientError as error:
        if code_of(error) in GONE:
            return {}
        raise


def retire(context: Context, workload: str) -> list[str]:
    """Removes everything of one workload that serves or could; returns what was removed."""
    endpoints = [found.name for found in find(context, ENDPOINT, workload)]
    targets = list(deregister(context, {*endpoints, *stacks.endpoint_names(context.stage, workload)}))
    pointer = stacks.pointer_name(context.stage, workload)
    removed = targets + _delete(context, f"pointer {pointer}", lambda: _delete_pointer(context, pointer))
    for name in endpoints:
        removed += delete_endpoint(context, name)
    for kind in (CONFIG, MODEL):
        for found in find(context, kind, workload):
            removed += delete(context, found)
    removed += delete_versions(context, workload)
    return removed


def delete(context: Context, found: Found) -> list[str]:
    """One config or model."""
    call = getattr(context.client("sagemaker"), found.kind.delete)
    return _delete(context, f"{found.kind.what} {found.name}", lambda: call(**{found.kind.name: found.name}))


def delete_versions(context: Context, workload: str) -> list[str]:
    """All versions of the workload's model; their group too, once no stack is there to do it."""
    removed: list[str] = []
    sagemaker = context.client("sagemaker")
    for group in [found for found in find(context, GROUP, workload) if found.workload == workload]:
        for arn in list(versions.arns(context, workload)):
            what = f"model version {arn.partition(':model-package/')[2]}"
            removed += _delete(context, what, partial(sagemaker.delete_model_package, ModelPackageName=arn))
        if f"workload-{workload}" not in stacks.deployed(context.client("cloudformation"), context.stage):
            removed += delete(context, group)
    return removed


def delete_endpoint(context: Context, name: str) -> list[str]:
    """An endpoint in the middle of a change cannot be deleted: wait, delete, wait until it is gone."""
    sagemaker = context.client("sagemaker")
    wait(context, name, lambda status: status not in MOVING)
    removed = _delete(context, f"endpoint {name}", lambda: sagemaker.delete_endpoint(EndpointName=name))
    wait(context, name, lambda status: status == "Missing")
    return removed


def wait(context: Context, endpoint: str, ready: Callable[[str], bool]) -> None:
    """Waits, bounded, for an endpoint's status."""
    status, waited = stacks.endpoint_status(context.client("sagemaker"), endpoint), 0.0
    while not ready(status):
        if waited >= LONGEST:
            raise TrainyardError(f"endpoint {endpoint} is still {status}", fix="run the same command again later")
        context.tools.sleep(EVERY)
        waited += EVERY
        status = stacks.endpoint_status(context.client("sagemaker"), endpoint)


def deregister(context: Context, endpoints: Collection[str]) -> Iterator[str]:
    """Autoscaling of the endpoints' variants, where the account has any; it may outlive its endpoint."""
    for target in _targets(context):
        if target["ResourceId"].split("/")[1] in endpoints:
            yield from _delete(
                context, f"scalable target {target['ResourceId']}", partial(_deregister, context, target)
            )


def _deregister(context: Context, target: dict[str, Any]) -> None:
    context.client("application-autoscaling").deregister_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=target["ResourceId"],
        ScalableDimension=target["ScalableDimension"],
    )


def _targets(context: Context) -> list[dict[str, Any]]:
    pages = context.client("application-autoscaling").get_paginator("describe_scalable_targets")
    try:
        return [item for page in pages.paginate(ServiceNamespace="sagemaker") for item in page["ScalableTargets"]]
    except (ClientError, BotoCoreError):
        context.err.print("[yellow]could not look for autoscaling targets[/]")
        return []


def _delete_pointer(context: Context, name: str) -> None:
    context.client("ssm").delete_parameter(Name=name)


def _delete(context: Context, what: str, call: Callable[[], Any]) -> list[str]:
    try:
        call()
    except ClientError as error:
        if code_of(error) in GONE:
            return []
        raise
    context.say(f"[red]-[/] {what}")
    return [what]
