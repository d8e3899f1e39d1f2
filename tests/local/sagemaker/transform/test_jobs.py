"""Transform jobs as boto3 meets them, with real servers behind."""

import gzip
import json
import struct
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import BUCKET, ROLE, World

pytestmark = pytest.mark.local

GROUP = "/aws/sagemaker/TransformJobs"
DOUBLE = """
    rows = body.decode().split()
    if "bad" in rows: handler.answer(400, b"bad row")
    else: handler.answer(200, "\\n".join(str(2 * int(row)) for row in rows).encode())
"""
SUM = """
    rows = [line.split(",") for line in body.decode().splitlines()]
    handler.answer(200, "\\n".join(str(sum(map(float, row))) for row in rows).encode())
"""


def create(world: World, name: str, *, input_: dict[str, Any] | None = None, **more: Any) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}
    request = {
        "TransformJobName": name,
        "ModelName": "model",
        "TransformInput": {
            "DataSource": source,
            "ContentType": "text/csv",
            "SplitType": "Line",
            **(input_ or {}),
        },
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/out", "AssembleWith": "Line", "Accept": "text/csv"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    world.sagemaker.create_transform_job(**{**request, **more})


def ended(world: World, name: str) -> dict[str, Any]:
    return world.until(
        lambda: world.sagemaker.describe_transform_job(TransformJobName=name),
        "TransformJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


def transform(world: World, name: str, **more: Any) -> dict[str, Any]:
    create(world, name, **more)
    return ended(world, name)


def serve(world: World, invoke: str, before: str = "") -> None:
    world.model("model", world.publish_server("model", invoke, before))


def keys(world: World, prefix: str) -> list[str]:
    found = world.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [item["Key"].removeprefix(prefix) for item in found]


def empty(world: World, prefix: str) -> None:
    for key in keys(world, prefix):
        world.s3.delete_object(Bucket=BUCKET, Key=prefix + key)


@pytest.fixture
def world(shared_world: World) -> World:
    """The embedded SageMaker without models and objects of other tests."""
    for item in shared_world.sagemaker.list_models()["Models"]:
        shared_world.sagemaker.delete_model(ModelName=item["ModelName"])
    for prefix in ("in/", "out/", "captured/"):
        empty(shared_world, prefix)
    return shared_world


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_every_line_gets_its_answer_in_order(world: World, strategy: str) -> None:
    serve(world, DOUBLE)
    world.put("in/part/features.csv", "1\n2\n3\n")
    job = transform(world, f"t-{strategy}", BatchStrategy=strategy, MaxConcurrentTransforms=4)
    assert job["TransformJobStatus"] == "Completed", job
    assert world.get("out/part/features.csv.out") == b"2\n4\n6\n"


def test_every_object_below_the_prefix_is_unpacked_and_keeps_its_path(world: World) -> None:
    serve(world, DOUBLE)
    world.put("in/a.csv.gz", gzip.compress(b"1\n2\n"))
    world.put("in/deep/er/b.csv.gz", gzip.compress(b"3"))
    job = transform(world, "t-gzip", input_={"CompressionType": "Gzip"})
    assert job["TransformJobStatus"] == "Completed", job
    assert keys(world, "out/") == ["a.csv.gz.out", "deep/er/b.csv.gz.out"]
    assert world.get("out/a.csv.gz.out") == b"2\n4\n"


def test_a_manifest_names_the_objects(world: World) -> None:
    serve(world, DOUBLE)
    for name in ("a", "b", "c"):
        world.put(f"in/{name}.csv", "1\n")
    uri = world.put("lists/manifest.json", json.dumps([{"prefix": f"s3://{BUCKET}/in/"}, "a.csv", "c.csv"]))
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": uri}}
    assert transform(world, "t-manifest", input_={"DataSource": source})["TransformJobStatus"] == "Completed"
    assert keys(world, "out/") == ["a.csv.out", "c.csv.out"]


def test_the_model_sees_the_filtered_row_and_the_output_joins_it(world: World) -> None:
    serve(world, SUM)
    world.put("in/features.csv", "id-1,1,2\nid-2,3,4\n")
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    job = transform(world, "t-join", DataProcessing=processing)
    assert job["DataProcessing"] == processing
    assert world.get("out/features.csv.out") == b"id-1,3.0\nid-2,7.0\n"


def test_a_filter_that_leads_nowhere_fails_the_job_and_the_data_log_tells(world: World) -> None:
    serve(world, SUM)
    world.put("in/features.csv", "1,2\n")
    job = transform(world, "t-nowhere", DataProcessing={"InputFilter": "$[7]"})
    assert (job["TransformJobStatus"], job["FailureReason"]) == (
        "Failed",
        "ClientError: See job logs for more information",
    )
    assert any("Invalid JsonPath: $[7]" in line for line in world.lines(GROUP, "t-nowhere/"))


def test_a_bad_object_fails_the_job_and_leaves_nothing_while_the_good_are_kept(world: World) -> None:
    serve(world, DOUBLE)
    world.put("in/a.csv", "1\nbad\n3\n")
    world.put("in/b.csv", "1\n")
    job = transform(world, "t-bad", BatchStrategy="SingleRecord")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert keys(world, "out/") == ["b.csv.out"]
    lines = [line.partition(":[sagemaker logs]: ")[2] for line in world.lines(GROUP, "t-bad/")]
    about = f"{BUCKET}/in/a.csv: "
    place = lines.index(f"{about}ClientError: 400")
    assert lines[place : place + 4] == [f"{about}ClientError: 400", about, f"{about}Message:", f"{about}bad row"]


def test_an_image_that_cannot_serve_fails_the_job(world: World) -> None:
    world.model("model", world.publish("broken", "import sys; sys.exit('no such command')"))
    world.put("in/features.csv", "1\n")
    job = transform(world, "t-broken")
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert "no such command" in world.lines(GROUP, "t-broken/")


def test_a_prefix_without_objects_fails_the_job(world: World) -> None:
    serve(world, DOUBLE)
    job = transform(world, "t-empty")
    assert job["FailureReason"].startswith(f'ClientError: No S3 objects found under S3 URL "s3://{BUCKET}/in/"')


@pytest.mark.parametrize(("retries", "status"), [(2, "Completed"), (1, "Failed")])
def test_a_server_error_is_tried_again_as_often_as_asked(world: World, retries: int, status: str) -> None:
    before = "calls = []"
    serve(world, "calls.append(1)\nhandler.answer(200 if len(calls) > 2 else 503, b'7')", before)
    world.put("in/features.csv", "1\n")
    job = transform(world, f"t-retry-{retries}", ModelClientConfig={"InvocationsMaxRetries": retries})
    assert job["TransformJobStatus"] == status
    if status == "Failed":
        assert job["FailureReason"] == "AlgorithmError: See job logs for more information"
        assert any(
            "Bad HTTP status received from algorithm: 503" in line for line in world.lines(GROUP, f"t-retry-{retries}/")
        )


def test_a_container_that_does_not_answer_in_time_is_told(world: World) -> None:
    serve(world, "time.sleep(30)\nhandler.answer(200, b'')")
    world.put("in/features.csv", "1\n")
    client = {"InvocationsMaxRetries": 0, "InvocationsTimeoutInSeconds": 1}
    assert transform(world, "t-slow", ModelClientConfig=client)["TransformJobStatus"] == "Failed"
    told = "Model server did not respond to /invocations request within 1 seconds"
    assert any(line.endswith(told) for line in world.lines(GROUP, "t-slow/"))


def test_a_server_that_dies_in_a_request_is_asked_again_when_it_is_back(world: World) -> None:
    invoke = """
        mark = os.path.join(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "died")
        if not os.path.exists(mark):
            open(mark, "w").close()
            os._exit(1)
        handler.answer(200, body)
    """
    serve(world, invoke)
    world.put("in/features.csv", "1\n")
    assert transform(world, "t-died")["TransformJobStatus"] == "Completed"
    assert world.get("out/features.csv.out") == b"1\n"


def test_a_running_job_stops_at_once_and_uploads_nothing(world: World) -> None:
    serve(world, "print('asked', flush=True)\ntime.sleep(60)\nhandler.answer(200, b'')")
    world.put("in/features.csv", "1\n")
    create(world, "t-stop")
    deadline = time.monotonic() + 30
    while "asked" not in logged(world, "t-stop/") and time.monotonic() < deadline:
        time.sleep(0.05)
    began = time.monotonic()
    world.sagemaker.stop_transform_job(TransformJobName="t-stop")
    assert ended(world, "t-stop")["TransformJobStatus"] == "Stopped"
    assert time.monotonic() - began < 20
    assert keys(world, "out/") == []


def logged(world: World, prefix: str) -> list[str]:
    try:
        return world.lines(GROUP, prefix)
    except ClientError:
        return []


def test_a_job_stops_while_its_server_comes_up(world: World) -> None:
    world.model("model", world.publish("mute", "import time; print('up', flush=True); time.sleep(60)"))
    world.put("in/features.csv", "1\n")
    create(world, "t-mute")
    deadline = time.monotonic() + 30
    while "up" not in logged(world, "t-mute/") and time.monotonic() < deadline:
        time.sleep(0.05)
    world.sagemaker.stop_transform_job(TransformJobName="t-mute")
    assert ended(world, "t-mute")["TransformJobStatus"] == "Stopped"


@pytest.mark.parametrize(
    ("files", "split"), [(["1\n2\n3\n"], "Line"), (["1", "2", "3"], "None")], ids=["records", "objects"]
)
def test_as_many_requests_as_allowed_are_under_way_at_once(world: World, files: list[str], split: str) -> None:
    invoke = """
        try:
            barrier.wait(20)
            handler.answer(200, body)
        except threading.BrokenBarrierError:
            handler.answer(400, b"alone")
    """
    serve(world, invoke, "barrier = threading.Barrier(3)")
    for number, text in enumerate(files):
        world.put(f"in/{number}.csv", text)
    sent = {"MaxConcurrentTransforms": 3, "BatchStrategy": "SingleRecord"}
    assert (
        transform(world, f"t-{split}-parallel", input_={"SplitType": split}, **sent)["TransformJobStatus"]
        == "Completed"
    )


def test_several_instances_share_the_objects_each_with_its_streams(world: World) -> None:
    serve(world, "handler.answer(200, str(os.getpid()).encode())")
    for name in "abcd":
        world.put(f"in/{name}.csv", "1\n")
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2}
    assert transform(world, "t-two", TransformResources=resources)["TransformJobStatus"] == "Completed"
    servers = {name: world.get(f"out/{name}.csv.out") for name in "abcd"}
    assert servers["a"] == servers["c"] != servers["b"] == servers["d"]
    streams = world.logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="t-two/")["logStreams"]
    names = sorted(item["logStreamName"] for item in streams)
    assert len(names) == 4
    assert [name for name in names if not name.endswith("/data-log")] == [
        name.removesuffix("/data-log") for name in names if name.endswith("/data-log")
    ]


