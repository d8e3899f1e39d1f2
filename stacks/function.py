"""The function behind the public API, and exactly what it may do."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spec.deployment import Deployment
from stacks import naming
from stacks.findings import explain, imported_arn
from stacks.key import key_of, reads_and_writes
from stacks.workflow.names import Names

# One second less than the gateway waits, so that the answer to a time-out is still ours.
TIMEOUT = Duration.seconds(28)
# It mostly waits for the endpoint, so memory is what it costs. A body of 4 MB becomes about 100 MB of Python
# objects; half of 512 would be too tight, and twice would buy only a faster cold start.
_MEMORY = Size.mebibytes(512)
SNAPSTART = "snapstart"
_ASSET = naming.ROOT / "lambdas"


class PredictFunction(Construct):
    """`entry`, what the gateway calls: reads pointers and features, invokes endpoints, keeps feedback, no more."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        workloads: Sequence[str],
        bucket: s3.IBucket,
    ) -> None:
        super().__init__(scope, id)
        self._deployment = deployment
        self._workloads = workloads
        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=key_of(Stack.of(self), deployment),
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.function = lambda_.Function(
            self,
            "Function",
            description="Trainyard: answers predictions with the live models",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="predict.handler.handle",
            code=lambda_.Code.from_asset(str(_ASSET), exclude=["**/__pycache__", "**/*.pyc", "**/.*_cache"]),
            memory_size=int(_MEMORY.to_mebibytes()),
            timeout=TIMEOUT,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            role=self._role(log_group, bucket),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if deployment.api_warm == SNAPSTART else None,
            environment={
                "TRAINYARD_STAGE": deployment.stage,
                "TRAINYARD_BUCKET": bucket.bucket_name,
                "TRAINYARD_WORKLOADS": ",".join(workloads),
                **({"TRAINYARD_API_ORIGINS": ",".join(origins)} if (origins := deployment.api_origins) else {}),
            },
        )
        self.entry = self._entry()
        explain(
            self,
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray's PutTraceSegments and PutTelemetryRecords know no resource.",
        )

    def _entry(self) -> lambda_.IFunction:
        """The function itself, or an alias: snapshots and environments kept ready are of published versions only."""
        warm = self._deployment.api_warm
        if warm is None:
            return self.function
        return lambda_.Alias(
            self,
            "Live",
            alias_name="live",
            version=self.function.current_version,
            provisioned_concurrent_executions=None if warm == SNAPSTART else int(warm),
        )

    def _role(self, log_group: logs.LogGroup, bucket: s3.IBucket) -> iam.Role:
        """A role of its own, because the default one may write to every log group of the account."""
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Trainyard: reads live pointers and features, invokes endpoints, keeps feedback",
        )
        log_group.grant_write(role)
        role.add_to_principal_policy(self._reads_live_pointers())
        role.add_to_principal_policy(self._reads_live_features(bucket))
        role.add_to_principal_policy(self._keeps_feedback(bucket))
        role.add_to_principal_policy(self._invokes_endpoints())
        if key := self._deployment.kms_key:
            role.add_to_principal_policy(reads_and_writes(Stack.of(self), key, "s3"))
        return role

    def _reads_live_pointers(self) -> iam.PolicyStatement:
        names = (naming.live_pointer(self._deployment, workload) for workload in self._workloads)
        return iam.PolicyStatement(
            sid="LivePointers",
            actions=["ssm:GetParameter"],
            resources=[self._arn("ssm", "parameter", name.removeprefix("/")) for name in names],
        )

    def _reads_live_features(self, bucket: s3.IBucket) -> iam.PolicyStatement:
        keys = [f"{workload}/live/*/features.json" for workload in self._workloads]
        for key in keys:
            explain(
                self,
                f"AwsSolutions-IAM5[Resource::{imported_arn(bucket)}/{key}]",
                "The folder is named after the endpoint config, which a run makes.",
            )
        return iam.PolicyStatement(
            sid="LiveFeatures",
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(key) for key in keys],
        )

    def _keeps_feedback(self, bucket: s3.IBucket) -> iam.PolicyStatement:
        keys = [f"{workload}/feedback/*" for workload in self._workloads]
        for key in keys:
            explain(
                self,
                f"AwsSolutions-IAM5[Resource::{imported_arn(bucket)}/{key}]",
                "An object per hour and inference id.",
            )
        return iam.PolicyStatement(
            sid="Feedback", actions=["s3:PutObject"], resources=[bucket.arn_for_objects(key) for key in keys]
        )

    def _invokes_endpoints(self) -> iam.PolicyStatement:
        names = [name for workload in self._workloads for name in Names(self._deployment.stage, workload).endpoints]
        return iam.PolicyStatement(
            sid="Endpoints",
            actions=["sagemaker:InvokeEndpoint", "sagemaker:DescribeEndpoint"],
            resources=[self._arn("sagemaker", "endpoint", name) for name in names],
        )

    def _arn(self, service: str, resource: str, name: str) -> str:
        return Stack.of(self).format_arn(
            service=service, resource=resource, resource_name=name, arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
