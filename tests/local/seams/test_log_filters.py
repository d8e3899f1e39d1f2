"""Logs are found by the beginnings of their streams' names, as the SageMaker SDK and `aws logs` ask for them."""

import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import client
from local.settings import Settings

pytestmark = pytest.mark.local


@pytest.fixture
def logs(embedded_aws: Settings) -> Any:
    return client("logs", embedded_aws)


@pytest.fixture
def group(logs: Any) -> str:
    name = f"/aws/sagemaker/TrainingJobs/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=name)
    now = int(time.time() * 1000)
    for place, stream in enumerate(("one/algo-1", "one/algo-2", "other/algo-1")):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
        events = [{"timestamp": now + 10 * number + place, "message": f"{stream} {number}"} for number in range(3)]
        logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)
    return name


def test_only_streams_that_begin_as_asked_are_searched(logs: Any, group: str) -> None:
    found = logs.filter_log_events(logGroupName=group, logStreamNamePrefix="one/", interleaved=True)
    assert [event["message"] for event in found["events"]] == [
        f"one/algo-{stream} {number}" for number in range(3) for stream in (1, 2)
    ]
    assert {item["logStreamName"] for item in found["searchedLogStreams"]} == {"one/algo-1", "one/algo-2"}


def test_a_prefix_goes_with_pages_patterns_and_times(logs: Any, group: str) -> None:
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, logStreamNamePrefix="one/", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["events"]) for page in pages] == [2, 2, 2]
    found = logs.filter_log_events(logGroupName=group, logStreamNamePrefix="o", filterPattern='"algo-1 2"')
    assert [event["message"] for event in found["events"]] == ["one/algo-1 2", "other/algo-1 2"]


def test_no_stream_of_that_name_is_no_event(logs: Any, group: str) -> None:
    assert logs.filter_log_events(logGroupName=group, logStreamNamePrefix="none")["events"] == []


def test_without_a_prefix_all_streams_are_searched(logs: Any, group: str) -> None:
    assert len(logs.filter_log_events(logGroupName=group)["events"]) == 9


def test_names_and_a_prefix_do_not_go_together(logs: Any, group: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.filter_log_events(logGroupName=group, logStreamNamePrefix="one/", logStreamNames=["one/algo-1"])


def test_a_missing_group_is_named(logs: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.filter_log_events(logGroupName="none", logStreamNamePrefix="x")


def test_streams_are_listed_by_prefix_and_read_on_from_a_token(logs: Any, group: str) -> None:
    """What the SageMaker SDK does to show a job's log while it runs."""
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="one/", orderBy="LogStreamName")
    assert [item["logStreamName"] for item in streams["logStreams"]] == ["one/algo-1", "one/algo-2"]
    reading = {"logGroupName": group, "logStreamName": "one/algo-1", "startFromHead": True}
    first = logs.get_log_events(**reading)
    again = logs.get_log_events(**reading, nextToken=first["nextForwardToken"])
    assert ([event["message"] for event in first["events"]], again["events"]) == (
        [f"one/algo-1 {number}" for number in range(3)],
        [],
    )
