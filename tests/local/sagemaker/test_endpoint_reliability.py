"""What users and machines do to endpoints at the wrong moment."""

import threading
import time

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.images import ECHO, ask, config, echo, start, variant

pytestmark = pytest.mark.local


def delete(world: World, name: str = "e") -> None:
    """Delete an endpoint and wait until it is gone."""
    world.sagemaker.delete_endpoint(EndpointName=name)
    waiter = world.sagemaker.get_waiter("endpoint_deleted")
    waiter.wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


def test_of_two_updates_at_once_one_is_done_and_the_other_refused(world: World) -> None:
    echo(world, "old", "b", "c")
    for name in ("old", "b", "c"):
        config(world, name, variant("main", name))
    start(world, "e", "old")
    refused: list[str] = []

    def update(name: str) -> None:
        try:
            world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName=name)
        except ClientError as error:
            refused.append(error.response["Error"]["Message"])

    threads = [threading.Thread(target=update, args=(name,)) for name in ("b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert refused[0].startswith('Cannot update in-progress endpoint "arn:aws:sagemaker')
    for call in (world.sagemaker.delete_endpoint, world.sagemaker.update_endpoint_weights_and_capacities):
        more = (
            {}
            if call == world.sagemaker.delete_endpoint
            else {"DesiredWeightsAndCapacities": [{"VariantName": "main"}]}
        )
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            call(EndpointName="e", **more)
    assert world.endpoint("e", "InService")["EndpointConfigName"] in ("b", "c")


def test_a_container_that_ignores_sigterm_is_killed_when_its_endpoint_is_deleted(world: World) -> None:
    stubborn = "signal.signal = lambda *_: None\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])"
    world.model("m", world.publish_server("stubborn", ECHO, stubborn))
    config(world, "c", variant("main", "m"))
    start(world, "e", "c")
    pid = int(ask(world, b"pid"))
    began = time.monotonic()
    delete(world)
    assert time.monotonic() - began < 15  # the grace time is 2 s here
    assert not psutil.pid_exists(pid)


def test_a_place_that_cannot_be_written_fails_the_endpoint_with_its_reason(world: World) -> None:
    echo(world, "m")
    config(world, "c", variant("main", "m"))
    (world.settings.state / "sagemaker").write_text("in the way of the folder, as a full disk is")
    world.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    described = world.endpoint("e", "Failed", "InService")
    assert "Production variant main: cannot prepare its files" in described["FailureReason"]
    delete(world)


def test_a_deleted_endpoint_can_be_made_again_at_once(world: World) -> None:
    echo(world, "m")
    config(world, "c", variant("main", "m"))
    for _ in range(2):
        start(world, "e", "c")
        assert ask(world) == "m:x"
        delete(world)


def test_a_model_that_is_gone_fails_the_endpoint_with_its_name(world: World) -> None:
    echo(world, "m")
    config(world, "c", variant("main", "m"))
    world.sagemaker.delete_model(ModelName="m")
    world.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    described = world.endpoint("e", "Failed", "InService")
    assert described["FailureReason"] == 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/m".'