def test_more_instances_than_a_quota_allows_are_refused(world: World) -> None:
    serve(world, DOUBLE)
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2**31 - 1}
    with pytest.raises(ClientError, match="for transform job usage") as refused:
        create(world, "t-many", TransformResources=resources)
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"


def test_a_container_may_say_how_it_wants_to_be_asked(world: World) -> None:
    before = """
        def do_GET(self):
            offered = b'{"MaxConcurrentTransforms": 3, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 1}'
            self.answer(200, b"" if self.path == "/ping" else offered, "application/json")
        Handler.do_GET = do_GET
    """
    serve(world, "handler.answer(200, str(len(body.split())).encode())", before)
    world.put("in/features.csv", "1\n2\n")
    transform(world, "t-offered")
    assert world.get("out/features.csv.out") == b"1\n1\n"
    expected = "MaxConcurrentTransforms=3, MaxPayloadInMB=1, BatchStrategy=SINGLE_RECORD"
    assert any(line.endswith(f":[sagemaker logs]: {expected}") for line in world.lines(GROUP, "t-offered/"))


def test_the_environment_tells_the_container_what_was_asked_for(world: World) -> None:
    serve(world, "handler.answer(200, ' '.join(os.environ.get(key, '-') for key in body.decode().split()).encode())")
    world.put("in/names", "MINE SAGEMAKER_BATCH SAGEMAKER_MAX_PAYLOAD_IN_MB SAGEMAKER_BATCH_STRATEGY")
    job = transform(world, "t-env", input_={"SplitType": "None"}, Environment={"MINE": "1"}, MaxPayloadInMB=2)
    assert job["Environment"] == {"MINE": "1"}
    assert world.get("out/names.out") == b"1 true 2 -\n"


