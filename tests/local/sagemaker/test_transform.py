from typing import Any

import pytest

from tests.local.sagemaker.conftest import BUCKET, World

pytestmark = pytest.mark.local

DOUBLE = """
    rows = body.decode().split()
    if "bad" in rows: handler.answer(400, b"bad row")
    else: handler.answer(200, "\\n".join(str(2 * int(row)) for row in rows).encode())
"""


def transform(world: World, name: str, **more: Any) -> dict[str, Any]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}
    request = {
        "TransformJobName": name,
        "ModelName": "double",
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {
            "S3OutputPath": f"s3://{BUCKET}/out",
            "AssembleWith": "Line",
            "Accept": "text/csv",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    world.sagemaker.create_transform_job(**{**request, **more})
    return world.until(
        lambda: world.sagemaker.describe_transform_job(TransformJobName=name),
        "TransformJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_every_line_gets_its_answer_in_order(world: World, strategy: str) -> None:
    world.model("double", world.publish_server("double", DOUBLE))
    world.put("in/part/features.csv", "1\n2\n3\n")
    job = transform(world, f"t-{strategy}", BatchStrategy=strategy)
    assert job["TransformJobStatus"] == "Completed", job
    assert world.get("out/part/features.csv.out") == b"2\n4\n6\n"


def test_a_refused_row_fails_the_job_and_the_log_tells(world: World) -> None:
    world.model("double", world.publish_server("double", DOUBLE))
    world.put("in/features.csv", "1\nbad\n3\n")
    job = transform(world, "t-bad")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    lines = world.lines("/aws/sagemaker/TransformJobs", "t-bad/")
    assert any(line.endswith(f":[sagemaker logs]: {BUCKET}/in/features.csv: ClientError: 400") for line in lines)
    assert any("bad row" in line for line in lines)


def test_an_image_that_cannot_serve_fails_the_job(world: World) -> None:
    world.model("double", world.publish("broken", "import sys; sys.exit('no such command')"))
    world.put("in/features.csv", "1\n")
    job = transform(world, "t-broken")
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert "no such command" in world.lines("/aws/sagemaker/TransformJobs", "t-broken/")
