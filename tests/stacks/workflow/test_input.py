"""What an execution may be told, and what it answers to the rest."""

import json
from typing import Any

import pytest

from tests.stacks.workflow.interpreter import TaskError
from tests.stacks.workflow.test_runs import good_cloud, run

pytestmark = pytest.mark.unit

REFUSED = [
    ([], "the input must be an object"),
    ("text", "the input must be an object"),
    ({"candidate": []}, "candidate: unknown, allowed: data, hyperparameters, weights, candidates, gate"),
    ({"candidates": "xgboost"}, "candidates: must be a list"),
    ({"candidates": []}, "candidates: must be a list of at least one of xgboost, linear"),
    ({"candidates": ["forest"]}, "candidates: forest: unknown, allowed: xgboost, linear"),
    ({"data": "s3://bucket/boston/data/"}, "data: must be an object"),
    ({"data": {"url": "s3://bucket/boston/x"}}, "data.url: unknown, allowed: uri"),
    (
        {"data": {"uri": "s3://elsewhere/x"}},
        "data.uri: s3://elsewhere/x: must begin with s3://bucket/boston/",
    ),
    ({"data": {"uri": 4}}, "data.uri: 4: must begin with"),
    ({"hyperparameters": {"forest": {}}}, "hyperparameters.forest: unknown, allowed: xgboost, linear"),
    ({"hyperparameters": {"linear": 3}}, "hyperparameters.linear: must be an object"),
    ({"hyperparameters": {"linear": {"epochs": [3]}}}, "hyperparameters.linear.epochs: must be a string"),
    ({"weights": {"linear": "half"}}, "weights.linear: must be a number, 0 or more"),
    ({"weights": {"linear": -1}}, "weights.linear: must be a number, 0 or more"),
    ({"weights": {"forest": 1}}, "weights.forest: unknown, allowed: xgboost, linear"),
    ({"gate": {"metric": "accuracy"}}, "gate.metric: accuracy: must be one of mae, mse, rmse, r2"),
    ({"gate": {"max": "6"}}, "gate: min and max must be numbers"),
    ({"gate": {"min": 1, "max": 6}}, "gate: give either min or max"),
    ({"gate": {"maximum": 6}}, "gate.maximum: unknown, allowed: metric, min, max"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED, ids=[json.dumps(given) for given, _ in REFUSED])
def test_a_wrong_input_is_refused_before_anything_is_called(given: Any, told: str) -> None:
    cloud = good_cloud()
    with pytest.raises(TaskError) as failed:
        run(cloud, given=given)
    assert failed.value.error == "InvalidInput"
    assert told in failed.value.cause
    assert cloud.calls == []


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(TaskError) as failed:
        run(good_cloud(), given={"foo": 1, "weights": {"linear": -1, "forest": 1}, "gate": {"metric": "auc"}})
    assert len(failed.value.cause.splitlines()) == 4


def test_overrides_reach_the_plan_and_the_jobs() -> None:
    cloud = good_cloud()
    given = {
        "data": {"uri": "s3://bucket/boston/data/july.csv"},
        "hyperparameters": {"linear": {"epochs": 7, "early_stopping": True}},
        "weights": {"linear": 3},
        "gate": {"metric": "mae", "max": 2.5},
    }
    cloud.metrics = {"xgboost": {"mae": 1}, "linear": {"mae": 1}}
    run(cloud, given=given)
    plan = json.loads(cloud.objects["boston/runs/run-1/plan.json"])
    assert plan["data"] == {"uri": "s3://bucket/boston/data/july.csv", "target": "medv"}
    assert plan["gate"] == {"metric": "mae", "max": 2.5}
    assert plan["candidates"]["linear"]["hyperparameters"]["epochs"] == "7"
    sent = {state: arguments for state, _, arguments in cloud.calls}
    assert sent["Train"]["HyperParameters"]["early_stopping"] == "true"
    (config,) = cloud.configs.values()
    assert [v["InitialVariantWeight"] for v in config["ProductionVariants"]] == [0.9, 3]


def test_one_candidate_alone_is_still_a_list() -> None:
    cloud = good_cloud()
    assert run(cloud, given={"candidates": ["linear"]}).output["variants"] == ["linear"]


def test_variants_without_weight_share_the_traffic_when_the_others_fail() -> None:
    cloud = good_cloud()
    cloud.metrics["xgboost"] = {"rmse": 99}
    run(cloud, given={"weights": {"linear": 0}})
    (config,) = cloud.configs.values()
    assert config["ProductionVariants"][0]["InitialVariantWeight"] == 1
