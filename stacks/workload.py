"""Everything of one workload: its roles, its state machine with logs, the rule on failed runs, a schedule."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_sns as sns
from constructs import Construct

from spec.algorithm import ScriptAlgorithm
from spec.deployment import Deployment
from spec.workload import Workload
from stacks.alarms import WorkloadAlarms
from stacks.approval.registry import ModelRegistry
from stacks.batch.machine import Batch
from stacks.belonging import remember
from stacks.dashboard import Dashboard
from stacks.fan_out.machine import FanOutMachine
from stacks.job_protection import protect_jobs
from stacks.machine import Machine
from stacks.retire.machine import Retirement
from stacks.shift.definition import definition as shift_definition
from stacks.shift.role import shift_role
from stacks.triggers.new_data import NewDataTrigger
from stacks.triggers.schedules import Schedules
from stacks.workflow.capture_permissions import capture_permissions
from stacks.workflow.definition import definition
from stacks.workflow.endpoint_permissions import endpoint_permissions
from stacks.workflow.names import Names
from stacks.workflow.registries import repository_arns
from stacks.workflow.roles import job_role, state_machine_role
from stacks.workflow.script import write_source
from stacks.workflow.settings import settings, tags


class WorkloadStack(Stack):
    """One workload in one stage."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        deployment: Deployment,
        workload: Workload,
        bucket: s3.IBucket,
        leases: dynamodb.ITable,
        failures: sns.ITopic,
        images: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id, env=env, description=f"Trainyard: {workload.name} in {deployment.stage}")
        remember(self, deployment)
        self.names = Names(stage=deployment.stage, workload=workload.name)
        scripts = _sources(self, workload)
        self.job_role = job_role(
            self,
            self.names,
            bucket=bucket,
            images=repository_arns(self, deployment.stage, workload, images),
            data=workload.data.uri,
        )
        for asset in scripts.values():
            self.job_role.add_to_policy(_reading(asset))
        protect_jobs(self.job_role, deployment)
        values = settings(
            deployment=deployment,
            workload=workload,
            images={name: f"${{{_placeholder(name)}}}" for name in images},
            scripts={name: f"${{{_placeholder(name)}Source}}" for name in scripts},
            region=self.region,
        )
        known = {
            "Bucket": bucket.bucket_name,
            "LeaseTable": leases.table_name,
            "JobRoleArn": self.job_role.role_arn,
            **{_placeholder(name): uri for name, uri in images.items()},
            **{f"{_placeholder(name)}Source": asset.s3_object_url for name, asset in scripts.items()},
        }
        run_role = state_machine_role(self, self.names, bucket=bucket, leases=leases, jobs=self.job_role)
        endpoint_permissions(run_role, self.names)
        if workload.endpoint.data_capture:
            capture_permissions(self.job_role, self.names, bucket)
        self.state_machine = Machine(
            self,
            "Run",
            name=self.names.prefix,
            definition=definition(names=self.names, workload=workload, settings=values),
            values=known,
            role=run_role,
            failures=failures,
        ).state_machine
        ModelRegistry(
            self,
            "Registry",
            names=self.names,
            workload=workload,
            run_role=run_role,
            leases=leases,
            values=known,
            failures=failures,
        )
        alarms = WorkloadAlarms(
            self, "Alarms", names=self.names, workload=workload, run=self.state_machine, failures=failures
        )
        Dashboard(
            self,
            "Overview",
            deployment=deployment,
            names=self.names,
            workload=workload,
            run=self.state_machine,
            alarms=alarms.alarms,
        )
        shift = Machine(
            self,
            "Shift",
            name=self.names.machine("shift"),
            definition=shift_definition(names=self.names, workload=workload, tags=values["tags"]),
            values=known,
            role=shift_role(self, self.names, leases=leases),
            failures=failures,
        ).state_machine
        batch = Batch(
            self,
            "Batch",
            names=self.names,
            workload=workload,
            tags=tags(deployment, workload),
            bucket=bucket,
            jobs=self.job_role,
            values=known,
            failures=failures,
        ).state_machine
        if workload.schedule:
            Schedules(self, "Schedules", schedule=workload.schedule, run=self.state_machine, batch=batch)
        if workload.trigger:
            NewDataTrigger(
                self,
                "NewData",
                names=self.names,
                new_data=workload.trigger.new_data,
                run=self.state_machine,
                bucket=bucket,
                failures=failures,
            )
        if workload.fan_out:
            FanOutMachine(
                self,
                "FanOut",
                names=self.names,
                workload=workload,
                fan_out=workload.fan_out,
                settings=values,
                bucket=bucket,
                jobs=self.job_role,
                values=known,
                failures=failures,
            )
        retirement = Retirement(
            self,
            "Retirement",
            names=self.names,
            workload=workload,
            leases=leases,
            values=known,
            failures=failures,
            triggers=[part for name in ("Schedules", "NewData") if (part := self.node.try_find_child(name))],
        ).state_machine
        CfnOutput(self, "StateMachineArn", value=self.state_machine.state_machine_arn)
        CfnOutput(self, "RetireStateMachineArn", value=retirement.state_machine_arn)
        CfnOutput(self, "ShiftStateMachineArn", value=shift.state_machine_arn)
        CfnOutput(self, "BatchStateMachineArn", value=batch.state_machine_arn)
        CfnOutput(self, "JobRoleArn", value=self.job_role.role_arn)


def _placeholder(name: str) -> str:
    return "Image" + "".join(part.capitalize() for part in name.split("-"))


def _sources(stack: Stack, workload: Workload) -> dict[str, assets.Asset]:
    with TemporaryDirectory(prefix="trainyard-") as folder:  # an asset is copied when it is made
        return {
            name: assets.Asset(
                stack,
                f"Source-{name}",
                path=str(write_source(workload.folder / candidate.algorithm.script, Path(folder, f"{name}.tar.gz"))),
            )
            for name, candidate in workload.candidates.items()
            if isinstance(candidate.algorithm, ScriptAlgorithm)
        }


def _reading(asset: assets.Asset) -> iam.PolicyStatement:
    """Exactly this object, where a grant would open the whole bucket of the bootstrap."""
    return iam.PolicyStatement(actions=["s3:GetObject"], resources=[asset.bucket.arn_for_objects(asset.s3_object_key)])
