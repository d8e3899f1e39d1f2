"""Distributed Map states: where items come from, how children run, what is tolerated, what is written."""

import gzip
import json
import time
import uuid
from typing import Any

import pytest

from local import clients
from local.settings import Settings
from tests.local.seams.machines import create, history, kinds, result, run, start, states_client, task, until, wait

pytestmark = pytest.mark.local
ECHO = {"Echo": {"Type": "Pass", "End": True}}


@pytest.fixture(scope="module")
def bucket(embedded_aws: Settings) -> str:
    name = f"maps-{uuid.uuid4().hex[:8]}"
    clients.client("s3", embedded_aws).create_bucket(Bucket=name)
    return name


def put(settings: Settings, bucket: str, key: str, body: str | bytes) -> None:
    data = body.encode() if isinstance(body, str) else body
    clients.client("s3", settings).put_object(Bucket=bucket, Key=key, Body=data)


def get(settings: Settings, bucket: str, key: str) -> Any:
    return json.loads(clients.client("s3", settings).get_object(Bucket=bucket, Key=key)["Body"].read())


def distributed(states: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    inner = states or ECHO
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": next(iter(inner)), "States": inner}
    return {"Each": {"Type": "Map", "ItemProcessor": processor, "Label": "Each", "End": True, **more}}


def reader(bucket: str, key: str, **config: Any) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Arguments": {"Bucket": bucket, "Key": key},
    }


def first_run(settings: Settings, arn: str) -> dict[str, Any]:
    client = states_client(settings)
    run_arn = client.list_map_runs(executionArn=arn)["mapRuns"][0]["mapRunArn"]
    described: dict[str, Any] = client.describe_map_run(mapRunArn=run_arn)
    return described


ROWS = 'name,n\nann,1\n"bob, jr",2\nshort\nlong,4,5\n'
READ = [
    {"name": "ann", "n": "1"},
    {"name": "bob, jr", "n": "2"},
    {"name": "short", "n": ""},
    {"name": "long", "n": "4"},
]
FORMS: list[tuple[str, bytes, dict[str, Any], list[Any]]] = [
    ("first.csv", ROWS.encode(), {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, READ),
    ("most.csv", ROWS.encode(), {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 2}, READ[:2]),
    (
        "given.csv",
        b"1|2\n3|4\n",
        {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE"},
        [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}],
    ),
    ("a.json", b'[1, {"x": null}]', {"InputType": "JSON"}, [1, {"x": None}]),
    ("in.json", b'{"a": {"b": [7, 8]}}', {"InputType": "JSON", "ItemsPointer": "/a/b"}, [7, 8]),
    ("a.jsonl", b'{"i": 1}\n\n{"i": 2}\n', {"InputType": "JSONL", "MaxItems": "{% 1 + 1 %}"}, [{"i": 1}, {"i": 2}]),
]


@pytest.mark.parametrize(("key", "body", "config", "expected"), FORMS, ids=[form[0] for form in FORMS])
def test_items_are_read_from_an_object(
    embedded_aws: Settings, bucket: str, key: str, body: bytes, config: dict[str, Any], expected: list[Any]
) -> None:
    put(embedded_aws, bucket, key, body)
    states = distributed(ItemReader=reader(bucket, key, **config))
    assert result(embedded_aws, states, "Each") == expected


def test_items_are_the_objects_of_a_listing(embedded_aws: Settings, bucket: str) -> None:
    for key in ("list/a", "list/b", "other/c"):
        put(embedded_aws, bucket, key, key)
    listing = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Arguments": {"Bucket": "{% $states.input.bucket %}", "Prefix": "list/"},
    }
    items = result(embedded_aws, distributed(ItemReader=listing), "Each", {"bucket": bucket})
    assert [item["Key"] for item in items] == ["list/a", "list/b"]
    assert items[0].keys() == {"Etag", "Key", "LastModified", "Size", "StorageClass"}
    assert isinstance(items[0]["LastModified"], int)


