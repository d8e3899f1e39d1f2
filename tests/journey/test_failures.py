"""What breaks in a run leaves the old model live, nothing behind, and a cause that tells why."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]
COLOUR = {"brightness": 0.5, "kind": "a"}


@pytest.fixture
def serving(breaking: Deployment) -> Iterator[Deployment]:
    """The faulty workload, healthy and live; after the test it still is, with the same endpoint config."""
    if not pointer(breaking):
        assert breaking.run("faulty")["status"] == "SUCCEEDED"
    before, live = breaking.endpoint("faulty"), pointer(breaking)
    yield breaking
    after = breaking.endpoint("faulty")
    assert after["EndpointStatus"] == "InService"
    assert after["EndpointConfigName"] == before["EndpointConfigName"]
    assert pointer(breaking) == live
    assert breaking.predict("faulty", [COLOUR]).body["predictions"][0]["label"] == "red"
    assert configs(breaking) >= {before["EndpointConfigName"]}
    assert leases(breaking) == []


def pointer(deployment: Deployment) -> dict[str, Any] | None:
    ssm = deployment.client("ssm")
    try:
        value = ssm.get_parameter(Name="/trainyard/dev/faulty/live")["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return None
    parsed: dict[str, Any] = json.loads(value)
    return parsed


def configs(deployment: Deployment) -> set[str]:
    listed = deployment.client("sagemaker").list_endpoint_configs(NameContains="dev-faulty-")
    return {config["EndpointConfigName"] for config in listed["EndpointConfigs"]}


def models(deployment: Deployment) -> set[str]:
    listed = deployment.client("sagemaker").list_models(NameContains="dev-faulty-")
    return {model["ModelName"] for model in listed["Models"]}


def leases(deployment: Deployment) -> list[Any]:
    table = deployment.output("storage", "LeaseTableName")
    items: list[Any] = deployment.client("dynamodb").scan(TableName=table)["Items"]
    return [item for item in items if "token" not in item]  # approvals that were asked for expire by themselves


def failed(deployment: Deployment, fault: str) -> dict[str, Any]:
    before = models(deployment), configs(deployment)
    outcome = deployment.run("faulty", hyperparameters={"breaker": {"fault": fault}})
    assert outcome["status"] == "FAILED"
    assert (models(deployment), configs(deployment)) == before, "a failed run left models or configs behind"
    return outcome


def test_failed_run_is_notified(serving: Deployment) -> None:
    sns, sqs = serving.client("sns"), serving.client("sqs")
    queue = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = serving.output("monitoring", "FailuresTopicArn")
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    failed(serving, "train")
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    notified = json.loads(json.loads(message["Body"])["Message"])
    assert notified["detail"]["status"] == "FAILED"
    assert notified["detail"]["stateMachineArn"].endswith(":stateMachine:dev-faulty")


def test_failing_training_is_told_with_the_containers_own_reason(serving: Deployment) -> None:
    assert "the data scientist asked for a failing training" in failed(serving, "train")["cause"]


def test_refused_hyperparameter_is_told_with_what_is_allowed(serving: Deployment) -> None:
    assert "expected one of none, train, serve" in failed(serving, "nonsense")["cause"]


@pytest.mark.parametrize("fault", ["serve", "score"])
def test_model_that_cannot_serve_fails_in_score_before_any_traffic(serving: Deployment, fault: str) -> None:
    outcome = failed(serving, fault)
    assert "breaker: Score failed (job dev-faulty-breaker-" in outcome["cause"]


@pytest.mark.parametrize("fault", ["deployed", "unhealthy"])
def test_model_that_fails_once_deployed_is_rolled_back(serving: Deployment, fault: str) -> None:
    outcome = failed(serving, fault)
    assert outcome["error"] in {"VerificationFailed", "DeploymentFailed"}
    assert "breaker" in outcome["cause"] or "health" in outcome["cause"]


def test_impossible_gate_names_the_metrics_that_missed_it(serving: Deployment) -> None:
    before = models(serving)
    outcome = serving.run("faulty", gate={"metric": "accuracy", "min": 1.5})
    assert outcome["status"] == "FAILED"
    assert outcome["error"] == "GateNotMet"
    assert "accuracy" in outcome["cause"]
    assert "breaker" in outcome["cause"]
    assert models(serving) == before


@pytest.mark.parametrize(
    ("execution_input", "named"),
    [
        ({"hyperparametres": {}}, "hyperparametres"),
        ({"candidates": ["nobody"]}, "nobody"),
        ({"weights": {"nobody": 1}}, "nobody"),
        ({"hyperparameters": {"nobody": {}}}, "nobody"),
    ],
)
def test_unknown_override_fails_the_run_at_once(
    serving: Deployment, execution_input: dict[str, Any], named: str
) -> None:
    outcome = serving.run("faulty", **execution_input)
    assert outcome["status"] == "FAILED"
    assert outcome["error"] == "InvalidInput"
    assert named in outcome["cause"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("empty", "", "empty"),
        ("header only", "colour,brightness,kind\n", "row"),
        ("missing target", "color,brightness,kind\nred,0.1,a\n", "colour"),
        ("text in a numeric column", "BAD", "brightness"),
    ],
)
def test_bad_data_fails_prepare_with_what_is_wrong(serving: Deployment, name: str, text: str, told: str) -> None:
    if text == "BAD":
        rows = (serving.folder / "workloads/faulty/colours.csv").read_text().splitlines()
        text = "\n".join([*rows[:10], "red,bright,a", *rows[10:]]) + "\n"
    bucket, key = (
        serving.output("storage", "BucketName"),
        f"faulty/data-bad/{name.replace(' ', '-')}/data.csv",
    )
    serving.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())
    outcome = serving.run("faulty", data={"uri": f"s3://{bucket}/{key}"})
    assert outcome["status"] == "FAILED"
    assert told in outcome["cause"]
