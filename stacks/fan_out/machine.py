"""The fan-out of a workload that has one: its state machine and its role."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from spec.fan_out import FanOut
from spec.workload import Workload
from stacks.fan_out.definition import definition
from stacks.fan_out.role import fan_out_role
from stacks.machine import Machine
from stacks.workflow.names import Names


class FanOutMachine(Construct):
    """`settings` are the run's, `jobs` is the role of what the state machine starts."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        workload: Workload,
        fan_out: FanOut,
        settings: Mapping[str, Any],
        bucket: s3.IBucket,
        jobs: iam.IRole,
        values: Mapping[str, str],
        failures: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self.state_machine = Machine(
            self,
            "Machine",
            name=names.machine("fan-out"),
            definition=definition(names=names, workload=workload, fan_out=fan_out, settings=settings),
            values=values,
            role=fan_out_role(self, names, bucket=bucket, jobs=jobs),
            failures=failures,
        ).state_machine
        output = CfnOutput(Stack.of(self), "FanOutStateMachineArn", value=self.state_machine.state_machine_arn)
        output.override_logical_id("FanOutStateMachineArn")
