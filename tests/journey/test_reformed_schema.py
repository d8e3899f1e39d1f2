"""Data with another column: the model that knows it comes beside the old one, and takes its place."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from predict.settings import DEFAULT_CACHE_SECONDS

from tests.journey.deployment import Answer, Deployment, model_told

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]

NARROW = {"brightness": 0.5, "kind": "a"}
WIDE = NARROW | {"size": 3}


@dataclass(frozen=True)
class Call:
    """One call and when it was made."""

    at: float
    wide: bool
    answer: Answer


def wide_data(deployment: Deployment) -> str:
    """The workload's sample with a column more."""
    header, *rows = (deployment.folder / "workloads/faulty/colours.csv").read_text().splitlines()
    text = "\n".join([f"{header},size", *(f"{row},{number % 7}" for number, row in enumerate(rows))]) + "\n"
    bucket = deployment.output("storage", "BucketName")
    deployment.client("s3").put_object(Bucket=bucket, Key="faulty/data-wide/colours.csv", Body=text.encode())
    return f"s3://{bucket}/faulty/data-wide/"


def call_on(deployment: Deployment, record: Mapping[str, Any], calls: list[Call], stop: threading.Event) -> None:
    while not stop.is_set():
        at = time.monotonic()
        calls.append(Call(at, "size" in record, deployment.predict("faulty", [record])))
        stop.wait(0.05)


def endpoints(deployment: Deployment) -> list[str]:
    listed = deployment.client("sagemaker").list_endpoints(NameContains="dev-faulty")["Endpoints"]
    return [endpoint["EndpointName"] for endpoint in listed]


def test_old_requests_meet_the_old_model_new_ones_the_new_and_none_is_lost(breaking: Deployment) -> None:
    if not endpoints(breaking):
        assert breaking.run("faulty")["status"] == "SUCCEEDED"
    before, data = breaking.settled("faulty"), wide_data(breaking)
    calls: list[Call] = []
    stop = threading.Event()
    callers = [threading.Thread(target=call_on, args=(breaking, record, calls, stop)) for record in (NARROW, WIDE)]
    for caller in callers:
        caller.start()
    try:
        outcome = breaking.run("faulty", data={"uri": data})
    finally:
        stop.set()
        for caller in callers:
            caller.join(timeout=90)
    assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
    after, _ = breaking.pointer("faulty")
    assert after["endpoint"] != before["endpoint"]
    assert endpoints(breaking) == [after["endpoint"]]
    models = {False: model_told(before, "breaker"), True: model_told(after, "breaker")}
    for call in calls:
        assert call.answer.status in (200, 400), call  # 400: this form is not, or no longer, the live one
        if call.answer.status == 200:
            assert call.answer.body["model"] == models[call.wide], call
    accepted = {form: [call.at for call in calls if call.wide == form and call.answer.status == 200] for form in models}
    assert accepted[False]
    assert accepted[True]
    both = max(accepted[False]) - min(accepted[True])
    assert both < DEFAULT_CACHE_SECONDS + 5, "both are accepted while some function remembers the pointer, not longer"
    assert min(accepted[True]) - max(accepted[False]) < 5, "one of the two is accepted at any time"
