"""The dashboard as CloudWatch reads it: JSON, every widget in its place, every series that the page promises."""

import json
from itertools import combinations
from typing import Any

import pytest

from tests.stacks.synthesis import Assembly, flat, only

pytestmark = pytest.mark.synth

WIDE = 24


def widgets(assembly: Assembly, workload: str = "boston") -> list[dict[str, Any]]:
    body = flat(only(assembly.template("workload", workload), "AWS::CloudWatch::Dashboard")["DashboardBody"])
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def titled(assembly: Assembly, title: str, workload: str = "boston") -> dict[str, Any]:
    (found,) = (one for one in widgets(assembly, workload) if one["properties"].get("title", "").startswith(title))
    properties: dict[str, Any] = found["properties"]
    return properties


def expressions(properties: dict[str, Any]) -> dict[str, str]:
    """Expressions by their label."""
    found = (one[0] for one in properties["metrics"] if isinstance(one[0], dict))
    return {one["label"]: one["expression"] for one in found}


@pytest.mark.parametrize("workload", ["boston", "iris", "tourism", "serverless"])
def test_widgets_lie_side_by_side_in_cloudwatchs_grid(assembly: Assembly, workload: str) -> None:
    boxes = [(w["x"], w["y"], w["x"] + w["width"], w["y"] + w["height"]) for w in widgets(assembly, workload)]
    assert all(0 <= left < right <= WIDE for left, _, right, _ in boxes)
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def test_every_graph_has_title_region_and_series(assembly: Assembly) -> None:
    for widget in widgets(assembly):
        assert widget["type"] in ("text", "metric", "alarm")
        if widget["type"] == "metric":
            properties = widget["properties"]
            assert properties["title"]
            assert properties["region"] == "{AWS::Region}"
            assert properties["view"] in ("timeSeries", "bar")
            assert 0 < len(properties["metrics"]) <= 500


def test_what_an_expression_names_is_in_its_widget(assembly: Assembly) -> None:
    for widget in widgets(assembly):
        metrics = widget["properties"].get("metrics", [])
        ids = [part["id"] for metric in metrics for part in metric if isinstance(part, dict) and "id" in part]
        assert len(ids) == len(set(ids))
        for metric in metrics:
            if isinstance(metric[0], dict):
                words = "".join(c if c.isalnum() or c == "_" else " " for c in metric[0]["expression"]).split()
                named = {word for word in words if word[0].islower()}
                assert named
                assert named <= set(ids)


def test_the_page_says_whose_it_is_and_shows_every_alarm(assembly: Assembly) -> None:
    assert widgets(assembly)[0]["properties"]["markdown"].startswith("# boston · dev")
    shown = {arn.rpartition("{")[2] for arn in titled(assembly, "Alarms")["alarms"]}
    assert len(shown) == 5


def test_runs_are_told_by_their_outcome(assembly: Assembly) -> None:
    names = {metric[1] for metric in titled(assembly, "Runs")["metrics"]}
    assert names == {"ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"}
    assert expressions(titled(assembly, "Duration")) == {"longest in the hour": "took / 60000"}


def test_the_gates_metric_is_shown_for_each_candidate_beside_its_bound(assembly: Assembly) -> None:
    gate = titled(assembly, "Gate: rmse")
    assert [metric[:2] for metric in gate["metrics"]] == [["Trainyard", "rmse"]] * 2
    assert {metric[metric.index("Candidate") + 1] for metric in gate["metrics"]} == {"xgboost", "linear"}
    (bound,) = gate["annotations"]["horizontal"]
    assert (bound["value"], bound["label"]) == (6, "gate: at most 6")


@pytest.mark.parametrize("title", ["Calls by variant", "Server errors by variant", "Latency by variant"])
def test_every_variant_has_its_series(assembly: Assembly, title: str) -> None:
    labels = expressions(titled(assembly, title))
    assert {label.split(" ")[0] for label in labels} == {"xgboost", "linear"}


def test_the_api_is_found_by_its_name(assembly: Assembly) -> None:
    name = only(assembly.template("api"), "AWS::ApiGateway::RestApi")["Name"]
    for title in ("API, all workloads: requests", "API, all workloads: latency"):
        first = titled(assembly, title)["metrics"][0]
        assert first[2:4] == ["ApiName", name]
