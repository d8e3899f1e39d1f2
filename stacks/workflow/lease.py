"""One deployment at a time: a conditional write per workload, with an expiry: nobody waits for the dead.

The table's item is held by an execution; whoever comes second waits, bounded, longer than a lease lasts.
"""

from stacks.workflow.asl import HOUR, States, caught, failure, q, retry, task
from stacks.workflow.names import Names

LASTS = 4 * HOUR
HELD = "DynamoDB.ConditionalCheckFailedException"
HOLDER = {"S": "{% $states.context.Execution.Id %}"}
_NOW = "$floor($millis() * 0.001)"


def lease_states(names: Names, *, then: str, refused: str) -> States:
    """Waits about half a minute between tries (full jitter over a minute), so in all about five hours."""
    wait = retry([HELD], first=5, rate=1.5, attempts=600, longest=60)
    arguments = {
        "TableName": "${LeaseTable}",
        "Item": {
            "lease": {"S": names.prefix},
            "holder": HOLDER,
            "expires": {"N": q(f"$string({_NOW} + {LASTS})")},
        },
        "ConditionExpression": "attribute_not_exists(#lease) OR #expires < :now OR #holder = :holder",
        "ExpressionAttributeNames": {"#lease": "lease", "#holder": "holder", "#expires": "expires"},
        "ExpressionAttributeValues": {":now": {"N": q(f"$string({_NOW})")}, ":holder": HOLDER},
    }
    state = task("dynamodb:putItem", arguments, then=then, assign={"leased": True})
    state["Retry"].insert(0, wait)
    state["Catch"] = [
        caught(
            refused,
            {"failure": {"Error": "LeaseNotAcquired", "Cause": _HELD_BY_ANOTHER}, "passed": []},
            errors=[HELD],
        ),
        caught(refused, failure("LeaseNotAcquired") | {"passed": []}),
    ]
    return {"Acquire lease": state}


def release_states(names: Names, *, then: str) -> States:
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
