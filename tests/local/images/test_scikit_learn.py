"""The scikit-learn stand-in as a notebook uses it: script mode by the URI of AWS's image, through boto3."""

import csv
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from tests.local.images.stand_ins import ended, prepare
from tests.local.sagemaker.conftest import BUCKET, ROLE, World
from tests.local.sagemaker.conftest import containers as containers
from tests.local.sagemaker.conftest import port as port
from tests.local.sagemaker.conftest import shared_world as shared_world

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
TRAIN = """
    import argparse, os
    import joblib, pandas
    from sklearn.tree import DecisionTreeClassifier
    from helper import accuracy

    def model_fn(model_dir):
        return joblib.load(os.path.join(model_dir, "model.joblib"))

    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        parser.add_argument("--max_leaf_nodes", type=int, default=-1)
        parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
        parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
        given = parser.parse_args()
        rows = pandas.read_csv(os.path.join(given.train, "iris.csv"), header=None)
        tree = DecisionTreeClassifier(max_leaf_nodes=given.max_leaf_nodes, random_state=0)
        tree.fit(rows.iloc[:, 1:].to_numpy(), rows.iloc[:, 0])
        print(f"leaves={tree.get_n_leaves()}; accuracy={accuracy(tree, rows):.3f};")
        joblib.dump(tree, os.path.join(given.model_dir, "model.joblib"))
"""
HELPER = """
    def accuracy(model, rows):
        return float((model.predict(rows.iloc[:, 1:].to_numpy()) == rows.iloc[:, 0]).mean())
"""
METRICS = [{"Name": "accuracy", "Regex": r"accuracy=([0-9.]+);"}, {"Name": "leaves", "Regex": r"leaves=([0-9]+);"}]


def archive(**files: str) -> bytes:
    """Return a sourcedir.tar.gz; `train_py` is train.py."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as target:
        for name, text in files.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            content = dedent(text).encode()
            info.size = len(content)
            target.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def iris() -> tuple[Any, Any]:
    features, labels = load_iris(return_X_y=True)
    return features, labels


def put_iris(world: World) -> str:
    features, labels = iris()
    buffer = io.StringIO()
    csv.writer(buffer).writerows([int(label), *row] for label, row in zip(labels, features.tolist(), strict=True))
    world.put("iris/iris.csv", buffer.getvalue())
    return f"s3://{BUCKET}/iris/"


def channel(uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": "train", "DataSource": {"S3DataSource": source}}


def fit(world: World, name: str, code: bytes, metrics: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Train as the SageMaker SDK's SKLearn estimator asks for it."""
    source = world.put(f"{name}/source/sourcedir.tar.gz", code)
    hyperparameters = {
        "max_leaf_nodes": "5",
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": json.dumps(source),
        "sagemaker_container_log_level": "20",
        "sagemaker_job_name": json.dumps(name),
        "sagemaker_region": '"us-east-1"',
    }
    algorithm = {"TrainingImage": IMAGE, "TrainingInputMode": "File", "MetricDefinitions": metrics or []}
    world.train(
        name,
        IMAGE,
        wait=False,
        AlgorithmSpecification=algorithm,
        InputDataConfig=[channel(put_iris(world))],
        HyperParameters=hyperparameters,
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    return ended(world, name)


@contextmanager
def deployed(world: World, name: str, model_data: str, **environment: str) -> Iterator[str]:
    """Deploy a model; yield the endpoint's name."""
    world.model(name, IMAGE, ModelDataUrl=model_data, Environment=environment)
    world.config(name, main=(name, 1.0))
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    found = world.endpoint(name, "InService", "Failed")
    assert found["EndpointStatus"] == "InService", found
    try:
        yield name
    finally:
        world.sagemaker.delete_endpoint(EndpointName=name)


def environment(world: World, name: str) -> dict[str, str]:
    """Return what the SDK's SKLearnModel sets."""
    return {
        "SAGEMAKER_PROGRAM": "train.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": f"s3://{BUCKET}/{name}/source/sourcedir.tar.gz",
        "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
        "SAGEMAKER_REGION": "us-east-1",
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
    }


def npy(rows: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, rows)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def trained(shared_world: World) -> dict[str, Any]:
    prepare(shared_world.settings, IMAGE)
    return fit(shared_world, "iris-tree", archive(train_py=TRAIN, helper_py=HELPER), METRICS)


@pytest.mark.local
def test_a_script_trains_and_its_metrics_are_found(shared_world: World, trained: dict[str, Any]) -> None:
    assert trained["TrainingJobStatus"] == "Completed", trained.get("FailureReason")
    found = {item["MetricName"]: item["Value"] for item in trained["FinalMetricDataList"]}
    assert found["leaves"] == 5
    assert found["accuracy"] > 0.95
    assert any("--max_leaf_nodes 5" in line for line in shared_world.lines("/aws/sagemaker/TrainingJobs", "iris-tree/"))


@pytest.mark.local
def test_an_endpoint_answers_in_every_default_format(shared_world: World, trained: dict[str, Any]) -> None:
    features, labels = iris()
    rows, expected = features[[0, 90, 140]], labels[[0, 90, 140]].tolist()
    text = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    data = trained["ModelArtifacts"]["S3ModelArtifacts"]
    with deployed(shared_world, "iris-tree", data, **environment(shared_world, "iris-tree")) as name:

        def ask(body: bytes | str, kind: str, accept: str = "application/json") -> bytes:
            answer = shared_world.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType=kind, Accept=accept)
            assert answer["ContentType"] == accept
            return bytes(answer["Body"].read())

        assert json.loads(ask(json.dumps(rows.tolist()), "application/json")) == expected
        assert json.loads(ask(text, "text/csv")) == expected
        assert ask(text, "text/csv", "text/csv").decode().split() == [str(label) for label in expected]
        assert np.load(io.BytesIO(ask(npy(rows), "application/x-npy", "application/x-npy"))).tolist() == expected
        with pytest.raises(shared_world.runtime.exceptions.ModelError) as refused:
            ask("x", "text/libsvm")
        assert refused.value.response["OriginalStatusCode"] == 415


