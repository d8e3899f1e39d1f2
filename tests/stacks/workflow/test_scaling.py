"""Capacity, guardrails, capture and serverless: what is asked of an endpoint besides its models."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from spec.loader import load_workload
from stacks.workflow.definition import definition
from stacks.workflow.names import Names
from tests.spec.cases import FOLDER
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deployed, own_settings
from tests.stacks.workflow.test_runs import breaking

pytestmark = pytest.mark.unit

INSTANCE = {"instance": {"type": "ml.m5.large", "count": 2}}
SCALED = INSTANCE | {"autoscaling": {"min": 1, "max": 4, "invocations_per_instance": 600, "scale_out_cooldown": "1m"}}
LARGER = SCALED | {"instance": {"type": "ml.m5.xlarge", "count": 2}}
SERVERLESS = {"serverless": {"memory_mb": 2048, "max_concurrency": 5}}
CANARY = INSTANCE | {"guardrails": {"canary": {"percent": 10, "bake": "10m"}, "terminate_wait": "5m"}}
LINEAR = INSTANCE | {"guardrails": {"linear": {"step_percent": 25, "bake": "5m"}}}
LATE = [
    "Update endpoint",
    "Look at endpoint",
    "Read example",
    "Invoke variant",
    "Register variant",
    "Put scaling policy",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flowers.csv").write_bytes((FOLDER / "valid/flowers.csv").read_bytes())
    return tmp_path


class Runs:
    """Runs of one workload whose endpoint and candidates change from run to run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cloud = Cloud()
        self._count = 0

    def __call__(self, endpoint: Mapping[str, Any], *candidates: str) -> list[str]:
        names = candidates or ("forest",)
        self._count += 1
        self.cloud.metrics = {name: {"accuracy": 0.99} for name in names}
        walked = Execution(self._machine(endpoint, names), self.cloud, {}, f"run-{self._count}")
        walked.run()
        return walked.visited

    def _machine(self, endpoint: Mapping[str, Any], names: tuple[str, ...]) -> Any:
        file = self._folder / "flowers.yaml"
        file.write_text(yaml.safe_dump({
            "name": "flowers", "task": "classification", "data": {"sample": "flowers.csv", "target": "species"},
            "candidates": {name: {"algorithm": {"image": "sklearn"}} for name in names},
            "gate": {"metric": "accuracy", "min": 0.9}, "endpoint": dict(endpoint),
        }))  # fmt: skip
        workload = load_workload(file)
        made = Names(stage="dev", workload="flowers")
        return deployed(definition(names=made, workload=workload, settings=own_settings(workload)))

    def sent(self, state: str) -> list[Any]:
        return [arguments for entered, _, arguments in self.cloud.calls if entered == state]

    @property
    def counts(self) -> dict[str, int]:
        (endpoint,) = self.cloud.endpoints.values()
        return {item["VariantName"]: item["CurrentInstanceCount"] for item in endpoint["ProductionVariants"]}

    def grow(self, count: int, endpoint: str = "dev-flowers") -> None:
        """What autoscaling does."""
        for item in self.cloud.endpoints[endpoint]["ProductionVariants"]:
            item["CurrentInstanceCount"] = count


@pytest.fixture
def runs(folder: Path) -> Runs:
    return Runs(folder)


