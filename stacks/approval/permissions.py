"""Who may do what with the registry: the run registers and prunes, the approval machine looks up and wakes."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.permissions import allow, arn, explain_open
from stacks.workflow.names import Names


def let_register(role: iam.Role, names: Names) -> None:
    """For the run's state machine: versions of the workload's own group."""
    stack = Stack.of(role)
    group, versions = arn(stack, "sagemaker", f"model-package-group/{names.prefix}"), _versions(stack, names)
    role.add_to_policy(allow(["sagemaker:CreateModelPackage"], [group, versions]))
    role.add_to_policy(allow(["sagemaker:DescribeModelPackage", "sagemaker:DeleteModelPackage"], [versions]))
    # A list has no resource that a statement could name.
    role.add_to_policy(allow(["sagemaker:ListModelPackages"], ["*"]))
    explain_open(role, [versions], "Versions are numbered by the registry.")


def approval_role(scope: Construct, names: Names, *, leases: dynamodb.ITable) -> iam.Role:
    """For the approval machine: tokens of this workload's versions alone."""
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    stack = Stack.of(scope)
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["dynamodb:GetItem"],
            resources=[leases.table_arn],
            conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [_versions(stack, names)]}},
        )
    )
    # The token names the task; the action knows no resource (Service Authorization Reference of Step Functions).
    role.add_to_policy(allow(["states:SendTaskSuccess"], ["*"]))
    explain_open(role, ["*"], "A task is named by its token alone; log deliveries and X-Ray know no resource either.")
    return role


def _versions(stack: Stack, names: Names) -> str:
    return arn(stack, "sagemaker", f"model-package/{names.prefix}/*")
