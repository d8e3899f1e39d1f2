"""What a run does, on every valid workload and at every fault: walked, calls checked by AWS's models."""

import json
from typing import Any

import pytest

from tests.spec.cases import VALID
from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import machine, workload
from tests.stacks.workflow.registry import approve

pytestmark = pytest.mark.unit

NAMES = [path.stem for path in VALID]
LATE = [
    "Update endpoint", "Look at endpoint", "Read example", "Invoke variant", "Move pointer",
]  # fmt: skip
EARLY = ["Publish features", "Create endpoint config", "Find endpoint", "Remember endpoint"]
CLEANING = ["Tag pointer", "List configs", "Read config", "Remove config", "Remove model", "List artifacts"]


def good_cloud(name: str = "boston") -> Cloud:
    """Every candidate meets the gate, and somebody approves what waits for it."""
    gate = workload(name).gate
    value = 0.99 if gate.min is not None else 0.01
    metrics: dict[str, Any] = {candidate: {gate.metric: value} for candidate in workload(name).candidates}
    return Cloud(metrics=metrics, approver=approve)


def run(cloud: Cloud, name: str = "boston", execution: str = "run-1", given: Any = None) -> Execution:
    walked = Execution(machine(name), cloud, given if given is not None else {}, execution)
    walked.output = walked.run()
    return walked


def fails(cloud: Cloud, execution: str = "run-2", given: Any = None) -> TaskError:
    with pytest.raises(TaskError) as failed:
        run(cloud, execution=execution, given=given)
    return failed.value


def breaking(state: str, error: str = "SageMaker.SageMakerException", cause: str = "broken") -> Any:
    def fault(entered: str, arguments: Any) -> None:
        if entered == state:
            raise TaskError(error, cause)

    return fault


def live(cloud: Cloud) -> dict[str, Any]:
    pointer: dict[str, Any] = json.loads(cloud.parameters["/trainyard/dev/boston/live"])
    return pointer


def live_keys(cloud: Cloud) -> set[str]:
    return {key for key in cloud.objects if "/live/" in key}


