"""The model package group of one workload, and, where people approve, what tells them and what wakes the run.

CloudFormation deletes an empty group only: `trainyard retire` and `trainyard destroy` delete its versions before.
"""

from collections.abc import Mapping

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from spec.workload import Workload
from stacks.approval.definition import definition
from stacks.approval.permissions import approval_role, let_register
from stacks.machine import Machine
from stacks.workflow.names import Names


class ModelRegistry(Construct):
    """`run_role` is that of the run's state machine; `failures` also hears that a version waits for approval."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        workload: Workload,
        run_role: iam.Role,
        leases: dynamodb.ITable,
        values: Mapping[str, str],
        failures: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self._group = names.prefix
        sagemaker.CfnModelPackageGroup(
            self,
            "Group",
            model_package_group_name=self._group,
            model_package_group_description=f"Trainyard: models of {workload.name} that met the gate",
        )
        let_register(run_role, names)
        if workload.registry.approval == "manual":
            machine = Machine(
                self,
                "Approval",
                name=names.machine("approval"),
                definition=definition(names=names),
                values=values,
                role=approval_role(self, names, leases=leases),
                failures=failures,
            ).state_machine
            self._on("Decided", "Wakes the run", ["Approved", "Rejected"], targets.SfnStateMachine(machine))
            self._on("Waiting", "Asks for approval", ["PendingManualApproval"], targets.SnsTopic(failures))

    def _on(self, id: str, what: str, statuses: list[str], target: events.IRuleTarget) -> None:
        pattern = events.EventPattern(
            source=["aws.sagemaker"],
            detail_type=["SageMaker Model Package State Change"],
            detail={"ModelPackageGroupName": [self._group], "ModelApprovalStatus": statuses},
        )
        events.Rule(self, id, description=f"{what}: a version's approval", event_pattern=pattern, targets=[target])
