"""Histories in the shape that GetExecutionHistory gives, put together event by event."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SYNC = {"TrainingJobName": "createTrainingJob.sync", "ProcessingJobName": "createProcessingJob.sync",
        "HyperParameterTuningJobName": "createHyperParameterTuningJob.sync"}  # fmt: skip


@dataclass
class Recording:
    """Events with running ids; each method returns the id that the next event of that branch hangs on."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, before: int, at: float, **details: Any) -> int:
        number = len(self.events) + 1
        event = {
            "id": number,
            "previousEventId": before,
            "type": kind,
            "timestamp": START + timedelta(seconds=at),
        }
        if details:
            event["".join([kind[0].lower(), kind[1:], "EventDetails"])] = details
        self.events.append(event)
        return number

    def entered(self, name: str, before: int, at: float, kind: str = "Task", given: Any = None) -> int:
        number = self.add(f"{kind}StateEntered", before, at)
        self.events[-1]["stateEnteredEventDetails"] = {"name": name, "input": json.dumps(given or {})}
        return number

    def exited(self, name: str, before: int, at: float, kind: str = "Task") -> int:
        number = self.add(f"{kind}StateExited", before, at)
        self.events[-1]["stateExitedEventDetails"] = {"name": name, "output": "{}"}
        return number

    def submitted(self, before: int, at: float, key: str, job: str) -> int:
        shared = {"resourceType": "sagemaker", "resource": SYNC[key]}
        parameters = json.dumps({key: job, "RoleArn": "arn:aws:iam::1:role/jobs"})
        now = self.add("TaskScheduled", before, at, **shared, region="us-east-1", parameters=parameters)
        now = self.add("TaskStarted", now, at, **shared)
        return self.add("TaskSubmitted", now, at + 1, **shared, output="{}")

    def job(self, name: str, before: int, at: float, took: float, key: str, job: str, given: Any = None) -> int:
        now = self.submitted(self.entered(name, before, at, given=given), at, key, job)
        now = self.add("TaskSucceeded", now, at + took, resourceType="sagemaker", resource=SYNC[key], output="{}")
        return self.exited(name, now, at + took)


def failed_job(job: str, reason: str) -> str:
    """The cause that Step Functions gives: the description of the job."""
    return json.dumps({"TrainingJobName": job, "TrainingJobStatus": "Failed", "FailureReason": reason})


def good_run() -> Recording:
    """Prepare; two candidates at once, their events interleaved; gate; deploy."""
    run = Recording()
    now = run.add("ExecutionStarted", 0, 0, input="{}", roleArn="arn:aws:iam::1:role/run")
    now = run.exited("Plan", run.entered("Plan", now, 0, "Pass"), 0, "Pass")
    now = run.job("Prepare", now, 0, 60, "ProcessingJobName", "dev-iris-sklearn-prepare-0a1b2c3d4e")
    top = run.add("MapStateStarted", run.entered("Candidates", now, 60, "Map"), 60, length=2)
    one = run.add("MapIterationStarted", top, 60, name="Candidates", index=0)
    two = run.add("MapIterationStarted", top, 60, name="Candidates", index=1)
    one = run.submitted(run.entered("Train", one, 60, given={"candidate": "forest"}), 61, "TrainingJobName", "j-forest")
    two = run.submitted(run.entered("Train", two, 60, given={"candidate": "linear"}), 61, "TrainingJobName", "j-linear")
    cause = failed_job("j-linear", "ValueError: Input contains NaN")
    two = run.add("TaskFailed", two, 90, resourceType="sagemaker", resource="createTrainingJob.sync",
                  error="SageMaker.AmazonSageMakerException", cause=cause)  # fmt: skip
    two = run.exited("Train", two, 90)
    two = run.exited("Record failure", run.entered("Record failure", two, 90, "Pass"), 90, "Pass")
    run.add("MapIterationSucceeded", two, 90, name="Candidates", index=1)
    one = run.add("TaskSucceeded", one, 120, resourceType="sagemaker", resource="createTrainingJob.sync", output="{}")
    one = run.job("Evaluate", run.exited("Train", one, 120), 120, 30, "ProcessingJobName", "j-evaluate")
    last = run.add("MapIterationSucceeded", one, 150, name="Candidates", index=0)
    now = run.exited("Candidates", run.add("MapStateSucceeded", last, 150), 150, "Map")
    now = run.exited("Deploy", run.entered("Deploy", now, 150), 155)
    for at in (155, 160, 165):
        now = run.exited("Look", run.entered("Look", now, at), at + 1)
    run.add("ExecutionSucceeded", now, 166, output="{}")
    return run


def failed_run() -> Recording:
    """Prepare fails and nothing catches it."""
    run = Recording()
    now = run.add("ExecutionStarted", 0, 0, input="{}", roleArn="arn:aws:iam::1:role/run")
    now = run.submitted(run.entered("Prepare", now, 0), 0, "ProcessingJobName", "dev-iris-sklearn-prepare-0a1b2c3d4e")
    reason = {
        "ProcessingJobName": "dev-iris-sklearn-prepare-0a1b2c3d4e",
        "ExitMessage": "column species is missing",
    }
    said = {"error": "States.TaskFailed", "cause": json.dumps(reason)}
    now = run.add("TaskFailed", now, 42, resourceType="sagemaker", resource="createProcessingJob.sync", **said)
    run.add("ExecutionFailed", now, 42, **said)
    return run
