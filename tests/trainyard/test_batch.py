"""`trainyard batch`: files go up, the batch starts, the result is told and comes down."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trainyard.conftest import ARN, CSV, MACHINE, RUN, WORKLOAD, Cli, States, client, put, stack
from tests.trainyard.recorded import failed_run, good_run

pytestmark = pytest.mark.local

SUMMARY: dict[str, Any] = {"rows": 2, "skipped_rows": 1, "files": 1, "variants": ["forest"], "models": {"forest": "m"}}
OUTPUT: dict[str, Any] = {"predictions": f"s3://data-bucket/{WORKLOAD}/batch/{RUN}/predictions/", "summary": SUMMARY}


class Batches(States):
    """Step Functions with a batch's answer."""

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        said = super().describe_execution(executionArn)
        return said | ({"output": json.dumps(OUTPUT)} if said["status"] == "SUCCEEDED" else {})


@pytest.fixture
def batches(deployed: Cli) -> Cli:
    body: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    client("cloudformation").delete_stack(StackName=f"trainyard-dev-workload-{WORKLOAD}")
    stack(f"workload-{WORKLOAD}", body, {"StateMachineArn": "arn:other", "BatchStateMachineArn": MACHINE})
    deployed.fakes["stepfunctions"] = Batches(good_run(), "SUCCEEDED")
    return deployed


def given(batches: Cli) -> Any:
    (started,) = batches.fakes["stepfunctions"].started
    assert started["stateMachineArn"] == MACHINE
    return json.loads(started["input"])


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(CSV)
    return path


def test_local_files_go_up_and_the_batch_reads_them_there(batches: Cli, rows: Path) -> None:
    assert batches("batch", WORKLOAD, str(rows), "--no-wait").exit_code == 0
    place = given(batches)["input"]
    assert place == f"s3://data-bucket/{WORKLOAD}/batch/input/20261121-031000-ab12/"
    key = f"{place.removeprefix('s3://data-bucket/')}rows.csv"
    assert client("s3").get_object(Bucket="data-bucket", Key=key)["Body"].read().decode() == CSV


def test_a_place_in_s3_and_options_are_handed_on(batches: Cli) -> None:
    words = ("batch", WORKLOAD, "s3://data-bucket/x/", "--variants", "a,b", "--on-bad-rows", "skip", "--no-wait")
    assert batches(*words).exit_code == 0
    assert given(batches) == {"input": "s3://data-bucket/x/", "variants": ["a", "b"], "on_bad_rows": "skip"}


def test_without_options_the_workload_decides(batches: Cli) -> None:
    assert batches("batch", WORKLOAD, "--no-wait").exit_code == 0
    assert given(batches) == {}


def test_the_word_heaviest_is_no_name_of_a_variant(batches: Cli) -> None:
    assert batches("batch", WORKLOAD, "--variants", "heaviest", "--no-wait").exit_code == 0
    assert given(batches) == {"variants": "heaviest"}


def test_the_end_says_how_many_rows_and_where(batches: Cli) -> None:
    done = batches("batch", WORKLOAD)
    assert done.exit_code == 0, done.output
    assert "2 row(s) of 1 file(s), 1 skipped, by forest" in done.stdout
    assert OUTPUT["predictions"] in done.stdout


def test_the_result_comes_down_without_the_work_files(batches: Cli, tmp_path: Path) -> None:
    place = f"{WORKLOAD}/batch/{RUN}"
    for key in ("predictions/day/rows.csv", "summary.json", "work/1/batch.json"):
        put(f"{place}/{key}", {})
    said = json.loads(batches("batch", WORKLOAD, "--output", str(tmp_path / "out"), "--json").stdout)
    files = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert files == ["predictions/day/rows.csv", "summary.json"]
    assert (said["status"], said["summary"], len(said["downloaded"])) == ("SUCCEEDED", SUMMARY, 2)
    assert (said["execution"], said["arn"]) == (RUN, ARN)


def test_nothing_is_written_outside_of_the_folder(batches: Cli, tmp_path: Path) -> None:
    put(f"{WORKLOAD}/batch/{RUN}/predictions/../../../escaped.csv", {})
    done = batches("batch", WORKLOAD, "--output", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert not list(tmp_path.rglob("escaped.csv"))


def test_a_failed_batch_says_why_and_exits_1(batches: Cli) -> None:
    batches.fakes["stepfunctions"] = Batches(failed_run(), "FAILED")
    done = batches("batch", WORKLOAD)
    assert done.exit_code == 1
    assert f"batch {RUN} failed" in done.stderr


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("s3://a/", "s3://b/"), "one place in S3, or local files"),
        (("missing.csv",), "missing.csv"),
        (("--variants", "a,,b"), "--variants 'a,,b' cannot be used"),
    ],
)
def test_what_cannot_be_an_input_starts_nothing(batches: Cli, words: tuple[str, ...], reason: str) -> None:
    done = batches("batch", WORKLOAD, *words)
    assert done.exit_code == 2
    assert reason in " ".join(done.stderr.split())
    assert batches.fakes["stepfunctions"].started == []


def test_a_workload_without_batches_names_the_command_that_deploys_it(deployed: Cli) -> None:
    done = deployed("batch", WORKLOAD)
    assert done.exit_code == 3
    assert "BatchStateMachineArn" in done.stderr
