"""What is too large for AWS is told when it is synthesized, not when it is deployed."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

import app
from stacks.size import DEFINITION, TEMPLATE, oversized

pytestmark = pytest.mark.unit


def written(folder: Path, template: dict[str, Any]) -> Path:
    (folder / "trainyard-dev-workload-boston.template.json").write_text(json.dumps(template), encoding="utf-8")
    return folder


def machine(definition: str) -> dict[str, Any]:
    properties = {"StateMachineName": "dev-boston", "DefinitionString": {"Fn::Join": ["", [definition, {"Ref": "A"}]]}}
    return {"Resources": {"Run": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}


def test_a_template_that_is_too_large_names_its_workload_and_what_to_do(tmp_path: Path) -> None:
    (line,) = oversized(written(tmp_path, {"Resources": {}, "Metadata": "x" * TEMPLATE}))
    assert "trainyard-dev-workload-boston.template.json: 1,000," in line
    assert "fewer tuned hyperparameters in workloads/boston/workload.yaml" in line


def test_a_state_machine_that_is_too_large_is_named(tmp_path: Path) -> None:
    assert "state machine dev-boston" in [*oversized(written(tmp_path, machine("x" * DEFINITION)))][-1]


def test_what_fits_is_not_told(tmp_path: Path) -> None:
    assert not [*oversized(written(tmp_path, machine("x" * (TEMPLATE // 2))))]


def test_the_app_fails_when_a_template_is_too_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    stack = cdk.Stack(into, "trainyard-dev-workload-boston")
    cdk.CfnResource(stack, "Large", type="AWS::CloudFormation::WaitConditionHandle", properties={"X": "x" * TEMPLATE})
    assert app.write(into) == app.INVALID_INPUT
    assert "workloads/boston/workload.yaml" in capsys.readouterr().err
