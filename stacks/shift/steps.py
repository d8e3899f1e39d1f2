"""The steps: weights, wait until they are in force, then bake: wait and look at the alarms, again and again.

The alarms of the variant that gains traffic count. Alarms that do not exist are not in the answer.
"""

from typing import Any

from stacks.workflow.asl import States, caught, choose, compute, failure, merged, q, sdk
from stacks.workflow.endpoint import TRIES, settling_states
from stacks.workflow.lease import keep_states
from stacks.workflow.names import Names

_WEIGHTS = """(
    $step := $todo[$done];
    $rest := $sum([$former[name != $variant].weight]);
    [$map($former, function($one) {{
        'VariantName': $one.name,
        'DesiredWeight': $one.name = $variant ? $step
            : $rest > 0 ? (100 - $step) * $one.weight / $rest : (100 - $step) / ($count($former) - 1)
    }})]
)"""

_RINGING = """[$states.result.MetricAlarms[StateValue = 'ALARM'].{
    'name': AlarmName, 'reason': StateReason & ''
}]"""

_ALARM = """$join([$map($ringing, function($one) { $one.name & ': ' & $one.reason })], '\\n')
    & ($touched ? '' : '\\nIt was in ALARM before the first step: nothing was changed.')"""


def step_states(names: Names, *, promote: str, undo: str, leave: str) -> States:
    """From the first look at the alarms to the last one after the last step."""
    late = [caught(undo, failure("ShiftFailed") | {"touched": True})]
    return merged(
        {
            "Look at alarms": sdk(
                "cloudwatch",
                "describeAlarms",
                {"AlarmNames": q(_alarm_names(names)), "AlarmTypes": ["MetricAlarm"], "MaxRecords": 10},
                catch=[caught(undo, failure("ShiftFailed"))],
                assign={
                    "watched": q("[$states.result.MetricAlarms.AlarmName]"),
                    "ringing": q(_RINGING),
                },
                then="What next?",
            ),
            "What next?": choose(
                ("$count($ringing) > 0", "Alarm raised"),
                ("$left > 0", "Bake"),
                ("$done < $count($todo)", "Shift traffic"),
                ("$todo[-1] = 100", promote),
                otherwise=leave,
            ),
            "Alarm raised": compute({"failure": {"Error": "AlarmRaised", "Cause": q(_ALARM)}}, then=undo),
            "Bake": {
                "Type": "Wait",
                "Seconds": "{% $pause %}",
                "Assign": {"left": q("$left - 1")},
                "Next": "Keep lease",
            },
        },
        keep_states(names, then="Look at alarms", lost=leave),
        {
            "Shift traffic": sdk(
                "sagemaker",
                "updateEndpointWeightsAndCapacities",
                {"EndpointName": "{% $pointer.endpoint %}", "DesiredWeightsAndCapacities": q(_WEIGHTS)},
                catch=late,
                assign={
                    "touched": True,
                    "looks": 0,
                    "done": q("$done + 1"),
                    "left": q("$ceil($bake / $pause)"),
                },
                then="Wait for weights",
            ),
        },
        _waiting_states(late, undo),
    )


def _waiting_states(late: list[dict[str, Any]], undo: str) -> States:
    return {
        **settling_states(
            "weights",
            "Are weights in force?",
            endpoint="$pointer.endpoint",
            ready="$status = 'InService'",
            looks=TRIES,
            catch=late,
            then="Look at alarms",
            failed="Weights not in force",
        ),
        "Weights not in force": compute(
            {
                "failure": {
                    "Error": "ShiftFailed",
                    "Cause": q("'The endpoint did not take the new weights: it is ' & $status & '. ' & $reason"),
                }
            },
            then=undo,
        ),
    }


def _alarm_names(names: Names) -> str:
    named = (*names.alarms("' & $variant & '"), names.feedback_alarm("' & $variant & '"))
    return "[" + ", ".join(f"'{name}'" for name in named) + "]"
