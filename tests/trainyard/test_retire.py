import json
from typing import Any

import pytest

from tests.trainyard.conftest import MACHINE, WORKLOAD, Cli, client, point, serve, stack
from tests.trainyard.recorded import START

pytestmark = pytest.mark.local


def hold(expires_in: int, holder: str = "run-7") -> None:
    now = int(START.timestamp()) + 600
    item = {
        "lease": {"S": f"dev-{WORKLOAD}"},
        "holder": {"S": holder},
        "expires": {"N": str(now + expires_in)},
    }
    client("dynamodb").put_item(TableName="leases", Item=item)


def left() -> list[str]:
    sagemaker = client("sagemaker")
    names = [item["EndpointName"] for item in sagemaker.list_endpoints()["Endpoints"]]
    names += [item["EndpointConfigName"] for item in sagemaker.list_endpoint_configs()["EndpointConfigs"]]
    return names + [item["ModelName"] for item in sagemaker.list_models()["Models"]]


@pytest.fixture
def live(deployed: Cli) -> Cli:
    serve(["forest", "linear"])
    point()
    return deployed


def test_nothing_that_serves_is_left(live: Cli) -> None:
    done = live("retire", WORKLOAD, "--yes")
    assert done.exit_code == 0, done.output
    assert left() == []
    assert client("ssm").describe_parameters()["Parameters"] == []
    (mark,) = client("dynamodb").scan(TableName="leases")["Items"]
    assert mark["lease"] == {"S": f"dev-{WORKLOAD}/retired"}, "nobody holds the lease"


def test_a_second_time_changes_nothing(live: Cli) -> None:
    live("retire", WORKLOAD, "--yes")
    assert "nothing to retire" in live("retire", WORKLOAD, "--yes").stdout


def test_other_workloads_and_stages_stay(live: Cli) -> None:
    serve(workload="boston")
    serve(stage="prod")
    live("retire", WORKLOAD, "--yes")
    assert {name.rsplit("-", 2)[0] for name in left()} <= {
        "dev-boston",
        "prod-iris-sklearn",
        "dev",
        "prod-iris",
        "prod",
    }
    assert "dev-boston" in left()
    assert "prod-iris-sklearn" in left()


def test_something_of_the_same_name_without_our_tag_stays(live: Cli) -> None:
    role = "arn:aws:iam::123456789012:role/x"
    image = {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/x:1"}
    client("sagemaker").create_model(ModelName="dev-iris-sklearn-mine", ExecutionRoleArn=role, PrimaryContainer=image)
    live("retire", WORKLOAD, "--yes")
    assert left() == ["dev-iris-sklearn-mine"]


def test_a_run_that_deploys_is_not_disturbed(live: Cli) -> None:
    hold(60)
    done = live("retire", WORKLOAD, "--yes")
    assert done.exit_code == 1
    assert "run-7" in done.stderr
    assert f"dev-{WORKLOAD}" in left()
    assert live("retire", WORKLOAD, "--yes", "--force").exit_code == 0
    assert left() == []
    key = {"lease": {"S": f"dev-{WORKLOAD}/retired"}}
    mark = client("dynamodb").get_item(TableName="leases", Key=key)["Item"]
    assert int(mark["retired"]["N"]) >= START.timestamp() * 1_000, "that run will not deploy any more"


def test_an_expired_lease_does_not_hold_anything_up(live: Cli) -> None:
    hold(-1)
    assert live("retire", WORKLOAD, "--yes").exit_code == 0


def test_it_asks_first(live: Cli) -> None:
    assert live("retire", WORKLOAD, answers="n\n").exit_code == 1
    assert live("retire", WORKLOAD, "--json").exit_code == 2
    assert f"dev-{WORKLOAD}" in left()


def test_scalable_targets_go_too(live: Cli) -> None:
    scaling = client("application-autoscaling")
    target = {"ResourceId": f"endpoint/dev-{WORKLOAD}/variant/forest", "ServiceNamespace": "sagemaker"}
    dimension = "sagemaker:variant:DesiredInstanceCount"
    scaling.register_scalable_target(**target, ScalableDimension=dimension, MinCapacity=1, MaxCapacity=2)
    said = json.loads(live("retire", WORKLOAD, "--yes", "--json").stdout)
    assert f"scalable target {target['ResourceId']}" in said["removed"]
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []


def test_destroy_retires_all_and_names_the_command(live: Cli) -> None:
    serve(workload="boston")
    serve(stage="prod")
    hold(60)
    done = live("destroy", "--yes")
    assert done.exit_code == 0, done.output
    assert all(name.startswith("prod-") for name in left())
    assert "npx cdk destroy --all" in done.stdout
    assert "AWS::S3::Bucket data-bucket" in done.stdout


def test_destroy_works_when_the_stacks_are_gone(cli: Cli) -> None:
    serve()
    said = json.loads(cli("destroy", "--yes", "--json").stdout)
    assert left() == []
    assert said["next"] is None
    assert f"endpoint dev-{WORKLOAD}" in said["removed"]


def test_destroy_stops_the_stages_runs(deployed: Cli) -> None:
    states = client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/x"
    made = {}
    for stage in ("dev", "prod"):
        tags = [{"key": "trainyard:stage", "value": stage}]
        definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}})
        machine = states.create_state_machine(name=f"m-{stage}", definition=definition, roleArn=role, tags=tags)
        made[stage] = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    deployed("destroy", "--yes")
    assert states.describe_execution(executionArn=made["dev"])["status"] == "ABORTED"
    assert states.describe_execution(executionArn=made["prod"])["status"] == "RUNNING"


