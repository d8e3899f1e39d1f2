"""Ways through the machine that wakes a run: it waits already, it waits soon, it has ended, nobody waits."""

import json
from collections.abc import Iterator
from typing import Any

from stacks.approval.definition import definition
from tests.stacks.approval.test_approval import EVENT, NAMES, Runs
from tests.stacks.registered import Registered
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.machines import VALUES


def machine() -> dict[str, Any]:
    """The definition of the workload whose versions people approve."""
    text = json.dumps(definition(names=NAMES))
    for key, value in VALUES.items():
        text = text.replace(f"${{{key}}}", value)
    made: dict[str, Any] = json.loads(text)
    return made


def went(runs: Runs) -> list[Execution]:
    execution = Execution(machine(), runs, EVENT)
    execution.run()
    return [execution]


def registered() -> Iterator[Registered]:
    """One machine."""
    yield Registered(
        "approval",
        machine(),
        (
            lambda: went(Runs("token")),
            lambda: went(Runs(None, "token")),
            lambda: went(Runs()),
            lambda: went(Runs("token", over="Sfn.TaskTimedOutException")),
        ),
    )
