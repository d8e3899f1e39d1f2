"""Batches and what starts by itself, through everything deployed: CDK, the command line, the clock, S3's events."""

import csv
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journey.deployment import FAULTY, Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
FLOWERS = [("a", 5.1, 3.5, 1.4, 0.2), ("b", 7.7, 2.6, 6.9, 2.3), ("c", 6.0, 2.7, 5.1, 1.6)]


@pytest.fixture(scope="module")
def pushed(on_processes: Deployment) -> Deployment:
    """Ten files at once for the workload that waits for new data; it becomes quiet while the batch runs."""
    bucket, s3 = on_processes.output("storage", "BucketName"), on_processes.client("s3")
    body = (FAULTY / "workload/colours.csv").read_bytes()
    with ThreadPoolExecutor(10) as pool:
        keys = [f"watched/data/{number}.csv" for number in range(10)]
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=body), keys))
    return on_processes


def executions(deployment: Deployment, workload: str, output: str = "StateMachineArn") -> list[dict[str, Any]]:
    """What the state machine has executed, newest first."""
    machine = deployment.output(f"workload-{workload}", output)
    listed = deployment.client("stepfunctions").list_executions(stateMachineArn=machine)
    found: list[dict[str, Any]] = listed["executions"]
    return found


def write(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


def test_a_batch_over_files_predicts_what_the_api_predicts(pushed: Deployment, tmp_path: Path) -> None:
    bad = ("d", "long", 2.6, 6.9, 2.3)
    first = write(tmp_path / "first.csv", ("id", *FEATURES), [FLOWERS[0], bad, FLOWERS[1]])
    second = write(tmp_path / "second.csv", tuple(reversed(FEATURES)), [tuple(reversed(FLOWERS[2][1:]))])
    said = json.loads(
        pushed.command(
            "trainyard", "batch", "iris-sklearn", first, second,
            "--on-bad-rows", "skip", "--output", str(tmp_path / "out"), "--json",
        ).stdout
    )  # fmt: skip
    assert (said["summary"]["rows"], said["summary"]["skipped_rows"], said["summary"]["files"]) == (3, 1, 2)
    assert [(row["file"], row["row"], row["field"]) for row in read(tmp_path / "out/skipped.csv")] == [
        ("first.csv", "3", "sepal_length")
    ]
    rows = [*read(tmp_path / "out/predictions/first.csv"), *read(tmp_path / "out/predictions/second.csv")]
    assert [row.get("id") for row in rows] == ["a", "b", None]
    records = [dict(zip(FEATURES, flower[1:], strict=True)) for flower in FLOWERS]
    answer = pushed.predict("iris-sklearn", records)
    assert answer.status == 200, answer.body
    assert [in_api_form(row) for row in rows] == answer.body["predictions"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def in_api_form(row: dict[str, str]) -> dict[str, Any]:
    start = "forest.probability."
    shares = {name.removeprefix(start): float(cell) for name, cell in row.items() if name.startswith(start)}
    return {"label": row["forest.prediction"], "probabilities": shares}


def test_files_that_came_together_started_one_run(pushed: Deployment) -> None:
    deadline = time.monotonic() + 40
    while not executions(pushed, "watched"):
        assert time.monotonic() < deadline, pushed.server_log()
        time.sleep(0.5)
    time.sleep(3)
    (run,) = executions(pushed, "watched")
    assert pushed.finish(run["executionArn"])["status"] == "SUCCEEDED"
    assert pushed.predict("watched", [{"brightness": 0.5, "kind": "a"}]).status == 200


def test_a_schedule_starts_a_batch_with_its_input(pushed: Deployment) -> None:
    name, machine = "by-the-minute", pushed.output("workload-iris-sklearn", "BatchStateMachineArn")
    target = {
        "Arn": machine,
        "RoleArn": starting_role(pushed, machine),
        "Input": json.dumps({"input": "s3://elsewhere/"}),
    }
    scheduler, before = pushed.client("scheduler"), len(executions(pushed, "iris-sklearn", "BatchStateMachineArn"))
    scheduler.create_schedule(
        Name=name, Target=target, FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="rate(1 minute)", StartDate=datetime.now(UTC) - timedelta(seconds=58),
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while len(found := executions(pushed, "iris-sklearn", "BatchStateMachineArn")) == before:
        assert time.monotonic() < deadline, pushed.server_log()
        time.sleep(0.2)
    scheduler.delete_schedule(Name=name)
    ended = pushed.finish(found[0]["executionArn"])
    assert ended["error"] == "InvalidInput"
    assert "input: s3://elsewhere/: must begin with" in ended["cause"]


def starting_role(deployment: Deployment, machine: str) -> str:
    """A role that the Scheduler may take, to start this machine and no other."""
    iam, name = deployment.client("iam"), "trainyard-clock"
    trust = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trust)))["Role"]["Arn"]
    start = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine}
    iam.put_role_policy(RoleName=name, PolicyName="start", PolicyDocument=json.dumps(policy(start)))
    return str(made)


def policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}