def of_versions(cloud: Cloud) -> set[str]:
    """What the versions in the registry refer to: it stays for as long as they do."""
    keys = set()
    for package in cloud.packages.values():
        keys |= {one["ModelDataUrl"] for one in package["InferenceSpecification"]["Containers"]}
        keys.add(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    return {key.removeprefix("s3://bucket/") for key in keys}


@pytest.mark.parametrize("name", NAMES)
def test_every_workload_trains_deploys_and_points_to_what_serves(name: str) -> None:
    cloud = good_cloud(name)
    output = run(cloud, name).output
    (endpoint,) = cloud.endpoints.values()
    pointer = json.loads(cloud.parameters[f"/trainyard/dev/{workload(name).name}/live"])
    assert output["endpoint"] == pointer["endpoint"] == endpoint["EndpointName"]
    assert output["config"] == pointer["config"] == endpoint["EndpointConfigName"]
    assert pointer["features"] in cloud.objects
    assert set(pointer["models"].values()) == set(cloud.models)
    assert cloud.leases == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_last_two_configs_stay_with_their_models_and_artifacts(name: str) -> None:
    cloud = good_cloud(name)
    for number in range(4):
        run(cloud, name, f"run-{number}")
    assert len(cloud.configs) == 2
    used = {v["ModelName"] for c in cloud.configs.values() for v in c["ProductionVariants"]}
    assert used == set(cloud.models)
    deployed = {one["CustomerMetadataProperties"]["config"] for one in cloud.packages.values()}
    features = {f"{workload(name).name}/live/{config}/features.json" for config in {*cloud.configs, *deployed}}
    assert live_keys(cloud) == features | of_versions(cloud)


def test_configs_of_other_workloads_are_never_touched() -> None:
    cloud = good_cloud()
    foreign = {"EndpointConfigName": "dev-boston-x-0123456789", "ProductionVariants": [], "CreationTime": -1}
    cloud.configs["dev-boston-x-0123456789"] = foreign
    for number in range(3):
        run(cloud, execution=f"run-{number}")
    assert "dev-boston-x-0123456789" in cloud.configs


def test_a_config_whose_model_still_serves_stays() -> None:
    cloud = good_cloud()
    first = run(cloud, execution="run-0").output["config"]
    model = cloud.configs[first]["ProductionVariants"][0]
    promoted = {
        "EndpointConfigName": "dev-boston-00000000aa",
        "ProductionVariants": [model],
        "CreationTime": 50,
    }
    cloud.configs["dev-boston-00000000aa"] = promoted
    cloud.endpoints["dev-boston"]["EndpointConfigName"] = "dev-boston-00000000aa"
    run(cloud, execution="run-1")
    assert first in cloud.configs
    assert model["ModelName"] in cloud.models


def test_a_candidate_that_fails_does_not_fail_the_others() -> None:
    cloud = good_cloud()
    description = json.dumps({"TrainingJobName": "j", "FailureReason": "AlgorithmError: no rows"})
    cloud.fault = breaking("Train", "States.TaskFailed", description)
    output = run(cloud).output
    assert output["variants"] == ["xgboost"]
    assert output["candidates"][1]["error"] == "Train failed (job j): AlgorithmError: no rows"


@pytest.mark.parametrize(
    "state",
    ["Train", "Tune", "Find best job", "Find best model", "Keep model", "Create model", "Score", "Evaluate"],
)
def test_whatever_fails_in_a_candidate_is_recorded(state: str) -> None:
    cloud = good_cloud()
    cloud.fault = breaking(state, "States.TaskFailed", '{"ExitMessage": "why", "FailureReason": "exit 1"}')
    walked = Execution(machine("boston"), cloud)
    try:
        told = str(walked.run()["candidates"])
    except TaskError as error:
        told = str(error)
    assert f"{state} failed: why" in told


def test_an_impossible_gate_tells_the_table_and_touches_nothing_live() -> None:
    cloud = good_cloud()
    run(cloud)
    before = (
        live(cloud),
        dict(cloud.models),
        dict(cloud.configs),
        live_keys(cloud),
    )
    cloud.metrics = {"xgboost": {"rmse": 7.5, "mae": 5}, "linear": {"rmse": 9}}
    error = fails(cloud)
    assert error.error == "GateNotMet"
    assert error.cause == ("No candidate met the gate: rmse at most 6.\nxgboost: rmse 7.5, mae 5\nlinear: rmse 9")
    after = (
        live(cloud),
        dict(cloud.models),
        dict(cloud.configs),
        live_keys(cloud),
    )
    assert after == before
    assert cloud.leases == {}


@pytest.mark.parametrize("state", EARLY + LATE)
def test_a_failed_deployment_leaves_the_old_fleet_and_nothing_else(state: str) -> None:
    cloud = good_cloud()
    old = run(cloud).output["config"]
    models, features = set(cloud.models), live(cloud)["features"]
    failures = iter(range(40))

    def fault(entered: str, arguments: Any) -> None:
        if entered == state and next(failures) < 30:
            raise TaskError("SageMaker.AccessDeniedException", "broken")

    cloud.fault = fault
    error = fails(cloud)
    assert error.error in ("DeploymentFailed", "VerificationFailed")
    assert "broken" in error.cause
    assert cloud.endpoints["dev-boston"]["EndpointConfigName"] == old
    assert cloud.endpoints["dev-boston"]["EndpointStatus"] == "InService"
    assert live(cloud)["config"] == old
    assert set(cloud.configs) == {old}
    assert set(cloud.models) == models
    assert live_keys(cloud) == {features} | of_versions(cloud)
    assert cloud.leases == {}


@pytest.mark.parametrize("state", ["Create endpoint", "Look at endpoint", "Invoke variant", "Move pointer"])
def test_a_first_endpoint_that_fails_is_deleted(state: str) -> None:
    cloud = good_cloud()
    cloud.fault = breaking(state)
    fails(cloud)
    assert (cloud.endpoints, cloud.configs, cloud.models, cloud.leases) == ({}, {}, {}, {})
    assert live_keys(cloud) == of_versions(cloud)


def test_an_update_that_sagemaker_rolled_back_is_a_failure() -> None:
    cloud = good_cloud()
    old = run(cloud).output["config"]
    # The first look is before the update; afterwards SageMaker goes back by itself.
    cloud.statuses = ["InService", "Updating", "RollingBack", "RollingBack", "InService", "InService"]
    error = fails(cloud)
    assert error.error == "DeploymentFailed"
    assert old in error.cause
    assert set(cloud.configs) == {old}


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating"])
def test_a_busy_endpoint_is_waited_for(status: str) -> None:
    cloud = good_cloud()
    run(cloud)
    cloud.statuses = ["InService", *[status] * 5]
    assert run(cloud, execution="run-2").visited.count("Wait for endpoint") == 6


def test_waiting_is_bounded() -> None:
    cloud = good_cloud()
    run(cloud)
    cloud.statuses = ["InService", *["SystemUpdating"] * 170, *["InService"] * 5]
    assert "SystemUpdating" in fails(cloud).cause


def test_a_failed_endpoint_is_deleted_and_made_anew() -> None:
    cloud = good_cloud()
    run(cloud)
    cloud.endpoints["dev-boston"]["EndpointStatus"] = "Failed"
    walked = run(cloud, execution="run-2")
    assert "Delete stale endpoint" in walked.visited
    assert "Create endpoint" in walked.visited


def test_a_verified_deployment_survives_a_failing_clean_up() -> None:
    for state in CLEANING:
        cloud = good_cloud()
        for number in range(2):
            run(cloud, execution=f"run-{number}")
        cloud.fault = breaking(state)
        assert run(cloud, execution="run-2").output["config"] == live(cloud)["config"]
        assert cloud.leases == {}


def test_a_held_lease_is_waited_for_and_then_told() -> None:
    cloud = good_cloud()
    cloud.leases["dev-boston"] = "somebody"
    with pytest.raises(TaskError) as failed:
        run(cloud)
    assert failed.value.error == "LeaseNotAcquired"
    assert cloud.leases == {"dev-boston": "somebody"}
    assert cloud.models == {}


def test_a_throttled_call_is_tried_again_under_a_new_name() -> None:
    cloud = good_cloud()
    names = []

    def fault(state: str, arguments: Any) -> None:
        if state == "Prepare":
            names.append(arguments["ProcessingJobName"])
            if len(names) < 3:
                raise TaskError("SageMaker.AmazonSageMakerException", "Rate exceeded")

    cloud.fault = fault
    run(cloud)
    assert len(set(names)) == 3


@pytest.mark.parametrize("action", ["createModel", "createEndpointConfig", "updateEndpoint"])
def test_what_a_call_whose_answer_was_lost_had_done_is_used(action: str) -> None:
    cloud = good_cloud()
    run(cloud)
    tries = iter(range(9))
    call = getattr(cloud, f"_{action}")

    def lost(sent: Any) -> Any:
        answer = call(sent)
        if next(tries) == 0:
            raise TaskError("SageMaker.SdkClientException", "connection reset")
        return answer

    setattr(cloud, f"_{action}", lost)
    output = run(cloud, execution="run-2").output
    assert output["variants"] == ["xgboost", "linear"]
    assert output["config"] == cloud.endpoints["dev-boston"]["EndpointConfigName"]
    assert {v["ModelName"] for c in cloud.configs.values() for v in c["ProductionVariants"]} == set(cloud.models)


def test_an_update_that_is_refused_tells_why() -> None:
    cloud = good_cloud()
    run(cloud)
    cloud.fault = breaking("Update endpoint", cause="InitialInstanceCount is above the quota")
    assert "Update endpoint failed: SageMaker.SageMakerException InitialInst" in fails(cloud).cause


def test_the_state_stays_small() -> None:
    cloud = good_cloud()
    walked = run(cloud)
    assert len(json.dumps(walked.output)) < 10_000


@pytest.mark.parametrize(
    ("name", "bodies"),
    [
        ("boston", [{"instances": [{"features": [5.1, 3.5, 1.4, 0.2]}]}]),  # linear-learner; XGBoost reads no JSON
        ("iris", [{"instances": [[5.1, 3.5, 1.4, 0.2]]}]),
        ("script", [[[5.1, 3.5, 1.4, 0.2]]]),
        ("builtin-alone", []),
    ],
)
def test_each_kind_of_variant_is_asked_in_json_that_it_reads(name: str, bodies: list[Any]) -> None:
    cloud = good_cloud(name)
    run(cloud, name)
    asked = [arguments for state, _, arguments in cloud.calls if state == "Invoke variant"]
    assert [arguments["Body"] for arguments in asked] == bodies
    assert {arguments["ContentType"] for arguments in asked} <= {"application/json"}
