"""Two runs at once: the lease lets one deploy after the other, and both succeed."""

import time

import pytest

from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]


def test_two_runs_at_once_deploy_one_after_the_other(breaking: Deployment) -> None:
    scale(breaking, 2)
    executions = [breaking.start("faulty") for _ in range(2)]
    outcomes = [breaking.finish(execution) for execution in executions]
    assert [outcome["status"] for outcome in outcomes] == ["SUCCEEDED", "SUCCEEDED"], outcomes
    spans = sorted(deploying(breaking, execution) for execution in executions)
    assert spans[0][1] <= spans[1][0], "both runs deployed at the same time"
    endpoint = breaking.endpoint("faulty")
    assert endpoint["EndpointStatus"] == "InService"
    assert [item["CurrentInstanceCount"] for item in endpoint["ProductionVariants"]] == [2], "capacity was reset"


def scale(deployment: Deployment, count: int) -> None:
    """What autoscaling does to the variant when many call it."""
    deployment.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName="dev-faulty",
        DesiredWeightsAndCapacities=[{"VariantName": "breaker", "DesiredInstanceCount": count}],
    )
    deadline = time.monotonic() + 60
    while deployment.endpoint("faulty")["EndpointStatus"] != "InService":
        assert time.monotonic() < deadline
        time.sleep(0.2)


def deploying(deployment: Deployment, execution: str) -> tuple[float, float]:
    """When the execution held the lease: from the end of its last try to the start of Release lease."""
    pages = deployment.client("stepfunctions").get_paginator("get_execution_history")
    events = [event for page in pages.paginate(executionArn=execution) for event in page["events"]]
    tries = ("Acquire lease", "Try lease again")
    acquired = [e["timestamp"] for e in events if e.get("stateExitedEventDetails", {}).get("name") in tries]
    released = [e["timestamp"] for e in events if e.get("stateEnteredEventDetails", {}).get("name") == "Release lease"]
    return acquired[-1].timestamp(), released[0].timestamp()
