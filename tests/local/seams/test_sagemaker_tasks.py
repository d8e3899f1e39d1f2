"""The `sagemaker` integration: what a state machine gets of a job that completes, fails, is stopped or too slow."""

import json
import time
import uuid
from typing import Any

import pytest
from botocore import xform_name

from local import clients
from local.settings import Settings
from tests.local.seams.machines import create, history, run, start, states_client, task, wait
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


RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
OUTPUT = {"S3OutputPath": "s3://bucket/out"}


def jobs(outcome: str) -> dict[str, dict[str, Any]]:
    """The least that each of the four kinds needs, by the name of its task."""
    role, condition = "arn:aws:iam::123456789012:role/jobs", {"MaxRuntimeInSeconds": 60}
    image = {"TrainingImage": outcome, "TrainingInputMode": "File"}
    definition = {
        "AlgorithmSpecification": image, "RoleArn": role, "OutputDataConfig": OUTPUT,
        "ResourceConfig": RESOURCES, "StoppingCondition": condition,
    }  # fmt: skip
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}}
    limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    return {
        "TrainingJob": definition,
        "ProcessingJob": {
            "RoleArn": role, "AppSpecification": {"ImageUri": outcome},
            "ProcessingResources": {"ClusterConfig": RESOURCES},
        },
        "TransformJob": {
            "ModelName": outcome, "TransformInput": source, "TransformOutput": OUTPUT,
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        },
        "HyperParameterTuningJob": {
            "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": limits},
            "TrainingJobDefinition": definition,
        },
    }  # fmt: skip


def of_kind(kind: str, outcome: str, **more: Any) -> dict[str, Any]:
    arguments = {f"{kind}Name": f"job-{uuid.uuid4().hex[:8]}", **jobs(outcome)[kind]}
    return task(f"sagemaker:create{kind}.sync", arguments, End=True, **more)


