"""What an invocation answers when the model gave no success."""

from local.sagemaker.errors import AwsError
from local.sagemaker.hosting.problems import ContainerProblem
from local.settings import ACCOUNT, REGION

_LONGEST_MESSAGE = 2048  # of ModelError's Message and OriginalMessage in the service model


def model_error(endpoint: str, problem: ContainerProblem) -> AwsError:
    """Return ModelError with the container's status and words."""
    kind = "success" if 200 <= problem.status < 300 else "client" if 400 <= problem.status < 500 else "server"
    word = "response" if kind == "success" else "error"
    received = f"Received {kind} {word} ({problem.status}) from {problem.container}"
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    see = (
        f"See https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:group={group}"
        f" in account {ACCOUNT} for more information."
    )
    room = _LONGEST_MESSAGE - len(received) - len(see) - 20
    said = "and could not load the entire response body"
    if problem.message is not None:
        said = f'with message "{problem.message[:room]}"'
    members = {} if problem.message is None else {"OriginalMessage": problem.message[:_LONGEST_MESSAGE]}
    return AwsError(
        "ModelError",
        f"{received} {said}. {see}",
        424,
        OriginalStatusCode=problem.status or 500,
        LogStreamArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:{problem.log_stream}",
        **members,
    )


def no_instance(endpoint: str, variant: str, reason: str) -> AwsError:
    """Return the error of a variant of which nothing runs."""
    because = f": {reason}" if reason else ""
    return AwsError("ServiceUnavailable", f"No healthy instance of variant {variant} of {endpoint}{because}.", 503)


def throttled(variant: str) -> AwsError:
    """Return the error of a serverless variant that is busy."""
    return AwsError("ThrottlingException", f"Variant {variant} answers as many requests as its MaxConcurrency allows.")
