"""Rules reach topics: what a rule matches arrives, what it does not match does not."""

import json
import uuid
from typing import Any

import pytest

from local.clients import client
from local.settings import Settings

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