KINDS = ["TrainingJob", "ProcessingJob", "TransformJob", "HyperParameterTuningJob"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_job_is_waited_for(stubbed_aws: Settings, kind: str) -> None:
    done = run(stubbed_aws, {"Do": of_kind(kind, "complete")}, "Do")
    assert json.loads(done["output"])[f"{kind}Status"] == "Completed"
    failed = run(stubbed_aws, {"Do": of_kind(kind, "fail")}, "Do")
    assert failed["error"] == "States.TaskFailed"
    assert json.loads(failed["cause"])[f"{kind}Status"] == "Failed"


@pytest.mark.parametrize("kind", KINDS)
def test_stop_execution_stops_each_kind_of_job(stubbed_aws: Settings, kind: str) -> None:
    state = of_kind(kind, "run")
    arn = start(stubbed_aws, {"Do": state}, "Do")
    while "TaskSubmitted" not in [event["type"] for event in history(stubbed_aws, arn)]:
        time.sleep(0.05)
    states_client(stubbed_aws).stop_execution(executionArn=arn)
    assert wait(stubbed_aws, arn)["status"] == "ABORTED"
    client = clients.client("sagemaker", stubbed_aws)
    describe = getattr(client, f"describe_{xform_name(kind)}")
    name = state["Arguments"][f"{kind}Name"]
    deadline = time.monotonic() + 10
    while describe(**{f"{kind}Name": name})[f"{kind}Status"] != "Stopped":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ends = [event["type"] for event in history(stubbed_aws, arn)][-2:]
    assert ends == ["TaskSubmitted", "ExecutionAborted"]


def test_a_job_that_somebody_stopped_has_failed(stubbed_aws: Settings) -> None:
    answer = run(stubbed_aws, {"Do": of_kind("TrainingJob", "stop")}, "Do")
    assert answer["error"] == "States.TaskFailed"
    assert json.loads(answer["cause"])["TrainingJobStatus"] == "Stopped"


def test_the_job_has_the_tags_of_step_functions(stubbed_aws: Settings) -> None:
    state = of_kind("TrainingJob", "complete")
    state["Arguments"]["Tags"] = [{"Key": "team", "Value": "ml"}]
    answer = run(stubbed_aws, {"Do": state}, "Do")
    assert json.loads(answer["output"])["Tags"] == {
        "team": "ml",
        "AWS_STEP_FUNCTIONS_EXECUTION_ARN": answer["executionArn"],
        "MANAGED_BY_AWS": "STARTED_BY_STEP_FUNCTIONS",
    }


def test_the_history_tells_each_step_of_a_job(stubbed_aws: Settings) -> None:
    answer = run(stubbed_aws, {"Do": of_kind("TrainingJob", "complete", TimeoutSeconds=30)}, "Do")
    events = history(stubbed_aws, answer["executionArn"])[2:-2]
    assert [event["type"] for event in events] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    details = [next(value for name, value in event.items() if name.endswith("Details")) for event in events]
    assert {(each["resource"], each["resourceType"]) for each in details} == {("createTrainingJob.sync", "sagemaker")}
    scheduled, _, submitted, succeeded = details
    assert (scheduled["region"], scheduled["timeoutInSeconds"]) == ("us-east-1", 30)
    assert "TrainingJobName" in json.loads(scheduled["parameters"])
    assert json.loads(submitted["output"])["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert json.loads(succeeded["output"]) == json.loads(answer["output"])


def test_a_late_task_tells_nothing_after_its_time_out(stubbed_aws: Settings) -> None:
    answer = run(stubbed_aws, {"Do": of_kind("TrainingJob", "run", TimeoutSeconds=1)}, "Do")
    time.sleep(0.5)  # the job is stopped by now, and its task has come back
    kinds = [event["type"] for event in history(stubbed_aws, answer["executionArn"])]
    assert kinds[-2:] == ["TaskTimedOut", "ExecutionFailed"]


def test_any_other_refusal_is_the_general_error(stubbed_aws: Settings) -> None:
    answer = run(stubbed_aws, {"Do": of_kind("TrainingJob", "invalid")}, "Do")
    assert answer["error"] == "SageMaker.AmazonSageMakerException"
    assert answer["cause"].startswith(
        "no such role (Service: AmazonSageMaker; Status Code: 400; Error Code: Validation"
    )


@pytest.mark.parametrize("resource", ["createTrainingJob.waitForTaskToken", "createModel.sync", "describeTrainingJob"])
def test_what_the_integration_lacks_is_refused_at_once(stubbed_aws: Settings, resource: str) -> None:
    client = states_client(stubbed_aws)
    with pytest.raises(client.exceptions.InvalidDefinition, match="not recognized"):
        create(stubbed_aws, {"Do": task(f"sagemaker:{resource}", {}, End=True)}, "Do")


def test_retries_grow_up_to_a_limit_with_jitter(stubbed_aws: Settings) -> None:
    retry = [{
        "ErrorEquals": ["SageMaker.ResourceLimitExceededException"], "IntervalSeconds": 1, "MaxAttempts": 2,
        "BackoffRate": 9, "MaxDelaySeconds": 2, "JitterStrategy": "FULL",
    }]  # fmt: skip
    started = time.monotonic()
    answer = run(stubbed_aws, {"Do": of_kind("TrainingJob", "refuse", Retry=retry)}, "Do")
    assert answer["error"] == "SageMaker.ResourceLimitExceededException"
    assert time.monotonic() - started < 6
    kinds = [event["type"] for event in history(stubbed_aws, answer["executionArn"])]
    assert kinds.count("TaskScheduled") == 3


def test_stop_execution_does_not_wait_for_the_next_try(stubbed_aws: Settings) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]
    arn = start(stubbed_aws, {"Do": of_kind("TrainingJob", "refuse", Retry=retry)}, "Do")
    while "TaskFailed" not in [event["type"] for event in history(stubbed_aws, arn)]:
        time.sleep(0.05)
    states_client(stubbed_aws).stop_execution(executionArn=arn)
    assert wait(stubbed_aws, arn, seconds=10)["status"] == "ABORTED"


def test_states_all_leaves_out_runtime_errors(stubbed_aws: Settings) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Output": "caught", "Next": "End"}]
    state = task("sagemaker:createTrainingJob.sync", {"TrainingJobName": "x"}, Catch=catch, End=True)
    answer = run(stubbed_aws, {"Do": state, "End": {"Type": "Pass", "End": True}}, "Do")
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
