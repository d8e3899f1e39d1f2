"""The approval machine: an event about a version's approval wakes the run that waits for it.

EventBridge -> this machine -> the token that the run keeps under the version's ARN -> SendTaskSuccess. What was
decided the run reads from the registry itself, so that here nothing is decided. A run registers a version before it
waits for it; so a decision that comes at once is looked up for a minute. Nobody waits: nothing happens.
"""

from typing import Any

from stacks.workflow.asl import MINUTE, States, caught, choose, q, retry, sdk, task
from stacks.workflow.names import Names

TRIES = 6
PAUSE = 10

_OVER = ["Sfn.TaskTimedOutException", "Sfn.TaskDoesNotExistException", "Sfn.InvalidTokenException"]
_RETRY = retry(["Sfn.SfnException", "Sfn.SdkClientException"], first=2, rate=2.0, attempts=4, longest=30)


def definition(*, names: Names) -> dict[str, Any]:
    """The state machine; `${...}` stands for what only the deployment knows."""
    states: States = {
        "Take event": {"Type": "Pass", "Assign": {"package": q("$states.input.detail.ModelPackageArn"), "tries": 0}}
        | {"Output": {}, "Next": "Find waiting run"},
        "Find waiting run": task(
            "dynamodb:getItem",
            {"TableName": "${LeaseTable}", "Key": {"lease": {"S": "{% $package %}"}}, "ConsistentRead": True},
            assign={"token": q("$states.result.Item.token.S & ''"), "tries": q("$tries + 1")},
            then="Does a run wait?",
        ),
        "Does a run wait?": choose(
            ("$token != ''", "Wake run"), (f"$tries < {TRIES}", "Wait a little"), otherwise="Nobody waits"
        ),
        "Wait a little": {"Type": "Wait", "Seconds": PAUSE, "Next": "Find waiting run"},
        "Wake run": sdk(
            "sfn",
            "sendTaskSuccess",
            {"TaskToken": "{% $token %}", "Output": "{}"},
            retries=[_RETRY],
            catch=[caught("Nobody waits", errors=_OVER)],
            then="Done",
        ),
        "Nobody waits": {"Type": "Succeed"},
        "Done": {"Type": "Succeed"},
    }
    return {
        "Comment": f"Wakes the run of {names.prefix} that waits for a version's approval",
        "QueryLanguage": "JSONata",
        "StartAt": next(iter(states)),
        "TimeoutSeconds": 10 * MINUTE,
        "States": states,
    }
