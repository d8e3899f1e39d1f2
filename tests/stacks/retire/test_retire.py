"""What a retirement leaves, and what it never touches."""

import json
from typing import Any

import pytest

from stacks.retire.definition import definition
from stacks.workflow.names import Names
from tests.stacks.retire.cloud import SCHEDULE, RetireCloud
from tests.stacks.workflow.faults import Breaking, Fault
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deployed, machine
from tests.stacks.workflow.test_runs import breaking, run

pytestmark = pytest.mark.unit

MACHINE: dict[str, Any] = deployed(
    definition(
        names=Names(stage="dev", workload="boston"),
        candidates=["xgboost", "linear"],
        schedules=["retrain"],
        rules=["new-data"],
        pending=["dev-boston-new-data"],
    )
)
GOOD = {"xgboost": {"rmse": 0.01}, "linear": {"rmse": 0.01}}


def retire(cloud: RetireCloud, name: str = "retire-1") -> Execution:
    walked = Execution(MACHINE, cloud, {}, name)
    walked.output = walked.run()
    return walked


def left(cloud: RetireCloud) -> tuple[Any, ...]:
    return (cloud.endpoints, cloud.configs, cloud.models, cloud.targets, cloud.parameters, cloud.leases)


@pytest.fixture
def cloud() -> RetireCloud:
    made = RetireCloud(metrics=GOOD)
    for number in range(2):
        run(made, execution=f"run-{number}")
    return made


def test_nothing_that_serves_or_costs_is_left(cloud: RetireCloud) -> None:
    removed = retire(cloud).output["removed"]
    assert left(cloud) == ({}, {}, {}, {}, {}, {})
    assert "endpoint dev-boston" in removed
    assert sum(one.startswith("endpoint config ") for one in removed) == 2
    assert sum(one.startswith("model ") for one in removed) == 4


def test_a_second_time_changes_nothing(cloud: RetireCloud) -> None:
    retire(cloud)
    assert retire(cloud, "retire-2").output == {"removed": []}


def test_both_endpoints_go_with_their_autoscaling(cloud: RetireCloud) -> None:
    config = cloud.endpoints["dev-boston"]["EndpointConfigName"]
    cloud._createEndpoint({"EndpointName": "dev-boston-2", "EndpointConfigName": config})
    for endpoint in cloud.endpoints.values():
        endpoint["EndpointStatus"] = "InService"
    for name in ("dev-boston", "dev-boston-2"):
        cloud.targets[f"endpoint/{name}/variant/linear"] = {}
    retire(cloud)
    assert (cloud.endpoints, cloud.targets) == ({}, {})


def test_what_starts_runs_by_itself_is_paused_and_otherwise_as_it_was(cloud: RetireCloud) -> None:
    retire(cloud)
    assert cloud.disabled == ["new-data"]
    told = {key: value for key, value in SCHEDULE.items() if not key.endswith(("Arn", "Date"))}
    assert cloud.schedules == {"retrain": told | {"State": "DISABLED"}}


def test_a_run_that_new_data_has_asked_for_is_called_off(cloud: RetireCloud) -> None:
    cloud.schedules["dev-boston-new-data"] = {
        "GroupName": "dev-boston",
        "ScheduleExpression": "at(2026-01-01T00:05:00)",
    }
    retire(cloud)
    assert list(cloud.schedules) == ["retrain"]


def test_what_others_have_stays(cloud: RetireCloud) -> None:
    cloud.models |= {"dev-boston-mine": {}, "dev-bostonia-linear-0123456789": {}}
    cloud.configs |= {"dev-boston-mine": {"CreationTime": 1}, "prod-dev-boston-0123456789": {"CreationTime": 1}}
    cloud.parameters["/trainyard/prod/boston/live"] = "{}"
    retire(cloud)
    assert set(cloud.models) == {"dev-boston-mine", "dev-bostonia-linear-0123456789"}
    assert set(cloud.configs) == {"dev-boston-mine", "prod-dev-boston-0123456789"}
    assert set(cloud.parameters) == {"/trainyard/prod/boston/live"}


def test_pages_of_others_do_not_hide_ours(cloud: RetireCloud) -> None:
    cloud.page = 2
    cloud.models |= {f"dev-boston-aaa{number}": {} for number in range(5)}
    retire(cloud)
    assert all(name.startswith("dev-boston-aaa") for name in cloud.models)


def test_a_deployment_is_waited_for_and_never_disturbed(cloud: RetireCloud) -> None:
    cloud.leases["dev-boston"] = "arn:execution:run-7"
    cloud.executions["arn:execution:run-7"] = "RUNNING"
    with pytest.raises(TaskError, match="LeaseNotAcquired"):
        retire(cloud)
    assert "dev-boston" in cloud.endpoints
    assert cloud.schedules["retrain"]["State"] == "ENABLED"


@pytest.mark.parametrize(
    "state",
    ["Mark as retired", "Read schedule", "Disable rule", "Delete pending schedule", "Remove pointer",
     "Find retired endpoint", "Look at retired endpoint",
     "Unscale variant of retired endpoint", "Delete retired endpoint", "List retired configs", "List retired models"],
)  # fmt: skip
def test_a_failure_tells_why_gives_the_lease_back_and_can_be_tried_again(cloud: RetireCloud, state: str) -> None:
    cloud.fault = breaking(state, "SageMaker.AccessDeniedException")
    with pytest.raises(TaskError, match="broken") as failed:
        retire(cloud)
    assert failed.value.error == "NotRetired"
    assert cloud.leases == {}
    cloud.fault = lambda state, arguments: None
    retire(cloud, "retire-2")
    assert left(cloud) == ({}, {}, {}, {}, {}, {})


def test_a_model_that_cannot_be_deleted_is_told(cloud: RetireCloud) -> None:
    cloud.fault = breaking("Delete model", "SageMaker.AccessDeniedException")
    with pytest.raises(TaskError, match="NotRetired"):
        retire(cloud)
    assert cloud.models
    assert cloud.leases == {}


def test_an_endpoint_that_is_gone_although_nobody_said_so_is_no_failure(cloud: RetireCloud) -> None:
    lost = Fault("SageMaker.SdkClientException", "Read timed out", late=True)
    walked = Execution(MACHINE, Breaking(cloud, "Delete retired endpoint", lost), {}, "retire-1")
    assert "endpoint dev-boston" in walked.run()["removed"]
    assert left(cloud) == ({}, {}, {}, {}, {}, {})


def test_an_endpoint_that_never_settles_is_told(cloud: RetireCloud) -> None:
    cloud.endpoints["dev-boston"]["EndpointStatus"] = "SystemUpdating"
    with pytest.raises(TaskError, match="dev-boston is still there: it is SystemUpdating"):
        retire(cloud)


def test_the_next_run_deploys_again(cloud: RetireCloud) -> None:
    retire(cloud)
    config = run(cloud, execution="run-9").output["config"]
    assert json.loads(cloud.parameters["/trainyard/dev/boston/live"])["config"] == config


def test_a_run_that_had_begun_before_does_not_deploy_and_leaves_nothing(cloud: RetireCloud) -> None:
    begun = Execution(machine("boston"), cloud, {}, "run-9")
    retire(cloud)
    with pytest.raises(TaskError, match="retired after this run had begun") as refused:
        begun.run()
    assert refused.value.error == "Retired"
    assert left(cloud) == ({}, {}, {}, {}, {}, {})
