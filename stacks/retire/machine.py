"""The retirement's state machine and what it may do."""

from collections.abc import Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from constructs import Construct, IConstruct

from spec.workload import Workload
from stacks.machine import Machine
from stacks.permissions import allow, arn, explain_open
from stacks.retire.definition import definition
from stacks.triggers.debounce import schedule_name
from stacks.workflow.endpoint_permissions import unscaling_permissions
from stacks.workflow.lease_permissions import lease_permissions
from stacks.workflow.names import Names


class Retirement(Construct):
    """`state_machine`; to be made after all that starts runs by itself in the stack."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        workload: Workload,
        leases: dynamodb.ITable,
        values: Mapping[str, str],
        failures: sns.ITopic,
        triggers: Sequence[IConstruct],
    ) -> None:
        super().__init__(scope, id)
        inner = [part for trigger in triggers for part in trigger.node.find_all()]
        schedules = [part for part in inner if isinstance(part, scheduler.CfnSchedule)]
        # Not the rules by which state machines tell that they failed.
        rules = [part for trigger in triggers for part in trigger.node.children if isinstance(part, events.Rule)]
        paused = {f"Schedule{number}": part.ref for number, part in enumerate(schedules)}
        paused |= {f"Rule{number}": part.rule_name for number, part in enumerate(rules)}
        self.state_machine = Machine(
            self,
            "Machine",
            name=names.machine("retire"),
            definition=definition(
                names=names,
                candidates=[*workload.candidates],
                schedules=[f"${{{name}}}" for name in paused if name.startswith("Schedule")],
                rules=[f"${{{name}}}" for name in paused if name.startswith("Rule")],
                pending=[schedule_name(names)] if rules else [],
            ),
            values={**values, **paused},
            role=self._role(names, leases, schedules, rules),
            failures=failures,
        ).state_machine

    def _role(
        self,
        names: Names,
        leases: dynamodb.ITable,
        schedules: Sequence[scheduler.CfnSchedule],
        rules: Sequence[events.Rule],
    ) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        stack = Stack.of(self)
        for statement in [*_removing(stack, names), *_pausing(stack, names, schedules, rules)]:
            role.add_to_policy(statement)
        lease_permissions(role, names, leases)
        unscaling_permissions(role, names)
        explain_open(
            role, _made(stack, names), "Names are computed in each run; the prefix holds them to this workload."
        )
        explain_open(role, ["*"], "SageMaker's lists, log deliveries and X-Ray know no resource.")
        return role


def _made(stack: Stack, names: Names) -> list[str]:
    return [arn(stack, "sagemaker", f"{kind}/{names.prefix}-*") for kind in ("endpoint-config", "model")]


def _removing(stack: Stack, names: Names) -> list[iam.PolicyStatement]:
    configs, models = _made(stack, names)
    endpoints = [arn(stack, "sagemaker", f"endpoint/{name}") for name in names.endpoints]
    return [
        allow(["ssm:DeleteParameters"], [arn(stack, "ssm", f"parameter{names.pointer}")]),
        allow(["sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint"], endpoints),
        allow(["sagemaker:DeleteEndpointConfig"], [configs]),
        allow(["sagemaker:DeleteModel"], [models]),
        # Lists have no resource that a statement could name.
        allow(["sagemaker:ListEndpoints", "sagemaker:ListEndpointConfigs", "sagemaker:ListModels"], ["*"]),
    ]


def _pausing(
    stack: Stack, names: Names, schedules: Sequence[scheduler.CfnSchedule], rules: Sequence[events.Rule]
) -> list[iam.PolicyStatement]:
    """To change a schedule is to give it its role again."""
    statements = []
    if schedules:
        places = [arn(stack, "scheduler", f"schedule/default/{schedule.ref}") for schedule in schedules]
        statements.append(allow(["scheduler:GetSchedule", "scheduler:UpdateSchedule"], places))
        roles = {role for schedule in schedules if (role := _role_of(schedule))}
        statements += [
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[role],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            )
            for role in sorted(roles)
        ]
    if rules:
        pending = arn(stack, "scheduler", f"schedule/{names.prefix}/{schedule_name(names)}")
        statements.append(allow(["events:DisableRule"], [rule.rule_arn for rule in rules]))
        statements.append(allow(["scheduler:DeleteSchedule"], [pending]))
    return statements


def _role_of(schedule: scheduler.CfnSchedule) -> str:
    target = schedule.target
    return target.role_arn if isinstance(target, scheduler.CfnSchedule.TargetProperty) else ""
