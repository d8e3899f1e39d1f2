"""The XGBoost stand-in as a notebook uses it: the built-in and the framework, by the URIs of AWS's image."""

import json
import tarfile
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import xgboost

from tests.local.images.stand_ins import ended, prepare
from tests.local.images.xgboost_jobs import IRIS, csv, iris
from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.conftest import containers as containers
from tests.local.sagemaker.conftest import port as port
from tests.local.sagemaker.conftest import shared_world as shared_world

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
FEATURES, LABELS = iris()
SCRIPT = """\
import argparse, os
import pandas, xgboost

def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "booster.json"))
    return booster

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max_depth", type=int)
    given = parser.parse_args()
    rows = pandas.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"), header=None)
    matrix = xgboost.DMatrix(rows.iloc[:, 1:].to_numpy(), rows[0])
    booster = xgboost.train({"max_depth": given.max_depth, "objective": "multi:softmax", "num_class": 3}, matrix, 5)
    booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "booster.json"))
"""


def channels(world: World) -> list[dict[str, Any]]:
    parts = {"train": slice(0, 100), "validation": slice(100, 150)}
    for name, part in parts.items():
        world.put(f"iris/{name}/{name}.csv", csv(LABELS[part], FEATURES[part]))
    return [
        {
            "ChannelName": name,
            "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/iris/{name}/"}},
        }
        for name in parts
    ]


def fit(world: World, name: str, **hyperparameters: str) -> dict[str, Any]:
    world.train(
        name,
        IMAGE,
        wait=False,
        InputDataConfig=channels(world),
        HyperParameters=hyperparameters,
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    return ended(world, name)


def booster_of(world: World, job: dict[str, Any]) -> xgboost.Booster:
    """Return what plain XGBoost loads from the job's model archive."""
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
    with tarfile.open(fileobj=BytesIO(world.get(key))) as archive:
        member = archive.extractfile("xgboost-model") or archive.extractfile("./xgboost-model")
        assert member is not None
        return xgboost.Booster(model_file=bytearray(member.read()))


def deploy(world: World, name: str, model_data: str, **environment: str) -> None:
    world.model(name, IMAGE, ModelDataUrl=model_data, Environment=environment)
    world.config(name, main=(name, 1.0))
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    found = world.endpoint(name, "InService", "Failed")
    assert found["EndpointStatus"] == "InService", found


def ask(world: World, name: str, body: bytes, accept: str = "text/csv") -> str:
    answer = world.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="text/csv", Accept=accept)
    return str(answer["Body"].read().decode())


@pytest.fixture(scope="module")
def trained(shared_world: World) -> dict[str, Any]:
    prepare(shared_world.settings, IMAGE)
    return fit(shared_world, "iris", num_round="8", eval_metric="mlogloss", **IRIS)


@pytest.mark.local
def test_the_builtin_trains_and_aws_s_metrics_are_found(shared_world: World, trained: dict[str, Any]) -> None:
    assert trained["TrainingJobStatus"] == "Completed", trained.get("FailureReason")
    lines = shared_world.lines("/aws/sagemaker/TrainingJobs", "iris/")
    assert sum(line.startswith("[7]#011train-mlogloss:") and "#011validation-mlogloss:" in line for line in lines) == 1
    found = {item["MetricName"]: item["Value"] for item in trained["FinalMetricDataList"]}
    assert 0 < found["validation:mlogloss"] < 0.5