def test_items_are_the_rows_of_an_inventory(embedded_aws: Settings, bucket: str) -> None:
    put(embedded_aws, bucket, "inventory/data.csv.gz", gzip.compress(b'"src","x%201.csv","12"\n'))
    manifest = {
        "destinationBucket": f"arn:aws:s3:::{bucket}", "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "inventory/data.csv.gz"}],
    }  # fmt: skip
    put(embedded_aws, bucket, "inventory/manifest.json", json.dumps(manifest))
    states = distributed(ItemReader=reader(bucket, "inventory/manifest.json", InputType="MANIFEST"))
    assert result(embedded_aws, states, "Each") == [{"Bucket": "src", "Key": "x%201.csv", "Size": "12"}]


def test_json_path_selects_batches_and_reads(embedded_aws: Settings, bucket: str) -> None:
    put(embedded_aws, bucket, "path.json", "[1, 2, 3]")
    item_reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.most"},
        "Parameters": {"Bucket.$": "$.bucket", "Key": "path.json"},
    }
    selector = {"item.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index", "tag.$": "$.tag"}
    batcher = {"MaxItemsPerBatchPath": "$.size", "BatchInput": {"run.$": "$.tag"}}
    states = distributed(ItemReader=item_reader, ItemSelector=selector, ItemBatcher=batcher)
    data = {"bucket": bucket, "most": 3, "tag": "t", "size": 2}
    batches = result(embedded_aws, states, "Each", data, QueryLanguage="JSONPath")
    rows = [{"item": number, "index": number - 1, "tag": "t"} for number in (1, 2, 3)]
    assert batches == [
        {"BatchInput": {"run": "t"}, "Items": rows[:2]},
        {"BatchInput": {"run": "t"}, "Items": rows[2:]},
    ]


def test_batches_keep_below_their_bytes(embedded_aws: Settings) -> None:
    states = distributed(Items=["x" * 40] * 5, ItemBatcher={"MaxInputBytesPerBatch": 100})
    assert [len(batch["Items"]) for batch in result(embedded_aws, states, "Each")] == [2, 2, 1]


def test_members_of_an_object_are_items(embedded_aws: Settings) -> None:
    assert result(embedded_aws, distributed(), "Each", {"a": 1}) == [{"Key": "a", "Value": 1}]


def test_children_see_their_input_alone(embedded_aws: Settings) -> None:
    look = {"Type": "Pass", "Output": "{% $exists($outer) %}", "End": True}
    context = {"Type": "Pass", "Output": "{% $states.context.Execution.Input %}", "Next": "Look"}
    states = {
        "Keep": {"Type": "Pass", "Assign": {"outer": 1}, "Next": "Each"},
        **distributed({"Context": context, "Look": look}, Items=["{% $outer %}"]),
    }
    assert result(embedded_aws, states, "Keep") == [False]


def test_children_are_executions_of_their_own(embedded_aws: Settings) -> None:
    client = states_client(embedded_aws)
    arn = start(embedded_aws, distributed(Items=[1, 2, 3], MaxConcurrency=2), "Each")
    parent = wait(embedded_aws, arn)
    shown = first_run(embedded_aws, arn)
    children = client.list_executions(mapRunArn=shown["mapRunArn"], statusFilter="SUCCEEDED")["executions"]
    child = client.describe_execution(executionArn=children[0]["executionArn"])
    machine = parent["stateMachineArn"]
    assert shown["mapRunArn"].startswith(machine.replace(":stateMachine:", ":mapRun:") + "/Each:")
    assert (shown["status"], shown["maxConcurrency"]) == ("SUCCEEDED", 2)
    assert shown["executionCounts"]["succeeded"] == shown["itemCounts"]["total"] == len(children) == 3
    assert (child["stateMachineArn"], child["mapRunArn"]) == (f"{machine}/Each", shown["mapRunArn"])
    assert child["executionArn"] == f"{machine.replace(':stateMachine:', ':execution:')}/Each:{child['name']}"
    assert {json.loads(client.describe_execution(executionArn=c["executionArn"])["output"]) for c in children} == {
        1,
        2,
        3,
    }
    assert kinds(embedded_aws, child["executionArn"])[1:-1] == ["PassStateEntered", "PassStateExited"]
    assert [kind for kind in kinds(embedded_aws, arn) if "Map" in kind] == [
        "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded", "MapStateSucceeded", "MapStateExited",
    ]  # fmt: skip
    assert len(client.list_executions(stateMachineArn=machine)["executions"]) == 1


