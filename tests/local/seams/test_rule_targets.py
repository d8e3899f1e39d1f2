"""Rules reach topics: what a rule matches arrives, what it does not match does not."""

import json
import time
import uuid
from typing import Any

import pytest

from local.clients import client
from local.settings import Settings
from tests.local.seams.machines import create, states_client

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
