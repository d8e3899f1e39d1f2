"""A fan-out on every path: what trains, what is left, what the table says, when it fails, how it goes on."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from tests.spec.cases import FOLDER
from tests.stacks.fan_out.machines import THRESHOLD, DataSets, FanOut, Json, machine, machine_of
from tests.stacks.workflow.interpreter import TaskError
from tests.stacks.workflow.machines import workload

pytestmark = pytest.mark.unit

GOOD = {"forest": {"accuracy": 0.95}, "boosted": {"accuracy": 0.97}}
SETS = {f"s{number}": "" for number in range(10)}


def run(cloud: DataSets, data: Any = None, **changes: Any) -> tuple[FanOut, Any]:
    execution = FanOut(machine("fan-out", **changes), cloud, data or {})
    return execution, execution.run()


def rows(cloud: DataSets, name: str = "fan-out") -> list[dict[str, str]]:
    text = cloud.objects[f"{name}/runs/run-1/fan-out/results.csv"]
    return list(csv.DictReader(io.StringIO(text)))


def called(cloud: DataSets, action: str) -> list[Json]:
    return [arguments for _, resource, arguments in cloud.calls if resource.endswith((f":{action}", f":{action}.sync"))]


def test_every_data_set_is_trained_and_judged_and_the_table_says_how_well() -> None:
    cloud = DataSets(metrics=GOOD, sets=SETS)
    _, output = run(cloud, candidates=())
    assert output["workload"] == "fan-out"
    assert output["results"] == "s3://bucket/fan-out/runs/run-1/fan-out/results.csv"
    assert output["summary"]["data_sets"] == output["summary"]["succeeded"] == 10
    table = rows(cloud)
    assert Counter((row["city"], row["candidate"]) for row in table) == Counter(
        (name, candidate) for name in SETS for candidate in GOOD
    )
    assert {row["winner"] for row in table if row["candidate"] == "boosted"} == {"true"}
    for row in table:
        key = row["artifact"].removeprefix("s3://bucket/")
        assert key.startswith(f"fan-out/runs/run-1/fan-out/data-sets/{row['data_set']}/candidates/{row['candidate']}/")
        assert key in cloud.objects


def test_each_job_reads_and_writes_in_the_data_sets_own_folder_and_says_whose_it_is() -> None:
    cloud = DataSets(metrics=GOOD, sets={"ulm": ""})
    run(cloud)
    (train,) = called(cloud, "createTrainingJob")
    place = "s3://bucket/fan-out/runs/run-1/fan-out/data-sets/ulm/"
    channels = [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in train["InputDataConfig"]]
    assert channels == [f"{place}prepared/train/", f"{place}prepared/validation/"]
    assert train["OutputDataConfig"]["S3OutputPath"].startswith(f"{place}candidates/forest/")
    assert {"Key": "trainyard:data-set", "Value": "ulm"} in train["Tags"]
    (score,) = called(cloud, "createTransformJob")
    assert score["TransformOutput"]["S3OutputPath"].startswith(place)


def test_nothing_is_deployed_and_no_model_is_left() -> None:
    cloud = DataSets(metrics=GOOD, sets=SETS)
    run(cloud)
    assert len(called(cloud, "createModel")) == 10
    left = (cloud.models, cloud.configs, cloud.endpoints, cloud.parameters, cloud.leases)
    assert not any(left)


def test_jobs_of_all_data_sets_have_names_of_their_own() -> None:
    cloud = DataSets(metrics=GOOD, sets=SETS)
    run(cloud, candidates=())
    names = [arguments["TrainingJobName"] for arguments in called(cloud, "createTrainingJob")]
    assert len(names) == len(set(names)) == 20


def test_only_the_candidates_that_take_part_are_trained() -> None:
    cloud = DataSets(metrics=GOOD, sets={"a": ""})
    run(cloud)
    assert [row["candidate"] for row in rows(cloud)] == ["forest"]


def test_candidate_that_fails_is_a_row_with_its_reason_and_leaves_no_model() -> None:
    def fault(state: str, arguments: Json) -> None:
        if state == "Score" and "-boosted-" in arguments["TransformJobName"]:
            raise TaskError("States.TaskFailed", json.dumps({"TransformJobName": "t", "FailureReason": "no answer"}))

    cloud = DataSets(metrics=GOOD, sets={"a": "", "b": ""}, fault=fault)
    _, output = run(cloud, candidates=())
    failed = [row for row in rows(cloud) if row["candidate"] == "boosted"]
    assert [row["error"] for row in failed] == ["Score failed (job t): no answer"] * 2
    assert output["summary"]["succeeded"] == 2
    assert cloud.models == {}


@pytest.mark.parametrize("state", ["Train", "Create model", "Score", "Evaluate", "Read metrics"])
def test_data_set_without_a_judged_candidate_is_counted_and_told_wherever_it_failed(state: str) -> None:
    def fault(name: str, arguments: Json) -> None:
        if name == state and "/data-sets/s3/" in json.dumps(arguments) + str(cloud.models):
            raise TaskError("States.TaskFailed", "broken here")

    cloud = DataSets(metrics=GOOD, sets=SETS, fault=fault)
    _, output = run(cloud)
    assert (output["summary"]["succeeded"], output["summary"]["failed"]) == (9, 1)
    (row,) = [row for row in rows(cloud) if row["data_set"] == "s3"]
    assert row["error"].startswith(f"forest: {state} failed")
    assert "broken here" in row["error"]
    assert cloud.models == {}


def test_data_sets_that_cannot_be_used_are_rows_with_their_reason_and_cost_no_job() -> None:
    cloud = DataSets(metrics=GOOD, sets=SETS | {"bad": "3 row(s)"})
    _, output = run(cloud)
    (row,) = [row for row in rows(cloud) if row["error"]]
    assert (row["data_set"], row["error"]) == ("bad", "3 row(s)")
    assert output["summary"]["reasons"] == {"3 row(s)": 1}
    assert len(called(cloud, "createTrainingJob")) == 10


def test_more_failures_than_tolerated_fail_the_fan_out() -> None:
    cloud = DataSets(metrics=GOOD, sets=SETS | {f"bad{number}": "empty" for number in range(3)})
    with pytest.raises(TaskError, match=THRESHOLD):
        run(cloud)
    assert cloud.models == {}
    assert "fan-out/runs/run-1/fan-out/results.csv" not in cloud.objects


def test_redriven_fan_out_trains_only_what_has_no_result() -> None:
    broken = {"s1", "s2", "s3"}

    def fault(state: str, arguments: Json) -> None:
        if state == "Train" and any(f"/data-sets/{name}/" in json.dumps(arguments) for name in broken):
            raise TaskError("States.TaskFailed", "no machine")

    cloud = DataSets(metrics=GOOD, sets=SETS, fault=fault)
    execution = FanOut(machine("fan-out", tolerated_failure_percent=0), cloud)
    with pytest.raises(TaskError, match=THRESHOLD):
        execution.run()
    broken.clear()
    cloud.calls.clear()
    output = execution.redrive()
    assert output["summary"]["succeeded"] == 10
    trained = [arguments["OutputDataConfig"]["S3OutputPath"] for arguments in called(cloud, "createTrainingJob")]
    assert not [place for place in trained if "/s0/" in place]


@pytest.mark.parametrize("error", ["SageMaker.ResourceLimitExceededException", "ThrottlingException"])
def test_quotas_and_throttling_are_waited_for(error: str) -> None:
    refusals = iter(range(3))

    def fault(state: str, arguments: Json) -> None:
        if state == "Train" and next(refusals, None) is not None:
            raise TaskError(error, "too many")

    cloud = DataSets(metrics=GOOD, sets={"a": ""}, fault=fault)
    execution, output = run(cloud)
    assert output["summary"]["succeeded"] == 1
    (child,) = execution.children.values()
    assert child.retried == ["Train"] * 3


def test_tuned_candidates_are_tuned_for_every_data_set() -> None:
    boston = workload("boston")
    fan_out = workload("fan-out").fan_out
    loaded = boston.model_copy(update={"fan_out": fan_out})
    cloud = DataSets(metrics={name: {"rmse": 1.0} for name in boston.candidates}, sets={"a": "", "b": ""})
    execution = FanOut(machine_of(loaded, candidates=()), cloud)
    assert execution.run()["summary"]["succeeded"] == 2
    names = [arguments["HyperParameterTuningJobName"] for arguments in called(cloud, "createHyperParameterTuningJob")]
    assert len(names) == len(set(names)) == 2
    assert max(map(len, names)) <= 32


def test_concurrency_and_tolerance_are_the_workloads_unless_the_input_says_otherwise() -> None:
    sets = SETS | {f"bad{number}": "empty" for number in range(5)}
    execution, output = run(DataSets(metrics=GOOD, sets=sets), {"concurrency": 40, "tolerated_failure_percent": 34})
    assert (execution.at_once, output["summary"]["failed"]) == (40, 5)
    execution, _ = run(DataSets(metrics=GOOD, sets=SETS))
    assert execution.at_once == 8


def test_overrides_of_a_run_hold_for_every_data_set() -> None:
    cloud = DataSets(metrics=GOOD, sets={"a": "", "b": ""})
    run(cloud, {"hyperparameters": {"forest": {"n_estimators": 7}}, "data": {"uri": "s3://bucket/fan-out/data/new/"}})
    assert [sent["HyperParameters"]["n_estimators"] for sent in called(cloud, "createTrainingJob")] == ["7", "7"]
    assert "s3://bucket/fan-out/data/new/" in json.dumps(called(cloud, "createProcessingJob")[0])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": 2.5}, "a whole number from 1 up to 1000"),
        ({"tolerated_failure_percent": 101}, "a number from 0 up to 100"),
        ({"weights": {"forest": 1}}, "weights"),
        ({"endpoint": {"instance": {"count": 2}}}, "endpoint"),
        ({"candidates": ["boosted"]}, "boosted"),
        ({"by": ["city"]}, "by"),
    ],
)
def test_wrong_input_is_refused_before_any_job(data: Json, told: str) -> None:
    cloud = DataSets(metrics=GOOD, sets=SETS)
    with pytest.raises(TaskError, match="InvalidInput") as refused:
        run(cloud, data)
    assert told in refused.value.cause
    assert cloud.calls == []


def test_cases_of_workloads_with_a_fan_out_are_tried_here() -> None:
    assert "fan_out:" in (FOLDER / "valid/fan-out.yaml").read_text()
