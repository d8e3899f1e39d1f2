"""A key of the user's: who may do what with it, each through the services that it is for.

Its policy is the user's: docs/contracts.md says what it has to allow. IAM alone suffices for roles, as long as the
policy has the usual statement for the account.
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from spec.deployment import Deployment


def key_of(scope: Construct, deployment: Deployment) -> kms.IKey | None:
    """The deployment's key in this stack, if it has one."""
    found = scope.node.try_find_child("DeploymentKey")
    if found or not deployment.kms_key:
        return found  # type: ignore[return-value]
    return kms.Key.from_key_arn(scope, "DeploymentKey", deployment.kms_key)


def reads_and_writes(stack: Stack, key: str, *services: str) -> iam.PolicyStatement:
    """To have data decrypted and encrypted by services: s3, dynamodb, ..."""
    through = [f"{service}.{stack.region}.{stack.url_suffix}" for service in services]
    return iam.PolicyStatement(
        sid="KeyOfData",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[key],
        conditions={"StringEquals": {"kms:ViaService": through}},
    )


def of_machine(stack: Stack, key: str, definition: str) -> list[iam.PolicyStatement]:
    """What a state machine may do with the key, by the calls in its definition."""
    services = [service for service, call in _CALLS.items() if call in definition]
    data = [reads_and_writes(stack, key, *services)] if services else []
    return data + (lends(key) if key in definition else [])


_CALLS = {"s3": ":s3:", "dynamodb": "dynamodb:", "sns": "sns:publish"}


def lends(key: str) -> list[iam.PolicyStatement]:
    """To have SageMaker use the key for volumes and outputs: it makes grants in the caller's name.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    return [
        iam.PolicyStatement(
            sid="KeyOfVolumes",
            actions=["kms:CreateGrant"],
            resources=[key],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        iam.PolicyStatement(sid="KeyIsThere", actions=["kms:DescribeKey"], resources=[key]),
    ]
