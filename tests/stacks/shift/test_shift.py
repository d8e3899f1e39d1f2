"""What a shift does at every fault: walked on a deployed boston, calls checked by AWS's models."""

import json
from typing import Any

import pytest

from local.jsonata import evaluate
from stacks.workflow.lease import keep_states
from tests.stacks.shift.cloud import NAMES, POINTER, LiveCloud, deployed, retrained, shift, shift_machine
from tests.stacks.shift.walks import breaking, scale
from tests.stacks.workflow.interpreter import TaskError

pytestmark = pytest.mark.unit

BEFORE = ["Read pointer", "Read endpoint", "Look at alarms"]
MOVING = ["Shift traffic", "Look at weights"]
PROMOTING = [
    "Read live config", "Look for winner's config", "List scaling", "Promote", "Look at promotion", "Move pointer",
]  # fmt: skip
MAKING = {"Look for winner's config": "Create winner's config"}


def fails(cloud: LiveCloud, given: Any = None) -> TaskError:
    with pytest.raises(TaskError) as failed:
        shift(cloud, given)
    return failed.value


def ringing(cloud: LiveCloud, name: str, step: int) -> None:
    """The alarm goes off while this step bakes."""

    def fault(entered: str, arguments: Any) -> None:
        if entered == "Keep lease" and len(cloud.history) == step:
            cloud.alarms[name] = "ALARM"

    cloud.fault = fault


def test_traffic_moves_in_steps_and_the_winner_serves_alone() -> None:
    cloud = deployed()
    output = shift(cloud, {"variant": "linear", "steps": [20, 60, 100]}).output
    assert cloud.history == [
        {"xgboost": 80, "linear": 20},
        {"xgboost": 40, "linear": 60},
        {"xgboost": 0, "linear": 100},
    ]
    assert output["promoted"]
    assert cloud.shares == {"linear": 100}
    assert cloud.leases == {}


def test_the_pointer_names_the_winner_alone_with_what_it_was_made_of() -> None:
    cloud = deployed()
    before = cloud.pointer
    config = shift(cloud).output["config"]
    alone = {key: {"linear": before[key]["linear"]} for key in ("models", "packages", "metrics")}
    assert cloud.pointer == before | alone | {"config": config}
    assert cloud.endpoints["dev-boston"]["EndpointConfigName"] == config
    assert cloud.pointer["features"] in cloud.objects


