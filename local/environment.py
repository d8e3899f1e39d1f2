"""The variables that point a user's programs at the embedded AWS: for a shell, and for the demo's commands."""

from pathlib import Path

from local.settings import REGION, Settings

_SDK_CONFIG = Path(__file__).parent / "sdk_config.yaml"


def for_clients(settings: Settings) -> dict[str, str]:
    """What AWS clients, the SageMaker SDK, the CDK and our own programs read."""
    return {
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "CDK_DOCKER": "trainyard-docker",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(_SDK_CONFIG),
        "SAGEMAKER_VALIDATE_ROLE": "false",  # the SDK would simulate policies, which nothing here enforces
        "TRAINYARD_HOME": str(settings.home),
        "TRAINYARD_PORT": str(settings.port),
    }
