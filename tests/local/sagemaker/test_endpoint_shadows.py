"""Shadow variants: mirrored to, never heard, never in the way."""

import time
from contextlib import suppress
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from local.sagemaker.hosting.instance import Question
from local.sagemaker.hosting.shadow import Shadow
from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.images import ask, config, echo, start, variant

SLOW_AND_BROKEN = """
    print("mirrored " + body.decode(), flush=True)
    time.sleep(1)
    handler.answer(500, b"a shadow's complaint")
"""


@pytest.mark.local
def test_a_shadow_gets_the_requests_and_nobody_hears_it(world: World) -> None:
    echo(world, "main")
    world.model("shadow", world.publish_server("shadow", SLOW_AND_BROKEN))
    config(world, "c", variant("main", "main"), ShadowProductionVariants=[variant("shadow", "shadow")])
    described = start(world, "shadowed", "c")
    assert [item["VariantName"] for item in described["ShadowProductionVariants"]] == ["shadow"]
    began = time.monotonic()
    assert {ask(world, f"{number}".encode(), "shadowed") for number in range(5)} == {
        f"main:{number}" for number in range(5)
    }
    assert time.monotonic() - began < 4  # five slow answers would take longer
    heard: set[str] = set()
    deadline = time.monotonic() + 20
    while len(heard) < 5 and time.monotonic() < deadline:
        with suppress(ClientError):  # lines come a moment later, and their group with the first
            heard = {line for line in world.lines("/aws/sagemaker/Endpoints/shadowed", "shadow/") if "mirrored" in line}
    assert heard == {f"mirrored {number}" for number in range(5)}
    assert metric(world, "shadow", "Invocation5XXErrors") == 5
    assert metric(world, "main", "Invocation5XXErrors") == 0


def metric(world: World, name: str, of: str) -> float:
    """Wait until five invocations of a variant are told, and return the sum of a metric."""
    from local.clients import client

    cloudwatch = client("cloudwatch", world.settings)

    def total(metric_name: str) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric_name,
            Dimensions=[{"Name": "EndpointName", "Value": "shadowed"}, {"Name": "VariantName", "Value": name}],
            StartTime=time.time() - 3600,
            EndTime=time.time() + 60,
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    deadline = time.monotonic() + 20
    while total("Invocations") < 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    return total(of)


class Ear:
    """Stands for a variant; counts what it is asked."""

    name = "shadow"

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.heard = 0

    def ask(self, question: Question) -> Any:
        """Count."""
        self.heard += 1
        raise AssertionError("whatever a shadow raises stays in its thread")

    def stop(self) -> None:
        """Nothing runs."""


@pytest.mark.unit
@pytest.mark.parametrize(
    ("weight", "production", "expected"), [(1, 1, 100), (1, 4, 25), (0, 1, 0), (2, 1, 100), (1, 0, 0)]
)
def test_a_shadow_gets_the_ratio_of_the_weights(weight: float, production: float, expected: int) -> None:
    ear = Ear(weight)
    samples = iter([number / 100 for number in range(100)])
    shadow = Shadow(cast("Any", ear), lambda *_: None, lambda: next(samples))
    for _ in range(100):
        shadow.mirror(Question(body=b"", content_type=""), production)
    shadow._pool.shutdown(wait=True)
    assert ear.heard == expected
