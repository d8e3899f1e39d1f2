"""Checkpoints, spot, live metrics, retries, outputs: what a training job's request may ask for."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.clients import client
from local.runtime.interface import Handle, Launch, LogLine
from local.runtime.process import ProcessRuntime
from local.sagemaker import trainingchecks
from local.sagemaker.errors import AwsError
from local.sagemaker.limits import Limits
from local.settings import Settings
from tests.local.sagemaker.conftest import BUCKET, World, embedded
from tests.local.sagemaker.tools import BASE, algorithm, said, training_request, until

pytestmark = pytest.mark.local

ENDLESS = "import time; time.sleep(600)"

CHECKPOINTS = (
    BASE
    + """
folder = base / "checkpoints"
print("told", json.loads((base / "input/config/checkpointconfig.json").read_text())["LocalPath"], flush=True)
print("found", *sorted(file.name for file in folder.iterdir()), flush=True)
(folder / "state").mkdir()
(folder / "state" / "2.json").write_text("during")
def goodbye(*_):
    (folder / "3.json").write_text("at the end")
    sys.exit(0)
signal.signal(signal.SIGTERM, goodbye)
time.sleep(600)
"""
)


def test_checkpoints_come_back_and_go_up_while_the_job_runs_and_when_it_stops(world: World) -> None:
    world.put("checks/1.json", "before")
    config = {"S3Uri": f"s3://{BUCKET}/checks"}
    world.train("checks", world.publish("checks", CHECKPOINTS), wait=False, CheckpointConfig=config)
    assert said(world, "TrainingJobs", "checks", "found") == ["1.json"]
    assert said(world, "TrainingJobs", "checks", "told") == ["/opt/ml/checkpoints"]
    assert until(lambda: world.get("checks/state/2.json"), "the checkpoint") == b"during"
    assert world.sagemaker.describe_training_job(TrainingJobName="checks")["TrainingJobStatus"] == "InProgress"
    world.sagemaker.stop_training_job(TrainingJobName="checks")
    job = world.training("checks")
    assert (job["TrainingJobStatus"], job["CheckpointConfig"]) == ("Stopped", config)
    assert world.get("checks/3.json") == b"at the end"


def test_a_failed_job_keeps_its_last_checkpoint_in_its_own_folder(world: World) -> None:
    program = BASE + "(base / 'mine/last').write_text('x'); sys.exit(1)\n"
    config = {"S3Uri": f"s3://{BUCKET}/mine/", "LocalPath": "/opt/ml/mine"}
    job = world.train("mine", world.publish("mine", program), CheckpointConfig=config)
    assert job["FailureReason"] == "AlgorithmError: , exit code: 1"
    assert world.get("mine/last") == b"x"


SPOT = {"EnableManagedSpotTraining": True}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            {**SPOT},
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
        ),
        (
            {**SPOT, "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}},
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}},
            "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true",
        ),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/tmp/c"}}, "LocalPath '/tmp/c' must be a folder"),
        (
            {"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/x/../model"}},
            "LocalPath '/opt/ml/x/../model' must be a folder",
        ),
        ({"AlgorithmSpecification": {"TrainingInputMode": "File"}}, "exactly one of TrainingImage and AlgorithmName"),
    ],
)
def test_settings_that_do_not_fit_are_refused(members: dict[str, Any], words: str) -> None:
    with pytest.raises(AwsError) as refused:
        trainingchecks.check(training_request(**members), Limits())
    assert words in refused.value.message


def test_a_spot_job_that_waits_and_runs_too_long_is_stopped(world: World) -> None:
    times = {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1}
    job = world.train("spot", world.publish("endless", ENDLESS), **SPOT, StoppingCondition=times)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert job["TrainingTimeInSeconds"] >= job["BillableTimeInSeconds"] >= 1


MEASURES = BASE + "print('loss=0.5; loss=nan;', flush=True); time.sleep(600)\n"


def test_metrics_are_in_cloudwatch_while_the_job_runs(world: World) -> None:
    image = world.publish("measures", MEASURES)
    definitions = [{"Name": "train:loss", "Regex": "loss=([0-9.a-z]+);"}]
    specification = algorithm(image, MetricDefinitions=definitions)
    world.train("measured", image, wait=False, AlgorithmSpecification=specification)
    cloudwatch = client("cloudwatch", world.settings)

    def listed() -> Any:
        return cloudwatch.list_metrics(
            Namespace="/aws/sagemaker/TrainingJobs",
            MetricName="train:loss",
            Dimensions=[{"Name": "TrainingJobName", "Value": "measured"}],
        )["Metrics"]

    until(listed, "a metric in CloudWatch")
    assert world.sagemaker.describe_training_job(TrainingJobName="measured")["TrainingJobStatus"] == "InProgress"
    world.sagemaker.stop_training_job(TrainingJobName="measured")
    final = world.training("measured")["FinalMetricDataList"]
    assert [(item["MetricName"], item["Value"]) for item in final] == [("train:loss", 0.5)]


def test_an_uncompressed_model_is_a_prefix_of_files(world: World) -> None:
    program = BASE + "(base / 'model/a').mkdir(); (base / 'model/a/b').write_text('weights')\n"
    output = {"S3OutputPath": f"s3://{BUCKET}/plain/", "CompressionType": "NONE"}
    job = world.train("files", world.publish("files", program), OutputDataConfig=output)
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/plain/files/output/model/"
    assert world.get("plain/files/output/model/a/b") == b"weights"


def test_describe_shows_what_was_asked_for_and_aws_defaults(world: World) -> None:
    image = world.publish("quick", "pass")
    asked: dict[str, Any] = {
        "DebugHookConfig": {"S3OutputPath": f"s3://{BUCKET}/debug"},
        "ProfilerConfig": {"S3OutputPath": f"s3://{BUCKET}/profile"},
        "TensorBoardOutputConfig": {"S3OutputPath": f"s3://{BUCKET}/board"},
        "Environment": {"COLOUR": "red"},
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    }
    job = world.train("echo", image, **asked, StoppingCondition={"MaxPendingTimeInSeconds": 7200})
    assert {name: job[name] for name in asked} == asked
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400, "MaxPendingTimeInSeconds": 7200}
    assert (job["EnableManagedSpotTraining"], job["EnableNetworkIsolation"]) == (False, False)
    assert job["ProfilingStatus"] == "Disabled"
    assert all(step["EndTime"] >= step["StartTime"] for step in job["SecondaryStatusTransitions"])


class Stumbles(ProcessRuntime):
    """Fails once, not by the fault of the job."""

    stumbled = False

    def start(self, launch: Launch, log: LogLine) -> Handle:
        if not self.stumbled:
            self.stumbled = True
            raise ValueError("the machine was unwell")
        return super().start(launch, log)


@pytest.fixture
def unwell(home: Settings) -> Iterator[World]:
    with embedded(home, Stumbles(home)) as found:
        yield found


def test_a_retry_strategy_starts_a_job_again_that_failed_by_our_fault(unwell: World) -> None:
    image = unwell.publish("quick", "pass")
    job = unwell.train("again", image, RetryStrategy={"MaximumRetryAttempts": 1})
    steps = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    attempt = ["Starting", "Downloading", "Training"]
    assert steps == [*attempt, "Restarting", *attempt, "Uploading", "Completed"]


def test_without_a_retry_strategy_it_fails_as_an_internal_error(unwell: World) -> None:
    job = unwell.train("once", unwell.publish("quick", "pass"))
    assert job["FailureReason"] == "InternalServerError: ValueError('the machine was unwell')"
