"""An estimate adds up, says what it rests on, and never invents a price."""

import json
from pathlib import Path
from typing import Any

import pytest

from spec.loader import load_workload
from spec.workload import Workload
from stacks.function import _MEMORY
from stacks.workflow.settings import PROCESSING_INSTANCE, SCORING_INSTANCE
from tests.spec.cases import FOLDER, VALID
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.machines import machine
from tests.stacks.workflow.test_runs import good_cloud
from tests.trainyard.conftest import WORKLOAD, YAML, Cli, States
from tests.trainyard.recorded import good_run
from trainyard.cost import month, run
from trainyard.cost.durations import Durations
from trainyard.cost.lines import Line, total, unpriced
from trainyard.cost.prices import OURS, load

pytestmark = pytest.mark.local


def workload(name: str) -> Workload:
    return load_workload(FOLDER / "valid" / f"{name}.yaml")


def estimate(cli: Cli, *arguments: str) -> dict[str, Any]:
    done = cli("cost", WORKLOAD, *arguments, "--json")
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def amounts(part: dict[str, Any]) -> dict[str, float]:
    return {line["what"]: line["amount"] for line in part["lines"]}


def test_without_a_deployment_the_file_and_assumed_minutes_tell(cli: Cli) -> None:
    said = estimate(cli, "--minutes", "30")
    assert amounts(said["run"])["forest: train"] == pytest.approx(0.115 / 2)
    assert said["run"]["total"] == pytest.approx(4 * 0.115 / 2 + 60 * 0.000025)
    assert "each job is taken to run 30 minutes" in said["notes"][0]


def test_the_latest_successful_run_tells_how_long_jobs_take(deployed: Cli) -> None:
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    said = estimate(deployed)
    assert amounts(said["run"])["prepare"] == pytest.approx(60 / 3600 * 0.115)
    assert amounts(said["run"])["forest: evaluate"] == pytest.approx(30 / 3600 * 0.115)
    assert "latest run" in said["notes"][0]


def test_a_failed_run_tells_nothing(deployed: Cli) -> None:
    deployed.fakes["stepfunctions"] = States(good_run(), "FAILED")
    assert "each job is taken to run 10 minutes" in estimate(deployed)["notes"][0]


def test_a_month_is_machines_by_the_hour_and_calls_by_the_million(cli: Cli) -> None:
    said = estimate(cli, "--requests-per-month", "1000000")
    by_what = amounts(said["month"])
    assert by_what["variant forest, 1 x"] == pytest.approx(730 * 0.115)
    assert by_what["API"] == pytest.approx(3.5)


def test_each_variant_has_machines_of_its_own() -> None:
    lines = month.month_lines(workload("boston"), load(), month.Use(0, 0.1))
    assert [line.quantity for line in lines if line.what.startswith("variant")] == [730, 730]


def test_a_serverless_variant_costs_by_its_memory_and_time_alone() -> None:
    names = [
        path.stem for path in VALID if "serverless:" in path.read_text() and load_workload(path).endpoint.serverless
    ]
    chosen = workload(names[0])
    assert chosen.endpoint.serverless is not None
    prices = load().model_copy(update={"serverless_gb_second": 0.5})
    first = month.month_lines(chosen, prices, month.Use(1_000_000, 0.2))[0]
    assert first.quantity == pytest.approx(1_000_000 * 0.2 * chosen.endpoint.serverless.memory_mb / 1024)
    assert first.each == 0.5


def test_serverless_inference_has_no_price_of_ours() -> None:
    lines = month.month_lines(workload("serverless"), load(), month.Use(1_000_000, 0.2))
    assert unpriced(lines) == ["serverless GB-seconds"]


def test_our_table_tells_of_each_group_what_it_rests_on() -> None:
    groups = ("state transitions", "key", "API requests", "Lambda", "CloudWatch", "S3", "instances", "serverless")
    assert [group for group in groups if group not in load().source] == []


def test_an_unknown_price_is_told_and_not_guessed(cli: Cli) -> None:
    text = YAML.replace("ml.m5.large", "ml.x9.large")
    (cli.folder / WORKLOAD / "workload.yaml").write_text(text)
    said = estimate(cli)
    assert amounts(said["month"])["variant forest, 1 x"] is None
    assert said["unpriced"] == ["ml.x9.large"]
    assert "no price known for ml.x9.large" in said["notes"][0]
    assert "total of what is known" in cli("cost", WORKLOAD).stdout


def test_a_table_of_ones_own_is_used(cli: Cli, tmp_path: Path) -> None:
    table = json.loads(OURS.read_text()) | {"instance_hour": {"ml.m5.large": 2.0}, "region": "eu-west-1"}
    (tmp_path / "prices.json").write_text(json.dumps(table))
    said = estimate(cli, "--prices", str(tmp_path / "prices.json"))
    assert said["prices"]["region"] == "eu-west-1"
    assert amounts(said["month"])["variant forest, 1 x"] == 1460


def test_a_table_of_another_form_names_every_wrong_member(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_text(json.dumps({"region": "eu-west-1", "api_request": -1, "more": 1}))
    done = cli("cost", WORKLOAD, "--prices", str(tmp_path / "prices.json"))
    assert done.exit_code == 2
    for member in ("api_request", "more", "state_transition"):
        assert member in done.stderr


def test_a_tuning_is_all_its_jobs_or_the_time_of_those_at_once() -> None:
    boston = workload("boston")
    tuning = boston.candidates["xgboost"].tuning
    assert tuning is not None
    measured_runs: list[Durations] = [{}, {("tuning", "xgboost"): 1.0}]
    guessed, measured = (
        next(line for line in run.run_lines(boston, load(), took, None, 0.5) if line.what == "xgboost: tune")
        for took in measured_runs
    )
    assert guessed.quantity == pytest.approx(tuning.jobs * 0.5)
    assert measured.quantity == pytest.approx(tuning.max_parallel_jobs)


def test_totals_leave_out_what_has_no_price() -> None:
    assert total([Line("a", 2, "x", 3.0), Line("b", 1, "y", None)]) == 6.0


def test_the_machines_of_our_own_jobs_are_those_of_the_state_machine() -> None:
    assert {run.TOOL_INSTANCE} == {PROCESSING_INSTANCE["InstanceType"], SCORING_INSTANCE["InstanceType"]}
    assert _MEMORY.to_mebibytes() == month.FUNCTION_GB * 1024


@pytest.mark.parametrize("name", ["boston", "iris"])
def test_transitions_are_about_those_of_a_run(name: str) -> None:
    walked = Execution(machine(name), good_cloud(name))
    walked.run()
    (line,) = (one for one in run.run_lines(workload(name), load(), {}, None, 1) if one.unit == "transitions")
    assert line.quantity == pytest.approx(len(walked.visited), rel=0.3)