@pytest.mark.local
def test_a_transform_scores_lines(shared_world: World, trained: dict[str, Any]) -> None:
    world, (features, labels) = shared_world, iris()
    world.put("batch/rows.csv", "\n".join(",".join(map(str, row)) for row in features.tolist()))
    container = {"ModelDataUrl": trained["ModelArtifacts"]["S3ModelArtifacts"]}
    world.model("iris-batch", IMAGE, **container, Environment=environment(world, "iris-tree"))
    world.sagemaker.create_transform_job(
        TransformJobName="iris-batch",
        ModelName="iris-batch",
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/batch/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/scores", "AssembleWith": "Line", "Accept": "text/csv"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    ended = world.until(
        lambda: world.sagemaker.describe_transform_job(TransformJobName="iris-batch"),
        "TransformJobStatus",
        "Completed",
        "Failed",
    )
    assert ended["TransformJobStatus"] == "Completed", ended
    said = [int(line) for line in world.get("scores/rows.csv.out").split()]
    assert np.mean(np.array(said) == labels) > 0.95


@pytest.mark.local
def test_a_script_that_fails_gives_its_error_as_the_reason(shared_world: World, trained: dict[str, Any]) -> None:
    job = fit(shared_world, "broken", archive(train_py="raise ValueError('no such column')"))
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n")
    assert "ValueError: no such column" in job["FailureReason"]
    assert job["FailureReason"].endswith("exit code: 1")


@pytest.mark.local
def test_code_that_is_not_in_s3_fails_the_job(shared_world: World, trained: dict[str, Any]) -> None:
    world = shared_world
    hyperparameters = {"sagemaker_program": "train.py", "sagemaker_submit_directory": f"s3://{BUCKET}/not-there.tar.gz"}
    job = world.train("codeless", IMAGE, HyperParameters=hyperparameters)
    assert job["TrainingJobStatus"] == "Failed"
    assert f"s3://{BUCKET}/not-there.tar.gz" in job["FailureReason"]


@pytest.mark.local
def test_a_processing_script_runs_with_the_images_python(shared_world: World, trained: dict[str, Any]) -> None:
    job = process(shared_world, "counting")
    assert job["ProcessingJobStatus"] == "Completed", job
    assert shared_world.get("counted/columns.txt") == b"5"


def process(world: World, name: str) -> dict[str, Any]:
    """Run a script as the SDK's SKLearnProcessor does."""
    script = """
        import os, sys
        import pandas, sklearn
        base = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
        rows = pandas.read_csv(f"{base}/processing/input/iris/iris.csv", header=None)
        with open(f"{base}/processing/output/{sys.argv[1]}", "w") as file:
            file.write(str(rows.shape[1]))
    """
    code = world.put(f"{name}/code/count.py", dedent(script))
    inputs = [
        ("code", code, "/opt/ml/processing/input/code"),
        ("iris", put_iris(world), "/opt/ml/processing/input/iris"),
    ]
    world.sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=ROLE,
        AppSpecification={
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/count.py"],
            "ContainerArguments": ["columns.txt"],
        },
        ProcessingInputs=[
            {
                "InputName": input_name,
                "S3Input": {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"},
            }
            for input_name, uri, path in inputs
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "counted",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/counted",
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        },
    )
    return world.until(
        lambda: world.sagemaker.describe_processing_job(ProcessingJobName=name),
        "ProcessingJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


@pytest.mark.image
def test_the_image_trains_serves_and_processes(containers: World) -> None:
    job = fit(containers, "iris-tree", archive(train_py=TRAIN, helper_py=HELPER), METRICS)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    data = job["ModelArtifacts"]["S3ModelArtifacts"]
    with deployed(containers, "iris-tree", data, **environment(containers, "iris-tree")) as name:
        answer = containers.runtime.invoke_endpoint(
            EndpointName=name, Body="[[5.1, 3.5, 1.4, 0.2]]", ContentType="application/json"
        )
        assert json.loads(answer["Body"].read()) == [0]
    assert process(containers, "counting")["ProcessingJobStatus"] == "Completed"
    assert containers.get("counted/columns.txt") == b"5"
