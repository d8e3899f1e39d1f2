"""The whole state machine of a shift; see the package's docstring for the picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from spec.workload import Workload
from stacks.shift.back import back_states
from stacks.shift.live import live_states
from stacks.shift.plan import plan_states
from stacks.shift.promote import promote_states
from stacks.shift.steps import step_states
from stacks.workflow.asl import HOUR, merged, q
from stacks.workflow.lease import END, end_states, lease_states
from stacks.workflow.names import Names

LONGEST = 12 * 24 * HOUR
"""Ten steps of a day each, the longest wait for the lease, and the endpoint's own time."""

_OUTPUT = {
    "endpoint": "{% $pointer.endpoint %}",
    "variant": "{% $variant %}",
    "steps": "{% $todo %}",
    "alarms": "{% $watched %}",
    "promoted": "{% $promoted %}",
    "config": q("$promoted ? $config : $previous"),
}


def definition(*, names: Names, workload: Workload, tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The state machine; `${...}` stands for what only the deployment knows."""
    states = merged(
        plan_states(names, tags, then="Acquire lease"),
        lease_states(names, then="Read pointer", refused=END),
        live_states(names, then="Look at alarms", refused=END),
        step_states(names, promote="Read live config", undo="Undo?", leave=END),
        promote_states(names, workload.endpoint, then=END, undo="Undo?"),
        back_states(names, then=END),
        end_states(names, _OUTPUT),
    )
    return {
        "Comment": f"Moves the traffic of {names.workload} to one variant, step by step",
        "QueryLanguage": "JSONata",
        "StartAt": next(iter(states)),
        "TimeoutSeconds": LONGEST,
        "States": states,
    }
