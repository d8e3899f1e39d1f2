"""Who may do what: exact actions, exact resources, and nothing that a state calls is forbidden."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.stacks.synthesis import Assembly, as_list, flat, resources, statements
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.machines import machine
from tests.stacks.workflow.test_definition import flows
from tests.stacks.workflow.test_runs import good_cloud

pytestmark = pytest.mark.synth

ON_EVERYTHING = {
    "sagemaker:ListEndpoints": "lists have no resource",
    "sagemaker:ListEndpointConfigs": "lists have no resource",
    "sagemaker:ListModels": "lists have no resource",
    "sagemaker:ListModelPackages": "lists have no resource",
    "application-autoscaling:Describe": "lists have no resource",
    "ecr:GetAuthorizationToken": "a token is for the whole registry",
    "cloudwatch:PutMetricData": "metrics have no resource; a condition holds the namespace",
    "logs:": "log deliveries have no resource",
    "xray:": "traces have no resource",
}
CALLED = {"sfn": "states", "cloudwatchlogs": "logs", "applicationautoscaling": "application-autoscaling"}
"""Services whose actions have another prefix than the task."""

PERMISSIONS = {
    "aws-sdk:s3:copyObject": ["s3:GetObject", "s3:PutObject"],
    "aws-sdk:s3:listObjectsV2": ["s3:ListBucket"],
    "aws-sdk:s3:deleteObjects": ["s3:DeleteObject"],
    "aws-sdk:sagemakerruntime:invokeEndpoint": ["sagemaker:InvokeEndpoint"],
}


def policies(assembly: Assembly, name: str) -> Iterator[dict[str, Any]]:
    yield from statements(assembly.template("workload", name), "AWS::IAM::Policy")


@pytest.mark.parametrize("name", ["boston", "iris", "script"])
def test_no_action_is_a_wildcard_and_every_open_resource_has_its_reason(assembly: Assembly, name: str) -> None:
    for statement in policies(assembly, name):
        for action in as_list(statement["Action"]):
            assert "*" not in action or action.startswith("s3:"), action
            if "*" in as_list(statement["Resource"]):
                assert action.startswith(tuple(ON_EVERYTHING)), action


@pytest.mark.parametrize("name", ["boston", "iris", "script"])
def test_everything_of_sagemaker_is_of_this_workload(assembly: Assembly, name: str) -> None:
    for statement in policies(assembly, name):
        for resource in map(flat, as_list(statement["Resource"])):
            if ":sagemaker:" in resource:
                ours = (f"/dev-{name}-*", f"/dev-{name}", f"/dev-{name}-2", f"/dev-{name}/*")
                assert resource.endswith(ours), resource


def test_each_role_is_passed_to_one_service(assembly: Assembly) -> None:
    passing = [s for s in policies(assembly, "boston") if s["Action"] == "iam:PassRole"]
    assert passing
    for statement in passing:
        service = statement["Condition"]["StringEquals"]["iam:PassedToService"]
        assert service in ("sagemaker.amazonaws.com", "scheduler.amazonaws.com")


def test_every_call_of_a_state_is_allowed(assembly: Assembly) -> None:
    allowed = [action for s in policies(assembly, "boston") for action in as_list(s["Action"])]
    for flow in flows(machine("boston")):
        for state in flow["States"].values():
            if state["Type"] == "Task":
                for action in permissions(state["Resource"].partition(":states:::")[2]):
                    assert any(fnmatchcase(action, pattern) for pattern in allowed), action


def permissions(resource: str) -> list[str]:
    if resource in PERMISSIONS:
        return PERMISSIONS[resource]
    *_, service, action = resource.removesuffix(".sync").split(":")
    service = CALLED.get(service, service)
    made = f"{service}:{action[0].upper()}{action[1:]}"
    if not resource.endswith(".sync"):
        return [made]
    return [made, made.replace("Create", "Describe"), made.replace("Create", "Stop"), "sagemaker:AddTags"]


def test_job_names_of_a_run_are_within_the_role(assembly: Assembly) -> None:
    cloud = good_cloud()
    Execution(machine("boston"), cloud).run()
    names = [
        value
        for _, _, sent in cloud.calls
        for key, value in sent.items()
        if key.endswith(("JobName", "ModelName", "EndpointConfigName"))
    ]
    assert names
    assert all(made.startswith("dev-boston-") for made in names)


def test_a_failed_run_reaches_the_topic(assembly: Assembly) -> None:
    template = assembly.template("workload", "boston")
    watched = [
        flat(machine)
        for rule in resources(template, "AWS::Events::Rule").values()
        if rule["EventPattern"]["detail"].get("status") == ["FAILED", "TIMED_OUT", "ABORTED"]
        for machine in rule["EventPattern"]["detail"]["stateMachineArn"]
    ]
    assert watched == [f"{{{name}}}" for name in resources(template, "AWS::StepFunctions::StateMachine")]


def test_every_state_machine_is_logged_and_traced(assembly: Assembly) -> None:
    for properties in resources(assembly.template("workload", "boston"), "AWS::StepFunctions::StateMachine").values():
        assert properties["TracingConfiguration"] == {"Enabled": True}
        assert properties["LoggingConfiguration"]["Level"] == "ALL"
