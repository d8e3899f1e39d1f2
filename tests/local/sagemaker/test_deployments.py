"""Guarded deployments: what a DeploymentConfig becomes, how traffic moves, what calls it back."""

import math
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from local.clients import client
from local.sagemaker.errors import AwsError
from local.sagemaker.hosting import alarms
from local.sagemaker.hosting.deployment import Deployment, Tripped
from local.sagemaker.hosting.plan import Plan, plan_of
from local.sagemaker.hosting.problems import FleetProblem, GivenUp
from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.images import ask, config, echo, start, variant

OLD = {"ProductionVariants": [variant("main", "m", InitialInstanceCount=4)]}


def routing(kind: str, wait: int = 60, **size: Any) -> dict[str, Any]:
    """Return a DeploymentConfig of a blue/green update."""
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **size},
            "TerminationWaitInSeconds": 1,
        }
    }


def percent(value: int) -> dict[str, Any]:
    """Return a share of capacity."""
    return {"Type": "CAPACITY_PERCENT", "Value": value}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("deployment", "shares"),
    [
        ({}, (1.0,)),
        (routing("ALL_AT_ONCE"), (1.0,)),
        (routing("CANARY", CanarySize=percent(10)), (0.1, 1.0)),
        (routing("CANARY", CanarySize={"Type": "INSTANCE_COUNT", "Value": 1}), (0.25, 1.0)),
        (routing("LINEAR", LinearStepSize=percent(50)), (0.5, 1.0)),
        (routing("LINEAR", LinearStepSize=percent(40)), (0.4, 0.8, 1.0)),
        (routing("LINEAR", LinearStepSize={"Type": "INSTANCE_COUNT", "Value": 1}), (0.25, 0.5, 0.75, 1.0)),
    ],
)
def test_traffic_moves_in_the_steps_that_are_asked_for(deployment: dict[str, Any], shares: tuple[float, ...]) -> None:
    assert plan_of(deployment, OLD, OLD).shares == pytest.approx(shares)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("deployment", "complaint"),
    [
        (routing("CANARY"), "CANARY requires CanarySize"),
        (routing("CANARY", CanarySize=percent(51)), "at most 50%"),
        (routing("LINEAR", LinearStepSize=percent(9)), "10-50%"),
        (routing("ALL_AT_ONCE", LinearStepSize=percent(10)), "does not allow LinearStepSize"),
        (
            {**routing("ALL_AT_ONCE"), "RollingUpdatePolicy": {"MaximumBatchSize": percent(10)}},
            "Only one of BlueGreenUpdatePolicy",
        ),
        (
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "CANARY",
                        "WaitIntervalInSeconds": 300,
                        "CanarySize": percent(10),
                    },
                    "MaximumExecutionTimeoutInSeconds": 600,
                }
            },
            "must be larger than the total waiting time",
        ),
    ],
)
def test_a_deployment_that_cannot_be_is_refused(deployment: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AwsError, match=complaint):
        plan_of(deployment, OLD, OLD)


@pytest.mark.unit
def test_step_by_step_needs_the_same_variants() -> None:
    other = {"ProductionVariants": [variant("other", "m")]}
    with pytest.raises(AwsError, match="same production variants"):
        plan_of(routing("LINEAR", LinearStepSize=percent(50)), OLD, other)
    assert plan_of(routing("ALL_AT_ONCE"), OLD, other).shares == (1.0,)


@dataclass
class Track:
    """Stands for an endpoint's traffic and for its new fleet; keeps what was done to them."""

    done: list[str] = field(default_factory=list)
    stage: tuple[str, float] = ("Creating", 0.0)
    live: Any = None

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.done.append(" ".join([name, *(str(value) for value in values if value != self)]))


def deploy(plan: Plan, tripped: Tripped = lambda _: "", give_up: threading.Event | None = None) -> Track:
    """Run a deployment on a track; whatever it raises is rolled back."""
    track = Track()
    deployment = Deployment(
        cast("Any", track),
        cast("Any", track),
        plan,
        tripped=tripped,
        look_seconds=0.01,
        give_up=give_up or threading.Event(),
    )
    try:
        deployment.run()
    except FleetProblem as problem:
        track.done.append(f"{type(problem).__name__}: {problem}")
        deployment.roll_back()
    return track


@pytest.mark.unit
def test_each_step_is_watched_before_the_next() -> None:
    moments: list[float] = []
    plan = Plan(shares=(0.5, 1.0), wait=0.05, alarms=("errors",))
    track = deploy(plan, lambda names: moments.append(time.monotonic()) or "")  # type: ignore[func-returns-value]
    assert track.done == ["follow", "start 1.0", "shift 0.5", "shift 1.0"]
    assert moments[-1] - moments[0] >= 0.1


