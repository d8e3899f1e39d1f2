"""What tests of jobs share: programs that tell what they see, and what they told."""

import io
import json
import tarfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.local.sagemaker.conftest import BUCKET, ROLE, World

BASE = """\
import json, os, pathlib, signal, sys, time
base = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
"""

# Writes what its instance finds into `model/HOST.json`.
TELLS = (
    BASE
    + """
config = base / "input/config"
told = {file.stem: json.loads(file.read_text()) for file in config.iterdir()}
host = told["resourceconfig"]["current_host"]
data = base / "input/data"
told["files"] = {f.relative_to(data).as_posix(): f.read_text() for f in data.rglob("*") if f.is_file()}
told["folders"] = sorted(folder.name for folder in data.iterdir())
(base / "model" / f"{host}.json").write_text(json.dumps(told))
print("I am", host, flush=True)
"""
)


def channel(name: str, key: str, kind: str = "S3Prefix", **more: Any) -> dict[str, Any]:
    """Return a channel; `more` goes to its source where the source has such a member, else to the channel."""
    source: dict[str, Any] = {"S3DataType": kind, "S3Uri": f"s3://{BUCKET}/{key}"}
    for member in ("S3DataDistributionType", "InstanceGroupNames"):
        if member in more:
            source[member] = more.pop(member)
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **more}


def algorithm(image: str, mode: str = "File", **more: Any) -> dict[str, Any]:
    """Return an AlgorithmSpecification."""
    return {"TrainingImage": image, "TrainingInputMode": mode, **more}


def resources(count: int) -> dict[str, Any]:
    """Return a ResourceConfig of several instances."""
    return {"InstanceType": "ml.m5.xlarge", "InstanceCount": count, "VolumeSizeInGB": 10}


def training_request(**more: Any) -> dict[str, Any]:
    """Return what a training job needs at least."""
    return {
        "TrainingJobName": "job",
        "AlgorithmSpecification": algorithm("nobody:1"),
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": resources(1),
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **more,
    }


def processing_request(**more: Any) -> dict[str, Any]:
    """Return what a processing job needs at least."""
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    return {
        "ProcessingJobName": "job",
        "AppSpecification": {"ImageUri": "nobody:1"},
        "RoleArn": ROLE,
        "ProcessingResources": {"ClusterConfig": cluster},
        **more,
    }


def s3_input(key: str, name: str = "in", **more: Any) -> dict[str, Any]:
    """Return an input of a processing job."""
    source = {"S3Uri": f"s3://{BUCKET}/{key}", "LocalPath": f"/opt/ml/processing/{name}", "S3DataType": "S3Prefix"}
    return {"InputName": name, "S3Input": source | more}


def s3_output(key: str, name: str = "out", **more: Any) -> dict[str, Any]:
    """Return an output of a processing job."""
    target = {"S3Uri": f"s3://{BUCKET}/{key}", "LocalPath": f"/opt/ml/processing/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": target | more}


def told(world: World, job: str) -> dict[str, Any]:
    """Return what each host of a job that TELLS told."""
    content = world.get(f"models/{job}/output/model.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            name.removesuffix(".json"): json.loads(stream.read())
            for name in archive.getnames()
            if (stream := archive.extractfile(name))
        }


def until(found: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Poll until `found` returns something true; errors of AWS mean that it is not there yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(Exception):
            if value := found():
                return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def said(world: World, group: str, job: str, word: str) -> list[str]:
    """Wait for a line that starts with `word` and return its other words."""
    name = f"/aws/sagemaker/{group}"

    def look() -> list[str]:
        return [line for line in world.lines(name, job) if line.startswith(word)]

    return str(until(look, f"{job} to say {word}")[0]).split()[1:]
