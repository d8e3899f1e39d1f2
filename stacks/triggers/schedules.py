"""Runs and batches by the clock: EventBridge Scheduler, in the workload's time zone.

A target that cannot be started (throttling, say) is tried again by the Scheduler, for a day at most.
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from spec.schedule import Schedule


def scheduler_role(scope: Construct, *machines: sfn.StateMachine) -> iam.Role:
    """What the Scheduler takes to start them; only schedules of this account may."""
    account = {"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
    principal = iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account)
    role = iam.Role(scope, "SchedulerRole", assumed_by=principal)
    for machine in machines:
        machine.grant_start_execution(role)
    return role


class Schedules(Construct):
    """One schedule for each thing that the workload wants by the clock."""

    def __init__(
        self, scope: Construct, id: str, *, schedule: Schedule, run: sfn.StateMachine, batch: sfn.StateMachine
    ) -> None:
        super().__init__(scope, id)
        wanted = []
        if schedule.retrain:
            wanted.append(("Retrain", "Trains the workload again", schedule.retrain, run))
        if schedule.batch:
            wanted.append(("Batch", "Predicts the files of the workload's input", schedule.batch.when, batch))
        role = scheduler_role(self, *(machine for *_, machine in wanted))
        for name, description, expression, machine in wanted:
            scheduler.CfnSchedule(
                self,
                name,
                description=description,
                schedule_expression=expression,
                schedule_expression_timezone=schedule.timezone,
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=machine.state_machine_arn, role_arn=role.role_arn, input="{}"
                ),
            )
