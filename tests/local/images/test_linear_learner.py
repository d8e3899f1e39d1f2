"""The linear-learner stand-in as a notebook uses it: by the URI of AWS's image, through boto3."""

import json
from typing import Any

import numpy as np
import pytest
from recordio import Record, Tensor, write_records
from sklearn.linear_model import LinearRegression

from tests.local.images.linear_jobs import SMALL, binary, csv, regression
from tests.local.images.stand_ins import ended, prepare
from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.conftest import containers as containers
from tests.local.sagemaker.conftest import port as port
from tests.local.sagemaker.conftest import shared_world as shared_world

IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"


def fit(
    world: World, name: str, kind: str = "text/csv", /, *, channels: dict[str, bytes], **given: str
) -> dict[str, Any]:
    """Train without metric definitions: SageMaker knows those of its built-ins."""
    inputs = []
    for channel, body in channels.items():
        source = {"S3DataType": "S3Prefix", "S3Uri": world.put(f"{name}/{channel}/part", body)}
        inputs.append({"ChannelName": channel, "ContentType": kind, "DataSource": {"S3DataSource": source}})
    options: dict[str, Any] = {"HyperParameters": SMALL | given, "StoppingCondition": {"MaxRuntimeInSeconds": 600}}
    world.train(name, IMAGE, wait=False, InputDataConfig=inputs, **options)
    return ended(world, name)


def deploy(world: World, name: str, job: dict[str, Any]) -> None:
    data = job["ModelArtifacts"]["S3ModelArtifacts"]
    world.model(name, IMAGE, ModelDataUrl=data, Environment={"SAGEMAKER_MODEL_SERVER_WORKERS": "1"})
    world.config(name, main=(name, 1.0))
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    found = world.endpoint(name, "InService", "Failed")
    assert found["EndpointStatus"] == "InService", found


@pytest.fixture(scope="module")
def job(shared_world: World) -> dict[str, Any]:
    """A regression with all three channels."""
    prepare(shared_world.settings, IMAGE)
    channels = {"train": csv(regression()), "validation": csv(regression(seed=2)), "test": csv(regression(seed=3))}
    return fit(shared_world, "regression", channels=channels, predictor_type="regressor", wd="0", l1="0")


@pytest.mark.local
def test_a_job_reports_the_metrics_of_the_built_in(job: dict[str, Any]) -> None:
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    found = {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]}
    features, labels = regression(seed=2)
    squared = np.mean((LinearRegression().fit(*regression()).predict(features) - labels) ** 2)
    assert found["validation:mse"] == pytest.approx(squared, rel=1e-3)
    assert found["validation:objective_loss"] == pytest.approx(squared, rel=1e-3)
    assert {"train:progress", "train:objective_loss", "validation:rmse", "test:mse"} <= found.keys()


@pytest.mark.local
def test_an_endpoint_answers_as_documented(shared_world: World, job: dict[str, Any]) -> None:
    deploy(shared_world, "regression", job)
    features, _ = regression(seed=4)
    expected = LinearRegression().fit(*regression()).predict(features[:3])
    body = "\n".join(",".join(map(repr, row)) for row in features[:3].tolist())
    answer = shared_world.runtime.invoke_endpoint(EndpointName="regression", Body=body, ContentType="text/csv")
    assert answer["ContentType"] == "application/json"
    scores = [item["score"] for item in json.loads(answer["Body"].read())["predictions"]]
    np.testing.assert_allclose(scores, expected, rtol=1e-4)
    with pytest.raises(shared_world.runtime.exceptions.ModelError) as refused:
        shared_world.runtime.invoke_endpoint(EndpointName="regression", Body="1,2", ContentType="text/csv")
    assert refused.value.response["OriginalStatusCode"] == 400
    assert "2 features, the model has 6" in refused.value.response["OriginalMessage"]
    shared_world.sagemaker.delete_endpoint(EndpointName="regression")


@pytest.mark.local
def test_a_transform_scores_lines(shared_world: World, job: dict[str, Any]) -> None:
    world = shared_world
    features, _ = regression(50, seed=4)
    world.put("lines/rows.csv", "\n".join(",".join(map(repr, row)) for row in features.tolist()))
    world.model("linear-batch", IMAGE, ModelDataUrl=job["ModelArtifacts"]["S3ModelArtifacts"])
    world.sagemaker.create_transform_job(
        TransformJobName="linear-batch",
        ModelName="linear-batch",
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/lines/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={
            "S3OutputPath": f"s3://{BUCKET}/linear-scores",
            "AssembleWith": "Line",
            "Accept": "application/jsonlines",
        },
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    ended = world.until(
        lambda: world.sagemaker.describe_transform_job(TransformJobName="linear-batch"),
        "TransformJobStatus",
        "Completed",
        "Failed",
    )
    assert ended["TransformJobStatus"] == "Completed", ended
    lines = [
        json.loads(line)["score"] for line in world.get("linear-scores/rows.csv.out").decode().splitlines() if line
    ]
    expected = LinearRegression().fit(*regression()).predict(features)
    np.testing.assert_allclose(lines, expected, rtol=1e-4)


@pytest.mark.local
def test_a_refusal_is_the_jobs_reason(shared_world: World, job: dict[str, Any]) -> None:
    failed = fit(shared_world, "wrong", channels={"train": b"1,2\n"}, predictor_type="regressor", num_round="3")
    assert failed["TrainingJobStatus"] == "Failed"
    reason = "ClientError: Additional properties are not allowed ('num_round' was unexpected)"
    assert failed["FailureReason"].startswith(reason)
    assert failed["FailureReason"].endswith("exit code: 2")


@pytest.mark.image
def test_the_image_learns_from_records_and_serves(containers: World) -> None:
    features, labels = binary()
    rows = [
        Record({"values": Tensor(row)}, {"values": Tensor(np.array([label]))})
        for row, label in zip(features, labels, strict=True)
    ]
    kind = "application/x-recordio-protobuf"
    job = fit(containers, "classes", kind, channels={"train": write_records(rows)}, predictor_type="binary_classifier")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    found = {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]}
    assert found["train:binary_classification_accuracy"] > 0.6
    deploy(containers, "classes", job)
    body = json.dumps({"instances": [{"features": row} for row in features.tolist()]})
    answer = containers.runtime.invoke_endpoint(EndpointName="classes", Body=body, ContentType="application/json")
    said = [item["predicted_label"] for item in json.loads(answer["Body"].read())["predictions"]]
    assert np.mean(np.array(said) == labels) == pytest.approx(found["train:binary_classification_accuracy"], abs=0.01)
    containers.sagemaker.delete_endpoint(EndpointName="classes")