def execution(status: str) -> str:
    """An execution that runs, or was aborted, whose ARN holds the lease."""
    states = client("stepfunctions")
    waits = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}}
    role = "arn:aws:iam::123456789012:role/x"
    machine = states.create_state_machine(name="m", definition=json.dumps(waits), roleArn=role)["stateMachineArn"]
    arn = str(states.start_execution(stateMachineArn=machine)["executionArn"])
    if status == "ABORTED":
        states.stop_execution(executionArn=arn)
    return arn


@pytest.mark.parametrize(("status", "exit_code"), [("ABORTED", 0), ("RUNNING", 1)])
def test_a_lease_is_taken_over_from_an_aborted_run_alone(live: Cli, status: str, exit_code: int) -> None:
    hold(3600, execution(status))
    assert live("retire", WORKLOAD, "--yes").exit_code == exit_code


def test_autoscaling_that_outlived_its_endpoint_goes_too(live: Cli) -> None:
    scaling = client("application-autoscaling")
    target = {"ResourceId": f"endpoint/dev-{WORKLOAD}-2/variant/forest", "ServiceNamespace": "sagemaker"}
    dimension = "sagemaker:variant:DesiredInstanceCount"
    scaling.register_scalable_target(**target, ScalableDimension=dimension, MinCapacity=1, MaxCapacity=2)
    live("destroy", "--yes")
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []


def machine_of(stage: str) -> str:
    states = client("stepfunctions")
    tags = [{"key": "trainyard:stage", "value": stage}, {"key": "trainyard:workload", "value": WORKLOAD}]
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    role = "arn:aws:iam::123456789012:role/x"
    made = states.create_state_machine(name=f"{stage}-m", definition=definition, roleArn=role, tags=tags)
    return str(made["stateMachineArn"])


@pytest.mark.parametrize("command", [("destroy",), ("retire", WORKLOAD)])
def test_schedules_and_triggers_of_the_stage_are_paused_and_otherwise_as_they_were(
    live: Cli, command: tuple[str, ...]
) -> None:
    scheduler, events = client("scheduler"), client("events")
    for stage in ("dev", "prod"):
        machine = machine_of(stage)
        target = {"Arn": machine, "RoleArn": "arn:aws:iam::123456789012:role/x", "Input": "{}"}
        weekly = {"ScheduleExpression": "rate(7 days)", "FlexibleTimeWindow": {"Mode": "OFF"}}
        scheduler.create_schedule(Name=stage, Target=target, **weekly)
        events.put_rule(Name=stage, EventPattern='{"source": ["aws.s3"]}')
        events.put_targets(Rule=stage, Targets=[{"Id": "1", "Arn": machine}])
    assert live(*command, "--yes").exit_code == 0
    schedules = {name: scheduler.get_schedule(Name=name) for name in ("dev", "prod")}
    assert {name: item["State"] for name, item in schedules.items()} == {"dev": "DISABLED", "prod": "ENABLED"}
    assert schedules["dev"]["ScheduleExpression"] == "rate(7 days)"
    assert schedules["dev"]["Target"]["Input"] == "{}"
    rules = {name: events.describe_rule(Name=name)["State"] for name in ("dev", "prod")}
    assert rules == {"dev": "DISABLED", "prod": "ENABLED"}


def test_logs_of_endpoints_get_an_end_and_those_of_others_stay(live: Cli) -> None:
    logs = client("logs")
    ours, others = f"/aws/sagemaker/Endpoints/dev-{WORKLOAD}", "/aws/sagemaker/TrainingJobs"
    for name in (ours, others):
        logs.create_log_group(logGroupName=name)
    live("destroy", "--yes")
    kept = {group["logGroupName"]: group.get("retentionInDays") for group in logs.describe_log_groups()["logGroups"]}
    assert kept[ours] == 90
    assert kept[others] is None


class Retiring:
    """Step Functions with one execution that has ended already."""

    def __init__(self, status: str, **told: str) -> None:
        self.started: list[str] = []
        self._said = {"status": status, "startDate": START, "stopDate": START, **told}

    def start_execution(self, stateMachineArn: str, **_: Any) -> dict[str, str]:
        self.started.append(stateMachineArn)
        return {"executionArn": f"{MACHINE.replace(':stateMachine:', ':execution:')}:r-1"}

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        return {"executionArn": executionArn, **self._said}

    def get_paginator(self, name: str) -> Any:
        assert name == "get_execution_history"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"events": []}]


@pytest.fixture
def with_machine(deployed: Cli) -> Cli:
    """A workload whose stack has a state machine to retire it."""
    topic: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack("workload-boston", topic, {"StateMachineArn": MACHINE, "RetireStateMachineArn": f"{MACHINE}-retire"})
    return deployed


def test_the_state_machine_retires_where_there_is_one(with_machine: Cli) -> None:
    states = Retiring("SUCCEEDED", output='{"removed": ["endpoint dev-boston"]}')
    with_machine.fakes["stepfunctions"] = states
    said = json.loads(with_machine("retire", "boston", "--yes", "--json").stdout)
    assert states.started == [f"{MACHINE}-retire"]
    assert said["removed"] == ["endpoint dev-boston"]


def test_a_retirement_that_fails_tells_why(with_machine: Cli) -> None:
    with_machine.fakes["stepfunctions"] = Retiring("FAILED", error="NotRetired", cause="the endpoint stays")
    done = with_machine("retire", "boston", "--yes")
    assert done.exit_code == 1
    assert "the endpoint stays" in done.stderr


def test_force_does_it_from_here(with_machine: Cli) -> None:
    serve(workload="boston")
    done = with_machine("retire", "boston", "--yes", "--force")
    assert done.exit_code == 0, done.output
    assert left() == []
