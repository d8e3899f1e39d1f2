import json

import pytest

from tests.trainyard.conftest import ARN, MACHINE, WORKLOAD, Cli, States
from tests.trainyard.recorded import failed_run, good_run
from trainyard import run_input

pytestmark = pytest.mark.local


@pytest.fixture
def runs(deployed: Cli) -> Cli:
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    return deployed


def test_no_wait_starts_and_says_how_to_watch(runs: Cli) -> None:
    done = runs("run", WORKLOAD, "--no-wait", "--input", '{"candidates": ["forest"]}')
    assert done.exit_code == 0, done.output
    assert f"trainyard watch {ARN}" in done.stdout.replace("\n", "")
    (started,) = runs.fakes["stepfunctions"].started
    assert started["stateMachineArn"] == MACHINE
    assert started["name"] == "20261121-031000-ab12"
    assert json.loads(started["input"]) == {"candidates": ["forest"]}


def test_a_failing_run_exits_1(runs: Cli) -> None:
    runs.fakes["stepfunctions"] = States(failed_run(), "FAILED")
    assert runs("run", WORKLOAD).exit_code == 1


def test_machines_get_the_arn(runs: Cli) -> None:
    said = json.loads(runs("run", WORKLOAD, "--no-wait", "--json").stdout)
    assert said["arn"] == ARN


def test_a_workload_that_is_not_deployed_names_the_command(cli: Cli) -> None:
    done = cli("run", WORKLOAD)
    assert done.exit_code == 3
    assert "npx cdk deploy --all" in done.stderr


def test_every_wrong_key_is_named_before_anything_starts(runs: Cli) -> None:
    done = runs("run", WORKLOAD, "--input", '{"weight": {}, "gate": {"least": 1}, "data": "x"}')
    assert done.exit_code == 2
    for words in ("did you mean weights?", "gate: must be", 'data: must be {"uri": "s3://..."}'):
        assert words in done.stderr
    assert runs.fakes["stepfunctions"].started == []


def test_a_bad_name_is_refused(runs: Cli) -> None:
    assert runs("run", WORKLOAD, "--name", "a b").exit_code == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"data": {"uri": "s3://bucket/x/"}, "weights": {"a": 1, "b": 0}},
        {"hyperparameters": {"forest": {"n_estimators": 10}}, "gate": {"metric": "rmse", "max": 3}},
    ],
)
def test_good_overrides_pass(given: dict[str, object]) -> None:
    assert run_input.check(given) == []


@pytest.mark.parametrize(
    "given",
    [[], {"weights": {"a": -1}}, {"weights": {"a": 0}}, {"candidates": []}, {"hyperparameters": {"a": 1}},
     {"weights": {"a": True}}, {"data": {"uri": "http://x"}}],
)  # fmt: skip
def test_bad_overrides_do_not(given: object) -> None:
    assert len(run_input.check(given)) == 1
