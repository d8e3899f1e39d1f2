"""Retired: a mark beside the lease says when the workload was taken off, so that no run of before brings it back.

A run that still trains then does not deploy, nor does one of before that is redriven; a run that begins later does.
"""

from typing import Any

from stacks.workflow.asl import State, States, caught, choose, compute, failure, q, task
from stacks.workflow.lease import NOW
from stacks.workflow.names import Names

_KEPT = 366 * 86_400
"""Seconds; no execution lasts longer than a year."""

_CAUSE = (
    "The workload was retired after this run had begun, so its models are not deployed. "
    "Start a new run to bring the workload back."
)


def mark_state(names: Names, **options: Any) -> State:
    """For a retirement that holds the lease."""
    item = {
        "lease": {"S": names.retired},
        "retired": {"N": q("$string($millis())")},
        "expires": {"N": q(f"$string({NOW} + {_KEPT})")},
    }
    return task("dynamodb:putItem", {"TableName": "${LeaseTable}", "Item": item}, **options)


def retired_states(names: Names, *, then: str, refused: str) -> States:
    """For a run that holds the lease; nothing of its own serves yet."""
    begun = "$toMillis($states.context.Execution.StartTime)"
    return {
        "Read retirement": task(
            "dynamodb:getItem",
            {"TableName": "${LeaseTable}", "Key": {"lease": {"S": names.retired}}, "ConsistentRead": True},
            assign={"retired": q("$number($states.result.Item.retired.N ? $states.result.Item.retired.N : 0)")},
            catch=[caught(refused, failure("DeploymentFailed") | {"passed": []})],
            then="Was it retired meanwhile?",
        ),
        "Was it retired meanwhile?": choose((f"$retired >= {begun}", "Workload is retired"), otherwise=then),
        "Workload is retired": compute({"failure": {"Error": "Retired", "Cause": _CAUSE}, "passed": []}, then=refused),
    }
