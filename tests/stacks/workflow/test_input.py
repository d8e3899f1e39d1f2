"""What an execution may be told, and what it answers to the rest."""

import json
from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import checking, workload
from tests.stacks.workflow.test_runs import good_cloud, run

pytestmark = pytest.mark.unit

MEMBERS = "data, hyperparameters, instance, weights, candidates, gate, tuning, endpoint"


def tuning(**members: Any) -> dict[str, Any]:
    return {"tuning": {"xgboost": members}}


def range_of(name: str, **searched: Any) -> dict[str, Any]:
    return tuning(ranges={name: searched})


REFUSED = [
    ([], f"input: []: an object with some of {MEMBERS}"),
    ("text", "input: text: an object with some of"),
    ({"candidate": []}, f"candidate: unknown, allowed: {MEMBERS}"),
    ({"candidates": "xgboost"}, "candidates: xgboost: a list of at least one of xgboost, linear"),
    ({"candidates": []}, "candidates: []: a list of at least one of xgboost, linear"),
    ({"candidates": ["forest"]}, "candidates: forest: one of xgboost, linear"),
    ({"candidates": None}, "candidates: null: a list of at least one of"),
    ({"data": "s3://bucket/boston/data/"}, "data: s3://bucket/boston/data/: an object with some of uri"),
    ({"data": {"url": "s3://bucket/boston/x"}}, "data.url: unknown, allowed: uri"),
    ({"data": {"uri": "s3://elsewhere/x"}}, "data.uri: s3://elsewhere/x: begins with s3://bucket/boston/"),
    ({"data": {"uri": "s3://bucket/boston/a b"}}, "data.uri: s3://bucket/boston/a b: begins with"),
    ({"data": {"uri": 4}}, "data.uri: 4: begins with"),
    ({"hyperparameters": {"forest": {}}}, "hyperparameters.forest: unknown, allowed: xgboost, linear"),
    ({"hyperparameters": {"linear": 3}}, "hyperparameters.linear: 3: an object with some of"),
    ({"hyperparameters": {"linear": {"epochs": [3]}}}, "hyperparameters.linear.epochs: [3]: a whole number from 1"),
    ({"hyperparameters": {"linear": {"epochs": 2.5}}}, "hyperparameters.linear.epochs: 2.5: a whole number from 1"),
    ({"hyperparameters": {"linear": {"epoch": 2}}}, "hyperparameters.linear.epoch: unknown, allowed: "),
    ({"hyperparameters": {"linear": {"use_bias": 1}}}, "hyperparameters.linear.use_bias: 1: one of true, false"),
    (
        {"hyperparameters": {"linear": {"predictor_type": "binary_classifier"}}},
        "hyperparameters.linear.predictor_type: binary_classifier: regressor: it follows from the task",
    ),
    (
        {"hyperparameters": {"xgboost": {"max_depth": 3}}},
        "hyperparameters.xgboost.max_depth: 3: searched by tuning: give tuning.ranges one categorical value",
    ),
    (
        {"hyperparameters": {"xgboost": {"gamma": 1}}, **range_of("gamma", continuous=[0, 5])},
        "either fixed in hyperparameters or searched, not both",
    ),
    ({"tuning": {"linear": {"max_jobs": 3}}}, "tuning.linear: unknown, allowed: xgboost"),
    (tuning(max_jobs=0), "tuning.xgboost.max_jobs: 0: a whole number from 1 up to 750"),
    (tuning(max_jobs=751), "tuning.xgboost.max_jobs: 751: a whole number from 1 up to 750"),
    (tuning(max_parallel_jobs=101), "tuning.xgboost.max_parallel_jobs: 101: a whole number from 1 up to 100"),
    (tuning(max_jobs=2), "tuning.xgboost.max_parallel_jobs: 3: at most max_jobs, 2"),
    (tuning(max_parallel_jobs=21), "tuning.xgboost.max_parallel_jobs: 21: at most max_jobs, 20"),
    (tuning(max_jobs=300), "input: training may take 102 h: at most 48 h: fewer jobs, more at once"),
    (tuning(strategy="Random"), "tuning.xgboost.strategy: unknown, allowed: max_jobs, max_parallel_jobs, ranges"),
    (range_of("booster", categorical=["dart"]), "tuning.xgboost.ranges.booster: unknown, allowed: "),
    (range_of("num_round", integer=[1, 5]), "tuning.xgboost.ranges.num_round: "),
    (range_of("max_depth", integer=[9, 3]), "tuning.xgboost.ranges.max_depth: [9,3]: the least value first"),
    (range_of("max_depth", integer=[3]), "tuning.xgboost.ranges.max_depth.integer: [3]: [least, greatest]"),
    (range_of("max_depth", integer=[1.5, 3]), "ranges.max_depth.integer: 1.5: a whole number from 0"),
    (
        range_of("max_depth", continuous=[3, 4]),
        'ranges.max_depth: {"continuous":[3,4]}: one of {integer: [a, b]}, {categorical: [...]}',
    ),
    (range_of("eta", continuous=[0.1, 1.5]), "ranges.eta.continuous: 1.5: a number from 0 up to 1"),
    (range_of("eta", continuous=[0, 1], scaling="Logarithmic"), "ranges.eta.scaling: Logarithmic: Logarithmic needs"),
    (range_of("eta", continuous=[0, 1], scaling="ReverseLogarithmic"), "needs a range from 0 to below 1"),
    (range_of("max_depth", integer=[1, 2], scaling="ReverseLogarithmic"), "Logarithmic for an integer range"),
    (range_of("eta", continuous=[0, 1], scaling="Log"), "ranges.eta.scaling: Log: one of Auto, Linear"),
    (range_of("eta", categorical=[0.1], scaling="Auto"), "nothing for a categorical range"),
    (range_of("eta", categorical=[0.1, 0.1]), "ranges.eta: [0.1,0.1]: each value once"),
    (range_of("eta", categorical=["low"]), "ranges.eta.categorical: low: a number from 0 up to 1"),
    (range_of("eta"), "ranges.eta: {}: one of {integer: [a, b]}, {continuous: [a, b]}, {categorical: [...]}"),
    (range_of("eta", continuous=[0, 1], categorical=[0.1]), "ranges.eta: "),
    ({"instance": {"linear": {"type": "m5.large"}}}, "instance.linear.type: m5.large: a SageMaker instance type"),
    ({"instance": {"linear": {"type": "ml.m5.huge"}}}, "instance.linear.type: ml.m5.huge: a SageMaker instance type"),
    ({"instance": {"linear": {"count": 0}}}, "instance.linear.count: 0: a whole number from 1 up to 100"),
    ({"instance": {"linear": {"volume_gb": 99999}}}, "volume_gb: 99999: a whole number from 1 up to 16384"),
    ({"instance": {"linear": {"max_runtime": "1h"}}}, "instance.linear.max_runtime: 1h: a whole number from 1"),
    ({"instance": {"linear": {"spot": True}}}, "instance.linear.spot: unknown, allowed: type, count, volume_gb"),
    ({"endpoint": {"instance": {"type": "large"}}}, "endpoint.instance.type: large: a SageMaker instance type"),
    ({"endpoint": {"serverless": {}}}, "endpoint.serverless: unknown, allowed: instance"),
    ({"weights": {"linear": "half"}}, "weights.linear: half: a number from 0"),
    ({"weights": {"linear": -1}}, "weights.linear: -1: a number from 0"),
    ({"weights": {"linear": True}}, "weights.linear: true: a number from 0"),
    ({"weights": {"forest": 1}}, "weights.forest: unknown, allowed: xgboost, linear"),
    ({"weights": {"linear": 0, "xgboost": 0}}, "at least one above 0 among xgboost, linear"),
    ({"weights": {"linear": 0}, "candidates": ["linear"]}, "at least one above 0 among linear"),
    ({"gate": {"metric": "accuracy"}}, "gate.metric: accuracy: one of mae, mse, rmse, r2"),
    ({"gate": {"metric": "r2"}}, "give min or max too: the bound of workload.yaml is for rmse"),
    ({"gate": {"max": "6"}}, "gate.max: 6: a number"),
    ({"gate": {"min": 1, "max": 6}}, "give either min or max, exactly one"),
    ({"gate": {"maximum": 6}}, "gate.maximum: unknown, allowed: metric, min, max"),
]


