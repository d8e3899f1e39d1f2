"""What the role of jobs and models may do so that they run in the deployment's subnets.

Actions: AWS's page "SageMaker AI Roles", permissions for training jobs, models and so on with a VPC.
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from spec.deployment import Deployment
from stacks.permissions import allow, arn

_CHANGES = (
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
)
_LOOKS = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


def interfaces(stack: Stack) -> str:
    """Network interfaces: EC2 names them when it makes them."""
    return arn(stack, "ec2", "network-interface/*")


def joins(stack: Stack, deployment: Deployment) -> list[iam.PolicyStatement]:
    """To put network interfaces into the subnets, guarded by the security groups, and to take them away."""
    places = [f"subnet/{subnet}" for subnet in deployment.subnets]
    places += [f"security-group/{group}" for group in deployment.security_groups]
    return [
        allow(["ec2:CreateNetworkInterface"], [interfaces(stack), *(arn(stack, "ec2", place) for place in places)]),
        allow(list(_CHANGES), [interfaces(stack)]),
        # Describing knows no resources.
        allow(list(_LOOKS), ["*"]),
    ]
