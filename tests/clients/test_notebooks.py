"""The classic notebooks, low level: what people run with boto3 and its waiters, in our own words."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import numpy as np
import pytest
from sklearn.datasets import load_iris

from local import control
from local.clients import client
from local.demo import ROOT
from local.settings import ACCOUNT, REGION, Settings
from tests.clients.flowers import split
from tests.conftest import free_port
from tests.engine import require_engine

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]

ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs"
XGBOOST = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:1.7-1"
LINEAR = f"382416733822.dkr.ecr.{REGION}.amazonaws.com/linear-learner:1"
BUCKET = "notebooks"
INSTANCE = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10}
HOUR = {"MaxRuntimeInSeconds": 3600}


@dataclass
class Notebook:
    """The clients that a notebook makes in its first cell."""

    settings: Settings

    def __post_init__(self) -> None:
        self.sagemaker = client("sagemaker", self.settings)
        self.runtime = client("sagemaker-runtime", self.settings)
        self.s3 = client("s3", self.settings)
        self.s3.create_bucket(Bucket=BUCKET)

    def upload(self, key: str, table: Any, header: str = "") -> str:
        """Put a table as CSV; return the folder's URI."""
        lines = [header] * bool(header) + [",".join(f"{cell:g}" for cell in row) for row in table]
        self.s3.put_object(Bucket=BUCKET, Key=key, Body="\n".join(lines) + "\n")
        return f"s3://{BUCKET}/{key.rpartition('/')[0]}/"

    def channels(self, **uris: str) -> list[dict[str, Any]]:
        """Return channels of CSV."""
        return [
            {
                "ChannelName": name,
                "ContentType": "text/csv",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
            }
            for name, uri in uris.items()
        ]

    def train(self, name: str, image: str, hyperparameters: dict[str, str], **uris: str) -> dict[str, Any]:
        """Train and wait; return the description."""
        self.sagemaker.create_training_job(
            TrainingJobName=name, RoleArn=ROLE, HyperParameters=hyperparameters, ResourceConfig=INSTANCE,
            AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
            InputDataConfig=self.channels(**uris), StoppingCondition=HOUR,
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        )  # fmt: skip
        waiter = self.sagemaker.get_waiter("training_job_completed_or_stopped")
        waiter.wait(TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
        job: dict[str, Any] = self.sagemaker.describe_training_job(TrainingJobName=name)
        assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
        return job

    def model(self, name: str, job: dict[str, Any]) -> None:
        """Create the model that a training job made."""
        container = {
            "Image": job["AlgorithmSpecification"]["TrainingImage"],
            "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
        }
        self.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)

    def config(self, name: str, **weights: float) -> None:
        """Create an endpoint configuration of a variant for each model."""
        variants = [
            {
                "VariantName": model,
                "ModelName": model,
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "InitialVariantWeight": weight,
            }
            for model, weight in weights.items()
        ]
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)

    def in_service(self, endpoint: str) -> dict[str, Any]:
        """Wait for an endpoint with boto3's own waiter."""
        waiter = self.sagemaker.get_waiter("endpoint_in_service")
        waiter.wait(EndpointName=endpoint, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        described: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=endpoint)
        return described

    def delete_endpoint(self, endpoint: str) -> None:
        """Delete and wait until it is gone."""
        self.sagemaker.delete_endpoint(EndpointName=endpoint)
        waiter = self.sagemaker.get_waiter("endpoint_deleted")
        waiter.wait(EndpointName=endpoint, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


def as_csv(rows: Any) -> str:
    return "\n".join(",".join(f"{cell:g}" for cell in row) for row in rows)


@pytest.fixture(scope="module")
def notebook(embedded_aws: Settings) -> Notebook:
    return Notebook(embedded_aws)


@pytest.fixture(scope="module")
def notebook_on_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    require_engine()
    settings = Settings(home=tmp_path_factory.mktemp("engine"), port=free_port(), runtime="engine")
    control.up(settings)
    yield Notebook(settings)
    control.clean(settings)


def test_builtin_xgboost_on_iris_with_batch_transform(notebook: Notebook) -> None:
    train, test = split()
    uri = notebook.upload("iris/train/train.csv", train)
    job = notebook.train(
        "iris-xgboost", XGBOOST, {"objective": "multi:softmax", "num_class": "3", "num_round": "20"},
        train=uri, validation=uri,
    )  # fmt: skip
    notebook.model("iris-xgboost", job)
    notebook.sagemaker.create_transform_job(
        TransformJobName="iris-xgboost",
        ModelName="iris-xgboost",
        TransformInput={
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": notebook.upload("iris/test/test.csv", test[:, 1:])}
            },
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/iris/scores", "AssembleWith": "Line", "Accept": "text/csv"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    waiter = notebook.sagemaker.get_waiter("transform_job_completed_or_stopped")
    waiter.wait(TransformJobName="iris-xgboost", WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    scores = notebook.s3.get_object(Bucket=BUCKET, Key="iris/scores/test.csv.out")["Body"].read().decode()
    predicted = np.array(scores.split(), dtype=float)
    assert len(predicted) == len(test)
    assert (predicted == test[:, 0]).mean() >= 0.9


def test_boston_tuned_then_two_models_in_an_ab_test(notebook: Notebook) -> None:
    table = np.loadtxt(ROOT / "workloads/boston/boston.csv", delimiter=",", skiprows=1)
    table = np.column_stack([table[:, -1], table[:, :-1]])
    np.random.default_rng(28).shuffle(table)
    train = notebook.upload("boston/train/train.csv", table[:400])
    validation = notebook.upload("boston/validation/validation.csv", table[400:450])
    test = table[450:]

    best = _tuned(notebook, train, validation)
    linear = notebook.train(
        "boston-linear", LINEAR, {"predictor_type": "regressor", "epochs": "20", "mini_batch_size": "50"},
        train=train, validation=validation,
    )  # fmt: skip
    for name, job in (("boston-xgboost", best), ("boston-linear", linear)):
        notebook.model(name, job)
    notebook.config("boston-alone", **{"boston-xgboost": 1.0})
    notebook.sagemaker.create_endpoint(EndpointName="boston", EndpointConfigName="boston-alone")
    notebook.in_service("boston")
    notebook.config("boston-ab", **{"boston-xgboost": 0.5, "boston-linear": 0.5})
    notebook.sagemaker.update_endpoint(EndpointName="boston", EndpointConfigName="boston-ab")
    assert notebook.in_service("boston")["EndpointConfigName"] == "boston-ab"

    answered = {_ask(notebook, test[:2, 1:])[0] for _ in range(40)}
    assert answered == {"boston-xgboost", "boston-linear"}
    for variant in answered:
        predicted = _ask(notebook, test[:, 1:], variant)[1]
        rmse = float(np.sqrt(np.mean((predicted - test[:, 0]) ** 2)))
        assert rmse < 6.5, f"{variant}: {rmse}"

    notebook.delete_endpoint("boston")
    for name in ("boston-alone", "boston-ab"):
        notebook.sagemaker.delete_endpoint_config(EndpointConfigName=name)
    for name in ("boston-xgboost", "boston-linear"):
        notebook.sagemaker.delete_model(ModelName=name)
    assert notebook.sagemaker.list_models(NameContains="boston")["Models"] == []


def _tuned(notebook: Notebook, train: str, validation: str) -> dict[str, Any]:
    """Tune with 20 jobs, 3 in parallel; return the best job's description."""
    notebook.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="boston",
        HyperParameterTuningJobConfig={
            "Strategy": "Bayesian",
            "RandomSeed": 28,
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3},
            "ParameterRanges": {
                "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5"}],
                "IntegerParameterRanges": [
                    {"Name": "max_depth", "MinValue": "3", "MaxValue": "12"},
                    {"Name": "min_child_weight", "MinValue": "2", "MaxValue": "8"},
                ],
            },
        },
        TrainingJobDefinition={
            "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
            "RoleArn": ROLE,
            "InputDataConfig": notebook.channels(train=train, validation=validation),
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "ResourceConfig": INSTANCE,
            "StoppingCondition": HOUR,
            "StaticHyperParameters": {"objective": "reg:squarederror", "num_round": "40"},
        },
    )
    while True:
        job = notebook.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="boston")
        if job["HyperParameterTuningJobStatus"] not in ("InProgress", "Stopping"):
            break
        running = job["TrainingJobStatusCounters"]["InProgress"]
        assert running <= 3
        time.sleep(0.5)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    assert job["TrainingJobStatusCounters"]["Completed"] == 20
    trials = notebook.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="boston", SortBy="FinalObjectiveMetricValue", SortOrder="Ascending", MaxResults=100
    )["TrainingJobSummaries"]
    assert trials[0]["TrainingJobName"] == job["BestTrainingJob"]["TrainingJobName"]
    best: dict[str, Any] = notebook.sagemaker.describe_training_job(TrainingJobName=trials[0]["TrainingJobName"])
    return best


