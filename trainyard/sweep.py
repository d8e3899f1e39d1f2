"""Finds what belongs to a stage by its tag: executions, jobs, workloads, what outlives the stacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from trainyard import stacks, teardown
from trainyard.context import Context
from trainyard.errors import code_of

TAG = "trainyard:stage"


@dataclass(frozen=True)
class JobKind:
    """How SageMaker lists and stops one kind of job."""

    lists: str
    member: str
    name: str
    arn: str
    stop: str


def _kind(word: str, plural: str, what: str) -> JobKind:
    return JobKind(f"list_{plural}", f"{word}JobSummaries", f"{what}JobName", f"{what}JobArn", f"stop_{plural[:-1]}")


JOBS = (
    _kind("Training", "training_jobs", "Training"),
    _kind("Processing", "processing_jobs", "Processing"),
    _kind("Transform", "transform_jobs", "Transform"),
    _kind("HyperParameterTuning", "hyper_parameter_tuning_jobs", "HyperParameterTuning"),
)


def stop_executions(context: Context) -> Iterator[str]:
    """Stops every running execution of every state machine of the stage."""
    client = context.client("stepfunctions")
    for machine in machines(context):
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
        for run in [run for page in pages for run in page["executions"]]:
            client.stop_execution(executionArn=run["executionArn"], error="Destroyed", cause="trainyard destroy")
            context.say(f"[red]■[/] run {run['name']}")
            yield f"execution {run['name']}"


def machines(context: Context) -> Iterator[str]:
    """The ARNs of the stage's state machines."""
    client = context.client("stepfunctions")
    for page in client.get_paginator("list_state_machines").paginate():
        for machine in page["stateMachines"]:
            arn = machine["stateMachineArn"]
            tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
            if {"key": TAG, "value": context.stage} in tags:
                yield arn


def stop_jobs(context: Context) -> Iterator[str]:
    """Stops the stage's jobs that no execution has stopped."""
    sagemaker = context.client("sagemaker")
    for kind in JOBS:
        for name in list(_running(context, kind)):
            try:
                getattr(sagemaker, kind.stop)(**{kind.name: name})
            except ClientError as error:
                if code_of(error) not in teardown.GONE:  # it ended meanwhile
                    raise
                continue
            context.say(f"[red]■[/] job {name}")
            yield f"job {name}"


def _running(context: Context, kind: JobKind) -> Iterator[str]:
    sagemaker, prefix = context.client("sagemaker"), f"{context.stage}-"
    pages = sagemaker.get_paginator(kind.lists).paginate(StatusEquals="InProgress", NameContains=prefix)
    for item in (item for page in pages for item in page[kind.member]):
        tagged = item[kind.name].startswith(prefix) and teardown.tags_of(sagemaker, item[kind.arn])
        if tagged and tagged.get(TAG) == context.stage:
            yield str(item[kind.name])


def workloads(context: Context) -> list[str]:
    """Every workload with something left, by the tags of endpoints, configs, models and groups of versions."""
    kinds = (teardown.ENDPOINT, teardown.CONFIG, teardown.MODEL, teardown.GROUP)
    found = {item.workload for kind in kinds for item in teardown.find(context, kind)}
    return sorted({*(name for name in found if name), *_pointed(context)})


def _pointed(context: Context) -> set[str]:
    """Workloads with a live pointer, whatever became of their endpoint."""
    prefix = f"/trainyard/{context.stage}/"
    pages = context.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=prefix, Recursive=True)
    names = [item["Name"] for page in pages for item in page["Parameters"]]
    return {name.removeprefix(prefix).removesuffix("/live") for name in names if name.endswith("/live")}


def retained(context: Context, kinds: tuple[str, ...]) -> list[str]:
    """What the stage's stacks hold and CloudFormation is told to keep; else what the tags find."""
    cloudformation = context.client("cloudformation")
    found = _of_stacks(cloudformation, context.stage, kinds)
    return found or _tagged(context)


def _of_stacks(cloudformation: Any, stage: str, kinds: tuple[str, ...]) -> list[str]:
    names = [f"trainyard-{stage}-{part}" for part in _parts(cloudformation, stage)]
    return [line for name in names for line in _kept(cloudformation, name, kinds)]


def _parts(cloudformation: Any, stage: str) -> list[str]:
    return list(stacks.deployed(cloudformation, stage))


def _kept(cloudformation: Any, stack: str, kinds: tuple[str, ...]) -> Iterator[str]:
    template = cloudformation.get_template(StackName=stack)["TemplateBody"]
    described = template.get("Resources", {}) if isinstance(template, dict) else {}
    for item in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        policy = described.get(item["LogicalResourceId"], {}).get("DeletionPolicy")
        if policy == "Retain" and item["ResourceType"] in kinds:
            yield f"{item['ResourceType']} {item['PhysicalResourceId']}"


def _tagged(context: Context) -> list[str]:
    """Without stacks: buckets that carry the tag, where the tagging service answers."""
    wanted = {"TagFilters": [{"Key": TAG, "Values": [context.stage]}], "ResourceTypeFilters": ["s3"]}
    try:
        pages = context.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**wanted)
        return [item["ResourceARN"] for page in pages for item in page["ResourceTagMappingList"]]
    except (ClientError, BotoCoreError):
        return []
