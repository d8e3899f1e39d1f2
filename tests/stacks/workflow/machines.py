"""Definitions as they run: made from the test workloads, with the deployment's values filled in."""

import copy
import json
from functools import cache
from typing import Any

from spec.deployment import Deployment
from spec.loader import load_workload
from spec.workload import Workload
from stacks.workflow.definition import definition
from stacks.workflow.names import Names
from stacks.workflow.plan import plan_states
from stacks.workflow.settings import settings
from tests.spec.cases import FOLDER

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
VALUES = {
    "Bucket": "bucket",
    "LeaseTable": "leases",
    "JobRoleArn": "arn:aws:iam::123456789012:role/jobs",
    "ImageToolkit": f"{REGISTRY}/trainyard-dev-toolkit:1",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
}


def workload(name: str) -> Workload:
    return load_workload(FOLDER / "valid" / f"{name}.yaml")


def own_settings(loaded: Workload) -> dict[str, Any]:
    """The settings of a workload, as if deployed."""
    return settings(
        deployment=Deployment(),
        workload=loaded,
        images={image: f"{REGISTRY}/trainyard-dev-{image}:1" for image in loaded.images},
        scripts={candidate: f"s3://assets/{candidate}.tar.gz" for candidate in loaded.candidates},
        region="us-east-1",
    )


def deployed(definition: dict[str, Any]) -> dict[str, Any]:
    """With the deployment's values in place of `${...}`."""
    text = json.dumps(definition)
    for key, value in VALUES.items():
        text = text.replace(f"${{{key}}}", value)
    made: dict[str, Any] = json.loads(text)
    return made


@cache
def _text(name: str) -> str:
    loaded = workload(name)
    names = Names(stage="dev", workload=loaded.name)
    return json.dumps(deployed(definition(names=names, workload=loaded, settings=own_settings(loaded))))


def machine(name: str) -> dict[str, Any]:
    """The definition of a valid test workload."""
    made: dict[str, Any] = json.loads(_text(name))
    return made


def checking(loaded: Workload) -> dict[str, Any]:
    """The first states alone: what checks the input, and the plan."""
    names = Names(stage="dev", workload=loaded.name)
    states = plan_states(names, loaded, own_settings(loaded), then="End")
    return deployed({"StartAt": next(iter(states)), "States": states | {"End": {"Type": "Succeed"}}})


def deciding(name: str) -> dict[str, Any]:
    """All before the lease: what is tried, judged, registered and approved; a refused run discards its models."""
    made = copy.deepcopy(machine(name))
    told = {"passed": "{% $passed %}", "results": "{% $results %}", "live": "{% $rivals %}"}
    end = {"Type": "Succeed", "Output": told | {"comparison": "{% $comparison %}"}}
    return made | {"States": made["States"] | {"Acquire lease": end}}
