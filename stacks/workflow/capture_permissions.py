"""Data capture is written by the endpoint with the role of its models."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from stacks.findings import imported_arn
from stacks.permissions import allow, explain_open
from stacks.workflow.names import Names


def capture_permissions(role: iam.Role, names: Names, bucket: s3.IBucket) -> None:
    """For the role of jobs and models."""
    key = f"{names.workload}/capture/*"
    role.add_to_policy(allow(["s3:PutObject"], [bucket.arn_for_objects(key)]))
    explain_open(role, [f"{imported_arn(bucket)}/{key}"], "An object per endpoint, variant and hour.")
