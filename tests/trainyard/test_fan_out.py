"""`trainyard fan-out`: it starts, tells how far it is, and brings the table."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.fan_out.machines import machine
from tests.trainyard.conftest import ARN, MACHINE, WORKLOAD, Cli, States, client, stack
from tests.trainyard.recorded import failed_run, good_run
from trainyard.fan_outs import Progress

pytestmark = pytest.mark.local

TABLE = "city,candidate,rmse\nUlm,linear,1.5\n"
KEY = f"{WORKLOAD}/runs/x/fan-out/results.csv"
LINEAR = {"evaluated": 19, "passed": 18, "won": 19, "median": {"rmse": 1.25}}
OUTPUT: dict[str, Any] = {
    "workload": WORKLOAD,
    "results": f"s3://data-bucket/{KEY}",
    "summary": {
        "data_sets": 20,
        "succeeded": 19,
        "failed": 1,
        "candidates": {"linear": LINEAR},
        "reasons": {"3 row(s); too few": 1},
    },
}
COUNTS = {"total": 20, "succeeded": 19, "failed": 1, "running": 0, "pending": 0, "timedOut": 0, "aborted": 0}


@dataclass
class FanOuts(States):
    """Step Functions with a map run whose counts move at every look."""

    looks: list[dict[str, int]] = field(default_factory=lambda: [COUNTS])
    seen: int = 0

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        if executionArn.startswith("child"):
            cause = "An error: No candidate could be judged. linear: Train failed: no machine\nforest: the same"
            return {"cause": cause}
        said = super().describe_execution(executionArn)
        return said | ({"output": json.dumps(OUTPUT)} if said["status"] == "SUCCEEDED" else {})

    def list_map_runs(self, executionArn: str) -> dict[str, Any]:
        assert executionArn == ARN
        return {"mapRuns": [{"mapRunArn": "run"}] if self.looks[min(self.seen, len(self.looks) - 1)] else []}

    def describe_map_run(self, mapRunArn: str) -> dict[str, Any]:
        found = self.looks[min(self.seen, len(self.looks) - 1)]
        self.seen += 1
        return {"itemCounts": found}

    def list_executions(self, **wanted: Any) -> dict[str, Any]:
        assert wanted["mapRunArn"] == "run"
        assert wanted["statusFilter"] == "FAILED"
        return {"executions": [{"executionArn": f"child{number}"} for number in range(2)]}


@pytest.fixture
def fan_outs(deployed: Cli) -> Cli:
    client("cloudformation").delete_stack(StackName=f"trainyard-dev-workload-{WORKLOAD}")
    topic: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack(f"workload-{WORKLOAD}", topic, {"StateMachineArn": "arn:other", "FanOutStateMachineArn": MACHINE})
    client("s3").put_object(Bucket="data-bucket", Key=KEY, Body=TABLE.encode())
    deployed.fakes["stepfunctions"] = FanOuts(good_run(), "SUCCEEDED", definition=machine("fan-out"))
    return deployed


def test_it_watches_and_tells_what_came_out(fan_outs: Cli, tmp_path: Path) -> None:
    running = COUNTS | {"succeeded": 3, "failed": 0, "running": 4, "pending": 13}
    fan_outs.fakes["stepfunctions"].step = 20
    fan_outs.fakes["stepfunctions"].looks = [running, COUNTS]
    done = fan_outs("fan-out", WORKLOAD, "--output", str(tmp_path / "table.csv"))
    assert done.exit_code == 0, done.output
    assert "20 data sets: 3 succeeded, 4 running, 13 pending" in done.stdout
    assert "19 of 20 data sets have a model" in done.stdout
    assert "1 x 3 row(s); too few" in done.stdout
    assert f"s3://data-bucket/{KEY}" in done.stdout
    assert (tmp_path / "table.csv").read_text() == TABLE


def test_machines_get_counts_summary_and_places(fan_outs: Cli, tmp_path: Path) -> None:
    said = json.loads(fan_outs("fan-out", WORKLOAD, "--output", str(tmp_path / "t.csv"), "--json").stdout)
    assert said["status"] == "SUCCEEDED"
    assert said["counts"]["succeeded"] == 19
    assert said["summary"]["candidates"]["linear"]["median"] == {"rmse": 1.25}
    assert said["results"] == OUTPUT["results"]
    assert said["file"] == str(tmp_path / "t.csv")


def test_concurrency_and_input_are_handed_on(fan_outs: Cli) -> None:
    words = ("fan-out", WORKLOAD, "--concurrency", "20", "--input", '{"candidates": ["forest"]}', "--no-wait")
    assert fan_outs(*words).exit_code == 0
    (started,) = fan_outs.fakes["stepfunctions"].started
    assert started["stateMachineArn"] == MACHINE
    assert json.loads(started["input"]) == {"candidates": ["forest"], "concurrency": 20}


def test_too_many_failures_exit_1_with_the_reasons_and_the_way_to_go_on(fan_outs: Cli) -> None:
    fan_outs.fakes["stepfunctions"] = FanOuts(failed_run(), "FAILED")
    done = fan_outs("fan-out", WORKLOAD)
    assert done.exit_code == 1
    assert "2 x linear: Train failed: no machine" in done.stdout
    assert f"aws stepfunctions redrive-execution --execution-arn {ARN}" in done.stderr.replace("\n", "")


@pytest.mark.parametrize("text", ['{"weights": {"forest": 1}}', '{"tolerated_failure_percent": 200}', '{"by": ["x"]}'])
def test_wrong_input_is_refused_before_anything_starts(fan_outs: Cli, text: str) -> None:
    done = fan_outs("fan-out", WORKLOAD, "--input", text)
    assert done.exit_code == 2, done.output
    assert fan_outs.fakes["stepfunctions"].started == []


def test_workload_without_a_fan_out_says_what_to_add(deployed: Cli) -> None:
    done = deployed("fan-out", WORKLOAD)
    assert done.exit_code == 3
    assert "fan_out: {by: [COLUMN]}" in done.stderr


def test_before_the_map_it_tells_that_the_data_is_divided() -> None:
    assert Progress("RUNNING").line == "dividing the data"
