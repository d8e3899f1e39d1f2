"""Every state machine, walked on sample data: AWS would take each call, and no state is left untried."""

from functools import cache

import pytest

from tests.stacks.registered import registered, states
from tests.stacks.synthesis import Assembly, resources
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.shapes import problems

MACHINES = tuple(registered())
KINDS = sorted({machine.kind for machine in MACHINES})


@cache
def walked(kind: str) -> tuple[Execution, ...]:
    machines = [machine for machine in MACHINES if machine.kind == kind]
    return tuple(execution for machine in machines for walk in machine.walks for execution in walk())


def known(kind: str) -> dict[str, str]:
    """States and their types, of all definitions of a kind."""
    found: dict[str, str] = {}
    for machine in MACHINES:
        if machine.kind == kind:
            found |= {name: state["Type"] for name, state in states(machine.definition).items()}
    return found


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_aws_takes_the_arguments_of_every_task(kind: str) -> None:
    sent = [call for execution in walked(kind) for call in execution.sent]
    refused = {state: found for state, resource, arguments in sent if (found := problems(resource, arguments))}
    assert refused == {}


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_the_walks_enter_every_state(kind: str) -> None:
    entered = {name for execution in walked(kind) for name in execution.visited}
    assert sorted(known(kind).keys() - entered) == []


@pytest.mark.synth
def test_every_state_machine_that_is_deployed_is_registered(assembly: Assembly) -> None:
    deployed = set()
    for name in (name for name in assembly.names if "-workload-" in name):
        template = assembly.template(name.removeprefix("trainyard-dev-"))
        prefix = f"dev-{name.removeprefix('trainyard-dev-workload-')}"
        for machine in resources(template, "AWS::StepFunctions::StateMachine").values():
            deployed.add(machine["StateMachineName"].removeprefix(prefix).removeprefix("-") or "run")
    assert deployed <= set(KINDS)