def test_the_winners_config_keeps_capture_and_machines() -> None:
    cloud = deployed()
    former = cloud.configs[cloud.pointer["config"]]
    former["DataCaptureConfig"] = {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://bucket/boston/capture/",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    shift(cloud)
    config = cloud.configs[cloud.pointer["config"]]
    assert config["DataCaptureConfig"] == former["DataCaptureConfig"]
    (variant,) = config["ProductionVariants"]
    (linear,) = [one for one in former["ProductionVariants"] if one["VariantName"] == "linear"]
    assert variant == linear | {"InitialVariantWeight": 1}
    assert config["Tags"] == [{"Key": "trainyard:stage", "Value": "dev"}]


def test_clean_up_of_the_next_runs_leaves_no_trace_of_the_test() -> None:
    cloud = deployed()
    first = cloud.pointer["config"]
    promoted = shift(cloud).output["config"]
    kept = []
    for number in (2, 3):
        kept.append(retrained(cloud, f"run-{number}").output["config"])
        assert cloud.pointer["features"] in cloud.objects
        used = {v["ModelName"] for c in cloud.configs.values() for v in c["ProductionVariants"]}
        assert set(cloud.models) == used
        for model in cloud.models.values():
            assert model["PrimaryContainer"]["ModelDataUrl"].removeprefix("s3://bucket/") in cloud.objects
    assert set(cloud.configs) == set(kept)
    assert {first, promoted}.isdisjoint(cloud.configs)


def test_what_the_promoted_model_is_made_of_outlives_the_next_run() -> None:
    cloud = deployed()
    shift(cloud)
    model = cloud.pointer["models"]["linear"]
    promoted = cloud.pointer["config"]
    retrained(cloud, "run-2")
    assert promoted in cloud.configs, "the config before stays, to go back to"
    assert model in cloud.models
    assert cloud.models[model]["PrimaryContainer"]["ModelDataUrl"].removeprefix("s3://bucket/") in cloud.objects


def test_losers_are_no_longer_scaled() -> None:
    cloud = deployed()
    scale(cloud)
    shift(cloud)
    assert "xgboost" not in cloud.scaled("dev-boston")


@pytest.mark.parametrize("state", ["Promote", "Look at promotion", "Move pointer"])
def test_what_was_scaled_is_so_again_after_going_back(state: str) -> None:
    cloud = deployed()
    scale(cloud)
    before = cloud.scaled("dev-boston")
    policies = {name: [one["PolicyName"] for one in found] for name, found in cloud.policies.items()}
    cloud.fault = breaking(state)
    fails(cloud)
    assert cloud.scaled("dev-boston") == before
    assert {name: [one["PolicyName"] for one in found] for name, found in cloud.policies.items()} == policies


def test_steps_short_of_100_move_traffic_and_promote_nobody() -> None:
    cloud = deployed()
    before = cloud.kept
    output = shift(cloud, {"variant": "linear", "steps": [25, 50]}).output
    assert not output["promoted"]
    assert cloud.kept == before | {"shares": {"xgboost": 50, "linear": 50}}


def test_the_others_keep_their_proportion() -> None:
    cloud = deployed()
    config = cloud.configs[cloud.pointer["config"]]
    third = config["ProductionVariants"][0] | {"VariantName": "third"}
    config["ProductionVariants"].append(third)
    cloud.weights["dev-boston"] = {"xgboost": 0.6, "third": 0.3, "linear": 0.1}
    shift(cloud, {"variant": "linear", "steps": [40]})
    assert cloud.shares == {"xgboost": 40, "third": 20, "linear": 40}


def test_others_without_traffic_share_the_rest() -> None:
    cloud = deployed()
    cloud.weights["dev-boston"] = {"xgboost": 0, "linear": 0}
    shift(cloud, {"variant": "linear", "steps": [40]})
    assert cloud.shares == {"xgboost": 60, "linear": 40}


def test_a_shift_that_was_cut_off_goes_on_where_it_was() -> None:
    cloud = deployed()
    cloud.weights["dev-boston"] = {"xgboost": 50, "linear": 50}
    shift(cloud)
    assert cloud.history == [{"xgboost": 0, "linear": 100}]


def test_a_second_shift_to_the_same_variant_changes_nothing() -> None:
    cloud = deployed()
    shift(cloud)
    before = cloud.kept
    assert shift(cloud, name="shift-2").output["promoted"] is False
    assert cloud.kept == before


def test_a_bake_looks_at_the_alarms_every_so_many_seconds() -> None:
    cloud = deployed()
    walked = shift(cloud, {"variant": "linear", "steps": [50], "bake": 300, "every": 30})
    assert walked.visited.count("Bake") == 10
    assert walked.visited.count("Look at alarms") == 12


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 60),
        ({"every": 5, "bake": 600}, 5),
        ({"every": 5, "bake": 86_400}, 260),
        ({"every": 1, "bake": 86_400, "steps": list(range(10, 101, 10))}, 864),
        ({"every": 900, "bake": 1}, 900),
    ],
)
def test_looks_are_rarer_in_a_long_bake_for_an_execution_has_so_many_events(given: Any, seconds: int) -> None:
    (plan,) = [state for name, state in shift_machine()["States"].items() if name == "Plan"]
    states = {"context": {"Execution": {"Input": {"variant": "linear", **given}}}}
    assert evaluate(plan["Assign"]["pause"][2:-2], {"states": states}) == seconds


