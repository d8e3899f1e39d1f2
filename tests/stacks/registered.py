"""Every state machine of the project, so that one test holds for all of them (tests/stacks/test_machines.py).

A folder of tests adds its machines by a module `walks.py` with a function

    def registered() -> Iterator[Registered]

Several definitions may share a kind (a run with and without approvals, say): their walks together enter each of
their states. A walk runs the machine on sample data in the interpreter and returns all executions, children too;
it catches what is expected to fail.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stacks.workflow.interpreter import Execution

Json = dict[str, Any]
Walk = Callable[[], Sequence[Execution]]


@dataclass(frozen=True)
class Registered:
    """A definition, what it is for ("run", "shift", ...: the end of the machine's name), and ways through it."""

    kind: str
    definition: Json
    walks: tuple[Walk, ...]


def registered() -> Iterator[Registered]:
    """The machines of every folder of tests."""
    for path in sorted(Path(__file__).parent.glob("*/walks.py")):
        yield from importlib.import_module(f"tests.stacks.{path.parent.name}.walks").registered()


def flows(flow: Json) -> Iterator[Json]:
    """A definition and those of its Maps, with states each."""
    yield flow
    for state in flow["States"].values():
        if "ItemProcessor" in state:
            yield from flows(state["ItemProcessor"])


def states(definition: Json) -> dict[str, Json]:
    """Every state by name; names are unique."""
    return {name: state for flow in flows(definition) for name, state in flow["States"].items()}
