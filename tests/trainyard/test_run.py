import json

import pytest

from tests.stacks.workflow.machines import checking, workload
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


def test_everything_wrong_is_named_before_anything_starts(runs: Cli) -> None:
    done = runs("run", WORKLOAD, "--input", '{"weight": {}, "gate": {"least": 1}, "data": "x"}')
    assert done.exit_code == 2
    for words in ("weight: unknown, allowed: data,", "gate.least: unknown, allowed: metric", "data: x: an object with"):
        assert words in " ".join(done.stderr.split())
    assert runs.fakes["stepfunctions"].started == []


def test_without_leave_to_read_the_machine_the_run_itself_refuses(runs: Cli) -> None:
    runs.fakes["stepfunctions"].definition = None
    assert runs("run", WORKLOAD, "--no-wait", "--input", '{"weight": {}}').exit_code == 0
    assert runs.fakes["stepfunctions"].started


@pytest.mark.parametrize("text", ["[]", "3", "{", "@/nowhere.json"])
def test_what_is_no_json_object_is_refused(runs: Cli, text: str) -> None:
    assert runs("run", WORKLOAD, "--input", text).exit_code == 2


def test_a_bad_name_is_refused(runs: Cli) -> None:
    assert runs("run", WORKLOAD, "--name", "a b").exit_code == 2


@pytest.mark.parametrize(
    "given",
    [
        {"data": {"uri": "s3://bucket/iris/data/july.csv"}, "weights": {"forest": 1}},
        {"hyperparameters": {"forest": {"n_estimators": 10}}, "gate": {"metric": "f1", "min": 0.5}},
        {"instance": {"forest": {"type": "ml.c5.xlarge"}}, "candidates": ["forest"]},
    ],
)
def test_good_overrides_pass(given: dict[str, object]) -> None:
    assert run_input.check(given, checking(workload("iris"))) == []


def test_a_machine_without_a_check_is_left_to_say_for_itself() -> None:
    assert run_input.check({"anything": 1}, {"States": {}}) == []
