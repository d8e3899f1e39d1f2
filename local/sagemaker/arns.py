"""Names of resources as AWS writes them."""

from local.settings import ACCOUNT, REGION


def arn(segment: str, name: str) -> str:
    """Return the ARN of a SageMaker resource; AWS lowers the case of its name."""
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{segment}/{name.lower()}"
