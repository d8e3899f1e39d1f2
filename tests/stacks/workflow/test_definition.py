"""The shape of every definition: nothing dangles, everything remote is bounded and retried."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.spec.cases import VALID
from tests.stacks.workflow.machines import machine

pytestmark = pytest.mark.unit

Flow = dict[str, Any]
MACHINES = [pytest.param(machine(path.stem), id=path.stem) for path in VALID]
LIMIT = 1_000_000


def flows(flow: Flow) -> Iterator[Flow]:
    yield flow
    for state in flow["States"].values():
        if "ItemProcessor" in state:
            yield from flows(state["ItemProcessor"])


def targets(state: dict[str, Any]) -> set[str]:
    choices = {choice["Next"] for choice in state.get("Choices", ())}
    catches = {catch["Next"] for catch in state.get("Catch", ())}
    return choices | catches | {state[key] for key in ("Next", "Default") if key in state}


@pytest.mark.parametrize("definition", MACHINES)
def test_every_transition_leads_somewhere_and_every_state_is_reached(definition: Flow) -> None:
    for flow in flows(definition):
        reached = {flow["StartAt"]}.union(*map(targets, flow["States"].values()))
        assert reached == set(flow["States"])


@pytest.mark.parametrize("definition", MACHINES)
def test_names_of_states_are_unique_and_short(definition: Flow) -> None:
    names = [name for flow in flows(definition) for name in flow["States"]]
    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 80


@pytest.mark.parametrize("definition", MACHINES)
def test_every_call_has_a_time_out_and_is_retried(definition: Flow) -> None:
    for flow in flows(definition):
        for name, state in flow["States"].items():
            if state["Type"] == "Task":
                assert state["TimeoutSeconds"], name
                assert all(r["JitterStrategy"] == "FULL" for r in state["Retry"]), name
                assert all(r["IntervalSeconds"] < r["MaxDelaySeconds"] for r in state["Retry"]), name
                assert state["Retry"], name


@pytest.mark.parametrize("definition", MACHINES)
def test_items_of_a_map_assign_no_variable_of_the_run(definition: Flow) -> None:
    def assigned(flow: Flow) -> set[str]:
        parts = [*flow["States"].values(), *(c for s in flow["States"].values() for c in s.get("Catch", ()))]
        return {name for part in parts for name in part.get("Assign", {})}

    for inner in list(flows(definition))[1:]:
        assert not assigned(inner) & assigned(definition)


@pytest.mark.parametrize("definition", MACHINES)
def test_expressions_keep_to_what_step_functions_evaluates(definition: Flow) -> None:
    text = json.dumps(definition)
    assert len(text) < LIMIT
    assert "$eval" not in text
    assert not re.search(r"\$\$|\$[^\w{]", text.replace("$/", ""))


def test_the_definition_stays_as_reviewed(snapshot: SnapshotAssertion) -> None:
    masked = re.sub(r"[0-9a-f]{64}", "<hash>", json.dumps(machine("boston"), indent=1))
    assert masked == snapshot