def test_every_variant_is_scaled_by_its_invocations(runs: Runs) -> None:
    runs(SCALED, "forest", "trees")
    assert runs.cloud.scaled("dev-flowers") == {"forest", "trees"}
    target = runs.cloud.targets["endpoint/dev-flowers/variant/trees"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    (policy,) = runs.cloud.policies["endpoint/dev-flowers/variant/trees"]
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["TargetValue"] == 600
    assert (tracking["ScaleInCooldown"], tracking["ScaleOutCooldown"]) == (300, 60)


def test_capacity_that_autoscaling_made_survives_an_update(runs: Runs) -> None:
    runs(SCALED)
    runs.grow(4)
    visited = runs(SCALED)
    assert runs.counts == {"forest": 4}
    assert "Let variant go" not in visited
    (update,) = runs.sent("Update endpoint")
    assert {item["VariantPropertyType"] for item in update["ExcludeRetainedVariantProperties"]} == {
        "DesiredWeight", "DataCaptureConfig",
    }  # fmt: skip


def test_without_autoscaling_the_file_says_how_many(runs: Runs) -> None:
    runs(INSTANCE)
    runs.grow(4)
    runs(INSTANCE)
    assert runs.counts == {"forest": 2}


def test_a_variant_that_gets_other_machines_is_let_go_and_scaled_again(runs: Runs) -> None:
    runs(SCALED)
    visited = runs(LARGER)
    assert visited.index("Let variant go") < visited.index("Update endpoint") < visited.index("Register variant")
    assert runs.cloud.scaled("dev-flowers") == {"forest"}


def test_a_variant_that_goes_away_is_let_go(runs: Runs) -> None:
    runs(SCALED, "forest", "trees")
    runs(SCALED, "trees", "linear")
    assert runs.cloud.scaled("dev-flowers") == {"trees", "linear"}
    assert [item["ResourceId"] for item in runs.sent("Let variant go")] == ["endpoint/dev-flowers/variant/forest"]


def test_autoscaling_that_the_file_no_longer_names_ends(runs: Runs) -> None:
    runs(SCALED)
    runs(INSTANCE)
    assert runs.cloud.targets == {}


@pytest.mark.parametrize("state", LATE)
@pytest.mark.parametrize("endpoint", [SCALED, LARGER], ids=["as before", "other machines"])
def test_a_roll_back_scales_as_before(runs: Runs, state: str, endpoint: dict[str, Any]) -> None:
    runs(SCALED)
    runs.grow(4)
    targets, policies = dict(runs.cloud.targets), dict(runs.cloud.policies)
    config = runs.cloud.endpoints["dev-flowers"]["EndpointConfigName"]
    runs.cloud.fault = breaking(state, "SageMaker.AccessDeniedException")
    with pytest.raises(TaskError):
        runs(endpoint | {"autoscaling": SCALED["autoscaling"] | {"max": 9}}, "forest", "trees")
    assert {name: item["MaxCapacity"] for name, item in runs.cloud.targets.items()} == {
        name: item["MaxCapacity"] for name, item in targets.items()
    }
    assert {name: [p["TargetTrackingScalingPolicyConfiguration"] for p in ps] for name, ps in policies.items()} == {
        name: [p["TargetTrackingScalingPolicyConfiguration"] for p in ps] for name, ps in runs.cloud.policies.items()
    }
    assert runs.cloud.endpoints["dev-flowers"]["EndpointConfigName"] == config
    assert runs.counts == {"forest": 4}


@pytest.mark.parametrize("state", LATE[1:])
def test_a_first_endpoint_that_fails_leaves_no_autoscaling(runs: Runs, state: str) -> None:
    runs.cloud.fault = breaking(state, "SageMaker.AccessDeniedException")
    with pytest.raises(TaskError):
        runs(SCALED, "forest", "trees")
    assert (runs.cloud.endpoints, runs.cloud.targets, runs.cloud.policies) == ({}, {}, {})


def test_another_schema_moves_the_autoscaling_to_the_other_endpoint(runs: Runs) -> None:
    runs(SCALED)
    runs.cloud.features |= {"schema_hash": "1" * 64}
    runs(SCALED)
    assert set(runs.cloud.targets) == {"endpoint/dev-flowers-2/variant/forest"}


def test_requests_and_answers_are_kept_where_the_batch_and_feedback_look_for_them(runs: Runs) -> None:
    runs(INSTANCE | {"data_capture": {"sampling_percent": 20}})
    (config,) = runs.sent("Create endpoint config")
    capture = config["DataCaptureConfig"]
    assert (capture["InitialSamplingPercentage"], capture["DestinationS3Uri"]) == (20, "s3://bucket/flowers/capture/")


@pytest.mark.parametrize(
    ("endpoint", "kind", "size", "wait"),
    [(CANARY, "CANARY", "CanarySize", 600), (LINEAR, "LINEAR", "LinearStepSize", 300)],
)
def test_the_traffic_of_a_single_model_moves_in_steps_that_alarms_watch(
    runs: Runs, endpoint: dict[str, Any], kind: str, size: str, wait: int
) -> None:
    runs(endpoint)
    runs(endpoint)
    (update,) = runs.sent("Update endpoint")
    policy = update["DeploymentConfig"]["BlueGreenUpdatePolicy"]
    routing = policy["TrafficRoutingConfiguration"]
    assert (routing["Type"], routing["WaitIntervalInSeconds"], set(routing) >= {size}) == (kind, wait, True)
    alarms = update["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert [item["AlarmName"] for item in alarms] == ["dev-flowers-forest-5xx", "dev-flowers-forest-latency"]
    assert policy["MaximumExecutionTimeoutInSeconds"] > 4 * wait


@pytest.mark.parametrize(("before", "after"), [(["forest", "trees"], ["forest"]), (["forest"], ["trees"])])
def test_other_variants_than_before_come_all_at_once(runs: Runs, before: list[str], after: list[str]) -> None:
    runs(CANARY, *before)
    runs(CANARY, *after)
    assert "DeploymentConfig" not in runs.sent("Update endpoint")[0]


def test_waiting_for_steps_takes_as_long_as_they_do(runs: Runs) -> None:
    runs(CANARY)
    runs.cloud.statuses = ["InService", *["Updating"] * 205]
    assert runs(CANARY).count("Wait for endpoint") > 200


def test_an_alarm_that_sends_the_traffic_back_fails_the_run(runs: Runs) -> None:
    runs(CANARY)
    before = runs.cloud.endpoints["dev-flowers"]["EndpointConfigName"]
    runs.cloud.statuses = ["InService", "Updating", "RollingBack", "InService", "InService"]
    with pytest.raises(TaskError, match="DeploymentFailed"):
        runs(CANARY)
    assert runs.cloud.endpoints["dev-flowers"]["EndpointConfigName"] == before


def test_serverless_is_updated_in_place(runs: Runs) -> None:
    runs(SERVERLESS)
    assert "Update endpoint" in runs(SERVERLESS | {"serverless": {"memory_mb": 4096}})
    assert set(runs.cloud.endpoints) == {"dev-flowers"}


@pytest.mark.parametrize(("before", "after"), [(INSTANCE, SERVERLESS), (SERVERLESS, INSTANCE), (SCALED, SERVERLESS)])
def test_from_machines_to_serverless_and_back_takes_the_other_endpoint(
    runs: Runs, before: dict[str, Any], after: dict[str, Any]
) -> None:
    runs(before)
    runs(after)
    assert set(runs.cloud.endpoints) == {"dev-flowers-2"}
    assert json.loads(runs.cloud.parameters["/trainyard/dev/flowers/live"])["endpoint"] == "dev-flowers-2"
    assert runs.cloud.targets == {}


def test_an_endpoint_of_another_kind_that_no_pointer_names_is_made_anew(runs: Runs) -> None:
    runs(SERVERLESS)
    runs.cloud.parameters.clear()
    assert "Delete stale endpoint" in runs(INSTANCE)
    assert set(runs.cloud.endpoints) == {"dev-flowers"}


def test_logs_of_the_endpoint_are_not_kept_for_ever(runs: Runs) -> None:
    runs(INSTANCE)
    assert runs.cloud.retention == {"/aws/sagemaker/Endpoints/dev-flowers": 90}
