"""A run waits until somebody has decided about its versions: through the registry, the event and the task token."""

import json
from typing import Any

import pytest

from tests.journey.deployment import Deployment
from tests.local.seams.machines import until

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]


def versions(deployment: Deployment) -> list[dict[str, Any]]:
    """The versions as the command line lists them, the newest first."""
    listed = deployment.command("trainyard", "models", "asked", "--json")
    found: list[dict[str, Any]] = json.loads(listed.stdout)["versions"]
    return found


def waits(deployment: Deployment, version: str) -> bool:
    """Whether a run has left its token under the version's ARN."""
    table = deployment.output("storage", "LeaseTableName")
    item = deployment.client("dynamodb").get_item(TableName=table, Key={"lease": {"S": version}})
    return "Item" in item


def started(deployment: Deployment) -> tuple[str, int]:
    """A run that waits for approval, and the version that it waits for."""
    known = len(registered(deployment))
    execution = deployment.start("asked")
    until(lambda: len(registered(deployment)) > known, seconds=120)
    version = registered(deployment)[0]
    until(lambda: waits(deployment, version["ModelPackageArn"]), seconds=30)
    return execution, version["ModelPackageVersion"]


def registered(deployment: Deployment) -> list[dict[str, Any]]:
    listed = deployment.client("sagemaker").list_model_packages(
        ModelPackageGroupName="dev-asked", SortBy="CreationTime", SortOrder="Descending"
    )
    found: list[dict[str, Any]] = listed["ModelPackageSummaryList"]
    return found


def decide(deployment: Deployment, word: str, version: int) -> None:
    deployment.command("trainyard", word, "asked", str(version), "--reason", "as the test says")


def test_runs_wait_for_people_who_approve_and_reject(breaking: Deployment) -> None:
    first, version = started(breaking)
    states, sagemaker = breaking.client("stepfunctions"), breaking.client("sagemaker")
    assert states.describe_execution(executionArn=first)["status"] == "RUNNING"
    assert sagemaker.list_endpoints(NameContains="dev-asked")["Endpoints"] == []
    decide(breaking, "approve", version)
    deployed = breaking.finish(first)
    assert deployed["status"] == "SUCCEEDED", deployed.get("cause")
    assert json.loads(deployed["output"])["not_compared"] == "nothing serves yet"
    (live,) = versions(breaking)
    assert (live["variant"], live["status"], live["reason"]) == ("careful", "Approved", "as the test says")
    config = breaking.endpoint("asked")["EndpointConfigName"]

    second, version = started(breaking)
    decide(breaking, "reject", version)
    refused = breaking.finish(second)
    assert (refused["status"], refused["error"]) == ("FAILED", "ApprovalRefused")
    assert "rejected" in refused["cause"]
    assert "as the test says" in refused["cause"]
    assert breaking.endpoint("asked")["EndpointConfigName"] == config
    assert [one["variant"] for one in versions(breaking)] == [None, "careful"]
    compared = scored(breaking, second)
    assert compared == {"name": "careful", "metrics": compared["metrics"], "error": ""}
    assert compared["metrics"]["accuracy"] > 0.5


def scored(deployment: Deployment, execution: str) -> dict[str, Any]:
    """The row of the live model, which the run scored on its own test set."""
    pages = deployment.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution)
    exits = [event.get("stateExitedEventDetails", {}) for page in pages for event in page["events"]]
    (row,) = [json.loads(exit["output"]) for exit in exits if exit.get("name") == "Read live metrics"]
    found: dict[str, Any] = row
    return found
