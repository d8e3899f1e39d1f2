"""Which deployment a construct belongs to: the CDK's context, its way for what holds for a whole tree.

State machines are made in many places, and none may forget the deployment's protection: so they find it.
"""

from aws_cdk import Stack
from constructs import Construct

from spec.deployment import Deployment

_DEPLOYMENT = "trainyard:deployment"


def remember(stack: Stack, deployment: Deployment) -> None:
    """Make the deployment known to every construct of a stack that has none yet."""
    stack.node.set_context(_DEPLOYMENT, deployment.model_dump_json())


def deployment_of(scope: Construct) -> Deployment:
    """The deployment that a construct belongs to."""
    return Deployment.model_validate_json(scope.node.get_context(_DEPLOYMENT))
