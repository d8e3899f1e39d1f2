"""First states of a run: refuse a wrong input with every reason at once, else plan and record the plan.

After them the variables `settings` (the workload), `plan` (plan.json), `config` (the endpoint config to be),
`run` and `live` (S3 keys of this run), and those that the last states look at are set.
"""

from collections.abc import Mapping
from typing import Any

from spec.gate import METRICS
from spec.workload import Workload
from stacks.workflow.asl import States, choose, compute, fail, q, sdk
from stacks.workflow.names import Names

INPUT_KEYS = ("data", "hyperparameters", "weights", "candidates", "gate")


def plan_states(names: Names, workload: Workload, settings: Mapping[str, Any], *, then: str) -> States:
    """From the execution's input to a recorded plan."""
    return {
        "Read workload": compute({"settings": settings}, then="Check input"),
        "Check input": compute({"problems": q(_problems(workload))}, then="Is input valid?"),
        "Is input valid?": choose(("$count($problems) = 0", "Plan"), otherwise="Refuse input"),
        "Refuse input": fail("InvalidInput", "$join($problems, '\\n')"),
        "Plan": compute(_variables(names, workload), then="Record plan"),
        "Record plan": sdk(
            "s3",
            "putObject",
            {
                "Bucket": "${Bucket}",
                "Key": q("$run & '/plan.json'"),
                "ContentType": "application/json",
                "Body": q("$plan"),
            },
            then=then,
        ),
    }


def _variables(names: Names, workload: Workload) -> dict[str, Any]:
    return {
        "plan": q(_PLAN),
        "weights": q(_WEIGHTS),
        "config": q(names.config),
        "live": q(f"'{workload.name}/live/' & {names.config}"),
        "run": q(f"'{workload.name}/runs/' & $states.context.Execution.Name"),
        "results": [],
        "passed": [],
        "previous": "",
        "leased": False,
        "failure": {"Error": "", "Cause": ""},
    }


_PLAN = """(
    $in := $states.context.Execution.Input;
    $chosen := $exists($in.candidates) ? [$in.candidates] : [$keys($settings.candidates)];
    $bounds := $exists($in.gate.min) or $exists($in.gate.max) ? {} : $settings.gate;
    $candidate := function($name) {(
        $own := $lookup($settings.candidates, $name);
        $given := $lookup($in.hyperparameters, $name);
        $spelled := $given ? $merge([$each($given, function($v, $k) {{$k: $string($v)}})]) : {};
        {$name: {'hyperparameters': $merge([$own.hyperparameters, $spelled]), 'decoder': $own.decoder}}
    )};
    $merge([
        {
            'workload': $settings.workload,
            'task': $settings.task,
            'execution': $states.context.Execution.Name,
            'layout': $settings.layout,
            'data': $merge([$settings.data, $in.data]),
            'prepare': $settings.prepare,
            'candidates': $merge([$map($chosen, $candidate)]),
            'gate': $merge([{'metric': $settings.gate.metric}, $bounds, $in.gate])
        },
        $exists($settings.horizon) ? {'horizon': $settings.horizon} : {}
    ])
)"""

_WEIGHTS = """$merge([
    $each($settings.candidates, function($candidate, $name) {{$name: $candidate.weight}}),
    $states.context.Execution.Input.weights
])"""


def _problems(workload: Workload) -> str:
    """JSONata: one sentence for each thing that the input may not say."""
    own = f"s3://${{Bucket}}/{workload.name}/"
    places = [own] + ([workload.data.uri] if workload.data.uri else [])
    metrics = ", ".join(METRICS[workload.task])
    allowed_place = " or ".join(f"$substring($uri, 0, {_length(place)}) = '{place}'" for place in places)
    return f"""(
        $in := $states.context.Execution.Input;
        $names := [$keys($settings.candidates)];
        $is := function($value, $types) {{ $type($value) in $types }};
        $strangers := function($value, $allowed, $where) {{
            $map([$filter([$keys($value)], function($key) {{ $not($key in $allowed) }})], function($key) {{
                $where & $key & ': unknown, allowed: ' & $join($allowed, ', ')
            }})
        }};
        $unless := function($holds, $sentence) {{ $holds ? '' : $sentence }};
        $flat := function($nested) {{ $reduce($nested, function($all, $one) {{ $append($all, $one) }}, []) }};
        $members := function($name, $check) {{(
            $value := $lookup($in, $name);
            $not($exists($value)) ? [] :
                $is($value, ['object']) ? $check($value) : [$name & ': must be an object']
        )}};
        $data := function($value) {{(
            $uri := $string($value.uri);
            $append([$strangers($value, ['uri'], 'data.')], [$unless(
                $is($value.uri, ['string']) and ({allowed_place}),
                'data.uri: ' & $uri & ': must begin with {" or ".join(places)}'
            )])
        )}};
        $hyperparameters := function($value) {{
            $append([$strangers($value, $names, 'hyperparameters.')], [$each($value, function($set, $name) {{
                $is($set, ['object']) ? $each($set, function($one, $key) {{
                    $unless($is($one, ['string', 'number', 'boolean']),
                        'hyperparameters.' & $name & '.' & $key & ': must be a string, number or boolean')
                }}) : ['hyperparameters.' & $name & ': must be an object of names and values']
            }})])
        }};
        $weights := function($value) {{
            $append([$strangers($value, $names, 'weights.')], [$each($value, function($one, $name) {{
                $unless($is($one, ['number']) ? $one >= 0 : false,
                    'weights.' & $name & ': must be a number, 0 or more')
            }})])
        }};
        $gate := function($value) {{(
            $bounds := $append([$value.min], [$value.max]);
            $append([$strangers($value, ['metric', 'min', 'max'], 'gate.')], [
                $unless($exists($value.metric) ? $value.metric in {_quoted(METRICS[workload.task])} : true,
                    'gate.metric: ' & $string($value.metric) & ': must be one of {metrics}'),
                $unless($count($bounds) < 2, 'gate: give either min or max'),
                $map($bounds, function($bound) {{
                    $unless($is($bound, ['number']), 'gate: min and max must be numbers')
                }})
            ])
        )}};
        $candidates := $not($exists($in.candidates)) ? [] : [
            $unless($is($in.candidates, ['array']) and $count($in.candidates) > 0,
                'candidates: must be a list of at least one of ' & $join($names, ', ')),
            $map([$filter($in.candidates, function($name) {{ $not($name in $names) }})], function($name) {{
                'candidates: ' & $string($name) & ': unknown, allowed: ' & $join($names, ', ')
            }})
        ];
        $found := $is($in, ['object']) ? [
            $strangers($in, {_quoted(INPUT_KEYS)}, ''),
            $members('data', $data),
            $members('hyperparameters', $hyperparameters),
            $members('weights', $weights),
            $members('gate', $gate),
            $candidates
        ] : ['the input must be an object with some of {", ".join(INPUT_KEYS)}'];
        [$filter($flat($flat($flat($found))), function($sentence) {{ $sentence != '' }})]
    )"""


def _quoted(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _length(place: str) -> str:
    return f"$length('{place}')"
