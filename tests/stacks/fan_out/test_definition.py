"""The shape of the fan-out's definition: nothing dangles, everything remote is bounded and retried."""

import json

import pytest

from tests.stacks.fan_out.machines import machine
from tests.stacks.workflow.test_definition import flows, targets

pytestmark = pytest.mark.unit

DEFINITION = machine("fan-out")
TASKS = [(name, state) for flow in flows(DEFINITION) for name, state in flow["States"].items()]


def test_every_transition_leads_somewhere_and_every_state_is_reached() -> None:
    for flow in flows(DEFINITION):
        reached = {flow["StartAt"]}.union(*map(targets, flow["States"].values()))
        assert reached == set(flow["States"])


def test_names_of_states_are_unique() -> None:
    names = [name for name, _ in TASKS]
    assert len(names) == len(set(names))


def test_every_call_has_a_time_out_and_is_retried_with_jitter() -> None:
    for name, state in TASKS:
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"], name
            assert all(retry["JitterStrategy"] == "FULL" for retry in state["Retry"]), name
            waited_for = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
            quotas = {"SageMaker.ResourceLimitExceededException"} if "sagemaker" in state["Resource"] else set()
            assert {"ThrottlingException", *quotas} <= waited_for, name


def test_children_are_standard_executions_that_use_no_variable_of_their_parent() -> None:
    (each,) = [state for _, state in TASKS if "ItemReader" in state]
    assert each["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    child = json.dumps(each["ItemProcessor"])
    assert not [name for name in ("$live", "$config", "$rules", "$concurrency", "$written") if name in child]


def test_only_a_candidates_own_calls_are_caught_so_that_the_rest_can_be_redriven() -> None:
    assert not [name for name, state in DEFINITION["States"].items() if "Catch" in state]
