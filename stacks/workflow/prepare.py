"""Prepare: the toolkit validates the raw data, splits it, and writes what training, scoring, serving read."""

from typing import Any

from stacks.workflow.asl import HOUR, States, job, q
from stacks.workflow.names import Names
from stacks.workflow.settings import PROCESSING_INSTANCE

ROOT = "/opt/ml/processing"
RUN = "'s3://${Bucket}/' & $run"
PREPARED = f"{RUN} & '/prepared'"


def prepare_states(names: Names, *, then: str) -> States:
    """Not caught: a run whose data is mended can be redriven from here."""
    arguments = processing(
        name=names.prepare_job,
        command="prepare",
        inputs=[source("plan", f"{RUN} & '/plan.json'"), source("data", "$plan.data.uri")],
        outputs=[target("prepared", PREPARED)],
    )
    return {"Prepare": job("createProcessingJob", arguments, timeout=2 * HOUR, then=then)}


def processing(
    *, name: str, command: str, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]
) -> dict[str, Any]:
    """A processing job of the toolkit."""
    return {
        "ProcessingJobName": q(name),
        "AppSpecification": {"ImageUri": "${ImageToolkit}", "ContainerArguments": [command]},
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {"Outputs": outputs},
        "ProcessingResources": {"ClusterConfig": PROCESSING_INSTANCE},
        "StoppingCondition": {"MaxRuntimeInSeconds": HOUR},
        "RoleArn": "${JobRoleArn}",
        "Tags": "{% $settings.tags %}",
    }


def source(name: str, uri: str) -> dict[str, Any]:
    """An input: a file or a prefix in S3, given as JSONata, becomes `input/<name>/`."""
    place = {
        "S3Uri": q(uri),
        "LocalPath": f"{ROOT}/input/{name}",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
    }
    return {"InputName": name, "S3Input": place}


def target(name: str, uri: str) -> dict[str, Any]:
    """An output: `output/<name>/` goes to S3 when the job ends."""
    place = {"S3Uri": q(uri), "LocalPath": f"{ROOT}/output/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": place}
