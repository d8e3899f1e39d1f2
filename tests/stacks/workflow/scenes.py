"""Scenes of a run: the usual one, and those that lead to its detours; and what no failure may do to what serves."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.stacks.registered import states
from tests.stacks.sweep import Case, Scene
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.machines import machine, workload
from tests.stacks.workflow.registry import reject
from tests.stacks.workflow.test_runs import good_cloud
from tests.stacks.workflow.walks import HOLDER, another_schema, go, left_over, refusing, served

Json = dict[str, Any]

CAUGHT = {
    "DeploymentFailed", "VerificationFailed", "LeaseNotAcquired", "LeaseLost", "GateNotMet", "RollbackFailed",
    "EndpointNotRemoved", "NotApproved", "States.QueryEvaluationError",
}  # fmt: skip
"""Ends that a run gives itself."""
UNDECIDED = "States.QueryEvaluationError"
"""Nobody decided about a version: raised by an expression, so that a redrive waits again."""
OTHER_MACHINES = {"endpoint": {"instance": {"type": "ml.c5.large"}}}
UNDONE = {"DeploymentFailed", "VerificationFailed", "LeaseNotAcquired"}
"""Of them those after which all is as it was."""
TRIED = set(states(machine("boston")["States"]["Try candidates"]["ItemProcessor"]))
"""What a candidate goes through: a failure there is a row of the result."""


def pointer(cloud: Cloud, name: str) -> Json:
    """What is live, if anything is."""
    found: Json = json.loads(cloud.parameters.get(f"/trainyard/dev/{workload(name).name}/live", "{}"))
    return found


def assert_serves(cloud: Cloud, name: str) -> None:
    """What the pointer names is there, with all that it needs."""
    live = pointer(cloud, name)
    serving = cloud.endpoints[live["endpoint"]]["EndpointConfigName"]
    for config in (serving, live["config"]):
        assert {variant["ModelName"] for variant in cloud.configs[config]["ProductionVariants"]} <= set(cloud.models)
    assert live["features"] in cloud.objects


def standing(cloud: Cloud, name: str) -> Any:
    """All that serves or may serve."""
    endpoints = {one: endpoint["EndpointConfigName"] for one, endpoint in cloud.endpoints.items()}
    return pointer(cloud, name), set(cloud.models), set(cloud.configs), endpoints


def orphans(cloud: Cloud, name: str) -> set[str]:
    """What nothing refers to, and what does not fit what the pointer says."""
    live = pointer(cloud, name)
    used = {v["ModelName"] for config in cloud.configs.values() for v in config["ProductionVariants"]}
    versions = {one["CustomerMetadataProperties"]["config"] for one in cloud.packages.values()}
    kept = {key.split("/")[2] for key in cloud.objects if "/live/" in key}
    statuses = {one: endpoint["EndpointStatus"] for one, endpoint in cloud.endpoints.items()}
    wrong = {f"{one} is {status}" for one, status in statuses.items() if status != "InService"}
    return (
        {f"endpoint {one}" for one in cloud.endpoints.keys() - {live["endpoint"]}}
        | {f"model {one}" for one in set(cloud.models) - used if one.startswith("dev-")}
        | {f"artifacts {one}" for one in kept - set(cloud.configs) - versions}
        | {f"lease {one}" for one in cloud.leases}
        | wrong
        | ({"config"} if cloud.endpoints[live["endpoint"]]["EndpointConfigName"] != live["config"] else set())
    )


def judge(name: str, case: Case) -> None:
    """For a run of a workload."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    if [one["EndpointStatus"] for one in case.before.endpoints.values()] == ["InService"]:
        assert_serves(case.cloud, name)
    if case.ended.status == "FAILED":
        assert case.ended.error in CAUGHT | {case.fault.error}, where
        assert case.uncaught == (case.ended.error == case.fault.error), where
    if case.ended.error in UNDONE and not case.base.error:
        assert standing(case.cloud, name) == standing(case.before, name), where
        blamed = (case.state, case.fault.cause, "Another run")  # who cannot be asked after holds the lease
        assert any(one in case.ended.cause for one in blamed), where
    if case.ended.status == "SUCCEEDED" and case.state in TRIED and case.word != "answer lost":
        assert any(f"{case.state} failed" in row["error"] for row in case.ended.output["candidates"]), where
    if case.uncaught and not case.fault.status:
        cloud, redriven = case.redriven()
        assert redriven.error == case.base.error, f"{where}, redriven: {redriven.error} {redriven.cause}"
        if not redriven.error:
            assert_serves(cloud, name)
    for number in (2, 3):
        again = case.anew(f"run-{number}")
        assert again.error == "", f"{where}, again: {again.error} {again.cause}"
    assert_serves(case.cloud, name)
    assert orphans(case.cloud, name) == set(), f"{orphans(case.cloud, name)} {where}"


