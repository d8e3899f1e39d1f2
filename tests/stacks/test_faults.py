"""Every failure at every state of every machine that calls AWS: its end is told, and what its judge asks for holds.

States are found in the definitions, failures in AWS's models; the scenes say how a state is reached.
"""

from functools import cache

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from spec.deployment import Deployment
from stacks.belonging import remember
from stacks.machine import Machine
from tests.stacks.registered import registered, states
from tests.stacks.sweep import Ended, Fork, Scene, failed, scenes
from tests.stacks.workflow.faults import FOR_EVER, faults_of, is_brief, lasting

pytestmark = pytest.mark.unit

TASKS = {
    (machine.kind, name): state
    for machine in registered()
    for name, state in states(machine.definition).items()
    if state["Type"] == "Task"
}


@cache
def ways(kind: str) -> dict[str, tuple[Scene, Fork, Ended]]:
    """A scene that leads to each state of a machine, the first that does."""
    found: dict[str, tuple[Scene, Fork, Ended]] = {}
    for scene in scenes():
        if scene.kind == kind:
            base, forks = scene.undisturbed()
            found = {state: (scene, fork, base) for state, fork in forks.items()} | found
    return found


@cache
def told() -> frozenset[str]:
    """The statuses of executions that the rule of every machine tells somebody."""
    stack = cdk.Stack()
    remember(stack, Deployment())
    Machine(
        stack, "Machine", name="dev-boston", values={},
        definition={"StartAt": "End", "States": {"End": {"Type": "Succeed"}}},
        role=iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com")),
        failures=sns.Topic(stack, "Failures"),
    )  # fmt: skip
    (rule,) = assertions.Template.from_stack(stack).find_resources("AWS::Events::Rule").values()
    return frozenset(rule["Properties"]["EventPattern"]["detail"]["status"])


@pytest.mark.parametrize(("kind", "state"), TASKS)
def test_a_failure_is_told_harms_nothing_that_serves_and_is_got_over(kind: str, state: str) -> None:
    scene, fork, base = ways(kind)[state]
    for word, fault in lasting(TASKS[kind, state]).items():
        case = failed(scene, fork, base, state=state, word=word, fault=fault, times=FOR_EVER)
        assert (case.ended.status in told()) == (case.ended.status != "SUCCEEDED"), word
        scene.judge(case)


@pytest.mark.parametrize(("kind", "state"), TASKS)
def test_what_happens_once_is_got_over(kind: str, state: str) -> None:
    scene, fork, base = ways(kind)[state]
    for word, fault in faults_of(TASKS[kind, state]).items():
        if is_brief(word):
            case = failed(scene, fork, base, state=state, word=word, fault=fault, times=1)
            if fault.late:
                scene.judge(case)
            else:
                assert state in case.ended.execution.retried, word
                assert case.ended.error == base.error, word


def test_every_machine_has_scenes() -> None:
    assert {scene.kind for scene in scenes()} == {kind for kind, _ in TASKS}