@pytest.mark.local
def test_an_endpoint_says_what_plain_xgboost_says(shared_world: World, trained: dict[str, Any]) -> None:
    expected = booster_of(shared_world, trained).predict(xgboost.DMatrix(FEATURES[100:105]))
    deploy(shared_world, "iris", trained["ModelArtifacts"]["S3ModelArtifacts"], SAGEMAKER_MODEL_SERVER_WORKERS="1")
    lines = ask(shared_world, "iris", csv(None, FEATURES[100:105])).splitlines()
    np.testing.assert_allclose([[float(cell) for cell in line.split(",")] for line in lines], expected, atol=1e-6)
    scores = json.loads(ask(shared_world, "iris", csv(None, FEATURES[100:105]), "application/json"))["predictions"]
    np.testing.assert_allclose([row["score"] for row in scores], expected, atol=1e-6)
    with pytest.raises(shared_world.runtime.exceptions.ModelError) as refused:
        ask(shared_world, "iris", b"sepal,petal\n")
    assert refused.value.response["OriginalStatusCode"] == 415
    assert "invalid value 'sepal'" in refused.value.response["OriginalMessage"]
    shared_world.sagemaker.delete_endpoint(EndpointName="iris")


@pytest.mark.local
def test_a_transform_scores_every_line(shared_world: World, trained: dict[str, Any]) -> None:
    world = shared_world
    world.put("batch/rows.csv", csv(None, FEATURES))
    world.model("iris-batch", IMAGE, ModelDataUrl=trained["ModelArtifacts"]["S3ModelArtifacts"])
    world.sagemaker.create_transform_job(
        TransformJobName="iris-batch",
        ModelName="iris-batch",
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/batch/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/scores", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    ended = world.until(
        lambda: world.sagemaker.describe_transform_job(TransformJobName="iris-batch"),
        "TransformJobStatus",
        "Completed",
        "Failed",
    )
    assert ended["TransformJobStatus"] == "Completed", ended
    scores = [json.loads(line) for line in world.get("scores/rows.csv.out").decode().splitlines()]
    expected = booster_of(world, trained).predict(xgboost.DMatrix(FEATURES))
    np.testing.assert_allclose(scores, expected, atol=1e-6)


@pytest.mark.local
def test_a_wrong_hyperparameter_is_the_reason_of_the_failure(shared_world: World, trained: dict[str, Any]) -> None:
    job = fit(shared_world, "wrong", num_round="5", eta="3", **IRIS)
    assert job["TrainingJobStatus"] == "Failed"
    assert "UserError: Hyperparameter eta: 3.0 is not in [0, 1]" in job["FailureReason"]


@pytest.mark.local
def test_a_script_trains_and_serves_with_the_frameworks_defaults(shared_world: World, trained: dict[str, Any]) -> None:
    world, buffer = shared_world, BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as target:
        info = tarfile.TarInfo("fit.py")
        info.size = len(SCRIPT)
        target.addfile(info, BytesIO(SCRIPT.encode()))
    source = world.put("scripted/sourcedir.tar.gz", buffer.getvalue())
    named = {"sagemaker_program": '"fit.py"', "sagemaker_submit_directory": json.dumps(source)}
    job = fit(world, "scripted", max_depth="3", **named)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    serving = {"SAGEMAKER_PROGRAM": "fit.py", "SAGEMAKER_SUBMIT_DIRECTORY": source}
    model_data = job["ModelArtifacts"]["S3ModelArtifacts"]
    deploy(world, "scripted", model_data, SAGEMAKER_MODEL_SERVER_WORKERS="1", **serving)
    said = [float(line) for line in ask(world, "scripted", csv(None, FEATURES)).split()]
    assert np.mean(np.array(said) == LABELS) > 0.9
    world.sagemaker.delete_endpoint(EndpointName="scripted")


@pytest.mark.image
def test_the_image_trains_and_serves_in_containers(containers: World) -> None:
    job = fit(containers, "iris", num_round="3", **IRIS)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    deploy(containers, "iris", job["ModelArtifacts"]["S3ModelArtifacts"])
    expected = booster_of(containers, job).predict(xgboost.DMatrix(FEATURES[:1]))[0]
    said = [float(cell) for cell in ask(containers, "iris", csv(None, FEATURES[:1])).split(",")]
    np.testing.assert_allclose(said, expected, atol=1e-6)
