from typing import Any

import pytest

from tests.local.sagemaker.conftest import BUCKET, ROLE, World

pytestmark = pytest.mark.local

PREPARE = """
    import os, pathlib, sys
    base = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    if sys.argv[1] == "fail":
        (base / "output/message").write_text("the target column is missing")
        sys.exit(4)
    text = (base / "processing/input/data/raw.csv").read_text()
    (base / "processing/output/prepared/train").mkdir(parents=True)
    (base / "processing/output/prepared/train/train.csv").write_text(text.upper() + os.environ["SUFFIX"])
"""


def process(world: World, name: str, image: str, *arguments: str) -> dict[str, Any]:
    world.sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=ROLE,
        AppSpecification={"ImageUri": image, "ContainerArguments": list(arguments)},
        Environment={"SUFFIX": "!"},
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        },
        ProcessingInputs=[
            {
                "InputName": "data",
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/raw/",
                    "LocalPath": "/opt/ml/processing/input/data",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "prepared",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/prepared",
                        "LocalPath": "/opt/ml/processing/output/prepared",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
    )
    return world.until(
        lambda: world.sagemaker.describe_processing_job(ProcessingJobName=name),
        "ProcessingJobStatus",
        "Completed",
        "Failed",
        "Stopped",
    )


def test_inputs_come_down_and_outputs_go_up(world: World) -> None:
    world.put("raw/raw.csv", "a,b")
    job = process(world, "p", world.publish("prepare", PREPARE), "prepare")
    assert job["ProcessingJobStatus"] == "Completed", job
    assert world.get("prepared/train/train.csv") == b"A,B!"


def test_a_failure_shows_the_images_message(world: World) -> None:
    world.put("raw/raw.csv", "a,b")
    job = process(world, "p-fails", world.publish("prepare", PREPARE), "fail")
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"] == "the target column is missing"
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information"


def test_missing_input_names_the_prefix(world: World) -> None:
    world.s3.delete_object(Bucket=BUCKET, Key="raw/raw.csv")
    job = process(world, "p-empty", world.publish("prepare", PREPARE), "prepare")
    assert f'No S3 objects found under S3 URL "s3://{BUCKET}/raw/"' in job["FailureReason"]
