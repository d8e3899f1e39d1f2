"""What the role of jobs and models needs for the protection that the deployment asks for."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from spec.deployment import Deployment
from stacks.key import lends, reads_and_writes
from stacks.network import interfaces, joins
from stacks.permissions import explain_open


def protect_jobs(role: iam.Role, deployment: Deployment) -> None:
    """Let jobs and models join the network and use the key."""
    stack = Stack.of(role)
    statements = joins(stack, deployment) if deployment.subnets else []
    if deployment.kms_key:
        statements += [reads_and_writes(stack, deployment.kms_key, "s3"), *lends(deployment.kms_key)]
    for statement in statements:
        role.add_to_policy(statement)
    if deployment.subnets:
        explain_open(role, [interfaces(stack)], "EC2 names a network interface when it makes it.")
