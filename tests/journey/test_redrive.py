"""A run that failed or was stopped goes on by a redrive, under its own name, and leaves nothing running meanwhile."""

import time
from typing import Any

import pytest

from tests.journey.deployment import Deployment
from tests.journey.test_failures import COLOUR

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]


def redriven(deployment: Deployment, execution: str) -> dict[str, Any]:
    deployment.client("stepfunctions").redrive_execution(executionArn=execution)
    return deployment.finish(execution)


def test_a_run_whose_data_was_mended_is_redriven(breaking: Deployment) -> None:
    bucket, key = breaking.output("storage", "BucketName"), "faulty/data-mended/colours.csv"
    s3 = breaking.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=b"colour,brightness,kind\n")
    execution = breaking.start("faulty", data={"uri": f"s3://{bucket}/{key}"})
    assert breaking.finish(execution)["status"] == "FAILED"
    s3.put_object(Bucket=bucket, Key=key, Body=(breaking.folder / "workloads/faulty/colours.csv").read_bytes())
    outcome = redriven(breaking, execution)
    assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
    assert outcome["redriveCount"] == 1
    assert breaking.predict("faulty", [COLOUR]).status == 200


def test_an_aborted_run_stops_its_job_and_is_redriven(breaking: Deployment) -> None:
    before = preparations(breaking)
    execution = breaking.start("faulty")
    job = started(breaking, before)
    breaking.client("stepfunctions").stop_execution(executionArn=execution)
    assert breaking.finish(execution)["status"] == "ABORTED"
    assert ended(breaking, job) in ("Stopped", "Completed")
    outcome = redriven(breaking, execution)
    assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
    assert breaking.endpoint("faulty")["EndpointStatus"] == "InService"


def preparations(deployment: Deployment) -> set[str]:
    pages = deployment.client("sagemaker").get_paginator("list_processing_jobs")
    found = pages.paginate(NameContains="dev-faulty-prepare")
    return {job["ProcessingJobName"] for page in found for job in page["ProcessingJobSummaries"]}


def started(deployment: Deployment, before: set[str]) -> str:
    """The processing job of the run, as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if new := preparations(deployment) - before:
            return new.pop()
        time.sleep(0.1)
    raise AssertionError("the run started no job")


def ended(deployment: Deployment, job: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        described = deployment.client("sagemaker").describe_processing_job(ProcessingJobName=job)
        if described["ProcessingJobStatus"] not in ("InProgress", "Stopping"):
            return str(described["ProcessingJobStatus"])
        time.sleep(0.2)
    raise AssertionError(f"{job} still runs")
