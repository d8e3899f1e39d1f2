"""What CloudWatch is told of a run's candidates, and that no run fails for it."""

from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import TaskError
from tests.stacks.workflow.test_runs import breaking, fails, good_cloud, run

pytestmark = pytest.mark.unit

OWN = [{"Name": "Stage", "Value": "dev"}, {"Name": "Workload", "Value": "boston"}]


def told(cloud: Cloud) -> list[Any]:
    (sent,) = (arguments for state, _, arguments in cloud.calls if state == "Report metrics")
    assert sent["Namespace"] == "Trainyard"
    return list(sent["MetricData"])


def test_the_gate_metric_of_every_candidate_is_told() -> None:
    cloud = good_cloud()
    cloud.metrics = {"xgboost": {"rmse": 3.5, "mae": 2.0}, "linear": {"rmse": 5.5}}
    run(cloud)
    assert told(cloud) == [
        {"MetricName": "CandidatesScored", "Value": 2, "Unit": "Count", "Dimensions": OWN},
        *(
            {"MetricName": "rmse", "Value": value, "Dimensions": [*OWN, {"Name": "Candidate", "Value": name}]}
            for name, value in (("xgboost", 3.5), ("linear", 5.5))
        ),
    ]


def test_a_run_that_fails_at_the_gate_tells_its_metric_as_well() -> None:
    cloud = good_cloud()
    cloud.metrics = {name: {"rmse": 99.0} for name in cloud.metrics}
    assert fails(cloud).error == "GateNotMet"
    assert {datum["Value"] for datum in told(cloud)} == {2, 99.0}


def test_candidates_without_a_score_are_not_told() -> None:
    cloud = good_cloud()
    cloud.fault = breaking("Score")
    fails(cloud)
    assert told(cloud) == [{"MetricName": "CandidatesScored", "Value": 0, "Unit": "Count", "Dimensions": OWN}]


def test_a_run_goes_on_where_nobody_can_be_told() -> None:
    def fault(state: str, arguments: Any) -> None:
        if state == "Report metrics":
            raise TaskError("CloudWatch.CloudWatchException", "denied")

    cloud = good_cloud()
    cloud.fault = fault
    assert run(cloud).output["variants"]
