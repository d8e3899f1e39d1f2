"""The machine that wakes a run when somebody decided, and what a stack makes for approvals."""

from typing import Any

import pytest

from stacks.approval.definition import TRIES, definition
from stacks.workflow.names import Names
from tests.stacks.synthesis import Assembly, flat, resources, statements
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.shapes import problems

NAMES = Names(stage="dev", workload="approved")
VERSION = "arn:aws:sagemaker:us-east-1:123456789012:model-package/dev-approved/1"
EVENT = {"detail": {"ModelPackageArn": VERSION, "ModelApprovalStatus": "Approved"}}


class Runs:
    """The table of tokens, and the runs that wait: `found` says what each look at the table finds."""

    def __init__(self, *found: str | None, over: str = "") -> None:
        self.found = list(found)
        self.over = over
        self.woken: list[Any] = []

    def __call__(self, state: str, resource: str, arguments: Any) -> Any:
        assert not problems(resource, arguments), problems(resource, arguments)
        if resource == "dynamodb:getItem":
            assert arguments["Key"] == {"lease": {"S": VERSION}}
            token = self.found.pop(0) if self.found else None
            return {"Item": {"token": {"S": token}}} if token else {}
        if self.over:
            raise TaskError(self.over)
        self.woken.append(arguments)
        return {}


def decided(runs: Runs) -> Execution:
    execution = Execution(definition(names=NAMES), runs, EVENT)
    execution.run()
    return execution


@pytest.mark.unit
def test_the_run_that_waits_is_woken_once() -> None:
    runs = Runs("token")
    decided(runs)
    assert [sent["TaskToken"] for sent in runs.woken] == ["token"]


@pytest.mark.unit
def test_a_decision_before_the_run_waits_is_kept_for_it() -> None:
    runs = Runs(None, None, "token")
    decided(runs)
    assert len(runs.woken) == 1


@pytest.mark.unit
def test_a_decision_that_nobody_waits_for_ends_quietly() -> None:
    runs = Runs()
    assert decided(runs).visited.count("Find waiting run") == TRIES
    assert runs.woken == []


@pytest.mark.unit
@pytest.mark.parametrize(
    "error", ["Sfn.TaskTimedOutException", "Sfn.TaskDoesNotExistException", "Sfn.InvalidTokenException"]
)
def test_a_run_that_has_ended_meanwhile_is_no_failure(error: str) -> None:
    assert "Nobody waits" in decided(Runs("token", over=error)).visited


@pytest.mark.synth
def test_every_workload_has_a_group_of_its_name(assembly: Assembly) -> None:
    (group,) = resources(assembly.template("workload", "boston"), "AWS::SageMaker::ModelPackageGroup").values()
    assert group["ModelPackageGroupName"] == "dev-boston"
    assert {"Key": "trainyard:stage", "Value": "dev"} in group["Tags"]


@pytest.mark.synth
def test_only_manual_approval_has_its_machine_and_rules(assembly: Assembly) -> None:
    def names(workload: str) -> set[str]:
        template = assembly.template("workload", workload)
        machines = resources(template, "AWS::StepFunctions::StateMachine").values()
        return {machine["StateMachineName"] for machine in machines}

    assert "dev-approved-approval" in names("approved")
    assert "dev-boston-approval" not in names("boston")


@pytest.mark.synth
def test_decisions_start_the_machine_and_waiting_versions_are_told(assembly: Assembly) -> None:
    rules = resources(assembly.template("workload", "approved"), "AWS::Events::Rule").values()
    told = {
        tuple(rule["EventPattern"]["detail"]["ModelApprovalStatus"]): rule
        for rule in rules
        if rule.get("EventPattern", {}).get("source") == ["aws.sagemaker"]
    }
    assert told.keys() == {("Approved", "Rejected"), ("PendingManualApproval",)}
    assert all(rule["EventPattern"]["detail"]["ModelPackageGroupName"] == ["dev-approved"] for rule in told.values())
    (target,) = told["Approved", "Rejected"]["Targets"]
    assert "RoleArn" in target


@pytest.mark.synth
def test_the_machine_reads_tokens_of_its_own_workload_alone(assembly: Assembly) -> None:
    reading = [s for s in statements(assembly.template("workload", "approved"), "AWS::IAM::Policy") if "Condition" in s]
    (keys,) = [s["Condition"]["ForAllValues:StringLike"] for s in reading if s["Action"] == "dynamodb:GetItem"]
    (key,) = keys["dynamodb:LeadingKeys"]
    assert flat(key).endswith(":model-package/dev-approved/*")
