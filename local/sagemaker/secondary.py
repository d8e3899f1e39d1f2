"""The secondary statuses of a training job and their history, with AWS's messages."""

import time

from local.sagemaker.store import Record

_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Restarting": "Restarting the training job",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job exceeded MaxWaitTimeInSeconds provided",
    "Failed": "Training job failed",
}


def move(record: Record, status: str, message: str = "") -> None:
    """Enter a secondary status; the one before ends."""
    now = time.time()
    transitions: list[Record] = record.setdefault("SecondaryStatusTransitions", [])
    if transitions:
        transitions[-1]["EndTime"] = now
    transitions.append({"Status": status, "StartTime": now, "StatusMessage": message or _MESSAGES[status]})
    record["SecondaryStatus"] = status


def enter(record: Record, status: str) -> None:
    """Enter a secondary status of a job at work; one that was told to stop shows Stopping instead."""
    if record["TrainingJobStatus"] == "InProgress":
        move(record, status)
    if status == "Downloading":
        record.setdefault("TrainingStartTime", time.time())  # that of the first attempt


def end(record: Record, status: str, last: str, reason: str, metrics: list[Record]) -> None:
    """Enter the final status and write down what a job that ended shows; times in whole seconds."""
    now = time.time()
    record.update(TrainingJobStatus=status, TrainingEndTime=now)
    if "TrainingStartTime" in record:
        seconds = max(1, round(now - record["TrainingStartTime"]))
        record.update(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)
    if metrics:
        record["FinalMetricDataList"] = metrics
    if reason:
        record["FailureReason"] = reason
    move(record, last, reason)
    record["SecondaryStatusTransitions"][-1]["EndTime"] = now