@pytest.mark.parametrize("kind", ["5xx", "latency", "feedback"])
@pytest.mark.parametrize("step", [1, 2])
def test_an_alarm_brings_the_weights_of_the_start_back(kind: str, step: int) -> None:
    cloud = deployed()
    cloud.alarms["dev-boston-linear-feedback"] = "OK"
    before = cloud.kept
    ringing(cloud, f"dev-boston-linear-{kind}", step)
    error = fails(cloud)
    assert error.error == "AlarmRaised"
    assert error.cause.startswith(f"dev-boston-linear-{kind}: Threshold Crossed: 1 datapoint [7.0]")
    assert len(cloud.history) == step + 1
    assert cloud.kept == before


def test_an_alarm_of_another_variant_does_not_count() -> None:
    cloud = deployed()
    cloud.alarms["dev-boston-xgboost-5xx"] = "ALARM"
    assert shift(cloud).output["promoted"]


def test_an_alarm_that_rings_before_the_first_step_stops_all() -> None:
    cloud = deployed()
    cloud.alarms["dev-boston-linear-latency"] = "ALARM"
    before = cloud.kept
    error = fails(cloud)
    assert "nothing was changed" in error.cause
    assert cloud.history == []
    assert cloud.kept == before


def test_without_alarms_the_output_says_that_nobody_watched() -> None:
    cloud = deployed()
    cloud.alarms.clear()
    assert shift(cloud).output["alarms"] == []


@pytest.mark.parametrize("state", BEFORE)
def test_what_fails_before_the_first_step_changes_nothing(state: str) -> None:
    cloud = deployed()
    before = cloud.kept
    cloud.fault = breaking(state)
    assert f"{state} failed" in fails(cloud).cause
    assert cloud.history == []
    assert cloud.kept == before


@pytest.mark.parametrize("state", MOVING)
@pytest.mark.parametrize("after", [0, 1])
def test_what_fails_in_a_step_brings_the_weights_back(state: str, after: int) -> None:
    cloud = deployed()
    before = cloud.kept
    cloud.fault = breaking(state, after=after)
    error = fails(cloud)
    assert error.error == "ShiftFailed"
    assert cloud.kept == before


@pytest.mark.parametrize("state", PROMOTING)
def test_what_fails_in_the_promotion_takes_everything_back(state: str) -> None:
    cloud = deployed()
    before = cloud.kept
    cloud.fault = breaking(state, *([MAKING[state]] if state in MAKING else []))
    error = fails(cloud)
    assert error.error == "PromotionFailed"
    assert f"{state} failed" in error.cause
    assert cloud.kept == before


def test_what_a_lost_answer_had_created_is_used() -> None:
    cloud = deployed()
    make = cloud._createEndpointConfig
    lost = iter([True])

    def answer(sent: Any) -> Any:
        made = make(sent)
        if next(lost, False):
            raise TaskError("SageMaker.SdkClientException", "connection reset")
        return made

    cloud._createEndpointConfig = answer  # type: ignore[method-assign]
    assert shift(cloud).output["promoted"]


def test_an_update_that_aws_rolled_back_is_no_promotion() -> None:
    cloud = deployed()
    before = cloud.kept

    def fault(entered: str, arguments: Any) -> None:
        if entered == "Look at promotion" and not cloud.statuses:
            cloud.statuses = ["RollingBack", "InService"]

    cloud.fault = fault
    error = fails(cloud)
    assert error.error == "PromotionFailed"
    assert cloud.kept == before


def test_going_back_waits_until_the_endpoint_takes_it() -> None:
    cloud = deployed()
    before = cloud.kept
    ringing(cloud, "dev-boston-linear-5xx", 1)
    restoring = cloud.fault

    def fault(entered: str, arguments: Any) -> None:
        restoring(entered, arguments)
        if entered == "Restore weights":
            cloud.statuses = ["Updating", "Updating"]

    cloud.fault = fault
    fails(cloud)
    assert cloud.kept == before


def test_when_even_going_back_fails_it_is_told_and_nothing_is_deleted() -> None:
    cloud = deployed()
    cloud.fault = breaking("Look at promotion", "Restore config")
    error = fails(cloud)
    assert error.error == "RollbackFailed"
    assert "Look at promotion failed" in error.cause
    assert cloud.endpoints["dev-boston"]["EndpointConfigName"] in cloud.configs
    assert len(cloud.models) == 2
    assert cloud.leases == {}


