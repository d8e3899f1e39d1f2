"""Ways through a run that together enter all of its states; what each must lead to is tested beside."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any

from tests.stacks.registered import Registered
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.faults import Breaking, Fault
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import machine
from tests.stacks.workflow.registry import approve, nobody, reject
from tests.stacks.workflow.test_runs import good_cloud

BROKEN = Fault("SageMaker.ValidationException", "broken")
HOLDER = "arn:aws:states:us-east-1:123456789012:execution:dev-boston:other"
BY_HAND = {
    "ModelPackageArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/dev-approved/0",
    "ModelApprovalStatus": "Approved",
    "CreationTime": "2020-01-01T00:00:00.000Z",
    "ClientToken": "by-hand",
}
Walks = list[Execution]


def go(service: Any, name: str = "boston", run: str = "run-1", given: Any = None) -> Execution:
    """One run, however it ends."""
    execution = Execution(machine(name), service, given or {}, run)
    with suppress(TaskError):
        execution.run()
    return execution


@cache
def _served(name: str) -> Cloud:
    cloud = good_cloud(name)
    cloud.approver = approve
    go(cloud, name, "run-0")
    return cloud


def served(name: str = "boston") -> Cloud:
    """Where a run has succeeded."""
    return copy.deepcopy(_served(name))


def another_schema(cloud: Cloud) -> Cloud:
    """The next run finds other columns."""
    cloud.features = cloud.features | {"schema_hash": "1" * 64}
    return cloud


def runs_in_a_row() -> Walks:
    cloud = good_cloud()
    return [go(cloud, run=f"run-{number}") for number in range(2)]


def input_refused() -> Walks:
    return [go(Cloud(), given={"wrong": 1})]


def nothing_to_tune_with() -> Walks:
    cloud = good_cloud()
    cloud._describeHyperParameterTuningJob = lambda sent: {}  # type: ignore[method-assign]
    return [go(cloud)]


def gate_not_met() -> Walks:
    cloud = good_cloud()
    cloud.metrics = {name: {"rmse": 99} for name in cloud.metrics}
    return [go(cloud)]


def broken(*states: str, first: bool = False) -> Callable[[], Walks]:
    """Runs that fail at one state each."""

    def walk() -> Walks:
        return [go(Breaking(good_cloud() if first else served(), state, BROKEN)) for state in states]

    return walk


def a_lease_is_held() -> Walks:
    ended = []
    for holder, status in ((HOLDER, "RUNNING"), (HOLDER, "ABORTED"), ("somebody", "")):
        cloud = good_cloud()
        cloud.leases["dev-boston"] = holder
        cloud.executions[HOLDER] = status
        ended.append(go(cloud))
    return ended


def other_columns() -> Walks:
    cloud = another_schema(served())
    pointer = json.loads(cloud.parameters["/trainyard/dev/boston/live"])
    del pointer["schema_hash"]
    cloud.parameters["/trainyard/dev/boston/live"] = json.dumps(pointer)
    return [go(cloud)]


def refusing(cloud: Cloud, *states: str) -> Cloud:
    """Nothing works at these states."""

    def fault(entered: str, arguments: Any) -> None:
        if entered in states:
            raise TaskError(BROKEN.error, BROKEN.cause)

    cloud.fault = fault
    return cloud


def changing(*statuses: str, broken_at: str = "") -> Callable[[], Walks]:
    """What the endpoint is, each time it is looked at."""

    def walk() -> Walks:
        cloud = refusing(served(), broken_at)
        cloud.statuses = list(statuses)
        return [go(cloud)]

    return walk


def found(status: str) -> Callable[[], Walks]:
    """What the endpoint is, and stays, when the run looks for it."""

    def walk() -> Walks:
        cloud = served()
        cloud.endpoints["dev-boston"]["EndpointStatus"] = status
        return [go(cloud)]

    return walk


def no_way_back() -> Walks:
    return [go(refusing(served(), "Invoke variant", "Roll back"))]


def an_endpoint_that_does_not_go() -> Walks:
    ended = []
    for cloud in (refusing(good_cloud(), "Invoke variant"), another_schema(served())):
        cloud._deleteEndpoint = partial(_deleting, cloud)  # type: ignore[method-assign]
        ended.append(go(cloud))
    return ended


def _deleting(cloud: Cloud, sent: Any) -> Any:
    cloud.endpoints[sent["EndpointName"]]["EndpointStatus"] = "Deleting"
    return {}


def serverless_until_now() -> Walks:
    ended = []
    for pointed in (True, False):
        cloud = served()
        for config in cloud.configs.values():
            for variant in config["ProductionVariants"]:
                del variant["InstanceType"], variant["InitialInstanceCount"]
                variant["ServerlessConfig"] = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
        if not pointed:
            del cloud.parameters["/trainyard/dev/boston/live"]
        ended.append(go(cloud))
    return ended


def a_pointer_that_moved_all_the_same() -> Walks:
    cloud = served()
    move = cloud._putParameter

    def lost(sent: Any) -> Any:
        move(sent)
        raise TaskError("Ssm.ValidationException", "connection reset")

    cloud._putParameter = lost  # type: ignore[method-assign]
    return [go(cloud)]


def much_to_clean_up() -> Walks:
    cloud = served()
    go(cloud, run="run-1")
    (*_, config) = cloud.configs.values()
    for number in range(120):
        name = f"dev-boston-old-{number:010x}"
        cloud.configs[name] = config | {"EndpointConfigName": name, "CreationTime": -number}
    return [go(refusing(cloud, f"Remove {what}"), run=f"run-{what}") for what in ("model", "config")]


def left_over() -> Cloud:
    """What aborted runs have left, behind a page of others' models."""
    cloud = served()
    cloud.models |= {f"prod-dev-boston-xgboost-{number:010x}": {} for number in range(100)}
    for number in range(2):
        cloud.models[f"dev-boston-xgboost-{number:010x}"] = {}
        cloud.objects[f"boston/live/dev-boston-{number:010x}/xgboost/model.tar.gz"] = ""
    return cloud


