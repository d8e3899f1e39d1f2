import pytest

from tests.lambdas.predict.world import FEATURES, World, ask, event

pytestmark = pytest.mark.unit


def test_workload_is_described_with_features_variants_weights_and_metrics() -> None:
    world = World().live().endpoint(forest=3, tree=1)
    answer = ask(world, event(method="GET", resource="/v1/workloads/{workload}"))
    assert answer.status == 200
    assert answer.body["features"] == FEATURES["features"]
    assert answer.body["variants"][0] == {
        "name": "forest",
        "weight": 3.0,
        "share": 0.75,
        "model": "dev-iris-forest-9a",
        "metrics": {"accuracy": 0.96},
    }


def test_workload_without_a_model_is_listed_too() -> None:
    world = World().live().endpoint(forest=1).fails("parameter", "ParameterNotFound")
    answer = ask(world, event(method="GET", resource="/v1/workloads"))
    listed = [(item["workload"], item["status"]) for item in answer.body["workloads"]]
    assert listed == [("iris", "InService"), ("boston", "Unavailable")]
