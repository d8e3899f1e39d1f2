"""Executions of a workload's state machine: start, find, read, stop."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import DENIED, BadInput, NotFound, code_of
from trainyard.history import History, Step

RUNNING = "RUNNING"
PAGE = 200


@dataclass(frozen=True)
class Execution:
    """One execution, and whose it is."""

    arn: str
    workload: str | None = None

    @property
    def name(self) -> str:
        """The last part of its ARN."""
        return self.arn.rsplit(":", 1)[-1]

    @property
    def machine(self) -> str:
        """The ARN of its state machine."""
        return self.arn.rsplit(":", 1)[0].replace(":execution:", ":stateMachine:")


def start(context: Context, workload: str, name: str, text: str, *, output: str = stacks.STATE_MACHINE) -> Execution:
    """Starts a run under a name of its own; `output` is the stack's that names the state machine."""
    machine = stacks.output(context.client("cloudformation"), context.stage, f"workload-{workload}", output)
    try:
        answer = context.client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=text)
    except ClientError as error:
        if code_of(error) == "ExecutionAlreadyExists":
            raise BadInput(
                f"a run named {name} exists already", fix="choose another --name, or leave it out"
            ) from error
        raise
    return Execution(answer["executionArn"], workload)


def definition(context: Context, workload: str, *, output: str = stacks.STATE_MACHINE) -> dict[str, Any]:
    """A state machine of the workload as deployed; empty where one may start it but not read it."""
    machine = stacks.output(context.client("cloudformation"), context.stage, f"workload-{workload}", output)
    try:
        text = context.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["definition"]
    except ClientError as error:
        if code_of(error) in DENIED:
            return {}
        raise
    return dict(json.loads(text))


def find(context: Context, execution: str | None, workload: str | None) -> Execution:
    """An execution by its ARN, by its name within a workload, or the workload's latest."""
    if execution and execution.startswith("arn:"):
        found = Execution(execution, workload)
        return found if workload else Execution(execution, owner(context, found.machine))
    if not workload:
        raise BadInput("which workload?", fix="give the execution's ARN, or its name with --workload WORKLOAD")
    machine = stacks.state_machine(context.client("cloudformation"), context.stage, workload)
    if execution:
        return Execution(f"{machine.replace(':stateMachine:', ':execution:')}:{execution}", workload)
    latest = recent(context, machine, 1)
    if not latest:
        raise NotFound(f"{workload} has no runs yet", fix=f"trainyard run {workload}")
    return Execution(latest[0]["executionArn"], workload)


def owner(context: Context, machine: str) -> str | None:
    """The workload of a state machine, by its tag."""
    try:
        tags = context.client("stepfunctions").list_tags_for_resource(resourceArn=machine)["tags"]
    except ClientError:
        return None
    return next((tag["value"] for tag in tags if tag["key"] == "trainyard:workload"), None)


def recent(context: Context, machine: str, count: int) -> list[dict[str, Any]]:
    """The latest executions, newest first."""
    found = context.client("stepfunctions").list_executions(stateMachineArn=machine, maxResults=count)["executions"]
    return sorted(found, key=lambda item: item["startDate"], reverse=True)[:count]


def describe(context: Context, execution: Execution) -> dict[str, Any]:
    """Its status, times, error; NotFound where there is no such run."""
    try:
        answer: dict[str, Any] = context.client("stepfunctions").describe_execution(executionArn=execution.arn)
    except ClientError as error:
        if code_of(error) in ("ExecutionDoesNotExist", "InvalidArn"):
            raise NotFound(
                f"there is no run {execution.name}", fix="trainyard status WORKLOAD lists the runs"
            ) from error
        raise
    return answer


def fresh_events(client: Any, arn: str, seen: int) -> list[dict[str, Any]]:
    """The events after `seen`, oldest first; reads backwards, so that a long history is not read again."""
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=arn, reverseOrder=True, includeExecutionData=True, PaginationConfig={"PageSize": PAGE}
    )
    return list(reversed(list(_until(pages, seen))))


def _until(pages: Any, seen: int) -> Iterator[dict[str, Any]]:
    for page in pages:
        for event in page["events"]:
            if event["id"] <= seen:
                return
            yield event


@dataclass
class Tick:
    """What one look at a running execution shows."""

    status: str
    started: datetime
    now: datetime
    fresh: list[tuple[dict[str, Any], Step | None]]


def follow(context: Context, execution: Execution, history: History, every: float) -> Iterator[Tick]:
    """Looks again and again until the execution has ended; the last look has all events."""
    client = context.client("stepfunctions")
    while True:
        said = describe(context, execution)
        fresh = history.read(fresh_events(client, execution.arn, history.seen))
        now = said.get("stopDate") or context.tools.now()
        yield Tick(said["status"], said["startDate"], now, fresh)
        if said["status"] != RUNNING:
            return
        context.tools.sleep(every)


def stop(context: Context, execution: Execution, cause: str) -> str:
    """Stops a run, and says which status it had before."""
    status = str(describe(context, execution)["status"])
    if status == RUNNING:
        context.client("stepfunctions").stop_execution(executionArn=execution.arn, error="StoppedByUser", cause=cause)
    return status
