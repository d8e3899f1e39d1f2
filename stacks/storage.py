"""What outlives a run: the bucket for data and artifacts, and the table of leases."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from spec.deployment import Deployment
from stacks.findings import explain
from stacks.key import key_of

# A run, or a batch, can be compared with those of the last quarter; what serves is copied to live/ and kept.
_RUNS_KEPT = Duration.days(90)
_ACCESS_LOGS_KEPT = Duration.days(90)
# Time to undo an overwrite or a deletion.
_OLD_VERSIONS_KEPT = Duration.days(30)
_UPLOADS_ABANDONED_AFTER = Duration.days(7)
_TABLE_KEY = dynamodb.TableEncryption.CUSTOMER_MANAGED


class StorageStack(Stack):
    """`bucket` and `leases`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        env: Environment,
        deployment: Deployment,
        workloads: Sequence[str],
        announces: bool,
    ) -> None:
        super().__init__(scope, id, env=env, description=f"Trainyard {deployment.stage}: data, artifacts, leases")
        self._key = key_of(self, deployment)
        self.bucket = self._bucket(workloads)
        if announces:
            _announce(self.bucket)
        self.leases = self._leases()
        CfnOutput(self, "BucketName", value=self.bucket.bucket_name)
        CfnOutput(self, "LeaseTableName", value=self.leases.table_name)

    def _bucket(self, workloads: Sequence[str]) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            encryption=s3.BucketEncryption.KMS if self._key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=self._key,
            # One request to the key for many objects.
            bucket_key_enabled=True if self._key else None,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self._access_logs(),
            server_access_logs_prefix="bucket/",
            lifecycle_rules=[*_everything(), *(rule for workload in workloads for rule in _temporary(workload))],
            # The data is the users', not the deployment's: `cdk destroy` leaves it.
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _access_logs(self) -> s3.Bucket:
        logs = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,  # log delivery cannot write with a key of ours
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(id="expire", expiration=_ACCESS_LOGS_KEPT)],
            # It tells who read data that stays, and logs keep arriving for as long as the data does.
            removal_policy=RemovalPolicy.RETAIN,
        )
        explain(logs, "AwsSolutions-S1", "It is the access log; a log of the log would log itself.")
        return logs

    def _leases(self) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            "Leases",
            partition_key=dynamodb.Attribute(name="lease", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires",
            encryption=_TABLE_KEY if self._key else dynamodb.TableEncryption.AWS_MANAGED,
            encryption_key=self._key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            # A lease means nothing without the deployment that it guards.
            removal_policy=RemovalPolicy.DESTROY,
        )


def _everything() -> list[s3.LifecycleRule]:
    """Rules for the whole bucket: none ends a current object, so `live/` stays."""
    return [
        s3.LifecycleRule(id="abandoned-uploads", abort_incomplete_multipart_upload_after=_UPLOADS_ABANDONED_AFTER),
        s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=_OLD_VERSIONS_KEPT,
            expired_object_delete_marker=True,
        ),
    ]


def _temporary(workload: str) -> list[s3.LifecycleRule]:
    """A rule filters by prefix alone (no `*/runs/`), hence its own for each workload."""
    return [
        s3.LifecycleRule(id=f"{kind}-{workload}", prefix=f"{workload}/{folder}/", expiration=_RUNS_KEPT)
        for kind, folder in (("runs", "runs"), ("batches", "batch"))
    ]


def _announce(bucket: s3.Bucket) -> None:
    """S3 tells EventBridge of every object; the construct's own switch would add a Lambda to do so."""
    template = bucket.node.default_child
    if not isinstance(template, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path} is no bucket of this stack")
    template.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
