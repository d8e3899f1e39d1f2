"""Findings of the rule pack that stand, each beside its construct with the reason."""

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_s3 as s3
from constructs import IConstruct


def explain(construct: IConstruct, finding: str, reason: str) -> None:
    """Acknowledge one finding of cdk-nag on a construct and what is below it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def imported_arn(bucket: s3.IBucket) -> str:
    """How a finding in another stack spells the bucket's ARN: by the name of the export."""
    stack = Stack.of(bucket)
    name: str = stack.resolve(stack.export_value(bucket.bucket_arn))["Fn::ImportValue"]
    return name
