import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local.clients import client
from local.sagemaker.variant_metrics import VariantMetrics
from local.settings import Settings

pytestmark = pytest.mark.local


@pytest.fixture
def settings(port: int, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, port=port, runtime="process")


@pytest.fixture
def metrics(settings: Settings) -> Iterator[VariantMetrics]:
    found = VariantMetrics(settings, flush_seconds=60)
    yield found
    found.close()


def statistics(settings: Settings, endpoint: str, variant: str, name: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    [found] = client("cloudwatch", settings).get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=name,
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=3600,
        Statistics=["SampleCount", "Sum", "Average", "Minimum", "Maximum"],
    )["Datapoints"]
    return dict(found)


def test_every_metric_of_an_invocation_arrives_zeros_included(settings: Settings, metrics: VariantMetrics) -> None:
    endpoint = f"e-{uuid4()}"
    for status in (200, 200, 400, 500, 0):
        metrics.record(endpoint, "a", status=status, model_latency=0.25, overhead_latency=0.001, instances=2)
    metrics.flush()
    sums = {
        name: (
            statistics(settings, endpoint, "a", name)["SampleCount"],
            statistics(settings, endpoint, "a", name)["Sum"],
        )
        for name in (
            "Invocations",
            "InvocationsPerInstance",
            "Invocation4XXErrors",
            "Invocation5XXErrors",
            "InvocationModelErrors",
        )
    }
    assert sums == {
        "Invocations": (5, 5),
        "InvocationsPerInstance": (5, 2.5),
        "Invocation4XXErrors": (5, 1),
        "Invocation5XXErrors": (5, 2),
        "InvocationModelErrors": (5, 3),
    }


def test_latencies_are_in_microseconds(settings: Settings, metrics: VariantMetrics) -> None:
    endpoint = f"e-{uuid4()}"
    metrics.record(endpoint, "a", status=200, model_latency=0.1, overhead_latency=0.002)
    metrics.record(endpoint, "a", status=200, model_latency=0.3, overhead_latency=0.004)
    metrics.flush()
    model = statistics(settings, endpoint, "a", "ModelLatency")
    assert (model["Average"], model["Minimum"], model["Maximum"]) == pytest.approx((200_000, 100_000, 300_000))
    assert model["Unit"] == "Microseconds"
    assert statistics(settings, endpoint, "a", "OverheadLatency")["Sum"] == pytest.approx(6_000)


def test_variants_are_counted_apart(settings: Settings, metrics: VariantMetrics) -> None:
    endpoint = f"e-{uuid4()}"
    for variant in "aab":
        metrics.record(endpoint, variant, status=200, model_latency=0.1, overhead_latency=0.1)
    metrics.flush()
    assert statistics(settings, endpoint, "a", "Invocations")["Sum"] == 2
    assert statistics(settings, endpoint, "b", "Invocations")["Sum"] == 1


def test_metrics_go_out_by_themselves_and_at_the_end(settings: Settings) -> None:
    endpoint = f"e-{uuid4()}"
    metrics = VariantMetrics(settings, flush_seconds=0.05)
    metrics.record(endpoint, "a", status=200, model_latency=0.1, overhead_latency=0.1)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            statistics(settings, endpoint, "a", "Invocations")
            break
        except ValueError:
            time.sleep(0.05)
    metrics.record(endpoint, "a", status=200, model_latency=0.1, overhead_latency=0.1)
    metrics.close()
    assert statistics(settings, endpoint, "a", "Invocations")["Sum"] == 2


def test_a_cloudwatch_that_does_not_answer_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    metrics = VariantMetrics(Settings(home=tmp_path, port=1, runtime="process"), flush_seconds=60)
    metrics.record("e", "a", status=200, model_latency=0.1, overhead_latency=0.1)
    metrics.close()
    assert "7 metrics lost" in caplog.text
