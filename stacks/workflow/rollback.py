"""Roll back: the endpoint goes back to the config it had; a first endpoint that never served is deleted.

When even that fails nothing is deleted, since the endpoint may still use it.
"""

from typing import Any

from stacks.workflow.asl import States, caught, choose, compute, q, retry, sdk
from stacks.workflow.deploy import BUSY, PAUSE, TRIES, status_of
from stacks.workflow.names import Names

_WHILE_BUSY = [
    retry(
        ["SageMaker.SageMakerException", "SageMaker.SdkClientException"],
        first=5,
        rate=1.5,
        attempts=30,
        longest=60,
    )
]


def rollback_states(names: Names, *, then: str, stuck: str) -> States:
    """Then the config and the models that failed are removed."""
    lost = [caught("Roll back failed", {"reason": q("$states.errorOutput.Cause & ''")})]
    return {
        "Roll back?": choose(
            ("$previous = ''", "Find first endpoint"),
            otherwise="Look before roll back",
        ),
        **_deleting_states(names, lost, then),
        "Look before roll back": _look(names, lost, "Is roll back needed?"),
        "Is roll back needed?": choose(
            ("$status = 'InService' and $serving = $previous", then),
            (f"$status in {BUSY} and $looks <= 2 * {TRIES}", "Wait before roll back"),
            otherwise="Roll back",
        ),
        "Wait before roll back": PAUSE | {"Next": "Look before roll back"},
        "Roll back": sdk(
            "sagemaker",
            "updateEndpoint",
            {"EndpointName": names.prefix, "EndpointConfigName": "{% $previous %}"},
            retries=_WHILE_BUSY,
            catch=lost,
            assign={"looks": 0},
            then="Wait for roll back",
        ),
        "Wait for roll back": PAUSE | {"Next": "Look at roll back"},
        "Look at roll back": _look(names, lost, "Is roll back done?"),
        "Is roll back done?": choose(
            ("$status = 'InService' and $serving = $previous", then),
            (f"$status in {BUSY} and $looks <= {TRIES}", "Wait for roll back"),
            otherwise="Roll back failed",
        ),
        "Roll back failed": compute(
            {
                "failure": {
                    "Error": "RollbackFailed",
                    "Cause": q(
                        "$failure.Cause & '\\nThe endpoint could not be brought back to ' & "
                        "($previous = '' ? 'nothing' : $previous) & '. ' & $reason"
                    ),
                }
            },
            then=stuck,
        ),
    }


def _deleting_states(names: Names, lost: list[dict[str, Any]], then: str) -> States:
    return {
        "Find first endpoint": sdk(
            "sagemaker",
            "listEndpoints",
            {
                "NameContains": names.prefix,
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
                "MaxResults": 100,
            },
            catch=lost,
            assign={"status": q(status_of(names.prefix)), "looks": q("$looks + 1")},
            then="Is there a first endpoint?",
        ),
        "Is there a first endpoint?": choose(
            ("$status = ''", then),
            (f"$status in {BUSY} and $looks <= 2 * {TRIES}", "Wait for first endpoint"),
            otherwise="Delete first endpoint",
        ),
        "Wait for first endpoint": PAUSE | {"Next": "Find first endpoint"},
        "Delete first endpoint": sdk(
            "sagemaker",
            "deleteEndpoint",
            {"EndpointName": names.prefix},
            retries=_WHILE_BUSY,
            catch=lost,
            then="Wait for first endpoint",
        ),
    }


def _look(names: Names, lost: list[dict[str, Any]], then: str) -> dict[str, Any]:
    return sdk(
        "sagemaker",
        "describeEndpoint",
        {"EndpointName": names.prefix},
        catch=lost,
        assign={
            "status": "{% $states.result.EndpointStatus %}",
            "serving": q("$states.result.EndpointConfigName & ''"),
            "reason": q("$states.result.FailureReason & ''"),
            "looks": q("$looks + 1"),
        },
        then=then,
    )
