"""New data is told file by file; the run starts once, when no file has come for a while.

Each file moves one one-time schedule further into the future. Files that come together race for it: one creates it,
the others find it there and move it; a schedule that fired in between is gone, and is created anew.

A standard workflow, not an express one: it takes two or three transitions a file (some 0.08 USD for a thousand
files), and in return a failure, after which new data would train nothing, is told to the topic like any other.
"""

from typing import Any

from stacks.workflow.asl import HOUR, States, caught, q, retry, sdk
from stacks.workflow.names import Names

_FAULTS = [
    "Scheduler.SchedulerException",
    "Scheduler.ThrottlingException",
    "Scheduler.InternalServerException",
    "Scheduler.SdkClientException",
]
_EXISTS = "Scheduler.ConflictException"
_GONE = "Scheduler.ResourceNotFoundException"


def definition(*, names: Names, quiet: int) -> dict[str, Any]:
    """The state machine; `quiet` in seconds."""
    moved = {
        "Name": schedule_name(names),
        "GroupName": names.prefix,
        "Description": "Starts a run when no new data has come for a while",
        "ScheduleExpression": q(
            f"'at(' & $fromMillis($millis() + {quiet * 1000}, '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]') & ')'"
        ),
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {"Arn": "${RunArn}", "RoleArn": "${SchedulerRoleArn}", "Input": "{}"},
    }
    states: States = {
        "Create schedule": sdk(
            "scheduler",
            "createSchedule",
            moved,
            retries=[retry(_FAULTS, first=1, rate=2.0, attempts=5, longest=20)],
            catch=[caught("Move schedule", errors=[_EXISTS])],
            then=None,
        ),
        # Two that move it at the same time are in conflict, too.
        "Move schedule": sdk(
            "scheduler",
            "updateSchedule",
            moved,
            retries=[retry([_EXISTS, *_FAULTS], first=1, rate=2.0, attempts=6, longest=20)],
            catch=[caught("Create schedule", errors=[_GONE])],
            then=None,
        ),
    }
    return {
        "Comment": f"Starts a run of {names.workload} {quiet} seconds after the last new file",
        "QueryLanguage": "JSONata",
        "StartAt": "Create schedule",
        "TimeoutSeconds": HOUR,
        "States": states,
    }


def schedule_name(names: Names) -> str:
    """The one-time schedule that waits for quiet."""
    return f"{names.prefix}-new-data"
