"""What starts runs by itself is paused: it would bring the workload back.

A run that new data has asked for already is called off: its schedule is a one-time one, waiting for quiet.
"""

from collections.abc import Sequence
from typing import Any

from stacks.workflow.asl import State, States, caught, each, q, sdk
from stacks.workflow.names import Names

_KEPT = (
    "Name", "GroupName", "Description", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate",
    "FlexibleTimeWindow", "Target", "KmsKeyArn", "ActionAfterCompletion",
)  # fmt: skip
"""An update of a schedule replaces it, so all that it has is sent again."""


def quiet_states(
    names: Names,
    *,
    schedules: Sequence[str],
    rules: Sequence[str],
    pending: Sequence[str],
    then: str,
    failed: Sequence[State],
) -> States:
    """Schedules and the rule on new data are disabled, not deleted: they are the stack's.

    `pending` are the one-time schedules, which are nobody's.
    """
    kept = f"function($value, $key) {{ $key in {list(_KEPT)} }}"
    return {
        "Pause schedules": each(
            _list(schedules),
            {
                "Read schedule": sdk(
                    "scheduler",
                    "getSchedule",
                    {"Name": "{% $states.input %}"},
                    output=q(f"$sift($states.result, {kept})"),
                    then="Disable schedule",
                ),
                "Disable schedule": sdk(
                    "scheduler", "updateSchedule", q("$merge([$states.input, {'State': 'DISABLED'}])"), then=None
                ),
            },
            at_once=2,
            catch=failed,
            then="Pause triggers",
        ),
        "Pause triggers": each(
            _list(rules),
            {"Disable rule": sdk("eventbridge", "disableRule", {"Name": "{% $states.input %}"}, then=None)},
            at_once=2,
            catch=failed,
            then="Call off runs",
        ),
        "Call off runs": each(
            _list(pending),
            {
                "Delete pending schedule": sdk(
                    "scheduler",
                    "deleteSchedule",
                    {"Name": "{% $states.input %}", "GroupName": names.prefix},
                    catch=[caught("Nothing is pending", errors=["Scheduler.ResourceNotFoundException"])],
                    then="Nothing is pending",
                ),
                "Nothing is pending": {"Type": "Succeed", "Output": {}},
            },
            at_once=2,
            catch=failed,
            then=then,
        ),
    }


def _list(names: Sequence[str]) -> Any:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"
