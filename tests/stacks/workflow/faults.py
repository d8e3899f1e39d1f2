"""What may go wrong at any state that calls AWS, and a service that lets it happen there."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.stacks.workflow.interpreter import TaskError, matches
from tests.stacks.workflow.shapes import faults_of_service

Json = dict[str, Any]
Service = Callable[[str, str, Any], Any]
FOR_EVER = 10_000


@dataclass(frozen=True)
class Fault:
    """An error as a task tells it; `late`: the call had its effect and only the answer was lost.

    With `status` the whole execution ends there and then, nothing catches it.
    """

    error: str
    cause: str = ""
    late: bool = False
    status: str = ""


class Cut(Exception):
    """The execution ended from outside, in this status."""


DESCRIPTION = json.dumps({"ExitMessage": "", "FailureReason": "AlgorithmError: broken"})
OF_CALLS = {
    "refused": Fault("{service}.ValidationException", "1 validation error detected (Status Code: 400)"),
    "throttled": Fault("{service}.{general}Exception", "Rate exceeded (Status Code: 400)"),
    "service error": Fault("{service}.{general}Exception", "internal error (Status Code: 500)"),
    "answer lost": Fault("{service}.SdkClientException", "Read timed out", late=True),
    "time-out": Fault("States.Timeout"),
    "aborted": Fault("", late=True, status="ABORTED"),
}
OF_JOBS = {
    "out of time": Fault("", status="TIMED_OUT"),
    "job failed": Fault("States.TaskFailed", DESCRIPTION),
    "job stopped": Fault("States.TaskFailed", json.dumps({"TrainingJobStatus": "Stopped"})),
}
BRIEF = ("throttled", "service error", "answer lost")
"""What may happen once and not again; of a service's own fault see `faults_of`."""
_ERROR_NAMES = {
    "sagemaker": "SageMaker", "sagemakerruntime": "SageMakerRuntime", "s3": "S3", "ssm": "Ssm", "dynamodb": "DynamoDB",
    "applicationautoscaling": "ApplicationAutoScaling", "cloudwatch": "CloudWatch", "cloudwatchlogs": "CloudWatchLogs",
    "eventbridge": "EventBridge",
}  # fmt: skip


def tasks(definition: Json) -> Iterator[tuple[str, Json]]:
    """Every state of a definition that calls AWS, those inside of Maps and Parallels included."""
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        for inner in (*([state["ItemProcessor"]] if "ItemProcessor" in state else ()), *state.get("Branches", ())):
            yield from tasks(inner)


def faults_of(state: Json) -> dict[str, Fault]:
    """What may happen to one state, by a word for it; the faults that a service models are words of their own."""
    resource = state["Resource"].partition(":states:::")[2]
    service = resource.removeprefix("aws-sdk:").split(":")[0]
    name = _ERROR_NAMES.get(service, service.capitalize())
    if resource.startswith("aws-sdk:dynamodb"):
        name = "DynamoDb"
    general = name if resource.startswith("aws-sdk:") else f"Amazon{name}"
    known = OF_CALLS | (OF_JOBS if resource.endswith(".sync") else {})
    told = {
        word: replace(fault, error=fault.error.format(service=name, general=general)) for word, fault in known.items()
    }
    return told | {error: Fault(f"{name}.{error}", "Status Code: 500") for error in faults_of_service(resource)}


def lasting(state: Json) -> dict[str, Fault]:
    """Failures that stay, one of those that end alike: a Catch tells them apart, or what they left does."""
    kinds: dict[object, tuple[str, Fault]] = {}
    for word, fault in faults_of(state).items():
        caught = (n for n, catcher in enumerate(state.get("Catch", ())) if matches(catcher["ErrorEquals"], fault.error))
        if word != "answer lost":
            kinds.setdefault(
                (fault.status or next(caught, None), fault.cause[:1] == "{", word in OF_JOBS), (word, fault)
            )
    return dict(kinds.values())


def is_brief(word: str) -> bool:
    """It may happen once and not again."""
    return word in BRIEF or word not in OF_CALLS | OF_JOBS


@dataclass
class Breaking:
    """A service that fails at one state, so many times."""

    cloud: Service
    state: str
    fault: Fault
    times: int = FOR_EVER

    def __call__(self, state: str, resource: str, arguments: Any) -> Any:
        if state != self.state or self.times <= 0:
            return self.cloud(state, resource, arguments)
        self.times -= 1
        if self.fault.late:
            self.cloud(state, resource, arguments)
        if self.fault.status:
            raise Cut(self.fault.status)
        raise TaskError(self.fault.error, self.fault.cause)
