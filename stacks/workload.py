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
from stacks.belonging import remember
from stacks.job_protection import protect_jobs
from stacks.machines import Parts, batch_machine, fan_out_machine, retire_machine, run_machine, shift_machine, triggers
from stacks.workflow.capture_permissions import capture_permissions
from stacks.workflow.names import Names
from stacks.workflow.registries import repository_arns
from stacks.workflow.roles import job_role
from stacks.workflow.script import write_source
from stacks.workflow.settings import settings


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
        # Without indentation: ten tuned candidates with a fan-out come near to what CloudFormation takes.
        super().__init__(
            scope,
            id,
            env=env,
            description=f"Trainyard: {workload.name} in {deployment.stage}",
            suppress_template_indentation=True,
        )
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
        if workload.endpoint.data_capture:
            capture_permissions(self.job_role, self.names, bucket)
        self._machines(
            Parts(
                deployment=deployment,
                workload=workload,
                names=self.names,
                bucket=bucket,
                leases=leases,
                failures=failures,
                jobs=self.job_role,
                settings=values,
                values=known,
            )
        )
        CfnOutput(self, "JobRoleArn", value=self.job_role.role_arn)

    def _machines(self, parts: Parts) -> None:
        self.state_machine = run_machine(self, parts)
        shift, batch = shift_machine(self, parts), batch_machine(self, parts)
        fan_out_machine(self, parts)
        paused = triggers(self, parts, run=self.state_machine, batch=batch)
        retirement = retire_machine(self, parts, paused=paused)
        CfnOutput(self, "StateMachineArn", value=self.state_machine.state_machine_arn)
        CfnOutput(self, "RetireStateMachineArn", value=retirement.state_machine_arn)
        CfnOutput(self, "ShiftStateMachineArn", value=shift.state_machine_arn)
        CfnOutput(self, "BatchStateMachineArn", value=batch.state_machine_arn)


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