def left_by_aborted_runs() -> Walks:
    cloud = left_over()
    return [go(refusing(cloud, "Remove left model")), go(refusing(cloud), run="run-2")]


def retired_meanwhile() -> Walks:
    cloud = served()
    cloud.marks["dev-boston/retired"] = {"retired": {"N": "99999999999999"}}
    return [go(cloud)]


def approvals() -> Walks:
    ended = []
    for approver in (reject, nobody):
        cloud = good_cloud("approved")
        cloud.approver = approver
        ended.append(go(cloud, "approved"))
    cloud = good_cloud("approved")
    cloud.approver = approve
    cloud.packages[BY_HAND["ModelPackageArn"]] = BY_HAND
    return [*ended, *(go(cloud, "approved", f"run-{number}") for number in range(4))]


def live_models_that_do_not_score() -> Walks:
    return [go(Breaking(served("approved"), "Score live model", BROKEN), "approved")]


def scaled_variants() -> Walks:
    cloud = served("scaled")
    machines = {"endpoint": {"instance": {"type": "ml.c5.large"}}}
    ended = [go(cloud, "scaled"), go(cloud, "scaled", "run-2", machines)]
    return [*ended, go(Breaking(cloud, "Look at endpoint", BROKEN), "scaled", "run-3", {})]


def registered() -> Iterator[Registered]:
    """A run, without and with approvals, and with scaled variants."""
    usual: Sequence[Callable[[], Walks]] = (
        runs_in_a_row,
        input_refused,
        nothing_to_tune_with,
        gate_not_met,
        broken("Create model", "Move pointer", "Create endpoint config", "Find other endpoint", "Look at endpoint"),
        broken("Invoke variant", first=True),
        a_lease_is_held,
        other_columns,
        changing("InService", "Updating", "RollingBack", "RollingBack", "InService", "InService"),
        changing("InService", "InService", "Updating", broken_at="Invoke variant"),
        found("Failed"),
        found("SystemUpdating"),
        no_way_back,
        an_endpoint_that_does_not_go,
        serverless_until_now,
        a_pointer_that_moved_all_the_same,
        much_to_clean_up,
        left_by_aborted_runs,
        retired_meanwhile,
    )
    yield Registered("run", machine("boston"), tuple(usual))
    yield Registered("run", machine("approved"), (approvals, live_models_that_do_not_score))
    yield Registered("run", machine("scaled"), (scaled_variants,))
