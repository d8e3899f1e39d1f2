"""RedriveExecution: an execution goes on from its unsuccessful states, and only from those."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from local import clients
from local.seams.progress import Progress
from local.settings import Settings
from tests.local.seams.machines import history, kinds, run, start, states_client, task, until, wait

pytestmark = pytest.mark.local
END = {"Type": "Pass", "End": True}


@pytest.fixture
def bucket(embedded_aws: Settings) -> str:
    name = f"redrive-{uuid.uuid4().hex[:8]}"
    clients.client("s3", embedded_aws).create_bucket(Bucket=name)
    return name


@pytest.fixture
def mend(embedded_aws: Settings, bucket: str) -> Callable[[str], None]:
    """Put what a `read` state misses."""

    def put(key: str) -> None:
        clients.client("s3", embedded_aws).put_object(Bucket=bucket, Key=key, Body=b"found")

    return put


def read(bucket: str, key: str, **more: Any) -> dict[str, Any]:
    return task("aws-sdk:s3:getObject", {"Bucket": bucket, "Key": key}, Output="{% $states.result.Body %}", **more)


def redrive(settings: Settings, arn: str) -> dict[str, Any]:
    states_client(settings).redrive_execution(executionArn=arn)
    return wait(settings, arn)


def test_it_goes_on_from_the_failed_state_with_its_variables(
    embedded_aws: Settings, bucket: str, mend: Callable[[str], None]
) -> None:
    states = {
        "Keep": {"Type": "Pass", "Assign": {"kept": "{% $uuid() %}"}, "Output": {"n": 1}, "Next": "Read"},
        "Read": {
            **read(bucket, "a"),
            "Output": {
                "body": "{% $states.result.Body %}", "kept": "{% $kept %}", "n": "{% $states.input.n %}",
                "redrives": "{% $states.context.Execution.RedriveCount %}",
            },
            "End": True,
        },
    }  # fmt: skip
    failed = run(embedded_aws, states, "Keep")
    assert (failed["status"], failed["redriveStatus"], failed["redriveCount"]) == ("FAILED", "REDRIVABLE", 0)
    kept = json.loads(
        history(embedded_aws, failed["executionArn"])[2]["stateExitedEventDetails"]["assignedVariables"]["kept"]
    )
    mend("a")
    done = redrive(embedded_aws, failed["executionArn"])
    assert json.loads(done["output"]) == {"body": "found", "kept": kept, "n": 1, "redrives": 1}
    assert (done["redriveCount"], done["redriveStatus"]) == (1, "NOT_REDRIVABLE")
    assert done["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert done["redriveDate"] >= failed["stopDate"]
    assert "error" not in done


def test_its_history_goes_on(embedded_aws: Settings, bucket: str, mend: Callable[[str], None]) -> None:
    failed = run(
        embedded_aws, {"First": {"Type": "Pass", "Next": "Read"}, "Read": read(bucket, "a", End=True)}, "First"
    )
    mend("a")
    redrive(embedded_aws, failed["executionArn"])
    events = history(embedded_aws, failed["executionArn"])
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events][7:] == [
        "ExecutionFailed", "ExecutionRedriven", "TaskScheduled", "TaskStarted", "TaskSucceeded", "TaskStateExited",
        "ExecutionSucceeded",
    ]  # fmt: skip
    assert events[8]["executionRedrivenEventDetails"] == {"redriveCount": 1}


def test_only_unsuccessful_branches_run_again(embedded_aws: Settings, bucket: str, mend: Callable[[str], None]) -> None:
    branches = [
        {"StartAt": "Once", "States": {"Once": {"Type": "Pass", "Output": "{% $uuid() %}", "End": True}}},
        {
            "StartAt": "Slow",
            "States": {"Slow": {"Type": "Wait", "Seconds": 1, "Next": "Read"}, "Read": read(bucket, "a", End=True)},
        },
    ]
    states = {"Both": {"Type": "Parallel", "Branches": branches, "Next": "End"}, "End": END}
    failed = run(embedded_aws, states, "Both")
    assert failed["error"] == "S3.NoSuchKeyException"
    mend("a")
    done = redrive(embedded_aws, failed["executionArn"])
    events = history(embedded_aws, failed["executionArn"])
    first = [event for event in events if event.get("stateExitedEventDetails", {}).get("name") == "Once"]
    assert json.loads(done["output"]) == [json.loads(first[0]["stateExitedEventDetails"]["output"]), "found"]
    assert len(first) == 1
    assert sum(event["type"] == "WaitStateEntered" for event in events) == 1


def test_only_unsuccessful_iterations_run_again(
    embedded_aws: Settings, bucket: str, mend: Callable[[str], None]
) -> None:
    key = {"Bucket": bucket, "Key": "{% $states.input %}"}
    states = {
        "Mark": {"Type": "Pass", "Output": "{% $states.input %}", "Next": "Read"},
        "Read": task("aws-sdk:s3:getObject", key, Output="{% $uuid() %}", End=True),
    }
    map_state = {
        "Type": "Map", "Items": ["a", "b", "c"], "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "Mark", "States": states}, "End": True,
    }  # fmt: skip
    mend("a")
    failed = run(embedded_aws, {"Each": map_state}, "Each")
    mend("b")
    again = redrive(embedded_aws, failed["executionArn"])
    assert (again["status"], again["redriveCount"]) == ("FAILED", 1)
    mend("c")
    done = redrive(embedded_aws, failed["executionArn"])
    assert (done["status"], done["redriveCount"]) == ("SUCCEEDED", 2)
    shown = [event for event in history(embedded_aws, failed["executionArn"]) if event["type"] == "TaskStateExited"]
    outputs = [json.loads(event["stateExitedEventDetails"]["output"]) for event in shown]
    assert json.loads(done["output"]) == outputs
    assert kinds(embedded_aws, failed["executionArn"]).count("PassStateEntered") == 3


def test_an_aborted_and_a_timed_out_execution_can_be_redriven(
    embedded_aws: Settings, bucket: str, mend: Callable[[str], None]
) -> None:
    client = states_client(embedded_aws)
    arn = start(embedded_aws, {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}, "Wait", TimeoutSeconds=1)
    assert wait(embedded_aws, arn)["status"] == "TIMED_OUT"
    client.redrive_execution(executionArn=arn)
    assert client.describe_execution(executionArn=arn)["status"] == "RUNNING"
    client.stop_execution(executionArn=arn, error="Mine", cause="enough")
    stopped = wait(embedded_aws, arn)
    assert (stopped["status"], stopped["error"], stopped["cause"]) == ("ABORTED", "Mine", "enough")
    assert redrive(embedded_aws, arn)["redriveCount"] == 2
    ends = [kind for kind in kinds(embedded_aws, arn) if kind.startswith("Execution")]
    assert ends[:5] == [
        "ExecutionStarted", "ExecutionTimedOut", "ExecutionRedriven", "ExecutionAborted", "ExecutionRedriven",
    ]  # fmt: skip


@pytest.mark.parametrize("wrapper", ["Parallel", "Map"])
def test_what_was_aborted_inside_a_state_goes_on_there(embedded_aws: Settings, wrapper: str) -> None:
    inner = {
        "StartAt": "Mark",
        "States": {
            "Mark": {"Type": "Pass", "Output": "{% $uuid() %}", "Next": "Wait"},
            "Wait": {"Type": "Wait", "Seconds": 1, "End": True},
        },
    }
    fields = {"Branches": [inner]} if wrapper == "Parallel" else {"Items": [1], "ItemProcessor": inner}
    arn = start(embedded_aws, {"Do": {"Type": wrapper, **fields, "End": True}}, "Do")
    until(lambda: "WaitStateEntered" in kinds(embedded_aws, arn))
    states_client(embedded_aws).stop_execution(executionArn=arn)
    assert wait(embedded_aws, arn)["status"] == "ABORTED"
    done = redrive(embedded_aws, arn)
    exited = [event for event in history(embedded_aws, arn) if event["type"] == "PassStateExited"]
    assert json.loads(done["output"]) == [json.loads(exited[0]["stateExitedEventDetails"]["output"])]
    assert len(exited) == 1


def test_a_parallel_state_that_failed_after_its_branches_runs_them_all_again(embedded_aws: Settings) -> None:
    branch = {"StartAt": "Mark", "States": {"Mark": {"Type": "Pass", "End": True}}}
    both = {"Type": "Parallel", "Branches": [branch, branch], "Output": "{% $unknown %}", "End": True}
    failed = run(embedded_aws, {"Both": both}, "Both")
    assert redrive(embedded_aws, failed["executionArn"])["error"] == "States.QueryEvaluationError"
    assert kinds(embedded_aws, failed["executionArn"]).count("PassStateEntered") == 4


def test_what_runs_or_succeeded_is_refused(embedded_aws: Settings) -> None:
    client = states_client(embedded_aws)
    done = run(embedded_aws, {"End": END}, "End")
    with pytest.raises(client.exceptions.ExecutionNotRedrivable, match="SUCCEEDED"):
        client.redrive_execution(executionArn=done["executionArn"])
    arn = start(embedded_aws, {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}, "Wait")
    with pytest.raises(client.exceptions.ExecutionNotRedrivable, match="RUNNING"):
        client.redrive_execution(executionArn=arn)
    client.stop_execution(executionArn=arn)
    with pytest.raises(client.exceptions.ExecutionDoesNotExist):
        client.redrive_execution(executionArn=arn + "x")


def test_the_same_client_token_redrives_once(embedded_aws: Settings) -> None:
    client = states_client(embedded_aws)
    arn = run(embedded_aws, {"Fail": {"Type": "Fail", "Error": "E"}}, "Fail")["executionArn"]
    dates = [client.redrive_execution(executionArn=arn, clientToken="t")["redriveDate"] for _ in range(2)]
    until(lambda: wait(embedded_aws, arn)["status"] == "FAILED")
    assert dates[0] == dates[1]
    assert wait(embedded_aws, arn)["redriveCount"] == 1


@pytest.mark.unit
def test_a_state_that_is_entered_anew_forgets_its_lines() -> None:
    progress = Progress()
    progress.enter("Both", 1, {})
    progress.line(0).enter("A", 2, {})
    progress.outputs[1] = "done"
    again = progress.to_resume()
    assert again.enter("Both", 1, {})
    again.start_lines()
    assert (again.outputs, again.line(0).state) == ({1: "done"}, "A")
    again.start_lines()  # a Retry of the state
    assert (again.outputs, again.lines) == ({}, {})
