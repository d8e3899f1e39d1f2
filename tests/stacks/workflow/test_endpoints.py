"""Which endpoint a run deploys to, and what becomes of the other one."""

import json
from typing import Any

import pytest
from predict.settings import DEFAULT_CACHE_SECONDS

from stacks.function import TIMEOUT
from stacks.workflow.predecessor import LONGEST_REQUEST, POINTER_CACHED
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.faults import FOR_EVER, Breaking, Fault
from tests.stacks.workflow.interpreter import TaskError
from tests.stacks.workflow.test_runs import breaking, fails, good_cloud, live, run
from tests.stacks.workflow.turns import stop_at

pytestmark = pytest.mark.unit

FIRST, SECOND = "dev-boston", "dev-boston-2"


def test_the_wait_for_cached_pointers_is_as_long_as_a_lambda_remembers_and_works() -> None:
    assert POINTER_CACHED >= DEFAULT_CACHE_SECONDS
    assert TIMEOUT.to_seconds() <= LONGEST_REQUEST


def another_schema(cloud: Cloud, digit: str = "1") -> None:
    cloud.features = cloud.features | {"schema_hash": digit * 64}


def serving(cloud: Cloud) -> list[str]:
    return sorted(cloud.endpoints)


@pytest.fixture
def cloud() -> Cloud:
    made = good_cloud()
    run(made, execution="run-0")
    return made


def test_the_pointer_tells_the_schema(cloud: Cloud) -> None:
    assert live(cloud)["schema_hash"] == "0" * 64


def test_the_same_schema_updates_the_endpoint(cloud: Cloud) -> None:
    walked = run(cloud)
    assert "Update endpoint" in walked.visited
    assert serving(cloud) == [FIRST]


def test_another_schema_takes_the_other_endpoint_and_then_the_first_again(cloud: Cloud) -> None:
    for digit, name in (("1", SECOND), ("2", FIRST)):
        another_schema(cloud, digit)
        output = run(cloud, execution=f"run-{digit}").output
        assert output["endpoint"] == live(cloud)["endpoint"] == name
        assert live(cloud)["schema_hash"] == digit * 64
        assert serving(cloud) == [name]


def test_the_first_endpoint_serves_until_the_pointer_has_moved_and_was_forgotten(cloud: Cloud) -> None:
    another_schema(cloud)
    visited = run(cloud).visited
    order = ["Verify variants", "Move pointer", "Wait for cached pointers", "Delete other endpoint", "List configs"]
    assert [state for state in visited if state in order] == order


def test_the_config_of_the_removed_endpoint_stays_as_the_one_before(cloud: Cloud) -> None:
    before = live(cloud)["config"]
    another_schema(cloud)
    after = run(cloud).output["config"]
    assert set(cloud.configs) == {before, after}


def test_a_schema_that_the_pointer_does_not_tell_is_read_from_the_live_features(cloud: Cloud) -> None:
    pointer = live(cloud)
    del pointer["schema_hash"]
    cloud.parameters["/trainyard/dev/boston/live"] = json.dumps(pointer)
    assert run(cloud).output["endpoint"] == FIRST


def test_a_live_schema_that_cannot_be_read_counts_as_another_one(cloud: Cloud) -> None:
    pointer = live(cloud)
    del pointer["schema_hash"]
    cloud.parameters["/trainyard/dev/boston/live"] = json.dumps(pointer)
    del cloud.objects[pointer["features"]]
    assert run(cloud).output["endpoint"] == SECOND


@pytest.mark.parametrize(
    "state",
    ["Read pointer", "Read schema", "Publish features", "Create endpoint config", "Find endpoint", "Create endpoint",
     "Look at endpoint", "Read example", "Invoke variant", "Move pointer"],
)  # fmt: skip
def test_a_failure_before_the_pointer_moves_leaves_the_first_endpoint_alone(cloud: Cloud, state: str) -> None:
    before, config = live(cloud), cloud.endpoints[FIRST]["EndpointConfigName"]
    another_schema(cloud)
    cloud.fault = breaking(state, "SageMaker.AccessDeniedException")
    fails(cloud)
    assert serving(cloud) == [FIRST]
    assert cloud.endpoints[FIRST]["EndpointConfigName"] == config
    assert live(cloud) == before
    assert set(cloud.configs) == {config}
    assert cloud.leases == {}


