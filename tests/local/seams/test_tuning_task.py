"""A tuning job that a state machine waits for, really run: the best training job comes back."""

import json
import uuid
from pathlib import Path
from textwrap import dedent

import pytest

from local import clients
from local.runtime.build import Plan, builder
from local.runtime.images import ImageStore, as_record, parse_reference
from local.settings import ACCOUNT, REGION, Settings
from tests.local.seams.machines import run, task

pytestmark = pytest.mark.local

DOCKERFILE = """\
FROM docker.io/library/debian:bookworm-slim
WORKDIR /opt/program
COPY program.py ./
ENTRYPOINT ["python3", "/opt/program/program.py"]
"""
PROGRAM = """
import json, os
root = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
x = float(json.load(open(f"{root}/input/config/hyperparameters.json"))["x"])
print(f"loss={(x - 1) ** 2:.6f};", flush=True)
open(f"{root}/model/x", "w").write(str(x))
"""


@pytest.fixture
def image(embedded_aws: Settings, tmp_path: Path) -> str:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "program.py").write_text(dedent(PROGRAM))
    uri = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/tuned:1"
    built = builder(embedded_aws, lambda _: None).build(Plan(tag=uri, context=tmp_path))
    record = as_record(dockerfile="Dockerfile", digest=built.digest, engine=built.engine, build_args={}, target="")
    ImageStore(embedded_aws).publish(parse_reference(uri), record, built.context)
    return uri


def test_a_real_tuning_job_is_waited_for(embedded_aws: Settings, image: str) -> None:
    clients.client("s3", embedded_aws).create_bucket(Bucket="tuned")
    name = f"tune-{uuid.uuid4().hex[:8]}"
    ranges = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "2"}]}
    arguments = {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": ranges,
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {
                "TrainingImage": image, "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+);"}],
            },
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/jobs",
            "OutputDataConfig": {"S3OutputPath": "s3://tuned/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        },
    }  # fmt: skip
    best = "{% $states.result.BestTrainingJob.TrainingJobName %}"
    states = {
        "Tune": task("sagemaker:createHyperParameterTuningJob.sync", arguments, Output=best, Next="Look"),
        "Look": task(
            "aws-sdk:sagemaker:describeTrainingJob", {"TrainingJobName": "{% $states.input %}"},
            Output="{% $states.result.ModelArtifacts.S3ModelArtifacts %}", End=True,
        ),
    }  # fmt: skip
    ended = run(embedded_aws, states, "Tune", wait_seconds=120)
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"]).startswith("s3://tuned/out/")
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/{name}"
    tags = clients.client("sagemaker", embedded_aws).list_tags(ResourceArn=arn)["Tags"]
    assert {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"} in tags
