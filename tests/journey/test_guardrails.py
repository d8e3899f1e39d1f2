"""Runs whose deployment moves traffic in steps: through a canary, and back by an alarm in the first linear step.

Before the canary lies what an aborted run would have left: the run's Clean up finds it.
"""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.journey.deployment import Answer, Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]
COLOUR = {"brightness": 0.5, "kind": "a"}
LEFT = "0123456789"
"""The end of the names of what nobody refers to."""
CANARY_BAKES = 2 * 3
"""Seconds, in tests/journey/guarded/canary.yaml."""


def names(deployment: Deployment, workload: str) -> tuple[list[str], list[str]]:
    """Endpoint configs and models."""
    sagemaker, prefix = deployment.client("sagemaker"), f"dev-{workload}-"
    configs = sagemaker.list_endpoint_configs(NameContains=prefix)["EndpointConfigs"]
    models = sagemaker.list_models(NameContains=prefix)["Models"]
    return [one["EndpointConfigName"] for one in configs], [one["ModelName"] for one in models]


def routing(endpoint: dict[str, Any]) -> dict[str, Any]:
    """How its last update moved the traffic."""
    found: dict[str, Any] = endpoint["LastDeploymentConfig"]["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    return found


def statuses(answers: Sequence[Answer]) -> set[int]:
    return {answer.status for answer in answers}


def test_a_model_that_is_well_goes_through_the_canary(breaking: Deployment) -> None:
    assert breaking.run("canary")["status"] == "SUCCEEDED"
    first = breaking.endpoint("canary")
    assert "LastDeploymentConfig" not in first
    leave_behind(breaking, "canary")
    with breaking.calling("canary", COLOUR, pause=0.5) as answers:
        outcome = breaking.run("canary")
    assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
    second = breaking.endpoint("canary")
    assert second["EndpointConfigName"] == json.loads(outcome["output"])["config"] != first["EndpointConfigName"]
    assert routing(second)["Type"] == "CANARY"
    assert (second["LastModifiedTime"] - first["LastModifiedTime"]).total_seconds() >= CANARY_BAKES
    assert statuses(answers) == {200}
    assert nothing_left(breaking, "canary")


def leave_behind(deployment: Deployment, workload: str) -> None:
    """A model and an artifact, named as a run names them, and referred to by nobody."""
    sagemaker, (_, (live,)) = deployment.client("sagemaker"), names(deployment, workload)
    kept = ("ExecutionRoleArn", "PrimaryContainer")
    model = {key: value for key, value in sagemaker.describe_model(ModelName=live).items() if key in kept}
    sagemaker.create_model(ModelName=f"dev-{workload}-breaker-{LEFT}", **model)
    deployment.client("s3").put_object(
        Bucket=deployment.output("storage", "BucketName"),
        Key=f"{workload}/live/dev-{workload}-{LEFT}/breaker/model.tar.gz",
        Body=b"nobody's",
    )


def nothing_left(deployment: Deployment, workload: str) -> bool:
    bucket, place = deployment.output("storage", "BucketName"), f"{workload}/live/dev-{workload}-{LEFT}/"
    artifacts = deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix=place)["KeyCount"]
    return artifacts == 0 and f"dev-{workload}-breaker-{LEFT}" not in names(deployment, workload)[1]


def test_an_alarm_in_a_linear_step_brings_the_old_model_back_and_leaves_nothing(breaking: Deployment) -> None:
    assert breaking.run("linear")["status"] == "SUCCEEDED"
    first, before = breaking.endpoint("linear"), names(breaking, "linear")
    with breaking.calling("linear", COLOUR, pause=0.5) as answers:
        outcome = breaking.run("linear", hyperparameters={"breaker": {"fault": "deployed"}})
    assert (outcome["status"], outcome["error"]) == ("FAILED", "DeploymentFailed")
    assert "dev-linear-breaker-5xx" in outcome["cause"]  # it is OK again as soon as the old model answers all
    assert statuses(answers) == {200, 502}, "half of the traffic met the new model"
    after = breaking.endpoint("linear")
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", first["EndpointConfigName"])
    assert statuses([breaking.predict("linear", [COLOUR]) for _ in range(5)]) == {200}
    assert names(breaking, "linear") == before
    table = breaking.output("storage", "LeaseTableName")
    assert "Item" not in breaking.client("dynamodb").get_item(TableName=table, Key={"lease": {"S": "dev-linear"}})
