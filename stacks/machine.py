"""A state machine as every one here is: protected, logged, traced, and somebody hears of its failures."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Fn, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.belonging import deployment_of
from stacks.key import key_of, of_machine
from stacks.protection import protect


class Machine(Construct):
    """`state_machine`: the definition, with `${...}` replaced by those of `values` that it uses."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        definition: Mapping[str, Any],
        values: Mapping[str, str],
        role: iam.IRole,
        failures: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        deployment = deployment_of(self)
        text = json.dumps(protect(definition, deployment))
        self._key = key_of(Stack.of(self), deployment)
        if self._key:
            for statement in of_machine(Stack.of(self), self._key.key_arn, text):
                role.add_to_principal_policy(statement)
        used = {key: value for key, value in values.items() if f"${{{key}}}" in text}
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_string(Fn.sub(text, used)),
            role=role,
            logs=sfn.LogOptions(destination=self._log(name), level=sfn.LogLevel.ALL, include_execution_data=True),
            tracing_enabled=True,
        )
        self._notify(failures)

    def _log(self, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/vendedlogs/states/{name}",
            encryption_key=self._key,
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _notify(self, failures: sns.ITopic) -> None:
        """By an event rather than by a Catch: an aborted run is told as well."""
        events.Rule(
            self,
            "Failed",
            description="Runs that failed, timed out or were aborted",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                    "stateMachineArn": [self.state_machine.state_machine_arn],
                },
            ),
            targets=[targets.SnsTopic(failures)],
        )
