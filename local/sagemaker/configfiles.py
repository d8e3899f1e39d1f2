"""The files below `/opt/ml` that tell an image what it is to do."""

import json
from pathlib import Path

from local.sagemaker.store import Record


def write_json(file: Path, value: object) -> None:
    """Write one config file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=1))


def resource_config(instance_type: str) -> Record:
    """Return resourceconfig.json of a single instance."""
    return {
        "current_host": "algo-1",
        "current_instance_type": instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "instance_groups": [
            {"instance_group_name": "homogeneousCluster", "instance_type": instance_type, "hosts": ["algo-1"]}
        ],
        "network_interface_name": "eth0",
    }


def channel_config(channel: Record) -> Record:
    """Return a channel's entry of inputdataconfig.json."""
    source = channel["DataSource"].get("S3DataSource", {})
    return {
        "ContentType": channel.get("ContentType"),
        "TrainingInputMode": channel.get("InputMode", "File"),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }


def read_reason(file: Path, limit: int = 1024) -> str:
    """Return what an image wrote about its failure, if it wrote anything."""
    try:
        return file.read_bytes()[: 4 * limit].decode("utf-8", "replace").strip()[:limit]
    except OSError:
        return ""
