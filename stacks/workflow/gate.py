"""The gate: candidates whose metric is within the bound go on; when none is, the run fails and says why."""

from stacks.workflow.asl import States, choose, compute, q

_JUDGE = """[$filter($results, function($result) {(
    $value := $lookup($result.metrics, $plan.gate.metric);
    $result.error = '' and $type($value) = 'number'
        and ($exists($plan.gate.min) ? $value >= $plan.gate.min : true)
        and ($exists($plan.gate.max) ? $value <= $plan.gate.max : true)
)})]"""

_CAUSE = """(
    $bound := $exists($plan.gate.min) ? 'at least ' & $string($plan.gate.min)
        : 'at most ' & $string($plan.gate.max);
    $rows := [$map($results, function($result) {
        $result.name & ': ' & ($result.error != '' ? $result.error : $join([
            $each($result.metrics, function($value, $name) { $name & ' ' & $string($value) })
        ], ', '))
    })];
    'No candidate met the gate: ' & $plan.gate.metric & ' ' & $bound & '.\\n' & $join($rows, '\\n')
)"""


def gate_states(*, passed: str, refused: str) -> States:
    """Sets `passed`, the results that go on; the live endpoint is not touched before."""
    return {
        "Judge": compute({"passed": q(_JUDGE)}, then="Does any pass?"),
        "Does any pass?": choose(("$count($passed) > 0", passed), otherwise="Refuse candidates"),
        "Refuse candidates": compute(
            {"failure": {"Error": "GateNotMet", "Cause": q(_CAUSE)}, "passed": []}, then=refused
        ),
    }