def test_a_pipeline_passes_each_answer_to_the_next_container(world: World) -> None:
    types = "handler.headers['Content-Type']"
    first = world.publish_server("first", f"handler.answer(200, body.strip() + b'|' + {types}.encode(), 'text/plain')")
    second = world.publish_server("second", f"handler.answer(200, body + b'|' + {types}.encode())")
    containers = [{"Image": first, "ContainerHostname": "one"}, {"Image": second, "ContainerHostname": "two"}]
    world.sagemaker.create_model(ModelName="model", Containers=containers, ExecutionRoleArn=ROLE)
    world.put("in/features.csv", "1\n")
    assert transform(world, "t-pipeline")["TransformJobStatus"] == "Completed"
    assert world.get("out/features.csv.out") == b"1|text/csv|text/plain\n"
    assert "serving" in world.lines(GROUP, "t-pipeline/one/")
    assert "serving" in world.lines(GROUP, "t-pipeline/two/")


def test_a_payload_without_bound_is_streamed_in_chunks(world: World) -> None:
    invoke = """
        data = b""
        while size := int(handler.rfile.readline(), 16):
            data += handler.rfile.read(size)
            handler.rfile.readline()
        told = (handler.headers.get("Transfer-Encoding"), handler.headers.get("Content-Length"), len(data))
        handler.answer(200, repr(told).encode())
    """
    serve(world, invoke)
    world.put("in/features.csv", (b"x" * (2**20 - 1) + b"\n") * 8)
    assert transform(world, "t-chunks", MaxPayloadInMB=0)["TransformJobStatus"] == "Completed"
    assert world.get("out/features.csv.out") == f"('chunked', None, {8 * 2**20})\n".encode()