def test_an_endpoint_that_is_gone_is_told() -> None:
    cloud = deployed()

    def fault(entered: str, arguments: Any) -> None:
        if entered == "Keep lease":
            cloud.fault = breaking("Look at weights", "Shift traffic", "Look before going back")

    cloud.fault = fault
    assert fails(cloud).error == "RollbackFailed"
    assert cloud.leases == {}


def test_a_lost_lease_ends_the_shift_and_touches_nothing_more() -> None:
    cloud = deployed()

    def fault(entered: str, arguments: Any) -> None:
        if entered == "Keep lease":
            cloud.leases["dev-boston"] = "another"

    cloud.fault = fault
    assert fails(cloud).error == "LeaseLost"
    assert cloud.leases == {"dev-boston": "another"}
    assert len(cloud.history) == 1


def test_a_held_lease_is_waited_for_and_then_told() -> None:
    cloud = deployed()
    cloud.leases["dev-boston"] = "somebody"
    before = cloud.kept
    assert fails(cloud).error == "LeaseNotAcquired"
    assert cloud.kept == before


def test_nothing_live_is_told() -> None:
    cloud = deployed()
    del cloud.parameters[POINTER]
    error = fails(cloud)
    assert (error.error, error.cause) == ("NothingLive", "boston has no live endpoint yet: start a run.")
    assert cloud.leases == {}


def test_a_variant_that_is_not_live_is_told_with_those_that_are() -> None:
    error = fails(deployed(), {"variant": "forest"})
    assert (error.error, error.cause) == ("UnknownVariant", "forest is not live; live are: xgboost, linear.")


def test_a_variant_that_goes_while_the_shift_waits_is_told() -> None:
    cloud = deployed()
    cloud.endpoints["dev-boston"]["EndpointStatus"] = "Updating"
    cloud.statuses = ["Updating", "Updating"]

    def fault(entered: str, arguments: Any) -> None:
        if entered == "Read endpoint" and not cloud.statuses:
            cloud.weights["dev-boston"] = {"xgboost": 1.0}

    cloud.fault = fault
    assert fails(cloud).error == "UnknownVariant"


def test_an_endpoint_that_is_not_what_the_pointer_says_is_left_alone() -> None:
    cloud = deployed()
    cloud.parameters[POINTER] = json.dumps(cloud.pointer | {"config": "dev-boston-0000000000"})
    error = fails(cloud)
    assert error.error == "NotAsPointed"
    assert cloud.history == []


def test_an_endpoint_out_of_service_is_left_alone() -> None:
    cloud = deployed()
    cloud.endpoints["dev-boston"]["EndpointStatus"] = "OutOfService"
    assert fails(cloud).error == "EndpointNotInService"


def test_the_endpoint_is_the_one_that_the_pointer_names() -> None:
    cloud = deployed()
    cloud.endpoints["dev-boston-2"] = cloud.endpoints.pop("dev-boston") | {"EndpointName": "dev-boston-2"}
    cloud.weights["dev-boston-2"] = cloud.weights.pop("dev-boston")
    cloud.parameters[POINTER] = json.dumps(cloud.pointer | {"endpoint": "dev-boston-2"})
    assert shift(cloud).output["endpoint"] == cloud.pointer["endpoint"] == "dev-boston-2"
    assert cloud.shares == {"linear": 100}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "the input must be an object with some of variant, steps, bake, every"),
        ({}, "variant: required, the name of a live variant"),
        ({"variant": 3}, "variant: required, the name of a live variant"),
        ({"variant": "linear", "step": [1]}, "step: unknown, allowed: variant, steps, bake, every"),
        ({"variant": "linear", "steps": []}, "steps: []: must be 1 to 10 rising percentages, from 0.1 to 100"),
        ({"variant": "linear", "steps": [50, 10]}, "steps: [50,10]: must be 1 to 10 rising"),
        ({"variant": "linear", "steps": [50, 50]}, "steps: [50,50]: must be 1 to 10 rising"),
        ({"variant": "linear", "steps": [0, 50]}, "steps: [0,50]: must be"),
        ({"variant": "linear", "steps": [50, 101]}, "steps: [50,101]: must be"),
        ({"variant": "linear", "steps": ["50"]}, 'steps: ["50"]: must be'),
        ({"variant": "linear", "steps": 50}, "steps: 50: must be"),
        ({"variant": "linear", "steps": list(range(1, 12))}, "must be 1 to 10 rising"),
        ({"variant": "linear", "bake": "10m"}, "bake: 10m: must be seconds, from 0 to 86400"),
        ({"variant": "linear", "bake": -1}, "bake: -1: must be seconds"),
        ({"variant": "linear", "every": 0}, "every: 0: must be seconds, from 1 to 900"),
    ],
)
def test_bad_input_is_refused_at_once_with_what_is_allowed(given: Any, said: str) -> None:
    cloud = deployed()
    error = fails(cloud, given)
    assert error.error == "InvalidInput"
    assert said in error.cause
    assert cloud.calls == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    error = fails(deployed(), {"steps": [5, 1], "bake": True, "color": "red"})
    assert [line.partition(":")[0] for line in error.cause.splitlines()] == ["color", "variant", "steps", "bake"]