CHOOSE: dict[str, Any] = {
    "Choose": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input = 0 %}", "Next": "Bad"}],
        "Default": "Good",
    },
    "Bad": {"Type": "Fail", "Error": "Zero", "Cause": "is zero"},
    "Good": {"Type": "Pass", "End": True},
}


@pytest.mark.parametrize(
    ("tolerated", "status"),
    [
        ({}, "FAILED"),
        ({"ToleratedFailureCount": 1}, "FAILED"),
        ({"ToleratedFailureCount": 2}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 49}, "FAILED"),
        ({"ToleratedFailurePercentage": "{% 25 * 2 %}"}, "SUCCEEDED"),
    ],
)
def test_failures_are_tolerated_up_to_the_threshold(
    embedded_aws: Settings, tolerated: dict[str, Any], status: str
) -> None:
    ended = run(embedded_aws, distributed(CHOOSE, Items=[0, 1, 0, 1], MaxConcurrency=1, **tolerated), "Each")
    assert ended["status"] == status
    if status == "FAILED":
        assert ended["error"] == "States.ExceedToleratedFailureThreshold"
        assert first_run(embedded_aws, ended["executionArn"])["status"] == "FAILED"
    else:
        first, second, *_ = json.loads(ended["output"])
        assert (first["Status"], first["Error"], second) == ("FAILED", "Zero", 1)


def test_an_unreadable_object_can_be_caught(embedded_aws: Settings, bucket: str) -> None:
    catch = [{"ErrorEquals": ["States.ItemReaderFailed"], "Output": "caught", "Next": "End"}]
    each = distributed(ItemReader=reader(bucket, "nope", InputType="JSON"), Catch=catch)
    assert result(embedded_aws, {**each, "End": {"Type": "Pass", "End": True}}, "Each") == "caught"


def test_results_are_written_by_status_with_a_manifest(embedded_aws: Settings, bucket: str) -> None:
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": bucket, "Prefix": "out"}}
    each = distributed(CHOOSE, Items=[1, 0], MaxConcurrency=1, ToleratedFailureCount=1, ResultWriter=writer)
    written = result(embedded_aws, each, "Each")
    place = written["ResultWriterDetails"]
    manifest = get(embedded_aws, place["Bucket"], place["Key"])
    assert place["Key"] == f"out/{written['MapRunArn'].rpartition(':')[2]}/manifest.json"
    assert manifest["MapRunArn"] == written["MapRunArn"]
    files = {kind: files for kind, files in manifest["ResultFiles"].items() if files}
    assert files.keys() == {"SUCCEEDED", "FAILED"}
    (good,) = get(embedded_aws, bucket, files["SUCCEEDED"][0]["Key"])
    (bad,) = get(embedded_aws, bucket, files["FAILED"][0]["Key"])
    assert (good["Input"], good["Output"], good["Status"]) == ("1", "1", "SUCCEEDED")
    assert (bad["Error"], bad["Cause"], bad["Status"]) == ("Zero", "is zero", "FAILED")
    head = clients.client("s3", embedded_aws).head_object(Bucket=bucket, Key=files["FAILED"][0]["Key"])
    assert head["ContentLength"] == files["FAILED"][0]["Size"]