def _ask(notebook: Notebook, rows: Any, variant: str = "") -> tuple[str, Any]:
    """Return who answered, and the predicted values."""
    target = {"TargetVariant": variant} if variant else {}
    answer = notebook.runtime.invoke_endpoint(
        EndpointName="boston", ContentType="text/csv", Body=as_csv(rows), **target
    )
    text = answer["Body"].read().decode()
    if answer["InvokedProductionVariant"] == "boston-linear":
        return "boston-linear", np.array([row["score"] for row in json.loads(text)["predictions"]])
    return answer["InvokedProductionVariant"], np.array(text.replace(",", "\n").split(), dtype=float)


@pytest.mark.image
def test_own_r_container_with_hard_coded_paths_on_iris(notebook_on_engine: Notebook) -> None:
    image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/classic-r:latest"
    docker.from_env().images.build(path=str(Path(__file__).parent / "classic_r"), tag=image, rm=True)
    table, species = load_iris(return_X_y=True)
    header = "Sepal.Length,Sepal.Width,Petal.Length,Petal.Width,Species"
    uri = notebook_on_engine.upload("iris-r/train/iris.csv", np.column_stack([table, species]), header)
    job = notebook_on_engine.train("iris-r", image, {"target": "Sepal.Length", "degree": "2"}, train=uri)
    notebook_on_engine.model("iris-r", job)
    notebook_on_engine.config("iris-r", **{"iris-r": 1.0})
    notebook_on_engine.sagemaker.create_endpoint(EndpointName="iris-r", EndpointConfigName="iris-r")
    notebook_on_engine.in_service("iris-r")
    body = as_csv(np.column_stack([table[:, 1:], species]))
    answer = notebook_on_engine.runtime.invoke_endpoint(EndpointName="iris-r", ContentType="text/csv", Body=body)
    predicted = np.array(answer["Body"].read().decode().split(), dtype=float)
    assert float(np.sqrt(np.mean((predicted - table[:, 0]) ** 2))) < 0.4
    notebook_on_engine.delete_endpoint("iris-r")