@pytest.mark.unit
def test_an_alarm_in_a_later_step_rolls_everything_back() -> None:
    looks = iter(["", "", "", "errors"])
    track = deploy(Plan(shares=(0.1, 1.0), wait=60), lambda _: next(looks))
    assert track.done == [
        "follow",
        "start 1.0",
        "shift 0.1",
        "FleetProblem: The alarm errors is in state ALARM: the deployment was rolled back.",
        "abandon",
        "drain",
        "stop",
    ]


@pytest.mark.unit
def test_a_deployment_that_takes_too_long_is_rolled_back() -> None:
    track = deploy(Plan(wait=60, limit=0.1))
    assert "longer than its limit of 0.1 seconds" in track.done[-4]
    assert track.done[-3:] == ["abandon", "drain", "stop"]


class Half:
    """Stands for one fleet of a rolling deployment and for its only variant; keeps the sizes it was given."""

    def __init__(self, desired_count: int, sizes: list[str], name: str) -> None:
        self.desired_count = desired_count
        self.variants = {"main": self}
        self.stage = ("Creating", 0.0)
        self._sizes = sizes
        self._name = name

    def start(self, share: float) -> None:
        """Keep the size of the first batch."""
        self.resize(math.ceil(self.desired_count * share))

    def resize(self, count: int) -> None:
        """Keep a size."""
        self._sizes.append(f"{self._name} {count}")

    def drain(self) -> None:
        """Nothing is on its way."""

    def stop(self) -> None:
        """Keep the end."""
        self._sizes.append(f"{self._name} stops")


def roll(tripped: Tripped, batch: int = 50) -> list[str]:
    """Roll from two instances to four; return sizes and shares in their order."""
    sizes: list[str] = []
    traffic = Track(sizes)
    traffic.live = Half(2, sizes, "old")
    old, new = ({"ProductionVariants": [variant("main", "m", InitialInstanceCount=count)]} for count in (2, 4))
    policy = {"MaximumBatchSize": percent(batch), "WaitIntervalInSeconds": 0}
    plan = plan_of({"RollingUpdatePolicy": policy}, old, new)
    deployment = Deployment(
        cast("Any", traffic),
        cast("Any", Half(4, sizes, "new")),
        plan,
        tripped=tripped,
        look_seconds=0.01,
        give_up=threading.Event(),
    )
    try:
        deployment.run()
    except FleetProblem:
        deployment.roll_back()
    return [entry for entry in sizes if not entry.startswith("follow")]


@pytest.mark.unit
def test_a_rolling_update_brings_a_batch_before_the_old_fleet_gives_one_back() -> None:
    assert roll(lambda _: "") == ["new 2", "new 2", "shift 0.5", "old 1", "new 4", "shift 1.0"]


@pytest.mark.unit
def test_a_rolling_update_that_is_called_back_restores_the_old_fleet_first() -> None:
    looks = iter(["", "errors"])
    assert roll(lambda _: next(looks)) == ["new 2", "old 2", "abandon", "new stops"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "batch", "complaint"),
    [
        ([variant("main", "m"), variant("b", "m")], 50, "exactly one variant"),
        ([{"VariantName": "main", "ServerlessConfig": {}}], 50, "runs on instances"),
        ([variant("main", "m")], 4, "5-50%"),
    ],
)
def test_a_rolling_update_that_cannot_be_is_refused(old: list[dict[str, Any]], batch: int, complaint: str) -> None:
    policy = {"MaximumBatchSize": percent(batch), "WaitIntervalInSeconds": 0}
    with pytest.raises(AwsError, match=complaint):
        plan_of({"RollingUpdatePolicy": policy}, {"ProductionVariants": old}, OLD)


@pytest.mark.local
def test_a_rolling_update_loses_no_request(updating: World) -> None:
    world = updating
    config(world, "c-two", variant("main", "new", InitialInstanceCount=2))
    policy = {"MaximumBatchSize": percent(50), "WaitIntervalInSeconds": 1}
    world.sagemaker.update_endpoint(
        EndpointName="e", EndpointConfigName="c-two", DeploymentConfig={"RollingUpdatePolicy": policy}
    )
    answers: list[str] = []
    while world.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "Updating":
        answers.append(ask(world))
    assert {"old:x", "new:x"} == set(answers)
    described = world.endpoint("e", "InService")
    assert described["EndpointConfigName"] == "c-two"
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 2