@pytest.mark.parametrize(("transformation", "expected"), [("COMPACT", [[1, 2], [3]]), ("FLATTEN", [1, 2, 3])])
def test_results_are_transformed(embedded_aws: Settings, transformation: str, expected: list[Any]) -> None:
    writer = {"WriterConfig": {"Transformation": transformation, "OutputType": "JSON"}}
    assert result(embedded_aws, distributed(Items=[[1, 2], [3]], ResultWriter=writer), "Each") == expected


def test_stopping_the_parent_stops_its_children(embedded_aws: Settings) -> None:
    client = states_client(embedded_aws)
    slow = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}
    arn = start(embedded_aws, distributed(slow, Items=[1, 2, 3], MaxConcurrency=2), "Each")
    until(lambda: "MapRunStarted" in kinds(embedded_aws, arn))
    until(lambda: first_run(embedded_aws, arn)["executionCounts"]["running"] == 2)
    client.stop_execution(executionArn=arn)
    assert wait(embedded_aws, arn)["status"] == "ABORTED"
    counts = first_run(embedded_aws, arn)["executionCounts"]
    assert (counts["aborted"], counts["pending"], counts["running"]) == (2, 1, 0)


def test_a_redrive_runs_the_failed_children_of_the_same_run(embedded_aws: Settings, bucket: str) -> None:
    client = states_client(embedded_aws)
    read = {"Read": task("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": "{% $states.input %}"}, Output=1, End=True)}
    put(embedded_aws, bucket, "redrive-a", "x")
    each = distributed(read, Items=["redrive-a", "redrive-b", "redrive-c"], MaxConcurrency=1)
    failed = run(embedded_aws, each, "Each")
    before = first_run(embedded_aws, failed["executionArn"])
    assert (before["executionCounts"]["failed"], before["executionCounts"]["pending"]) == (1, 1)
    for key in ("redrive-b", "redrive-c"):
        put(embedded_aws, bucket, key, "x")
    client.redrive_execution(executionArn=failed["executionArn"])
    assert json.loads(wait(embedded_aws, failed["executionArn"])["output"]) == [1, 1, 1]
    after = first_run(embedded_aws, failed["executionArn"])
    assert (after["mapRunArn"], after["redriveCount"]) == (before["mapRunArn"], 1)
    again = client.list_executions(mapRunArn=after["mapRunArn"], redriveFilter="REDRIVEN")["executions"]
    assert len(again) == 1
    assert "MapRunRedriven" in kinds(embedded_aws, failed["executionArn"])


def test_three_hundred_children_forty_at_once(embedded_aws: Settings) -> None:
    started = time.monotonic()
    each = distributed(Items="{% [1..300] %}", MaxConcurrency=40)
    assert result(embedded_aws, each, "Each") == list(range(1, 301))
    assert time.monotonic() - started < 25


@pytest.mark.parametrize(
    "wrong",
    [
        {"ItemReader": {"Resource": "arn:aws:states:::s3:deleteObject"}},
        {"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "XML"}}},
        {"ItemBatcher": {}},
        {"ResultWriter": {}},
    ],
)
def test_a_wrong_field_is_refused_when_the_state_machine_is_made(embedded_aws: Settings, wrong: dict[str, Any]) -> None:
    client = states_client(embedded_aws)
    with pytest.raises(client.exceptions.InvalidDefinition):
        create(embedded_aws, distributed(**wrong), "Each")


def test_an_inline_map_of_many_items_is_bounded(embedded_aws: Settings) -> None:
    each = {"Type": "Map", "Items": "{% [1..300] %}", "ItemProcessor": {"StartAt": "Echo", "States": ECHO}, "End": True}
    arn = start(embedded_aws, {"Each": each}, "Each")
    assert json.loads(wait(embedded_aws, arn)["output"]) == list(range(1, 301))
    running = most = 0
    for event in history(embedded_aws, arn):
        running += {"MapIterationStarted": 1, "MapIterationSucceeded": -1}.get(event["type"], 0)
        most = max(most, running)
    assert most <= 40
