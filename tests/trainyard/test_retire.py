import json

import pytest

from tests.trainyard.conftest import WORKLOAD, Cli, client, point, serve
from tests.trainyard.recorded import START

pytestmark = pytest.mark.local


def hold(expires_in: int) -> None:
    now = int(START.timestamp()) + 600
    item = {
        "lease": {"S": f"dev-{WORKLOAD}"},
        "holder": {"S": "run-7"},
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
    assert client("dynamodb").scan(TableName="leases")["Items"] == []


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