def refused(given: Any, name: str = "boston") -> TaskError:
    cloud = Cloud()
    with pytest.raises(TaskError) as failed:
        Execution(checking(workload(name)), cloud, given).run()
    assert cloud.calls == []
    return failed.value


@pytest.mark.parametrize(("given", "told"), REFUSED, ids=[json.dumps(given) for given, _ in REFUSED])
def test_a_wrong_input_is_refused_before_anything_is_called(given: Any, told: str) -> None:
    error = refused(given)
    assert error.error == "InvalidInput"
    assert told in error.cause


WRONG = {
    "foo": 1,
    "weights": {"linear": -1, "forest": 1},
    "gate": {"metric": "auc"},
    "tuning": {"xgboost": {"max_jobs": 1, "ranges": {"max_depth": {"integer": [4, 4]}}}},
}


def test_everything_wrong_is_told_at_once() -> None:
    assert len(refused(WRONG).cause.splitlines()) == 6


def test_overrides_reach_the_plan_and_the_jobs() -> None:
    cloud = good_cloud()
    given = {
        "data": {"uri": "s3://bucket/boston/data/july.csv"},
        "hyperparameters": {"linear": {"epochs": 7, "use_bias": True}},
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
    assert sent["Train"]["HyperParameters"]["use_bias"] == "true"
    (config,) = cloud.configs.values()
    assert [v["InitialVariantWeight"] for v in config["ProductionVariants"]] == [0.9, 3]


def test_machines_and_the_search_are_as_the_run_says() -> None:
    cloud = good_cloud()
    given = {
        "instance": {"linear": {"type": "ml.c5.xlarge", "count": 2, "volume_gb": 50, "max_runtime": 7200}},
        "tuning": {
            "xgboost": {
                "max_jobs": 6,
                "max_parallel_jobs": 2,
                "ranges": {"max_depth": {"categorical": [4]}, "gamma": {"continuous": [0, 0.5], "scaling": "Linear"}},
            }
        },
        "endpoint": {"instance": {"type": "ml.c5.large"}},
    }
    run(cloud, given=given)
    sent = {state: arguments for state, _, arguments in cloud.calls}
    assert sent["Train"]["ResourceConfig"] == {
        "InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50,
    }  # fmt: skip
    assert sent["Train"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 7200}
    search = sent["Tune"]["HyperParameterTuningJobConfig"]
    assert search["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 6, "MaxParallelTrainingJobs": 2}
    assert search["ParameterRanges"] == {
        "IntegerParameterRanges": [
            {"Name": "min_child_weight", "MinValue": "2", "MaxValue": "8", "ScalingType": "Auto"}
        ],
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5", "ScalingType": "Auto"},
            {"Name": "gamma", "MinValue": "0", "MaxValue": "0.5", "ScalingType": "Linear"},
        ],
        "CategoricalParameterRanges": [{"Name": "max_depth", "Values": ["4"]}],
    }
    (config,) = cloud.configs.values()
    assert {(v["InstanceType"], v["InitialInstanceCount"]) for v in config["ProductionVariants"]} == {
        ("ml.c5.large", 1)
    }
    plan = json.loads(cloud.objects["boston/runs/run-1/plan.json"])
    assert plan["candidates"]["linear"]["instance"]["type"] == "ml.c5.xlarge"
    assert plan["candidates"]["xgboost"]["tuning"]["max_jobs"] == 6


def test_a_grid_told_other_values_has_a_job_for_each_point() -> None:
    cloud = good_cloud("grid")
    run(cloud, "grid", given={"tuning": {"linear": {"ranges": {"l1": {"categorical": [0.1, 0.2, 0.3, 0.4]}}}}})
    sent = {state: arguments for state, _, arguments in cloud.calls}
    assert sent["Tune"]["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 8


def test_one_candidate_alone_is_still_a_list() -> None:
    cloud = good_cloud()
    assert run(cloud, given={"candidates": ["linear"]}).output["variants"] == ["linear"]


def test_variants_without_weight_share_the_traffic_when_the_others_fail() -> None:
    cloud = good_cloud()
    cloud.metrics["xgboost"] = {"rmse": 99}
    run(cloud, given={"weights": {"linear": 0}})
    (config,) = cloud.configs.values()
    assert config["ProductionVariants"][0]["InitialVariantWeight"] == 1


def test_the_largest_workload_keeps_to_the_limits_of_step_functions() -> None:
    """256 KiB for the variables that a state assigns, of which the input's rules are the most."""
    one = workload("boston").candidates["xgboost"]
    largest = workload("boston").model_copy(update={"candidates": {f"candidate-no-{n:05}": one for n in range(10)}})
    states = checking(largest)["States"]
    assigned = [len(json.dumps(state.get("Assign", {})).encode()) for state in states.values()]
    assert max(assigned) < 256 * 1024
    assert len(json.dumps(states)) < 600_000
