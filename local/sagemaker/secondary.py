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


def end(record: Record) -> None:
    """End the last status, which is final, as AWS shows it."""
    record["SecondaryStatusTransitions"][-1]["EndTime"] = time.time()
