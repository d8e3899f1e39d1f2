import json

import pytest

from tests.trainyard.conftest import RUN, WORKLOAD, Cli, States, point, serve
from tests.trainyard.recorded import good_run

pytestmark = pytest.mark.local


@pytest.fixture
def live(deployed: Cli) -> Cli:
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    serve()
    point()
    return deployed


def test_status_shows_variants_traffic_and_runs(live: Cli) -> None:
    done = live("status")
    assert done.exit_code == 0, done.output
    for words in (
        "2 stacks deployed",
        "InService",
        "forest",
        "100 %",
        "accuracy 0.96",
        RUN,
        "10 min ago",
        "2:46",
        "live",
    ):
        assert words in done.stdout


def test_status_for_machines(live: Cli) -> None:
    said = json.loads(live("status", WORKLOAD, "--json").stdout)
    assert said["stacks"]["storage"] == "CREATE_COMPLETE"
    (workload,) = said["workloads"]
    assert workload["endpoint_status"] == "InService"
    assert workload["variants"] == [{"name": "forest", "weight": 1.0, "instances": 1, "metrics": {"accuracy": 0.96}}]
    assert workload["executions"][0]["status"] == "SUCCEEDED"


def test_before_the_first_run_it_says_so(deployed: Cli) -> None:
    deployed.fakes["stepfunctions"] = States(good_run(), "RUNNING")
    assert "never ran" in deployed("status").stdout


def test_a_pointer_to_a_deleted_endpoint_is_seen(deployed: Cli) -> None:
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    point()
    assert "Missing" in deployed("status").stdout


@pytest.mark.parametrize("arguments", [["status"], ["status", "other"], ["--stage", "prod", "status"]])
def test_nothing_deployed_is_exit_code_3_with_the_command(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.exit_code == 3
    assert "npx cdk deploy --all" in done.stderr
    assert ("TRAINYARD_STAGE=prod" in done.stderr) is ("prod" in arguments)


def test_workloads_before_and_after_deployment(live: Cli) -> None:
    (row,) = json.loads(live("workloads", "--json").stdout)["workloads"]
    assert row["deployed"] is True
    assert row["endpoint_status"] == "InService"
    assert row["candidates"] == ["forest"]
    (other,) = json.loads(live("--stage", "prod", "workloads", "--json").stdout)["workloads"]
    assert other["deployed"] is False
    assert "npx cdk deploy" in live("--stage", "prod", "workloads").stdout


def test_workloads_says_yes_to_what_is_deployed(live: Cli) -> None:
    rows = {line.split()[0]: line.split()[1:5] for line in live("workloads").stdout.splitlines() if line.strip()}
    assert rows["iris-sklearn"] == ["classification", "forest", "yes", "InService"]
