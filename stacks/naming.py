"""The names that one stack gives and another, or a run, looks up; everything else has a generated name."""

from pathlib import Path

from spec.deployment import Deployment

ROOT = Path(__file__).resolve().parent.parent


def stack_name(deployment: Deployment, *parts: str) -> str:
    """`trainyard-dev-registry`, `trainyard-dev-image-toolkit`, ..."""
    return "-".join(("trainyard", deployment.stage, *parts))


def repository_name(deployment: Deployment, image: str) -> str:
    """The ECR repository of one image."""
    return f"trainyard-{deployment.stage}-{image}"


def image_parameter(deployment: Deployment, image: str) -> str:
    """The SSM parameter that holds an image's URI."""
    return f"/trainyard/{deployment.stage}/images/{image}"


def live_pointer(deployment: Deployment, workload: str) -> str:
    """The SSM parameter that says what a workload serves now."""
    return f"/trainyard/{deployment.stage}/{workload}/live"


def api_name(deployment: Deployment) -> str:
    """The REST API of a stage, as its metrics are found by."""
    return f"trainyard-{deployment.stage}"


def publishing_role_name(deployment: Deployment, *, account: str, region: str) -> str:
    """The role that pushes images.

    IAM is global, hence the region: one account may hold the stage in two of them.
    The prefix is `cdk-` since deployers often may assume roles of that name only.
    """
    return f"cdk-trainyard-{deployment.stage}-images-{account}-{region}"
