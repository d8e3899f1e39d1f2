"""What a run left in S3 and in SageMaker, and what the deployed API says of the rows that nobody trained on."""

import csv
import io
import json
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.journey.deployment import Deployment

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """One workload whose run succeeded."""

    deployment: Deployment
    workload: str

    @cached_property
    def pointer(self) -> dict[str, Any]:
        """The live pointer."""
        value = self.deployment.client("ssm").get_parameter(Name=f"/trainyard/dev/{self.workload}/live")
        pointer: dict[str, Any] = json.loads(value["Parameter"]["Value"])
        return pointer

    @cached_property
    def features(self) -> dict[str, Any]:
        """The live features.json."""
        features: dict[str, Any] = json.loads(self._read(self.pointer["features"]))
        return features

    def prepared(self, name: str) -> list[list[str]]:
        """Rows of a file below the run's `prepared/`."""
        text = self._read(f"{self.workload}/runs/{self.pointer['execution']}/prepared/{name}").decode()
        return list(csv.reader(io.StringIO(text)))

    def numbers(self, name: str) -> Numbers:
        """A prepared file without header as numbers."""
        return np.array(self.prepared(name), dtype=float)

    def unpacked(self, candidate: str, folder: Path) -> Path:
        """The live artifact of a candidate, unpacked."""
        body = self._read(f"{self.workload}/live/{self.pointer['config']}/{candidate}/model.tar.gz")
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            archive.extractall(folder, filter="data")
        return folder

    def training_job(self, candidate: str) -> dict[str, Any]:
        """The job that made the candidate's model: the best one of its tuning, if it was tuned."""
        sagemaker = self.deployment.client("sagemaker")
        tuned = sagemaker.list_hyper_parameter_tuning_jobs(NameContains=f"dev-{self.workload}-")
        for summary in tuned["HyperParameterTuningJobSummaries"]:
            name = summary["HyperParameterTuningJobName"]
            best = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)["BestTrainingJob"]
            job = self._job(best["TrainingJobName"])
            if f"/candidates/{candidate}/" in job["OutputDataConfig"]["S3OutputPath"]:
                return job
        (summary,) = sagemaker.list_training_jobs(NameContains=f"dev-{self.workload}-{candidate}")[
            "TrainingJobSummaries"
        ]
        return self._job(summary["TrainingJobName"])

    def _job(self, name: str) -> dict[str, Any]:
        job: dict[str, Any] = self.deployment.client("sagemaker").describe_training_job(TrainingJobName=name)
        return job

    def left_in(self, uri: str) -> list[str]:
        """Keys of what lies in a place in S3."""
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        found = self.deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for item in found.get("Contents", [])]

    def trained_again(self, job: dict[str, Any]) -> list[str]:
        """The log of a job that is asked for the same once more, as a retry is."""
        sagemaker, name = self.deployment.client("sagemaker"), f"again-{job['TrainingJobName'].rpartition('-')[2]}"
        asked = sagemaker.meta.service_model.operation_model("CreateTrainingJob").input_shape.members
        kept = {key: value for key, value in job.items() if key in asked}
        kept["AlgorithmSpecification"] = {
            key: kept["AlgorithmSpecification"][key] for key in ("TrainingImage", "TrainingInputMode")
        }
        sagemaker.create_training_job(**kept | {"TrainingJobName": name})
        waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
        waiter.wait(TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        events = self.deployment.client("logs").filter_log_events(
            logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=f"{name}/"
        )["events"]
        return [event["message"] for event in events]

    def predictions(self, variant: str) -> list[Any]:
        """What the deployed API answers for every row of the test set, asked of one variant."""
        kinds = {feature["name"]: feature["type"] for feature in self.features["features"]}
        instances = [
            {
                name: cell if kinds[name] == "category" else json.loads(cell)
                for name, cell in zip(self.features["columns"], row, strict=True)
            }
            for row in self.prepared("test/features.csv")
        ]
        answer = self.deployment.predict(self.workload, instances, **{"X-Variant": variant})
        assert answer.status == 200, answer.body
        assert answer.body["variant"] == variant
        return list(answer.body["predictions"])

    def probabilities(self, variant: str) -> Numbers:
        """The API's probabilities, classes in the order of the target's categories."""
        classes = self.features["target"]["categories"]
        predictions = self.predictions(variant)
        return np.array([[prediction["probabilities"][name] for name in classes] for prediction in predictions])

    def _read(self, key: str) -> bytes:
        bucket = self.deployment.output("storage", "BucketName")
        body: bytes = self.deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body
