"""300 data sets through the deployed fan-out: each with its model and its row, none in the way of the others."""

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pytest

from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1800)]

SETS, AT_ONCE = 300, 8
SHORT, FLAT = range(7, SETS, 60), range(9, SETS, 60)
"""Data sets of three rows, which `divide` refuses, and data sets that the image cannot fit."""


def table() -> str:
    """Rows of all shops: sales are a multiple of visitors, with a little noise."""
    noise = random.Random(28)
    lines = ["shop,visitors,sales"]
    for shop in range(SETS):
        for row in range(3 if shop in SHORT else 20):
            visitors = 5 if shop in FLAT else 10 * row
            lines.append(f"shop {shop},{visitors},{visitors * slope(shop) + noise.gauss(0, 1):.3f}")
    return "\n".join(lines) + "\n"


def slope(shop: int) -> int:
    return 1 + shop % 5


@dataclass(frozen=True)
class Ended:
    """A fan-out that has ended."""

    deployment: Deployment
    description: dict[str, Any]

    @cached_property
    def rows(self) -> dict[str, dict[str, str]]:
        """The table, by shop."""
        return {row["shop"]: row for row in self.table}

    @cached_property
    def table(self) -> list[dict[str, str]]:
        """One row a data set, since there is one candidate."""
        bucket, _, key = json.loads(self.description["output"])["results"].removeprefix("s3://").partition("/")
        text = self.deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return list(csv.DictReader(io.StringIO(text)))

    @cached_property
    def trainings(self) -> list[dict[str, Any]]:
        """Every training job of the workload."""
        pages = self.deployment.client("sagemaker").get_paginator("list_training_jobs")
        return [job for page in pages.paginate(NameContains="dev-slopes-") for job in page["TrainingJobSummaries"]]


@pytest.fixture(scope="module")
def ended(on_processes: Deployment) -> Ended:
    bucket = on_processes.output("storage", "BucketName")
    on_processes.client("s3").put_object(Bucket=bucket, Key="slopes/data/shops.csv", Body=table().encode())
    execution = on_processes.client("stepfunctions").start_execution(
        stateMachineArn=on_processes.output("workload-slopes", "FanOutStateMachineArn"),
        input=json.dumps({"concurrency": AT_ONCE}),
    )["executionArn"]
    description = on_processes.finish(execution, timeout=1500)
    assert description["status"] == "SUCCEEDED", description.get("cause")
    return Ended(on_processes, description)


def at_once(jobs: Sequence[dict[str, Any]]) -> int:
    """How many of the jobs ran at the same time, at most."""
    moments: list[tuple[datetime, int]] = []
    for job in jobs:
        moments += [(job["CreationTime"], 1), (job["TrainingEndTime"], -1)]
    running = most = 0
    for _, change in sorted(moments):
        running += change
        most = max(most, running)
    return most


def test_every_data_set_has_its_row_and_its_own_model(ended: Ended) -> None:
    assert set(ended.rows) == {f"shop {shop}" for shop in range(SETS)}
    good = [shop for shop in range(SETS) if shop not in SHORT and shop not in FLAT]
    for shop in good:
        row = ended.rows[f"shop {shop}"]
        assert (row["candidate"], row["winner"], row["passed"], row["error"]) == ("line", "true", "true", "")
        assert float(row["rmse"]) < 5
        assert [row[f"rows_{part}"] for part in ("train", "validation", "test")] == ["12", "2", "6"]
    assert len({ended.rows[f"shop {shop}"]["artifact"] for shop in good}) == len(good)


def test_data_sets_that_cannot_be_trained_have_their_reasons_and_are_within_what_is_tolerated(ended: Ended) -> None:
    summary = json.loads(ended.description["output"])["summary"]
    assert (summary["data_sets"], summary["failed"]) == (SETS, len(SHORT) + len(FLAT))
    for shop in SHORT:
        assert "3 row(s)" in ended.rows[f"shop {shop}"]["error"]
    for shop in FLAT:
        assert "no line through 12 rows" in ended.rows[f"shop {shop}"]["error"]