def test_requests_stay_below_the_payload_and_a_larger_record_fails(world: World) -> None:
    serve(world, "handler.answer(200, str(len(body)).encode())")
    world.put("in/features.csv", b"x" * 600_000 + b"\n" + b"y" * 600_000 + b"\n")
    assert transform(world, "t-fits", MaxPayloadInMB=1)["TransformJobStatus"] == "Completed"
    assert world.get("out/features.csv.out") == b"600001\n600001\n"
    world.put("in/features.csv", b"x" * 2**20 + b"x\n")
    job = transform(world, "t-large", MaxPayloadInMB=1)
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert any("larger than MaxPayloadInMB" in line for line in world.lines(GROUP, "t-large/"))


@pytest.mark.parametrize(("strategy", "framed"), [("SingleRecord", False), ("MultiRecord", True)])
def test_binary_records_are_sent_bare_alone_and_framed_together(world: World, strategy: str, framed: bool) -> None:
    serve(world, "handler.answer(200, body)")
    records = [struct.pack("<Q", len(data)) + b"CRC1" + data + b"CRC2" for data in (b"one", b"four")]
    world.put("in/data.tfrecord", b"".join(records))
    output = {"S3OutputPath": f"s3://{BUCKET}/out"}
    binary = {"SplitType": "TFRecord", "ContentType": "application/x-tfexample"}
    job = transform(world, f"t-{strategy}-binary", input_=binary, TransformOutput=output, BatchStrategy=strategy)
    assert job["TransformJobStatus"] == "Completed", job
    assert world.get("out/data.tfrecord.out") == (b"".join(records) if framed else b"onefour")


def test_capture_leaves_manifests_of_inputs_and_outputs(world: World) -> None:
    serve(world, DOUBLE)
    world.put("in/a.csv", "1\n2\n")
    config = {"DestinationS3Uri": f"s3://{BUCKET}/captured", "GenerateInferenceId": True}
    job = transform(world, "t-capture", DataCaptureConfig=config)
    assert job["TransformJobStatus"] == "Completed", job
    rows = [line.split(",") for line in world.get("out/a.csv.out").decode().splitlines()]
    assert [(row[0], len(row)) for row in rows] == [("2", 3), ("4", 3)]
    hour = job["TransformStartTime"].strftime("%Y/%m/%d/%H")
    found = {key.split("/")[0]: json.loads(world.get(f"captured/{key}")) for key in keys(world, "captured/")}
    assert found == {
        "input": [{"prefix": f"s3://{BUCKET}/in/"}, "a.csv"],
        "output": [{"prefix": f"s3://{BUCKET}/out/"}, "a.csv.out"],
    }
    assert all(key.split("/", 1)[1].startswith(hour) for key in keys(world, "captured/"))


def test_no_server_and_no_file_outlives_the_job(world: World) -> None:
    serve(world, DOUBLE)
    world.put("in/a.csv", "1\n")
    transform(world, "t-tidy")
    sandboxes = world.settings.state / "sagemaker"
    deadline = time.monotonic() + 10
    while any(sandboxes.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(sandboxes.iterdir()) == []
