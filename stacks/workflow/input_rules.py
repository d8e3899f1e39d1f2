"""What is wrong with a run's input: JSONata that reads the rules of `spec.overrides`, and what spans several members.

Every finding is a line, `member: value: what is allowed`, so that all are told at once. A rule across members
looks only at members that are sound by themselves. The command line evaluates the same expression before it
starts a run (trainyard/run_input.py), so it uses nothing that only Step Functions has.
"""

from spec.base import INSTANCE_TYPE, S3_PREFIX
from stacks.workflow.asl import q
from stacks.workflow.overrides import MERGING


def problems() -> str:
    """The expression: a text that is empty for a good input, given `settings` and `rules`."""
    return q(f"""(
        $in := $states.context.Execution.Input;
        {_SHAPES}
        {MERGING}
        {_ACROSS}
        $told := $check($in, $rules, '');
        $told & ($type($in) = 'object' ? $across() : '')
    )""")


def _regex(pattern: str) -> str:
    return "/" + pattern.replace("/", r"\/") + "/"


_SHAPES = f"""
    $line := function($where, $value, $allowed) {{
        '\\n' & ($where = '' ? 'input' : $where) & ': '
            & $substring($type($value) = 'string' ? $value : $string($value), 0, 80) & ': ' & $allowed
    }};
    $some := function($list, $test) {{ $count($filter($list, $test)) > 0 }};
    $all := function($list, $tell) {{ $join([$map($list, $tell)], '') }};
    $fitsText := function($value, $rule) {{
        ($exists($rule.maxLength) ? $length($value) <= $rule.maxLength : true)
        and ($exists($rule.prefixes)
            ? $some($rule.prefixes, function($one) {{ $substring($value, 0, $length($one)) = $one }}) : true)
        and ($rule.format = 'place' ? $contains($value, {_regex(S3_PREFIX)}) : true)
        and ($rule.format = 'instance-type' ? $contains($value, {_regex(INSTANCE_TYPE)}) : true)
    }};
    $fitsNumber := function($value, $rule) {{
        ($rule.type = 'integer' ? $floor($value) = $value : true)
        and ($exists($rule.minimum) ? $value >= $rule.minimum : true)
        and ($exists($rule.maximum) ? $value <= $rule.maximum : true)
        and ($exists($rule.exclusiveMinimum) ? $value > $rule.exclusiveMinimum : true)
        and ($exists($rule.exclusiveMaximum) ? $value < $rule.exclusiveMaximum : true)
    }};
    $fits := function($value, $rule) {{
        $exists($rule.anyOf) ? $some($rule.anyOf, function($one) {{ $fits($value, $one) }})
        : $exists($rule.enum) ? $some($rule.enum, function($one) {{ $type($one) = $type($value) and $one = $value }})
        : $type($value) != ($rule.type = 'integer' ? 'number' : $rule.type) ? false
        : $rule.type = 'string' ? $fitsText($value, $rule)
        : $rule.type in ['number', 'integer'] ? $fitsNumber($value, $rule)
        : true
    }};
    $member := function($value, $rule, $where, $key) {{(
        $named := $lookup($rule.properties, $key);
        $found := $exists($named) ? $named : $rule.additionalProperties;
        $place := $where = '' ? $key : $where & '.' & $key;
        $not($exists($found)) ? '\\n' & $place & ': unknown, allowed: ' & $join([$keys($rule.properties)], ', ')
        : $length($key) > ($exists($rule.longestName) ? $rule.longestName : 256) ? $line($where, $key, 'a shorter name')
        : $check($lookup($value, $key), $found, $place)
    )}};
    $check := function($value, $rule, $where) {{
        $rule.type = 'object' ? (
            $type($value) != 'object' ? $line($where, $value, $rule.allowed)
            : $exists($rule.oneOf) and $count($filter($rule.oneOf, function($one) {{ $one in [$keys($value)] }})) != 1
                ? $line($where, $value, $rule.allowed)
            : $all([$keys($value)], function($key) {{ $member($value, $rule, $where, $key) }})
        )
        : $rule.type = 'array' ? (
            $type($value) != 'array' ? $line($where, $value, $rule.allowed)
            : $count($value) < $rule.minItems ? $line($where, $value, $rule.allowed)
            : ($exists($rule.maxItems) ? $count($value) > $rule.maxItems : false) ? $line($where, $value, $rule.allowed)
            : $all($value, function($one) {{ $check($one, $rule.items, $where) }})
        )
        : $fits($value, $rule) ? '' : $line($where, $value, $rule.allowed)
    }};
"""

