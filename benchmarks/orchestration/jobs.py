"""What SageMaker says of the jobs that a run started, and of its endpoint: from when to when each was at work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.orchestration.visits import Visit, walk

_KINDS = {
    "createProcessingJob.sync": ("processing", "ProcessingJobName"),
    "createTrainingJob.sync": ("training", "TrainingJobName"),
    "createTransformJob.sync": ("transform", "TransformJobName"),
    "createHyperParameterTuningJob.sync": ("hyper_parameter_tuning", "HyperParameterTuningJobName"),
}
_ENDPOINT = ("createEndpoint", "updateEndpoint")
_ENDS = ("ProcessingEndTime", "TrainingEndTime", "TransformEndTime", "HyperParameterTuningEndTime")
_STARTS = ("ProcessingStartTime", "TrainingStartTime", "TransformStartTime")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job, or an endpoint on its way into service; times are seconds of the epoch, `parts` seconds by name."""

    state: str
    kind: str
    name: str
    began: float
    ended: float
    parts: Mapping[str, float]

    @property
    def seconds(self) -> float:
        """From its creation to its end."""
        return self.ended - self.began


def jobs(found: Sequence[Visit], sagemaker: Any) -> dict[int, Job]:
    """Return the job of each visit that started one, by the visit's `id()`."""
    made = {}
    for visit in walk(found):
        if visit.call in _KINDS:
            made[id(visit)] = _job(visit, sagemaker)
        elif visit.call in _ENDPOINT:
            made[id(visit)] = _endpoint(visit, sagemaker)
    return made


def _job(visit: Visit, sagemaker: Any) -> Job:
    kind, member = _KINDS[visit.call]
    name = visit.arguments[member]
    said = getattr(sagemaker, f"describe_{kind}_job")(**{member: name})
    began, ended = said["CreationTime"].timestamp(), _first(said, _ENDS)
    parts = _trials(name, sagemaker, began, ended) if kind == "hyper_parameter_tuning" else _parts(said, began, ended)
    return Job(state=visit.name, kind=kind.replace("_", " "), name=name, began=began, ended=ended, parts=parts)


def _endpoint(visit: Visit, sagemaker: Any) -> Job:
    """It is at work from when its call was answered; asked right after the run, its last change was InService."""
    name = visit.arguments["EndpointName"]
    ended = sagemaker.describe_endpoint(EndpointName=name)["LastModifiedTime"].timestamp()
    return Job(state=visit.name, kind="endpoint", name=name, began=visit.exited, ended=ended, parts={})


def _first(said: Mapping[str, Any], names: Sequence[str]) -> float:
    return float(next(said[name] for name in names if name in said).timestamp())


def _parts(said: Mapping[str, Any], began: float, ended: float) -> dict[str, float]:
    """Of a training job as AWS tells of its secondary statuses; of the others the wait for their turn."""
    started = _first(said, _STARTS)
    parts = {"queued": started - began}
    for step in said.get("SecondaryStatusTransitions", ()):
        if step["Status"] in ("Downloading", "Training", "Uploading") and "EndTime" in step:
            parts[step["Status"].lower()] = (step["EndTime"] - step["StartTime"]).total_seconds()
    return parts if "training" in parts else parts | {"running": ended - started}


def _trials(name: str, sagemaker: Any, began: float, ended: float) -> dict[str, float]:
    """How long no training job of a tuning job was at work, of its time."""
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    trials = [
        (trial["TrainingStartTime"].timestamp(), trial["TrainingEndTime"].timestamp())
        for page in pages.paginate(HyperParameterTuningJobName=name)
        for trial in page["TrainingJobSummaries"]
        if "TrainingStartTime" in trial and "TrainingEndTime" in trial
    ]
    busy = covered(trials, began, ended)
    return {"training jobs": float(len(trials)), "running": busy, "idle": ended - began - busy}


def covered(intervals: Sequence[tuple[float, float]], begin: float, end: float) -> float:
    """Return how much of the time from `begin` to `end` the intervals cover."""
    total, reached = 0.0, begin
    for start, stop in sorted(intervals):
        start, stop = max(start, reached), min(stop, end)
        if stop > start:
            total, reached = total + stop - start, stop
    return total
