"""InvokeEndpoint: pipelines, limits, errors, and what happens when servers die, hang or are many."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psutil
import pytest
import urllib3
from botocore.exceptions import ClientError

from local.runtime.process import ProcessRuntime
from local.settings import Settings
from tests.local.sagemaker.conftest import BUCKET, World, embedded
from tests.local.sagemaker.images import ECHO, ask, config, echo, pipeline, start, variant

pytestmark = pytest.mark.local

STEP = """
    name = os.environ["NAME"]
    if body == b"refuse " + name.encode(): handler.answer(422, b"not for " + name.encode())
    elif body == b"pid": handler.answer(200, str(os.getpid()).encode())
    else:
        heard = [handler.headers.get(key) or "-" for key in
                 ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes")]
        handler.answer(200, body + f"|{name}:{','.join(heard)}".encode(), f"application/{name}")
"""


@pytest.fixture
def steps(world: World) -> World:
    """Two containers that add their name and what they heard, as a serial and a direct model."""
    image = world.publish_server("step", STEP)
    several = {name: {"Image": image, "Environment": {"NAME": name}} for name in ("clean", "score")}
    pipeline(world, "serial", "Serial", **several)
    pipeline(world, "direct", "Direct", **several)
    return world


def refused(world: World, **request: Any) -> dict[str, Any]:
    """Invoke an endpoint that must refuse; return the whole error."""
    with pytest.raises(ClientError) as problem:
        world.runtime.invoke_endpoint(**{"EndpointName": "e", "Body": b"x", **request})
    response: dict[str, Any] = dict(problem.value.response)
    return response


def test_a_pipeline_passes_each_answer_to_the_next_container(steps: World) -> None:
    config(steps, "c", variant("main", "serial"))
    described = start(steps, "piped", "c")
    assert len(described["ProductionVariants"][0]["DeployedImages"]) == 2
    answer = steps.runtime.invoke_endpoint(
        EndpointName="piped", Body=b"1", ContentType="text/csv", Accept="text/plain", CustomAttributes="mine"
    )
    heard = "|clean:text/csv,-,mine|score:application/clean,text/plain,mine"
    assert answer["Body"].read().decode() == "1" + heard
    assert answer["ContentType"] == "application/score"
    error = refused(steps, EndpointName="piped", Body=b"refuse clean")
    assert error["OriginalStatusCode"] == 422
    assert error["OriginalMessage"] == "not for clean"
    assert 'Received client error (422) from clean with message "not for clean"' in error["Error"]["Message"]
    assert error["LogStreamArn"].endswith("/clean")
    assert log_streams(steps) == {"clean", "score"}
    error = refused(steps, EndpointName="piped", TargetContainerHostname="clean")
    assert "not configured for direct invocation" in error["Error"]["Message"]


def log_streams(world: World) -> set[str]:
    """Wait for two streams of the endpoint and return the last parts of their names."""
    streams: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while len(streams) < 2 and time.monotonic() < deadline:
        with suppress(ClientError):  # lines come a moment later, and the group with the first
            streams = world.logs.describe_log_streams(logGroupName="/aws/sagemaker/Endpoints/piped")["logStreams"]
    return {stream["logStreamName"].rpartition("/")[2] for stream in streams}


def test_a_direct_model_asks_the_container_that_the_request_names(steps: World) -> None:
    config(steps, "c", variant("main", "direct"))
    start(steps, "e", "c")
    assert ask(steps, b"1", TargetContainerHostname="score").startswith("1|score:")
    assert ask(steps, b"1", TargetContainerHostname="clean").startswith("1|clean:")
    assert "TargetContainerHostname is required" in refused(steps)["Error"]["Message"]
    error = refused(steps, TargetContainerHostname="nobody")["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationError", "Container nobody not found in variant main.")


@pytest.fixture
def hasty(home: Settings) -> Iterator[World]:
    """An embedded SageMaker whose times are short."""
    bounds: dict[str, Any] = {
        "invocation_seconds": 1.5,
        "restart_wait_seconds": 1.0,
        "ping_seconds": 0.1,
        "ping_timeout_seconds": 0.3,
    }
    with embedded(home, ProcessRuntime(home), **bounds) as world:
        yield world


def test_members_of_a_request_are_passed_on_and_checked(world: World) -> None:
    echo(world, "m")
    config(world, "c", variant("main", "m"))
    start(world, "e", "c")
    assert ask(world, b"header X-Amzn-SageMaker-Custom-Attributes", CustomAttributes="a=b") == "a=b"
    assert ask(world, b"header Accept", Accept="application/json") == "application/json"
    assert "Member must have length less than or equal to 1024" in refused(world, Accept="a" * 1025)["Error"]["Message"]
    assert "TargetModel" in refused(world, TargetModel="m")["Error"]["Message"].replace("-", "")
    with pytest.raises(ClientError, match="InvokeEndpointAsync is not covered"):
        world.runtime.invoke_endpoint_async(EndpointName="e", InputLocation="s3://train/input")
    with pytest.raises(ClientError, match="InvokeEndpointWithResponseStream is not covered"):
        world.runtime.invoke_endpoint_with_response_stream(EndpointName="e", Body=b"x")
    error = refused(world, Body=b"long")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert "and could not load the entire response body" in error["Error"]["Message"]


def test_invocations_are_captured_as_the_configuration_asks(world: World) -> None:
    echo(world, "m")
    captured = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    config(world, "c", variant("main", "m"), DataCaptureConfig=captured)
    described = start(world, "e", "c")
    assert described["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "KmsKeyId": "",
    }
    ask(world, b"1,2", ContentType="text/csv", InferenceId="mine")
    world.sagemaker.delete_endpoint(EndpointName="e")
    waiter = world.sagemaker.get_waiter("endpoint_deleted")
    waiter.wait(EndpointName="e", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    found = world.s3.list_objects_v2(Bucket=BUCKET, Prefix="captured/e/main/")["Contents"]
    line = json.loads(world.get(found[0]["Key"]))
    assert line["captureData"]["endpointInput"]["data"] == "1,2"
    assert line["captureData"]["endpointOutput"]["data"] == "m:1,2"
    assert line["eventMetadata"]["inferenceId"] == "mine"


def test_a_model_that_is_too_slow_is_told_as_a_time_out(hasty: World) -> None:
    image = hasty.publish_server("slow", "time.sleep(4) if body == b'sleep' else handler.answer(200, b'ok')")
    hasty.model("m", image)
    config(hasty, "c", variant("main", "m"))
    start(hasty, "e", "c")
    began = time.monotonic()
    error = refused(hasty, Body=b"sleep")
    assert time.monotonic() - began < 4
    assert "Received server error (0) from primary" in error["Error"]["Message"]
    assert "Your invocation timed out while waiting for a response from container primary" in error["OriginalMessage"]
    assert ask(hasty) == "ok"


def test_a_variant_whose_instances_are_all_dead_answers_quickly_with_a_5xx(hasty: World) -> None:
    base = 'pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")) / "once"'
    once = f"import pathlib\nmark = {base}\nif mark.exists(): sys.exit('no second start')\nmark.touch()"
    hasty.model("m", hasty.publish_server("once", ECHO, once))
    config(hasty, "c", variant("main", "m"))
    start(hasty, "e", "c")
    dying = refused(hasty, Body=b"die")
    assert dying["Error"]["Code"] == "ModelError"
    assert "Received server error (0) from primary" in dying["Error"]["Message"]
    url = f"{hasty.settings.endpoint_url}/endpoints/e/invocations"
    deadline = time.monotonic() + 15
    answer = urllib3.request("POST", url, body=b"x", retries=False)
    while answer.status == 424 and time.monotonic() < deadline:  # it is still dying, and takes requests with it
        answer = urllib3.request("POST", url, body=b"x", retries=False)
    assert time.monotonic() < deadline
    assert answer.status == 503
    assert answer.headers["x-amzn-ErrorType"] == "ServiceUnavailable"
    assert "No healthy instance of variant main" in answer.json()["Message"]
    assert hasty.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "InService"


def test_a_hung_server_is_stopped_and_started_again(hasty: World) -> None:
    echo(hasty, "m")
    config(hasty, "c", variant("main", "m"))
    start(hasty, "e", "c")
    pid = int(ask(hasty, b"pid"))
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 30
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not psutil.pid_exists(pid)
    assert int(ask(hasty, b"pid")) != pid
    assert any("does not answer GET /ping" in line for line in hasty.lines("/aws/sagemaker/Endpoints/e"))


def test_a_server_too_busy_for_pings_is_left_to_its_work(home: Settings) -> None:
    hasty = {"ping_seconds": 0.1, "ping_timeout_seconds": 0.1, "invocation_seconds": 4.0}
    with embedded(home, ProcessRuntime(home), kept=None, **hasty) as world:
        busy = "time.sleep(0.5); handler.answer(200, str(os.getpid()).encode())"
        one_thread = "Server = http.server.HTTPServer; Server.request_queue_size = 128  # pings wait in it, too"
        image = world.publish_server("busy", busy, one_thread)
        world.model("m", image)
        config(world, "c", variant("main", "m"))
        start(world, "e", "c")
        with ThreadPoolExecutor(2) as pool:  # a queue that lasts longer than any request may
            pids = set(pool.map(lambda _: ask(world), range(9)))
        assert len(pids) == 1


def test_no_request_is_lost_when_one_of_two_instances_is_killed(world: World) -> None:
    echo(world, "m")
    config(world, "c", variant("main", "m", InitialInstanceCount=2))
    start(world, "e", "c")
    pids: set[int] = set()
    while len(pids) < 2:
        pids.add(int(ask(world, b"pid")))
    failures, answers = _under_load(world, lambda: os.kill(pids.pop(), signal.SIGKILL))
    assert not failures
    assert set(answers) <= {"m:x", "slow m"}
    described = world.sagemaker.describe_endpoint(EndpointName="e")
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2


def test_no_request_is_lost_while_weights_and_counts_change(world: World) -> None:
    echo(world, "a", "b")
    config(world, "c", variant("a", "a", InitialInstanceCount=2), variant("b", "b"))
    start(world, "e", "c")

    def change() -> None:
        world.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="e",
            DesiredWeightsAndCapacities=[
                {"VariantName": "a", "DesiredInstanceCount": 1, "DesiredWeight": 0.0},
                {"VariantName": "b", "DesiredInstanceCount": 2},
            ],
        )
        world.endpoint("e", "InService")

    failures, answers = _under_load(world, change)
    assert not failures
    assert [answer for answer in answers if "slow" not in answer][-1] == "b:x"


def _under_load(world: World, event: Any) -> tuple[list[Exception], list[str]]:
    failures: list[Exception] = []
    answers: list[str] = []
    over = threading.Event()

    def invoke(body: bytes) -> None:
        while not over.is_set():
            try:
                answers.append(ask(world, body))
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=invoke, args=(body,)) for body in (b"x", b"x", b"slow", b"slow")]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    event()
    seen = len(answers)
    while len(answers) < seen + 50 and not failures:
        time.sleep(0.05)
    over.set()
    for thread in threads:
        thread.join()
    return failures, answers
