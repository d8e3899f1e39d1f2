"""A live A/B test of the workload that breaks on request: judged by feedback, brought back by its alarm, promoted.

The other variant is the same model under another name; the run at the end, which wants the lease that the shift
holds, puts things as they were.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.journey.deployment import Deployment
from tests.journey.test_lease import deploying

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]
COLOUR = {"brightness": 0.5, "kind": "a"}
ALARM = "dev-faulty-breaker-feedback"
POINTER = "/trainyard/dev/faulty/live"


@pytest.fixture
def tested(breaking: Deployment) -> Deployment:
    """`breaker` has a tenth of the traffic, `twin` the rest; predictions are captured."""
    sagemaker, ssm = breaking.client("sagemaker"), breaking.client("ssm")
    try:
        pointer = json.loads(ssm.get_parameter(Name=POINTER)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        assert breaking.run("faulty")["status"] == "SUCCEEDED"
        pointer = json.loads(ssm.get_parameter(Name=POINTER)["Parameter"]["Value"])
    (breaker,) = sagemaker.describe_endpoint_config(EndpointConfigName=pointer["config"])["ProductionVariants"]
    config = f"dev-faulty-{int(time.time()):010x}"
    sagemaker.create_endpoint_config(
        EndpointConfigName=config,
        ProductionVariants=[
            breaker | {"InitialVariantWeight": 0.1},
            breaker | {"VariantName": "twin", "InitialVariantWeight": 0.9},
        ],
        DataCaptureConfig={
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{breaking.output('storage', 'BucketName')}/faulty/capture/",
            "CaptureOptions": [{"CaptureMode": "Output"}],
        },
    )
    sagemaker.update_endpoint(EndpointName=pointer["endpoint"], EndpointConfigName=config)
    until(lambda: breaking.endpoint("faulty")["EndpointStatus"] == "InService")
    value = json.dumps(pointer | {"config": config})
    ssm.put_parameter(Name=POINTER, Value=value, Type="String", Overwrite=True)
    return breaking


def test_a_test_is_judged_brought_back_and_promoted(tested: Deployment) -> None:
    execution = start(tested, steps=[50, 100], bake=240, every=1)
    until(lambda: weights(tested) == {"breaker": 50, "twin": 50})
    wrong = judged_by_feedback(tested)
    brought_back_by_feedback(tested, execution)
    tell(tested, wrong, "red")
    until(lambda: published(tested)["variants"][0]["feedback"]["value"] == 1)
    until(lambda: alarm(tested) == "OK")
    promoted_while_a_run_wants_to_deploy(tested)


def judged_by_feedback(tested: Deployment) -> str:
    """Every answer is red; of four, three were right, and one was corrected. Returns the id of the wrong one."""
    answers = [tested.predict("faulty", [COLOUR], **{"X-Variant": "breaker"}).body for _ in range(4)]
    for answer, actual in zip([*answers, answers[0]], ["blue", "red", "red", "blue", "red"], strict=True):
        tell(tested, answer["inference_id"], actual)
    said: dict[str, Any] = {}

    def judged() -> bool:
        said.update(published(tested))
        return bool(said["variants"][0]["feedback"]["rows"] == 4)

    until(judged)
    breaker, twin = said["variants"]
    assert (breaker["name"], breaker["feedback"]["value"]) == ("breaker", 0.75)
    assert breaker["weight"] == pytest.approx(0.5)
    assert breaker["traffic"]["invocations"] >= 4
    assert breaker["latency_ms"]["model"]["average"] > 0
    assert twin["feedback"]["rows"] == 0
    assert "Too little feedback" in said["notes"][-1]
    return str(answers[-1]["inference_id"])


def brought_back_by_feedback(tested: Deployment, execution: str) -> None:
    """0.75 is below the workload's bound: the alarm that its stack has made rings while a step bakes."""
    until(lambda: bool(state(tested, execution)["status"] != "RUNNING"), seconds=150)
    outcome = state(tested, execution)
    assert (outcome["status"], outcome["error"]) == ("FAILED", "AlarmRaised")
    assert ALARM in outcome["cause"]
    assert weights(tested) == pytest.approx({"breaker": 0.1, "twin": 0.9})


def promoted_while_a_run_wants_to_deploy(tested: Deployment) -> None:
    shift = start(tested, steps=[100], bake=2, every=1)
    run = tested.start("faulty")
    outcomes = [tested.finish(execution) for execution in (shift, run)]
    assert [outcome["status"] for outcome in outcomes] == ["SUCCEEDED", "SUCCEEDED"], outcomes
    assert json.loads(outcomes[0]["output"])["promoted"]
    spans = sorted(deploying(tested, execution) for execution in (shift, run))
    assert spans[0][1] <= spans[1][0], "shift and run changed the endpoint at the same time"
    assert set(weights(tested)) == {"breaker"}
    assert tested.predict("faulty", [COLOUR]).body["variant"] == "breaker"


def tell(tested: Deployment, inference_id: str, actual: str) -> None:
    """What was true, by the API's feedback route."""
    given = requests.post(
        f"{tested.api_url}/v1/workloads/faulty/feedback",
        json={"inference_id": inference_id, "actual": actual},
        headers={"x-api-key": tested.api_key},
        timeout=30,
    )
    assert given.status_code == 202, given.text


def published(tested: Deployment) -> dict[str, Any]:
    """What `trainyard ab` says, and tells CloudWatch."""
    said: dict[str, Any] = json.loads(tested.command("trainyard", "ab", "faulty", "--publish", "--json").stdout)
    return said


def alarm(tested: Deployment) -> str:
    (found,) = tested.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return str(found["StateValue"])


def start(tested: Deployment, **given: Any) -> str:
    machine = tested.output("workload-faulty", "ShiftStateMachineArn")
    text = json.dumps({"variant": "breaker", **given})
    return str(tested.client("stepfunctions").start_execution(stateMachineArn=machine, input=text)["executionArn"])


def state(tested: Deployment, execution: str) -> dict[str, Any]:
    found: dict[str, Any] = tested.client("stepfunctions").describe_execution(executionArn=execution)
    return found


def weights(tested: Deployment) -> dict[str, float]:
    return {one["VariantName"]: one["CurrentWeight"] for one in tested.endpoint("faulty")["ProductionVariants"]}


def until(holds: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(0.5)
