"""What starts runs by itself is paused: it would bring the workload back."""

from collections.abc import Sequence
from typing import Any

from stacks.workflow.asl import State, States, each, q, sdk

_KEPT = (
    "Name", "GroupName", "Description", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate",
    "FlexibleTimeWindow", "Target", "KmsKeyArn", "ActionAfterCompletion",
)  # fmt: skip
"""An update of a schedule replaces it, so all that it has is sent again."""


def quiet_states(*, schedules: Sequence[str], rules: Sequence[str], then: str, failed: Sequence[State]) -> States:
    """Schedules and the rule on new data are disabled, not deleted: they are the stack's."""
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
            then=then,
        ),
    }


def _list(names: Sequence[str]) -> Any:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"
