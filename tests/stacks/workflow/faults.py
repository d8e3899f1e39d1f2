"""What may go wrong at any state that calls AWS, and a service that lets it happen there."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.stacks.workflow.interpreter import TaskError

Json = dict[str, Any]
Service = Callable[[str, str, Any], Any]
FOR_EVER = 10_000


@dataclass(frozen=True)
class Fault:
    """An error as a task tells it; `late`: the call had its effect and only the answer was lost."""

    error: str
    cause: str
    late: bool = False


DESCRIPTION = json.dumps({"ExitMessage": "", "FailureReason": "AlgorithmError: broken"})
OF_CALLS = {
    "throttled": Fault("{service}.{service}Exception", "Rate exceeded (Status Code: 400)"),
    "refused": Fault("{service}.ValidationException", "1 validation error detected (Status Code: 400)"),
    "denied": Fault("{service}.AccessDeniedException", "not authorized (Status Code: 400)"),
    "service error": Fault("{service}.{service}Exception", "internal error (Status Code: 500)"),
    "answer lost": Fault("{service}.SdkClientException", "Read timed out", late=True),
    "time-out": Fault("States.Timeout", ""),
}
OF_JOBS = {
    "job failed": Fault("States.TaskFailed", DESCRIPTION),
    "job stopped": Fault("States.TaskFailed", json.dumps({"TrainingJobStatus": "Stopped"})),
}
_ERROR_NAMES = {
    "sagemaker": "SageMaker", "sagemakerruntime": "SageMakerRuntime", "s3": "S3", "ssm": "Ssm", "dynamodb": "DynamoDB",
}  # fmt: skip


def tasks(definition: Json) -> Iterator[tuple[str, Json]]:
    """Every state of a definition that calls AWS, those inside of Maps and Parallels included."""
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        for inner in (*([state["ItemProcessor"]] if "ItemProcessor" in state else ()), *state.get("Branches", ())):
            yield from tasks(inner)


def faults_of(state: Json) -> dict[str, Fault]:
    """What may happen to one state, by a word for it."""
    resource = state["Resource"].partition(":states:::")[2]
    service = resource.removeprefix("aws-sdk:").split(":")[0]
    name = _ERROR_NAMES.get(service, service.capitalize())
    known = OF_CALLS | (OF_JOBS if resource.endswith(".sync") else {})
    return {word: Fault(fault.error.format(service=name), fault.cause, fault.late) for word, fault in known.items()}


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
        raise TaskError(self.fault.error, self.fault.cause)
