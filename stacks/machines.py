"""The state machines of a workload, what starts them by itself, and what watches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import IConstruct

from spec.deployment import Deployment
from spec.workload import Workload
from stacks.alarms import WorkloadAlarms
from stacks.approval.registry import ModelRegistry
from stacks.batch.machine import Batch
from stacks.dashboard import Dashboard
from stacks.fan_out.machine import FanOutMachine
from stacks.machine import Machine
from stacks.retire.machine import Retirement
from stacks.shift.definition import definition as shift_definition
from stacks.shift.role import shift_role
from stacks.triggers.new_data import NewDataTrigger
from stacks.triggers.schedules import Schedules
from stacks.workflow.definition import definition
from stacks.workflow.endpoint_permissions import endpoint_permissions
from stacks.workflow.names import Names
from stacks.workflow.roles import state_machine_role
from stacks.workflow.settings import tags


@dataclass(frozen=True)
class Parts:
    """What they are made of; `values` replace the `${...}` in `settings` and in the definitions."""

    deployment: Deployment
    workload: Workload
    names: Names
    bucket: s3.IBucket
    leases: dynamodb.ITable
    failures: sns.ITopic
    jobs: iam.Role
    settings: Mapping[str, Any]
    values: Mapping[str, str]


def run_machine(stack: Stack, parts: Parts) -> sfn.StateMachine:
    """With the registry that it writes to, its alarms and its dashboard."""
    names, workload = parts.names, parts.workload
    role = state_machine_role(
        stack,
        names,
        bucket=parts.bucket,
        leases=parts.leases,
        jobs=parts.jobs,
        machines=[names.prefix, *([names.machine("fan-out")] if workload.fan_out else [])],
    )
    endpoint_permissions(role, names)
    run = Machine(
        stack,
        "Run",
        name=names.prefix,
        definition=definition(names=names, workload=workload, settings=parts.settings),
        values=parts.values,
        role=role,
        failures=parts.failures,
    ).state_machine
    ModelRegistry(
        stack,
        "Registry",
        names=names,
        workload=workload,
        run_role=role,
        leases=parts.leases,
        values=parts.values,
        failures=parts.failures,
    )
    _observe(stack, parts, run)
    return run


def _observe(stack: Stack, parts: Parts, run: sfn.StateMachine) -> None:
    names, workload = parts.names, parts.workload
    alarms = WorkloadAlarms(stack, "Alarms", names=names, workload=workload, run=run, failures=parts.failures).alarms
    Dashboard(stack, "Overview", deployment=parts.deployment, names=names, workload=workload, run=run, alarms=alarms)


def shift_machine(stack: Stack, parts: Parts) -> sfn.StateMachine:
    """Moves the traffic of an A/B test."""
    return Machine(
        stack,
        "Shift",
        name=parts.names.machine("shift"),
        definition=shift_definition(names=parts.names, workload=parts.workload, tags=parts.settings["tags"]),
        values=parts.values,
        role=shift_role(stack, parts.names, leases=parts.leases),
        failures=parts.failures,
    ).state_machine


def batch_machine(stack: Stack, parts: Parts) -> sfn.StateMachine:
    """Predicts whole files."""
    return Batch(
        stack,
        "Batch",
        names=parts.names,
        workload=parts.workload,
        tags=tags(parts.deployment, parts.workload),
        bucket=parts.bucket,
        jobs=parts.jobs,
        values=parts.values,
        failures=parts.failures,
    ).state_machine


def fan_out_machine(stack: Stack, parts: Parts) -> None:
    """Where the workload has one; its output is its own."""
    if parts.workload.fan_out:
        FanOutMachine(
            stack,
            "FanOut",
            names=parts.names,
            workload=parts.workload,
            fan_out=parts.workload.fan_out,
            settings=parts.settings,
            bucket=parts.bucket,
            jobs=parts.jobs,
            values=parts.values,
            failures=parts.failures,
        )


def triggers(stack: Stack, parts: Parts, *, run: sfn.StateMachine, batch: sfn.StateMachine) -> list[IConstruct]:
    """What starts them by itself, where the workload asks for it."""
    made: list[IConstruct] = []
    if parts.workload.schedule:
        made.append(Schedules(stack, "Schedules", schedule=parts.workload.schedule, run=run, batch=batch))
    if parts.workload.trigger:
        trigger = NewDataTrigger(
            stack,
            "NewData",
            names=parts.names,
            new_data=parts.workload.trigger.new_data,
            run=run,
            bucket=parts.bucket,
            failures=parts.failures,
        )
        made.append(trigger)
    return made


def retire_machine(stack: Stack, parts: Parts, *, paused: Sequence[IConstruct]) -> sfn.StateMachine:
    """Takes the workload off; `paused` is what would bring it back."""
    return Retirement(
        stack,
        "Retirement",
        names=parts.names,
        workload=parts.workload,
        leases=parts.leases,
        values=parts.values,
        failures=parts.failures,
        triggers=paused,
    ).state_machine
