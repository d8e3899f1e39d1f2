"""SageMaker's jobs that were on their way when the server ended: they have ended too, and say why."""

from typing import Any

REASON = "The embedded AWS was stopped while the job ran."
_ENDS = {"InProgress": "Failed", "Stopping": "Stopped"}
_PLAIN_JOBS = ("TrainingJob", "ProcessingJob", "TransformJob")

Tables = dict[str, dict[str, dict[str, Any]]]


def end_interrupted(tables: Tables, when: float) -> list[str]:
    """End them in place, at `when` (epoch seconds); return their names. Tuning jobs see to themselves."""
    ended = []
    for prefix in _PLAIN_JOBS:
        for name, record in tables.get(prefix, {}).items():
            if end := _ENDS.get(record[f"{prefix}Status"]):
                _end(record, prefix, end, when)
                ended.append(name)
    return ended


def _end(record: dict[str, Any], prefix: str, end: str, when: float) -> None:
    record[f"{prefix}Status"] = end
    record["LastModifiedTime"] = when
    record[f"{prefix.removesuffix('Job')}EndTime"] = when
    record["FailureReason"] = REASON
    if prefix == "TrainingJob":
        _end_transitions(record, end, when)


def _end_transitions(record: dict[str, Any], end: str, when: float) -> None:
    transitions = record.setdefault("SecondaryStatusTransitions", [])
    if transitions:
        transitions[-1].setdefault("EndTime", when)
    transitions.append({"Status": end, "StartTime": when, "EndTime": when, "StatusMessage": REASON})
    record["SecondaryStatus"] = end
