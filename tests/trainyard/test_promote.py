import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.trainyard.conftest import ARN, RUN, WORKLOAD, Cli, States, client, point, stack
from tests.trainyard.recorded import Recording, good_run

pytestmark = pytest.mark.local

SHIFT = "arn:aws:states:us-east-1:123456789012:stateMachine:iris-shift"


@dataclass
class Shifting(States):
    """Ends with what a shift says."""

    output: str = json.dumps({"variant": "forest", "steps": [50, 100], "promoted": True})

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        said = super().describe_execution(executionArn)
        return said | ({"output": self.output} if said["status"] == "SUCCEEDED" else {})


class SageMaker:
    """One endpoint with these weights."""

    def __init__(self, **weights: float) -> None:
        self.weights = weights

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        assert EndpointName == "dev-iris-sklearn"
        variants = [{"VariantName": name, "CurrentWeight": weight} for name, weight in self.weights.items()]
        return {"EndpointStatus": "InService", "ProductionVariants": variants}


@pytest.fixture
def live(cli: Cli) -> Cli:
    """forest 1 : linear 3, with one alarm each."""
    topic: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack("storage", topic, {"BucketName": "data-bucket", "LeaseTableName": "leases"})
    stack(f"workload-{WORKLOAD}", topic, {"StateMachineArn": "arn:run", "ShiftStateMachineArn": SHIFT})
    client("s3").create_bucket(Bucket="data-bucket")
    client("cloudwatch").put_metric_alarm(
        AlarmName=f"dev-{WORKLOAD}-forest-5xx", MetricName="m", Namespace="n", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    point()
    cli.fakes["stepfunctions"] = Shifting(good_run(), "SUCCEEDED")
    cli.fakes["sagemaker"] = SageMaker(forest=1.0, linear=3.0)
    return cli


def started(cli: Cli) -> dict[str, Any]:
    (given,) = cli.fakes["stepfunctions"].started
    assert given["stateMachineArn"] == SHIFT
    assert given["name"] == "20261121-031000-ab12"
    read: dict[str, Any] = json.loads(given["input"])
    return read


def test_a_shift_is_started_and_watched_to_its_end(live: Cli) -> None:
    done = live("promote", WORKLOAD, "forest")
    assert done.exit_code == 0, done.output
    assert started(live) == {"variant": "forest", "steps": [10, 50, 100], "bake": 600}
    assert "SUCCEEDED" in done.stdout
    assert "forest serves alone now" in done.stdout


def test_steps_and_bake_are_the_users(live: Cli) -> None:
    live("promote", WORKLOAD, "forest", "--steps", "30, 62.5", "--bake", "2h", "--no-wait")
    assert started(live) == {"variant": "forest", "steps": [30, 62.5], "bake": 7200}


def test_without_waiting_it_says_how_to_watch(live: Cli) -> None:
    done = live("promote", WORKLOAD, "forest", "--no-wait")
    assert f"trainyard watch {ARN}" in done.stdout


def test_machines_get_the_execution_or_its_end(live: Cli) -> None:
    said = json.loads(live("promote", WORKLOAD, "forest", "--no-wait", "--json").stdout)
    assert said == {"workload": WORKLOAD, "execution": RUN, "arn": ARN}
    assert json.loads(live("promote", WORKLOAD, "forest", "--json").stdout)["status"] == "SUCCEEDED"


def test_a_shift_that_an_alarm_stopped_tells_which_and_exits_1(live: Cli) -> None:
    run = Recording()
    now = run.add("ExecutionStarted", 0, 0, input="{}", roleArn="arn:aws:iam::1:role/run")
    cause = "dev-iris-sklearn-forest-5xx: Threshold Crossed"
    run.add("ExecutionFailed", now, 42, error="AlarmRaised", cause=cause)
    live.fakes["stepfunctions"] = Shifting(run, "FAILED")
    done = live("promote", WORKLOAD, "forest")
    assert done.exit_code == 1
    assert cause in done.stdout
    assert f"trainyard ab {WORKLOAD}" in done.stderr


def test_ctrl_c_leaves_the_shift_going_and_says_how_to_stop_it(live: Cli) -> None:
    live.fakes["stepfunctions"] = Shifting(good_run(), "SUCCEEDED", step=4)

    def interrupt() -> None:
        raise KeyboardInterrupt

    live.on_sleep = interrupt
    done = live("promote", WORKLOAD, "forest")
    assert done.exit_code == 130
    assert f"trainyard stop {ARN}" in done.stderr
    assert live.fakes["stepfunctions"].stopped == []


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"variant": "forest", "steps": [30, 50], "promoted": False}, "forest has 50 % of the traffic"),
        ({"variant": "forest", "steps": [], "promoted": False}, "forest had all of that already"),
    ],
)
def test_a_shift_without_promotion_says_so(live: Cli, output: dict[str, Any], said: str) -> None:
    live.fakes["stepfunctions"].output = json.dumps(output)
    assert said in live("promote", WORKLOAD, "forest", "--steps", "30,50").stdout


def test_a_variant_without_alarms_is_warned_about(live: Cli) -> None:
    assert "no alarm watches linear" in live("promote", WORKLOAD, "linear", "--no-wait").stderr
    assert "no alarm watches" not in live("promote", WORKLOAD, "forest", "--no-wait").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frost"], ["frost is not live", "one of forest, linear"]),
        (["forest", "--steps", "50,10"], ["'50,10' are no rising percentages", "10,50,100"]),
        (["forest", "--steps", "50,50"], ["no rising percentages"]),
        (["forest", "--steps", "0,50"], ["no rising percentages"]),
        (["forest", "--steps", "50,101"], ["no rising percentages"]),
        (["forest", "--steps", "all"], ["no rising percentages"]),
        (["forest", "--steps", "nan"], ["no rising percentages"]),
        (["forest", "--steps", ",".join(map(str, range(1, 12)))], ["no rising percentages", "1 to 10"]),
        (["forest", "--bake", "10"], ["--bake '10' is not a span of time"]),
        (["forest", "--bake", "2d"], ["--bake", "at most 24h"]),
        (["linear", "--steps", "10,50"], ["linear has 75 % of the traffic already"]),
    ],
)
def test_what_cannot_work_starts_nothing_and_says_what_can(live: Cli, words: list[str], said: list[str]) -> None:
    done = live("promote", WORKLOAD, *words)
    assert done.exit_code == 2
    for part in said:
        assert part in done.stderr
    assert live.fakes["stepfunctions"].started == []


def test_a_variant_alone_has_nothing_to_gain(live: Cli) -> None:
    live.fakes["sagemaker"] = SageMaker(forest=1.0)
    done = live("promote", WORKLOAD, "forest")
    assert done.exit_code == 2
    assert "forest is the only live variant" in done.stderr


def test_nothing_live_says_how_to_make_it(deployed: Cli) -> None:
    done = deployed("promote", WORKLOAD, "forest")
    assert done.exit_code == 3
    assert f"trainyard run {WORKLOAD}" in done.stderr


def test_a_stack_of_before_shifts_existed_says_what_to_type(live: Cli) -> None:
    client("cloudformation").delete_stack(StackName=f"trainyard-dev-workload-{WORKLOAD}")
    stack(f"workload-{WORKLOAD}", {"Topic": {"Type": "AWS::SNS::Topic"}}, {"StateMachineArn": "arn:run"})
    done = live("promote", WORKLOAD, "forest")
    assert done.exit_code == 3
    assert "ShiftStateMachineArn" in done.stderr
    assert "cdk deploy" in done.stderr
