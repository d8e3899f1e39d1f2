"""Every failure at every state that calls AWS: how the run ends, what is left, and that the next one succeeds.

States are found in the definition, not listed. What a failure may do depends on where in a run the state is:
before anything is deployed it ends the run, which can be redriven; in a candidate it is a row of the result; from
the lease to the pointer it is undone; after the pointer it is left for the next run.
"""

import copy
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.faults import Breaking, Fault, Service, faults_of, tasks
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import machine
from tests.stacks.workflow.test_runs import good_cloud

pytestmark = pytest.mark.unit

DEFINITION = machine("boston")
STATES = dict(tasks(DEFINITION))
TRAINING = {
    name
    for outer in DEFINITION["States"].values()
    if outer["Type"] == "Map"
    for inner in [dict(tasks(outer["ItemProcessor"]))]
    if any("createTrainingJob" in state["Resource"] for state in inner.values())
    for name in inner
}
"""States inside of the Map over the candidates."""
UNDONE = {"DeploymentFailed", "VerificationFailed", "LeaseNotAcquired"}
LASTING = {"refused", "job failed"}
ONCE = {"throttled", "answer lost", "job stopped"}


@dataclass
class Ended:
    """How an execution ended."""

    error: str
    execution: Execution
    output: Any = field(default=None)


def run(service: Service, name: str) -> Ended:
    execution = Execution(DEFINITION, service, {}, name)
    try:
        return Ended("", execution, execution.run())
    except TaskError as error:
        return Ended(error.error, execution)


@cache
def _served() -> Cloud:
    """An account in which a run has succeeded."""
    cloud = good_cloud()
    assert run(cloud, "run-0").error == ""
    return cloud


def served() -> Cloud:
    return copy.deepcopy(_served())


@cache
def usual() -> tuple[str, ...]:
    """States of a run that updates an endpoint, in their order."""
    return tuple(dict.fromkeys(run(served(), "run-1").execution.visited))


def place(state: str) -> str:
    """Where in a run a state is: its part of the run, by the calls that divide the parts."""
    if state not in usual():
        return "detour"
    calls = {name: STATES[name]["Resource"] for name in usual() if name in STATES}
    lease = next(name for name, resource in calls.items() if resource.endswith("dynamodb:putItem"))
    pointer = next(name for name, resource in calls.items() if resource.endswith("ssm:putParameter"))
    if state in TRAINING:
        return "candidate"
    order = usual().index(state)
    if order < usual().index(lease):
        return "before"
    return "deployment" if order <= usual().index(pointer) else "afterwards"


def live(cloud: Cloud) -> dict[str, Any]:
    pointer: dict[str, Any] = json.loads(cloud.parameters["/trainyard/dev/boston/live"])
    return pointer


def standing(cloud: Cloud) -> Any:
    """All that serves or may serve; what a failed run must leave as it was."""
    endpoints = {name: one["EndpointConfigName"] for name, one in cloud.endpoints.items()}
    return live(cloud), set(cloud.models), set(cloud.configs), endpoints, cloud.leases


def assert_consistent(cloud: Cloud) -> None:
    """What the pointer names serves, nothing is kept that nothing refers to, nobody holds the lease."""
    pointer = live(cloud)
    assert cloud.endpoints[pointer["endpoint"]]["EndpointStatus"] == "InService"
    assert cloud.endpoints[pointer["endpoint"]]["EndpointConfigName"] == pointer["config"]
    assert pointer["features"] in cloud.objects
    used = {v["ModelName"] for config in cloud.configs.values() for v in config["ProductionVariants"]}
    assert used == set(cloud.models)
    versions = {one["CustomerMetadataProperties"]["config"] for one in cloud.packages.values()}
    assert {key.split("/")[2] for key in cloud.objects if "/live/" in key} <= set(cloud.configs) | versions
    assert cloud.leases == {}


def cases(kind: str) -> list[Any]:
    """States of one part of a run, each with every failure that retries do not get over."""
    return [
        pytest.param(name, fault, id=f"{name}-{word}")
        for name, state in STATES.items()
        if place(name) == kind
        for word, fault in faults_of(state).items()
        if word in LASTING
    ]


@pytest.mark.parametrize(("state", "fault"), cases("before"))
def test_before_the_candidates_a_failure_ends_the_run_and_a_redrive_succeeds(state: str, fault: Fault) -> None:
    cloud = served()
    before = standing(cloud)
    ended = run(breaking := Breaking(cloud, state, fault), "run-1")
    if not ended.error:  # what serves could not be compared, say: the run goes on without
        assert_consistent(cloud)
        return
    assert ended.error == fault.error
    pointer, models, *rest = standing(cloud)
    assert models >= before[1], "models of the run itself wait for the redrive"
    assert (pointer, *rest) == (before[0], *before[2:])
    breaking.times = 0
    assert ended.execution.redrive()["config"] == live(cloud)["config"]
    assert_consistent(cloud)


@pytest.mark.parametrize(("state", "fault"), cases("candidate"))
def test_in_a_candidate_a_failure_is_a_row_of_the_result(state: str, fault: Fault) -> None:
    cloud = served()
    before = standing(cloud)
    ended = run(Breaking(cloud, state, fault), "run-1")
    if ended.error:
        assert ended.error == "GateNotMet"
        assert standing(cloud) == before
    else:
        assert any(f"{state} failed" in row["error"] for row in ended.output["candidates"])
        assert_consistent(cloud)


@pytest.mark.parametrize(("state", "fault"), cases("deployment"))
def test_from_the_lease_to_the_pointer_a_failure_is_undone_and_the_next_run_succeeds(state: str, fault: Fault) -> None:
    cloud = served()
    before = standing(cloud)
    breaking = Breaking(cloud, state, fault)
    ended = run(breaking, "run-1")
    if not ended.error:  # a lease that could not be prolonged, say, and lasts all the same
        assert_consistent(cloud)
        return
    assert ended.error in UNDONE
    assert standing(cloud) == before
    breaking.times = 0
    assert run(breaking, "run-2").error == ""
    assert_consistent(cloud)


@pytest.mark.parametrize(("state", "fault"), cases("afterwards"))
def test_after_the_pointer_a_failure_is_left_for_the_next_run(state: str, fault: Fault) -> None:
    cloud = served()
    breaking = Breaking(cloud, state, fault)
    ended = run(breaking, "run-1")
    assert ended.error in {"", "EndpointNotRemoved"}
    breaking.times = 0
    cloud.leases.clear()  # a lease that could not be released expires
    for number in range(2, 4):
        assert run(breaking, f"run-{number}").error == ""
    assert_consistent(cloud)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        pytest.param(name, word, id=f"{name}-{word}")
        for name, state in STATES.items()
        if place(name) != "detour"
        for word in sorted(faults_of(state).keys() & ONCE)
    ],
)
def test_what_happens_once_is_got_over_or_undone(state: str, word: str) -> None:
    cloud = served()
    before = standing(cloud)
    fault = faults_of(STATES[state])[word]
    ended = run(Breaking(cloud, state, fault, times=1), "run-1")
    if ended.error:
        assert ended.error in UNDONE | {fault.error}
        assert standing(cloud) == before
    cloud.leases.clear()  # a lease whose release got lost expires
    for number in range(2, 4):
        assert run(cloud, f"run-{number}").error == ""
    assert_consistent(cloud)
