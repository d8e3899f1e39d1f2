"""What a shift may do: the live endpoint's weights and config, one config and one model more, and the alarms."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.findings import imported_arn
from stacks.permissions import allow, arn, explain_open, pass_role
from stacks.workflow.names import Names


def shift_role(
    scope: Construct, names: Names, *, bucket: s3.IBucket, leases: dynamodb.ITable, jobs: iam.IRole
) -> iam.Role:
    """For the state machine; `jobs` is the role that the winner's model runs with."""
    role = iam.Role(scope, "ShiftRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    stack = Stack.of(scope)
    for statement in [
        *_sagemaker(stack, names),
        *_watching(stack),
        pass_role(jobs, "sagemaker.amazonaws.com"),
        *_artifacts(names.workload, bucket),
        allow(["dynamodb:PutItem", "dynamodb:DeleteItem"], [leases.table_arn]),
        allow(["ssm:GetParameter", "ssm:PutParameter"], [arn(stack, "ssm", f"parameter{names.pointer}")]),
    ]:
        role.add_to_policy(statement)
    _explain(role, names, bucket)
    return role


def _sagemaker(stack: Stack, names: Names) -> list[iam.PolicyStatement]:
    endpoints = [arn(stack, "sagemaker", f"endpoint/{name}") for name in names.endpoints]
    configs, models = _made(stack, names)
    return [
        allow(["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"], endpoints),
        allow(["sagemaker:UpdateEndpoint"], [*endpoints, configs]),
        allow([f"sagemaker:{verb}EndpointConfig" for verb in ("Create", "Describe", "Delete")], [configs]),
        allow([f"sagemaker:{verb}Model" for verb in ("Create", "Describe", "Delete")], [models]),
        allow(["sagemaker:AddTags"], [configs, models]),
        # A list has no resource that a statement could name.
        allow(["sagemaker:ListEndpointConfigs"], ["*"]),
    ]


def _watching(stack: Stack) -> list[iam.PolicyStatement]:
    """Alarms are looked up among all of an account; a scalable target's ARN is known to AWS alone."""
    return [
        allow(["cloudwatch:DescribeAlarms"], [arn(stack, "cloudwatch", "alarm:*")]),
        iam.PolicyStatement(
            actions=["application-autoscaling:DeregisterScalableTarget"],
            resources=[arn(stack, "application-autoscaling", "scalable-target/*")],
            conditions={"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}},
        ),
    ]


def _artifacts(workload: str, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    live = bucket.arn_for_objects(f"{workload}/live/*")
    return [
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [live]),
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{workload}/live/*"]}},
        ),
    ]


def _made(stack: Stack, names: Names) -> tuple[str, str]:
    return (
        arn(stack, "sagemaker", f"endpoint-config/{names.prefix}-*"),
        arn(stack, "sagemaker", f"model/{names.prefix}-*"),
    )


def _explain(role: iam.Role, names: Names, bucket: s3.IBucket) -> None:
    stack = Stack.of(role)
    explain_open(
        role,
        [f"{imported_arn(bucket)}/{names.workload}/live/*", *_made(stack, names)],
        "Names are computed in each run; the prefix holds them to this stage and workload.",
    )
    explain_open(role, [arn(stack, "cloudwatch", "alarm:*")], "DescribeAlarms looks among all alarms of an account.")
    explain_open(
        role,
        [arn(stack, "application-autoscaling", "scalable-target/*")],
        "AWS gives a scalable target its id; a condition holds it to SageMaker's.",
    )
    explain_open(role, ["*"], "SageMaker's lists, log deliveries and X-Ray know no resource.")
