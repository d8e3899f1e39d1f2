"""CloudWatch as a client meets it: percentiles, metric math, and alarms whose state follows their metric."""

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import client
from local.settings import Settings
from tests.local.seams.machines import run

pytestmark = pytest.mark.local


@pytest.fixture
def namespace() -> str:
    return f"Tests/{uuid.uuid4().hex[:8]}"


def put(settings: Settings, namespace: str, **values: list[float]) -> None:
    data = [{"MetricName": name, "Values": some, "Counts": [1.0] * len(some)} for name, some in values.items()]
    client("cloudwatch", settings).put_metric_data(Namespace=namespace, MetricData=data)


def stat(namespace: str, name: str, stat: str) -> dict[str, Any]:
    return {"Metric": {"Namespace": namespace, "MetricName": name}, "Period": 60, "Stat": stat}


def an_hour() -> dict[str, Any]:
    return {"StartTime": time.time() - 1800, "EndTime": time.time() + 60}


def test_percentiles_are_told(embedded_aws: Settings, namespace: str) -> None:
    put(embedded_aws, namespace, time=[float(value) for value in range(1, 101)])
    (point,) = client("cloudwatch", embedded_aws).get_metric_statistics(
        Namespace=namespace, MetricName="time", Period=3600, Statistics=["Sum"], ExtendedStatistics=["p99"],
        StartTime=time.time() - 60, EndTime=time.time() + 60,
    )["Datapoints"]  # fmt: skip
    assert (point["Sum"], point["ExtendedStatistics"]) == (5050.0, {"p99": 99.0})


def test_metric_math_is_answered(embedded_aws: Settings, namespace: str) -> None:
    put(embedded_aws, namespace, a=[6.0])
    (answer,) = client("cloudwatch", embedded_aws).get_metric_data(
        MetricDataQueries=[
            {"Id": "a", "MetricStat": stat(namespace, "a", "Sum"), "ReturnData": False},
            {"Id": "b", "MetricStat": stat(namespace, "b", "Sum"), "ReturnData": False},
            {"Id": "e", "Expression": "MAX([a, FILL(b, 1)]) * 2"},
        ],
        **an_hour(),
    )["MetricDataResults"]
    assert (answer["Id"], max(answer["Values"])) == ("e", 12.0)


def test_an_expression_that_is_not_computed_is_an_error(embedded_aws: Settings) -> None:
    with pytest.raises(ClientError, match="embedded CloudWatch knows"):
        client("cloudwatch", embedded_aws).get_metric_data(
            MetricDataQueries=[{"Id": "e", "Expression": "ANOMALY_DETECTION_BAND(m)", "Period": 60}], **an_hour()
        )


@pytest.fixture
def topic(embedded_aws: Settings) -> tuple[str, str]:
    """A topic, and a queue that hears it."""
    sns, sqs = client("sns", embedded_aws), client("sqs", embedded_aws)
    name = f"alarms-{uuid.uuid4().hex[:8]}"
    arn, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=attributes["QueueArn"])
    return arn, queue


def alarm(settings: Settings, namespace: str, **more: Any) -> str:
    """An alarm on the share of errors among calls."""
    name = namespace.replace("/", "-")
    client("cloudwatch", settings).put_metric_alarm(
        AlarmName=name, EvaluationPeriods=2, DatapointsToAlarm=1, Threshold=5, TreatMissingData="notBreaching",
        ComparisonOperator="GreaterThanThreshold",
        Metrics=[
            {"Id": "e", "MetricStat": stat(namespace, "errors", "Sum"), "ReturnData": False},
            {"Id": "c", "MetricStat": stat(namespace, "calls", "Sum"), "ReturnData": False},
            {"Id": "share", "Expression": "IF(c > 0, 100 * FILL(e, 0) / c, 0)", "ReturnData": True},
        ],
        **more,
    )  # fmt: skip
    return name


def state(settings: Settings, name: str) -> str:
    (found,) = client("cloudwatch", settings).describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found["StateValue"])


def test_an_alarm_goes_on_by_itself_and_tells_topic_and_history(
    embedded_aws: Settings, namespace: str, topic: tuple[str, str]
) -> None:
    name = alarm(embedded_aws, namespace, AlarmActions=[topic[0]])
    assert state(embedded_aws, name) == "OK"
    put(embedded_aws, namespace, calls=[10.0], errors=[2.0])
    received = client("sqs", embedded_aws).receive_message(QueueUrl=topic[1], WaitTimeSeconds=10)["Messages"]
    told = json.loads(json.loads(received[0]["Body"])["Message"])  # nobody asked: it was computed all the same
    assert (told["AlarmName"], told["NewStateValue"], told["OldStateValue"]) == (name, "ALARM", "OK")
    assert "1 out of the last 2 datapoints [20]" in told["NewStateReason"]
    assert state(embedded_aws, name) == "ALARM"
    items = client("cloudwatch", embedded_aws).describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        "Alarm updated from OK to ALARM", "Alarm updated from INSUFFICIENT_DATA to OK",
    ]  # fmt: skip


def test_a_change_of_state_is_an_event(embedded_aws: Settings, namespace: str, topic: tuple[str, str]) -> None:
    name = alarm(embedded_aws, namespace)
    events = client("events", embedded_aws)
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name], "state": {"value": ["ALARM"]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": topic[0]}])
    client("cloudwatch", embedded_aws).set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    received = client("sqs", embedded_aws).receive_message(QueueUrl=topic[1], WaitTimeSeconds=10)["Messages"]
    told = json.loads(json.loads(received[0]["Body"])["Message"])
    assert (told["detail-type"], told["detail"]["state"]["reason"]) == ("CloudWatch Alarm State Change", "by hand")


def test_a_state_set_by_hand_holds_until_the_next_evaluation(embedded_aws: Settings, namespace: str) -> None:
    name = alarm(embedded_aws, namespace)
    client("cloudwatch", embedded_aws).set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    time.sleep(1.5)  # more than a turn of the watch
    assert state(embedded_aws, name) == "ALARM"


def test_a_changed_definition_keeps_the_state(embedded_aws: Settings, namespace: str) -> None:
    name = alarm(embedded_aws, namespace)
    put(embedded_aws, namespace, calls=[10.0], errors=[2.0])
    assert state(embedded_aws, name) == "ALARM"
    alarm(embedded_aws, namespace, AlarmDescription="told better")
    history = client("cloudwatch", embedded_aws).describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert state(embedded_aws, name) == "ALARM"
    assert [item["HistorySummary"].rpartition(" ")[2] for item in history] == ["ALARM"]


def test_cloudwatch_learns_of_executions(embedded_aws: Settings) -> None:
    arn = run(embedded_aws, {"Fail": {"Type": "Fail", "Error": "E", "Cause": "c"}}, "Fail")["stateMachineArn"]
    cloudwatch = client("cloudwatch", embedded_aws)
    dimension = [{"Name": "StateMachineArn", "Value": arn}]
    wanted = {"ExecutionsStarted", "ExecutionsFailed", "ExecutionTime"}
    deadline = time.monotonic() + 10
    found: set[str] = set()
    while found != wanted and time.monotonic() < deadline:
        listed = cloudwatch.list_metrics(Namespace="AWS/States", Dimensions=dimension)["Metrics"]
        found = {metric["MetricName"] for metric in listed}
    assert found == wanted