def test_a_pointer_that_moved_although_the_call_failed_is_not_undone(cloud: Cloud) -> None:
    another_schema(cloud)
    moved = cloud._putParameter

    def lost(sent: Any) -> Any:
        moved(sent)
        raise TaskError("Ssm.AccessDeniedException", "connection reset")

    cloud._putParameter = lost  # type: ignore[method-assign]
    assert run(cloud).output["endpoint"] == live(cloud)["endpoint"] == SECOND
    assert serving(cloud) == [SECOND]


@pytest.mark.parametrize("state", ["Find other endpoint", "Look at other endpoint", "Delete other endpoint"])
def test_an_endpoint_that_cannot_be_removed_fails_the_run_but_not_the_new_model(cloud: Cloud, state: str) -> None:
    another_schema(cloud)
    cloud.fault = breaking(state, "SageMaker.AccessDeniedException")
    error = fails(cloud)
    assert error.error == "EndpointNotRemoved"
    assert FIRST in error.cause
    assert live(cloud)["endpoint"] == SECOND
    assert serving(cloud) == [FIRST, SECOND]
    assert {e["EndpointConfigName"] for e in cloud.endpoints.values()} <= set(cloud.configs)


LOST = Fault("SageMaker.SdkClientException", "Read timed out", late=True)


@pytest.mark.parametrize("times", [1, FOR_EVER])
@pytest.mark.parametrize("state", ["Delete other endpoint", "Delete stale endpoint"])
def test_an_endpoint_that_is_gone_although_nobody_said_so_is_no_failure(cloud: Cloud, state: str, times: int) -> None:
    if state == "Delete other endpoint":
        another_schema(cloud)
    else:
        cloud.endpoints[FIRST]["EndpointStatus"] = "Failed"
    output = run(Breaking(cloud, state, LOST, times), execution="run-2").output  # type: ignore[arg-type]
    assert live(cloud)["config"] == output["config"]
    assert serving(cloud) == [output["endpoint"]]


@pytest.mark.parametrize("times", [1, FOR_EVER])
def test_a_first_endpoint_that_is_gone_although_nobody_said_so_is_rolled_back(times: int) -> None:
    cloud = good_cloud()
    cloud.fault = breaking("Invoke variant", "SageMakerRuntime.ModelErrorException")
    with pytest.raises(TaskError, match="VerificationFailed"):
        run(Breaking(cloud, "Delete first endpoint", LOST, times))  # type: ignore[arg-type]
    assert (cloud.endpoints, cloud.configs, cloud.models, cloud.leases) == ({}, {}, {}, {})


def test_a_deletion_that_is_refused_says_why(cloud: Cloud) -> None:
    another_schema(cloud)
    cloud.fault = breaking("Delete other endpoint", "SageMaker.AccessDeniedException", "no right to do that")
    assert "Delete other endpoint failed: SageMaker.AccessDeniedException no right to do that" in fails(cloud).cause


def test_the_next_run_removes_what_the_last_one_could_not(cloud: Cloud) -> None:
    another_schema(cloud)
    cloud.fault = breaking("Delete other endpoint", "SageMaker.AccessDeniedException")
    fails(cloud)
    cloud.fault = lambda state, arguments: None
    walked = run(cloud, execution="run-3")
    assert "Wait for cached pointers" not in walked.visited
    assert serving(cloud) == [SECOND]


def test_what_an_aborted_run_left_under_the_other_name_is_made_anew(cloud: Cloud) -> None:
    another_schema(cloud)
    stop_at(cloud, "Wait for endpoint")
    assert serving(cloud) == [FIRST, SECOND]
    walked = run(cloud, execution="run-3")
    assert "Delete stale endpoint" in walked.visited
    assert serving(cloud) == [SECOND]
    assert live(cloud)["execution"] == "run-3"
