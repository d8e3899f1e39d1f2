"""A run after new data: S3 tells EventBridge of each file, a small state machine waits until it is quiet.

The pending schedule lives in a group of its own, so that it goes when the stack goes.
"""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from spec.schedule import NewData
from stacks.machine import Machine
from stacks.permissions import allow, arn, explain_open, pass_role
from stacks.triggers.debounce import definition, schedule_name
from stacks.triggers.schedules import scheduler_role
from stacks.workflow.names import Names


class NewDataTrigger(Construct):
    """Starts `run` when files have come below the workload's data/ and no more do."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        new_data: NewData,
        run: sfn.StateMachine,
        bucket: s3.IBucket,
        failures: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        starter = scheduler_role(self, run)
        group = scheduler.CfnScheduleGroup(self, "Group", name=names.prefix)
        debounce = Machine(
            self,
            "Debounce",
            name=names.machine("debounce"),
            definition=definition(names=names, quiet=new_data.quiet_seconds),
            values={"RunArn": run.state_machine_arn, "SchedulerRoleArn": starter.role_arn},
            role=self._role(names, starter),
            failures=failures,
        ).state_machine
        debounce.node.add_dependency(group)
        events.Rule(
            self,
            "Rule",
            description=f"New files below {names.workload}/data/",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [bucket.bucket_name]},
                    "object": {"key": events.Match.prefix(f"{names.workload}/data/")},
                },
            ),
            targets=[targets.SfnStateMachine(debounce)],
        )

    def _role(self, names: Names, starter: iam.Role) -> iam.Role:
        """Exactly one schedule."""
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        one = arn(Stack.of(self), "scheduler", f"schedule/{names.prefix}/{schedule_name(names)}")
        role.add_to_policy(allow(["scheduler:CreateSchedule", "scheduler:UpdateSchedule"], [one]))
        role.add_to_policy(pass_role(starter, "scheduler.amazonaws.com"))
        explain_open(role, ["*"], "Log deliveries and X-Ray know no resource.")
        return role
