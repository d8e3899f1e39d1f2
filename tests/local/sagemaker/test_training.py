import io
import tarfile
import time
from contextlib import suppress
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.tools import algorithm, training_request

pytestmark = pytest.mark.local

TRAINER = """
    import json, os, pathlib, sys
    base = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    parameters = json.loads((base / "input/config/hyperparameters.json").read_text())
    rows = (base / "input/data/train/data.csv").read_text().split()
    print(os.environ["GREETING"], sys.argv[1:], parameters)
    print("validation:rmse=3.5;")
    print("validation:rmse=2.25;")
    (base / "model/model.json").write_text(json.dumps(len(rows)))
    (base / "output/data/note.txt").write_text("done")
"""


def channel(uri: str) -> list[dict[str, Any]]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return [{"ChannelName": "train", "DataSource": {"S3DataSource": source}, "ContentType": "text/csv"}]


def test_a_job_trains_and_leaves_model_logs_and_metrics(world: World) -> None:
    image = world.publish("trainer", TRAINER)
    world.put("data/train/data.csv", "1\n2\n3\n")
    job = world.train(
        "first",
        image,
        InputDataConfig=channel(f"s3://{BUCKET}/data/train/"),
        HyperParameters={"depth": "3"},
        AlgorithmSpecification={
            "TrainingImage": image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "rmse", "Regex": "rmse=([0-9.]+);"}],
        },
    )
    assert job["TrainingJobStatus"] == "Completed", job
    steps = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert steps == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert [(item["MetricName"], item["Value"]) for item in job["FinalMetricDataList"]] == [("rmse", 2.25)]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/models/first/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(world.get("models/first/output/model.tar.gz"))) as archive:
        assert archive.getnames() == ["model.json"]
    assert "hello ['train'] {'depth': '3'}" in world.lines("/aws/sagemaker/TrainingJobs", "first/algo-1-")


def test_a_failing_program_tells_its_reason(world: World) -> None:
    program = """
        import os, pathlib, sys
        base = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
        (base / "output/failure").write_text("column medv is text")
        sys.exit(7)
    """
    job = world.train("fails", world.publish("fails", program))
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: column medv is text, exit code: 7"


def test_an_unknown_image_fails_the_job_with_the_images_there_are(world: World) -> None:
    world.publish("known", "pass")
    job = world.train("unknown", "123456789012.dkr.ecr.us-east-1.amazonaws.com/nobody:1")
    assert job["TrainingJobStatus"] == "Failed"
    assert "nobody:1 is not published here. Published images: known:1" in job["FailureReason"]


def test_missing_data_fails_the_job_before_the_image_runs(world: World) -> None:
    image = world.publish("trainer", TRAINER)
    job = world.train("no-data", image, InputDataConfig=channel(f"s3://{BUCKET}/nowhere/"))
    assert job["FailureReason"].startswith("ClientError: Data download failed:No S3 objects found")


STUBBORN = """
    import os, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    print("pids", os.getpid(), child.pid, flush=True)
    time.sleep(600)
"""


def pids(world: World, job: str) -> list[int]:
    """Wait until the program told its process ids."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(world.logs.exceptions.ResourceNotFoundException):
            lines = world.lines("/aws/sagemaker/TrainingJobs", job)
            if told := [line.split()[1:] for line in lines if line.startswith("pids")]:
                return [int(word) for word in told[0]]
        time.sleep(0.1)
    raise AssertionError(f"{job} did not start")


def test_stop_ends_a_program_that_ignores_sigterm_and_its_children(world: World) -> None:
    world.train("stubborn", world.publish("stubborn", STUBBORN), wait=False)
    started = pids(world, "stubborn")
    world.sagemaker.stop_training_job(TrainingJobName="stubborn")
    described = world.sagemaker.describe_training_job(TrainingJobName="stubborn")
    assert described["TrainingJobStatus"] in ("Stopping", "Stopped")
    job = world.training("stubborn")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert not any(psutil.pid_exists(pid) for pid in started)
    with pytest.raises(ClientError, match="training job is in status Stopped"):
        world.sagemaker.stop_training_job(TrainingJobName="stubborn")


def test_the_time_limit_stops_the_job_as_on_aws(world: World) -> None:
    image = world.publish("endless", "import time; time.sleep(600)")
    job = world.train("endless", image, StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_a_job_waiting_for_its_turn_stops_at_once(world: World) -> None:
    image = world.publish("endless", "import time; time.sleep(600)")
    for number in range(3):
        world.train(f"queued-{number}", image, wait=False)
    world.sagemaker.stop_training_job(TrainingJobName="queued-2")
    job = world.training("queued-2")
    assert job["TrainingJobStatus"] == "Stopped"
    assert "TrainingStartTime" not in job


def test_a_name_is_taken_for_ever(world: World) -> None:
    image = world.publish("quick", "pass")
    world.train("twice", image)
    with pytest.raises(ClientError, match="Job name must be unique") as refused:
        world.train("twice", image)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


def test_lists_filter_sort_and_page(world: World) -> None:
    image = world.publish("quick", "pass")
    for name in ("list-b", "list-a", "other"):
        world.train(name, image)
    summaries = world.sagemaker.list_training_jobs(NameContains="LIST", SortBy="Name", SortOrder="Ascending")
    assert [item["TrainingJobName"] for item in summaries["TrainingJobSummaries"]] == ["list-a", "list-b"]
    pages = world.sagemaker.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 2})
    counts = [len(page["TrainingJobSummaries"]) for page in pages]
    assert counts == [2, 1]
    assert not world.sagemaker.list_training_jobs(StatusEquals="Failed")["TrainingJobSummaries"]


def test_waiters_of_boto3_understand_the_states(world: World) -> None:
    world.train("waited", world.publish("quick", "pass"), wait=False)
    waiter = world.sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName="waited", WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def test_close_leaves_no_process_and_no_folder(world: World) -> None:
    world.train("left", world.publish("stubborn", STUBBORN), wait=False)
    started = pids(world, "left")
    world.service.close()
    assert not any(psutil.pid_exists(pid) for pid in started)
    assert not (world.settings.state / "sagemaker").exists()
    assert not list((world.settings.state / "processes").glob("*"))


def test_who_made_a_job_in_process_waits_for_its_end_and_sees_its_points(world: World) -> None:
    jobs = world.service.training
    image = world.publish("points", "print('loss=2;', flush=True); print('loss=1;', flush=True)")
    definitions = [{"Name": "loss", "Regex": "loss=([0-9.]+);"}]
    jobs.create(
        training_request(
            TrainingJobName="inner", AlgorithmSpecification=algorithm(image, MetricDefinitions=definitions)
        ),
        {"TuningJobArn": "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/t"},
    )
    assert jobs.wait("inner", 0.0) is None
    ended = jobs.wait("inner", 60)
    assert ended is not None
    assert ended["TrainingJobStatus"] == "Completed"
    assert [(name, value) for name, value, _ in jobs.points("inner")] == [("loss", 2.0), ("loss", 1.0)]
    described = world.sagemaker.describe_training_job(TrainingJobName="inner")
    assert described["TuningJobArn"].endswith("hyper-parameter-tuning-job/t")
