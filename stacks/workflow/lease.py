"""One deployment at a time: a conditional write per workload, with an expiry: nobody waits for the dead.

The table's item is held by an execution, or by the command line. Whoever comes second waits, bounded, and looks
at who holds it: an execution that has ended (aborted, timed out) gave nothing back and never will.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stacks.workflow.asl import HOUR, State, States, caught, choose, compute, failure, q, sdk, task
from stacks.workflow.names import Names

LASTS = 12 * HOUR
"""Longer than an endpoint's changes take at the slowest, guardrails included."""

WAITS = 300
"""Looks at a lease that somebody holds, before giving up."""

HELD = "DynamoDB.ConditionalCheckFailedException"
HOLDER = {"S": "{% $states.context.Execution.Id %}"}
NOW = "$floor($millis() * 0.001)"
"""JSONata: seconds since 1970."""


def lease_states(names: Names, *, then: str, refused: str) -> States:
    """Waits about five hours in all, a minute at most between tries; takes over at once from a holder that ended."""
    other = caught(refused, failure("LeaseNotAcquired") | {"passed": []})
    nobody = "attribute_not_exists(#lease) OR #expires < :now OR #holder = :holder"
    return {
        "Acquire lease": _take(
            names, nobody, {}, then=then, catch=[caught("Read lease", {"waits": 0}, errors=[HELD]), other]
        ),
        "Read lease": task(
            "dynamodb:getItem",
            {"TableName": "${LeaseTable}", "Key": {"lease": {"S": names.prefix}}, "ConsistentRead": True},
            assign={"holder": q("$states.result.Item.holder.S & ''"), "dead": "-"},
            catch=[other],
            then="Who holds the lease?",
        ),
        "Who holds the lease?": choose(
            ("$holder = ''", "Try lease again"),
            ("$contains($holder, ':execution:')", "Look at holder"),
            otherwise="Has it waited long?",
        ),
        "Look at holder": sdk(
            "sfn",
            "describeExecution",
            {"ExecutionArn": "{% $holder %}"},
            assign={"dead": q("$states.result.Status = 'RUNNING' ? '-' : $holder")},
            catch=[
                caught("Try lease again", {"dead": "{% $holder %}"}, errors=["Sfn.ExecutionDoesNotExistException"]),
                caught("Has it waited long?"),
            ],
            then="Does holder run?",
        )
        | {"Comment": "An aborted run gives nothing back"},
        "Does holder run?": choose(("$dead = '-'", "Has it waited long?"), otherwise="Try lease again"),
        "Has it waited long?": choose((f"$waits < {WAITS}", "Wait for lease"), otherwise="Give up waiting"),
        "Wait for lease": {
            "Type": "Wait",
            "Seconds": q("$min([5 + $waits * 5, 60])"),
            "Assign": {"waits": q("$waits + 1")},
            "Next": "Try lease again",
        },
        "Try lease again": _take(
            names,
            f"{nobody} OR #holder = :dead",
            {":dead": {"S": "{% $dead %}"}},
            then=then,
            catch=[caught("Read lease", errors=[HELD]), other],
        ),
        "Give up waiting": compute(
            {"failure": {"Error": "LeaseNotAcquired", "Cause": _HELD_BY_ANOTHER}, "passed": []}, then=refused
        ),
    }


def _take(names: Names, condition: str, values: dict[str, Any], *, then: str, catch: Sequence[State]) -> State:
    arguments = {
        "TableName": "${LeaseTable}",
        "Item": _item(names),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#lease": "lease", "#holder": "holder", "#expires": "expires"},
        "ExpressionAttributeValues": {":now": {"N": q(f"$string({NOW})")}, ":holder": HOLDER} | values,
    }
    return task("dynamodb:putItem", arguments, then=then, assign={"leased": True}, catch=catch)


def keep_states(names: Names, *, then: str, lost: str, state: str = "Keep lease") -> States:
    """For what takes longer than a lease lasts, or was redriven; one that was lost is another's.

    `lost` must touch nothing that is not this execution's alone.
    """
    arguments = {
        "TableName": "${LeaseTable}",
        "Item": _item(names),
        "ConditionExpression": "#holder = :holder",
        "ExpressionAttributeNames": {"#holder": "holder"},
        "ExpressionAttributeValues": {":holder": HOLDER},
    }
    gone = {"failure": {"Error": "LeaseLost", "Cause": _TAKEN_BY_ANOTHER}, "leased": False}
    catch = [caught(lost, gone, errors=[HELD]), caught(then)]
    return {state: task("dynamodb:putItem", arguments, then=then, catch=catch)}


END = "Is anything left?"
"""Where everything leads that has nothing more to do; whoever holds the lease gives it back there."""


def end_states(names: Names, output: Mapping[str, Any]) -> States:
    """From `END` to a success with this output, or to the failure that was remembered."""
    return {
        **_release_states(names, then=END),
        END: choose(("$leased", "Release lease"), ("$failure.Error != ''", "Fail"), otherwise="Done"),
        "Fail": {"Type": "Fail", "Error": "{% $failure.Error %}", "Cause": "{% $failure.Cause %}"},
        "Done": {"Type": "Succeed", "Output": dict(output)},
    }


def _release_states(names: Names, *, then: str) -> States:
    """Only the holder releases; a lease that was lost is somebody else's by now."""
    arguments = {
        "TableName": "${LeaseTable}",
        "Key": {"lease": {"S": names.prefix}},
        "ConditionExpression": "#holder = :holder",
        "ExpressionAttributeNames": {"#holder": "holder"},
        "ExpressionAttributeValues": {":holder": HOLDER},
    }
    done = {"leased": False}
    catch = [caught(then, done)]
    return {"Release lease": task("dynamodb:deleteItem", arguments, then=then, assign=done, catch=catch)}


_HELD_BY_ANOTHER = (
    "Another run deployed this workload, or holds its lease, for as long as this one waited. Start it again."
)
_TAKEN_BY_ANOTHER = "Another run took this workload's lease, so the endpoint was left as it is."


def _item(names: Names) -> dict[str, Any]:
    return {
        "lease": {"S": names.prefix},
        "holder": HOLDER,
        "expires": {"N": q(f"$string({NOW} + {LASTS})")},
    }