def scene(title: str, account: Callable[[], Cloud], name: str = "boston", given: Any = None) -> Scene:
    return Scene("run", title, machine(name), account, partial(judge, name), given or {})


def _statuses(*statuses: str) -> Cloud:
    cloud = served()
    cloud.statuses = list(statuses)
    return cloud


def _no_hash() -> Cloud:
    cloud = another_schema(served())
    live = pointer(cloud, "boston")
    del live["schema_hash"]
    cloud.parameters["/trainyard/dev/boston/live"] = json.dumps(live)
    return cloud


def _found(status: str) -> Cloud:
    cloud = served()
    cloud.endpoints["dev-boston"]["EndpointStatus"] = status
    return cloud


def _held() -> Cloud:
    cloud = served()
    cloud.leases["dev-boston"] = HOLDER
    cloud.executions[HOLDER] = "ABORTED"
    return cloud


def _serverless() -> Cloud:
    cloud = served()
    for config in cloud.configs.values():
        for variant in config["ProductionVariants"]:
            del variant["InstanceType"], variant["InitialInstanceCount"]
            variant["ServerlessConfig"] = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    return cloud


def _much() -> Cloud:
    cloud = served()
    go(cloud, run="run-0b")
    (*_, config) = cloud.configs.values()
    for number in range(120):
        name = f"dev-boston-old-{number:010x}"
        cloud.configs[name] = config | {"EndpointConfigName": name, "CreationTime": -number}
    return cloud


def _after(name: str, runs: int) -> Cloud:
    cloud = served(name)
    for number in range(runs):
        go(cloud, name, f"run-0-{number}")
    return cloud


def _rejected() -> Cloud:
    cloud = served("approved")
    cloud.approver = reject
    return cloud


def scenes() -> Iterator[Scene]:
    yield scene("usual", served)
    yield scene("cleans up", partial(_after, "boston", 1))
    yield scene("never served", good_cloud)
    yield scene("first one does not answer", lambda: refusing(good_cloud(), "Invoke variant"))
    yield scene("does not answer", lambda: refusing(served(), "Invoke variant"))
    yield scene("rolled back", partial(_statuses, "InService", "Updating", "RollingBack", "RollingBack", "InService"))
    yield scene("no config", lambda: refusing(served(), "Create endpoint config"))
    yield scene("no models", lambda: refusing(served(), "Create model"))
    yield scene("pointer stays", lambda: refusing(served(), "Move pointer"))
    yield scene("another schema", lambda: another_schema(served()))
    yield scene("another schema, once", _no_hash)
    yield scene("failed endpoint", partial(_found, "Failed"))
    yield scene("lease held", _held)
    yield scene("serverless until now", _serverless)
    yield scene("much to clean up", _much)
    yield scene("much was left", left_over)
    yield scene("approved", partial(_after, "approved", 4), "approved")
    yield scene("scaled", lambda: served("scaled"), "scaled")
    yield scene("scaled, on other machines", lambda: served("scaled"), "scaled", OTHER_MACHINES)
    yield scene("scaled, does not answer", lambda: refusing(served("scaled"), "Invoke variant"), "scaled")
