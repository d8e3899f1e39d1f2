"""Two stages in one account: the same workload deployed and run twice, and neither touches the other."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.demo.environment import DEPLOY
from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]

RECORD = {"brightness": 0.5, "kind": "a"}
SOMEBODY = {"lease": {"S": "dev-faulty"}, "holder": {"S": "trainyard-somebody"}}


@pytest.fixture(scope="module")
def prod(breaking: Deployment) -> Iterator[Deployment]:
    """A second stage of one workload, beside all that is deployed in `dev`."""
    made = Deployment(breaking.settings, breaking.folder)
    made.environment |= {"TRAINYARD_STAGE": "prod", "TRAINYARD_WORKLOADS": "faulty"}
    made.command(*DEPLOY, "--output", "cdk.out.prod")
    made.push("faulty")
    yield made
    made.command("trainyard", "destroy", "--yes")
    stacks = made.client("cloudformation")
    for stack in reversed(stacks.describe_stacks()["Stacks"]):
        if stack["StackName"].startswith("trainyard-prod-"):
            stacks.delete_stack(StackName=stack["StackName"])


def pointer(deployment: Deployment) -> dict[str, Any]:
    """What a stage serves."""
    name = f"/trainyard/{deployment.stage}/faulty/live"
    value: dict[str, Any] = json.loads(deployment.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    return value


def alarms(deployment: Deployment) -> dict[str, str]:
    """States by name, without the stage."""
    prefix = f"{deployment.stage}-"
    found = deployment.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{prefix}faulty-")["MetricAlarms"]
    return {alarm["AlarmName"].removeprefix(prefix): alarm["StateValue"] for alarm in found}


def test_a_stage_runs_while_the_other_waits_for_its_own_lease(breaking: Deployment, prod: Deployment) -> None:
    table = breaking.output("storage", "LeaseTableName")
    assert table != prod.output("storage", "LeaseTableName")
    dynamodb = breaking.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={**SOMEBODY, "expires": {"N": str(int(time.time()) + 600)}})
    waiting = breaking.start("faulty")
    try:
        assert prod.run("faulty")["status"] == "SUCCEEDED"
        assert breaking.client("stepfunctions").describe_execution(executionArn=waiting)["status"] == "RUNNING"
    finally:
        dynamodb.delete_item(TableName=table, Key={"lease": SOMEBODY["lease"]})
    assert breaking.finish(waiting)["status"] == "SUCCEEDED"
    for deployment in (breaking, prod):
        live = pointer(deployment)
        assert live["endpoint"] == f"{deployment.stage}-faulty"
        assert all(model.startswith(f"{deployment.stage}-faulty-") for model in live["models"].values())
        assert deployment.endpoint("faulty")["EndpointConfigName"] == live["config"]
        assert deployment.predict("faulty", [RECORD]).status == 200


def test_what_goes_wrong_in_a_stage_alarms_that_stage_alone(breaking: Deployment, prod: Deployment) -> None:
    assert alarms(breaking).keys() == alarms(prod).keys()
    dimensions = [{"Name": "EndpointName", "Value": "prod-faulty"}, {"Name": "VariantName", "Value": "breaker"}]
    prod.client("cloudwatch").put_metric_data(
        Namespace="AWS/SageMaker",
        MetricData=[
            {"MetricName": name, "Dimensions": dimensions, "Value": 100, "Timestamp": time.time() - ago}
            for name in ("Invocations", "Invocation5XXErrors")
            for ago in (0, 60)
        ],
    )
    assert alarms(prod)["faulty-breaker-5xx"] == "ALARM"
    assert alarms(breaking)["faulty-breaker-5xx"] == "OK"


def test_retiring_a_stage_leaves_the_other_serving(breaking: Deployment, prod: Deployment) -> None:
    before = pointer(breaking), breaking.endpoint("faulty")["EndpointConfigName"]
    prod.command("trainyard", "retire", "faulty", "--yes")
    assert prod.predict("faulty", [RECORD]).status == 503
    assert (pointer(breaking), breaking.endpoint("faulty")["EndpointConfigName"]) == before
    assert breaking.predict("faulty", [RECORD]).status == 200
    sagemaker = prod.client("sagemaker")
    left = [one["ModelName"] for one in sagemaker.list_models(NameContains="prod-faulty")["Models"]]
    left += [one["EndpointName"] for one in sagemaker.list_endpoints(NameContains="prod-faulty")["Endpoints"]]
    assert left == []