def test_no_more_jobs_run_at_once_than_were_allowed(ended: Ended) -> None:
    assert len(ended.trainings) == SETS - len(SHORT)
    assert 1 < at_once(ended.trainings) <= AT_ONCE


def test_nothing_is_left_that_serves_or_waits(ended: Ended) -> None:
    sagemaker = ended.deployment.client("sagemaker")
    assert sagemaker.list_models(NameContains="dev-slopes-")["Models"] == []
    assert sagemaker.list_endpoints(NameContains="dev-slopes")["Endpoints"] == []
    assert not [job for job in ended.trainings if job["TrainingJobStatus"] == "InProgress"]


def test_too_many_failures_stop_it_and_redriven_it_trains_only_what_has_no_result(on_processes: Deployment) -> None:
    bucket, s3 = on_processes.output("storage", "BucketName"), on_processes.client("s3")
    sample = (on_processes.folder / "workloads/slopes/shops.csv").read_text()
    flat = "".join(f"Flat,5,{row}\n" for row in range(20))
    s3.put_object(Bucket=bucket, Key="slopes/few/shops.csv", Body=(sample + flat).encode())
    states = on_processes.client("stepfunctions")
    execution = states.start_execution(
        stateMachineArn=on_processes.output("workload-slopes", "FanOutStateMachineArn"),
        input=json.dumps({"data": {"uri": f"s3://{bucket}/slopes/few/"}, "concurrency": 1}),
    )["executionArn"]
    description = on_processes.finish(execution)
    assert (description["status"], description["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    prefix = f"slopes/runs/{description['name']}/fan-out/data-sets/"
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    (train,) = [key for key in keys if "/flat-" in key and key.endswith("train.csv")]
    s3.put_object(Bucket=bucket, Key=train, Body="sales,visitors\n1,1\n2,2\n")
    states.redrive_execution(executionArn=execution)
    again = Ended(on_processes, on_processes.finish(execution))
    assert again.description["status"] == "SUCCEEDED", again.description.get("cause")
    assert {shop: row["error"] for shop, row in again.rows.items()} == {"Altona": "", "Bergedorf": "", "Flat": ""}
    names = [shop for shop in ("altona-", "bergedorf-", "flat-") for job in again.trainings if trains(again, job, shop)]
    assert names == ["altona-", "bergedorf-", "flat-", "flat-"]


def test_each_file_below_a_prefix_is_a_data_set(on_processes: Deployment) -> None:
    bucket, s3 = on_processes.output("storage", "BucketName"), on_processes.client("s3")
    header, *rows = (on_processes.folder / "workloads/faulty/colours.csv").read_text().splitlines()
    for name, lines in (("north/a.csv", rows), ("north/b.csv", rows[::2]), ("south.csv", rows[:2])):
        s3.put_object(Bucket=bucket, Key=f"faulty/parts/{name}", Body="\n".join([header, *lines, ""]).encode())
    execution = on_processes.client("stepfunctions").start_execution(
        stateMachineArn=on_processes.output("workload-faulty", "FanOutStateMachineArn"),
        input=json.dumps({"data": {"uri": f"s3://{bucket}/faulty/parts/"}}),
    )["executionArn"]
    description = on_processes.finish(execution)
    assert description["status"] == "SUCCEEDED", description.get("cause")
    found = {row["object"]: row for row in Ended(on_processes, description).table}
    assert {name: row["passed"] for name, row in found.items()} == {
        "north/a.csv": "true", "north/b.csv": "true", "south.csv": "false",
    }  # fmt: skip
    assert "classes with fewer than 3 rows" in found["south.csv"]["error"]
    assert found["north/a.csv"]["artifact"] != found["north/b.csv"]["artifact"]


def trains(ended: Ended, job: dict[str, Any], shop: str) -> bool:
    """Whether a job is of this execution and of this data set."""
    said = ended.deployment.client("sagemaker").describe_training_job(TrainingJobName=job["TrainingJobName"])
    return f"/{ended.description['name']}/fan-out/data-sets/{shop}" in said["OutputDataConfig"]["S3OutputPath"]
