"""The gate: candidates within the bound, and no worse than what serves if so asked, go on; none: the run fails.

Each row of `results` gets `refused`, the reason why the gate (or later an approver) did not let it pass, and
`package`, its version in the registry once it has one.
"""

from spec.gate import HIGHER_IS_BETTER, NOMINAL
from stacks.workflow.asl import States, choose, compute, q

_LOSS = f"""function($value) {{(
    $nominal := $lookup({NOMINAL}, $metric);
    $nominal ? $abs($value - $nominal) : $metric in {list(HIGHER_IS_BETTER)} ? -$value : $value
)}}"""
"""JSONata: how bad a value of the gate's metric is; the lower the better."""

_BEST = """(
    $scored := [$filter($rivals, function($rival) { $type($lookup($rival.metrics, $metric)) = 'number' })];
    $sort($scored, function($one, $other) {
        $loss($lookup($one.metrics, $metric)) > $loss($lookup($other.metrics, $metric))
    })[0]
)"""
"""JSONata: the row of the live model to beat; nothing if none was scored."""

ROUNDING = 1e-9
"""Relative: what is worse by less is rounding, not quality."""

_JUDGE = f"""(
    $gate := $plan.gate;
    $metric := $gate.metric;
    $loss := {_LOSS};
    $best := {_BEST};
    $bar := $exists($best) ? $loss($lookup($best.metrics, $metric));
    $tolerance := $gate.no_worse_than_live.tolerance;
    $allowed := $bar + $abs($bar) * {ROUNDING:.9f} + ($tolerance ? $tolerance : 0);
    $verdict := function($result) {{(
        $value := $lookup($result.metrics, $metric);
        $result.error != '' ? $result.error
            : $type($value) != 'number' ? 'it has no ' & $metric
            : ($exists($gate.min) ? $value < $gate.min : false) ? $metric & ' is below ' & $string($gate.min)
            : ($exists($gate.max) ? $value > $gate.max : false) ? $metric & ' is above ' & $string($gate.max)
            : ($exists($bar) ? $loss($value) > $allowed : false)
                ? $metric & ' is worse than that of ' & $best.name & ', which serves now'
            : ''
    )}};
    [$map($results, function($result) {{
        $merge([$result, {{'refused': $verdict($result), 'package': ''}}])
    }})]
)"""

_COMPARISON = """$comparison != '' ? $comparison
    : $count($rivals) > 0 and $count([$rivals[error = '']]) = 0
    ? 'none of the models that serve could be scored' : ''"""

_CAUSE = """(
    $wanted := $type($plan.gate.no_worse_than_live) = 'object';
    $bound := $exists($plan.gate.min) ? 'at least ' & $string($plan.gate.min)
        : 'at most ' & $string($plan.gate.max);
    $row := function($result, $who) {
        $who & $result.name & ': ' & ($result.error != '' ? $result.error : $join([
            $each($result.metrics, function($value, $name) { $name & ' ' & $string($value) })
        ], ', '))
    };
    $join($append(
        ['No candidate met the gate: ' & $plan.gate.metric & ' ' & $bound
            & ($wanted ? ', and no worse than what serves now' : '') & '.'],
        $append(
            [$map($results, function($result) { $row($result, '') })],
            $append(
                [$map($rivals, function($result) { $row($result, 'live ') })],
                $wanted and $comparison != '' ? ['Not compared with what serves now: ' & $comparison] : []
            )
        )
    ), '\\n')
)"""

PASSED = "[$filter($results, function($result) { $result.error = '' and $result.refused = '' })]"


def gate_states(*, passed: str, refused: str) -> States:
    """Sets `passed`, the results that go on; the live endpoint is not touched before."""
    return {
        "Judge": compute({"results": q(_JUDGE), "comparison": q(_COMPARISON)}, then="Keep those that pass"),
        "Keep those that pass": compute({"passed": q(PASSED)}, then="Does any pass?"),
        "Does any pass?": choose(("$count($passed) > 0", passed), otherwise="Refuse candidates"),
        "Refuse candidates": compute(
            {"failure": {"Error": "GateNotMet", "Cause": q(_CAUSE)}, "passed": []}, then=refused
        ),
    }
