"""Which variant gets a request, and what weights and counts become over updates."""

import random
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError
from local.sagemaker.hosting import scaling
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.limits import Limits
from local.settings import Settings
from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.images import ask, config, echo, start, variant


def fleet(folder: Path, **weights: float) -> Fleet:
    """Return a fleet that is not started."""
    context = Context(
        settings=Settings(home=folder),
        limits=Limits(),
        runtime=cast("Any", None),
        s3=cast("Any", None),
        logs=cast("Any", None),
    )
    variants = [variant(name, "m", InitialVariantWeight=weight) for name, weight in weights.items()]
    configuration = {"EndpointConfigName": "c", "ProductionVariants": variants}
    return Fleet(context, cast("Any", None), "e", configuration, {"m": {}}, random.Random(28))


@pytest.mark.unit
def test_variants_are_chosen_in_proportion_to_their_weights(tmp_path: Path) -> None:
    weights = {"a": 0.7, "b": 0.2, "c": 0.1, "d": 0.0}
    chosen = fleet(tmp_path, **weights)
    total = 20_000
    counts = Counter(chosen.choose(None).name for _ in range(total))
    expected = {name: weight * total for name, weight in weights.items() if weight}
    chi_square = sum((counts[name] - number) ** 2 / number for name, number in expected.items())
    assert chi_square < 13.82  # p = 0.001 with two degrees of freedom
    assert counts["d"] == 0


@pytest.mark.unit
def test_variants_without_any_weight_answer_only_who_names_them(tmp_path: Path) -> None:
    chosen = fleet(tmp_path, a=0.0, b=0.0)
    with pytest.raises(AwsError, match="Every variant of e has weight 0"):
        chosen.choose(None)
    assert chosen.choose("b").name == "b"


CONFIG = {
    "ProductionVariants": [variant("a", "m", InitialVariantWeight=1.0), variant("b", "m", InitialVariantWeight=1.0)]
}
NOW = {
    "ProductionVariants": [
        variant("a", "m", InitialVariantWeight=0.3, InitialInstanceCount=5),
        variant("gone", "m", InitialVariantWeight=9.0),
    ]
}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("excluded", "expected"),
    [([], (0.3, 5)), (["DesiredWeight"], (1.0, 5)), (["DesiredInstanceCount", "DataCaptureConfig"], (0.3, 1))],
)
def test_retained_properties_are_those_of_now(excluded: list[str], expected: tuple[float, int]) -> None:
    kept = scaling.retained(CONFIG, NOW, [{"VariantPropertyType": kind} for kind in excluded])
    first, second = kept["ProductionVariants"]
    assert (first["InitialVariantWeight"], first["InitialInstanceCount"]) == expected
    assert second == CONFIG["ProductionVariants"][1]


@pytest.mark.local
def test_an_update_keeps_weights_and_counts_only_when_asked(world: World) -> None:
    echo(world, "a", "b")
    for name in ("c1", "c2", "c3"):
        config(world, name, variant("a", "a"), variant("b", "b"))
    start(world, "e", "c1")
    changes = [
        {"VariantName": "a", "DesiredWeight": 0.0},
        {"VariantName": "b", "DesiredWeight": 3.0, "DesiredInstanceCount": 2},
    ]
    world.sagemaker.update_endpoint_weights_and_capacities(EndpointName="e", DesiredWeightsAndCapacities=changes)
    assert state(world) == {"a": (0.0, 1), "b": (3.0, 2)}
    assert {ask(world) for _ in range(10)} == {"b:x"}
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c2", RetainAllVariantProperties=True)
    assert state(world) == {"a": (0.0, 1), "b": (3.0, 2)}
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c3")
    assert state(world) == {"a": (1.0, 1), "b": (1.0, 1)}


def state(world: World) -> dict[str, tuple[float, int]]:
    """Wait until nothing moves and return weight and count of each variant."""
    described = world.endpoint("e", "InService")
    assert "FailureReason" not in described
    return {
        item["VariantName"]: (item["CurrentWeight"], item["CurrentInstanceCount"])
        for item in described["ProductionVariants"]
        if item["DesiredWeight"] == item["CurrentWeight"]
    }


@pytest.mark.local
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ([{"VariantName": "nobody", "DesiredWeight": 1}], "has no production variant nobody"),
        ([{"VariantName": "a", "DesiredWeight": 1}, {"VariantName": "a"}], "may be named once only"),
        ([{"VariantName": "a", "DesiredInstanceCount": 0}], "must be at least 1"),
        ([{"VariantName": "a", "ServerlessUpdateConfig": {"MaxConcurrency": 1}}], "it runs on instances"),
    ],
)
def test_changes_that_do_not_fit_are_refused(in_service: World, changes: list[dict[str, Any]], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint):
        in_service.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="fits", DesiredWeightsAndCapacities=changes
        )
    assert in_service.sagemaker.describe_endpoint(EndpointName="fits")["EndpointStatus"] == "InService"


@pytest.fixture(scope="module")
def in_service(shared_world: World) -> World:
    """A world with an endpoint called `fits`."""
    echo(shared_world, "fits")
    config(shared_world, "fits", variant("a", "fits"))
    start(shared_world, "fits", "fits")
    return shared_world


@pytest.mark.local
def test_instances_that_cannot_come_up_leave_the_endpoint_as_it_is(world: World) -> None:
    mark = world.settings.home / "started"
    second = f"import pathlib\nif pathlib.Path({str(mark)!r}).exists(): sys.exit('no second')\n"
    world.model("m", world.publish_server("single", "handler.answer(200, b'first')", second))
    config(world, "c", variant("main", "m"))
    start(world, "e", "c")
    mark.touch()
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="e", DesiredWeightsAndCapacities=[{"VariantName": "main", "DesiredInstanceCount": 2}]
    )
    described = world.endpoint("e", "InService")
    assert "did not pass the ping health check" in described["FailureReason"]
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 1
    assert described["ProductionVariants"][0]["DesiredInstanceCount"] == 1
    assert ask(world) == "first"
