"""Spare capacity: what training and tuning are asked for, and that every try finds the checkpoints of the last."""

from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deciding
from tests.stacks.workflow.test_runs import good_cloud

pytestmark = pytest.mark.unit


def asked(name: str, state: str, given: Any = None, cloud: Cloud | None = None) -> list[dict[str, Any]]:
    walked = Execution(deciding(name), cloud or good_cloud(name), given or {})
    walked.run()
    return [arguments for entered, _, arguments in walked.sent if entered == state]


def test_training_waits_for_spare_capacity_and_keeps_checkpoints_of_its_candidate() -> None:
    boosted, _ = asked("spot", "Train")
    assert boosted["EnableManagedSpotTraining"] is True
    assert boosted["StoppingCondition"] == {"MaxRuntimeInSeconds": 5_400, "MaxWaitTimeInSeconds": 86_400}
    assert boosted["CheckpointConfig"] == {
        "S3Uri": "s3://bucket/spot/runs/run-1/candidates/boosted/checkpoints/",
        "LocalPath": "/opt/ml/checkpoints",
    }


def test_tuning_asks_the_same_of_each_of_its_jobs() -> None:
    (tuned,) = asked("spot-tuning", "Tune")
    job = tuned["TrainingJobDefinition"]
    assert job["EnableManagedSpotTraining"] is True
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 7_200, "MaxWaitTimeInSeconds": 14_400}
    assert job["CheckpointConfig"]["S3Uri"] == "s3://bucket/spot-tuning/runs/run-1/candidates/boosted/checkpoints/"
    assert "RetryStrategy" not in job


def test_without_spot_nothing_waits_and_nothing_is_kept() -> None:
    (trained,) = asked("boston", "Train")
    assert trained["EnableManagedSpotTraining"] is False
    assert "CheckpointConfig" not in trained
    assert "MaxWaitTimeInSeconds" not in trained["StoppingCondition"]


def test_a_shorter_run_is_still_allowed_to_wait_as_long() -> None:
    boosted, _ = asked("spot", "Train", {"instance": {"boosted": {"max_runtime": 600}}})
    assert boosted["StoppingCondition"] == {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 86_400}


def test_a_retry_has_another_name_and_the_same_checkpoints() -> None:
    cloud, tries = good_cloud("spot"), iter(range(9))

    def throttled(state: str, arguments: Any) -> None:
        if state == "Train" and next(tries) == 0:
            raise TaskError("SageMaker.ResourceLimitExceededException", "no machine")

    cloud.fault = throttled
    first, second, _ = asked("spot", "Train", cloud=cloud)
    assert first["TrainingJobName"] != second["TrainingJobName"]
    assert first["CheckpointConfig"] == second["CheckpointConfig"]
