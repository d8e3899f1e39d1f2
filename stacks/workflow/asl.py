"""Builders of states in the Amazon States Language: what every state of the workflow has in common.

Each task has a time-out and retries what AWS asks to be retried. Errors of optimized integrations
are named `SageMaker.AmazonSageMakerException`, those of SDK integrations `SageMaker.SageMakerException`.
Both also stand for throttling, which SageMaker does not model as an error of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

State = dict[str, Any]
States = dict[str, State]

MINUTE = 60
HOUR = 3_600

TRANSIENT = (
    "SageMaker.AmazonSageMakerException",
    "SageMaker.SageMakerException",
    "SageMaker.SdkClientException",
    "ThrottlingException",
    "S3.S3Exception",
    "S3.SdkClientException",
    "Ssm.SsmException",
    "Ssm.SdkClientException",
    "Ssm.TooManyUpdatesException",
    "Ssm.InternalServerErrorException",
    "DynamoDB.AmazonDynamoDBException",
    "DynamoDB.InternalServerErrorException",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceededException",
    "DynamoDB.ThrottlingException",
    "DynamoDB.SdkClientException",
    "Sfn.SfnException",
    "Sfn.SdkClientException",
    "ApplicationAutoScaling.ApplicationAutoScalingException",
    "ApplicationAutoScaling.ConcurrentUpdateException",
    "ApplicationAutoScaling.InternalServiceException",
    "ApplicationAutoScaling.SdkClientException",
    "CloudWatch.CloudWatchException",
    "CloudWatch.InternalServiceException",
    "CloudWatch.SdkClientException",
    "CloudWatchLogs.CloudWatchLogsException",
    "CloudWatchLogs.ServiceUnavailableException",
    "CloudWatchLogs.SdkClientException",
    "EventBridge.EventBridgeException",
    "EventBridge.ConcurrentModificationException",
    "EventBridge.InternalException",
    "EventBridge.SdkClientException",
    "Scheduler.SchedulerException",
    "Scheduler.ConflictException",
    "Scheduler.InternalServerException",
    "Scheduler.ThrottlingException",
    "Scheduler.SdkClientException",
)
"""Errors that go away by waiting a little: throttling, faults of a service or of the way to it."""

CAPACITY = ("SageMaker.ResourceLimitExceededException", "SageMaker.ResourceLimitExceeded")
"""A quota is used up until other jobs end."""


def merged(*groups: States) -> States:
    """All of the groups' states; raises ValueError where two of them have a state of the same name."""
    states: States = {}
    for group in groups:
        if twice := states.keys() & group.keys():
            raise ValueError(f"two states have the same name: {', '.join(sorted(twice))}")
        states |= group
    return states


def q(expression: str) -> str:
    """A JSONata expression as Step Functions wants it, on one line."""
    return "{% " + " ".join(expression.split()) + " %}"


def retry(errors: Sequence[str], *, first: int, rate: float, attempts: int, longest: int) -> State:
    """One retrier with backoff and jitter."""
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": first,
        "BackoffRate": rate,
        "MaxAttempts": attempts,
        "MaxDelaySeconds": longest,
        "JitterStrategy": "FULL",
    }


def usual_retries(resource: str) -> list[State]:
    """What AWS asks to be retried of the service in an integration, `[aws-sdk:]service:action`.

    Of that service alone: a template has at most 1 MB, and every call has these.
    """
    service = resource.removeprefix("aws-sdk:").partition(":")[0]
    capacity, transient = _of(service, CAPACITY), _of(service, TRANSIENT)
    return [
        *([retry(capacity, first=60, rate=1.5, attempts=12, longest=600)] if capacity else []),
        retry(transient, first=2, rate=2.0, attempts=4, longest=30),
    ]


def _of(service: str, errors: Sequence[str]) -> list[str]:
    """Those of one service, and those without one."""
    return [error for error in errors if error.rpartition(".")[0].lower() in ("", service)]


