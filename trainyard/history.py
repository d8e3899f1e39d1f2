"""Turns the events of an execution into steps: state, candidate, job, status, times.

Events of a Map's iterations interleave, so each event is placed by its `previousEventId`: it inherits the
frame (which iteration, which state) of the event before it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FAILURES = (
    "TaskFailed",
    "TaskTimedOut",
    "TaskStartFailed",
    "TaskSubmitFailed",
    "EvaluationFailed",
    "LambdaFunctionFailed",
)
QUIET = {"Choice", "Pass", "Succeed", "Fail"}
JOBS = {
    "TrainingJobName": "training",
    "ProcessingJobName": "processing",
    "TransformJobName": "transform",
    "HyperParameterTuningJobName": "tuning",
}
LABELS = ("candidate", "name", "key", "variant")


@dataclass
class Job:
    """A SageMaker job that a state waits for."""

    kind: str
    name: str
    status: str = "Starting"


@dataclass
class Step:
    """One visit to a state; `inside` is the Map or Parallel around it."""

    state: str
    kind: str
    entered: datetime
    candidate: str | None = None
    inside: "Step | None" = None
    left: datetime | None = None
    status: str = "running"
    job: Job | None = None
    tries: int = 0
    error: str | None = None
    cause: str | None = None

    @property
    def quiet(self) -> bool:
        """A state that only steers and takes no time."""
        return self.kind in QUIET


@dataclass(frozen=True)
class Frame:
    """Where an event stands: its step, its candidate, and the frame of the Map or Parallel around it."""

    step: Step | None = None
    candidate: str | None = None
    outer: "Frame | None" = None


@dataclass
class History:
    """Reads events in order; may be fed again as more arrive."""

    steps: list[Step] = field(default_factory=list)
    error: str | None = None
    cause: str | None = None
    _frames: dict[int, Frame] = field(default_factory=dict)
    seen: int = 0

    def read(self, events: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], Step | None]]:
        """Takes the events not seen yet, and returns each with the step it belongs to."""
        fresh = [event for event in sorted(events, key=lambda event: event["id"]) if event["id"] > self.seen]
        return [(event, self._place(event)) for event in fresh]

    def _place(self, event: dict[str, Any]) -> Step | None:
        self.seen = event["id"]
        before = self._frames.get(event.get("previousEventId", 0), Frame())
        frame = self._frame(event, before)
        self._frames[event["id"]] = frame
        self._update(event, frame.step)
        return frame.step

    def _frame(self, event: dict[str, Any], before: Frame) -> Frame:
        kind = event["type"]
        if kind.endswith("StateEntered"):
            return self._enter(event, before)
        if kind == "MapIterationStarted":
            return Frame(candidate=f"#{details(event).get('index', 0) + 1}", outer=_climb(before, _is_map))
        if kind.endswith("StateExited"):
            name = details(event).get("name")
            return _climb(before, lambda step: step.state == name)
        return _climb(before, _is_map) if kind.startswith(("MapState", "ParallelState")) else before

    def _enter(self, event: dict[str, Any], before: Frame) -> Frame:
        entered, kind = details(event), event["type"].removesuffix("StateEntered")
        unnamed = before.candidate is not None and before.candidate.startswith("#")
        candidate = (_label(entered.get("input")) if unnamed else None) or before.candidate
        branch = before.step is not None and before.step.kind == "Parallel" and before.step.left is None
        outer = before if branch else before.outer
        step = Step(entered["name"], kind, event["timestamp"], candidate, outer.step if outer else None)
        self.steps.append(step)
        return Frame(step=step, candidate=candidate, outer=outer)

    def _update(self, event: dict[str, Any], step: Step | None) -> None:
        kind, said = event["type"], details(event)
        if kind in ("ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"):
            self.error, self.cause = said.get("error"), said.get("cause")
        elif kind == "ExecutionRedriven":
            self.error = self.cause = None
        elif step is not None:
            _apply(step, kind, said, event["timestamp"])


def _apply(step: Step, kind: str, said: dict[str, Any], when: datetime) -> None:
    if kind.endswith("StateExited"):
        step.left, step.status = when, "caught" if step.status == "failed" else "succeeded"
    elif kind == "TaskScheduled":
        step.job, step.tries, step.status = _job(said), step.tries + 1, "running"
        step.left = step.error = step.cause = None  # a retry forgets the failure before it
    elif kind in ("TaskSubmitted", "TaskSucceeded") and step.job:
        step.job.status = "InProgress" if kind == "TaskSubmitted" else "Completed"
    elif kind in FAILURES or kind in ("MapStateFailed", "ParallelStateFailed"):
        step.left, step.status = when, "failed"
        step.error, step.cause = said.get("error") or kind, said.get("cause")
        if step.job:
            step.job.status = "Failed"
    elif kind.endswith("StateAborted"):
        step.left, step.status = when, "aborted"


def _is_map(step: Step) -> bool:
    return step.kind in ("Map", "Parallel")


def _climb(frame: Frame, wanted: Callable[[Step], bool]) -> Frame:
    """The nearest frame outwards whose step is the wanted one; the frame itself if there is none."""
    here: Frame | None = frame
    while here is not None and not (here.step and wanted(here.step)):
        here = here.outer
    return here or frame


def _job(said: dict[str, Any]) -> Job | None:
    wanted = parse(said.get("parameters"))
    if not isinstance(wanted, dict) or not str(said.get("resource", "")).endswith(".sync"):
        return None
    return next((Job(kind, str(wanted[key])) for key, kind in JOBS.items() if key in wanted), None)


def _label(text: str | None) -> str | None:
    item = parse(text)
    if isinstance(item, dict):
        item = next((item[key] for key in LABELS if isinstance(item.get(key), str)), None)
    return item if isinstance(item, str) and item else None


def details(event: dict[str, Any]) -> dict[str, Any]:
    """The one member of an event that holds its details."""
    return next((value for key, value in event.items() if key.endswith("EventDetails") and value), {})


def parse(text: str | None) -> Any:
    """JSON where it is JSON, else the text."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
