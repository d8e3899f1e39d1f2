"""What the demo finds on a running embedded AWS decides what it deploys beside its own workload."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.clients import client
from local.demo.deployed import Deployed
from local.settings import Settings

pytestmark = pytest.mark.local

TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
STACKS = ("trainyard-dev-workload-boston", "trainyard-dev-workload-gone", "trainyard-prod-workload-iris", "other")


@pytest.fixture
def stacks(embedded_aws: Settings) -> Iterator[Settings]:
    cloudformation = client("cloudformation", embedded_aws)
    for name in STACKS:
        cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE)
    yield embedded_aws
    for name in STACKS:
        cloudformation.delete_stack(StackName=name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("boston", "iris", "trips"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "workload.yaml").touch()
    return tmp_path


@pytest.mark.parametrize(("stage", "expected"), [("dev", ["boston"]), ("prod", ["iris"]), ("test", [])])
def test_deployed_workloads_of_the_stage_that_still_have_a_file(
    stacks: Settings, folder: Path, stage: str, expected: list[str]
) -> None:
    assert Deployed(stacks, {"TRAINYARD_STAGE": stage}).workloads(folder) == expected