RACED = ["Keep lease", "Move pointer"]


@pytest.mark.parametrize("state", RACED)
def test_a_run_that_comes_while_a_shift_is_at_work_does_not_deploy(state: str) -> None:
    cloud = deployed()
    cloud.executions = dict.fromkeys(["arn:execution:run-2", "arn:execution:shift-1"], "RUNNING")
    outcomes: list[str] = []

    def fault(entered: str, arguments: Any) -> None:
        if entered == state and not outcomes:
            outcomes.append("started")
            with pytest.raises(TaskError) as failed:
                retrained(cloud, "run-2")
            outcomes.append(failed.value.error)

    cloud.fault = fault
    assert shift(cloud).output["promoted"]
    assert outcomes == ["started", "LeaseNotAcquired"]
    assert cloud.shares == {"linear": 100}
    assert cloud.leases == {}


@pytest.mark.parametrize("state", ["Look at endpoint"])
def test_a_shift_that_comes_while_a_run_deploys_changes_nothing(state: str) -> None:
    cloud = deployed()
    cloud.executions = dict.fromkeys(["arn:execution:run-2", "arn:execution:shift-1"], "RUNNING")
    outcomes: list[str] = []

    def fault(entered: str, arguments: Any) -> None:
        if entered == state and not outcomes:
            outcomes.append("started")
            outcomes.append(fails(cloud).error)

    cloud.fault = fault
    retrained(cloud, "run-2")
    assert outcomes == ["started", "LeaseNotAcquired"]
    assert cloud.shares == {"xgboost": 90, "linear": 10}
    assert cloud.leases == {}


def test_a_shift_that_was_aborted_holds_nobody_up_and_its_weights_stay() -> None:
    cloud = deployed()

    def aborting(entered: str, arguments: Any) -> None:
        if entered == "Keep lease":
            raise KeyboardInterrupt

    cloud.fault = aborting
    with pytest.raises(KeyboardInterrupt):
        shift(cloud)
    cloud.fault = lambda state, arguments: None
    cloud.executions = {"arn:execution:shift-1": "ABORTED"}
    assert cloud.leases == {"dev-boston": "arn:execution:shift-1"}
    assert cloud.shares == {"xgboost": 50, "linear": 50}
    assert shift(cloud, name="shift-2").output["promoted"]


def test_a_shift_after_the_run_it_waited_for_works_on_what_is_live_then() -> None:
    cloud = deployed()
    fresh = retrained(cloud, "run-2").output["config"]
    shift(cloud)
    assert fresh in cloud.configs
    assert cloud.pointer["execution"] == "run-2"


def test_the_lease_is_kept_by_its_holder_alone() -> None:
    (state,) = keep_states(NAMES, then="a", lost="b").values()
    assert state["Arguments"]["ConditionExpression"] == "#holder = :holder"
