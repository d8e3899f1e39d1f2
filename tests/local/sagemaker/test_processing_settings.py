"""What a processing job's request may ask for, and how one ends early."""

import json
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError
from local.sagemaker.jobqueue import Queue
from local.sagemaker.limits import Limits
from local.sagemaker.logs import LogWriter
from local.sagemaker.processing import ProcessingJobs
from local.sagemaker.s3files import S3Files
from local.settings import Settings
from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.tools import BASE, processing_request, s3_input, s3_output, said, until

pytestmark = pytest.mark.local


def start(world: World, name: str, image: str, **more: Any) -> None:
    request = processing_request(ProcessingJobName=name, AppSpecification={"ImageUri": image}, **more)
    world.sagemaker.create_processing_job(**request)


def ended(world: World, name: str) -> dict[str, Any]:
    return world.until(
        lambda: world.sagemaker.describe_processing_job(ProcessingJobName=name),
        "ProcessingJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


CONTINUOUS = BASE + (
    "out = base / 'processing/out'\n"
    "(out / 'early').write_text('1')\n"
    "print('wrote', os.getpid(), flush=True)\n"
    "signal.signal(signal.SIGTERM, lambda *_: ((out / 'late').write_text('2'), sys.exit(0)))\n"
    "time.sleep(600)\n"
)


def test_continuous_outputs_go_up_while_the_job_runs_and_a_stop_keeps_them(world: World) -> None:
    outputs = [s3_output("stream", S3UploadMode="Continuous")]
    start(world, "stream", world.publish("stream", CONTINUOUS), ProcessingOutputConfig={"Outputs": outputs})
    until(lambda: world.get("stream/early"), "the first output")
    world.sagemaker.stop_processing_job(ProcessingJobName="stream")
    job = ended(world, "stream")
    assert job["ProcessingJobStatus"] == "Stopped"
    assert world.get("stream/late") == b"2"
    with pytest.raises(ClientError, match="processing job is in status Stopped"):
        world.sagemaker.stop_processing_job(ProcessingJobName="stream")


def test_stop_ends_a_job_that_ignores_sigterm_and_one_that_waits(world: World) -> None:
    program = (
        BASE + "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pid', os.getpid(), flush=True); time.sleep(600)"
    )
    image = world.publish("stubborn", program)
    for number in range(3):
        start(world, f"stubborn-{number}", image)
    pid = int(said(world, "ProcessingJobs", "stubborn-0", "pid")[0])
    for number in (2, 0):
        world.sagemaker.stop_processing_job(ProcessingJobName=f"stubborn-{number}")
    assert "ProcessingStartTime" not in ended(world, "stubborn-2")
    assert ended(world, "stubborn-0")["ProcessingJobStatus"] == "Stopped"
    assert not psutil.pid_exists(pid)


def test_the_time_limit_stops_the_job(world: World) -> None:
    image = world.publish("endless", "import time; time.sleep(600)")
    start(world, "limited", image, StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert ended(world, "limited")["ProcessingJobStatus"] == "Stopped"


TELLS = BASE + (
    "(base / 'processing/out/told').write_text((base / 'config/processingjobconfig.json').read_text())\n"
    "print('arguments', *sys.argv[1:], flush=True)\n"
    "(base / 'output/message').write_bytes(('é' * 600).encode())\n"
)


def test_the_image_reads_its_job_and_its_message_is_cut_at_a_kilobyte(world: World) -> None:
    world.put("config-raw/a.csv", "1")
    managed = {"InputName": "own", "AppManaged": True}
    start(
        world,
        "config",
        world.publish("config", TELLS),
        ProcessingInputs=[s3_input("config-raw/"), managed],
        ProcessingOutputConfig={"Outputs": [s3_output("config")]},
    )
    job = ended(world, "config")
    assert job["ProcessingJobStatus"] == "Completed", job
    assert job["ExitMessage"] == "é" * 512
    told = json.loads(world.get("config/told"))
    assert told["ProcessingJobArn"] == job["ProcessingJobArn"]
    assert told["AppSpecification"]["ContainerArguments"] is None
    assert told["ProcessingInputs"][0]["S3Input"] == {
        "S3Uri": f"s3://{BUCKET}/config-raw/",
        "LocalPath": "/opt/ml/processing/in",
        "S3DataType": "S3Prefix",
        "S3DataDistributionType": "FullyReplicated",
        "S3InputMode": "File",
        "S3CompressionType": "None",
        "S3DownloadMode": "StartOfJob",
    }
    assert told["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_a_message_that_is_not_utf_8_fails_the_job(world: World) -> None:
    program = BASE + "(base / 'output/message').write_bytes(b'\\xff\\xfe')\n"
    start(world, "latin", world.publish("latin", program))
    assert ended(world, "latin")["FailureReason"] == "ClientError: /opt/ml/output/message is not encoded in UTF-8"


def cluster(**more: Any) -> dict[str, Any]:
    return {"ProcessingResources": {"ClusterConfig": {"VolumeSizeInGB": 1, **more}}}


def outputs(*items: dict[str, Any]) -> dict[str, Any]:
    return {"ProcessingOutputConfig": {"Outputs": list(items)}}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"ProcessingInputs": [s3_input("x", LocalPath="/opt/ml/processing/../model")]}, "must begin with"),
        ({"ProcessingInputs": [s3_input("x", LocalPath="/opt/ml/processing-else")]}, "must begin with"),
        ({"ProcessingInputs": [s3_input("x", S3InputMode="Pipe")]}, "S3InputMode Pipe is not covered"),
        ({"ProcessingInputs": [s3_input("x", S3CompressionType="Gzip")]}, "only be used with S3InputMode Pipe"),
        ({"ProcessingInputs": [s3_input("x"), s3_input("y")]}, "InputName must be unique"),
        ({"ProcessingInputs": [{"InputName": "a"}]}, "S3Input is required unless AppManaged"),
        ({"ProcessingInputs": [{"InputName": "a", "DatasetDefinition": {}}]}, "not DatasetDefinition"),
        (outputs({"OutputName": "a", "S3Output": {"S3Uri": "s3://a/b", "S3UploadMode": "EndOfJob"}}), "is required"),
        (outputs({"OutputName": "a", "FeatureStoreOutput": {"FeatureGroupName": "g"}}), "only supported when"),
        (outputs(s3_output("x"), s3_output("y")), "OutputName must be unique"),
        (cluster(InstanceCount=21, InstanceType="ml.m5.large"), "'ml.m5.large for processing job usage' is 20"),
        (cluster(InstanceCount=1), "needs InstanceType"),
    ],
)
def test_what_does_not_fit_is_refused(jobs: ProcessingJobs, members: dict[str, Any], words: str) -> None:
    with pytest.raises(AwsError, match=words):
        jobs.check(processing_request(**members))


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = Settings(home=tmp_path_factory.mktemp("home"), port=9)
    logs = LogWriter(settings)
    context = Context(settings=settings, limits=Limits(), runtime=None, s3=S3Files(settings), logs=logs)  # type: ignore[arg-type]
    queue = Queue(1)
    yield ProcessingJobs(context, queue)
    queue.close()
    logs.close()
