import base64
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.clients import client
from local.runtime.process import ProcessRuntime
from local.sagemaker.capture import Capture, summary
from local.sagemaker.context import Context
from local.sagemaker.limits import Limits
from local.sagemaker.logs import LogWriter
from local.sagemaker.s3files import S3Files
from local.settings import Settings

BUCKET = "captured"
CONFIG = {
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": f"s3://{BUCKET}/deep/er",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
}


@pytest.fixture
def context(port: int, tmp_path: Path) -> Iterator[Context]:
    settings = Settings(home=tmp_path, port=port, runtime="process")
    s3 = client("s3", settings)
    s3.create_bucket(Bucket=BUCKET)
    logs = LogWriter(settings)
    yield Context(settings=settings, limits=Limits(), runtime=ProcessRuntime(settings), s3=S3Files(settings), logs=logs)
    logs.close()
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=item["Key"])


def invoke(capture: Capture, **more: Any) -> None:
    given = {
        "variant": "a",
        "event_id": "event-1",
        "sent": b"1,2\n",
        "sent_type": "text/csv",
        "received": b'{"y": 3}',
        "received_type": "application/json; charset=utf-8",
    }
    capture.record(**{**given, **more})


def captured(context: Context) -> dict[str, list[Any]]:
    s3 = client("s3", context.settings)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    bodies = {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys}
    return {key: [json.loads(text) for text in body.splitlines()] for key, body in bodies.items()}


@pytest.mark.local
def test_an_invocation_becomes_a_line_below_endpoint_variant_and_hour(context: Context) -> None:
    capture = Capture(context, "shop", CONFIG, flush_seconds=60)
    invoke(capture, inference_id="mine", custom_attributes="trace=7")
    capture.close()
    [(key, [event])] = captured(context).items()
    assert re.fullmatch(r"deep/er/shop/a/\d{4}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl", key)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["eventMetadata"].pop("inferenceTime"))
    assert event == {
        "captureData": {
            "endpointInput": {
                "observedContentType": "text/csv",
                "mode": "INPUT",
                "data": "1,2\n",
                "encoding": "CSV",
            },
            "endpointOutput": {
                "observedContentType": "application/json; charset=utf-8",
                "mode": "OUTPUT",
                "data": '{"y": 3}',
                "encoding": "JSON",
            },
        },
        "eventMetadata": {"eventId": "event-1", "inferenceId": "mine", "customAttributes": ["trace=7"]},
        "eventVersion": "0",
    }


@pytest.mark.local
def test_one_object_holds_the_events_of_a_variant_in_order(context: Context) -> None:
    capture = Capture(context, "shop", CONFIG, flush_seconds=60)
    for number, variant in enumerate("aabab"):
        invoke(capture, variant=variant, event_id=str(number))
    capture.close()
    found = {
        key.split("/")[3]: [event["eventMetadata"]["eventId"] for event in events]
        for key, events in captured(context).items()
    }
    assert found == {"a": ["0", "1", "3"], "b": ["2", "4"]}


@pytest.mark.local
@pytest.mark.parametrize(
    ("config", "sent_type", "body"),
    [
        ({**CONFIG, "CaptureContentTypeHeader": {}}, "text/csv", b"1,2"),
        (CONFIG, "application/x-npy", b"\x93NUMPY"),
        (CONFIG, "text/csv", b"\xff\xfe"),
    ],
    ids=["no types declared", "another type", "no text"],
)
def test_what_is_not_declared_or_no_text_is_base64(
    context: Context, config: dict[str, Any], sent_type: str, body: bytes
) -> None:
    capture = Capture(context, "shop", config, flush_seconds=60)
    invoke(capture, sent=body, sent_type=sent_type)
    capture.close()
    [[event]] = captured(context).values()
    side = event["captureData"]["endpointInput"]
    assert (side["encoding"], base64.b64decode(side["data"])) == ("BASE64", body)


@pytest.mark.local
@pytest.mark.parametrize(
    ("mode", "sides"),
    [
        ("Input", {"endpointInput"}),
        ("Output", {"endpointOutput"}),
        ("InputAndOutput", {"endpointInput", "endpointOutput"}),
    ],
)
def test_only_the_chosen_sides_are_captured(context: Context, mode: str, sides: set[str]) -> None:
    capture = Capture(context, "shop", {**CONFIG, "CaptureOptions": [{"CaptureMode": mode}]}, flush_seconds=60)
    invoke(capture)
    capture.close()
    [[event]] = captured(context).values()
    assert set(event["captureData"]) == sides


@pytest.mark.local
def test_the_sample_takes_the_percentage(context: Context) -> None:
    numbers = iter([0.0, 0.249, 0.25, 0.99])
    config = {**CONFIG, "InitialSamplingPercentage": 25}
    capture = Capture(context, "shop", config, sample=lambda: next(numbers), flush_seconds=60)
    for number in range(4):
        invoke(capture, event_id=str(number))
    capture.close()
    [events] = captured(context).values()
    assert [event["eventMetadata"]["eventId"] for event in events] == ["0", "1"]


@pytest.mark.local
@pytest.mark.parametrize("config", [{}, {**CONFIG, "EnableCapture": False}, {**CONFIG, "InitialSamplingPercentage": 0}])
def test_nothing_is_captured_where_nothing_is_asked_for(context: Context, config: dict[str, Any]) -> None:
    capture = Capture(context, "shop", config)
    invoke(capture)
    capture.close()
    assert captured(context) == {}


@pytest.mark.local
def test_a_missing_bucket_is_told_and_harms_nobody(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    capture = Capture(context, "shop", {**CONFIG, "DestinationS3Uri": "s3://nowhere-at-all/x"}, flush_seconds=60)
    invoke(capture)
    capture.close()
    assert "1 captured events lost" in caplog.text


@pytest.mark.unit
def test_the_endpoint_tells_whether_it_captures() -> None:
    assert summary(CONFIG) == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/deep/er",
        "KmsKeyId": "",
    }
    assert summary({**CONFIG, "EnableCapture": False})["CaptureStatus"] == "Stopped"


@pytest.mark.local
def test_captured_data_is_encrypted_with_the_key_that_was_given(context: Context) -> None:
    capture = Capture(context, "shop", {**CONFIG, "KmsKeyId": "alias/captured"}, flush_seconds=60)
    invoke(capture)
    capture.close()
    [key] = captured(context)
    described = client("s3", context.settings).head_object(Bucket=BUCKET, Key=key)
    assert (described["ServerSideEncryption"], described["SSEKMSKeyId"]) == ("aws:kms", "alias/captured")


@pytest.mark.local
def test_events_of_many_threads_are_all_there_and_go_out_by_themselves(context: Context) -> None:
    capture = Capture(context, "shop", CONFIG, flush_seconds=0.05)
    with ThreadPoolExecutor(16) as pool:
        for number in range(400):
            pool.submit(invoke, capture, event_id=str(number))
    deadline = time.monotonic() + 20
    while not captured(context) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert captured(context)
    capture.close()
    found = [event["eventMetadata"]["eventId"] for events in captured(context).values() for event in events]
    assert sorted(found, key=int) == [str(number) for number in range(400)]
