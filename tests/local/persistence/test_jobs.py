"""Jobs that the end of the server interrupted."""

from typing import Any

import pytest

from local.persistence.jobs import REASON, end_interrupted

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("kind", "end_time"), [
    ("TrainingJob", "TrainingEndTime"), ("ProcessingJob", "ProcessingEndTime"), ("TransformJob", "TransformEndTime"),
])  # fmt: skip
@pytest.mark.parametrize(("before", "after"), [("InProgress", "Failed"), ("Stopping", "Stopped")])
def test_jobs_on_their_way_have_ended_and_say_why(kind: str, end_time: str, before: str, after: str) -> None:
    record: dict[str, Any] = {f"{kind}Status": before}
    assert end_interrupted({kind: {"job": record}}, 7.0) == ["job"]
    assert record[f"{kind}Status"] == after
    assert record[end_time] == 7.0
    assert record["FailureReason"] == REASON


def test_ended_jobs_stay_as_they_are() -> None:
    record = {"TrainingJobStatus": "Completed", "TrainingEndTime": 1.0}
    assert end_interrupted({"TrainingJob": {"job": record}, "Model": {"m": {}}}, 7.0) == []
    assert record == {"TrainingJobStatus": "Completed", "TrainingEndTime": 1.0}


def test_a_training_jobs_last_step_ends_too() -> None:
    steps: list[dict[str, Any]] = [{"Status": "Starting", "StartTime": 1.0, "EndTime": 2.0},
                                   {"Status": "Training", "StartTime": 2.0}]  # fmt: skip
    record = {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training", "SecondaryStatusTransitions": steps}
    end_interrupted({"TrainingJob": {"job": record}}, 7.0)
    assert record["SecondaryStatus"] == "Failed"
    assert [(step["Status"], step["EndTime"]) for step in steps] == [
        ("Starting", 2.0),
        ("Training", 7.0),
        ("Failed", 7.0),
    ]
