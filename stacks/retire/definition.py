"""The states of a retirement."""

from collections.abc import Sequence
from typing import Any

from stacks.retire.quiet import quiet_states
from stacks.retire.remains import remains_states
from stacks.workflow.asl import HOUR, States, caught, compute, each, failure, merged, q, sdk
from stacks.workflow.endpoint import WAITED, removal_states
from stacks.workflow.lease import END, end_states, lease_states
from stacks.workflow.names import Names
from stacks.workflow.retired import mark_state

_LONGEST = 12 * HOUR
"""The longest wait for the lease, and the endpoints' own time."""

FAILED = [caught(END, failure("NotRetired"))]


def definition(
    *,
    names: Names,
    candidates: Sequence[str],
    schedules: Sequence[str],
    rules: Sequence[str],
    pending: Sequence[str],
) -> dict[str, Any]:
    """`schedules` and `rules` are placeholders for the names of what starts runs by itself.

    `pending`: the schedules by which new data starts a run when it has become quiet.
    """
    states = merged(
        {
            "Begin": compute(
                {"leased": False, "failure": {"Error": "", "Cause": ""}, "rounds": 0}, then="Acquire lease"
            ),
        },
        lease_states(names, then="Mark as retired", refused=END),
        {"Mark as retired": mark_state(names, then="Pause schedules", catch=FAILED)},
        quiet_states(names, schedules=schedules, rules=rules, pending=pending, then="Remove pointer", failed=FAILED),
        {
            "Remove pointer": sdk(
                "ssm", "deleteParameters", {"Names": [names.pointer]}, catch=FAILED, then="Remove endpoints"
            )
            | {"Comment": "The plural: that it is gone already is an answer, not an error"},
        },
        _endpoint_states(names, candidates),
        remains_states(names, then=END, failed=FAILED),
        end_states(names, {"removed": "{% $removed %}"}),
    )
    return {
        "Comment": f"Takes {names.workload} off the internet",
        "QueryLanguage": "JSONata",
        "StartAt": "Begin",
        "TimeoutSeconds": _LONGEST,
        "States": states,
    }


def _endpoint_states(names: Names, candidates: Sequence[str]) -> States:
    """Both names, whatever the pointer said."""
    taken = merged(
        {
            "Take endpoint": compute(
                {"endpoint": "{% $states.input %}", "looks": 0, "refused": "", "unscaled": []},
                then="Find retired endpoint",
            ),
        },
        removal_states(
            "retired",
            names=names,
            endpoint="$endpoint",
            candidates=candidates,
            catch=(),
            then="Endpoint is gone",
            stuck="Endpoint stays",
        ),
        {
            "Endpoint is gone": compute(output=q("$count($unscaled) > 0 ? ['endpoint ' & $endpoint] : []"), then=None),
            "Endpoint stays": {
                "Type": "Fail",
                "Error": "EndpointStays",
                "Cause": q(f"'The endpoint ' & $endpoint & ' is still there: it is ' & $status & '. ' & ({WAITED})"),
            },
        },
    )
    removed = {"removed": q("[$reduce($states.result, $append, [])]")}
    state = each(
        f"{list(names.endpoints)}", taken, at_once=2, catch=FAILED, then="List retired configs", Assign=removed
    )
    return {"Remove endpoints": state}
