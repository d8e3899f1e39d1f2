"""The files below `/opt/ml` that tell an image what it is to do."""

import codecs
import json
from pathlib import Path

from local.sagemaker.store import Record

_ML = "/opt/ml"


def write_json(file: Path, value: object) -> None:
    """Write one config file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=1))


def place(folder: Path, local_path: str) -> Path:
    """Return where `/opt/ml/...` of the image is when `folder` is its `/opt/ml`; checked requests lead nowhere else."""
    return folder / local_path.removeprefix(_ML).strip("/")


def processing_config(request: Record) -> Record:
    """Return processingjobconfig.json: the request, what was left out as null or with its default."""
    application, config = request["AppSpecification"], request["ProcessingResources"]["ClusterConfig"]
    outputs = request.get("ProcessingOutputConfig", {})
    return {
        "ProcessingJobArn": request["ProcessingJobArn"],
        "ProcessingJobName": request["ProcessingJobName"],
        "AppSpecification": {"ContainerEntrypoint": None, "ContainerArguments": None} | application,
        "Environment": request.get("Environment", {}),
        "ProcessingInputs": [_processing_input(item) for item in request.get("ProcessingInputs", [])],
        "ProcessingOutputConfig": {"Outputs": [], "KmsKeyId": None} | outputs,
        "ProcessingResources": {"ClusterConfig": {"VolumeKmsKeyId": None} | config},
        "RoleArn": request["RoleArn"],
        "StoppingCondition": request["StoppingCondition"],
    }


def _processing_input(item: Record) -> Record:
    defaults = {
        "S3DataDistributionType": "FullyReplicated",
        "S3InputMode": "File",
        "S3CompressionType": "None",
        "S3DownloadMode": "StartOfJob",
    }
    return item | {"S3Input": defaults | item["S3Input"]} if "S3Input" in item else item


def read_text(file: Path, limit: int = 1024) -> str:
    """Return the first `limit` bytes that an image wrote, if it wrote anything.

    Raises:
        UnicodeDecodeError: they are not UTF-8; a character that the limit cuts is left out.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(limit + 4)
    except OSError:
        return ""
    text = codecs.getincrementaldecoder("utf-8")().decode(content, final=len(content) <= limit)
    return text.encode()[:limit].decode(errors="ignore")


def read_reason(file: Path, limit: int = 1024) -> str:
    """Return what an image wrote about its failure, at most `limit` characters, if it wrote anything."""
    try:
        with file.open("rb") as stream:
            return stream.read(4 * limit).decode("utf-8", "replace").strip()[:limit]
    except OSError:
        return ""
