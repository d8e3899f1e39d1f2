"""Every path of a batch, without AWS: what is asked of whom, and how it ends."""

from typing import Any

import pytest

from tests.stacks.batch.machines import POINTER, BatchCloud, machine, run
from tests.stacks.workflow.interpreter import TaskError

pytestmark = pytest.mark.unit

PLACE = "s3://bucket/daily/inbox/"


def asked(cloud: BatchCloud) -> list[str]:
    return [sent["ModelName"] for sent in cloud.sent("createTransformJob")]


def test_the_result_is_one_prefix_and_its_summary() -> None:
    execution = run(BatchCloud(), {"input": "s3://bucket/daily/elsewhere/", "variants": "live"})
    assert execution.output == {
        "predictions": "s3://bucket/daily/batch/batch-1/predictions/",
        "summary": {"rows": 3, "models": POINTER["models"]},
    }


def test_live_asks_every_variant() -> None:
    run(cloud := BatchCloud(), {"variants": "live"})
    assert asked(cloud) == ["dev-daily-forest-1", "dev-daily-linear-1"]


def test_heaviest_asks_the_one_with_most_of_the_traffic_now() -> None:
    run(cloud := BatchCloud(), {"variants": "heaviest"})
    assert asked(cloud) == ["dev-daily-linear-1"]


def test_variants_can_be_named() -> None:
    run(cloud := BatchCloud(), {"variants": ["forest"]})
    assert asked(cloud) == ["dev-daily-forest-1"]


def test_the_workload_says_what_the_input_does_not() -> None:
    run(cloud := BatchCloud(), {})
    assert asked(cloud) == ["dev-daily-linear-1"]
    encode = cloud.sent("createProcessingJob")[0]
    assert [one["S3Input"]["S3Uri"] for one in encode["ProcessingInputs"] if one["InputName"] == "data"] == [PLACE]
    assert '"on_bad_rows": "skip"' in cloud.objects["daily/batch/batch-1/work/1/batch.json"]
    assert cloud.sent("createTransformJob")[0]["TransformResources"] == {
        "InstanceType": "ml.m5.xlarge",
        "InstanceCount": 2,
    }


def test_jobs_have_names_of_their_own() -> None:
    run(cloud := BatchCloud(), {"variants": "live"})
    names = [sent["ProcessingJobName"] for sent in cloud.sent("createProcessingJob")]
    names += [sent["TransformJobName"] for sent in cloud.sent("createTransformJob")]
    assert len(set(names)) == 4
    assert all(name.startswith("dev-daily-") for name in names)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "must be an object"),
        ({"inputs": PLACE}, "inputs: unknown, allowed: input, variants, on_bad_rows"),
        ({"input": "s3://other/"}, "input: s3://other/: must begin with s3://bucket/daily/"),
        ({"input": 3}, "input: 3: must begin with"),
        ({"variants": "all"}, "variants: all: must be live or heaviest, or a list"),
        ({"variants": []}, "variants: []: must be"),
        ({"variants": [1]}, "variants: [1]: must be"),
        ({"on_bad_rows": "ignore"}, "on_bad_rows: ignore: must be fail or skip"),
        ({"variants": ["forest", "tree"]}, "variants: tree: not live; live are forest, linear"),
    ],
)
def test_a_wrong_input_is_refused_before_any_job(given: Any, reason: str) -> None:
    cloud = BatchCloud()
    with pytest.raises(TaskError) as raised:
        run(cloud, given)
    assert raised.value.error == "InvalidInput"
    assert reason in raised.value.cause
    assert not cloud.sent("create")


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(TaskError) as raised:
        run(BatchCloud(), {"on_bad_rows": 1, "variants": 2, "x": 3})
    assert len(raised.value.cause.splitlines()) == 3


def test_a_workload_without_a_place_for_its_files_needs_one() -> None:
    with pytest.raises(TaskError) as raised:
        run(BatchCloud(), {}, "iris")
    assert "input: missing" in raised.value.cause


def test_without_a_live_model_the_batch_says_so() -> None:
    with pytest.raises(TaskError, match="NothingLive"):
        run(BatchCloud(pointer=None), {})


def test_a_transform_that_fails_names_variant_job_and_reason() -> None:
    def fault(state: str, arguments: Any) -> None:
        if state == "Predict":
            raise TaskError("States.TaskFailed", '{"TransformJobName": "t-1", "FailureReason": "ran out of disk"}')

    with pytest.raises(TaskError) as raised:
        run(BatchCloud(fault=fault), {"variants": ["forest"]})
    assert raised.value.error == "PredictFailed"
    assert raised.value.cause == "forest did not predict (job t-1): ran out of disk"


def test_a_model_that_a_deployment_removed_makes_the_batch_begin_again_with_the_next() -> None:
    execution = run(cloud := BatchCloud(deploys=1), {"variants": "live"})
    assert execution.output["summary"]["models"] == {
        "forest": "dev-daily-forest-1x",
        "linear": "dev-daily-linear-1x",
    }
    assert execution.visited.count("Encode") == 2
    names = [sent["ProcessingJobName"] for sent in cloud.sent("createProcessingJob")]
    assert len(set(names)) == 3


def test_the_heaviest_is_looked_for_again_after_a_deployment() -> None:
    execution = run(BatchCloud(deploys=1), {"variants": "heaviest"})
    assert execution.visited.count("Read weights") == 2


def test_a_batch_gives_up_when_models_go_again_and_again() -> None:
    with pytest.raises(TaskError, match="ModelGone") as raised:
        run(BatchCloud(deploys=99), {"variants": "live"})
    assert "3 attempts" in raised.value.cause


@pytest.mark.parametrize("state", ["Encode", "Join"])
def test_a_job_that_fails_fails_the_batch_and_can_be_redriven(state: str) -> None:
    def fault(entered: str, arguments: Any) -> None:
        if entered == state:
            raise TaskError("States.TaskFailed", '{"ExitMessage": "a.csv row 3"}')

    with pytest.raises(TaskError, match=r"a\.csv row 3"):
        run(BatchCloud(fault=fault), {})
    assert "Catch" not in machine("daily")["States"][state]
