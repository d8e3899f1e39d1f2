"""First states of a shift: refuse a wrong input with every reason at once, else set what the others look at.

Input: `{"variant": name, "steps": [percent, ...], "bake": seconds, "every": seconds}`; all but `variant` have
defaults. A bake is counted in looks at the alarms: an execution has at most 25,000 events.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stacks.workflow.asl import States, choose, compute, fail, q
from stacks.workflow.names import Names, digest

STEPS = (10, 50, 100)
MOST_STEPS = 10
BAKE = 600
LONGEST_BAKE = 86_400
EVERY = 60
LONGEST_EVERY = 900
MOST_LOOKS = 1_000
"""In all steps together; a look has 14 events. A longer bake looks less often, at most every 15 minutes."""

_KEYS = ("variant", "steps", "bake", "every")

_PROBLEMS = f"""(
    $in := $states.context.Execution.Input;
    $within := function($value, $low, $high) {{
        $type($value) = 'number' ? $value >= $low and $value <= $high : false
    }};
    $steps := $in.steps;
    $rising := $type($steps) = 'array' ? $count($steps) in [1..{MOST_STEPS}]
        and $count([$filter($steps, function($step) {{ $within($step, 0.1, 100) }})]) = $count($steps)
        and $count([$filter([1..$count($steps)], function($at) {{
            $at < $count($steps) ? $steps[$at] <= $steps[$at - 1] : false
        }})]) = 0 : false;
    $found := $type($in) != 'object' ? ['the input must be an object with some of {", ".join(_KEYS)}'] : [
        $map([$filter([$keys($in)], function($key) {{ $not($key in {list(_KEYS)}) }})], function($key) {{
            $key & ': unknown, allowed: {", ".join(_KEYS)}'
        }}),
        $type($in.variant) = 'string' ? '' : 'variant: required, the name of a live variant',
        $exists($steps) and $not($rising)
            ? 'steps: ' & $string($steps) & ': must be 1 to {MOST_STEPS} rising percentages, from 0.1 to 100' : '',
        $exists($in.bake) and $not($within($in.bake, 0, {LONGEST_BAKE}))
            ? 'bake: ' & $string($in.bake) & ': must be seconds, from 0 to {LONGEST_BAKE}' : '',
        $exists($in.every) and $not($within($in.every, 1, {LONGEST_EVERY}))
            ? 'every: ' & $string($in.every) & ': must be seconds, from 1 to {LONGEST_EVERY}' : ''
    ];
    [$filter($found, function($sentence) {{ $sentence != '' }})]
)"""

_PAUSE = f"""(
    $in := $states.context.Execution.Input;
    $count := $exists($in.steps) ? $count($in.steps) : {len(STEPS)};
    $bake := $exists($in.bake) ? $in.bake : {BAKE};
    $every := $exists($in.every) ? $in.every : {EVERY};
    $ceil($max([1, $every, $bake * $count / {MOST_LOOKS}]))
)"""


def plan_states(names: Names, tags: Sequence[Mapping[str, str]], *, then: str) -> States:
    """From the execution's input to variables; `touched` and `promoting` say how much there is to take back."""
    return {
        "Check input": compute({"problems": q(_PROBLEMS)}, then="Is input valid?"),
        "Is input valid?": choose(("$count($problems) = 0", "Plan"), otherwise="Refuse input"),
        "Refuse input": fail("InvalidInput", "$join($problems, '\\n')"),
        "Plan": compute(_variables(names) | {"tags": [dict(tag) for tag in tags]}, then=then),
    }


def _variables(names: Names) -> dict[str, Any]:
    given = "$states.context.Execution.Input"
    name = digest("'shift'")
    return {
        "variant": q(f"{given}.variant"),
        "steps": q(f"$exists({given}.steps) ? {given}.steps : {list(STEPS)}"),
        "bake": q(f"$exists({given}.bake) ? {given}.bake : {BAKE}"),
        "pause": q(_PAUSE),
        "config": q(f"'{names.prefix}-' & {name}"),
        "former": [],
        "scaled": [],
        "watched": [],
        "todo": [],
        "done": 0,
        "left": 0,
        "looks": 0,
        "restores": 0,
        "previous": "",
        "leased": False,
        "touched": False,
        "promoting": False,
        "promoted": False,
        "failure": {"Error": "", "Cause": ""},
    }
