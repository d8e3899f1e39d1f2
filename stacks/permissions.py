"""Policy statements as every role here is made of: exact actions on exact resources, exceptions explained."""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from stacks.findings import explain


def allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    """One statement without conditions."""
    return iam.PolicyStatement(actions=actions, resources=resources)


def arn(stack: Stack, service: str, resource: str) -> str:
    """An ARN of the stack's account and region."""
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}"


def pass_role(role: iam.IRole, service: str) -> iam.PolicyStatement:
    """To hand a role to one service and to no other."""
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[role.role_arn],
        conditions={"StringEquals": {"iam:PassedToService": service}},
    )


def explain_open(construct: IConstruct, resources: Iterable[str], reason: str) -> None:
    """Why these resources end in a wildcard."""
    for resource in resources:
        explain(construct, f"AwsSolutions-IAM5[Resource::{Stack.of(construct).resolve(resource)}]", reason)