def task(
    resource: str,
    arguments: Mapping[str, Any] | str,
    *,
    then: str | None,
    timeout: int | str = MINUTE,
    assign: Mapping[str, Any] | None = None,
    output: Any = None,
    retries: Sequence[State] | None = None,
    catch: Sequence[State] = (),
    comment: str | None = None,
) -> State:
    """A call of an AWS service; without `then` it ends its flow. Results live in variables."""
    state: State = {"Comment": comment} if comment else {}
    state |= {
        "Type": "Task",
        "Resource": f"arn:${{AWS::Partition}}:states:::{resource}",
        "Arguments": arguments,
        "TimeoutSeconds": timeout,
        "Retry": usual_retries(resource) if retries is None else list(retries),
    }
    if catch:
        state["Catch"] = list(catch)
    if assign:
        state["Assign"] = dict(assign)
    state["Output"] = {} if output is None else output
    return state | _ending(then)


def sdk(service: str, action: str, arguments: Mapping[str, Any] | str, **options: Any) -> State:
    """A call by the SDK integration."""
    return task(f"aws-sdk:{service}:{action}", arguments, **options)


def job(action: str, arguments: Mapping[str, Any] | str, **options: Any) -> State:
    """A SageMaker job, waited for."""
    return task(f"sagemaker:{action}.sync", arguments, **options)


def compute(
    assign: Mapping[str, Any] | None = None,
    *,
    then: str | None,
    output: Any = None,
    comment: str | None = None,
) -> State:
    """A state that only computes variables or an output."""
    state: State = {"Comment": comment} if comment else {}
    state |= {"Type": "Pass"}
    if assign:
        state["Assign"] = dict(assign)
    state["Output"] = {} if output is None else output
    return state | _ending(then)


def choose(*rules: tuple[str, str], otherwise: str, comment: str | None = None) -> State:
    """The first rule whose condition holds says where to go."""
    state: State = {"Comment": comment} if comment else {}
    choices = [{"Condition": q(condition), "Next": then} for condition, then in rules]
    return state | {"Type": "Choice", "Choices": choices, "Default": otherwise}


def each(
    items: str, states: States, *, then: str | None, at_once: int, catch: Sequence[State] = (), **fields: Any
) -> State:
    """The same states for every item; the first of them is where an item starts."""
    state: State = {
        "Type": "Map",
        "Items": q(items),
        "MaxConcurrency": at_once,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": next(iter(states)),
            "States": states,
        },
    }
    if catch:
        state["Catch"] = list(catch)
    return state | {"Output": {}} | fields | _ending(then)


def obj(members: Mapping[str, str]) -> str:
    """A JSONata object of expressions."""
    return "{" + ", ".join(f"'{key}': {value}" for key, value in members.items()) + "}"


def caught(then: str, assign: Mapping[str, Any] | None = None, errors: Sequence[str] = ("States.ALL",)) -> State:
    """A catcher; results live in variables."""
    state: State = {"ErrorEquals": list(errors), "Next": then, "Output": {}}
    return state | ({"Assign": dict(assign)} if assign else {})


def failure(error: str, what: str = "") -> dict[str, Any]:
    """For a catcher: remember what went wrong, to be reported after the compensation."""
    told = f"'{what}' & " if what else ""
    return {
        "failure": {
            "Error": error,
            "Cause": q(
                f"$substring({told}$states.context.State.Name & ' failed: ' & $states.errorOutput.Error & ' '"
                " & $states.errorOutput.Cause, 0, 4000)"
            ),
        }
    }


def fail(error: str, cause: str) -> State:
    """An end that says what happened and why; a cause has at most 32,768 characters."""
    return {"Type": "Fail", "Error": error, "Cause": q(f"$substring({cause}, 0, 32000)")}


def _ending(then: str | None) -> State:
    return {"Next": then} if then else {"End": True}
