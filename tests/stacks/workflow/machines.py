"""Definitions as they run: made from the test workloads, with the deployment's values filled in."""

import json
from functools import cache
from typing import Any

from spec.deployment import Deployment
from spec.loader import load_workload
from spec.workload import Workload
from stacks.workflow.definition import definition
from stacks.workflow.names import Names
from stacks.workflow.settings import settings
from tests.spec.cases import FOLDER

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
VALUES = {
    "Bucket": "bucket",
    "LeaseTable": "leases",
    "JobRoleArn": "arn:aws:iam::123456789012:role/jobs",
    "ImageToolkit": f"{REGISTRY}/trainyard-dev-toolkit:1",
    "AWS::Partition": "aws",
}


def workload(name: str) -> Workload:
    return load_workload(FOLDER / "valid" / f"{name}.yaml")


@cache
def _text(name: str) -> str:
    loaded = workload(name)
    values = settings(
        deployment=Deployment(),
        workload=loaded,
        images={image: f"{REGISTRY}/trainyard-dev-{image}:1" for image in loaded.images},
        scripts={candidate: f"s3://assets/{candidate}.tar.gz" for candidate in loaded.candidates},
        region="us-east-1",
    )
    names = Names(stage="dev", workload=loaded.name)
    text = json.dumps(definition(names=names, workload=loaded, settings=values))
    for key, value in VALUES.items():
        text = text.replace(f"${{{key}}}", value)
    return text


def machine(name: str) -> dict[str, Any]:
    """The definition of a valid test workload."""
    made: dict[str, Any] = json.loads(_text(name))
    return made