@pytest.mark.unit
def test_a_server_that_shuts_down_ends_the_waiting_at_once() -> None:
    over = threading.Event()
    threading.Timer(0.1, over.set).start()
    track = deploy(Plan(wait=3600), give_up=over)
    assert track.done[-4] == f"{GivenUp.__name__}: stopped"


@pytest.fixture
def updating(world: World) -> World:
    """An endpoint on `old`, and a configuration of `new` for the same variant."""
    echo(world, "old", "new")
    config(world, "c-old", variant("main", "old"))
    config(world, "c-new", variant("main", "new"))
    start(world, "e", "c-old")
    return world


def baking(world: World) -> dict[str, Any]:
    """Wait for the first baking and return the summary of the deployment."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        described = world.sagemaker.describe_endpoint(EndpointName="e")
        pending: dict[str, Any] = described.get("PendingDeploymentSummary", {})
        if pending and pending["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Baking":
            assert described["EndpointStatus"] == "Updating"
            assert described["EndpointConfigName"] == "c-old"
            return pending
    raise AssertionError(described)


@pytest.mark.local
def test_a_canary_gets_its_share_and_then_everything(updating: World) -> None:
    world = updating
    plan = routing("CANARY", wait=3, CanarySize=percent(50))
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c-new", DeploymentConfig=plan)
    pending = baking(world)
    assert pending["EndpointConfigName"] == "c-new"
    assert pending["ProductionVariants"][0]["DesiredInstanceCount"] == 1
    answers = [ask(world) for _ in range(60)]
    assert 12 <= answers.count("new:x") <= 48  # p below 1e-5 for a fair coin
    described = world.endpoint("e", "InService")
    assert described["EndpointConfigName"] == "c-new"
    assert described["LastDeploymentConfig"] == plan
    assert "PendingDeploymentSummary" not in described
    assert {ask(world) for _ in range(10)} == {"new:x"}


@pytest.mark.local
def test_an_alarm_while_baking_brings_the_old_fleet_back(updating: World) -> None:
    world = updating
    cloudwatch = client("cloudwatch", world.settings)
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        MetricName="Complaints",  # nobody counts these: the state is set by hand
        Namespace="Tests",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    guarded = {**routing("ALL_AT_ONCE", wait=600), "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
    world.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c-new", DeploymentConfig=guarded)
    baking(world)
    assert ask(world) == "new:x"
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a test")
    described = world.endpoint("e", "InService")
    assert described["EndpointConfigName"] == "c-old"
    assert "The alarm errors is in state ALARM" in described["FailureReason"]
    assert ask(world) == "old:x"
    cloudwatch.delete_alarms(AlarmNames=["errors"])


@pytest.mark.local
def test_an_endpoint_cannot_be_updated_to_what_it_has(updating: World) -> None:
    with pytest.raises(ClientError, match="already uses endpoint configuration c-old"):
        updating.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="c-old")
    assert updating.sagemaker.describe_endpoint(EndpointName="e")["EndpointStatus"] == "InService"


@pytest.mark.local
def test_an_alarm_on_an_endpoints_own_metric_is_computed(shared_world: World) -> None:
    cloudwatch = client("cloudwatch", shared_world.settings)
    dimensions = [{"Name": "EndpointName", "Value": "watched"}]
    for name, threshold in (("calm", 10), ("loud", 3)):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            MetricName="Invocation5XXErrors",
            Namespace="AWS/SageMaker",
            Dimensions=dimensions,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=2,
            DatapointsToAlarm=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    settings = shared_world.settings
    assert alarms.tripped(settings, ("calm", "loud", "missing")) == ""
    cloudwatch.put_metric_data(
        Namespace="AWS/SageMaker",
        MetricData=[
            {
                "MetricName": "Invocation5XXErrors",
                "Dimensions": dimensions,
                "Timestamp": datetime.now(UTC),
                "StatisticValues": {"SampleCount": 4, "Sum": 4, "Minimum": 1, "Maximum": 1},
            }
        ],
    )
    assert alarms.tripped(settings, ("calm",)) == ""
    assert alarms.tripped(settings, ("calm", "loud")) == "loud"
    state = cloudwatch.describe_alarms(AlarmNames=["loud"])["MetricAlarms"][0]
    assert (state["StateValue"], "Threshold Crossed" in state["StateReason"]) == ("ALARM", True)
    cloudwatch.delete_alarms(AlarmNames=["calm", "loud"])
