"""What becomes of candidates: a failure of one is a row with a reason that a person can act on."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deciding
from tests.stacks.workflow.test_runs import breaking, good_cloud

pytestmark = pytest.mark.unit

QUOTA = (
    "The account-level service limit 'ml.g4dn.2xlarge for training job usage' is 0 Instances, with current utilization "
    "of 0 Instances and a request delta of 1 Instances. (Service: AmazonSageMaker; Status Code: 400)"
)


def rows(cloud: Cloud, name: str = "boston") -> dict[str, dict[str, Any]]:
    output = Execution(deciding(name), cloud).run()
    return {row["name"]: row for row in output["results"]}


def reason(cloud: Cloud, candidate: str = "linear") -> str:
    told: str = rows(cloud)[candidate]["error"]
    return told


def leaving(cloud: Cloud, content: str) -> Callable[[str, Any], None]:
    """Evaluate of the linear candidate left this file."""

    def fault(state: str, arguments: Any) -> None:
        if state == "Read metrics" and "/linear/" in arguments["Key"]:
            cloud.objects[arguments["Key"]] = content

    return fault


@pytest.mark.parametrize(
    ("error", "cause", "told"),
    [
        ("SageMaker.ResourceLimitExceededException", QUOTA, f"Train failed: {QUOTA}"),
        (
            "States.TaskFailed",
            json.dumps({"TrainingJobName": "j", "FailureReason": "CapacityError: Unable to provision"}),
            "Train failed (job j): CapacityError: Unable to provision",
        ),
        (
            "States.Timeout",
            "",
            "Train failed: it was not done within 2 h, the longest that its max_runtime allows",
        ),
        (
            "States.TaskFailed",
            json.dumps({"TrainingJobName": "j", "TrainingJobStatus": "Stopped"}),
            "Train failed (job j): the job ended as Stopped",
        ),
        (
            "States.TaskFailed",
            '{"TrainingJobName": "j", "FailureRea',
            'Train failed: {"TrainingJobName": "j", "Failure',
        ),
        ("States.TaskFailed", "", "Train failed: States.TaskFailed"),
    ],
)
def test_the_reason_of_a_failed_training_is_what_a_person_needs(error: str, cause: str, told: str) -> None:
    cloud = good_cloud()
    cloud.fault = breaking("Train", error, cause)
    assert reason(cloud).startswith(told)


@pytest.mark.parametrize("state", ["Keep model", "Create model", "Score", "Evaluate", "Read metrics"])
def test_a_time_out_of_any_step_is_told_as_one(state: str) -> None:
    cloud = good_cloud()
    cloud.fault = breaking(state, "States.Timeout", "")
    with pytest.raises(TaskError) as failed:
        Execution(deciding("boston"), cloud).run()
    told = f"{state} failed: it was not done in time"
    assert failed.value.cause.splitlines()[1:] == [f"xgboost: {told}", f"linear: {told}"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "Read metrics failed: metrics.json in boston/runs/run-1/candidates/linear/evaluation is not the JSON"),
        ("[]", "Evaluate gave no rmse"),
        ("{}", "Evaluate gave no rmse"),
        ("null", "Evaluate gave no rmse"),
        ('{"regression_metrics": 3}', "Read metrics failed: metrics.json in"),
        ('{"regression_metrics": {"rmse": 3}}', "Evaluate gave no rmse"),
        ('{"regression_metrics": {"rmse": {"value": "3"}}}', "Evaluate gave no rmse"),
        ('{"regression_metrics": {"rmse": {"value": NaN}}}', "Read metrics failed: metrics.json in"),
        ('{"regression_metrics": {"mae": {"value": 2}, "r2": {"value": 1}}}', "Evaluate gave no rmse, only: mae, r2"),
    ],
)
def test_a_metrics_file_that_lacks_what_the_gate_needs_fails_its_candidate_alone(content: str, told: str) -> None:
    cloud = good_cloud()
    cloud.fault = leaving(cloud, content)
    found = rows(cloud)
    assert found["linear"]["error"].startswith(told)
    assert found["xgboost"]["error"] == ""


def test_a_tuning_without_a_best_job_fails_its_candidate() -> None:
    cloud = good_cloud()
    cloud._describeHyperParameterTuningJob = lambda sent: {}  # type: ignore[method-assign]
    found = rows(cloud)
    assert found["xgboost"]["error"] == "Tune failed: none of its training jobs succeeded"
    assert found["linear"]["error"] == ""


def test_a_tuning_that_takes_too_long_is_told_with_its_limit() -> None:
    cloud = good_cloud()
    cloud.fault = breaking("Tune", "States.Timeout", "")
    assert reason(cloud, "xgboost") == (
        "Tune failed: it was not done within 8 h, the longest that its max_runtime allows"
    )


def test_a_tuning_that_was_stopped_is_told_as_such() -> None:
    cloud = good_cloud()
    description = {"HyperParameterTuningJobName": "t", "HyperParameterTuningJobStatus": "Stopped"}
    cloud.fault = breaking("Tune", "States.TaskFailed", json.dumps(description))
    assert reason(cloud, "xgboost") == "Tune failed (job t): the job ended as Stopped"


def test_the_best_job_of_a_tuning_becomes_the_model() -> None:
    cloud = good_cloud()
    rows(cloud)
    (best,) = [sent["TrainingJobName"] for state, _, sent in cloud.calls if state == "Find best model"]
    copied = [sent["CopySource"] for state, _, sent in cloud.calls if state == "Keep model"]
    assert any(f"/{best}/output/model.tar.gz" in source for source in copied)


def test_a_run_whose_candidates_all_fail_ends_with_the_table() -> None:
    cloud = good_cloud()
    cloud.fault = breaking("Create model", "SageMaker.ValidationException", "no such image")
    with pytest.raises(TaskError) as failed:
        Execution(deciding("boston"), cloud).run()
    assert failed.value.error == "GateNotMet"
    assert failed.value.cause.splitlines() == [
        "No candidate met the gate: rmse at most 6.",
        "xgboost: Create model failed: no such image",
        "linear: Create model failed: no such image",
    ]
    assert cloud.models == {}
