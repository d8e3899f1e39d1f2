"""A tuning job as a history: each trial's objective when it ended, and the best so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import code_of
from trainyard.history import History

GONE = ("ResourceNotFound", "ValidationException")


@dataclass(frozen=True)
class Trial:
    """One training job of a tuning job."""

    job: str
    status: str
    minutes: float | None
    """From the tuning job's start to the trial's end."""
    objective: float | None
    hyperparameters: dict[str, str]


@dataclass(frozen=True)
class Tuning:
    """One tuning job; trials in the order in which they ended, those that have not ended last."""

    job: str
    status: str
    strategy: str
    metric: str
    direction: str
    trials: list[Trial]

    def better(self, one: float, other: float) -> bool:
        """Whether one value is better than another."""
        return one < other if self.direction == "Minimize" else one > other

    @property
    def scored(self) -> list[tuple[float, float]]:
        """Minutes and objective of each trial that has both."""
        pairs = [(trial.minutes, trial.objective) for trial in self.trials]
        return [(minutes, value) for minutes, value in pairs if minutes is not None and value is not None]

    @property
    def best(self) -> list[tuple[float, float]]:
        """Minutes and value each time that a trial became the best."""
        steps: list[tuple[float, float]] = []
        for minutes, value in self.scored:
            if not steps or self.better(value, steps[-1][1]):
                steps.append((minutes, value))
        return steps


def of_run(sagemaker: Any, history: History) -> dict[str, Tuning]:
    """The tuning job of each tuned candidate; a retried one's last. Jobs that are deleted are left out."""
    jobs = {step.candidate or "": step.job.name for step in history.steps if step.job and step.job.kind == "tuning"}
    found = {candidate: _read(sagemaker, job) for candidate, job in jobs.items()}
    return {candidate: tuning for candidate, tuning in found.items() if tuning}


def _read(sagemaker: Any, name: str) -> Tuning | None:
    try:
        said = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name
    )
    jobs = [job for page in pages for job in page["TrainingJobSummaries"]]
    config = said["HyperParameterTuningJobConfig"]
    goal = config.get("HyperParameterTuningJobObjective", {})
    trials = [_trial(job, said["CreationTime"]) for job in jobs]
    trials.sort(key=lambda trial: (trial.minutes is None, trial.minutes or 0.0, trial.job))
    return Tuning(
        job=name, status=said["HyperParameterTuningJobStatus"], strategy=config["Strategy"],
        metric=goal.get("MetricName", "objective"), direction=goal.get("Type", "Minimize"), trials=trials,
    )  # fmt: skip


def _trial(job: dict[str, Any], start: datetime) -> Trial:
    ended = job.get("TrainingEndTime")
    metric = job.get("FinalHyperParameterTuningJobObjectiveMetric", {})
    return Trial(
        job=job["TrainingJobName"],
        status=job["TrainingJobStatus"],
        minutes=(ended - start).total_seconds() / 60 if ended else None,
        objective=metric.get("Value"),
        hyperparameters={name: _plain(value) for name, value in job.get("TunedHyperParameters", {}).items()},
    )


def _plain(value: str) -> str:
    return value.strip('"')