_ACROSS = """
    $sound := function($name) {(
        $value := $lookup($in, $name);
        $exists($value) ? $check($value, $lookup($rules.properties, $name), $name) = '' : true
    )};
    $span := function($range, $where) {(
        $ends := $exists($range.integer) ? $range.integer : $range.continuous;
        $exists($range.categorical) ? (
            $exists($range.scaling) ? $line($where & '.scaling', $range.scaling, 'nothing for a categorical range')
            : $count($distinct($range.categorical)) < $count($range.categorical)
                ? $line($where, $range.categorical, 'each value once')
            : ''
        )
        : $ends[0] >= $ends[1] ? $line($where, $ends, 'the least value first, then a greater one')
        : $range.scaling = 'Logarithmic' and $ends[0] <= 0
            ? $line($where & '.scaling', $range.scaling, 'Logarithmic needs a range above 0')
        : $range.scaling = 'ReverseLogarithmic' and $exists($range.integer)
            ? $line($where & '.scaling', $range.scaling, 'one of Auto, Linear, Logarithmic for an integer range')
        : $range.scaling = 'ReverseLogarithmic' and ($ends[0] < 0 or $ends[1] >= 1)
            ? $line($where & '.scaling', $range.scaling, 'ReverseLogarithmic needs a range from 0 to below 1')
        : ''
    )};
    $search := function($name) {(
        $own := $lookup($settings.candidates, $name);
        $given := $lookup($in.tuning, $name);
        $whole := $tuned($own, $given);
        $where := 'tuning.' & $name;
        $fixed := $sound('hyperparameters') ? [$keys($lookup($in.hyperparameters, $name))] : [];
        $all([$keys($given.ranges)], function($key) {
            $span($lookup($given.ranges, $key), $where & '.ranges.' & $key)
            & ($key in $fixed ? $line($where & '.ranges.' & $key, $lookup($given.ranges, $key),
                'either fixed in hyperparameters or searched, not both') : '')
        })
        & ($count([$keys($whole.ranges)]) > 30
            ? $line($where & '.ranges', $count([$keys($whole.ranges)]), 'at most 30 with those of workload.yaml') : '')
        & ($exists($given.max_jobs) and $whole.max_jobs != $given.max_jobs
            ? $line($where & '.max_jobs', $given.max_jobs, $string($whole.max_jobs)
                & ', one per point of the grid, or leave it out') : '')
        & ($whole.max_parallel_jobs > $whole.max_jobs
            ? $line($where & '.max_parallel_jobs', $whole.max_parallel_jobs, 'at most max_jobs, '
                & $string($whole.max_jobs)) : '')
    )};
    $gate := function() {
        $exists($in.gate.min) and $exists($in.gate.max)
            ? $line('gate', $in.gate, 'give either min or max, exactly one')
        : $exists($in.gate.metric) and $in.gate.metric != $settings.gate.metric
            and $not($exists($in.gate.min) or $exists($in.gate.max))
            ? $line('gate', $in.gate, 'give min or max too: the bound of workload.yaml is for ' & $settings.gate.metric)
        : ''
    };
    $weights := function($names) {
        $exists($in.weights) and $sum([$map($names, function($name) {(
            $given := $lookup($in.weights, $name);
            $exists($given) ? $given : $lookup($settings.candidates, $name).weight
        )})]) = 0 ? $line('weights', $in.weights, 'at least one above 0 among ' & $join($names, ', ')) : ''
    };
    $many := function($name) {(
        $own := $lookup($settings.candidates, $name);
        $count([$keys($merge([$own.hyperparameters, $lookup($in.hyperparameters, $name)]))]) > 100
            ? $line('hyperparameters.' & $name, 'more than 100', 'at most 100 with those of workload.yaml') : ''
    )};
    $hours := function($names) {(
        $times := [$map($names, function($name) { $seconds($limits($name)) })];
        $needed := $sum($times) / $settings.concurrency + $max($times) * (1 - 1 / $settings.concurrency);
        $needed > $settings.longest ? $line('input', 'training may take ' & $string($ceil($needed / 3600)) & ' h',
            'at most ' & $string($floor($settings.longest / 3600))
            & ' h: fewer jobs, more at once, less max_runtime, or change workload.yaml') : ''
    )};
    $across := function() {(
        $names := $sound('candidates') ? $chosen() : [$keys($settings.candidates)];
        ($sound('gate') ? $gate() : '')
        & ($sound('weights') ? $weights($names) : '')
        & ($sound('hyperparameters') ? $all([$keys($in.hyperparameters)], $many) : '')
        & ($sound('tuning') ? $all([$keys($in.tuning)], $search) : '')
        & ($sound('tuning') and $sound('instance') ? $hours($names) : '')
    )};
"""
