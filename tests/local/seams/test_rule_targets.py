"""Rules reach topics and state machines: what a rule matches arrives, what it does not match does not."""

import json
import time
import uuid
from typing import Any

import pytest

from local.clients import client
from local.settings import Settings
from tests.local.seams.machines import ROLE, create, states_client, until

pytestmark = pytest.mark.local


def event(source: str, status: str) -> dict[str, Any]:
    return {"Source": source, "DetailType": "Ended", "Detail": json.dumps({"status": status})}


def test_matching_events_arrive_at_the_topic(embedded_aws: Settings) -> None:
    name = f"topic-{uuid.uuid4().hex[:8]}"
    events, sns, sqs = (client(service, embedded_aws) for service in ("events", "sns", "sqs"))
    topic, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    pattern = {"source": ["mine"], "detail": {"status": ["FAILED"]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": topic}])
    events.put_events(Entries=[event("mine", "SUCCEEDED"), event("other", "FAILED"), event("mine", "FAILED")])
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    assert [json.loads(message["Body"])["detail"] for message in received] == [{"status": "FAILED"}]
    assert json.loads(received[0]["Body"])["time"].endswith("Z")


def test_executions_tell_of_their_beginning_and_end(embedded_aws: Settings) -> None:
    name = f"status-{uuid.uuid4().hex[:8]}"
    events, sqs = (client(service, embedded_aws) for service in ("events", "sqs"))
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    machine = create(embedded_aws, {"Fail": {"Type": "Fail", "Error": "E", "Cause": "c"}}, "Fail")
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    states_client(embedded_aws).start_execution(stateMachineArn=machine, name="one", input='{"n": 1}')
    details: dict[str, Any] = {}
    deadline = time.monotonic() + 20
    while len(details) < 2 and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            details[detail["status"]] = detail
    assert details.keys() == {"RUNNING", "FAILED"}
    assert (details["FAILED"]["error"], details["FAILED"]["redriveStatus"]) == ("E", "REDRIVABLE")
    assert "stopDate" not in details["RUNNING"]
    assert json.loads(details["RUNNING"]["input"]) == {"n": 1}


def started(settings: Settings, machine: str) -> list[dict[str, Any]]:
    """Inputs of what has been started, once something has."""
    states = states_client(settings)
    found: list[dict[str, Any]] = []

    def any_yet() -> bool:
        found[:] = states.list_executions(stateMachineArn=machine)["executions"]
        return bool(found)

    until(any_yet)
    return [json.loads(states.describe_execution(executionArn=one["executionArn"])["input"]) for one in found]


def test_a_matching_event_starts_the_state_machine_with_the_event_as_input(embedded_aws: Settings) -> None:
    name = f"machine-{uuid.uuid4().hex[:8]}"
    events = client("events", embedded_aws)
    machine = create(embedded_aws, {"Done": {"Type": "Succeed"}}, "Done")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name], "detail": {"status": ["Approved"]}}))
    events.put_targets(Rule=name, Targets=[{"Id": "machine", "Arn": machine, "RoleArn": ROLE}])
    events.put_events(Entries=[event(name, "Rejected"), event(name, "Approved")])
    (given,) = started(embedded_aws, machine)
    assert (given["detail-type"], given["detail"]) == ("Ended", {"status": "Approved"})
    assert given["time"].endswith("Z")
    assert "ingestion-time" not in given


@pytest.mark.parametrize(
    ("target", "given"),
    [
        ({"Input": '{"always": 1}'}, {"always": 1}),
        ({"InputPath": "$.detail"}, {"status": "new"}),
        (
            {"InputTransformer": {"InputPathsMap": {"s": "$.detail.status"}, "InputTemplate": '{"was": "<s>"}'}},
            {"was": "new"},
        ),
    ],
)
def test_what_a_state_machine_is_given_can_be_chosen(
    embedded_aws: Settings, target: dict[str, Any], given: dict[str, Any]
) -> None:
    name = f"input-{uuid.uuid4().hex[:8]}"
    events = client("events", embedded_aws)
    machine = create(embedded_aws, {"Done": {"Type": "Succeed"}}, "Done")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "machine", "Arn": machine, "RoleArn": ROLE, **target}])
    events.put_events(Entries=[event(name, "new")])
    assert started(embedded_aws, machine) == [given]


def test_an_object_in_a_bucket_that_tells_eventbridge_starts_the_state_machine(embedded_aws: Settings) -> None:
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    events, s3 = client("events", embedded_aws), client("s3", embedded_aws)
    machine = create(embedded_aws, {"Done": {"Type": "Succeed"}}, "Done")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
    detail = {"bucket": {"name": [name]}, "object": {"key": [{"prefix": "data/"}]}}
    # moto tells of more than the object itself: of its access control list, for one
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "machine", "Arn": machine, "RoleArn": ROLE}])
    for key in ("other/a.csv", "data/a.csv"):
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    assert [given["detail"]["object"]["key"] for given in started(embedded_aws, machine)] == ["data/a.csv"]


def test_a_disabled_rule_sends_nothing(embedded_aws: Settings) -> None:
    name = f"disabled-{uuid.uuid4().hex[:8]}"
    events = client("events", embedded_aws)
    machines = [create(embedded_aws, {"Done": {"Type": "Succeed"}}, "Done") for _ in range(2)]
    for state, machine in zip(("DISABLED", "ENABLED"), machines, strict=True):
        events.put_rule(Name=f"{name}-{state}", EventPattern=json.dumps({"source": [name]}), State=state)
        events.put_targets(Rule=f"{name}-{state}", Targets=[{"Id": "machine", "Arn": machine, "RoleArn": ROLE}])
    events.put_events(Entries=[event(name, "new")])
    assert len(started(embedded_aws, machines[1])) == 1
    assert states_client(embedded_aws).list_executions(stateMachineArn=machines[0])["executions"] == []
