"""What a shift may do: the live endpoint's weights, config and scaling, one config more, and read the alarms."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.permissions import allow, arn, explain_open
from stacks.workflow.endpoint_permissions import scaling_permissions, unscaling_permissions
from stacks.workflow.lease_permissions import lease_permissions
from stacks.workflow.names import Names


def shift_role(scope: Construct, names: Names, *, leases: dynamodb.ITable) -> iam.Role:
    """For the state machine."""
    role = iam.Role(scope, "ShiftRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    stack = Stack.of(scope)
    configs = arn(stack, "sagemaker", f"endpoint-config/{names.prefix}-*")
    for statement in [
        *_endpoint(stack, names, configs),
        allow([f"sagemaker:{verb}EndpointConfig" for verb in ("Create", "Describe", "Delete")], [configs]),
        allow(["sagemaker:AddTags"], [configs]),
        allow(["ssm:GetParameters", "ssm:PutParameter"], [arn(stack, "ssm", f"parameter{names.pointer}")]),
    ]:
        role.add_to_policy(statement)
    lease_permissions(role, names, leases)
    unscaling_permissions(role, names)
    scaling_permissions(role, names)
    explain_open(role, [configs], "Names are computed in each run; the prefix holds them to this stage and workload.")
    explain_open(role, ["*"], "Application Auto Scaling's lists, log deliveries and X-Ray know no resource.")
    return role


def _endpoint(stack: Stack, names: Names, configs: str) -> list[iam.PolicyStatement]:
    endpoints = [arn(stack, "sagemaker", f"endpoint/{name}") for name in names.endpoints]
    return [
        allow(["sagemaker:DescribeEndpoint"], endpoints),
        allow(["sagemaker:UpdateEndpoint"], [*endpoints, configs]),
    ]
