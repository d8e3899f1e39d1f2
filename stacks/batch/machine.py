"""The batch machine of one workload, with its role."""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from spec.workload import Workload
from stacks.batch.definition import definition
from stacks.batch.role import batch_role, let_jobs_write
from stacks.batch.settings import foreign, places, settings
from stacks.machine import Machine
from stacks.workflow.names import Names


class Batch(Construct):
    """`state_machine`; the jobs' role learns to write its results."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        workload: Workload,
        tags: Mapping[str, str],
        bucket: s3.IBucket,
        jobs: iam.Role,
        values: Mapping[str, str],
        failures: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        elsewhere = [place for place in foreign(workload) if place != workload.data.uri]
        let_jobs_write(jobs, names, bucket=bucket, foreign=elsewhere)
        self.state_machine = Machine(
            self,
            "Machine",
            name=names.machine("batch"),
            definition=definition(
                names=names, settings=settings(workload=workload, tags=tags), places=places(workload)
            ),
            values=values,
            role=batch_role(self, names, bucket=bucket, jobs=jobs),
            failures=failures,
        ).state_machine
