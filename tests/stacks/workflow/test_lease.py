"""One deployment at a time, whoever else comes and however the holder ends."""

import itertools
import json
from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.machines import machine
from tests.stacks.workflow.test_runs import fails, good_cloud, live, run
from tests.stacks.workflow.turns import Turns, stop_at

pytestmark = pytest.mark.unit

LEASE = "dev-boston"


def held(status: str | None, holder: str = "arn:execution:other") -> Cloud:
    cloud = good_cloud()
    cloud.leases[LEASE] = holder
    if status:
        cloud.executions[holder] = status
    return cloud


@pytest.mark.parametrize("status", ["ABORTED", "FAILED", "TIMED_OUT", "SUCCEEDED", None])
def test_a_holder_that_has_ended_is_taken_over_from_at_once(status: str | None) -> None:
    cloud = held(status)
    visited = run(cloud).visited
    assert "Try lease again" in visited
    assert "Wait for lease" not in visited
    assert cloud.leases == {}


def test_a_running_holder_is_waited_for_until_it_gives_the_lease_back() -> None:
    cloud = held("RUNNING")
    looks = iter(range(9))

    def fault(state: str, arguments: Any) -> None:
        if state == "Look at holder" and next(looks) == 3:
            del cloud.leases[LEASE]

    cloud.fault = fault
    assert run(cloud).visited.count("Wait for lease") == 4


@pytest.mark.parametrize("holder", ["arn:execution:other", "trainyard-ab12"])
def test_waiting_for_a_holder_is_bounded(holder: str) -> None:
    cloud = held("RUNNING", holder)
    assert fails(cloud).error == "LeaseNotAcquired"
    assert cloud.leases == {LEASE: holder}
    assert cloud.endpoints == {}


def test_a_dead_holder_that_somebody_else_took_over_from_is_not_taken_over_again() -> None:
    cloud = held("ABORTED")
    cloud.executions["arn:execution:third"] = "RUNNING"

    def fault(state: str, arguments: Any) -> None:
        if state == "Try lease again" and cloud.leases.get(LEASE) == "arn:execution:other":
            cloud.leases[LEASE] = "arn:execution:third"

    cloud.fault = fault
    assert fails(cloud).error == "LeaseNotAcquired"
    assert cloud.leases == {LEASE: "arn:execution:third"}


@pytest.mark.parametrize("state", ["Wait for endpoint", "Verify variants", "Keep lease"])
def test_a_redriven_run_whose_lease_went_to_another_leaves_the_endpoint_alone(state: str) -> None:
    cloud = good_cloud()
    run(cloud, execution="run-0")
    aborted = stop_at(cloud, state)
    run(cloud, execution="run-1")
    serves, pointer = cloud.endpoints["dev-boston"]["EndpointConfigName"], live(cloud)
    aborted.__class__ = aborted.__class__.__bases__[0]  # goes on as any execution does
    with pytest.raises(Exception, match="LeaseLost"):
        aborted.redrive()
    assert cloud.endpoints["dev-boston"]["EndpointConfigName"] == serves
    assert live(cloud) == pointer


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("digits", ["00", "12"])
def test_runs_at_once_deploy_one_after_the_other(seed: int, digits: str) -> None:
    """With one schema, and with two new ones that each want the other endpoint."""
    cloud = good_cloud()
    run(cloud, execution="run-0")
    schemas = {f"run-{name}": digit * 64 for name, digit in zip("ab", digits, strict=True)}
    prepare = cloud._createProcessingJob

    def prepared(sent: Any) -> Any:
        answer = prepare(sent)
        place = sent["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].partition("/runs/")[2]
        key = f"boston/runs/{place}/features.json"
        if key in cloud.objects:
            hashed = schemas[place.partition("/")[0]]
            cloud.objects[key] = json.dumps(json.loads(cloud.objects[key]) | {"schema_hash": hashed})
        return answer

    cloud._createProcessingJob = prepared  # type: ignore[method-assign]
    holders: list[str] = []
    cloud.fault = lambda state, arguments: holders.append(cloud.leases.get(LEASE, "")) if state in CHANGING else None
    ended = Turns(cloud, seed).run(dict.fromkeys(schemas, machine("boston")))
    assert {name: type(output) for name, output in ended.items()} == dict.fromkeys(schemas, dict), ended
    assert sum(one != other for one, other in itertools.pairwise(holders)) == 1, "they took turns"
    (endpoint,) = cloud.endpoints.values()
    assert live(cloud)["endpoint"] == endpoint["EndpointName"]
    assert live(cloud)["config"] == endpoint["EndpointConfigName"]
    assert live(cloud)["schema_hash"] == schemas[live(cloud)["execution"]]
    assert len(cloud.configs) == 2
    assert cloud.leases == {}


CHANGING = {"Create endpoint", "Update endpoint", "Look at endpoint", "Move pointer", "Delete other endpoint"}
