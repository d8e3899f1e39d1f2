"""What goes after a deployment: old configs, and what nobody refers to; what never does; that it is made good."""

from typing import Any

import pytest

from local.jsonata import evaluate
from stacks.workflow.names import Names
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import TaskError
from tests.stacks.workflow.test_runs import breaking, good_cloud, live, run
from tests.stacks.workflow.turns import stop_at

pytestmark = pytest.mark.unit
NAMES = Names(stage="dev", workload="boston")


def old(cloud: Cloud, count: int, prefix: str = "dev-boston-") -> list[str]:
    """Configs from before, the oldest first, each with a model."""
    names = [f"{prefix}{number:010x}" for number in range(count)]
    for number, name in enumerate(names):
        model = f"dev-boston-linear-{number:010x}"
        cloud.models[model] = {}
        cloud.configs[name] = {
            "EndpointConfigName": name,
            "ProductionVariants": [{"VariantName": "linear", "ModelName": model, "InstanceType": "ml.m5.large"}],
            "CreationTime": number - 10_000,
        }
    return names


@pytest.fixture
def cloud() -> Cloud:
    made = good_cloud()
    run(made, execution="run-0")
    return made


def test_many_configs_go_the_oldest_first_a_bounded_number_at_a_time(cloud: Cloud) -> None:
    names = old(cloud, 60)
    run(cloud, execution="run-1")
    assert [name for name in names if name in cloud.configs] == names[40:]
    run(cloud, execution="run-2")
    assert len(cloud.configs) == 2


def test_pages_of_others_do_not_hide_ours(cloud: Cloud) -> None:
    old(cloud, 130, prefix="x-dev-boston-")
    ours = old(cloud, 3)
    for number, name in enumerate(ours):
        cloud.configs[name]["CreationTime"] = number - 1_000
    run(cloud, execution="run-1")
    assert not set(ours) & set(cloud.configs)
    assert sum(name.startswith("x-dev-boston-") for name in cloud.configs) == 130


def test_what_the_other_endpoint_uses_stays(cloud: Cloud) -> None:
    (used,) = old(cloud, 1)
    cloud.endpoints["dev-boston-2"] = {
        "EndpointName": "dev-boston-2", "EndpointStatus": "InService", "EndpointConfigName": used,
        "ProductionVariants": [{"VariantName": "linear", "CurrentInstanceCount": 1}], "before": "",
    }  # fmt: skip
    cloud.fault = breaking("Delete other endpoint", "SageMaker.AccessDeniedException")
    with pytest.raises(TaskError, match="EndpointNotRemoved"):
        run(cloud, execution="run-1")
    assert used in cloud.configs


@pytest.mark.parametrize("state", ["Find endpoints", "Read endpoint"])
def test_nothing_goes_while_it_is_not_known_what_is_in_use(cloud: Cloud, state: str) -> None:
    names = old(cloud, 3)
    cloud.fault = breaking(state, "SageMaker.AccessDeniedException")
    run(cloud, execution="run-1")
    assert set(names) <= set(cloud.configs)


def test_a_model_that_somebody_removed_by_hand_does_not_stop_the_clean_up(cloud: Cloud) -> None:
    names = old(cloud, 3)

    def fault(state: str, arguments: Any) -> None:
        if state == "Remove model" and arguments["ModelName"].endswith("0000000001"):
            raise TaskError("SageMaker.AccessDeniedException", "Could not find model")

    cloud.fault = fault
    run(cloud, execution="run-1")
    assert not set(names) & set(cloud.configs)


def test_a_clean_up_that_was_aborted_is_made_good_when_redriven_and_by_the_next_run(cloud: Cloud) -> None:
    names = old(cloud, 3)
    aborted = stop_at(cloud, "Remove stale configs")
    assert set(names) <= set(cloud.configs)
    del cloud.configs[names[0]]  # by hand, meanwhile
    aborted.__class__ = aborted.__class__.__bases__[0]
    output = aborted.redrive()
    assert output["config"] == live(cloud)["config"]
    assert not set(names) & set(cloud.configs)


def orphan(cloud: Cloud, execution: str, candidate: str = "linear", redrives: int = 0) -> tuple[str, str]:
    """A model and a folder of artifacts as an execution makes them."""
    told = {"states": {"context": {"Execution": {"Name": execution, "RedriveCount": redrives},
                                   "State": {"RetryCount": 0}}}, "candidate": {"name": candidate}}  # fmt: skip
    model, config = evaluate(NAMES.model, told), evaluate(NAMES.config, told)
    cloud.models[model] = {}
    cloud.objects[f"boston/live/{config}/{candidate}/model.tar.gz"] = ""
    return model, config


def left(cloud: Cloud, model: str, config: str) -> tuple[bool, bool]:
    return model in cloud.models, any(config in key for key in cloud.objects)


@pytest.mark.parametrize(("status", "stays"), [("RUNNING", True), ("ABORTED", False), ("FAILED", False)])
def test_what_a_run_made_goes_when_it_does_not_go_on_and_nothing_refers_to_it(
    cloud: Cloud, status: str, stays: bool
) -> None:
    found = orphan(cloud, "run-x")
    cloud.executions["arn:execution:run-x"] = status
    run(cloud, execution="run-1")
    assert left(cloud, *found) == (stays, stays)


def test_what_a_redriven_run_made_before_and_after_stays_while_it_goes_on(cloud: Cloud) -> None:
    before, after = orphan(cloud, "run-x", redrives=0), orphan(cloud, "run-x", redrives=2)
    cloud.executions["arn:execution:run-x"] = "RUNNING"
    cloud.redrives["run-x"] = 2
    run(cloud, execution="run-1")
    assert left(cloud, *before) == left(cloud, *after) == (True, True)


def test_models_of_candidates_that_the_workload_has_no_more_go_too(cloud: Cloud) -> None:
    found = orphan(cloud, "run-x", candidate="former-one")
    run(cloud, execution="run-1")
    assert left(cloud, *found) == (False, False)


def test_models_of_others_stay(cloud: Cloud) -> None:
    others: dict[str, Any] = {
        "dev-boston-mine": {},
        "dev-bostonia-linear-0123456789": {},
        "x-dev-boston-linear-0123456789": {},
    }
    cloud.models |= others
    run(cloud, execution="run-1")
    assert others.keys() <= cloud.models.keys()


def test_no_artifact_goes_while_a_version_does_not_say_where_its_own_are(cloud: Cloud) -> None:
    model, config = orphan(cloud, "run-x")
    cloud.packages["by hand"] = {"ModelPackageArn": "by hand", "ClientToken": "by hand"}
    run(cloud, execution="run-1")
    assert left(cloud, model, config) == (False, True)


def test_artifacts_of_a_version_stay_without_their_config(cloud: Cloud) -> None:
    first = live(cloud)["config"]
    for number in range(4):
        run(cloud, execution=f"run-{number}")
    assert first not in cloud.configs
    assert any(first in key for key in cloud.objects)


def test_no_model_goes_while_a_fan_out_goes_on() -> None:
    ended = {}
    for status in ("RUNNING", "SUCCEEDED"):
        cloud = good_cloud("fan-out")
        cloud.models["dev-fan-out-forest-0123456789"] = {}
        cloud.fan_outs["arn:execution:fan-1"] = status
        run(cloud, "fan-out")
        ended[status] = "dev-fan-out-forest-0123456789" in cloud.models
    assert ended == {"RUNNING": True, "SUCCEEDED": False}
