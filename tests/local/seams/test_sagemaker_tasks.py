"""The `sagemaker` integration: what a state machine gets of a job that completes, fails, is stopped or too slow."""

import json
import time
import uuid
from typing import Any

import pytest

from local import clients
from local.settings import Settings
from tests.local.seams.machines import start, task, wait
from tests.local.stub_sagemaker import stubbed_aws

__all__ = ["stubbed_aws"]

pytestmark = pytest.mark.local


def training(outcome: str, **more: Any) -> dict[str, Any]:
    """A `.sync` task; the stub reads from the image's name what is to become of the job."""
    arguments = {
        "TrainingJobName": f"job-{uuid.uuid4().hex[:8]}",
        "AlgorithmSpecification": {"TrainingImage": outcome, "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::123456789012:role/jobs",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    return task("sagemaker:createTrainingJob.sync", arguments, **more)


def status(settings: Settings, state: dict[str, Any]) -> str:
    client = clients.client("sagemaker", settings)
    name = state["Arguments"]["TrainingJobName"]
    answer: str = client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
    return answer


def until(settings: Settings, state: dict[str, Any], wanted: str) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if status(settings, state) == wanted:
                return True
        except clients.client("sagemaker", settings).exceptions.ClientError:
            pass
        time.sleep(0.05)
    return False


def test_a_completed_job_yields_its_description(stubbed_aws: Settings) -> None:
    state = training("complete", End=True)
    answer = wait(stubbed_aws, start(stubbed_aws, {"Train": state}, "Train"))
    description = json.loads(answer["output"])
    assert description["TrainingJobStatus"] == "Completed"
    assert isinstance(description["CreationTime"], int)


def test_a_failed_job_is_task_failed_with_its_description_as_cause(stubbed_aws: Settings) -> None:
    answer = wait(stubbed_aws, start(stubbed_aws, {"Train": training("fail", End=True)}, "Train"))
    assert (answer["status"], answer["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(answer["cause"])["FailureReason"] == 'no "data"'


def test_a_failed_job_can_be_caught(stubbed_aws: Settings) -> None:
    catch = [
        {
            "ErrorEquals": ["States.TaskFailed"],
            "Output": "{% $parse($states.errorOutput.Cause).FailureReason %}",
            "Next": "End",
        }
    ]
    states = {"Train": training("fail", Catch=catch, End=True), "End": {"Type": "Pass", "End": True}}
    assert json.loads(wait(stubbed_aws, start(stubbed_aws, states, "Train"))["output"]) == 'no "data"'


def test_a_retry_makes_a_new_job_by_the_retry_count(stubbed_aws: Settings) -> None:
    state = training("fail-first", Retry=[{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1}], End=True)
    prefix = state["Arguments"]["TrainingJobName"]
    name = f"{{% '{prefix}-' & $states.context.State.RetryCount %}}"
    state["Arguments"]["TrainingJobName"] = name
    answer = wait(stubbed_aws, start(stubbed_aws, {"Train": state}, "Train"))
    assert json.loads(answer["output"])["TrainingJobName"] == f"{prefix}-1"


def test_stop_execution_stops_the_job(stubbed_aws: Settings) -> None:
    state = training("run", End=True)
    arn = start(stubbed_aws, {"Train": state}, "Train")
    assert until(stubbed_aws, state, "InProgress")
    clients.client("stepfunctions", stubbed_aws).stop_execution(executionArn=arn, error="Mine", cause="enough")
    answer = wait(stubbed_aws, arn)
    assert (answer["status"], answer["error"], answer["cause"]) == ("ABORTED", "Mine", "enough")
    assert until(stubbed_aws, state, "Stopped")


def test_a_time_out_stops_the_job(stubbed_aws: Settings) -> None:
    state = training("run", TimeoutSeconds=1, End=True)
    answer = wait(stubbed_aws, start(stubbed_aws, {"Train": state}, "Train"))
    assert answer["error"] == "States.Timeout"
    assert until(stubbed_aws, state, "Stopped")


def test_a_refused_call_has_the_name_of_the_integration(stubbed_aws: Settings) -> None:
    answer = wait(stubbed_aws, start(stubbed_aws, {"Train": training("refuse", End=True)}, "Train"))
    assert answer["error"] == "SageMaker.ResourceLimitExceededException"
    assert "too many" in answer["cause"]


def test_parameters_that_fit_no_call_are_a_runtime_error(stubbed_aws: Settings) -> None:
    state = task("sagemaker:createTrainingJob.sync", {"TrainingJobName": "x"}, End=True)
    answer = wait(stubbed_aws, start(stubbed_aws, {"Train": state}, "Train"))
    assert answer["error"] == "States.Runtime"
    assert "RoleArn" in answer["cause"]
