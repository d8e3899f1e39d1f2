"""What a run may do around its endpoints, besides SageMaker's own actions: scale them, watch alarms, keep logs.

Application Auto Scaling looks at a variant, and makes its alarms, with the permissions of whoever registers it:
https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html.
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from stacks.permissions import allow, arn, explain_open
from stacks.workflow.names import Names

_ROLE = "sagemaker.application-autoscaling.amazonaws.com"


def endpoint_permissions(role: iam.Role, names: Names) -> None:
    """For the run's state machine; guardrails watch alarms, which `scaling_permissions` lets it look at."""
    stack = Stack.of(role)
    # A group's own ARN ends in :*, which stands for its streams.
    groups = [arn(stack, "logs", f"log-group:/aws/sagemaker/Endpoints/{name}:*") for name in names.endpoints]
    role.add_to_policy(allow(["logs:PutRetentionPolicy"], groups))
    explain_open(role, groups, "The streams of the log groups of this workload's endpoints.")
    unscaling_permissions(role, names)
    scaling_permissions(role, names)


def unscaling_permissions(role: iam.Role, names: Names) -> None:
    """To let go of variants, whose alarms go with them.

    AWS gives a scalable target its id, so that a condition has to hold it to SageMaker's.
    """
    targets = [arn(Stack.of(role), "application-autoscaling", "scalable-target/*")]
    alarms = _alarms(Stack.of(role), names)
    role.add_to_policy(_on_targets(["application-autoscaling:DeregisterScalableTarget"], targets))
    role.add_to_policy(allow(["cloudwatch:DeleteAlarms"], alarms))
    explain_open(role, targets, "AWS gives a scalable target its id; a condition holds it to SageMaker's.")
    explain_open(role, alarms, "Application Auto Scaling ends the names of its alarms as it likes.")


def scaling_permissions(role: iam.Role, names: Names) -> None:
    """Also without autoscaling in the workload: a roll back registers again what there was before.

    Alarms are looked for among all of an account's, as in AWS's own policy for scaling endpoints,
    AWSApplicationAutoscalingSageMakerEndpointPolicy; changed are those of this workload's endpoints alone.
    """
    stack = Stack.of(role)
    targets = [arn(stack, "application-autoscaling", "scalable-target/*")]
    endpoints = [arn(stack, "sagemaker", f"endpoint/{name}") for name in names.endpoints]
    every_alarm = arn(stack, "cloudwatch", "alarm:*")
    path = f"role/aws-service-role/{_ROLE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    for statement in [
        _on_targets(
            ["application-autoscaling:RegisterScalableTarget", "application-autoscaling:PutScalingPolicy"], targets
        ),
        # They look among all of an account's.
        allow(
            ["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies"],
            ["*"],
        ),
        allow(["sagemaker:UpdateEndpointWeightsAndCapacities"], endpoints),
        allow(["cloudwatch:DescribeAlarms"], [every_alarm]),
        allow(["cloudwatch:PutMetricAlarm"], _alarms(stack, names)),
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[f"arn:{stack.partition}:iam::{stack.account}:{path}"],
            conditions={"StringEquals": {"iam:AWSServiceName": _ROLE}},
        ),
    ]:
        role.add_to_policy(statement)
    explain_open(role, [every_alarm], "DescribeAlarms looks among all alarms of an account.")


def _alarms(stack: Stack, names: Names) -> list[str]:
    return [arn(stack, "cloudwatch", f"alarm:TargetTracking-endpoint/{name}/variant/*") for name in names.endpoints]


def _on_targets(actions: list[str], targets: list[str]) -> iam.PolicyStatement:
    held = {"application-autoscaling:service-namespace": "sagemaker"}
    return iam.PolicyStatement(actions=actions, resources=targets, conditions={"StringEquals": held})
