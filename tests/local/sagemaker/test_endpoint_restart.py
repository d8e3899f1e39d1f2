"""Endpoints after a restart of the embedded AWS, however the last one ended."""

import copy
import json
from typing import Any

import psutil
import pytest

from local.runtime.process import ProcessRuntime
from local.sagemaker.store import Record
from local.settings import Settings
from tests.local.sagemaker.conftest import embedded
from tests.local.sagemaker.images import ask, config, echo, start, variant

pytestmark = pytest.mark.local


def served(home: Settings) -> Record:
    """Serve an endpoint, change its weights, delete what it was made of; return what is kept at the end."""
    with embedded(home, ProcessRuntime(home)) as world:
        echo(world, "a", "b")
        config(world, "c", variant("a", "a"), variant("b", "b"))
        start(world, "e", "c")
        world.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="e",
            DesiredWeightsAndCapacities=[
                {"VariantName": "a", "DesiredWeight": 0.0},
                {"VariantName": "b", "DesiredInstanceCount": 2},
            ],
        )
        world.endpoint("e", "InService")
        world.sagemaker.delete_endpoint_config(EndpointConfigName="c")
        world.sagemaker.delete_model(ModelName="b")
        echo(world, "c")
        config(world, "later", variant("main", "c"))
        return dict(json.loads(json.dumps(world.service.state())))


def with_records(kept: Record, **changes: dict[str, Any]) -> Record:
    """Add endpoints to what is kept: copies of `e` with members changed; None removes one."""
    endpoints = kept["tables"]["Endpoint"]
    for name, members in changes.items():
        record = {**copy.deepcopy(endpoints["e"]), "EndpointName": name, **members}
        endpoints[name] = {key: value for key, value in record.items() if value is not None}
    return kept


def test_endpoints_come_up_again_as_they_were(home: Settings) -> None:
    kept = served(home)
    later = kept["tables"]["EndpointConfig"]["later"]
    missing = copy.deepcopy(kept["tables"]["Endpoint"]["e"]["Serving"])
    missing["Models"]["a"]["ResolvedContainers"][0]["ModelDataUrl"] = "s3://train/gone.tar.gz"
    with_records(
        kept,
        updating={"EndpointStatus": "Updating", "Pending": later},
        creating={"EndpointStatus": "Creating", "EndpointConfigName": "later", "Pending": later, "Serving": None},
        deleting={"EndpointStatus": "Deleting"},
        failed={"EndpointStatus": "Failed", "FailureReason": "as it was", "Serving": None},
        broken={"Serving": missing},
    )
    with embedded(home, ProcessRuntime(home), kept=kept) as world:
        describe = world.sagemaker.describe_endpoint
        assert describe(EndpointName="e")["EndpointStatus"] == "InService"
        world.service.resume()
        assert describe(EndpointName="creating")["EndpointStatus"] in ("Creating", "InService")
        assert describe(EndpointName="e")["EndpointStatus"] in ("Updating", "InService")
        for name in ("e", "updating"):
            described = world.endpoint(name, "InService", "Failed")
            counts = {item["VariantName"]: item["CurrentInstanceCount"] for item in described["ProductionVariants"]}
            assert (described["EndpointConfigName"], counts) == ("c", {"a": 1, "b": 2})
            assert {ask(world, endpoint=name) for _ in range(5)} == {"b:x"}
        assert world.endpoint("creating", "InService", "Failed")["EndpointConfigName"] == "later"
        assert ask(world, endpoint="creating") == "c:x"
        assert describe(EndpointName="failed")["FailureReason"] == "as it was"
        assert "Failed to download model data" in world.endpoint("broken", "InService", "Failed")["FailureReason"]
        waiter = world.sagemaker.get_waiter("endpoint_deleted")
        waiter.wait(EndpointName="deleting", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        world.sagemaker.update_endpoint(EndpointName="updating", EndpointConfigName="later")
        assert world.endpoint("updating", "InService")["EndpointConfigName"] == "later"


def test_a_server_that_ends_in_an_update_leaves_nothing_but_the_truth(home: Settings) -> None:
    with embedded(home, ProcessRuntime(home)) as world:
        echo(world, "m")
        world.model("never", world.publish_server("never", "pass", "time.sleep(600)"))
        config(world, "c", variant("main", "m"))
        config(world, "c-never", variant("main", "never"))
        start(world, "e", "c")
        world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c-never")
        world.sagemaker.create_endpoint(EndpointName="n", EndpointConfigName="c-never")
        world.until(
            lambda: {"up": str(len(list((home.state / "sagemaker").iterdir())))}, "up", "3"
        )  # the old fleet, the new one, the other endpoint's
    assert not (home.state / "sagemaker").exists()
    records = world.service.state()["tables"]["Endpoint"]
    assert (records["e"]["EndpointStatus"], records["e"]["EndpointConfigName"]) == ("Updating", "c")
    assert records["n"]["EndpointStatus"] == "Creating"
    assert not [found for found in psutil.process_iter(["cmdline"]) if str(home.home) in str(found.info["cmdline"])]
