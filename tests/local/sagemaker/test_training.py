import io
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.sagemaker.conftest import BUCKET, World

pytestmark = pytest.mark.local

TRAINER = """
    import json, os, pathlib, sys
    base = pathlib.Path(os.environ["SAGEMAKER_BASE_DIR"]) if "SAGEMAKER_BASE_DIR" in os.environ else pathlib.Path("/opt/ml")
    parameters = json.loads((base / "input/config/hyperparameters.json").read_text())
    rows = (base / "input/data/train/data.csv").read_text().split()
    print(os.environ["GREETING"], sys.argv[1:], parameters)
    print("validation:rmse=3.5;")
    print("validation:rmse=2.25;")
    (base / "model/model.json").write_text(json.dumps(len(rows)))
    (base / "output/data/note.txt").write_text("done")
"""


def channel(uri: str) -> list[dict[str, Any]]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return [{"ChannelName": "train", "DataSource": {"S3DataSource": source}, "ContentType": "text/csv"}]


def test_a_job_trains_and_leaves_model_logs_and_metrics(world: World) -> None:
    image = world.publish("trainer", TRAINER)
    world.put("data/train/data.csv", "1\n2\n3\n")
    job = world.train(
        "first",
        image,
        InputDataConfig=channel(f"s3://{BUCKET}/data/train/"),
        HyperParameters={"depth": "3"},
        AlgorithmSpecification={
            "TrainingImage": image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "rmse", "Regex": "rmse=([0-9.]+);"}],
        },
    )
    assert job["TrainingJobStatus"] == "Completed", job
    steps = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert steps == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert [(item["MetricName"], item["Value"]) for item in job["FinalMetricDataList"]] == [("rmse", 2.25)]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/models/first/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(world.get("models/first/output/model.tar.gz"))) as archive:
        assert archive.getnames() == ["model.json"]
    assert "hello ['train'] {'depth': '3'}" in world.lines("/aws/sagemaker/TrainingJobs", "first/algo-1-")
