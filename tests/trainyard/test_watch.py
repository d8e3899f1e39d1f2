import json

import pytest

from tests.trainyard.conftest import ARN, RUN, WORKLOAD, Cli, States, point, put
from tests.trainyard.recorded import failed_run, good_run

pytestmark = pytest.mark.local

PLAN = {"candidates": {"forest": {}, "linear": {}}, "gate": {"metric": "accuracy", "min": 0.9}}
METRICS = {
    "multiclass_classification_metrics": {"accuracy": {"value": 0.9625, "standard_deviation": 0.02}},
    "rows": 40,
}


def left_behind() -> None:
    """What the run leaves in the bucket, and the pointer to what serves."""
    put(f"{WORKLOAD}/runs/{RUN}/plan.json", PLAN)
    put(f"{WORKLOAD}/runs/{RUN}/candidates/forest/evaluation/metrics.json", METRICS)
    point()


@pytest.fixture
def watching(deployed: Cli) -> Cli:
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED", step=4)
    left_behind()
    return deployed


def test_a_run_ends_with_candidates_gate_and_endpoint(watching: Cli) -> None:
    done = watching("watch", RUN, "--workload", WORKLOAD)
    assert done.exit_code == 0, done.output
    for words in ("forest", "0.9625", "passed", "gate: accuracy at least 0.9", "dev-iris-sklearn serves it"):
        assert words in done.stdout


def test_lines_tell_states_jobs_and_times(watching: Cli) -> None:
    lines = watching("watch", ARN).stdout.splitlines()
    assert any("0:01  Prepare" in line and "processing job dev-iris-sklearn-prepare" in line for line in lines)
    assert any("2:00  forest · Train" in line and "done in 1:00" in line for line in lines)
    assert any("linear · Train" in line and "ValueError: Input contains NaN" in line for line in lines)


def test_polling_states_are_told_once(watching: Cli) -> None:
    assert watching("watch", ARN).stdout.count("  Look ") == 2


def test_each_event_is_fetched_once(watching: Cli) -> None:
    watching("watch", ARN)
    states: States = watching.fakes["stepfunctions"]
    assert states.pages_read <= len(states.recording.events) // 4 * 2 + 2


def test_machines_get_one_document(watching: Cli) -> None:
    said = json.loads(watching("watch", "--workload", WORKLOAD, "--json").stdout)
    assert said["status"] == "SUCCEEDED"
    assert said["endpoint"] == "dev-iris-sklearn"
    assert said["candidates"][0] == {
        "name": "forest",
        "metrics": {"accuracy": 0.9625},
        "passed": True,
        "reason": None,
    }
    assert "Input contains NaN" in said["candidates"][1]["reason"]


def test_a_failed_run_tells_why_and_exits_1(deployed: Cli) -> None:
    deployed.fakes["stepfunctions"] = States(failed_run(), "FAILED")
    done = deployed("watch", ARN)
    assert done.exit_code == 1
    assert "column species is missing" in done.stdout
    assert "{" not in done.stdout
    assert f"trainyard logs {WORKLOAD} --execution {RUN}" in done.stderr


def test_ctrl_c_leaves_the_run_going_and_says_how_to_stop_it(watching: Cli) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    watching.on_sleep = interrupt
    done = watching("watch", ARN)
    assert done.exit_code == 130
    assert f"trainyard watch {ARN}" in done.stderr
    assert f"trainyard stop {ARN}" in done.stderr
    assert watching.fakes["stepfunctions"].stopped == []


def test_a_name_needs_its_workload(deployed: Cli) -> None:
    done = deployed("watch", RUN)
    assert done.exit_code == 2
    assert "--workload" in done.stderr


def test_stop_stops_only_what_runs(watching: Cli) -> None:
    assert watching("stop", ARN).exit_code == 0
    assert watching.fakes["stepfunctions"].stopped == [ARN]
    watching.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    assert "had ended already" in watching("stop", ARN).stdout
