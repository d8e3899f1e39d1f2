"""Whether an execution can be redriven, and what descriptions say of it.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
"""

import datetime
from typing import Any

from moto.stepfunctions.parser.api import StateMachineType

PERIOD = datetime.timedelta(days=14)
OPEN_TIME = datetime.timedelta(days=365)
MOST_EVENTS = 24_999


def why_not(execution: Any) -> str | None:
    """Return why an execution cannot be redriven now, in the words of DescribeExecution; None if it can."""
    status = str(execution.status)
    now = datetime.datetime.now(tz=datetime.UTC)
    if status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {status} and cannot be redriven"
    if len(events_of(execution)) >= MOST_EVENTS:
        return "Execution history event limit exceeded"
    if now - execution.start_date > OPEN_TIME:
        return "Execution has exceeded the max execution time"
    if now - execution.stop_date > PERIOD:
        return "Execution redrivable period exceeded"
    return None


def events_of(execution: Any) -> list[Any]:
    """Return the execution's history as it is kept, oldest first."""
    env = execution.exec_worker.env
    return env.event_manager._history_event_list if env is not None else []


def description(execution: Any) -> dict[str, Any]:
    """Return the members of DescribeExecution that tell of redrives; an Express execution has none."""
    if execution.sm_type == StateMachineType.EXPRESS:
        return {}
    found: dict[str, Any] = {"redriveCount": execution.redrive_count, "redriveDate": execution.redrive_date}
    reason = why_not(execution)
    if reason is not None:
        return {**found, "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
    by_run = getattr(execution, "map_run_arn", None) is not None
    return {**found, "redriveStatus": "REDRIVABLE_BY_MAP_RUN" if by_run else "REDRIVABLE"}
