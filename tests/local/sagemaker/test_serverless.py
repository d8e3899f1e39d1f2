"""Serverless variants: they sleep, wake, and take no more than their concurrency."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path

import psutil
import pytest
import urllib3
from botocore.exceptions import ClientError

from local.runtime.process import ProcessRuntime
from local.settings import Settings
from tests.local.sagemaker.conftest import World, embedded
from tests.local.sagemaker.images import ask, config, echo, start

pytestmark = pytest.mark.local


@pytest.fixture
def drowsy(home: Settings) -> Iterator[World]:
    """A world whose serverless variants sleep soon, with an endpoint `e` for two requests at once."""
    with embedded(home, ProcessRuntime(home), serverless_idle_seconds=1.5) as world:
        echo(world, "m")
        serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 2}
        config(world, "c", {"VariantName": "main", "ModelName": "m", "ServerlessConfig": serverless})
        start(world, "e", "c")
        yield world


def wait_until_gone(pid: int) -> None:
    """Wait until a process ended."""
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def test_an_idle_variant_stops_and_the_next_request_starts_it(drowsy: World) -> None:
    described = drowsy.sagemaker.describe_endpoint(EndpointName="e")["ProductionVariants"][0]
    assert described["CurrentServerlessConfig"] == {"MemorySizeInMB": 1024, "MaxConcurrency": 2}
    pid = int(ask(drowsy, b"pid"))
    wait_until_gone(pid)
    deadline = time.monotonic() + 10
    while (left := list((drowsy.settings.state / "sagemaker").iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left
    assert drowsy.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "InService"
    assert int(ask(drowsy, b"pid")) != pid


def test_more_requests_than_max_concurrency_are_throttled(drowsy: World, tmp_path: Path) -> None:
    assert refused_beside(drowsy, 2, tmp_path / "first") == {"ThrottlingException"}
    drowsy.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="e",
        DesiredWeightsAndCapacities=[{"VariantName": "main", "ServerlessUpdateConfig": {"MaxConcurrency": 3}}],
    )
    described = drowsy.endpoint("e", "InService")["ProductionVariants"][0]
    assert described["CurrentServerlessConfig"]["MaxConcurrency"] == 3
    assert refused_beside(drowsy, 3, tmp_path / "second") == {"ThrottlingException"}


def refused_beside(world: World, taken: int, release: Path) -> set[str]:
    """Hold `taken` requests in the server, send two more, let the held ones go; return the errors of the two."""
    url = f"{world.settings.endpoint_url}/endpoints/e/invocations"

    def invoke(_: int) -> str:
        answer = urllib3.request("POST", url, body=f"until {release}", retries=False)
        return answer.headers.get("x-amzn-ErrorType") or answer.data.decode()

    with ThreadPoolExecutor(taken + 2) as pool:
        asked = [pool.submit(invoke, number) for number in range(taken + 2)]
        first = [answer.result() for answer in islice(as_completed(asked, timeout=30), 2)]
        release.touch()
        answers = [answer.result() for answer in asked]
    assert answers.count("done") == taken
    return set(first)


def test_a_body_over_four_megabytes_is_refused(drowsy: World) -> None:
    with pytest.raises(ClientError, match="has oversize body"):
        ask(drowsy, b"x" * 4_194_305)


def test_a_variant_cannot_get_more_provisioned_than_it_has(drowsy: World) -> None:
    with pytest.raises(ClientError, match="must not exceed its MaxConcurrency"):
        drowsy.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="e",
            DesiredWeightsAndCapacities=[
                {"VariantName": "main", "ServerlessUpdateConfig": {"ProvisionedConcurrency": 3}}
            ],
        )
    with pytest.raises(ClientError, match="DesiredInstanceCount is not allowed"):
        drowsy.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="e", DesiredWeightsAndCapacities=[{"VariantName": "main", "DesiredInstanceCount": 1}]
        )


def test_a_deleted_endpoint_wakes_for_nobody(drowsy: World) -> None:
    pid = int(ask(drowsy, b"pid"))
    drowsy.sagemaker.delete_endpoint(EndpointName="e")
    drowsy.sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="e", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    assert not psutil.pid_exists(pid)
    with pytest.raises(ClientError, match="Endpoint e of account 123456789012 not found"):
        ask(drowsy)
